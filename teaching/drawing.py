"""Where things stand on the drawings: squares of 1000 by 1000, lines of 1000 by 500, from the top left."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache

import networkx

from simulation.mesa_engine import ComplianceModel
from teaching.one_agent import BELIEFS, FORESIGHTS, POINTS, Run

SIDE, HEIGHT = 1000.0, 500.0
#: Of more edges nothing would be seen.
MOST_EDGES = 4000

Box = tuple[float, float, float, float, int]
Edge = tuple[int, int]


def edges_of(model: ComplianceModel) -> tuple[Edge, ...]:
    """Return the edges of a world's society, each once."""
    return tuple((agent.index, other) for agent in model.subjects for other in agent.neighbours if agent.index < other)


@lru_cache(maxsize=8)
def places_of(edges: tuple[Edge, ...], count: int) -> list[tuple[float, float]]:
    """Return where agents stand, neighbours near each other; on a spiral where there are no neighbours."""
    if not edges or len(edges) > MOST_EDGES:
        return [_on_spiral(index, count) for index in range(count)]
    graph: networkx.Graph[int] = networkx.Graph()
    graph.add_nodes_from(range(count))
    graph.add_edges_from(edges)
    found = networkx.spring_layout(graph, seed=1, method="force", iterations=60)
    # the scale puts the farthest agent at 1
    return [tuple(round(SIDE * (0.5 + 0.5 * float(part)), 1) for part in found[index]) for index in range(count)]  # type: ignore[misc]


def _on_spiral(index: int, count: int) -> tuple[float, float]:
    """Return a place on a sunflower's spiral, which gives all agents equal room."""
    turn, radius = math.pi * (3.0 - math.sqrt(5.0)) * index, math.sqrt((index + 0.5) / count)
    return tuple(round(0.5 * SIDE * (1.0 + radius * part), 1) for part in (math.cos(turn), math.sin(turn)))  # type: ignore[return-value]


def edges_path(edges: tuple[Edge, ...], places: list[tuple[float, float]]) -> str:
    """Return all edges as one path."""
    if len(edges) > MOST_EDGES:
        return ""
    return "".join(f"M{places[a][0]} {places[a][1]}L{places[b][0]} {places[b][1]}" for a, b in edges)


def boxes_of(runs: Iterable[Run]) -> list[Box]:
    """Return the runs of a strategy map as rectangles: left, top, width, height, class."""
    return [_box(*run) for run in runs]


def _box(row: int, first: int, last: int, code: int) -> Box:
    side = SIDE / POINTS
    top, width = SIDE - (row + 1) * side, (last - first) * side
    return round(first * side, 1), round(top, 1), round(width, 1), round(side, 1), code


def labels_of(runs: Iterable[Run]) -> list[tuple[float, float, int]]:
    """Return where the name of each class stands on the map: in the middle row of its runs, in the longest there."""
    side, by_class = SIDE / POINTS, dict[int, list[Run]]()
    for run in runs:
        by_class.setdefault(run[3], []).append(run)
    found = []
    for code, own in by_class.items():
        widest = max(last - first for _, first, last, _ in own)
        wide = sorted(run for run in own if run[2] - run[1] > 0.6 * widest)
        row, first, last, _ = wide[len(wide) // 2]
        middle = min(max(0.5 * (first + last) * side, 170.0), SIDE - 170.0)
        height = min(max(SIDE - (row + 0.5) * side, 40.0), SIDE - 40.0)
        found.append((round(middle, 1), round(height, 1), code))
    return found


def class_on_map(runs: Iterable[Run], foresight: float, belief: float) -> int:
    """Return the class that a strategy map has at its point nearest to an agent."""
    column, row = (
        round((POINTS - 1) * min(max((value - low) / (high - low), 0.0), 1.0))
        for value, (low, high) in ((foresight, FORESIGHTS), (belief, BELIEFS))
    )
    return next(code for level, first, last, code in runs if level == row and first <= column < last)


def place_on_map(foresight: float, belief: float) -> tuple[float, float]:
    """Return where an agent stands on the map; at its edge where it is beyond."""
    across, up = (
        min(max((value - low) / (high - low), 0.0), 1.0)
        for value, (low, high) in ((foresight, FORESIGHTS), (belief, BELIEFS))
    )
    # values stand in the middle of their cells
    inner = SIDE * (POINTS - 1) / POINTS
    edge = 0.5 * SIDE / POINTS
    return round(edge + inner * across, 1), round(SIDE - edge - inner * up, 1)


def ticks(along: bool) -> list[tuple[float, str]]:
    """Return marks on the axis of foresight, or on that of belief."""
    values = (0.0, 0.2, 0.4, 0.6, 0.8)
    if along:
        return [(place_on_map(value, 0.5)[0], f"{value:g}") for value in values]
    return [(place_on_map(0.0, value)[1], f"{value:g}") for value in values[1:]]


def line_path(shares: list[float]) -> str:
    """Return a line of shares over episodes as a path, with gaps where there is no share."""
    step, path, pen_up = SIDE / max(len(shares) - 1, 1), [], True
    for place, share in enumerate(shares):
        if math.isnan(share):
            pen_up = True
            continue
        # a line to the same point: a single episode between gaps is a dot
        begin = f"M{place * step:.1f} {HEIGHT * (1.0 - share):.1f}" if pen_up else ""
        path.append(f"{begin}L{place * step:.1f} {HEIGHT * (1.0 - share):.1f}")
        pen_up = False
    return "".join(path)
