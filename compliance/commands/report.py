"""``compliance report``: one page of HTML on a sweep, with everything in it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from compliance.inputs import Directory, folder_from
from compliance.refusing import INCOMPLETE, refusing
from compliance.studying import tell_of_holes


@refusing()
def report_command(
    directory: Directory,
    out: Annotated[Path | None, typer.Option(help="The file; by default DIR/report.html.")] = None,
) -> None:
    """Write one HTML page on a sweep: figure, paragraph, tables and provenance; it opens without a network."""
    file = out or directory / "report.html"
    folder_from(file.parent)
    from analysis.html_report import report_page
    from analysis.origins import origins
    from analysis.report import check_results, outcome_of
    from parameter_sweeps.store import open_store
    from parameter_sweeps.study_file import STUDY_FILE
    from parameter_sweeps.whole_files import write_whole

    store, outcome = open_store(directory), outcome_of(directory)
    check_results(outcome)
    written = (directory / STUDY_FILE).read_text(encoding="utf-8")
    page = report_page(outcome, written, origins(store))
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, page.encode())
    typer.echo(str(file))
    if tell_of_holes(outcome):
        raise typer.Exit(INCOMPLETE)
