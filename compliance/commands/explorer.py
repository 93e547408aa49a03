"""``compliance explorer``: a page to explore the exact strategy map with, in one file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from compliance.compiling import tell_of_valuing
from compliance.printing import progress_bar
from compliance.refusing import refuse, refusing


@refusing()
def explorer_command(
    out: Annotated[Path, typer.Option(metavar="FILE.html", help="The page; one that is there is replaced.")],
) -> None:
    """Write a page, in one HTML file, to explore the exact strategy map with: sliders, values and reasons."""
    _refuse_file(out)
    from teaching.explored import explored_study
    from teaching.explorer import refuse_without_bokeh, write_explorer

    refuse_without_bokeh()
    study = explored_study()
    tell_of_valuing(study.scenario)
    out.parent.mkdir(parents=True, exist_ok=True)
    with progress_bar("cells") as progress:
        write_explorer(study, out, progress)
    typer.echo(f"Written to {out}: {out.stat().st_size / 1e6:.1f} MB, {study.cell_count} cells; any browser opens it.")


def _refuse_file(out: Path) -> None:
    """Refuse a page that cannot be written, before anything is computed."""
    if out.suffix.lower() not in (".html", ".htm"):
        refuse(f"--out must be a file that ends in .html, got {out}")
    nearest = next(place for place in out.absolute().parents if place.exists())
    if out.is_dir() or not nearest.is_dir() or not os.access(nearest, os.W_OK):
        refuse(f"--out must be a file that can be written, got {out}")
