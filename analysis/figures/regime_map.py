"""The regime map: which strategy is best over two varied numbers, and how simulated agents behave there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.figures.labels import roomiest_place
from analysis.style import (
    CLASS_COLOURS,
    CLASS_HATCHES,
    INK,
    MISSING,
    SIMULATED,
    WIDE,
    WIDTHS,
    blank_figure,
    scale_of,
    sequential_colours,
    styled,
)
from analysis.thresholds import Boundaries, is_logarithmic, zero_lines
from models.scenario import parameter_at
from parameter_sweeps.study import Study

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]

#: Names of parameters whose last key alone does not say what they are.
AXIS_WORDS = {
    "agents.beliefs.honeypot_share": "believed honeypot share",
    "agents.beliefs.mean": "believed watching rate",
    "agents.beliefs.strength": "strength of belief",
    "agents.capability.level": "capability of agents",
    "agents.count": "number of agents",
    "agents.cue.accuracy": "cue accuracy",
    "agents.cue.discrimination": "cue discrimination",
    "agents.goals.angle": "misalignment",
    "agents.goals.dimension": "dimension of goals",
    "overseer.capability.level": "capability of the overseer",
    "regime.detector.probe.hit_rate": "hit rate of the probe",
    "regime.response.rotation": "modification",
    "regime.schedule.rate": "watching rate",
    "stakes.scale": "scale of temptations",
}
#: Units that a reader knows of a rate, a share or a factor, so that no axis says them.
_UNSAID_UNITS = ("probability", "share", "exponent", "factor", "fraction", "standard deviations", "utility/utility")
_SYMBOLS = {
    "A/(A+B)": "A/(A+B)",
    "A+B": "A+B",
    "eps": r"\varepsilon",
    "hp": "h",
    "hp_": r"\hat{h}",
    **{
        name.lower(): rf"\{name}"
        for name in (
            "alpha",
            "beta",
            "gamma",
            "eta",
            "theta",
            "iota",
            "kappa",
            "lambda",
            "nu",
            "omega",
            "xi",
            "rho",
            "tau",
            "phi",
            "zeta",
        )
    },
    "Omega": r"\Omega",
}
_EXACT_STYLE: dict[str, Any] = {"color": INK, "linewidth": 1.3, "solid_joinstyle": "round"}
_SIMULATED_STYLE: dict[str, Any] = {"color": SIMULATED, "linewidth": 1.0, "dash_capstyle": "butt"}
_DASHED, _DOTTED = (3.2, 2.0), (1.2, 1.2)
_LEGEND: dict[str, Any] = {
    "loc": "outside lower center",
    "handlelength": 2.0,
    "handletextpad": 0.5,
    "columnspacing": 0.9,
}
_LABEL_SIZE = 9.0
#: Points by which the colour of a class reaches into its region where simulated behaviour fills the rest.
_EDGE = 2.2


def regime_map(
    study: Study, table: pd.DataFrame, boundaries: Boundaries, width: str = "one_column", title: str = ""
) -> Figure:
    """Which strategy is best over two varied numbers, above simulated compliance when watched.

    Parameters
    ----------
    study : Study
        With two varied numbers, the first across and the second up.
    table : DataFrame
        As of `analysis.comparisons.cell_table`; without results the regions are drawn alone.
    boundaries : Boundaries
    width : str
        One of `analysis.style.WIDTHS`.
    title : str
        Written above the figure; none by default, since a paper has captions.
    """
    inches = WIDTHS[width]
    is_wide = inches / scale_of(width) > WIDE
    with styled(width):
        figure = blank_figure(inches, inches * (0.54 if is_wide else 0.96))
        axes = figure.add_subplot()
        _frame(axes, study, boundaries)
        _tints(axes, boundaries, only_edges="compliance_watched" in table)
        handles = _boundary(axes, boundaries)
        if "compliance_watched" in table:
            handles += _heat_map(figure, axes, study, table)
        handles += _names(axes, boundaries)
        figure.legend(handles=handles, ncols=4 if is_wide else 2, **_LEGEND)
        if title:
            figure.suptitle(title)
    return figure


def axis_label(key: str) -> str:
    """Return what a parameter is called on an axis: words, symbol, and unit where a reader needs it."""
    parameter = parameter_at(key)
    words = AXIS_WORDS.get(key, key.rpartition(".")[2].replace("_", " "))
    symbol = f" ${_typeset(parameter.symbol)}$" if parameter.symbol else ""
    unit = "" if parameter.unit.startswith(_UNSAID_UNITS) or parameter.unit in words else f" ({parameter.unit})"
    return words[0].upper() + words[1:] + symbol + unit


def _typeset(symbol: str) -> str:
    """Return a symbol of the model's specification as mathematics."""
    if symbol in _SYMBOLS:
        return _SYMBOLS[symbol]
    base, _, index = symbol.partition("_")
    return f"{_SYMBOLS.get(base, base)}_{{{re.escape(index)}}}" if index else base


