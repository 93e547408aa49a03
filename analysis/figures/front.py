"""Front: two measures against each other, and the levels that no other betters in both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.figures.options import EVERY_KIND, WHERE, Option, is_axis, is_better, is_flag, is_measure
from analysis.figures.panels import Options, finish, level_label, series_look
from analysis.outcome import Outcome
from analysis.selection import levels_of
from analysis.style import INK, MISSING, SERIES, WIDE, WIDTHS, blank_figure, scale_of
from analysis.wording import label_of
from simulation.intervals import mean_interval

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]

#: Points nearer than this share of both axes lie on each other.
_NEAR = 0.03

ABOUT = "Two measures against each other, a point for each cell with intervals, and the Pareto front."
OPTIONS = {
    "x": Option("the measure across", is_measure, needed=True),
    "y": Option("the measure upright", is_measure, needed=True),
    "x_better": Option("which end of x is better: low (by default) or high", is_better),
    "y_better": Option("which end of y is better: low (by default) or high", is_better),
    "levels": Option("the varied key whose levels have names and colours, such as regime", is_axis),
    "diagonal": Option("whether the line y = x is drawn in place of the front, to compare two measures", is_flag),
    "intervals": Option("whether intervals are drawn, as they are by default", is_flag),
    "where": WHERE,
    **EVERY_KIND,
}


def data(outcome: Outcome, options: Options) -> pd.DataFrame:
    """Return a row a cell: cell, level, mean, low and high of x and of y, holes, and whether it is on the front."""
    key = options.get("levels")
    table = pd.DataFrame()
    for side in ("x", "y"):
        rows = outcome.with_lost_cells(outcome.observed(options[side], options.get("where")), options.get("where"))
        by_cell = {
            cell: mean_interval(group.to_numpy(dtype=np.float64))[:3] for cell, group in rows.groupby("cell")["value"]
        }
        part = pd.DataFrame(by_cell, index=[side, f"{side}_low", f"{side}_high"]).T
        table = part if table.empty else table.join(part, how="outer")
    table = table.rename_axis("cell").reset_index()
    cells = table["cell"].to_numpy(dtype=np.int64)
    table["level"] = outcome.varied[key][cells] if key else ""
    table["holes"] = outcome.holes[cells]
    signs = [-1.0 if options.get(f"{side}_better", "low") == "high" else 1.0 for side in ("x", "y")]
    table["on_front"] = pareto(table["x"].to_numpy() * signs[0], table["y"].to_numpy() * signs[1])
    return table


def pareto(first: Floats, second: Floats) -> NDArray[np.bool_]:
    """Return which points no other is at least as low as in both, and lower in one; unknown ones are none."""
    known = ~(np.isnan(first) | np.isnan(second))
    found = np.zeros(len(first), dtype=bool)
    for place in np.flatnonzero(known):
        as_low = known & (first <= first[place]) & (second <= second[place])
        found[place] = not (as_low & ((first < first[place]) | (second < second[place]))).any()
    return found


def draw(outcome: Outcome, options: Options, drawn: pd.DataFrame) -> Figure:
    """Draw the cells, the front as a line, and the name of each level at its points."""
    width = options.get("width", "neurips")
    inches, scale = WIDTHS[width], scale_of(width)
    figure = blank_figure(inches, inches * (0.6 if inches / scale > WIDE else 0.8))
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    axes.set(xlabel=label_of(options["x"]), ylabel=label_of(options["y"]))
    handles = _front(axes, drawn, options, scale) + _points(axes, drawn, options, scale)
    holed = drawn[drawn["holes"] > 0]
    if not holed.empty:
        is_known = holed[["x", "y"]].notna().all(axis=1)
        look: dict[str, Any] = {
            "linestyle": "none", "marker": "x", "color": MISSING, "markersize": 7.0 * scale, "zorder": 6,
            "label": "missing or failed runs",
        }  # fmt: skip
        handles += axes.plot(holed.loc[is_known, "x"], holed.loc[is_known, "y"], **look)
        # without a run left a cell has no place: its mark stands in the corner
        handles += axes.plot(
            [0.02] * int((~is_known).sum()), [0.02] * int((~is_known).sum()), transform=axes.transAxes, **look
        )
    return finish(figure, outcome, options, handles)


def _front(axes: Axes, drawn: pd.DataFrame, options: Options, scale: float) -> list[Artist]:
    if options.get("diagonal", False):
        ends = [np.nanmin(drawn[["x", "y"]].to_numpy()), np.nanmax(drawn[["x", "y"]].to_numpy())]
        return [*axes.plot(ends, ends, color=INK, linewidth=0.9 * scale, zorder=5, label="equal")]
    front = drawn[drawn["on_front"]].sort_values(["x", "y"], kind="stable")
    # between two points of the front nothing better is known than a step
    is_high = options.get("y_better", "low") == "high"
    rises = options.get("x_better", "low") == "low"
    steps = "post" if rises else "pre"
    return [*axes.plot(
        front["x"], front["y"], color=INK, linewidth=0.9 * scale, drawstyle=f"steps-{steps}", zorder=2,
        label=f"Pareto front ({'high' if not rises else 'low'} x, {'high' if is_high else 'low'} y)",
    )]  # fmt: skip


def _points(axes: Axes, drawn: pd.DataFrame, options: Options, scale: float) -> list[Artist]:
    key = options.get("levels")
    levels = levels_of(drawn["level"].to_numpy())
    handles: list[Artist] = []
    is_named = key is not None and (len(drawn) <= 2 * len(levels) or len(levels) > len(SERIES))
    for number, level in enumerate(levels):
        points, look = drawn[drawn["level"] == level], series_look(number, scale)
        if options.get("intervals", True):
            axes.errorbar(
            points["x"], points["y"], fmt="none", ecolor=look["color"], elinewidth=0.6 * scale, alpha=0.6, zorder=3,
            xerr=_reach(points, "x"), yerr=_reach(points, "y"),
        )  # fmt: skip
        handles += axes.plot(
            points["x"], points["y"], **look | {"linestyle": "none"}, label=level_label(key, level), zorder=4
        )
    if is_named:
        _write_names(axes, drawn, key, scale)
    return [] if is_named or key is None else handles


def _write_names(axes: Axes, drawn: pd.DataFrame, key: str | None, scale: float) -> None:
    """Write the name of each level at its first point; names of points that lie on each other stand together."""
    known = drawn.dropna(subset=["x", "y"]).drop_duplicates("level")
    size = [max(float(np.ptp(drawn[side].dropna())), 1e-12) for side in ("x", "y")] if len(known) else []
    named: list[tuple[float, float, list[str]]] = []
    for _, row in known.iterrows():
        for x, y, names in named:
            if abs(x - row["x"]) < _NEAR * size[0] and abs(y - row["y"]) < _NEAR * size[1]:
                names.append(level_label(key, row["level"]))
                break
        else:
            named.append((row["x"], row["y"], [level_label(key, row["level"])]))
    middle = sum(axes.get_xlim()) / 2
    for x, y, names in named:
        side = -1 if x > middle else 1
        axes.annotate(
            ", ".join(names), (x, y), (4.0 * scale * side, 3.0 * scale), textcoords="offset points",
            fontsize=6.5 * scale, color=INK, zorder=5, ha="right" if side < 0 else "left",
        )  # fmt: skip


def _reach(points: pd.DataFrame, side: str) -> Floats:
    reach = (points[side] - points[f"{side}_low"]).fillna(0.0).to_numpy(dtype=np.float64)
    ends: Floats = np.maximum(reach, 0.0)
    return ends
