"""Sweeps as commands run them: progress, what is told at the end, and the exit status."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from compliance.inputs import folder_from
from compliance.printing import print_json, sweep_progress
from compliance.refusing import INCOMPLETE, refuse, tell

if TYPE_CHECKING:
    from parameter_sweeps.study import Study


def sweep_and_tell(study: Study, out: Path | None, workers: int | None, as_json: bool, **options: Any) -> None:
    """Run a study, or a part of it, and say how many rows there are and how many failed.

    Parameters
    ----------
    study, out, workers, as_json
        As given on the command line.
    options
        Passed to `parameter_sweeps.execution.run_sweep`.
    """
    if workers is not None and workers < 1:
        refuse(f"--workers must be at least 1, got {workers}")
    if out is None:
        refuse("--out DIR must be given, the folder that results are kept in")
    folder_from(out)
    from parameter_sweeps.execution import run_sweep
    from parameter_sweeps.failures import FailedRunError

    try:
        with sweep_progress() as report:
            table = run_sweep(study, out, workers=workers, report=report, **options)
    except FailedRunError as error:
        tell([str(error)])
        raise typer.Exit(INCOMPLETE) from None
    except OSError as error:
        tell([f"{out} must have room and be writable, got {error.strerror or error}; finished work is kept"])
        raise typer.Exit(INCOMPLETE) from None
    failed = int(table["error"].fillna("").ne("").sum())
    if as_json:
        print_json({"study": study.name, "out": str(out), "rows": len(table), "failed": failed})
    else:
        typer.echo(f"{study.name}: {len(table)} rows in {out}")
    if failed:
        tell([f"{failed} of {len(table)} rows failed: their column error says why"])
        raise typer.Exit(INCOMPLETE)
