"""``compliance sweep``: run or resume a study."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from compliance.inputs import Json, Set, StudyName, folder_from, study_from
from compliance.printing import print_json, progress_bar
from compliance.refusing import KEPT, refuse, refusing, tell

#: Some cells failed: the table has rows with an error in place of results.
INCOMPLETE = 1


@refusing(KEPT)
def sweep_command(
    study: StudyName,
    out: Annotated[Path | None, typer.Option(help="Folder of the results; one that has some is gone on with.")] = None,
    workers: Annotated[int | None, typer.Option(help="Worker processes; by default one a core.")] = None,
    settings: Set = [],  # noqa: B006
    seed: Annotated[int | None, typer.Option(help="In place of the study's seed.")] = None,
    replicates: Annotated[int | None, typer.Option(help="In place of the study's replicates.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would cost.")] = False,
    as_json: Json = False,
) -> None:
    """Simulate every cell of a study, or go on where an earlier sweep of it stopped."""
    loaded = study_from(study, settings, seed=seed, replicates=replicates)
    if workers is not None and workers < 1:
        refuse(f"--workers must be at least 1, got {workers}")
    if dry_run:
        _print_cost(loaded, as_json)
        return
    if out is None:
        refuse("--out DIR must be given, the folder that results are kept in")
    folder_from(out)
    from parameter_sweeps.execution import run_sweep

    with progress_bar("runs") as progress:
        table = run_sweep(loaded, out, workers=workers, progress=progress)
    failed = int(table["error"].fillna("").ne("").sum()) if "error" in table else 0
    if as_json:
        print_json({"study": loaded.name, "out": str(out), "rows": len(table), "failed": failed})
    else:
        typer.echo(f"{loaded.name}: {len(table)} rows in {out}")
    if failed:
        tell([f"{failed} of {len(table)} rows failed: their column error says why"])
        raise typer.Exit(INCOMPLETE)


def _print_cost(study: Any, as_json: bool) -> None:
    from parameter_sweeps.execution import dry_run

    cost = dry_run(study)
    if as_json:
        print_json(cost)
        return
    typer.echo(
        f"{study.name}: {cost['cells']:,} cells, {cost['runs']:,} runs, "
        f"{cost['agent_steps']:,} agent-episodes; "
        f"about {cost['seconds']:.3g} s on one core and {cost['bytes'] / 1e6:.3g} MB on disk."
    )
