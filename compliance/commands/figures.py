"""``compliance figures``: a study from its YAML to figure, tables and paragraph, run where it was not."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from compliance.inputs import Set, Workers, folder_from, study_from
from compliance.printing import as_duration, progress_bar
from compliance.refusing import INCOMPLETE, KEPT, refuse, refusing, tell
from compliance.studying import FIGURES, check_study, place_of, run_study, tell_of_holes

if TYPE_CHECKING:
    from analysis.outcome import Outcome


@refusing(KEPT)
def figures_command(
    source: Annotated[
        str | None, typer.Argument(metavar="[STUDY|DIR]", help="A study, or the folder of a sweep.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the figures; by default RESULTS/NAME/figures, or DIR/figures.")
    ] = None,
    results: Annotated[Path, typer.Option(help="Where results of studies are kept, and looked for.")] = Path("results"),
    quick: Annotated[bool, typer.Option("--quick", help="Scale studies down, to be seen in seconds.")] = False,
    exact: Annotated[bool, typer.Option("--exact", help="Draw the exact map only; nothing is simulated.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Every shipped study in turn.")] = False,
    docs: Annotated[Path | None, typer.Option(help="Folder for a page of documentation of each study.")] = None,
    workers: Workers = None,
    settings: Set = [],  # noqa: B006
) -> None:
    """Run a study where it was not run, draw its figure, write its tables, and say whether its claim is supported."""
    if every == (source is not None):
        refuse("a STUDY, the folder of a sweep, or --all must be given, and one of them")
    for folder in (out, docs):
        folder_from(folder)
    if workers is not None and workers < 1:
        refuse(f"--workers must be at least 1, got {workers}")
    if every:
        _draw_all(results, out, docs, workers, quick, settings)
        return
    if source is None:
        raise RuntimeError("a source was checked above")
    outcome, folder = _opened(source, out, results, workers, quick, exact, settings)
    _write(outcome, folder, docs, source)
    if tell_of_holes(outcome):
        raise typer.Exit(INCOMPLETE)


def _opened(
    source: str, out: Path | None, results: Path, workers: int | None, quick: bool, exact: bool, settings: list[str]
) -> tuple[Outcome, Path]:
    """Return what is known of a study or of a sweep's folder, and where its figures go."""
    from analysis.outcome import Outcome
    from analysis.report import outcome_of
    from parameter_sweeps.catalogue import shipped_studies
    from parameter_sweeps.quick import quick_study

    path = Path(source)
    if source not in shipped_studies() and path.is_dir():
        if not (path / "study.yaml").exists():
            refuse(f"{path}: this must be the folder of a sweep, got a folder without study.yaml")
        if quick or exact or settings:
            refuse("--quick, --exact and --set must be left out for the folder of a sweep")
        return outcome_of(path), out or path / FIGURES
    study = study_from(source, settings)
    check_study(study, source)
    study = quick_study(study) if quick else study
    if exact:
        return Outcome(study), out or Path(FIGURES)
    return run_study(study, results, workers), out or place_of(study, results, FIGURES)


def _draw_all(
    results: Path, out: Path | None, docs: Path | None, workers: int | None, quick: bool, settings: list[str]
) -> None:
    from parameter_sweeps.catalogue import load_study, shipped_studies

    began, rows, has_holes = time.monotonic(), [], False
    # those without a figure are read by other commands: sensitivity, discover
    names = [name for name in shipped_studies() if load_study(name).figure is not None]
    for number, name in enumerate(names, start=1):
        tell([f"study {number} of {len(names)}: {name}"])
        place = None if out is None else out / name
        outcome, folder = _opened(name, place, results, workers, quick, False, settings)
        rows.append((name, outcome.study.claim, _write(outcome, folder, docs, name)))
        has_holes |= tell_of_holes(outcome)
    if docs is not None:
        from analysis.pages import write_index

        typer.echo(str(write_index(rows, docs)))
    tell([f"{len(names)} studies in {as_duration(time.monotonic() - began)}"])
    if has_holes:
        raise typer.Exit(INCOMPLETE)


def _write(outcome: Outcome, folder: Path, docs: Path | None, source: str) -> str:
    """Write figures and tables, and a page if one is asked for; return the verdict."""
    from dataclasses import replace

    from analysis.claims.judgement import judged
    from analysis.report import write_report

    folder_from(folder)
    with progress_bar("cells") as progress:
        files = write_report(replace(outcome, progress=progress), folder)
    if docs is not None:
        from analysis.pages import write_page

        files += write_page(outcome, docs, _written(source))
    for file in files:
        typer.echo(str(file))
    verdict = judged(outcome).word()
    tell([f"{outcome.study.name}: {verdict}"])
    return verdict


def _written(source: str) -> str:
    """Return the file of a study as it is written."""
    from parameter_sweeps.catalogue import shipped_studies

    path = shipped_studies().get(source, Path(source))
    path = path / "study.yaml" if path.is_dir() else path
    return path.read_text(encoding="utf-8")
