"""Cells by number, varied values as columns, and what is the same in most cells.

What a few parts of a scenario determine is read on the factors that touch these parts, and nowhere else: a grid
of 1,000 by 1,000 cells has only 1,000 values of what one axis alone touches. Every combination of values that
are read together is validated.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from models.refusals import InputError
from models.scenario import Scenario
from parameter_sweeps.axes import MAXIMAL_MISTAKES, covers
from parameter_sweeps.canonical import canonical_json, strict
from parameter_sweeps.cell import Cell
from parameter_sweeps.factors import REGIME, Factor, Planned, shape_of, values_at, varied_keys
from parameter_sweeps.rebuilding import built, is_plain_value, plainly_built

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def cells_between(planned: Planned, first: int, end: int) -> Iterator[Cell]:
    """Yield the cells numbered from `first` up to, but not including, `end`."""
    for index in range(first, end):
        yield Cell(index, values_at(planned, index))


def varied_columns(planned: Planned, cells: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    """Return the varied values of some cells as a table holds them, by key; cells are given by their numbers."""
    import numpy as np

    positions = np.unravel_index(cells, shape_of(planned)) if planned.factors else ()
    return {
        key: column[position]
        for factor, position in zip(planned.factors, positions, strict=True)
        for key, column in factor.written.items()
    }


def touching_axes(planned: Planned, parts: Sequence[str]) -> tuple[str, ...]:
    """Return the varied keys that stand inside one of the parts, or that one of them stands inside."""
    return tuple(key for key in varied_keys(planned) if any(covers(key, part) or covers(part, key) for part in parts))


def values_over(
    planned: Planned, keys: Sequence[str], read: Callable[[Scenario], Sequence[float]]
) -> list[NDArray[np.float64]]:
    """Return what is read off the scenarios on some keys, on all combinations of their values.

    Parameters
    ----------
    planned
        A study, or a part of one.
    keys
        Varied keys, in the order of the study.
    read
        Returns the same number of quantities for every scenario.

    Returns
    -------
    list of arrays
        One array a quantity, with one dimension a factor, of length 1 on those without any of the keys.

    Raises
    ------
    InputError
        For combinations that the scenario refuses.
    """
    import numpy as np

    parts = _restricted(planned, keys)
    distinct = [part for part, _ in parts.values()]
    found = np.array([read(scenario) for scenario in _scenarios(planned, distinct)], dtype=np.float64)
    short = tuple(parts[number][0].length if number in parts else 1 for number in range(len(planned.factors)))
    columns = []
    for column in found.T:
        laid = column.reshape(short)
        for number, (part, places) in parts.items():
            if places.size != part.length:
                laid = laid.take(places, axis=number)
        columns.append(laid)
    return columns


def scenarios_over(planned: Planned, keys: Sequence[str]) -> Iterator[Scenario]:
    """Yield the scenarios on some keys, each combination once, with the last factor running fastest.

    Raises
    ------
    InputError
        For combinations that the scenario refuses, the first few of them.
    """
    yield from _scenarios(planned, [part for part, _ in _restricted(planned, keys).values()])


def scenario_with(planned: Planned, values: Mapping[str, Any]) -> Scenario:
    """Return the scenario of some varied values, in which a regime is named; an `InputError` if it refuses them."""
    rest, scenario = dict(values), planned.scenario
    if planned.regimes and REGIME in rest:
        scenario = scenario.with_values({REGIME: planned.regimes[rest.pop(REGIME)]})
    return built(scenario, rest)


class ConsecutiveScenarios:
    """The scenarios of cells that follow each other: what all but the last factor change is made once for many.

    Each is the scenario that `scenario_with` returns, and what that refuses is refused in the same words.
    """

    def __init__(self, planned: Planned) -> None:
        self._planned = planned
        self._fast = set(planned.factors[-1].columns) if planned.factors else set[str]()
        self._slow: dict[str, Any] | None = None
        self._begun: Scenario | None = None

    def of(self, values: Mapping[str, Any]) -> Scenario:
        """Return the scenario of some varied values; an `InputError` if it refuses them."""
        slow = {key: value for key, value in values.items() if key not in self._fast}
        if slow != self._slow:
            self._slow, self._begun = slow, self._begin(slow)
        if self._begun is not None:
            with suppress(InputError):
                return plainly_built(self._begun, {key: values[key] for key in self._fast})
        return scenario_with(self._planned, values)

    def _begin(self, slow: Mapping[str, Any]) -> Scenario | None:
        if not self._fast or REGIME in self._fast:
            return None
        try:
            begun = scenario_with(self._planned, slow)
        except InputError:
            # they may be right with the rest
            return None
        keys = {*slow, *self._fast} - {REGIME}
        # a kind decides which other keys there are, and is changed together with them
        return begun if all(is_plain_value(begun, key) for key in keys) else None


def _restricted(planned: Planned, keys: Sequence[str]) -> dict[int, tuple[Factor, NDArray[np.int64]]]:
    """Return for each factor with any of the keys its distinct rows on them, and which of them each row is."""
    return {
        number: factor.restricted(keys)
        for number, factor in enumerate(planned.factors)
        if not factor.columns.keys().isdisjoint(keys)
    }


def _scenarios(planned: Planned, factors: Sequence[Factor]) -> Iterator[Scenario]:
    mistakes: dict[str, None] = {}
    under: dict[str, Scenario] = {}
    for positions in itertools.product(*(range(factor.length) for factor in factors)):
        changed: dict[str, Any] = {}
        for factor, position in zip(factors, positions, strict=True):
            changed |= factor.row(position)
        try:
            yield _under(planned, changed, under)
        except InputError as error:
            together = ", ".join(f"{key} {canonical_json(strict(value))}" for key, value in changed.items())
            mistakes |= dict.fromkeys(f"vary: {message} (at {together})" for message in error.messages)
            if len(mistakes) >= MAXIMAL_MISTAKES:
                break
    if mistakes:
        raise InputError(mistakes)


def _under(planned: Planned, values: Mapping[str, Any], under: dict[str, Scenario]) -> Scenario:
    """Return the scenario of some varied values, with that of each regime made once."""
    if not planned.regimes or REGIME not in values:
        return built(planned.scenario, values)
    name = values[REGIME]
    if name not in under:
        under[name] = scenario_with(planned, {REGIME: name})
    return built(under[name], {key: value for key, value in values.items() if key != REGIME})
