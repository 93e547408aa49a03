"""What a study shows: its figure, the tables behind it, short tables for a paper, and the effect in words."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd

from analysis.claims.judgement import judged
from analysis.figures.kinds import drawn_figure, figure_of, has_two_numbers
from analysis.numbers import macros
from analysis.outcome import Outcome
from analysis.paragraphs import paragraph
from analysis.style import save_figure
from analysis.summaries import claim_table, contour_deviation, measure_table, summary_table
from analysis.tables import write_csv, write_latex, write_markdown, write_text
from analysis.thresholds import exact_boundaries
from models.refusals import InputError
from parameter_sweeps.canonical import strict
from parameter_sweeps.catalogue import load_study, shipped_studies
from parameter_sweeps.loading import load_results
from parameter_sweeps.results import load_records
from parameter_sweeps.store import open_store
from parameter_sweeps.study import Study

Progress = Callable[[int, int], None]

_COMPARED = ("compliance_watched", "compliance_unwatched")


def draw_figures(
    study_or_directory: Study | str | os.PathLike[str],
    out: str | os.PathLike[str],
    progress: Progress | None = None,
) -> list[Path]:
    """Write the figure, the tables and the paragraph of a study, and return the files.

    Parameters
    ----------
    study_or_directory : Study, str or path
        A study, its shipped name or its file: then the exact map is drawn. Or the directory of a sweep, finished
        or not: then its results are drawn with the map.
    out : str or path
        The folder to write to; made if it is not there.
    progress : callable, optional
        Called with (cells done, cells) while the map is computed.

    Returns
    -------
    list of Path
        Named after the study: ``.pdf``, ``.png`` and ``.svg`` of the figure; ``.csv`` with one row a cell; ``.tex`` and
        ``_summary.md``, a summary; ``.md`` with a paragraph on what was found; ``_figure``, ``_claim``, ``_measures``:
        tables of what is drawn, of the conditions of the claim, and of the measures (``.csv``, ``.tex``, ``.md``); and
        ``numbers.tex``, a macro for each number that a paper would cite.

    Raises
    ------
    InputError
        For an unknown study, directory, kind of figure or option, and for results without one run that ended well.
    """
    return write_report(outcome_of(study_or_directory, progress), Path(out))


def outcome_of(given: Study | str | os.PathLike[str], progress: Progress | None = None) -> Outcome:
    """Return a study with the results in the directory of its sweep, if that is what is given."""
    if isinstance(given, Study):
        return Outcome(given, progress=progress)
    directory = Path(given)
    if (isinstance(given, str) and given in shipped_studies()) or not directory.is_dir():
        return Outcome(load_study(given), progress=progress)
    if not (directory / "study.yaml").is_file():
        raise InputError([f"{directory}: a sweep's directory must hold study.yaml, got a folder without it"])
    store = open_store(directory)
    records = load_records(directory, partial=True) if store.study.record == "episodes" else None
    return Outcome(store.study, load_results(directory, partial=True), records, progress=progress)


def with_words_of(outcome: Outcome, study: Study) -> Outcome:
    """Return results with name, claim, figure and conditions of a study that has the same digest but other such words.

    Conditions that are others than those with which the study was run were not committed beforehand, which is said.
    """
    held = outcome.study
    words = {name: getattr(study, name) for name in ("name", "claim", "figure", "supports_if")}
    is_committed = strict(held.supports_if) == strict(study.supports_if)
    return replace(outcome, study=held.model_copy(update=words), is_committed=is_committed)


def write_report(outcome: Outcome, folder: Path) -> list[Path]:
    """Write what `draw_figures` writes."""
    study = outcome.study
    check_drawable(study)
    check_results(outcome)
    judgement = judged(outcome)
    drawn = drawn_figure(outcome)
    boundaries = exact_boundaries(study, outcome.progress) if _has_contours(outcome) else None
    distances = contour_deviation(study, outcome.cells, boundaries)
    stem = folder / file_name(study.name)
    files: list[Path] = []
    if drawn is not None:
        figure, data, width = drawn
        files += save_figure(figure, stem, width)
    summary = summary_table(outcome.cells, distances)
    files += [write_csv(outcome.cells, stem), write_latex(summary, stem)]
    files.append(write_text(stem, "md", [paragraph(outcome, judgement, distances)]))
    files.append(write_markdown(summary, _named(stem, "summary")))
    if drawn is not None:
        files.append(write_csv(data, _named(stem, "figure")))
    for name, table in (("claim", claim_table(judgement)), ("measures", measure_table(outcome))):
        if not table.empty:
            place = _named(stem, name)
            files += [write_csv(table, place), write_latex(table, place), write_markdown(table, place)]
    return [*files, write_text(folder / "numbers", "tex", macros(outcome, judgement))]


def check_drawable(study: Study) -> None:
    """Refuse a study whose figure cannot be drawn, before anything is computed."""
    figure_of(study)


def file_name(name: str) -> str:
    """Return a study's name with an underscore for whatever not every file system takes."""
    return re.sub(r"[^\w.-]+", "_", name, flags=re.ASCII).lstrip(".") or "study"


def _has_contours(outcome: Outcome) -> bool:
    return has_two_numbers(outcome.study) and outcome.exact is not None and "compliance_watched" in outcome.cells


def _named(stem: Path, suffix: str) -> Path:
    return stem.with_name(f"{stem.name}_{suffix}")


def check_results(outcome: Outcome) -> None:
    """Refuse results without one run that ended well, and those that a regime map cannot be drawn from."""
    results: pd.DataFrame | None = outcome.results
    if results is None:
        return
    missing = [name for name in _COMPARED if name not in results]
    if missing and figure_of(outcome.study)[0] == "regime_map":
        raise InputError([f"measures must include {' and '.join(missing)} for a regime map of a sweep"])
    if not (results["error"] == "").any():
        raise InputError(["results must hold at least one run that ended well, got none"])
