"""The files of theory verified: docs/theory.md, .csv and .tex, the same bytes from the same code and seed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from analysis.tables import write_csv, write_latex, write_markdown
from analysis.theory_table import printed_frame, summary, theory_frame
from parameter_sweeps.theory.verdicts import Finding

NAME = "theory"
_MADE_BY = "This page is written by `compliance theory`; nothing in it is typed."
_HOW_TO_READ = (
    "*Expected* is the number as the specification prints it; its last digit says how exact *exact here* must be, "
    "which formulas or the planner give. *Simulated* is what runs give for the same number, with a 95 % interval and "
    "the deviation z from the exact value in standard errors; *certain* where no luck is left in it (choices that "
    "are sure, and boundaries found by bisecting runs, to 1e-9). Sources are keys of the README's references."
)


def write_theory(findings: Sequence[Finding], folder: Path, far_cells: float) -> list[Path]:
    """Write the table of findings as Markdown, CSV and LaTeX, and return the files.

    Parameters
    ----------
    findings : sequence of Finding
    folder : Path
        Made if it is not there.
    far_cells : float
        As in `analysis.theory_table.summary`.
    """
    stem, read = folder / NAME, printed_frame(findings)
    paragraphs = [_MADE_BY, summary(findings, far_cells), _HOW_TO_READ]
    return [
        write_markdown(read, stem, "Theory verified", paragraphs),
        write_csv(theory_frame(findings), stem),
        write_latex(read, stem),
    ]
