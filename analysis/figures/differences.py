"""Differences: each level of an axis against a baseline, paired by luck, corrected for their number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.claims.effects import by_level, means_of_replicates
from analysis.figures.options import EVERY_KIND, WHERE, Option, is_axis, is_level, is_measure
from analysis.figures.panels import Options, finish
from analysis.outcome import Outcome
from analysis.selection import level_of
from analysis.style import INK, MISSING, SERIES, WIDTHS, blank_figure, scale_of
from analysis.wording import capitalised, level_words, words_of
from models.refusals import InputError
from simulation.intervals import holm, p_value_of_zero, standard_error

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]

ABOUT = "Paired differences of a measure at each level of an axis from a baseline, Holm-corrected, sorted."
OPTIONS = {
    "measure": Option("what is compared", is_measure, needed=True),
    "axis": Option("the varied key whose levels are compared, such as regime", is_axis, needed=True),
    "baseline": Option("the level that the others are compared with", is_level, needed=True),
    "where": WHERE,
    **EVERY_KIND,
}
SIGNIFICANCE = 0.05


def data(outcome: Outcome, options: Options) -> pd.DataFrame:
    """Return what is drawn, sorted by difference.

    Returns
    -------
    DataFrame
        level, difference, low and high (Student's t over replicates, 95 %, widened by Bonferroni so that those
        of all levels hold at once), p (paired t), p_holm, number of replicates, distinct (p_holm < 0.05) and holes.
    """
    table, _ = by_level(outcome, options)
    levels = table.columns.to_numpy()
    base = level_of(levels, options["baseline"])
    if base not in table:
        raise InputError([f"figure.baseline must be a level of {options['axis']}, got {options['baseline']!r}"])
    others = [level for level in levels if level != base]
    found = [(level, *_paired(table[level] - table[base], len(others))) for level in others]
    frame = pd.DataFrame(found, columns=["level", "difference", "low", "high", "p", "number"])
    frame["p_holm"] = holm(frame["p"].to_numpy())
    frame["distinct"] = frame["p_holm"] < SIGNIFICANCE
    holes = pd.Series(outcome.holes).groupby(outcome.varied[options["axis"]]).sum()
    frame["holes"] = holes.reindex(frame["level"]).to_numpy() + int(holes[base])
    return frame.sort_values("difference", kind="stable", ignore_index=True)


def draw(outcome: Outcome, options: Options, drawn: pd.DataFrame) -> Figure:
    """Draw a dot and an interval for each level, filled where it is distinct from the baseline."""
    width = options.get("width", "neurips")
    scale = scale_of(width)
    figure = blank_figure(WIDTHS[width], (1.1 + 0.2 * len(drawn)) * scale)
    axes = figure.add_subplot()
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.axvline(0.0, color=MISSING, linewidth=0.8 * scale, zorder=1)
    handles = _dots(axes, drawn, scale)
    axes.set_ylim(-0.6, len(drawn) - 0.4)
    axes.set_yticks(range(len(drawn)), [level_words(level) for level in drawn["level"]])
    axes.tick_params(axis="y", length=0.0)
    axes.set_xlabel(
        f"{capitalised(words_of(options['measure']))}, less that at {level_words(options['baseline'])}\n"
        "(paired, simultaneous 95 % intervals)"
    )
    return finish(figure, outcome, options, handles)


def _paired(differences: pd.Series[float], comparisons: int) -> tuple[float, float, float, float, int]:
    """Return mean, simultaneous low and high, p and number of replicates of paired differences."""
    from scipy.special import stdtrit

    known: Floats = np.asarray(means_of_replicates(differences).dropna(), dtype=np.float64)
    number = len(known)
    if number < 2:
        return float(known.mean()) if number else np.nan, np.nan, np.nan, np.nan, number
    mean = float(known.mean())
    reach = float(stdtrit(number - 1, 1.0 - 0.5 * SIGNIFICANCE / max(1, comparisons))) * standard_error(known)
    return mean, mean - reach, mean + reach, p_value_of_zero(known), number


def _dots(axes: Axes, drawn: pd.DataFrame, scale: float) -> list[Artist]:
    handles: dict[str, Artist] = {}
    colour = SERIES[0][0]
    for place, (_, row) in enumerate(drawn.iterrows()):
        if np.isnan(row["difference"]) and row["holes"] == 0:
            axes.text(0.0, place, " nothing to compare", color=MISSING, va="center", fontsize=7.0 * scale)
            continue
        is_distinct = bool(row["distinct"])
        axes.plot([row["low"], row["high"]], [place, place], color=colour, linewidth=1.2 * scale, zorder=3)
        label = "distinct (Holm, 5 %)" if is_distinct else "not distinct"
        (handles[label],) = axes.plot(
            [row["difference"]], [place], linestyle="none", marker="o" if is_distinct else "s",
            markersize=4.0 * scale, markerfacecolor=colour if is_distinct else "white", markeredgecolor=colour,
            label=label, zorder=4,
        )  # fmt: skip
        if row["holes"] > 0:
            x = 0.0 if np.isnan(row["difference"]) else row["difference"]
            (handles["holes"],) = axes.plot(
                [x], [place], linestyle="none", marker="x", markersize=7.0 * scale, color=INK,
                label="missing or failed runs", zorder=5,
            )  # fmt: skip
    return [handles[name] for name in sorted(handles)]
