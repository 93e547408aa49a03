"""The kinds of figures: for each what it shows, its options, the numbers that it draws, and how it draws them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.figure import Figure

from analysis.figures import differences, front, heatmap, lines, trajectories
from analysis.figures.options import EVERY_KIND, Option, option_mistakes
from analysis.figures.panels import finish
from analysis.figures.regime_map import regime_map
from analysis.outcome import Outcome
from analysis.style import styled
from analysis.thresholds import exact_boundaries, numeric_axes
from models.refusals import InputError, shortened
from parameter_sweeps.study import Study

Options = Mapping[str, Any]


class Kind(NamedTuple):
    """A kind of figure."""

    about: str
    options: Mapping[str, Option]
    data: Callable[[Outcome, Options], pd.DataFrame]
    draw: Callable[[Outcome, Options, pd.DataFrame], Figure]


def _map_data(outcome: Outcome, options: Options) -> pd.DataFrame:  # noqa: ARG001
    return outcome.cells


def _map_drawn(outcome: Outcome, options: Options, data: pd.DataFrame) -> Figure:
    boundaries = exact_boundaries(outcome.study, outcome.progress)
    figure = regime_map(outcome.study, data, boundaries, options.get("width", "one_column"))
    return finish(figure, outcome, options)


#: By name. Another kind is a file with ABOUT, OPTIONS, data and draw, and a line here.
KINDS = {
    "regime_map": Kind((regime_map.__doc__ or "").partition("\n")[0], EVERY_KIND, _map_data, _map_drawn),
    **{
        module.__name__.rpartition(".")[2]: Kind(module.ABOUT, module.OPTIONS, module.data, module.draw)
        for module in (lines, differences, trajectories, front, heatmap)
    },
}


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
        return ("regime_map", {}) if has_two_numbers(study) else (None, {})
    options = dict(written) if isinstance(written, dict) else {"kind": written}
    kind = options.pop("kind", None)
    if not isinstance(kind, str) or kind not in KINDS:
        place = "figure.kind" if isinstance(written, dict) else "figure"
        got = "nothing" if kind is None else shortened(kind)
        raise InputError([f"{place} must be {' or '.join(KINDS)}, got {got}"])
    if mistakes := [*option_mistakes(options, KINDS[kind].options, study)]:
        raise InputError(mistakes)
    if kind == "regime_map":
        numeric_axes(study)
    if kind == "trajectories":
        trajectories.refuse_unrecorded(study)
    return kind, options


def drawn_figure(outcome: Outcome) -> tuple[Figure, pd.DataFrame, str] | None:
    """Return the figure of a study, the numbers in it and its width; None where it has no figure."""
    kind, options = figure_of(outcome.study)
    if kind is None:
        return None
    width = options.get("width", "one_column" if kind == "regime_map" else "neurips")
    data = KINDS[kind].data(outcome, options)
    with styled(width):
        return KINDS[kind].draw(outcome, options, data), data, width


def has_two_numbers(study: Study) -> bool:
    """Return whether a study varies two numbers on a grid."""
    try:
        numeric_axes(study)
    except InputError:
        return False
    return True
