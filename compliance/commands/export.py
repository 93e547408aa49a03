"""``compliance export``: the results of a sweep as one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from compliance.inputs import Directory
from compliance.refusing import refusing


@refusing()
def export_command(
    directory: Directory,
    out: Annotated[Path, typer.Option(metavar="FILE", help="table.csv, table.parquet, or grid.nc (netCDF 3).")],
    partial: Annotated[bool, typer.Option("--partial", help="Also if the sweep is not finished.")] = False,
) -> None:
    """Write the table of a sweep, sorted by cell and replicate, or its grid, as one file."""
    from parameter_sweeps.results import export_results

    rows = export_results(directory, out, partial)
    typer.echo(f"{out}: {rows} rows")
