"""The published experiment, written: tables, figure and page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from analysis.after_training import explanation_table
from analysis.figures.refusals import refusals
from analysis.published_errors import error_by_wording, unfitted_errors
from analysis.published_page import published_page
from analysis.published_rates import read_published
from analysis.published_tiers import PublishedFit, fit_published
from analysis.style import save_figure
from analysis.tables import write_csv, write_table, write_text
from parameter_sweeps.calibration_file import CalibrationFile


def fit_scopes(file: CalibrationFile, progress: Callable[[int, int], None] | None = None) -> dict[str, PublishedFit]:
    """Return the fit of each scope of a calibration.

    Parameters
    ----------
    file : CalibrationFile
    progress : callable, optional
        Called with (scopes done, scopes).
    """
    fits = {}
    for number, scope in enumerate(file.scopes, start=1):
        fits[scope] = fit_published(file, scope)
        if progress is not None:
            progress(number, len(file.scopes))
    return fits


def write_published(file: CalibrationFile, fits: dict[str, PublishedFit], folder: Path) -> list[Path]:
    """Write what the fits say, and return the files.

    Returns
    -------
    list of Path
        Of each scope ``fit``, ``comparison``, ``errors``, ``errors_by_wording``, ``unfitted`` (gaps and reasoning) and
        ``prompts``; ``after_training``; the figure; and the page, named after the calibration.
    """
    files = [path for scope, published in fits.items() for path in _write_scope(published, folder, scope)]
    first = next(iter(fits.values()))
    trained = explanation_table(first, read_published(file.data))
    files += write_table(trained, folder / "after_training")
    drawn = save_figure(refusals(first.prompt_table()), folder / file.name)
    page = published_page(fits, trained, f"{file.name}.png")
    return [*files, *drawn, write_text(folder / file.name, "md", page)]


def _write_scope(published: PublishedFit, folder: Path, scope: str) -> list[Path]:
    calibration = published.calibration
    tables = {
        "fit": calibration.fit_table(),
        "comparison": calibration.comparison,
        "errors": published.errors(),
        "errors_by_wording": error_by_wording(published),
        "unfitted": unfitted_errors(published),
    }
    files = [path for name, table in tables.items() for path in write_table(table, folder / f"{name}_{scope}")]
    return [*files, write_csv(published.prompt_table(), folder / f"prompts_{scope}")]
