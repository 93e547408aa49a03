import math

import numpy as np
import pytest
import xarray as xr

from analysis.figures.trajectory import trajectory_figure
from analysis.trajectories import mean_bands, tidy_trajectory, trajectory_means

NAN = math.nan


@pytest.fixture
def trajectory():
    return xr.Dataset(
        {
            "compliance_watched": (("replicate", "episode"), [[1.0, NAN, 0.5], [0.0, NAN, 0.5]]),
            "compliance_unwatched": (("replicate", "episode"), [[0.2, 0.2, NAN], [0.4, 0.4, 0.1]]),
            "faking_share": (("replicate", "census"), [[1.0, 0.5], [1.0, 0.7]]),
            "belief": (("replicate", "episode", "agent"), np.zeros((2, 3, 4))),
        },
        coords={"replicate": [0, 1], "episode": [0, 1, 2], "census": [0, 2]},
        attrs={"scenario": "small"},
    )


def test_tidy_table_has_a_row_a_value_and_no_agents(trajectory):
    tidy = tidy_trajectory(trajectory)
    assert list(tidy.columns) == ["replicate", "episode", "measure", "value"]
    assert len(tidy) == 2 * 3 + 2 * 3 + 2 * 2
    assert set(tidy["measure"]) == {"compliance_watched", "compliance_unwatched", "faking_share"}


def test_means_leave_unknown_values_out(trajectory):
    means = trajectory_means(tidy_trajectory(trajectory))
    assert list(means.index) == [0, 1, 2]
    assert means["compliance_watched"].iloc[0] == 0.5
    assert math.isnan(means["compliance_watched"].iloc[1])
    # one of the two replicates is known
    assert means["compliance_unwatched"].iloc[2] == 0.1
    # counted before episodes 0 and 2 alone
    assert math.isnan(means["faking_share"].iloc[1])
    assert means["faking_share"].iloc[2] == pytest.approx(0.6)


def test_bands_are_student_intervals():
    # two values 0 and 1: mean .5, standard error .5, t(1, .975) = 12.7062047
    mean, low, high = mean_bands(np.array([[0.0], [1.0]]))
    assert mean[0] == 0.5
    assert high[0] - mean[0] == pytest.approx(12.7062047 / 2)
    assert mean[0] - low[0] == pytest.approx(12.7062047 / 2)


def test_figure_draws_three_named_curves_and_keeps_gaps(trajectory):
    axes = trajectory_figure(trajectory).axes[0]
    assert [line.get_label() for line in axes.lines] == [
        "compliance watched",
        "compliance unwatched",
        "share that fakes",
    ]
    assert np.isnan(axes.lines[0].get_ydata()[1])
    assert axes.get_xlabel() == "episode"


def test_single_replicate_has_no_band(trajectory):
    axes = trajectory_figure(trajectory.isel(replicate=[0])).axes[0]
    assert len(axes.collections) == 0
