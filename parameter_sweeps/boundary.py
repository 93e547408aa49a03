"""Points that close in on where the best class changes, found exactly and before anything is simulated.

The ranges are covered by a coarse lattice of boxes. A box is bisected along every axis where its corners, or any
point known in or on it, differ in the class of the best rule or in which of r_M and r_U (the probabilities of
complying when watched and when not) is above 1/2, under any of the regimes; so on until boxes are as small as the
tolerance asks. What becomes known on the side of a larger box opens that box too. A region that lies between the
points of the coarse lattice and touches none of them is not seen: `start` says how fine that lattice is.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.refusals import InputError
from parameter_sweeps.design_kinds import Boundary
from parameter_sweeps.exact_columns import under_each_regime, values_of_stretches
from parameter_sweeps.factors import REGIME, Factor, Layout
from parameter_sweeps.ranges import between

if TYPE_CHECKING:
    from parameter_sweeps.study import Study

Integers = NDArray[np.int64]

MOST_POINTS = 2_000_000
_POINTS_AT_ONCE = 20_000
#: Labels of a point: the class, and the two sides of 1/2.
_SIDES = 4


@dataclass
class Lattice:
    """The finest lattice over some ranges, of which only points near the boundary are known.

    Attributes
    ----------
    study
        The study, whose design is a boundary.
    levels
        How often a box of the coarse lattice may be bisected.
    """

    study: Study
    levels: int
    labels: dict[int, bytes] = field(default_factory=dict)
    settled: list[dict[int, bytes]] = field(default_factory=list)

    @classmethod
    def of(cls, study: Study) -> Lattice:
        """Return the lattice of a study, of which no point is known."""
        design = study.design
        if not isinstance(design, Boundary):
            raise InputError([f"design must be boundary, got {design.kind}"])
        levels = max(0, math.ceil(math.log2(1.0 / ((design.start - 1) * design.tolerance)) - 1e-9))
        lattice = cls(study, levels, settled=[{} for _ in range(levels + 1)])
        _refuse_too_fine(design, lattice.side, lattice.dimension)
        return lattice

    @property
    def dimension(self) -> int:
        """The number of ranges."""
        return len(self.study.vary)

    @property
    def coarse(self) -> int:
        """The number of coarse boxes along an axis."""
        design: Any = self.study.design
        return int(design.start) - 1

    @property
    def side(self) -> int:
        """The number of points along an axis."""
        return (self.coarse << self.levels) + 1

    def code(self, points: Integers) -> Integers:
        """Return the numbers of points given by their places, (n, dimension)."""
        code = np.zeros(len(points), np.int64)
        for column in points.T:
            code = code * self.side + column
        return code

    def places(self, codes: Integers) -> Integers:
        """Return the places, (n, dimension), of points given by their numbers."""
        return np.column_stack(np.unravel_index(codes, (self.side,) * self.dimension)).astype(np.int64)

    def columns(self, places: Integers) -> dict[str, tuple[float, ...]]:
        """Return the varied values at some points, by key."""
        return {
            key: tuple(axis[place].tolist()) for (key, axis), place in zip(self.axes.items(), places.T, strict=True)
        }

    @cached_property
    def axes(self) -> dict[str, NDArray[np.float64]]:
        """The values of the finest lattice on each axis, by key."""
        shares = np.arange(self.side) / (self.side - 1)
        return {key: np.array(between(written, shares)) for key, written in self.study.vary.items()}

    def learn(self, codes: Integers) -> Integers:
        """Find the labels of points, and return the numbers of those that were unknown."""
        new = np.array([code for code in np.unique(codes).tolist() if code not in self.labels], dtype=np.int64)
        if not new.size:
            return new
        if len(self.labels) + new.size > MOST_POINTS:
            needed = "coarser, or the ranges narrower"
            raise InputError([f"design.tolerance must be {needed}, got more than {MOST_POINTS} points to look at"])
        found = self._labels_at(self.places(new))
        self.labels.update(zip(new.tolist(), (row.tobytes() for row in found), strict=True))
        return new

    def _labels_at(self, places: Integers) -> NDArray[np.uint8]:
        """Return a label under each regime, (n, regimes), of points."""
        points = Factor(self.columns(places))
        regimes = (Factor({REGIME: tuple(self.study.regimes)}),) if self.study.regimes else ()
        layout = Layout(self.study.scenario, (*regimes, points), self.study.regimes)
        found = np.empty(len(places) * len(under_each_regime(layout)), np.uint8)
        for part, values in values_of_stretches(layout, _POINTS_AT_ONCE):
            acts = values["act_probability_watched"] > 0.5, values["act_probability_unwatched"] > 0.5
            found[part] = values["best"] * _SIDES + 2 * acts[0] + acts[1]
        return np.ascontiguousarray(found.reshape(-1, len(places)).T)

    def closed_in(self) -> Lattice:
        """Bisect boxes until the boundary is as near as the tolerance asks, and return the lattice."""
        pending: dict[int, set[int]] = defaultdict(set)
        starts = np.arange(self.coarse) << self.levels
        pending[0] = set(self.code(_product([starts] * self.dimension)).tolist())
        while any(pending.values()) or self._reopened(pending):
            level = min(level for level, boxes in pending.items() if boxes)
            boxes = np.array(sorted(pending.pop(level)), dtype=np.int64)
            corners = self._corners(boxes, level)
            self._reopen(pending, self.learn(corners.ravel()))
            pending[level + 1] |= self._children(self._settle(boxes, corners, level), level)
        return self

    def _reopened(self, pending: dict[int, set[int]]) -> bool:
        # boxes that were settled after a point on them had become known
        return self._reopen(pending, np.array(sorted(self.labels), dtype=np.int64))

    def _reopen(self, pending: dict[int, set[int]], known: Integers) -> bool:
        """Bisect the settled boxes on which known points contradict what was found; return whether there are any."""
        opened = self._opened_by(known)
        for level, boxes in opened.items():
            pending[level + 1] |= self._children(boxes, level)
        return bool(opened)

    def _corners(self, boxes: Integers, level: int) -> Integers:
        """Return the numbers of the corners, (n, 2^dimension), of boxes given by their first corner."""
        edge = 1 << (self.levels - level)
        steps = self.code(_product([np.array([0, edge])] * self.dimension))
        corners: Integers = boxes[:, None] + steps
        return corners

    def _settle(self, boxes: Integers, corners: Integers, level: int) -> Integers:
        """Keep the boxes whose corners agree, and return the others that can be bisected."""
        split = []
        for box, around in zip(boxes.tolist(), corners.tolist(), strict=True):
            labels = {self.labels[corner] for corner in around}
            if len(labels) == 1:
                self.settled[level][box] = labels.pop()
            elif level < self.levels:
                split.append(box)
        return np.array(split, dtype=np.int64)

    def _opened_by(self, new: Integers) -> dict[int, Integers]:
        """Return by level the settled boxes on which points contradict what was found, and settle them no more."""
        opened: dict[int, set[int]] = defaultdict(set)
        places = self.places(new)
        for level in range(self.levels):
            boxes = self.settled[level]
            for box, code in self._boxes_with(places, new, level) if boxes else ():
                if box in boxes and boxes[box] != self.labels[code]:
                    del boxes[box]
                    opened[level].add(box)
        return {level: np.array(sorted(boxes), dtype=np.int64) for level, boxes in opened.items()}

    def _boxes_with(self, places: Integers, codes: Integers, level: int) -> list[tuple[int, int]]:
        """Return (box, point) for each box of a level and each point in or on it."""
        edge = 1 << (self.levels - level)
        pairs: list[tuple[int, int]] = []
        for back in itertools.product((0, 1), repeat=self.dimension):
            # a point on a side is on the box before it too
            on_side = ((places % edge == 0) | (np.array(back) == 0)).all(axis=1)
            first = (places // edge - np.array(back)) * edge
            inside = on_side & (first >= 0).all(axis=1) & (first + edge < self.side).all(axis=1)
            pairs += zip(self.code(first[inside]).tolist(), codes[inside].tolist(), strict=True)
        return pairs

    def _children(self, boxes: Integers, level: int) -> set[int]:
        if not boxes.size:
            return set()
        half = 1 << (self.levels - level - 1)
        steps = self.code(_product([np.array([0, half])] * self.dimension))
        return set((boxes[:, None] + steps).ravel().tolist())

    @cached_property
    def points(self) -> Integers:
        """The places, (n, dimension), of the points that are known, the coarse lattice first."""
        places = self.places(np.array(sorted(self.labels), dtype=np.int64))
        # how far the lowest bit that is set in any place is from that of the coarse lattice
        together = np.bitwise_or.reduce(places, axis=1) | (1 << self.levels)
        level = self.levels - np.log2(together & -together).astype(np.int64)
        ordered: Integers = places[np.argsort(level, kind="stable")]
        return ordered

    def everywhere(self) -> NDArray[np.uint8]:
        """Return the code of the best class on the whole lattice, (regimes, side, side, ...), as boxes tell it."""
        regimes = max(1, len(self.study.regimes))
        found = np.zeros((regimes, *(self.side,) * self.dimension), np.uint8)
        for level, boxes in enumerate(self.settled):
            edge = 1 << (self.levels - level)
            for place, label in zip(self.places(np.array([*boxes], np.int64)), boxes.values(), strict=True):
                inside = tuple(slice(first, first + edge + 1) for first in place)
                found[(slice(None), *inside)] = _classes([label]).reshape(regimes, *(1,) * self.dimension)
        known = self.places(np.array([*self.labels], np.int64))
        found[(slice(None), *known.T)] = _classes(list(self.labels.values())).T
        return found


def planned_points(study: Study) -> Factor:
    """Return the points of a study whose design is a boundary.

    Raises
    ------
    InputError
        For combinations of values that a scenario refuses, and where there are too many points.
    """
    lattice = Lattice.of(study).closed_in()
    return Factor(lattice.columns(lattice.points))


def cells_of_full_grid(study: Study) -> int:
    """Return how many cells a grid would have that is everywhere as fine as the boundary of a study."""
    lattice = Lattice.of(study)
    return int(lattice.side**lattice.dimension) * max(1, len(study.regimes))


def _classes(labels: list[bytes]) -> NDArray[np.uint8]:
    """Return the class, (labels, regimes), that labels hold."""
    found: NDArray[np.uint8] = np.frombuffer(b"".join(labels), np.uint8).reshape(len(labels), -1) // _SIDES
    return found


def _product(axes: list[Integers]) -> Integers:
    """Return all combinations of the values on some axes, (n, axes), the last one running fastest."""
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes)).astype(np.int64)


def _refuse_too_fine(design: Boundary, side: int, dimension: int) -> None:
    if design.start**dimension > MOST_POINTS:
        needed = f"so small that the coarse grid has at most {MOST_POINTS} points"
        raise InputError([f"design.start must be {needed}, got {design.start} on each of {dimension} axes"])
    if side**dimension >= 2**62:
        needed = "so large that points of the finest lattice can be numbered"
        raise InputError([f"design.tolerance must be {needed}, got {design.tolerance:g} on {dimension} axes"])
