"""Numbers that a paper cites in prose, as LaTeX macros, so that none is typed by hand."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from analysis.claims.judgement import Judgement
from analysis.comparisons import agreement
from analysis.outcome import Outcome
from analysis.summaries import class_shares_of
from analysis.tables import escaped

_DIGITS = ("Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")


def macros(outcome: Outcome, judgement: Judgement) -> list[str]:
    """Return a line with a new command for each number, named *compliance*, study, and what it is.

    Names have letters alone. The effect of the first condition is ``Effect`` with ``EffectLow`` and ``EffectHigh``, of
    the second ``EffectTwo`` and so on.
    """
    head = "compliance" + macro_word(outcome.study.name)
    return [rf"\newcommand{{\{head}{name}}}{{{value}}}" for name, value in _numbers(outcome, judgement)]


def macro_word(text: str) -> str:
    """Return a name as letters alone: rational_choice_2 is RationalChoiceTwo."""
    spelt = re.sub(r"\d", lambda digit: f" {_DIGITS[int(digit[0])]} ", text)
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z]+", spelt))


def _numbers(outcome: Outcome, judgement: Judgement) -> Iterator[tuple[str, str]]:
    study, scenario = outcome.study, outcome.study.scenario
    yield "Verdict", judgement.word()
    for number, verdict in enumerate(judgement.verdicts, start=1):
        ordinal = "" if number == 1 else macro_word(str(number))
        effect = verdict.effect
        for end, value in (("", effect.value), ("Low", effect.low), ("High", effect.high)):
            yield f"Effect{ordinal}{end}", _number(value)
        yield f"EffectCount{ordinal}", str(effect.number)
    yield "Cells", str(study.cell_count)
    yield "Seed", str(study.seed)
    if outcome.results is not None:
        settings = {
            "Agents": ("agents.count", scenario.agents.count), "Episodes": ("run.episodes", scenario.run.episodes),
            "Replicates": ("run.replicates", scenario.run.replicates),
        }  # fmt: skip
        yield from ((name, str(value)) for name, (key, value) in settings.items() if key not in study.axes)
        yield "Holes", str(int((outcome.holes > 0).sum()))
    for name, share in class_shares_of(outcome.cells).items():
        yield f"Share{macro_word(name)}", _number(100 * share)
    if "compliance_watched" in outcome.cells:
        found = agreement(outcome.cells)
        yield "SameSide", _number(100 * found["same_side_share"])
        yield "LargestDeviation", _number(found["largest_difference"])


def _number(value: float) -> str:
    if math.isnan(value):
        return "--"
    return escaped(f"{value:.3g}").replace("-", "$-$", 1) if value < 0 else f"{value:.3g}"
