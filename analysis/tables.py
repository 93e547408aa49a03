"""Tables as CSV, as LaTeX (booktabs) and as Markdown, the same bytes from the same numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.markdown import PRINTED_DIGITS, markdown_table

SIGNIFICANT_DIGITS = 12

_ESCAPES = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
}


def write_table(frame: pd.DataFrame, stem: Path) -> list[Path]:
    """Write a table as CSV and as LaTeX, without its index, and return the two files.

    Parameters
    ----------
    frame : DataFrame
    stem : Path
        The files without their suffix; the folder is made if it is not there.
    """
    return [write_csv(frame, stem), write_latex(frame, stem)]


def write_csv(frame: pd.DataFrame, stem: Path) -> Path:
    """Write a table as CSV: floats to 12 significant digits, nothing for no value, and inf for infinity."""
    rows: list[Iterable[Any]] = [frame.columns, *frame.itertuples(index=False, name=None)]
    lines = (",".join(_quoted(_plain(value)) for value in row) for row in rows)
    return write_text(stem, "csv", lines)


def write_latex(frame: pd.DataFrame, stem: Path) -> Path:
    """Write a table as a LaTeX tabular with the rules of booktabs; numbers to 4 digits, flush right."""
    alignment = "".join("r" if pd.api.types.is_numeric_dtype(kind) else "l" for kind in frame.dtypes)
    rows = frame.itertuples(index=False, name=None)
    lines = [
        rf"\begin{{tabular}}{{{alignment}}}",
        r"\toprule",
        _latex_row(escaped(str(name)) for name in frame.columns),
        r"\midrule",
        *(_latex_row(_printed(value) for value in row) for row in rows),
        r"\bottomrule",
        r"\end{tabular}",
    ]
    return write_text(stem, "tex", lines)


def write_markdown(frame: pd.DataFrame, stem: Path, title: str = "", paragraphs: Iterable[str] = ()) -> Path:
    """Write a table as Markdown, under a title and paragraphs if there are any; numbers to 4 digits, flush right."""
    lines = [f"# {title}", ""] if title else []
    for paragraph in paragraphs:
        lines += [paragraph, ""]
    return write_text(stem, "md", [*lines, *markdown_table(frame)])


def write_text(stem: Path, suffix: str, lines: Iterable[str]) -> Path:
    """Write lines to a file, with the same bytes on every system; its folder is made if it is not there."""
    stem.parent.mkdir(parents=True, exist_ok=True)
    path = stem.with_name(f"{stem.name}.{suffix}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return path


def escaped(text: str) -> str:
    """Return text as LaTeX prints it."""
    return "".join(_ESCAPES.get(letter, letter) for letter in text)


def _plain(value: Any) -> str:
    if _is_absent(value):
        return ""
    return f"{value:.{SIGNIFICANT_DIGITS}g}" if isinstance(value, float) else str(value)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\n\r') else text


def _latex_row(cells: Iterable[str]) -> str:
    return " & ".join(cells) + r" \\"


def _printed(value: Any) -> str:
    if _is_absent(value):
        return "--"
    if not isinstance(value, float):
        return escaped(str(value))
    if math.isinf(value):
        return r"$\infty$" if value > 0 else r"$-\infty$"
    digits, _, power = f"{value:.{PRINTED_DIGITS}g}".partition("e")
    return f"${digits} \\times 10^{{{int(power)}}}$" if power else digits.replace("-", "$-$")


def _is_absent(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value)) or value is pd.NA
