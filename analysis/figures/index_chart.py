"""A chart of indices of sensitivity: a line a parameter, each index with its interval and with what luck would give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.figures.regime_map import axis_label
from analysis.sensitivity import Sensitivity
from analysis.style import INK, MISSING, WIDTHS, blank_figure, styled

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Colour (Okabe and Ito's), marker, place above or below the line of the parameter, and words, by index.
LOOKS: dict[str, tuple[str, str, float, str]] = {
    "ST": ("#0072B2", "o", 0.17, "total ($S_T$)"),
    "S1": ("#D55E00", "s", -0.17, "alone ($S_1$)"),
    "mu_star": ("#0072B2", "o", 0.17, r"mean size of effects ($\mu^*$)"),
    "sigma": ("#D55E00", "s", -0.17, r"their standard deviation ($\sigma$)"),
}
_LABELS = {"ST": "Share of the variance of {}", "mu_star": "Change of {} over a range"}
#: Inches of a line, and of all that is not lines.
_LINE, _REST = 0.24, 1.05


def index_chart(found: Sensitivity, regime: str = "", width: str = "one_column") -> Figure:
    """What an outcome depends on: indices of sensitivity with intervals, and what luck alone would give.

    Hollow markers are of indices whose interval reaches down to zero or to what luck would give.

    Parameters
    ----------
    found : Sensitivity
    regime : str
        The regime that is drawn, where the study has regimes.
    width : str
        A key of `analysis.style.WIDTHS`.
    """
    table = found.table if not regime else found.table[found.table["regime"] == regime]
    main = "ST" if (table["index"] == "ST").any() else "mu_star"
    order = table[table["index"] == main].sort_values("value", kind="stable")["parameter"].tolist()
    with styled():
        figure = blank_figure(WIDTHS[width], _LINE * len(order) + _REST)
        axes = figure.add_subplot()
        for name in LOOKS:
            _draw(axes, table[table["index"] == name].set_index("parameter"), name, order)
        _frame(axes, order, _LABELS[main].format(found.measure.replace("_", " ")))
        figure.legend(handles=_legend(axes), loc="outside lower center", ncols=2, handletextpad=0.3, columnspacing=1.0)
        if regime:
            figure.suptitle(regime)
    return figure


def _draw(axes: Axes, rows: pd.DataFrame, name: str, order: list[str]) -> None:
    if rows.empty:
        return
    colour, marker, shift, words = LOOKS[name]
    rows = rows.loc[order]
    height = np.arange(len(order)) + shift
    axes.hlines(height, rows["low"], rows["high"], color=colour, linewidth=1.0, gid=f"intervals of {name}")
    is_plain = (rows["remark"] != "").to_numpy()
    look: dict[str, Any] = {"marker": marker, "linestyle": "none", "color": colour, "markersize": 4.0}
    value = rows["value"].to_numpy()
    axes.plot(value[~is_plain], height[~is_plain], **look, gid=f"{name}", label=words)
    axes.plot(value[is_plain], height[is_plain], **look, markerfacecolor="white", gid=f"{name} not told from luck")
    noise = rows["noise"].to_numpy()
    if (noise > 0.0).any():
        axes.plot(noise, height, marker="|", linestyle="none", color=MISSING, markersize=7.0, gid=f"luck in {name}")


def _legend(axes: Axes) -> list[Artist]:
    """Return the entries of the indices, and of the marks of luck and of hollow markers where there are any."""
    from matplotlib.lines import Line2D

    handles: list[Artist] = [*axes.get_legend_handles_labels()[0]]
    drawn = {str(line.get_gid()) for line in axes.lines if len(np.atleast_1d(line.get_xdata()))}
    look: dict[str, Any] = {"linestyle": "none", "color": MISSING}
    if any(name.startswith("luck in") for name in drawn):
        handles.append(Line2D([], [], marker="|", markersize=7.0, label="what luck alone gives", **look))
    if any(name.endswith("not told from luck") for name in drawn):
        hollow: dict[str, Any] = {"marker": "D", "markersize": 3.5, "markerfacecolor": "white"}
        handles.append(Line2D([], [], **hollow, label="hollow: not told from luck", **look))
    return handles


def _frame(axes: Axes, order: list[str], label: str) -> None:
    axes.axvline(0.0, color=INK, linewidth=0.5)
    axes.set_yticks(np.arange(len(order)), [axis_label(key) for key in order])
    axes.set_ylim(-0.6, len(order) - 0.4)
    axes.set_xlabel(label)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(axis="y", length=0.0)
