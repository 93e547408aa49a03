"""What would change an agent's mind: the nearest values of single parameters at which another class is best.

Each parameter is scanned from its present value toward both ends of its range, on points that lie densest
next to the present value and next to the end. The first point at which another class is best is drawn toward
the present value by bisection, with the exact decision at every step. Of a parameter in which agents differ,
the present value is the median, and a change is one for all agents.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context
from typing import Any

import numpy as np

from models.refusals import InputError
from models.scenario import Scenario
from models.strategies import CLASS_NAMES
from simulation.decision_axes import (
    NEAREST,
    DecisionAxis,
    Direction,
    Floats,
    axis_of,
    points_toward,
    searched_keys,
)
from simulation.valuation import strategy_values

#: Relative width to which the place of a change is narrowed.
PRECISION = 1e-9
SIGNIFICANT_DIGITS = 6

#: Points are evaluated by the block, the nearest first, so that a near change is found without the far ones.
_BLOCK = 64
_BISECTIONS = 200


@dataclass(frozen=True)
class Change:
    """A change of one parameter after which another class is best.

    Attributes
    ----------
    key : str
        Dotted key.
    present : float
        Its value, of the median agent where agents differ.
    value : float
        The nearest value beyond which another class is best: with it, another one is.
    becomes : str
        That class.
    direction : {"below", "above"}
        On which side of the present value.
    edge : float
        The last value found before it that changes nothing: within 1e-9 relative, unless the change comes at
        once, next to 0, or only at infinity.
    shown : float
        `value` rounded away from the present value, to six digits where this is enough: it changes the class
        too.
    settings : dict
        What `Scenario.with_values` takes to make the change.
    """

    key: str
    present: float
    value: float
    becomes: str
    direction: Direction
    edge: float
    shown: float
    settings: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Return the change as plain values."""
        names = ("key", "present", "value", "shown", "becomes", "direction")
        return {name: getattr(self, name) for name in names}


def changes_of_mind(scenario: Scenario) -> tuple[Change, ...]:
    """Return the nearest changes of single parameters, below and above, that make another class the best one.

    Parameters that have no such value on a side are left out on that side.
    """
    directions: tuple[Direction, ...] = ("below", "above")
    searches = [
        (axis, direction)
        for axis in (axis_of(scenario, key) for key in searched_keys(scenario))
        for direction in directions
    ]
    # the compiled loop over points lets other threads run
    with ThreadPoolExecutor() as pool:
        found = list(pool.map(lambda search: _nearest_change(*search), searches))
    return tuple(
        _written(scenario, axis, direction, *bracket)
        for (axis, direction), bracket in zip(searches, found, strict=True)
        if bracket is not None
    )


def _nearest_change(axis: DecisionAxis, direction: Direction) -> tuple[float, float, int] | None:
    """Return (last value that changes nothing, first that changes the class, that class), or None."""
    present_class = axis.class_at(axis.present)
    before = axis.present
    for values in _blocks(points_toward(axis, direction)):
        codes = axis.classes(values)
        changed = np.flatnonzero(codes != present_class)
        if changed.size:
            first = int(changed[0])
            before = float(values[first - 1]) if first else before
            return _narrowed(axis, before, float(values[first]), present_class)
        before = float(values[-1])
    return None


def _blocks(points: Floats) -> Iterator[Floats]:
    for start in range(0, points.size, _BLOCK):
        yield points[start : start + _BLOCK]


def _narrowed(axis: DecisionAxis, same: float, other: float, present_class: int) -> tuple[float, float, int]:
    """Return the ends of a bracket of a change, narrowed by bisection, and the class on its far side."""
    for _ in range(_BISECTIONS):
        middle = _between(same, other)
        is_narrow = math.isfinite(other) and abs(other - same) <= 0.5 * PRECISION * abs(other)
        if is_narrow or middle in (same, other) or middle < NEAREST * axis.scale:
            break
        if axis.class_at(middle) == present_class:
            same = middle
        else:
            other = middle
    return same, other, axis.class_at(other)


def _between(first: float, second: float) -> float:
    """Return a value between two of one sign: their geometric mean where they are of different size."""
    low, high = min(first, second), max(first, second)
    if math.isinf(high):
        return low * 1e3 if low > 0.0 else 1.0
    if low < 0.5 * high:
        return math.sqrt(low) * math.sqrt(high) if low > 0.0 else 0.1 * high
    return low + 0.5 * (high - low)


def _written(
    scenario: Scenario, axis: DecisionAxis, direction: Direction, edge: float, value: float, code: int
) -> Change:
    becomes = CLASS_NAMES[code]

    def changes(candidate: float) -> bool:
        try:
            changed = scenario.with_values(_settings(scenario, axis.key, candidate))
        except InputError:
            # rounding may lead out of the range
            return False
        return strategy_values(changed, "exact").best == becomes

    shown = _rounded_away(value, direction, changes)
    return Change(axis.key, axis.present, value, becomes, direction, edge, shown, _settings(scenario, axis.key, value))


def _settings(scenario: Scenario, key: str, value: float) -> dict[str, Any]:
    settings: dict[str, Any] = {key: value}
    if key == "regime.schedule.rate" and scenario.regime.schedule.kind == "none":
        settings["regime.schedule.kind"] = "constant"
    return settings


def _rounded_away(value: float, direction: Direction, changes: Callable[[float], bool]) -> float:
    """Return `value` with as few digits, from six on, as still change the class."""
    if math.isinf(value) or value == 0.0:
        return value
    rounding = ROUND_CEILING if direction == "above" else ROUND_FLOOR
    for digits in range(SIGNIFICANT_DIGITS, 17):
        rounded = float(Context(prec=digits, rounding=rounding).create_decimal_from_float(value))
        if changes(rounded):
            return rounded
    return value
