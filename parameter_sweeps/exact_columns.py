"""The exact strategy values of many cells at once: their scenarios as columns of numbers, solved in one loop."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.outlook import Stakes
from models.refusals import InputError
from parameter_sweeps.factors import REGIME, Layout, Planned, cells_in, shape_of, varied_keys
from parameter_sweeps.grids import scenarios_over, touching_axes, values_over
from simulation.decision_numbers import DECISION_COLUMNS, DECISION_SOURCES, exact_stakes
from simulation.resolution import is_chosen, settled_column
from simulation.valuation import strategy_values_of_columns

Floats = NDArray[np.float64]

_CHOOSING = ("regime.schedule.kind", "regime.visibility.signal")


def values_of_stretches(planned: Planned, length: int) -> Iterator[tuple[slice, dict[str, Floats]]]:
    """Yield stretches of consecutive cells with the values there.

    Parameters
    ----------
    planned
        A study, or a part of one.
    length
        Most cells of a stretch.

    Yields
    ------
    slice, dict of arrays
        Numbers of the cells, and what `simulation.valuation.strategy_values_of_columns` returns of them.

    Raises
    ------
    InputError
        For combinations of values that a scenario refuses, and where random stakes are varied.
    """
    begin = 0
    for layout in under_each_regime(planned):
        grid = [np.broadcast_to(column, shape_of(layout)) for column in decision_grid(layout)]
        stakes, cells = shared_stakes(layout), cells_in(layout)
        for first in range(0, cells, length):
            part = slice(first, min(first + length, cells))
            columns = np.array([column.flat[part] for column in grid])
            yield slice(begin + part.start, begin + part.stop), strategy_values_of_columns(columns, stakes)
        begin += cells


def under_each_regime(planned: Planned) -> list[Layout]:
    """Return the cells under each regime, which follow each other; of what has no regimes, all cells."""
    if not planned.regimes:
        return [Layout(planned.scenario, planned.factors)]
    # each on its own: what one regime asks of the whole scenario, others read on one axis
    scenarios = [planned.scenario.with_values({REGIME: regime}) for regime in planned.regimes.values()]
    return [Layout(scenario, planned.factors[1:]) for scenario in scenarios]


def decision_grid(planned: Planned) -> list[Floats]:
    """Return the columns of `DECISION_COLUMNS` over the cells.

    A column has one dimension a factor, of length 1 where that factor plays no part.

    Raises
    ------
    InputError
        For combinations of values that a scenario refuses.
    """
    groups: dict[tuple[str, ...], list[str]] = {}
    # What the overseer chooses depends on everything.
    chosen = any(is_chosen(scenario) for scenario in scenarios_over(planned, touching_axes(planned, _CHOOSING)))
    for name in DECISION_COLUMNS:
        keys = varied_keys(planned) if chosen else touching_axes(planned, DECISION_SOURCES[name])
        groups.setdefault(keys, []).append(name)
    grid: dict[str, Floats] = {}
    for keys, names in _read_together(planned, groups).items():

        def read(scenario: Any, names: list[str] = names) -> list[float]:
            columns = dict(zip(DECISION_COLUMNS, settled_column(scenario)[:, 0].tolist(), strict=True))
            return [columns[name] for name in names]

        grid |= zip(names, values_over(planned, keys, read), strict=True)
    return [grid[name] for name in DECISION_COLUMNS]


def _read_together(planned: Planned, groups: dict[tuple[str, ...], list[str]]) -> dict[tuple[str, ...], list[str]]:
    """Return groups of columns by the keys that they are read on, made one where that asks fewer scenarios.

    On points that differ in every key, each group asks as many scenarios as all groups at once.
    """
    scattered = {key for factor in planned.factors if len(factor.columns) > 1 for key in factor.columns}
    apart = [keys for keys in groups if not scattered.isdisjoint(keys)]
    union = tuple(key for key in varied_keys(planned) if any(key in keys for keys in apart))
    if len(apart) < 2 or _scenarios_on(planned, union) >= sum(_scenarios_on(planned, keys) for keys in apart):
        return groups
    together = {keys: names for keys, names in groups.items() if keys not in apart}
    return together | {union: [name for keys in apart for name in groups[keys]]}


def _scenarios_on(planned: Planned, keys: tuple[str, ...]) -> int:
    touched = [factor for factor in planned.factors if not factor.columns.keys().isdisjoint(keys)]
    return math.prod(factor.restricted(keys)[0].length for factor in touched)


def shared_stakes(planned: Planned) -> Stakes:
    """Return the distribution of temptations, which all cells must share.

    Raises
    ------
    InputError
        If it is varied.
    """
    for factor in planned.factors:
        for key, values in factor.columns.items():
            is_kind = key == "stakes.kind" and "random" in values
            if is_kind or key in ("stakes", "stakes.distribution"):
                message = f"vary.{key} must be left out of a strategy map of random stakes; a sweep may vary it"
                raise InputError([message])
    return exact_stakes(planned.scenario)
