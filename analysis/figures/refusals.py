"""Refusal rates of prompts, measured and predicted: those that were fitted to, and those that were not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.style import INK, WIDTHS, blank_figure, styled

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Column, legend, colour (Okabe and Ito) and marker of each tier.
_TIERS = (
    ("refusal_free", "free tier (trained on)", "#D55E00", "o"),
    ("refusal_paid", "paid tier", "#0072B2", "s"),
)
_LONGEST_LABEL = 40
_ROW_HEIGHT = 0.175


def refusals(table: pd.DataFrame) -> Figure:
    """Refusal rates of prompts in both tiers, measured (points) and predicted (bars), fitted left and held out right.

    Parameters
    ----------
    table : DataFrame
        As of `analysis.published_tiers.PublishedFit.prompt_table`, with the standard errors ``refusal_free_error`` and
        ``refusal_paid_error``.
    """
    low = 10.0 * np.floor((table[[column for column, *_ in _TIERS]].min().min() - 8.0) / 10.0)
    halves = [table[~table["held_out"]], table[table["held_out"]]]
    with styled():
        height = 0.85 + _ROW_HEIGHT * max(len(half) for half in halves)
        figure = blank_figure(WIDTHS["two_columns"], height)
        for index, (half, title) in enumerate(zip(halves, ("fitted", "predicted"), strict=True)):
            _draw(figure.add_subplot(1, 2, index + 1), half, title, max(float(low), 0.0))
        handles, labels = figure.axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=4)
    return figure


def _draw(axes: Axes, half: pd.DataFrame, title: str, low: float) -> None:
    places = np.arange(len(half))[::-1]
    for column, label, colour, marker in _TIERS:
        axes.errorbar(
            half[column], places, xerr=1.96 * half[f"{column}_error"], fmt=marker, color=colour, markersize=2.8,
            elinewidth=0.6, label=f"{label}, measured",
        )  # fmt: skip
        axes.plot(
            half[f"{column}_predicted"], places, "|", color=colour, markersize=8, markeredgewidth=1.3,
            label=f"{label}, predicted",
        )  # fmt: skip
    axes.set_yticks(places, _labels(half), fontsize=6)
    axes.set(xlabel="refusals (%)", xlim=(low, 102), ylim=(-0.7, len(half) - 0.3))
    axes.set_title(title, loc="left", fontsize=8.5, color=INK)
    axes.grid(axis="x", color="#dddddd", linewidth=0.4)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def _labels(half: pd.DataFrame) -> list[str]:
    return [_shortened(f"{row.variation} {row.prompt}") for row in half.itertuples()]


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_LABEL else text[: _LONGEST_LABEL - 1].rstrip() + "…"
