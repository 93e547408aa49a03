"""Which rows of a table are meant by ``where``: a value or the nearest, a range, or levels of each key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.refusals import InputError, shortened
from parameter_sweeps.factors import axis_column


def chosen_rows(rows: pd.DataFrame, where: Mapping[str, Any]) -> pd.DataFrame:
    """Return the rows of a table that a selection means.

    Parameters
    ----------
    rows : DataFrame
        With a column for each key.
    where : mapping
        By key: a value (of numbers, the nearest that there is), ``[low, high]``, or a list of levels.

    Raises
    ------
    InputError
        If no row is meant.
    """
    kept = np.ones(len(rows), dtype=bool)
    for key, wanted in where.items():
        kept &= _meant(rows[key].to_numpy(), wanted)
    if len(rows) and not kept.any():
        raise InputError([f"where must choose at least one cell, got none by {shortened(dict(where))}"])
    return rows[kept].reset_index(drop=True)


def level_of(values: NDArray[Any], wanted: Any) -> Any:
    """Return the level of an axis that a value means: of numbers the nearest, else the value as a table holds it."""
    if is_numeric(values) and _is_number(wanted):
        distinct = np.unique(values)
        return distinct[np.abs(distinct - float(wanted)).argmin()]
    return axis_column([wanted, ""])[0]


def levels_of(values: NDArray[Any]) -> list[Any]:
    """Return the levels in a column: numbers ascending, words in the order in which they come."""
    return sorted(pd.unique(values)) if is_numeric(values) else list(pd.unique(values))


def is_numeric(values: NDArray[Any]) -> bool:
    """Return whether a column holds numbers."""
    return bool(np.issubdtype(np.asarray(values).dtype, np.number))


def _meant(values: NDArray[Any], wanted: Any) -> NDArray[np.bool_]:
    if isinstance(wanted, list | tuple) and is_numeric(values) and len(wanted) == 2:
        found: NDArray[np.bool_] = (values >= wanted[0]) & (values <= wanted[1])
        return found
    listed = wanted if isinstance(wanted, list | tuple) else [wanted]
    return np.isin(values, [level_of(values, value) for value in listed])


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
