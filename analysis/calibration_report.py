"""What a calibration says, written: tables as CSV and LaTeX, and all of it as Markdown."""

from __future__ import annotations

from pathlib import Path

from analysis.calibration import Calibration
from analysis.markdown import markdown_table
from analysis.tables import write_csv, write_table, write_text


def write_calibration(calibration: Calibration, folder: Path, title: str) -> list[Path]:
    """Write a calibration into a folder, and return the files.

    Returns
    -------
    list of Path
        ``fit``, ``comparison`` and ``errors``, each as ``.csv`` and ``.tex``; ``residuals.csv``, one row a rate; and
        ``calibration.md``.
    """
    tables = {"fit": calibration.fit_table(), "comparison": calibration.comparison, "errors": calibration.error_table()}
    files = [file for name, table in tables.items() for file in write_table(table, folder / name)]
    files.append(write_csv(calibration.residual_table(), folder / "residuals"))
    return [*files, write_text(folder / "calibration", "md", [f"# {title}", "", *calibration_lines(calibration)])]


def calibration_lines(calibration: Calibration) -> list[str]:
    """Return the tables of a calibration, and what makes it doubtful, as lines of Markdown."""
    fit = calibration.fit
    head = (
        f"Fitted to {len(fit.rates)} rates by maximum likelihood; deviance {fit.deviance:.4g} on "
        f"{fit.degrees_of_freedom} degrees of freedom. Intervals are of 95 %, by profile likelihood."
    )
    lines = [
        head,
        "",
        *markdown_table(calibration.fit_table()),
        "",
        *markdown_table(calibration.comparison),
        "",
        "Errors of rates, in percentage points; deviance is 1 a rate where rates scatter as their episodes explain.",
        "",
        *markdown_table(calibration.error_table(), 3),
    ]
    warnings = calibration.warnings()
    if warnings:
        lines += ["", "What makes it doubtful:", "", *(f"- {warning}." for warning in warnings)]
    return lines
