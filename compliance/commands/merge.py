"""``compliance merge``: put the parts of a study together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from compliance.inputs import Json, folder_from
from compliance.printing import print_json, progress_bar
from compliance.refusing import KEPT, refusing, tell


@refusing(KEPT)
def merge_command(
    parts: Annotated[list[Path], typer.Argument(metavar="DIR...", help="Folders of parts of one study.")],
    out: Annotated[Path, typer.Option(help="Folder of the whole.")],
    as_json: Json = False,
) -> None:
    """Put parts of a study together: what was run is copied, and nothing is run."""
    folder_from(out)
    from parameter_sweeps.sharding import merge_directories

    with progress_bar("files") as progress:
        merged = merge_directories(parts, out, progress)
    if as_json:
        print_json(merged._asdict())
    else:
        typer.echo(f"{out}: {merged.finished} of {merged.planned} files, {merged.copied} copied")
    if merged.finished < merged.planned:
        tell([f"{out} is not finished: compliance sweep runs what is missing"])
