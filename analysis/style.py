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
from matplotlib.colors import Colormap, LinearSegmentedColormap
from matplotlib.figure import Figure

#: Widths in inches, by the page that a figure is for.
WIDTHS = {
    "one_column": 3.4,
    "two_columns": 7.0,
    "neurips": 5.5,
    "icml": 3.25,
    "icml_wide": 6.75,
    "jmlr": 6.0,
    "tmlr": 6.5,
    "ieee": 3.5,
    "ieee_wide": 7.16,
    "slide": 10.0,
}
#: By how much letters and lines are larger than on a page.
_SCALES = {"slide": 2.0}
#: From so many inches a figure has room for more columns of panels and legend.
WIDE = 4.8
#: Okabe and Ito's colours, each with a line and a marker, so that none is told by its colour alone.
SERIES = (
    ("#0072B2", "-", "o"),
    ("#D55E00", (0, (4.0, 1.6)), "s"),
    ("#009E73", (0, (1.2, 1.2)), "^"),
    ("#CC79A7", (0, (5.0, 1.4, 1.2, 1.4)), "D"),
    ("#E69F00", (0, (7.0, 2.0)), "v"),
    ("#56B4E9", (0, (3.0, 1.2, 1.2, 1.2, 1.2, 1.2)), "P"),
    ("#1a1a1a", (0, (1.2, 2.4)), "X"),
    ("#F0E442", (0, (2.4, 1.0)), "*"),
)
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
def styled(width: str = "neurips") -> Iterator[None]:
    """Draw inside it with the style of this module, whatever the user's settings; they return afterwards.

    Sizes are those of a page, in points at final size, and larger for a slide.
    """
    scale = scale_of(width)
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)
        mpl.rcParams.update({key: value * scale for key, value in _STYLE.items() if isinstance(value, float)})
        yield


def scale_of(width: str) -> float:
    """Return by how much letters, lines and markers are larger than on a page."""
    return _SCALES.get(width, 1.0)


def blank_figure(width: float, height: float) -> Figure:
    """Return an empty figure of a size in inches, for use inside `styled`."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def sequential_colours() -> LinearSegmentedColormap:
    """Return a map of one hue from white to a blue on which black text is readable."""
    shades = ["#ffffff", "#d3e3f1", "#9cc0de", "#5f97c6"]
    return LinearSegmentedColormap.from_list("blue", shades)


def diverging_colours() -> Colormap:
    """Return a map from blue over white to red, for fields with a centre."""
    return mpl.colormaps["RdBu_r"]


def save_figure(figure: Figure, stem: Path, width: str = "neurips") -> list[Path]:
    """Write a figure as PDF, PNG (200 dpi) and SVG, and return the files.

    Parameters
    ----------
    figure : Figure
        Drawn inside `styled`.
    stem : Path
        The files without their suffix; the folder is made if it is not there.
    width : str
        What it was drawn for.
    """
    stem.parent.mkdir(parents=True, exist_ok=True)
    files = []
    with styled(width):
        for suffix, metadata in _METADATA.items():
            # not with_suffix, which would cut a name such as "rate_0.5"
            path = stem.with_name(f"{stem.name}.{suffix}")
            dpi = PNG_DPI if suffix == "png" else MESH_DPI
            figure.savefig(path, format=suffix, dpi=dpi, metadata=metadata)
            files.append(path)
    return files