def _frame(axes: Axes, study: Study, boundaries: Boundaries) -> None:
    first, second = boundaries.keys
    axes.set_xlabel(axis_label(first))
    axes.set_ylabel(axis_label(second))
    if is_logarithmic(study, first):
        axes.set_xscale("log")
    if is_logarithmic(study, second):
        axes.set_yscale("log")
    axes.set_xlim(boundaries.first[0], boundaries.first[-1])
    axes.set_ylim(boundaries.second[0], boundaries.second[-1])


def _tints(axes: Axes, boundaries: Boundaries, only_edges: bool) -> None:
    """Tint each region in the colour of its class, all of it or only along its boundaries."""
    from matplotlib.patches import PathPatch

    lines = [line for of_side in boundaries.lines().values() for line in of_side]
    for name in boundaries.classes():
        field, colour = boundaries.region(name), CLASS_COLOURS[name]
        filled = axes.contourf(
            boundaries.first, boundaries.second, field, [0.0, np.abs(field).max() + 1.0], colors=[colour], alpha=0.22
        )
        if only_edges:
            region = axes.add_patch(PathPatch(filled.get_paths()[0], visible=False))
            filled.remove()
            for line in lines:
                axes.plot(
                    *line.T,
                    color=colour,
                    linewidth=2 * _EDGE,
                    alpha=0.6,
                    zorder=2,
                    clip_path=region,
                    solid_capstyle="projecting",
                )


def _boundary(axes: Axes, boundaries: Boundaries) -> list[Artist]:
    """Draw the exact boundaries, and return one of them for the legend."""
    drawn: list[Artist] = []
    for lines in boundaries.lines().values():
        for line in lines:
            drawn += axes.plot(line[:, 0], line[:, 1], zorder=3, **_EXACT_STYLE, label="exact boundary")
    return drawn[:1]


def _heat_map(figure: Figure, axes: Axes, study: Study, table: pd.DataFrame) -> list[Artist]:
    """Draw simulated compliance, its contours at 1/2 and what is missing, and return their entries of the legend."""
    first, second, grid = grid_of(study, table)
    watched, unwatched = grid("compliance_watched"), grid("compliance_unwatched")
    edges = [
        _edges(values, is_logarithmic(study, key)) for values, key in zip((first, second), study.axes, strict=True)
    ]
    mesh = axes.pcolormesh(*edges, watched, cmap=sequential_colours(), vmin=0.0, vmax=1.0, rasterized=True)
    bar = figure.colorbar(mesh, ax=axes, pad=0.02, aspect=28, ticks=[0.0, 0.25, 0.5, 0.75, 1.0])
    bar.set_label("Simulated compliance when watched")
    bar.ax.axhline(0.5, dashes=_DASHED, **_SIMULATED_STYLE)
    bar.ax.tick_params(width=0.5)
    handles: list[Artist] = []
    for label, field, dashes in (
        ("simulated half, watched", watched, _DASHED),
        ("simulated half, unwatched", unwatched, _DOTTED),
    ):
        look = {**_SIMULATED_STYLE, "dashes": dashes, "label": label}
        drawn = [axes.plot(*line.T, zorder=4, **look)[0] for line in zero_lines(first, second, field - 0.5)]
        handles += drawn[:1]
    return handles + _holes(axes, edges, grid("holes") > 0.0, np.isnan(watched))


