"""Studies as commands run them: their results made or gone on with, and what is drawn from them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from compliance.inputs import folder_from
from compliance.printing import sweep_progress
from compliance.refusing import INCOMPLETE, tell

if TYPE_CHECKING:
    from analysis.outcome import Outcome
    from parameter_sweeps.study import Study

#: Folders of a study's results, and of results that were scaled down.
SWEEP, FIGURES = "sweep", "figures"
QUICK = "quick_"


def home_of(study: Study, results: Path) -> Path:
    """Return the folder of a study's results below that of all results."""
    from analysis.report import file_name

    return results / file_name(study.name)


def place_of(study: Study, results: Path, what: str) -> Path:
    """Return the folder of a study's sweep or figures."""
    return home_of(study, results) / f"{QUICK if study.quick else ''}{what}"


def check_study(study: Study, source: str) -> None:
    """Refuse measures and figures that there are not, by the study's name or file, before anything is computed."""
    from models.refusals import InputError
    from parameter_sweeps.execution import measure_names

    try:
        measure_names(study)
        if study.figure:
            # a second of imports
            from analysis.report import check_drawable

            check_drawable(study)
    except InputError as error:
        raise InputError(f"{source}: {message}" for message in error.messages) from None


def run_study(study: Study, results: Path, workers: int | None = None) -> Outcome:
    """Return the outcome of a study, which is run, or gone on with, where its results are not complete."""
    from analysis.outcome import Outcome
    from analysis.report import outcome_of, with_words_of
    from parameter_sweeps.execution import run_sweep
    from parameter_sweeps.maps import is_simulated

    if not is_simulated(study):
        return Outcome(study)
    folder = place_of(study, results, SWEEP)
    folder_from(folder)
    try:
        with sweep_progress() as report:
            run_sweep(study, folder, workers=workers, report=report)
    except OSError as error:
        tell([f"{folder} must have room and be writable, got {error.strerror or error}; finished work is kept"])
        raise typer.Exit(INCOMPLETE) from None
    return with_words_of(outcome_of(folder), study)


def tell_of_holes(outcome: Outcome) -> bool:
    """Say on standard error that runs are missing or failed, and return whether they are."""
    holes = int((outcome.holes > 0).sum())
    if holes:
        tell([f"{outcome.study.name}: {holes} of {outcome.study.cell_count} cells have missing or failed runs"])
    return holes > 0
