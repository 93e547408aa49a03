"""``compliance sweep``: run or resume a study."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from compliance.inputs import AcceptOtherCode, FailFast, Json, Replicates, Seed, Set, StudyName, Workers, study_from
from compliance.printing import as_duration, print_json
from compliance.refusing import KEPT, refuse, refusing
from compliance.studying import check_study
from compliance.sweeping import sweep_and_tell


@refusing(KEPT)
def sweep_command(
    study: StudyName,
    out: Annotated[Path | None, typer.Option(help="Folder of the results; one that has some is gone on with.")] = None,
    workers: Workers = None,
    cluster: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS|local", help="A dask scheduler whose workers compute, such as tcp://host:8786."),
    ] = None,
    settings: Set = [],  # noqa: B006
    seed: Seed = None,
    replicates: Replicates = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would cost.")] = False,
    fail_fast: FailFast = False,
    accept_other_code: AcceptOtherCode = False,
    as_json: Json = False,
) -> None:
    """Simulate every cell of a study, or go on where an earlier sweep of it stopped."""
    loaded = study_from(study, settings, seed=seed, replicates=replicates)
    check_study(loaded, study)
    if workers is not None and workers < 1:
        refuse(f"--workers must be at least 1, got {workers}")
    if dry_run:
        _print_cost(loaded, out, as_json)
        return
    options = {"fail_fast": fail_fast, "accept_other_code": accept_other_code, "cluster": cluster}
    sweep_and_tell(loaded, out, workers, as_json, **options)


def _print_cost(study: Any, out: Path | None, as_json: bool) -> None:
    from parameter_sweeps.costs import dry_run

    cost = dry_run(study, out)
    if as_json:
        print_json(cost)
        return
    typer.echo(
        f"{study.name}: {cost['cells']:,} cells, {cost['runs']:,} runs, "
        f"{cost['agent_steps']:,} agent-episodes; "
        f"about {_about(cost['seconds'])} on one core and {cost['bytes'] / 1e6:.3g} MB on disk."
    )
    if "runs_left" in cost:
        left = f"{cost['runs_left']:,} runs are left, about {_about(cost['seconds_left'])} on one core"
        typer.echo(f"{out} holds a part of it: {left}.")


def _about(seconds: float) -> str:
    return as_duration(seconds) if seconds >= 60 else f"{seconds:.3g} s"
