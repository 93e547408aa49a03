"""A study's page of documentation, made from its results: claim, figure, paragraph, table and the study's file."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from analysis.claims.judgement import Judgement, judged
from analysis.markdown import markdown_table
from analysis.outcome import Outcome
from analysis.report import file_name, write_report
from analysis.summaries import claim_table, measure_table
from analysis.tables import write_text

#: A table of measures with more rows is left to its file.
_MOST_ROWS = 60


def write_page(outcome: Outcome, folder: Path, written: str) -> list[Path]:
    """Write the page of a study and its figure, and return the files.

    Parameters
    ----------
    outcome : Outcome
    folder : Path
        Of all pages; made if it is not there.
    written : str
        The study's file.
    """
    name = file_name(outcome.study.name)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        write_report(outcome, Path(place))
        text = Path(place, f"{name}.md").read_text(encoding="utf-8").strip()
        figures = []
        if Path(place, f"{name}.png").exists():
            figures = [Path(shutil.copyfile(Path(place, f"{name}.png"), folder / f"{name}.png"))]
    lines = _page_lines(outcome, judged(outcome), text, written, has_figure=bool(figures))
    return [write_text(folder / name, "md", lines), *figures]


def write_index(rows: Iterable[tuple[str, str, str]], folder: Path) -> Path:
    """Write the list of pages: name, claim and verdict of each study."""
    lines = [
        "# Studies", "", "Made by `compliance figures --all --docs docs/studies` from the results of each study.", "",
        "| study | claim | by its own condition |", "| --- | --- | --- |",
        *(f"| [{name}]({file_name(name)}.md) | {_in_cell(claim)} | {verdict} |" for name, claim, verdict in rows),
    ]  # fmt: skip
    return write_text(folder / "README", "md", lines)


def _page_lines(outcome: Outcome, judgement: Judgement, text: str, written: str, has_figure: bool) -> list[str]:
    study = outcome.study
    lines = [f"# {study.name.replace('_', ' ').capitalize()}", "", f"**Claim.** {study.claim.strip()}", ""]
    if has_figure:
        lines += [f"![Figure of the study {study.name}]({file_name(study.name)}.png)", ""]
    lines += ["## What was found", "", text, ""]
    conditions, measures = claim_table(judgement), measure_table(outcome)
    if not conditions.empty:
        lines += ["## Conditions of support, set beforehand", "", *markdown_table(conditions), ""]
    if not measures.empty and len(measures) <= _MOST_ROWS:
        lines += ["## Measures", "", *markdown_table(measures), ""]
    command = f"compliance figures {study.name}" + (" --quick" if study.quick else "")
    lines += ["## The study", "", f"`{command}` makes all of this again from:", ""]
    return [*lines, "```yaml", *written.strip().splitlines(), "```"]


def _in_cell(text: str) -> str:
    return " ".join(text.replace("|", r"\|").split())
