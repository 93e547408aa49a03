"""Heatmap: a measure over two axes, with holes hatched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.figures.lines import is_logarithmic
from analysis.figures.options import EVERY_KIND, WHERE, Option, is_axis, is_measure, is_number
from analysis.figures.panels import Options, finish, key_label, level_label, panel_axes
from analysis.outcome import Outcome
from analysis.selection import is_numeric, levels_of
from analysis.style import INK, MISSING, diverging_colours, scale_of
from analysis.wording import capitalised, label_of, level_words
from models.refusals import InputError

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]

ABOUT = "A measure over two axes, in colour, with missing or failed runs hatched."
OPTIONS = {
    "measure": Option("what the colour shows", is_measure, needed=True),
    "x": Option("the varied key across", is_axis, needed=True),
    "y": Option("the varied key upright", is_axis, needed=True),
    "panels": Option("the varied key whose levels are panels", is_axis),
    "centre": Option("the value at which a diverging map is white; without it the map is viridis", is_number),
    "contour": Option("a value whose contour is drawn", is_number),
    "where": WHERE,
    **EVERY_KIND,
}


def data(outcome: Outcome, options: Options) -> pd.DataFrame:
    """Return what is drawn: panel, x, y, mean, number of runs and holes; what else varies is averaged."""
    study = outcome.study
    if not study.is_grid:
        raise InputError([f"design must be grid for figure heatmap, got {study.design.kind}"])
    rows = outcome.observed(options["measure"], options.get("where"))
    rows["holes"] = outcome.holes[rows["cell"].to_numpy()]
    keys = {"panel": options.get("panels"), "x": options["x"], "y": options["y"]}
    rows = rows.assign(**{column: rows[key] if key else "" for column, key in keys.items()})
    grouped = rows.groupby([*keys], sort=False)
    found = grouped.agg(mean=("value", "mean"), number=("value", "count"), holes=("holes", "max")).reset_index()
    every = pd.MultiIndex.from_product([levels_of(found[name].to_numpy()) for name in keys], names=[*keys])
    table = found.set_index([*keys]).reindex(every).reset_index()
    # cells without a single run that ended well have no row
    empty = table["number"].isna()
    return table.assign(number=table["number"].fillna(0), holes=table["holes"].where(~empty, 1.0))


def draw(outcome: Outcome, options: Options, drawn: pd.DataFrame) -> Figure:
    """Draw the field of each panel, on one scale of colours."""
    scale = scale_of(options.get("width", "neurips"))
    figure, by_panel = panel_axes(drawn, options)
    handles: dict[str, Artist] = {}
    mesh: Any = None
    for panel, axes in by_panel.items():
        mesh = _field(axes, outcome, options, drawn[drawn["panel"] == panel], _range(drawn, options), handles, scale)
        axes.set(xlabel=key_label(options["x"]), ylabel=key_label(options["y"]))
        axes.label_outer()
        if title := level_label(options.get("panels"), panel):
            axes.set_title(capitalised(title))
    bar = figure.colorbar(mesh, ax=list(by_panel.values()), pad=0.02, aspect=28)
    bar.set_label(label_of(options["measure"]))
    return finish(figure, outcome, options, list(handles.values()))


def _range(drawn: pd.DataFrame, options: Options) -> dict[str, Any]:
    values = drawn["mean"].to_numpy(dtype=np.float64)
    low, high = (float(np.nanmin(values)), float(np.nanmax(values))) if not np.isnan(values).all() else (0.0, 1.0)
    if "centre" not in options:
        return {"cmap": "viridis", "vmin": low, "vmax": high if high > low else low + 1e-9}
    centre = float(options["centre"])
    reach = max(high - centre, centre - low, 1e-9)
    return {"cmap": diverging_colours(), "vmin": centre - reach, "vmax": centre + reach}


def _field(
    axes: Axes,
    outcome: Outcome,
    options: Options,
    cells: pd.DataFrame,
    colours: dict[str, Any],
    handles: dict[str, Artist],
    scale: float,
) -> Any:
    columns, rows = (levels_of(cells[side].to_numpy()) for side in ("x", "y"))
    edges = [_edges(axes, side, levels, outcome, options[side]) for side, levels in (("x", columns), ("y", rows))]
    field = cells.pivot(index="y", columns="x", values="mean").loc[rows, columns].to_numpy(dtype=np.float64)
    mesh = axes.pcolormesh(*edges, field, rasterized=True, **colours)
    if "contour" in options and is_numeric(np.array(columns)) and is_numeric(np.array(rows)):
        axes.contour(columns, rows, field, [options["contour"]], colors=[INK], linewidths=1.1 * scale)
        (handles["contour"],) = axes.plot([], [], color=INK, label=f"contour at {level_words(options['contour'])}")
    _hatch(axes, cells, columns, rows, edges, handles)
    return mesh


def _hatch(
    axes: Axes,
    cells: pd.DataFrame,
    columns: list[Any],
    rows: list[Any],
    edges: list[Floats],
    handles: dict[str, Artist],
) -> None:
    from matplotlib.patches import Patch

    for _, cell in cells[(cells["holes"] > 0) | cells["mean"].isna()].iterrows():
        is_hole = cell["holes"] > 0
        look: dict[str, Any] = {
            "hatch": "xxxxxx" if is_hole else "......", "facecolor": "none", "edgecolor": MISSING, "linewidth": 0.0,
        }  # fmt: skip
        column, row = columns.index(cell["x"]), rows.index(cell["y"])
        x, y = edges[0][column : column + 2], edges[1][row : row + 2]
        axes.fill(x[[0, 1, 1, 0]], y[[0, 0, 1, 1]], zorder=3, **look)
        label = "missing or failed runs" if is_hole else "nothing to count"
        handles.setdefault(label, Patch(label=label, **look))


def _edges(axes: Axes, side: str, levels: list[Any], outcome: Outcome, key: str) -> Floats:
    """Return the edges between levels, half-way between numbers; words stand at equal distances."""
    if not is_numeric(np.array(levels)):
        ticks = [level_words(level) for level in levels]
        (axes.set_xticks if side == "x" else axes.set_yticks)(range(len(levels)), ticks)
        if side == "x":
            axes.tick_params(axis="x", rotation=45)
        return np.arange(len(levels) + 1, dtype=np.float64) - 0.5
    logarithmic = is_logarithmic(outcome.study, key)
    places = np.log(levels) if logarithmic else np.array(levels, dtype=np.float64)
    if len(places) == 1:
        places = np.array([places[0] - 0.5, places[0] + 0.5])
        return np.exp(places) if logarithmic else places
    if logarithmic:
        (axes.set_xscale if side == "x" else axes.set_yscale)("log")
    middles = 0.5 * (places[1:] + places[:-1])
    edges = np.concatenate([[2 * places[0] - middles[0]], middles, [2 * places[-1] - middles[-1]]])
    found: Floats = np.exp(edges) if logarithmic else edges
    return found
