"""What a study shows: its figure, the table behind it, a short table for a paper, and the effect in words."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.comparisons import AGREEMENT, agreement, cell_table, departures
from analysis.figures.regime_map import grid_of, regime_map
from analysis.style import WIDTHS, save_figure
from analysis.tables import write_csv, write_latex, write_text
from analysis.thresholds import Boundaries, contour_distances, exact_boundaries, numeric_axes, zero_lines
from models.refusals import InputError, shortened
from models.strategies import CLASS_NAMES
from parameter_sweeps.catalogue import load_study, shipped_studies
from parameter_sweeps.maps import strategy_map
from parameter_sweeps.store import load_results, open_store
from parameter_sweeps.study import Study

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]
Progress = Callable[[int, int], None]

#: The kinds of figure; the first line of each function says what it shows.
FIGURE_KINDS: dict[str, Callable[..., Figure]] = {"regime_map": regime_map}
_COMPARED = ("compliance_watched", "compliance_unwatched")
_OPTIONS = {"regime_map": ("width", "title")}


def figure_descriptions() -> dict[str, str]:
    """Return what each kind of figure shows, in one line."""
    return {kind: (draw.__doc__ or "").partition("\n")[0] for kind, draw in FIGURE_KINDS.items()}


def draw_figures(
    study_or_directory: Study | str | os.PathLike[str],
    out: str | os.PathLike[str],
    progress: Progress | None = None,
) -> list[Path]:
    """Write the figure and the tables of a study, and return the files.

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
        Named after the study: ``.pdf``, ``.png`` and ``.svg`` of the figure, ``.csv`` with one row a cell,
        ``.tex`` with a summary and ``.md`` with a paragraph on what was found. Of a study that names no figure
        and does not vary two numbers, the last three.

    Raises
    ------
    InputError
        For an unknown study, directory, kind of figure or option, and for results without one run that ended well.
    """
    return write_report(*_opened(study_or_directory), Path(out), progress)


def write_report(
    study: Study, results: pd.DataFrame | None, folder: Path, progress: Progress | None = None
) -> list[Path]:
    """Write what `draw_figures` writes, from a study and its results, one row a run; None for none."""
    kind, options = figure_of(study)
    if results is not None:
        _check_results(results)
    table = cell_table(study, strategy_map(study, progress), results)
    boundaries = exact_boundaries(study, progress) if _has_two_numbers(study) else None
    distances = contour_deviation(study, table, boundaries)
    stem = folder / _file_name(study.name)
    files = []
    if kind is not None:
        files += save_figure(FIGURE_KINDS[kind](study, table, boundaries, **options), stem)
    files += [write_csv(table, stem), write_latex(summary_table(table, distances), stem)]
    return [*files, write_text(stem, "md", [paragraph(study, table, distances)])]


def figure_of(study: Study) -> tuple[str | None, dict[str, Any]]:
    """Return the kind of a study's figure, None for none, and its options.

    A study that names no figure has a regime map if it varies two numbers.

    Raises
    ------
    InputError
        If there is no such kind or option, or the study cannot be drawn so.
    """
    written = study.figure
    if written is None:
        return ("regime_map", {}) if _has_two_numbers(study) else (None, {})
    options = dict(written) if isinstance(written, dict) else {"kind": written}
    kind = options.pop("kind", None)
    if not isinstance(kind, str) or kind not in FIGURE_KINDS:
        place = "figure.kind" if isinstance(written, dict) else "figure"
        got = "nothing" if kind is None else shortened(kind)
        raise InputError([f"{place} must be {' or '.join(FIGURE_KINDS)}, got {got}"])
    if mistakes := [*_wrong_options(kind, options)]:
        raise InputError(mistakes)
    numeric_axes(study)
    return kind, options


def summary_table(table: pd.DataFrame, distances: Floats) -> pd.DataFrame:
    """Return what a table of cells comes to: shares of the classes, and agreement where there are results."""
    shares = _shares(table)
    rows: list[tuple[str, Any]] = [("cells", len(table))]
    rows += [(f"{name.replace('_', '-')} best, share of cells", share) for name, share in shares.items()]
    if "holes" in table:
        found = agreement(table)
        rows += [
            ("cells with missing or failed runs", found["holes"]),
            ("cells compared", found["compared"]),
            ("simulated and exact on the same side of 1/2, share", found["same_side_share"]),
            ("deviations judged", found["judged"]),
            (f"of them with |z| < {AGREEMENT:g}", found["within"]),
            ("largest |z|", found["largest_z"]),
            ("largest deviation of compliance", found["largest_difference"]),
        ]
        if distances.size:
            rows += [
                ("mean distance of the contours at 1/2, share of the axes", float(distances.mean())),
                ("largest distance of the contours at 1/2, share of the axes", float(distances.max())),
            ]
    return pd.DataFrame([(name, _short(value)) for name, value in rows], columns=["quantity", "value"])


def contour_deviation(study: Study, table: pd.DataFrame, boundaries: Boundaries | None) -> Floats:
    """Return how far points on the simulated contours at 1/2 are from the exact ones, in shares of the axes' ranges."""
    if boundaries is None or "holes" not in table:
        return np.empty(0)
    first, second, grid = grid_of(study, table)
    scale = np.array([np.ptp(first), np.ptp(second)])
    exact = boundaries.lines()
    return np.concatenate(
        [
            contour_distances(zero_lines(first, second, grid(f"compliance_{side}") - 0.5), lines, scale)
            for side, lines in exact.items()
        ]
    )