def _holes(axes: Axes, edges: list[Floats], holes: NDArray[np.bool_], empty: NDArray[np.bool_]) -> list[Artist]:
    """Hatch the cells with missing or failed runs, and those without any watched conflict episode."""
    from matplotlib.patches import Patch

    marks = [
        (holes, "xxxxxx", "missing or failed runs"),
        (empty & ~holes, "......", "no watched conflict"),
    ]
    handles: list[Artist] = []
    for cells, hatch, label in marks:
        look: dict[str, Any] = {"hatch": hatch, "facecolor": "none", "edgecolor": MISSING, "linewidth": 0.0}
        for row, column in np.argwhere(cells):
            x, y = edges[0][column : column + 2], edges[1][row : row + 2]
            axes.fill(x[[0, 1, 1, 0]], y[[0, 0, 1, 1]], zorder=2, **look)
        if cells.any():
            handles.append(Patch(label=label, **look))
    return handles


def grid_of(study: Study, table: pd.DataFrame) -> tuple[Floats, Floats, Any]:
    """Return the values on the two axes, ascending, and a function that lays out a column over (second, first)."""
    values = [np.array(axis, dtype=np.float64) for axis in study.axes.values()]
    order = [np.argsort(axis) for axis in values]

    def grid(column: str) -> Floats:
        laid: Floats = table[column].to_numpy(dtype=np.float64).reshape(study.shape)[np.ix_(*order)].T
        return laid

    return values[0][order[0]], values[1][order[1]], grid


def _edges(values: Floats, logarithmic: bool) -> Floats:
    """Return the edges between cells, which stand half-way between their values."""
    places = np.log(values) if logarithmic else values
    middles = 0.5 * (places[1:] + places[:-1])
    edges = np.concatenate([[2 * places[0] - middles[0]], middles, [2 * places[-1] - middles[-1]]])
    return np.exp(edges) if logarithmic else edges


def _names(axes: Axes, boundaries: Boundaries) -> list[Artist]:
    """Write the name of each class into its region; return legend entries of those that are too small for it."""
    from matplotlib.patches import Patch
    from matplotlib.patheffects import withStroke

    small: list[Artist] = []
    halo = [withStroke(linewidth=2.2, foreground="white", alpha=0.9)]
    for name in boundaries.classes():
        label = name.replace("_", "-")
        place = _place_of(axes, boundaries, name, label)
        if place is None:
            small.append(
                Patch(facecolor=CLASS_COLOURS[name], hatch=CLASS_HATCHES[name], alpha=0.5, label=f"{label} is best")
            )
            continue
        axes.text(
            *place, label, transform=axes.transAxes, ha="center", va="center", fontsize=_LABEL_SIZE,
            color=CLASS_COLOURS[name], weight="bold", path_effects=halo, zorder=5,
            gid=f"{label}-is-best",
        )  # fmt: skip
    return small


def _place_of(axes: Axes, boundaries: Boundaries, name: str, label: str) -> tuple[float, float] | None:
    """Return where the name of a region stands, in shares of the axes, or None where it has no room."""
    columns, rows = (
        _in_axes(values, scale)
        for values, scale in ((boundaries.first, axes.get_xscale()), (boundaries.second, axes.get_yscale()))
    )
    figure = axes.get_figure(root=True)
    # the sizes of axes and letters before anything is laid out: near enough, and a little on the large side
    inches = 0.7 * np.array(figure.get_size_inches() if figure else (3.4, 3.3))
    letter = _LABEL_SIZE / 72.0
    width, height = letter * np.array([0.55 * len(label), 1.5]) / inches
    return roomiest_place(boundaries.region(name), columns, rows, float(width), float(height))


def _in_axes(values: Floats, scale: str) -> Floats:
    """Return where values stand along an axis, from 0 to 1."""
    places = np.log(values) if scale == "log" else values
    shares: Floats = (places - places[0]) / (places[-1] - places[0])
    return shares
