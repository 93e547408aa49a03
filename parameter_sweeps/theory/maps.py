"""Strategy maps that are counted: in how many cells something is not as theory says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from parameter_sweeps.maps import strategy_map
from parameter_sweeps.study import Study
from parameter_sweeps.theory.probing import Values

if TYPE_CHECKING:
    import xarray as xr


def map_of(ranges: Mapping[str, list[float]], changes: Values) -> xr.Dataset:
    """Return the exact strategy map of the base case with changes.

    Parameters
    ----------
    ranges : mapping
        First value, last value and number of values, by dotted key.
    changes : mapping
        Values by dotted key.
    """
    vary = {key: {"linspace": ends} for key, ends in ranges.items()}
    return strategy_map(Study.from_mapping({"name": "theory", "base": "base", "set": dict(changes), "vary": vary}))


def cells_not(best: str, ranges: Mapping[str, list[float]], changes: Values) -> float:
    """Return in how many cells of a map another class than `best` is best."""
    return float((map_of(ranges, changes)["best"].to_numpy() != best).sum())
