"""Lines: measures against one numeric axis, with intervals, exact curves and closed forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D

from analysis.figures.options import (
    EVERY_KIND,
    WHERE,
    Option,
    are_measures,
    is_axis,
    is_flag,
    is_number,
    is_numeric_axis,
    is_reference,
    is_text,
)
from analysis.figures.panels import (
    MEASURE,
    Options,
    coding,
    common_label,
    direct_labels,
    finish,
    gathered,
    in_order,
    key_label,
    level_label,
    listed,
    mark_holes,
    note_of_nothing,
    panel_axes,
    refuse_many_series,
    series_look,
)
from analysis.outcome import Outcome
from analysis.references import reference_values, reference_words
from analysis.selection import chosen_rows, levels_of
from analysis.style import INK, MISSING, scale_of
from analysis.wording import capitalised
from parameter_sweeps.study import Study
from parameter_sweeps.support_conditions import EPISODE

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ABOUT = "Measures against one numeric axis, a line for each level of another, with 95 % intervals over replicates."
OPTIONS = {
    "x": Option("the varied key across", is_numeric_axis, needed=True),
    "y": Option("a measure, or a list of measures", are_measures, needed=True),
    "series": Option("the varied key whose levels are lines, such as regime", is_axis),
    "panels": Option("the varied key whose levels are panels", is_axis),
    "theory": Option("whether the exact value is drawn, dashed and grey, of compliance and its gap", is_flag),
    "reference": Option("a closed form that is drawn: gap_bound or exact", is_reference),
    "level": Option("a height at which a thin line is drawn", is_number),
    "y_label": Option("what stands at the upright axis", is_text),
    "where": WHERE,
    **EVERY_KIND,
}


def data(outcome: Outcome, options: Options) -> pd.DataFrame:
    """Return what is drawn: panel, series, x, mean, low, high, number, holes, and theory and reference if asked for."""
    measures, where = listed(options["y"]), options.get("where") or {}
    found = gathered(outcome, measures, options["x"], options, where)
    refuse_many_series(levels_of(found["series"].to_numpy()))
    if options.get("theory", False):
        found = found.merge(_closed_form(outcome, "exact", options), how="left", on=["panel", "series", "x"])
    if reference := options.get("reference"):
        found = found.merge(
            _closed_form(outcome, reference, options, "reference"), how="left", on=["panel", "series", "x"]
        )
    return in_order(found)


def draw(outcome: Outcome, options: Options, drawn: pd.DataFrame) -> Figure:
    """Draw the lines of `data`."""
    measures = listed(options["y"])
    series, panels = coding(measures, options)
    levels, scale = levels_of(drawn["series"].to_numpy()), scale_of(options.get("width", "neurips"))
    figure, by_panel = panel_axes(drawn, options, share_y=panels != MEASURE)
    handles: list[Artist] = []
    for panel, axes in by_panel.items():
        points = drawn[drawn["panel"] == panel]
        if panels == MEASURE:
            _frame(axes, outcome.study, options, [str(panel)], "")
        else:
            _frame(axes, outcome.study, options, measures, level_label(panels, panel))
            axes.label_outer()
        handles += _lines(axes, points, levels, series, scale)
        handles += _forms(axes, points, options, measures, scale) + mark_holes(axes, points, scale)
    is_direct = len(by_panel) == 1 and len(levels) > 1
    if is_direct:
        (axes,) = by_panel.values()
        direct_labels(axes, _ends(drawn, levels, series), scale)
    named = {level_label(series, level) for level in levels} if is_direct or len(levels) == 1 else set()
    if options["x"] == EPISODE and (outcome.holes > 0).any():
        handles.append(Line2D([], [], linestyle="none", marker="x", color=MISSING, label="missing or failed runs"))
    shown = [handle for handle in handles if handle.get_label() not in named]
    return finish(figure, outcome, options, shown + note_of_nothing(drawn, levels, series))


def is_logarithmic(study: Study, key: str) -> bool:
    """Return whether an axis was written as values at equal ratios."""
    written = study.vary.get(key)
    return isinstance(written, dict) and not {"logspace", "loguniform"}.isdisjoint(written)


def _closed_form(outcome: Outcome, reference: str, options: Options, name: str = "theory") -> pd.DataFrame:
    """Return the mean of a closed form over the cells of each point, in the column `name`."""
    measures = listed(options["y"])
    series, panels = coding(measures, options)
    parts = []
    for measure in measures:
        values = reference_values(outcome, reference, measure)
        rows = pd.DataFrame({"cell": np.arange(len(values)), name: values, "measure": measure, **outcome.varied})
        parts.append(chosen_rows(rows, options.get("where") or {}))
    table = pd.concat(parts, ignore_index=True)
    levels = {"panel": panels, "series": series, "x": options["x"]}
    table = table.assign(**{column: table[key] if key else "" for column, key in levels.items()})
    return table.groupby([*levels], sort=False)[name].mean().reset_index()


def _frame(axes: Axes, study: Study, options: Options, measures: list[str], title: str) -> None:
    axes.set_xlabel(key_label(options["x"]))
    axes.set_ylabel(options.get("y_label") or common_label(measures))
    if is_logarithmic(study, options["x"]):
        axes.set_xscale("log")
    if title:
        axes.set_title(capitalised(title))
    if "level" in options:
        axes.axhline(options["level"], color=MISSING, linewidth=0.6, zorder=1)


def _lines(axes: Axes, points: pd.DataFrame, levels: list[Any], series: str | None, scale: float) -> list[Artist]:
    handles: list[Artist] = []
    for number, level in enumerate(levels):
        line = points[points["series"] == level]
        if line["mean"].isna().all():
            continue
        look = series_look(number, scale)
        handles += axes.plot(line["x"], line["mean"], **look, label=level_label(series, level), zorder=4)
        if line["low"].notna().any():
            axes.fill_between(line["x"], line["low"], line["high"], color=look["color"], alpha=0.18, linewidth=0.0)
    return handles


def _forms(axes: Axes, points: pd.DataFrame, options: Options, measures: list[str], scale: float) -> list[Artist]:
    """Draw exact curves, one for each line, and a closed form, and return their entries of the legend."""
    handles: list[Artist] = []
    forms = [("theory", "exact", INK, (0, (1.0, 1.0)))]
    if reference := options.get("reference"):
        forms.append(("reference", reference_words(reference, measures[0]), MISSING, (0, (6.0, 1.6))))
    for column, label, colour, dashes in forms:
        if column not in points:
            continue
        for _, line in points.groupby("series", sort=False):
            handles += axes.plot(
                line["x"], line[column], color=colour, linestyle=dashes, linewidth=0.9 * scale, label=label, zorder=3
            )
    return handles


def _ends(drawn: pd.DataFrame, levels: list[Any], series: str | None) -> list[tuple[float, float, str, str]]:
    ends = []
    for number, level in enumerate(levels):
        known = drawn[(drawn["series"] == level) & drawn["mean"].notna()]
        if not known.empty:
            last = known.iloc[-1]
            ends.append((last["x"], last["mean"], level_label(series, level), series_look(number)["color"]))
    return ends
