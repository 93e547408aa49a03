"""Tables as Markdown, the same bytes from the same numbers."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

#: Digits that are read, not computed with.
PRINTED_DIGITS = 4


def markdown_table(frame: pd.DataFrame, digits: int = PRINTED_DIGITS) -> list[str]:
    """Return the lines of a table without its index: numbers to so many significant digits, flush right.

    True and false are yes and no; what is not known is a dash.
    """
    numeric = [pd.api.types.is_numeric_dtype(kind) and kind.kind != "b" for kind in frame.dtypes]
    rules = ["---:" if is_number else "---" for is_number in numeric]
    rows = [[_printed(value, digits) for value in row] for row in frame.itertuples(index=False, name=None)]
    return [_line(str(name) for name in frame.columns), _line(rules), *(_line(row) for row in rows)]


def _line(cells: Any) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _printed(value: Any, digits: int) -> str:
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if isinstance(value, bool) or type(value).__name__ in ("bool_", "bool"):
        return "yes" if value else "no"
    if isinstance(value, float):
        return ("∞" if value > 0 else "-∞") if math.isinf(value) else f"{value + 0.0:.{digits}g}"
    return str(value)
