"""What a study found, in one paragraph that is made from its results."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.claims.judgement import Judgement
from analysis.comparisons import AGREEMENT, agreement, departures
from analysis.outcome import Outcome
from analysis.summaries import class_shares_of
from models.refusals import shortened
from parameter_sweeps.study import Study

Floats = NDArray[np.float64]


def paragraph(outcome: Outcome, judgement: Judgement, distances: Floats) -> str:
    """Return claim, verdict, effects with intervals, settings, and agreement with theory, as one paragraph in Markdown.

    Parameters
    ----------
    outcome : Outcome
    judgement : Judgement
    distances : array
        As of `analysis.summaries.contour_deviation`.
    """
    study, table = outcome.study, outcome.cells
    sentences = [f"**{study.name}.**", _quick_in_words(study)]
    sentences += [
        f"Claim: {study.claim.strip().rstrip('.')}." if study.claim else "",
        _verdict_in_words(outcome, judgement),
    ]
    if not outcome.is_committed:
        sentences.append("**The condition was changed after the study was first run.**")
    sentences += [verdict.sentence() for verdict in judgement.verdicts]
    sentences += [_classes_in_words(study, table), _settings_in_words(outcome)]
    if "compliance_watched" in table:
        sentences += _agreement_in_words(study, table, distances)
    sentences.append(_holes_in_words(outcome))
    return " ".join(sentence for sentence in sentences if sentence)


def _quick_in_words(study: Study) -> str:
    return "**A quick look, scaled down: its numbers are not those of the study.**" if study.quick else ""


def _verdict_in_words(outcome: Outcome, judgement: Judgement) -> str:
    if outcome.study.supports_if is not None and not judgement.verdicts:
        return "Nothing was simulated: whether the claim is supported is not judged."
    verdict = {
        "supported": "**Supported** by these results.",
        "not supported": "**Not supported** by these results.",
        "not judged": "**Not judged**, as runs are missing or failed.",
    }
    return verdict.get(judgement.word(), "No condition was set for its support.")


def _holes_in_words(outcome: Outcome) -> str:
    holes = int((outcome.holes > 0).sum())
    if not holes:
        return ""
    cells = outcome.study.cell_count
    return f"**{holes} of {cells} cells have missing or failed runs**; the statistics leave those runs out."


def _classes_in_words(study: Study, table: pd.DataFrame) -> str:
    if "best" not in table:
        return ""
    shares = [f"{name.replace('_', '-')} in {100 * share:.1f} %" for name, share in class_shares_of(table).items()]
    axes = " and ".join(f"{key} ({_ends(values)})" for key, values in study.axes.items())
    axes += "" if study.is_grid else f", design {study.design.kind}"
    over = f" over {axes}" if axes else ""
    return f"Of {len(table)} cells{over}, the exactly best strategy is {', '.join(shares)}."


def _settings_in_words(outcome: Outcome) -> str:
    study, scenario = outcome.study, outcome.study.scenario
    changed = [f"{key} = {shortened(value)}" for key, value in study.set.items()]
    settings = f"Base scenario: {study.base.name}" + (f", with {', '.join(changed)}" if changed else "")
    if outcome.results is None:
        return f"{settings}."
    runs = " and ".join(
        f"{number} {word}"
        for key, number, word in (
            ("agents.count", scenario.agents.count, "agents"), ("run.episodes", scenario.run.episodes, "episodes"),
        )
        if key not in study.axes
    )  # fmt: skip
    replicates = "" if "run.replicates" in study.axes else f"{scenario.run.replicates} replicates of "
    cells = f"{study.cell_count} cell{'s' if study.cell_count != 1 else ''}"
    return f"{settings}; {cells}, {replicates}{runs} a cell, seed {study.seed}."


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


def _luck_in_words(study: Study) -> str:
    if study.independent:
        return "each cell has luck of its own"
    return "replicates have the same luck in every cell, so that deviations of neighbouring cells go together"


def _ends(values: tuple[Any, ...]) -> str:
    if len(values) < 2 or not all(isinstance(value, int | float) for value in values):
        return ", ".join(shortened(value) for value in values[:4]) + (", ..." if len(values) > 4 else "")
    return f"{len(values)} values from {min(values):g} to {max(values):g}"
