"""``compliance compare``: how the levels of an axis differ from one of them, pair by pair."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from compliance.inputs import Directory, Json, folder_from
from compliance.printing import as_number, print_json, print_table
from compliance.refusing import refusing


@refusing()
def compare_command(
    directory: Directory,
    against: Annotated[str, typer.Option(help="The level of the axis that the others are compared with.")],
    axis: Annotated[str, typer.Option(help="A varied key, or regime.")] = "regime",
    measures: Annotated[
        list[str], typer.Option("--measure", help="A measure; may be repeated; by default all of the study.")
    ] = [],  # noqa: B006
    partial: Annotated[bool, typer.Option("--partial", help="Leave out cells in which a run is missing.")] = False,
    out: Annotated[Path | None, typer.Option(help="Folder for the table as CSV, Markdown and LaTeX.")] = None,
    as_json: Json = False,
) -> None:
    """Compare regimes, or other levels, under the same luck: paired differences, corrected for their number."""
    folder_from(out)
    from analysis.findings import file_name, write_tables
    from analysis.outcomes_by_cell import measured_names
    from analysis.paired import paired_differences
    from parameter_sweeps.loading import load_results
    from parameter_sweeps.store import open_store

    study, results = open_store(directory).study, load_results(directory, partial)
    found = paired_differences(results, axis, against, measures or measured_names(study, results), partial)
    if as_json:
        print_json({"study": study.name, "axis": axis, "against": against, "differences": found.to_dict("records")})
    else:
        numbers = ("difference", "low", "high", "p_value", "p_holm", "n_pairs", "holes")
        rows = [
            [
                str(row["measure"]),
                str(row["level"]),
                row["direction"],
                *(as_number(float(row[name])) for name in numbers),
            ]
            for row in found.to_dict("records")
        ]
        heads = ("measure", axis, "direction", "difference", "95 % low", "95 % high", "p", "p (Holm)", "pairs", "holes")
        print_table(f"{study.name}: less {against}", heads, rows, texts=3)
    if out is not None:
        for file in write_tables(found, out / file_name(f"{study.name}_{axis}_against_{against}")):
            typer.echo(str(file), err=as_json)
