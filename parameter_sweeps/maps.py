"""Strategy maps: what each strategy is worth, and which is best, exactly, in every cell of a study."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.outlook import Stakes
from models.refusals import InputError
from models.strategies import CLASS_NAMES
from parameter_sweeps.grids import axis_column, touching_axes, values_over
from parameter_sweeps.study import Study
from simulation.decision_numbers import DECISION_COLUMNS, DECISION_SOURCES, exact_stakes
from simulation.resolution import is_chosen, settled_column
from simulation.valuation import strategy_values_of_columns

if TYPE_CHECKING:
    import xarray as xr

#: Numbers that a map gives for each cell, with what they say; of these and of the measures a sweep may ask.
MAP_VARIABLES = {
    "honest": "most that an honest rule gives",
    "compliant": "most that a compliant rule gives",
    "faking": "most that a faking rule gives",
    "faking_advantage": "what faking gives beyond the best other class",
    "threshold": "probability of being watched below which the best rule acts",
    "act_probability_watched": "probability of acting in a watched episode under the best rule",
    "act_probability_unwatched": "probability of acting in an unwatched episode under the best rule",
    "comply_probability_watched": "probability of complying in a watched episode under the best rule",
    "comply_probability_unwatched": "probability of complying in an unwatched episode under the best rule",
    "loss": "what the turn costs that follows a flag",
    "turn_loss": "what the turn costs that follows watched compliance",
}
_CELLS_AT_ONCE = 20_000
_CHOOSING = ("regime", "regime.schedule", "regime.schedule.kind", "regime.visibility", "regime.visibility.signal")


def strategy_map(study: Study, progress: Callable[[int, int], None] | None = None) -> xr.Dataset:
    """Return what each strategy is worth in every cell of a study, and which is best; nothing is simulated.

    Parameters
    ----------
    study
        The study; its measures, replicates and seed play no part.
    progress
        Called with (cells done, cells) now and then.

    Returns
    -------
    xarray.Dataset
        One dimension an axis, named by the dotted key; its coordinates are numbers, or text where any value
        is none. Variables: ``best``, the name of the best rule's class, and those of `MAP_VARIABLES`; utilities
        in units of payoff, NaN where no rule is of a class. Where agents differ, they are the median agent's.

    Raises
    ------
    InputError
        For combinations of values that a scenario refuses.
    """
    import xarray as xr

    found = {name: np.empty(study.cell_count) for name in ("best", *MAP_VARIABLES)}
    for part, values in _values_of_stretches(study, _CELLS_AT_ONCE):
        for name, column in found.items():
            column[part] = values[name]
        if progress is not None:
            progress(part.stop, study.cell_count)
    dims = tuple(study.axes)
    best = np.array(CLASS_NAMES)[found.pop("best").astype(np.int64)].reshape(study.shape)
    variables: dict[str, Any] = {"best": (dims, best, {"long_name": "class of the best rule"})}
    for name, column in found.items():
        variables[name] = (dims, column.reshape(study.shape), {"long_name": MAP_VARIABLES[name]})
    coordinates = {key: (key, axis_column(values)) for key, values in study.axes.items()}
    attributes = {"study": study.name, "digest": study.digest(), "base": study.base.name}
    return xr.Dataset(variables, coords=coordinates, attrs=attributes)


def decision_grid(study: Study) -> list[NDArray[np.float64]]:
    """Return the columns of `DECISION_COLUMNS` over the grid.

    A column has one dimension an axis, of length 1 where that axis plays no part.

    Raises
    ------
    InputError
        For combinations of values that a scenario refuses.
    """
    groups: dict[tuple[str, ...], list[str]] = {}
    # What the overseer chooses depends on everything.
    chosen = is_chosen(study.scenario) or any(key in study.axes for key in _CHOOSING)
    for name in DECISION_COLUMNS:
        keys = tuple(study.axes) if chosen else touching_axes(study, DECISION_SOURCES[name])
        groups.setdefault(keys, []).append(name)
    grid: dict[str, NDArray[np.float64]] = {}
    for keys, names in groups.items():

        def read(scenario: Any, names: list[str] = names) -> list[float]:
            columns = dict(zip(DECISION_COLUMNS, settled_column(scenario)[:, 0].tolist(), strict=True))
            return [columns[name] for name in names]

        grid |= zip(names, values_over(study, keys, read), strict=True)
    return [grid[name] for name in DECISION_COLUMNS]


def _values_of_stretches(study: Study, length: int) -> Iterator[tuple[slice, dict[str, NDArray[np.float64]]]]:
    """Yield stretches of consecutive cells with the values there."""
    grid = [np.broadcast_to(column, study.shape) for column in decision_grid(study)]
    stakes = _shared_stakes(study)
    for first in range(0, study.cell_count, length):
        part = slice(first, min(first + length, study.cell_count))
        columns = np.array([column.flat[part] for column in grid])
        yield part, strategy_values_of_columns(columns, stakes)


def _shared_stakes(study: Study) -> Stakes:
    """Return the distribution of temptations, which all cells must share.

    Raises
    ------
    InputError
        If it is varied.
    """
    for key, values in study.axes.items():
        is_kind = key == "stakes.kind" and "random" in values
        if is_kind or key in ("stakes", "stakes.distribution"):
            message = f"vary.{key} must be left out of a strategy map of random stakes; a sweep may vary it"
            raise InputError([message])
    return exact_stakes(study.scenario)
