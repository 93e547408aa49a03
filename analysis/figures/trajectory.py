"""How a run goes: compliance watched and unwatched, and the share of agents that fake, over episodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.trajectories import mean_bands

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Measure, label, colour (Okabe and Ito's, which colour-blind readers tell apart) and line.
_CURVES = (
    ("compliance_watched", "compliance watched", "#0072B2", "-"),
    ("compliance_unwatched", "compliance unwatched", "#D55E00", "--"),
    ("faking_share", "share that fakes", "#009E73", ":"),
)


def trajectory_figure(trajectory: xr.Dataset) -> Figure:
    """How a run goes: compliance watched and unwatched and the share that fakes, with 95 % intervals.

    Parameters
    ----------
    trajectory : Dataset
        As in `simulation.recording.trajectory_dataset`. Episodes in which nobody could be counted leave a
        gap; with one replicate there is no band.
    """
    # without pyplot there is no global state, and no window is ever opened
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(6.4, 4.0), layout="constrained")
    axes = figure.add_subplot()
    for name, label, colour, line in _CURVES:
        _draw(axes, trajectory[name], label, colour, line)
    axes.set(xlabel="episode", ylabel="share", ylim=(-0.02, 1.02))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_title(str(trajectory.attrs.get("scenario", "")), loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside lower center", ncols=len(_CURVES), frameon=False)
    return figure


def _draw(axes: Axes, measured: xr.DataArray, label: str, colour: str, line: str) -> None:
    along = str(measured.dims[1])
    places = measured[along].to_numpy()
    mean, low, high = mean_bands(measured.to_numpy())
    # few points are shown as points: a single census has no line
    marker = "o" if along == "census" else ""
    axes.plot(places, mean, line, color=colour, label=label, marker=marker, markersize=4)
    known = ~np.isnan(low)
    if known.any():
        # a share lies in [0, 1], also where the interval of its mean does not
        low, high = np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)
        axes.fill_between(places, low, high, color=colour, alpha=0.15, linewidth=0)
