"""The two figures of the explorer, whose data its script exchanges: the strategy map, and what strategies are worth."""

from __future__ import annotations

from typing import Any

from analysis.style import CLASS_COLOURS, INK
from teaching.explored import Control

#: Dashes and width of the line of each kind of rule.
_LINES: dict[str, tuple[Any, float]] = {"honest": ("solid", 2.5), "faking": ([8, 4], 3.5), "compliant": ([2, 3], 2.5)}
_TEXT: dict[str, Any] = {
    "text_font_size": "14px",
    "text_color": INK,
    "background_fill_color": "white",
    "background_fill_alpha": 0.85,
}


def map_figure(rows: Control, columns: Control) -> Any:
    """Return the strategy map over foresight and watching rate, which the script fills: sources cells, names, here."""
    plot = _plot(columns, rows, height=380)
    plot.x_range.start, plot.x_range.end = columns.edges[0], columns.edges[-1]
    plot.y_range.start, plot.y_range.end = rows.edges[0], rows.edges[-1]
    plot.grid.visible = False
    pieces = _source("cells", left=[], right=[], bottom=[], top=[], colour=[], hatch=[])
    plot.quad(
        left="left", right="right", bottom="bottom", top="top", source=pieces, line_color=None, fill_color="colour",
        fill_alpha=0.4, hatch_pattern="hatch", hatch_color="colour", hatch_scale=9,
    )  # fmt: skip
    plot.text(
        "x", "y", "text", source=_source("names", x=[], y=[], text=[]), text_align="center", text_baseline="middle",
        text_font_style="bold", padding=3, border_radius=3, **_TEXT,
    )  # fmt: skip
    here = _source("here", x=[], y=[], text=[], align=[], offset=[])
    plot.scatter("x", "y", source=here, size=15, fill_color=INK, line_color="white", line_width=3)
    plot.text(
        "x", "y", "text", source=here, text_align="align", x_offset="offset", text_baseline="middle", padding=2,
        border_radius=3, **_TEXT,
    )  # fmt: skip
    return plot


def worth_figure(rows: Control) -> Any:
    """Return what the best rule of each kind is worth along the watching rate: source worth, span rate."""
    from bokeh.models.annotations import Span

    plot = _plot(rows, None, height=260)
    plot.x_range.start, plot.x_range.end = rows.edges[0], rows.edges[-1]
    plot.yaxis.axis_label = "worth to the agent"
    # without numbers there is no range to begin with
    source = _source("worth", rate=list(rows.values), **{name: list(rows.values) for name in _LINES})
    for name, (dash, width) in _LINES.items():
        plot.line(
            "rate", name, source=source, legend_label=name, color=CLASS_COLOURS[name], line_width=width, line_dash=dash
        )
    plot.add_layout(Span(name="rate", dimension="height", location=0.0, line_color=INK, line_width=1.5))
    plot.add_layout(plot.legend[0], "above")
    legend = plot.legend[0]
    legend.orientation, legend.border_line_color, legend.padding, legend.margin = "horizontal", None, 0, 2
    legend.label_text_font_size, legend.label_text_color, legend.glyph_width = "13px", INK, 34
    return plot


def _plot(across: Control, up: Control | None, height: int) -> Any:
    from bokeh.models import Range1d
    from bokeh.plotting import figure

    ranges: dict[str, Any] = {"x_range": Range1d()} | ({} if up is None else {"y_range": Range1d()})
    options: dict[str, Any] = {"tools": "", "toolbar_location": None, "min_border_right": 12}
    plot: Any = figure(sizing_mode="stretch_width", height=height, **options, **ranges)
    plot.xaxis.axis_label = _title(across)
    if up is not None:
        plot.yaxis.axis_label = _title(up)
    plot.axis.axis_label_text_color = plot.axis.major_label_text_color = INK
    plot.axis.axis_label_text_font_size = plot.axis.major_label_text_font_size = "13px"
    plot.axis.axis_label_text_font_style = "normal"
    return plot


def _title(control: Control) -> str:
    return f"{control.term.name} {control.term.symbol}"


def _source(name: str, **columns: Any) -> Any:
    from bokeh.models import ColumnDataSource

    return ColumnDataSource(columns, name=name)
