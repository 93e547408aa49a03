"""The chosen agent's decision in numbers, which are there at once: what its best rule does, what each kind is worth."""

from __future__ import annotations

import math
from typing import Any

from simulation.valuation import StrategyValues
from teaching.class_marks import MARKS
from teaching.phrases import PHRASES

_SHARES_GOALS = "Its goals are the overseer's: there is nothing to weigh."
_SPEAKS = "It speaks up in {watched} of watched and in {unwatched} of unwatched episodes."
#: A sum of rounded probabilities is no voice.
_NO_VOICE = 1e-9
#: Of these the worth is known.
_COMPARED = ("honest", "faking", "compliant")


def decision_sentences(found: StrategyValues, penalty: float) -> str:
    """Return what the best rule does and why, in sentences.

    Parameters
    ----------
    found : StrategyValues
    penalty : float
        What a flag costs at once, in units of payoff.
    """
    if found.best == "aligned":
        return _SHARES_GOALS
    cost = {"loss": f"{found.loss:.3g}", "penalty": f"{penalty:.3g}"}
    said = [
        _filled("best", {"class": found.best.replace("_", "-")}),
        _deterrence(found),
        _behaviour(found),
        _voice(found),
        _filled("guarding", cost, case=int(found.loss > 0.0)),
    ]
    return " ".join(sentence for sentence in said if sentence)


def _filled(name: str, words: dict[str, str], case: int = 0) -> str:
    phrase = PHRASES[name]
    return (phrase if isinstance(phrase, str) else phrase[case]).format_map(words)


def _deterrence(found: StrategyValues) -> str:
    # who may speak up, or faces other temptations each time, has more than one threshold
    if math.isnan(found.threshold) or max(_speaking(found)) > _NO_VOICE:
        return ""
    return _filled("threshold", {"threshold": f"{found.threshold:.3g}"}, case=int(found.threshold > 1.0))


def _behaviour(found: StrategyValues) -> str:
    shares = found.comply_probability_watched, found.comply_probability_unwatched
    return _filled("behaviour", {"watched": _percent(shares[0]), "unwatched": _percent(shares[1])})


def _speaking(found: StrategyValues) -> tuple[float, float]:
    """Return how often it speaks up, watched and unwatched."""
    return (
        1.0 - found.act_probability_watched - found.comply_probability_watched,
        1.0 - found.act_probability_unwatched - found.comply_probability_unwatched,
    )


def _voice(found: StrategyValues) -> str:
    watched, unwatched = (max(share, 0.0) for share in _speaking(found))
    if max(watched, unwatched) <= _NO_VOICE:
        return ""
    return _SPEAKS.format(watched=_percent(watched), unwatched=_percent(unwatched))


def _percent(share: float) -> str:
    return f"{100.0 * share:.3g} %"


def worth_rows(found: StrategyValues) -> list[dict[str, Any]]:
    """Return what the best rule of each kind is worth, as rows of a table; none where there is nothing to weigh."""
    if found.best == "aligned":
        return []
    marks = {mark.name: mark for mark in MARKS}
    return [
        {
            "name": name,
            "letter": marks[name].letter,
            "worth": PHRASES["none"] if math.isnan(found.values[name]) else f"{found.values[name]:.4g}",
            "mark": PHRASES["best_mark"] if name == found.best else "",
        }
        for name in _COMPARED
    ]
