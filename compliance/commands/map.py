"""``compliance map``: the exact strategy map of a study, without simulation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from compliance.compiling import tell_of_valuing
from compliance.inputs import Json, Set, StudyName, folder_from, study_from
from compliance.printing import print_json, print_table, progress_bar
from compliance.refusing import refusing


@refusing()
def map_command(
    study: StudyName,
    settings: Set = [],  # noqa: B006
    as_json: Json = False,
    out: Annotated[Path | None, typer.Option(help="Folder for the map as a table.")] = None,
) -> None:
    """Compute which strategy is best in every cell of a study, and where it changes."""
    loaded = study_from(study, settings)
    folder_from(out)
    from analysis.map_summary import class_shares, first_changes, map_table
    from parameter_sweeps.maps import strategy_map

    tell_of_valuing(loaded.scenario)
    with progress_bar("cells") as progress:
        found = strategy_map(loaded, progress=progress)
    shares, changes = class_shares(found), first_changes(found)
    if as_json:
        print_json(
            {"study": loaded.name, "cells": loaded.cell_count, "classes": shares, "changes": changes}
            | ({"cells_of_full_grid": int(full)} if (full := found.attrs.get("cells_of_full_grid")) else {})
        )
    else:
        rows = [(row["class"], f"{row['cells']}", f"{100.0 * row['share']:.1f} %") for row in shares]
        print_table(f"{loaded.name}: {loaded.cell_count} cells", ("best class", "cells", "share"), rows)
        _print_changes(changes)
        if full := found.attrs.get("cells_of_full_grid"):
            typer.echo(f"A grid that is everywhere as fine as these cells are at the boundary has {int(full):,}.")
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        table = map_table(found)
        table.to_csv(out / "map.csv", index=False)
        table.to_parquet(out / "map.parquet", index=False)
        if not as_json:
            typer.echo(f"Written to {out}: map.csv, map.parquet")


def _print_changes(changes: list[dict[str, Any]]) -> None:
    for change in changes:
        if change["to"] is None:
            typer.echo(f"Along {change['key']} the best class never changes.")
            continue
        where = f"between {change['last']} and {change['first']}, from {change['from']} to {change['to']}"
        lines = f"it changes on {change['lines']} of {change['of']} lines"
        typer.echo(f"Along {change['key']} the best class first changes {where}; {lines}.")
