"""One HTML page of a study: figure, paragraph, tables and provenance, all in the file, so that it opens anywhere."""

from __future__ import annotations

import html
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.claims.judgement import judged
from analysis.figures.kinds import drawn_figure
from analysis.outcome import Outcome
from analysis.paragraphs import paragraph
from analysis.style import save_figure
from analysis.summaries import claim_table, contour_deviation, measure_table, summary_table
from analysis.wording import number_words

#: Tables with more rows are cut, and say so.
_MOST_ROWS = 200
_STYLE = """
body { font: 16px/1.5 Georgia, serif; color: #1a1a1a; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2 { line-height: 1.2; } svg { max-width: 100%; height: auto; }
table { border-collapse: collapse; font-size: 0.85rem; display: block; overflow-x: auto; }
th, td { padding: 0.2rem 0.6rem; text-align: left; border-bottom: 1px solid #ddd; } td.number { text-align: right; }
thead th { border-bottom: 2px solid #1a1a1a; } pre { background: #f6f6f6; padding: 1rem; overflow-x: auto; }
"""


def report_page(outcome: Outcome, written: str, provenance: Mapping[str, Any]) -> str:
    """Return the page of a study.

    Parameters
    ----------
    outcome : Outcome
    written : str
        The study's file.
    provenance : mapping
        What says where the results come from, by name; text, numbers or mappings.
    """
    study, judgement = outcome.study, judged(outcome)
    text = paragraph(outcome, judgement, contour_deviation(study, outcome.cells, None))
    parts = [
        f"<h1>{html.escape(study.name.replace('_', ' ').capitalize())}</h1>",
        f"<p><strong>Claim.</strong> {html.escape(study.claim)}</p>",
        _figure(outcome),
        "<h2>What was found</h2>",
        f"<p>{_emphasised(text)}</p>",
        _section("Conditions of support, set beforehand", claim_table(judgement)),
        _section("Summary", summary_table(outcome.cells, contour_deviation(study, outcome.cells, None))),
        _section("Measures", measure_table(outcome)),
        _section("Cells", outcome.cells),
        "<h2>Provenance</h2>",
        html_table(pd.DataFrame([(key, str(value)) for key, value in provenance.items()], columns=["", ""])),
        "<h2>The study</h2>",
        f"<pre>{html.escape(written)}</pre>",
    ]
    head = f'<meta charset="utf-8"><title>{html.escape(study.name)}</title><style>{_STYLE}</style>'
    body = "\n".join(part for part in parts if part)
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head>\n<body>\n{body}\n</body></html>\n'


def html_table(frame: pd.DataFrame) -> str:
    """Return a table as HTML; numbers to 4 digits, flush right."""
    heads = "".join(f"<th>{html.escape(str(name))}</th>" for name in frame.columns)
    rows = [
        "<tr>" + "".join(_cell(value) for value in row) + "</tr>"
        for row in frame.head(_MOST_ROWS).itertuples(index=False, name=None)
    ]
    rest = len(frame) - _MOST_ROWS
    note = f"<p>... and {rest} more rows, which stand in the CSV file.</p>" if rest > 0 else ""
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>{note}"


def inline_svg(text: str) -> str:
    """Return an SVG file as an element of a page: without head and metadata, which name places on the network."""
    body = text[text.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    # a parser of HTML knows both names without being told
    return re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", body)


def _figure(outcome: Outcome) -> str:
    drawn = drawn_figure(outcome)
    if drawn is None:
        return ""
    figure, _, width = drawn
    with tempfile.TemporaryDirectory() as folder:
        files = save_figure(figure, Path(folder, "figure"), width)
        (svg,) = (path for path in files if path.suffix == ".svg")
        return f"<figure>{inline_svg(svg.read_text(encoding='utf-8'))}</figure>"


def _section(title: str, table: pd.DataFrame) -> str:
    return "" if table.empty else f"<h2>{title}</h2>\n{html_table(table)}"


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f'<td class="number">{number_words(value)}</td>'
    kind = ' class="number"' if isinstance(value, int) else ""
    return f"<td{kind}>{html.escape(str(value))}</td>"


def _emphasised(text: str) -> str:
    return re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", html.escape(text))
