"""``compliance discover``: where a condition holds, as rules in words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from compliance.inputs import Json, folder_from
from compliance.printing import as_number, print_json, print_table
from compliance.refusing import refusing


@refusing()
def discover_command(
    source: Annotated[
        str, typer.Argument(metavar="DIR|STUDY", help="The folder of a sweep; of a study its exact map, without runs.")
    ],
    where: Annotated[
        str, typer.Option(metavar="NAME>NUMBER", help="As compliance_gap>0.2, faking_advantage>0 or best=faking.")
    ],
    depth: Annotated[int, typer.Option(help="Most splits of a rule.")] = 3,
    out: Annotated[Path | None, typer.Option(help="Folder for the rules as CSV and Markdown.")] = None,
    as_json: Json = False,
) -> None:
    """Find where among the varied values a condition holds, as a few rules in words."""
    from analysis.conditions import condition_from

    condition = condition_from(where, "--where")
    folder_from(out)
    from analysis.discovery import discovered
    from analysis.findings import discovery_in_words, write_discovery
    from analysis.outcomes_by_cell import groups_of_cells, outcomes, study_and_results, varied_table

    study, results = study_and_results(source)
    holds = condition.holds(outcomes(study, results, condition.name))
    found = discovered(varied_table(study), holds, depth, groups=groups_of_cells(study))
    if as_json:
        about = {"study": study.name, "where": str(condition), "found": found.is_found, "base_rate": found.base_rate}
        quality = {"accuracy": found.accuracy, "base_accuracy": found.base_accuracy, "z": found.z}
        print_json(about | quality | {"rules": found.rules.to_dict("records")})
    else:
        heads = ("", "rule", "density", "95 % low", "95 % high", "coverage", "cells")
        columns = ("density", "low", "high", "coverage", "cells")
        rows = [
            [str(place), str(row["rule"]), *(as_number(row[name]) for name in columns)]
            for place, row in enumerate(found.rules.to_dict("records"), start=1)
        ]
        # the second column, since a long rule must be folded
        print_table(f"Where {condition}", heads, rows, texts=2)
        typer.echo("\n".join(discovery_in_words(found, str(condition), study.name)))
    for file in write_discovery(found, str(condition), study.name, out) if out is not None else []:
        typer.echo(str(file), err=as_json)
