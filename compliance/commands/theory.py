"""``compliance theory``: every result of the specification, checked and written as a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from compliance.inputs import Json, folder_from, whole_seed_from
from compliance.printing import print_json, print_table, progress_bar
from compliance.refusing import INCOMPLETE, refusing

if TYPE_CHECKING:
    from parameter_sweeps.theory.verdicts import Finding

_HEADS = ("result", "what", "expected", "exact here", "simulated", "95 % interval", "z", "verdict")


@refusing()
def theory_command(
    out: Annotated[Path, typer.Option(help="Folder for theory.md, theory.csv and theory.tex.")] = Path("docs"),
    quick: Annotated[bool, typer.Option("--quick", help="Fewer agents and replicates, coarser maps.")] = False,
    seed: Annotated[int, typer.Option(help="In [0, 2^32); of the simulated values.")] = 1,
    as_json: Json = False,
) -> None:
    """Check every result of the theory, exactly and by simulation; exit status 1 if any does not hold."""
    whole_seed_from(seed)
    folder_from(out)
    typer.echo("Checking; on a machine that has compiled nothing yet this takes some minutes more.", err=True)
    from analysis.theory_files import write_theory
    from analysis.theory_table import printed_row, summary
    from parameter_sweeps.theory.cells import false_alarms
    from parameter_sweeps.theory.checks import FULL, QUICK
    from parameter_sweeps.theory.registry import all_checks
    from parameter_sweeps.theory.verdicts import FAILS, verified

    effort = (QUICK if quick else FULL)._replace(seed=seed)
    with progress_bar("checks") as progress:
        findings = verified(all_checks(), effort, progress)
    far_cells = false_alarms(effort)
    files = write_theory(findings, out, far_cells)
    if as_json:
        _print_json(findings, summary(findings, far_cells))
    else:
        rows = [(row[0], row[1], *row[3:]) for row in map(printed_row, findings)]
        print_table("Theory verified", _HEADS, rows, texts=2)
        typer.echo(summary(findings, far_cells))
        typer.echo(f"Written to {out}: {', '.join(file.name for file in files)}")
    if any(finding.verdict == FAILS for finding in findings):
        raise typer.Exit(INCOMPLETE)


def _print_json(findings: list[Finding], text: str) -> None:
    from analysis.theory_table import theory_frame

    print_json({"summary": text, "checks": theory_frame(findings).to_dict("records")})
