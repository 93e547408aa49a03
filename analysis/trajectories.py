"""Trajectories of a run as tables: one row per replicate, episode and measure, and means over replicates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


def tidy_trajectory(trajectory: xr.Dataset) -> pd.DataFrame:
    """Return a trajectory with one row per value: columns replicate, episode, measure and value.

    Parameters
    ----------
    trajectory : Dataset
        As in `simulation.recording.trajectory_dataset`. Agents' own states are left out; the classes stand at
        the episodes before which they were counted.
    """
    import pandas as pd

    parts = []
    for name, values in trajectory.data_vars.items():
        if len(values.dims) != 2:
            continue
        part = values.to_series().rename("value").reset_index()
        part = part.rename(columns={"census": "episode"})
        part.insert(2, "measure", str(name))
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def trajectory_means(tidy: pd.DataFrame) -> pd.DataFrame:
    """Return the means over replicates, NaN ones left out: one row an episode, one column a measure."""
    means = tidy.groupby(["episode", "measure"], sort=False)["value"].mean().unstack("measure")
    return means.sort_index()[list(tidy["measure"].unique())]


def mean_bands(
    values: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return (mean, low, high), each (episodes,), of values (replicates, episodes), with 95 % intervals."""
    from simulation.intervals import mean_interval

    found = np.array([mean_interval(column)[:3] for column in values.T])
    return found[:, 0], found[:, 1], found[:, 2]
