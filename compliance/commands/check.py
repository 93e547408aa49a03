"""``compliance check``: whether the folder of a sweep is as it was written."""

from __future__ import annotations

import typer

from compliance.inputs import Directory, Json
from compliance.printing import print_json
from compliance.refusing import INCOMPLETE, refusing, tell


@refusing()
def check_command(directory: Directory, as_json: Json = False) -> None:
    """Compare every file of a sweep with its digest, the plan and the study; one line for each thing that is wrong."""
    from parameter_sweeps.verification import check_directory

    checked = check_directory(directory)
    if as_json:
        print_json(checked._asdict())
    else:
        tell(checked.notes)
        for finding in checked.findings:
            typer.echo(finding)
        if not checked.findings:
            finished = f"{checked.finished} of {checked.planned} chunks are finished"
            typer.echo(f"{directory}: {checked.files} files are as they were written; {finished}")
    if checked.findings:
        raise typer.Exit(INCOMPLETE)
