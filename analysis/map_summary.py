"""A strategy map in a few numbers: how many cells each class has, and where the class first changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


def class_shares(found: xr.Dataset) -> list[dict[str, Any]]:
    """Return class, number of cells and share of cells, the most frequent class first.

    Parameters
    ----------
    found : Dataset
        A strategy map: a dimension per axis, and the variable ``best``, the name of the best class.
    """
    names, counts = np.unique(found["best"].to_numpy(), return_counts=True)
    order = np.argsort(-counts, kind="stable")
    return [
        {
            "class": str(names[place]),
            "cells": int(counts[place]),
            "share": float(counts[place] / counts.sum()),
        }
        for place in order
    ]


def first_changes(found: xr.Dataset) -> list[dict[str, Any]]:
    """Return for each axis the two neighbouring values between which the class first changes, on any line.

    Returns
    -------
    list of dict
        key; last and first: the values before and after the change; from and to: the classes there; lines:
        how many along the axis see a change; of: how many there are. Values and classes are None where the
        class never changes. Empty for a map of single cells, which have no neighbours.
    """
    if found["best"].dims == ("cell",):
        return []
    names = found["best"].to_numpy()
    return [_first_change(str(key), found[key].to_numpy(), names, axis) for axis, key in enumerate(found["best"].dims)]


def _first_change(key: str, values: NDArray[Any], names: NDArray[np.str_], axis: int) -> dict[str, Any]:
    lines = np.moveaxis(names, axis, 0).reshape(len(values), -1)
    changed = lines[1:] != lines[:-1]
    summary = {"key": key, "lines": int(changed.any(axis=0).sum()), "of": int(lines.shape[1])}
    if not changed.any():
        return summary | {"last": None, "first": None, "from": None, "to": None}
    place = int(np.flatnonzero(changed.any(axis=1))[0])
    line = int(np.flatnonzero(changed[place])[0])
    return summary | {
        "last": _plain(values[place]),
        "first": _plain(values[place + 1]),
        "from": str(lines[place, line]),
        "to": str(lines[place + 1, line]),
    }


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def map_table(found: xr.Dataset) -> pd.DataFrame:
    """Return a map as a table: one row a cell, the axes first, then what was found."""
    import pandas as pd

    if not found.dims:
        return pd.DataFrame([{str(name): values.item() for name, values in found.data_vars.items()}])
    table = found.to_dataframe().reset_index()
    return table[[*map(str, found.coords), *map(str, found.data_vars)]]
