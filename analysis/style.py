"""How figures look, and how they are written: the same bytes from the same numbers.

Colours are those of Okabe and Ito, which the colour-blind can tell apart; a class is always named or hatched too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

#: Widths in inches of a figure in one column of a page, and across both.
WIDTHS = {"one_column": 3.4, "two_columns": 7.0}
PNG_DPI = 200
#: Resolution of the meshes inside PDF and SVG.
MESH_DPI = 600

CLASS_COLOURS = {
    "aligned": "#56B4E9",
    "compliant": "#0072B2",
    "faking": "#D55E00",
    "context_sensitive": "#CC79A7",
    "honest": "#009E73",
    "perverse": "#E69F00",
}
CLASS_HATCHES = {
    "aligned": "....",
    "compliant": "----",
    "faking": "////",
    "context_sensitive": "xxxx",
    "honest": "||||",
    "perverse": "++++",
}
INK = "#1a1a1a"
SIMULATED = "#F0A000"
MISSING = "#8c8c8c"

_STYLE: Any = {
    "font.family": "STIXGeneral",
    "mathtext.fontset": "stix",
    "font.size": 8.0,
    "axes.labelsize": 8.5,
    "figure.titlesize": 9.0,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "legend.fontsize": 7.5,
    "axes.linewidth": 0.5,
    "xtick.major.width": 0.5,
    "ytick.major.width": 0.5,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "xtick.minor.width": 0.4,
    "ytick.minor.width": 0.4,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "hatch.linewidth": 0.4,
    "legend.frameon": False,
    "pdf.fonttype": 42,
    # ids in an SVG are random without it
    "svg.hashsalt": "strategic-compliance",
}
# a date in the metadata would change the bytes of a figure from day to day
_METADATA: dict[str, dict[str, Any]] = {
    "pdf": {"CreationDate": None},
    "png": {},
    "svg": {"Date": None},
}


@contextmanager
def styled() -> Iterator[None]:
    """Draw inside it with the style of this module, whatever the user's settings; they return afterwards."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)
        yield


def blank_figure(width: float, height: float) -> Figure:
    """Return an empty figure of a size in inches, for use inside `styled`."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def sequential_colours() -> LinearSegmentedColormap:
    """Return a map of one hue from white to a blue on which black text is readable."""
    shades = ["#ffffff", "#d3e3f1", "#9cc0de", "#5f97c6"]
    return LinearSegmentedColormap.from_list("blue", shades)


def save_figure(figure: Figure, stem: Path) -> list[Path]:
    """Write a figure as PDF, PNG (200 dpi) and SVG, and return the files.

    Parameters
    ----------
    figure : Figure
        Drawn inside `styled`.
    stem : Path
        The files without their suffix; the folder is made if it is not there.
    """
    stem.parent.mkdir(parents=True, exist_ok=True)
    files = []
    with styled():
        for suffix, metadata in _METADATA.items():
            # not with_suffix, which would cut a name such as "rate_0.5"
            path = stem.with_name(f"{stem.name}.{suffix}")
            dpi = PNG_DPI if suffix == "png" else MESH_DPI
            figure.savefig(path, format=suffix, dpi=dpi, metadata=metadata)
            files.append(path)
    return files
