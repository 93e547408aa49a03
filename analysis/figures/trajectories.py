"""Trajectories: recorded measures over episodes, with intervals over replicates."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from analysis.figures import lines
from analysis.figures.options import EVERY_KIND, WHERE, Option, are_measures, is_axis, is_number, is_text
from analysis.figures.panels import Options
from analysis.outcome import Outcome
from models.refusals import InputError
from parameter_sweeps.study import Study
from parameter_sweeps.support_conditions import EPISODE

ABOUT = "Recorded measures over episodes, a line for each level of an axis, with 95 % intervals over replicates."
OPTIONS = {
    "y": Option("a measure, or a list of measures", are_measures, needed=True),
    "series": Option("the varied key whose levels are lines, such as regime", is_axis),
    "panels": Option("the varied key whose levels are panels", is_axis),
    "level": Option("a height at which a thin line is drawn", is_number),
    "y_label": Option("what stands at the upright axis", is_text),
    "where": WHERE,
    **EVERY_KIND,
}


def refuse_unrecorded(study: Study) -> None:
    """Refuse a study whose episodes are not recorded."""
    if study.record != "episodes":
        raise InputError([f"record must be episodes for figure trajectories, got {study.record}"])


def data(outcome: Outcome, options: Options) -> pd.DataFrame:
    """Return what is drawn: panel, series, x (first episode of a stretch), mean, low, high, number and holes."""
    refuse_unrecorded(outcome.study)
    return lines.data(outcome, {**options, "x": EPISODE})


def draw(outcome: Outcome, options: Options, drawn: pd.DataFrame) -> Figure:
    """Draw the lines of `data`, with markers only where there are few points."""
    figure = lines.draw(outcome, {**options, "x": EPISODE}, drawn)
    if drawn["x"].nunique() > FEW_POINTS:
        every = max(1, drawn["x"].nunique() // 8)
        for axes in figure.axes:
            for line in axes.get_lines():
                line.set_markevery(every)
    return figure


#: More points than these are marked only here and there.
FEW_POINTS = 12
