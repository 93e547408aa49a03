"""Strategy maps: what each strategy is worth, and which is best, exactly, in every cell of a study."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from models.strategies import CLASS_NAMES
from parameter_sweeps.boundary import cells_of_full_grid
from parameter_sweeps.design_kinds import Boundary
from parameter_sweeps.exact_columns import values_of_stretches
from parameter_sweeps.factors import varied_keys
from parameter_sweeps.grids import varied_columns
from parameter_sweeps.study import Study, admitted_study

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
        One dimension an axis, named by the dotted key, and ``regime`` if there are regimes; of a design that is
        no grid, one dimension ``cell``, with the varied keys along it. Coordinates are numbers, or text where any
        value is none. Variables: ``best``, the name of the best rule's class, and those of `MAP_VARIABLES`; utilities
        in units of payoff, NaN where no rule is of a class. Where agents differ, they are the median agent's.

    Raises
    ------
    InputError
        For combinations of values that a scenario refuses.
    """
    import xarray as xr

    admitted_study(study)
    found = {name: np.empty(study.cell_count) for name in ("best", *MAP_VARIABLES)}
    for part, values in values_of_stretches(study, _CELLS_AT_ONCE):
        for name, column in found.items():
            column[part] = values[name]
        if progress is not None:
            progress(part.stop, study.cell_count)
    dims, shape = (varied_keys(study), study.shape) if study.is_grid else (("cell",), (study.cell_count,))
    best = np.array(CLASS_NAMES)[found.pop("best").astype(np.int64)].reshape(shape)
    variables: dict[str, Any] = {"best": (dims, best, {"long_name": "class of the best rule"})}
    for name, column in found.items():
        variables[name] = (dims, column.reshape(shape), {"long_name": MAP_VARIABLES[name]})
    attributes = {"study": study.name, "digest": study.digest(), "base": study.base.name}
    if isinstance(study.design, Boundary):
        attributes["cells_of_full_grid"] = str(cells_of_full_grid(study))
    return xr.Dataset(variables, coords=_coordinates(study), attrs=attributes)


def is_simulated(study: Study) -> bool:
    """Return whether anything of a study is simulated: not if all its measures are those of a map."""
    return not study.measures or not set(MAP_VARIABLES).issuperset(study.measures)


def _coordinates(study: Study) -> dict[str, Any]:
    if study.is_grid:
        return {key: (key, column) for factor in study.factors for key, column in factor.written.items()}
    cells = np.arange(study.cell_count)
    return {"cell": ("cell", cells)} | {key: ("cell", column) for key, column in varied_columns(study, cells).items()}
