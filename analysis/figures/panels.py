"""Panels, series and their labels: what kinds of figures with lines and points share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.figures.regime_map import axis_label
from analysis.outcome import Outcome
from analysis.selection import levels_of
from analysis.style import MISSING, SERIES, WIDE, WIDTHS, blank_figure, scale_of
from analysis.wording import capitalised, label_of, level_words, words_of
from models.refusals import InputError
from parameter_sweeps.support_conditions import EPISODE
from simulation.intervals import mean_interval

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Options = Mapping[str, Any]
MEASURE = "measure"


def listed(names: Any) -> list[str]:
    """Return one name or several as a list."""
    return list(names) if isinstance(names, list | tuple) else [names]


def coding(measures: Sequence[str], options: Options) -> tuple[str | None, str | None]:
    """Return what tells lines apart, and what panels: keys, `MEASURE` where there are several measures, or None.

    Raises
    ------
    InputError
        If several measures, a series and panels are asked for at once.
    """
    series, panels = options.get("series"), options.get("panels")
    if len(measures) == 1:
        return series, panels
    if series is not None and panels is not None:
        raise InputError(["figure.y must be one measure where series and panels are given, got several"])
    return (MEASURE, panels) if series is None else (series, MEASURE)


def gathered(
    outcome: Outcome, measures: Sequence[str], x: str, options: Options, where: Mapping[str, Any]
) -> pd.DataFrame:
    """Return what is plotted against an axis: mean and 95 % interval over replicates, by panel, series and place.

    What else varies is averaged within each replicate. Columns: panel, series, x, mean, low, high, number (of
    replicates) and holes (runs of these cells that are missing or failed). Of what is exact low and high are NaN.
    """
    series, panels = coding(measures, options)
    parts = []
    for measure in measures:
        rows = outcome.observed(measure, where, over_episodes=x == EPISODE)
        if x == EPISODE:
            rows["holes"] = outcome.holes[rows["cell"].to_numpy()]
        else:
            rows = outcome.with_lost_cells(rows, where)
        rows["measure"] = measure
        keys = [key for key in (panels, series, x) if key is not None]
        parts.append(_summarised(rows, keys, panels, series, x, outcome.is_exact(measure)))
    return pd.concat(parts, ignore_index=True)


def _summarised(
    rows: pd.DataFrame, keys: list[str], panels: str | None, series: str | None, x: str, is_exact: bool
) -> pd.DataFrame:
    # each replicate first: cells that share their luck are no independent observations
    each = rows.groupby([*keys, "replicate"], sort=False).agg(value=("value", "mean"), holes=("holes", "sum"))
    found = []
    for place, group in each.groupby(level=keys, sort=False):
        levels = dict(zip(keys, place if isinstance(place, tuple) else (place,), strict=True))
        mean, low, high, number = mean_interval(group["value"].to_numpy(dtype=np.float64))
        ends = (np.nan, np.nan) if is_exact else (low, high)
        found.append(
            (
                levels.get(panels or "", ""),
                levels.get(series or "", ""),
                levels[x],
                mean,
                *ends,
                number,
                int(group["holes"].max()),
            )
        )
    return pd.DataFrame(found, columns=["panel", "series", "x", "mean", "low", "high", "number", "holes"])


def panel_axes(data: pd.DataFrame, options: Options, share_y: bool = True) -> tuple[Figure, dict[Any, Axes]]:
    """Return a figure with axes for each panel of some data, and the axes by panel."""
    panels = levels_of(data["panel"].to_numpy())
    width = options.get("width", "neurips")
    inches, scale = WIDTHS[width], scale_of(width)
    most = 3 if inches / scale > WIDE else 2
    columns = min(len(panels), most if len(panels) != 4 else 2)
    rows = -(-len(panels) // columns)
    each = inches / columns
    ratio = 0.56 if columns == 1 and inches / scale > WIDE else 0.74 if columns == 1 else 0.86
    figure = blank_figure(inches, rows * each * ratio + 0.3 * scale)
    grid = figure.subplots(rows, columns, sharex=True, sharey=share_y, squeeze=False)
    for spare in grid.ravel()[len(panels) :]:
        spare.remove()
    for axes in grid.ravel()[: len(panels)]:
        axes.spines[["top", "right"]].set_visible(False)
    return figure, dict(zip(panels, grid.ravel(), strict=False))


def series_look(number: int, scale: float = 1.0) -> dict[str, Any]:
    """Return colour, line and marker of a series, by its number."""
    colour, line, marker = SERIES[number % len(SERIES)]
    return {
        "color": colour, "linestyle": line, "marker": marker, "linewidth": 1.1 * scale, "markersize": 3.4 * scale,
        "markeredgewidth": 0.0,
    }  # fmt: skip


def in_order(data: pd.DataFrame) -> pd.DataFrame:
    """Return what is plotted by panel and series, in the order in which they come, and along the axis."""
    places = {name: pd.factorize(data[name])[0] for name in ("panel", "series")}
    order = np.lexsort((data["x"].to_numpy(), places["series"], places["panel"]))
    return data.iloc[order].reset_index(drop=True)


def common_label(measures: Sequence[str]) -> str:
    """Return what stands at the axis of several measures: the words that their names begin with, or *Value*."""
    if len(measures) == 1:
        return label_of(measures[0])
    words = [words_of(name).split() for name in measures]
    shared = []
    for together in zip(*words, strict=False):
        if len({*together}) > 1:
            break
        shared.append(together[0])
    return capitalised(" ".join(shared)) if shared else "Value"


def note_of_nothing(data: pd.DataFrame, levels: Sequence[Any], key: str | None) -> list[Artist]:
    """Return an entry of the legend that names the series without a single value, if there are some."""
    from matplotlib.lines import Line2D

    empty = [level for level in levels if data.loc[data["series"] == level, "mean"].isna().all()]
    if not empty:
        return []
    names = ", ".join(level_label(key, level) for level in empty) or "the measure"
    return [Line2D([], [], linestyle="none", marker="", label=f"nothing to count: {names}")]


def refuse_many_series(levels: Sequence[Any]) -> None:
    """Refuse more series than there are colours."""
    if len(levels) > len(SERIES):
        raise InputError(
            [f"figure.series must have at most {len(SERIES)} levels, got {len(levels)}: choose some by figure.where"]
        )


def level_label(key: str | None, value: Any) -> str:
    """Return what a level is called in a legend or above a panel."""
    if key is None:
        return ""
    if key == MEASURE:
        return words_of(str(value))
    if isinstance(value, str):
        return level_words(value)
    return f"{key_label(key)} = {level_words(value)}"


def key_label(key: str) -> str:
    """Return what a varied key is called: words and symbol."""
    return {"regime": "Regime", EPISODE: "Episode"}.get(key) or axis_label(key)


def direct_labels(axes: Axes, ends: Sequence[tuple[float, float, str, str]], scale: float = 1.0) -> None:
    """Write the name of each line at its right end, apart from each other.

    Parameters
    ----------
    axes : Axes
        With its limits as they will be.
    ends : sequence of (x, y, text, colour)
    scale : float
    """
    size = 7.5 * scale
    low, high = axes.get_ylim()
    figure = axes.get_figure(root=True)
    inches = 0.7 * (figure.get_size_inches()[1] if figure else 3.0)
    step = 1.25 * size / 72.0 / inches
    places = spread([(y - low) / (high - low) for _, y, _, _ in ends], step)
    x = max((end[0] for end in ends), default=0.0)
    for (_, y, text, colour), place in zip(ends, places, strict=True):
        shift = (place - (y - low) / (high - low)) * inches * 72.0
        axes.annotate(
            text, (x, y), (6.0 * scale, shift), textcoords="offset points", va="center", ha="left", fontsize=size,
            color=colour, annotation_clip=False,
        )  # fmt: skip


def spread(places: Sequence[float], step: float) -> list[float]:
    """Return places moved as little as needed, in their order, so that neighbours are a step apart."""
    order = sorted(range(len(places)), key=lambda number: places[number])
    moved = [places[number] for number in order]
    for _ in range(200):
        shifts = [max(0.0, step - (second - first)) for first, second in pairwise(moved)]
        if max(shifts, default=0.0) < 1e-6:
            break
        for place, shift in enumerate(shifts):
            moved[place] -= shift / 2
            moved[place + 1] += shift / 2
    found = dict(zip(order, moved, strict=True))
    return [found[number] for number in range(len(places))]


def mark_holes(axes: Axes, points: pd.DataFrame, scale: float = 1.0) -> list[Artist]:
    """Mark the points with missing or failed runs, and return the entry of the legend."""
    holed = points[points["holes"] > 0]
    if holed.empty:
        return []
    marks: list[Artist] = []
    # where no run is left there is no height: the mark stands at the foot
    foot = holed[holed["mean"].isna()]
    look: dict[str, Any] = {
        "linestyle": "none", "marker": "x", "markersize": 7.0 * scale, "color": MISSING,
        "markeredgewidth": 1.4 * scale, "label": "missing or failed runs", "zorder": 6, "clip_on": False,
    }  # fmt: skip
    marks += axes.plot(foot["x"], [0.0] * len(foot), transform=axes.get_xaxis_transform(), **look)
    marks += axes.plot(holed["x"], holed["mean"], **look)
    return marks


def finish(figure: Figure, outcome: Outcome, options: Options, handles: Sequence[Artist] = ()) -> Figure:
    """Add legend, title, and the mark of a study that was scaled down."""
    width = options.get("width", "neurips")
    if handles:
        is_wide = WIDTHS[width] / scale_of(width) > WIDE
        named = {handle.get_label(): handle for handle in handles}
        figure.legend(
            handles=list(named.values()), loc="outside lower center", ncols=min(len(named), 4 if is_wide else 2),
            handlelength=2.6, columnspacing=1.2,
        )  # fmt: skip
    title = options.get("title", "")
    if outcome.study.quick:
        title = f"{title} (quick look, scaled down)" if title else "quick look, scaled down"
    if title:
        figure.suptitle(title)
    return figure