def paragraph(study: Study, table: pd.DataFrame, distances: Floats) -> str:
    """Return what was found, with its numbers, as one paragraph in Markdown."""
    sentences = [f"**{study.name}.**", f"Claim: {study.claim.strip().rstrip('.')}." if study.claim else ""]
    sentences += [_classes_in_words(study, table), _settings_in_words(study, "holes" in table)]
    if "holes" in table:
        sentences += _agreement_in_words(study, table, distances)
    return " ".join(sentence for sentence in sentences if sentence)


def _classes_in_words(study: Study, table: pd.DataFrame) -> str:
    shares = [f"{name.replace('_', '-')} in {100 * share:.1f} %" for name, share in _shares(table).items()]
    axes = " and ".join(f"{key} ({_ends(values)})" for key, values in study.axes.items())
    axes += "" if study.is_grid else f", design {study.design.kind}"
    over = f" over {axes}" if axes else ""
    return f"Of {len(table)} cells{over}, the exactly best strategy is {', '.join(shares)}."


def _settings_in_words(study: Study, is_simulated: bool) -> str:
    changed = [f"{key} = {shortened(value)}" for key, value in study.set.items()]
    settings = f"Base scenario: {study.base.name}" + (f", with {', '.join(changed)}" if changed else "")
    if not is_simulated:
        return f"{settings}."
    scenario = study.scenario
    runs = (
        f"{scenario.run.replicates} replicates of {scenario.agents.count} agents and {scenario.run.episodes} episodes"
    )
    return f"{settings}; {runs} a cell, seed {study.seed}."


def _agreement_in_words(study: Study, table: pd.DataFrame, distances: Floats) -> Iterator[str]:
    found, reasons = agreement(table), departures(study)
    if found["compared"]:
        yield (
            f"Simulated compliance, watched and unwatched, lies on the same side of 1/2 as the exact one in "
            f"{100 * found['same_side_share']:.1f} % of {found['compared']} cells and is nowhere further than "
            f"{found['largest_difference']:.4f} from it."
        )
    if found["judged"]:
        yield (
            f"Of {found['judged']} deviations that can be judged by "
            f"{'replicates (t)' if reasons else 'the exact variance (z)'}, {found['within']} are below "
            f"{AGREEMENT:g} standard errors and the largest is {found['largest_z']:.2f}; {_luck_in_words(study)}."
        )
    if reasons:
        yield f"The exact value is a benchmark here, not a prediction: {', '.join(reasons)}."
    if distances.size:
        yield (
            f"The simulated contours at 1/2 are {distances.mean():.4f} of the axes' ranges from the exact ones "
            f"in the mean, {distances.max():.4f} at most."
        )
    if found["holes"]:
        yield (
            f"**{found['holes']} of {found['cells']} cells have missing or failed runs**; the statistics leave those "
            "runs out."
        )


def _luck_in_words(study: Study) -> str:
    if study.independent:
        return "each cell has luck of its own"
    return "replicates have the same luck in every cell, so that deviations of neighbouring cells go together"


def _shares(table: pd.DataFrame) -> dict[str, float]:
    counts = table["best"].value_counts()
    return {name: float(counts[name]) / len(table) for name in CLASS_NAMES if name in counts}


def _short(value: float) -> str:
    """Return a whole number in full, another to 4 digits, and a dash for none."""
    return str(value) if isinstance(value, int) else "--" if math.isnan(value) else f"{value:.4g}"


def _ends(values: tuple[Any, ...]) -> str:
    if len(values) < 2 or not all(isinstance(value, int | float) for value in values):
        return ", ".join(shortened(value) for value in values[:4]) + (", ..." if len(values) > 4 else "")
    return f"{len(values)} values from {min(values):g} to {max(values):g}"


def _wrong_options(kind: str, options: dict[str, Any]) -> list[str]:
    known = _OPTIONS[kind]
    mistakes = [f"figure.{name} must be one of {', '.join(known)}" for name in options if name not in known]
    if options.get("width", "one_column") not in WIDTHS:
        mistakes.append(f"figure.width must be {' or '.join(WIDTHS)}, got {shortened(options['width'])}")
    if not isinstance(options.get("title", ""), str):
        mistakes.append(f"figure.title must be text, got {shortened(options['title'])}")
    return mistakes


def _opened(given: Study | str | os.PathLike[str]) -> tuple[Study, pd.DataFrame | None]:
    """Return a study and, if a sweep's directory was given, its results."""
    if isinstance(given, Study):
        return given, None
    directory = Path(given)
    if (isinstance(given, str) and given in shipped_studies()) or not directory.is_dir():
        return load_study(given), None
    if not (directory / "study.yaml").is_file():
        raise InputError([f"{directory}: a sweep's directory must hold study.yaml, got a folder without it"])
    return open_store(directory).study, load_results(directory, partial=True)


def _check_results(results: pd.DataFrame) -> None:
    if missing := [name for name in _COMPARED if name not in results]:
        raise InputError([f"measures must include {' and '.join(missing)} for figures of a sweep"])
    if not (results["error"] == "").any():
        raise InputError(["results must hold at least one run that ended well, got none"])


def _has_two_numbers(study: Study) -> bool:
    try:
        numeric_axes(study)
    except InputError:
        return False
    return True


def _file_name(name: str) -> str:
    """Return a study's name with an underscore for whatever not every file system takes."""
    return re.sub(r"[^\w.-]+", "_", name, flags=re.ASCII).lstrip(".") or "study"
