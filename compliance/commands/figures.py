"""``compliance figures``: the figures and tables of a study or of a sweep's folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from compliance.inputs import folder_from
from compliance.printing import progress_bar
from compliance.refusing import refuse, refusing

if TYPE_CHECKING:
    from parameter_sweeps.study import Study


@refusing()
def figures_command(
    source: Annotated[str, typer.Argument(metavar="STUDY|DIR", help="A study, or the folder of a sweep.")],
    out: Annotated[Path | None, typer.Option(help="Folder for the figures.")] = None,
) -> None:
    """Draw every figure and write every table of a study or of a sweep's folder."""
    drawn_from = _source(source)
    folder = out or (drawn_from / "figures" if isinstance(drawn_from, Path) else Path("figures"))
    folder_from(folder)
    from analysis.report import draw_figures

    with progress_bar("cells") as progress:
        files = draw_figures(drawn_from, folder, progress=progress)
    for file in files:
        typer.echo(str(file))


def _source(text: str) -> Study | Path:
    from parameter_sweeps.catalogue import load_study, shipped_studies

    path = Path(text)
    if text in shipped_studies() or not path.is_dir():
        return load_study(text)
    if not (path / "study.yaml").exists():
        refuse(f"{path}: this must be the folder of a sweep, got a folder without study.yaml")
    return path
