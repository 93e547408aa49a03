"""``compliance sensitivity``: which parameters an outcome depends on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from compliance.inputs import Json, folder_from
from compliance.printing import as_number, print_json, print_table
from compliance.refusing import refusing

if TYPE_CHECKING:
    from analysis.sensitivity import Sensitivity


@refusing()
def sensitivity_command(
    source: Annotated[
        str, typer.Argument(metavar="DIR|STUDY", help="The folder of a sweep; of a study its exact map, without runs.")
    ],
    measure: Annotated[
        str | None, typer.Option(help="A measure or a number of the map; by default the study's first.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for tables and a figure.")] = None,
    as_json: Json = False,
) -> None:
    """Say which parameters an outcome depends on: Sobol's indices, or Morris's elementary effects, with intervals."""
    folder_from(out)
    from analysis.findings import sensitivity_in_words, write_sensitivity
    from analysis.outcomes_by_cell import first_outcome, study_and_results
    from analysis.sensitivity import sensitivity

    study, results = study_and_results(source)
    found = sensitivity(study, results, measure or first_outcome(study, results))
    if as_json:
        about = {"study": study.name, "measure": found.measure, "noise_share": found.noise_share}
        print_json(about | {"cells": found.cells, "indices": found.table.to_dict("records")})
    else:
        _print(found)
        typer.echo(sensitivity_in_words(found, study.name))
    for file in write_sensitivity(found, study.name, out) if out is not None else []:
        typer.echo(str(file), err=as_json)


def _print(found: Sensitivity) -> None:
    numbers = ("value", "low", "high", "noise")
    texts = [name for name in found.table if name not in (*numbers, "remark")]
    rows = [
        [*(str(row[name]) for name in [*texts, "remark"]), *(as_number(row[name]) for name in numbers)]
        for row in found.table.to_dict("records")
    ]
    heads = [*map(str, texts), "remark", "value", "95 % low", "95 % high", "by luck"]
    print_table(f"What {found.measure} depends on", heads, rows, texts=len(texts) + 1)
