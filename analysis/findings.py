"""Sensitivity, rules and comparisons as files for a paper: tables as CSV, Markdown and LaTeX, and a figure."""

from __future__ import annotations

import math
import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.discovery import Discovery
from analysis.sensitivity import CONFIDENCE, Sensitivity
from analysis.tables import write_csv, write_latex, write_markdown, write_text


def write_sensitivity(found: Sensitivity, study: str, folder: Path) -> list[Path]:
    """Write the indices as a table, and the chart of them, one for each regime; return the files."""
    from analysis.figures.index_chart import index_chart
    from analysis.style import save_figure

    stem = folder / file_name(f"{study}_sensitivity_{found.measure}")
    files = write_tables(found.table, stem)
    if "regime" not in found.table:
        return files + save_figure(index_chart(found), stem)
    for regime in found.table["regime"].unique():
        own = stem.with_name(f"{stem.name}_{file_name(str(regime))}")
        files += save_figure(index_chart(found, str(regime)), own)
    return files


def write_discovery(found: Discovery, condition: str, study: str, folder: Path) -> list[Path]:
    """Write the rules as CSV and as Markdown, headed by what they say; return the files."""
    stem = folder / file_name(f"{study}_where_{condition}")
    table = write_markdown(found.rules, stem).read_text(encoding="utf-8")
    lines = [*discovery_in_words(found, condition, study), "", table.rstrip("\n")]
    return [write_csv(found.rules, stem), write_text(stem, "md", lines)]


def write_tables(table: pd.DataFrame, stem: Path) -> list[Path]:
    """Write a table as CSV, Markdown and LaTeX; return the files."""
    return [write_csv(table, stem), write_markdown(table, stem), write_latex(table, stem)]


def sensitivity_in_words(found: Sensitivity, study: str) -> str:
    """Return in one sentence how much of the variance is luck, and how many indices are not told from it."""
    luck = (
        "how much of its variance is luck cannot be told from one replicate"
        if math.isnan(found.noise_share)
        else f"{100 * found.noise_share:.2g} % of its variance between cells is luck of replicates"
    )
    doubtful = int((found.table["remark"] != "").sum())
    return (
        f"{study}, {found.measure}: {found.cells:,} cells, {found.replicates} replicates; {luck}; the "
        f"{100 * CONFIDENCE:.0f} % intervals of {doubtful} of {len(found.table)} indices reach down to zero or to luck."
    )


def discovery_in_words(found: Discovery, condition: str, study: str) -> list[str]:
    """Return what was found as sentences: the base rate, the rules where the condition holds, and how good they are."""
    lines = [f"{study}: {condition} in {100 * found.base_rate:.1f} % of {found.cells:,} cells."]
    if found.left_out:
        lines.append(f"{found.left_out:,} cells without a value were left out.")
    right = f"right in {100 * found.accuracy:.1f} % of cells, the base rate in {100 * found.base_accuracy:.1f} %"
    quality = f"In cross-validation the rules are {right}; their squared error is {100 * found.skill:.1f} % less"
    lines.append(f"{quality} ({found.z:.1f} standard errors).")
    if not found.is_found:
        return [*lines, "Nothing was found: no rule says more than the base rate does."]
    dense = found.rules[found.rules["holds"]].to_dict("records")
    if not dense:
        most = found.rules.iloc[0]
        lines.append("It holds in more than half of the cells of no rule; most often:")
        dense = [most.to_dict()]
    return [*lines, *(_rule_in_words(row) for row in dense)]


def _rule_in_words(row: dict[Hashable, Any]) -> str:
    density, low, high, coverage = (100 * row[name] for name in ("density", "low", "high", "coverage"))
    return (
        f"Where {row['rule']}: in {density:.1f} % of {row['cells']} cells [{low:.1f}, {high:.1f}], "
        f"{coverage:.1f} % of all such cells."
    )


def file_name(text: str) -> str:
    """Return a text with an underscore for whatever not every file system takes; comparisons are words."""
    for sign, word in (
        (">=", "at_least"),
        ("<=", "at_most"),
        ("!=", "not"),
        (">", "above"),
        ("<", "below"),
        ("=", "is"),
    ):
        text = text.replace(sign, word)
    return re.sub(r"[^\w.-]+", "_", text, flags=re.ASCII).lstrip(".")
