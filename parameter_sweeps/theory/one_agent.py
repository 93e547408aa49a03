"""Results 1 to 6: one agent, one flag that converts, and what it can tell of being watched."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

from scipy.special import ndtr

from parameter_sweeps.theory.checks import Check, Effort, Sample
from parameter_sweeps.theory.maps import cells_not, map_of
from parameter_sweeps.theory.probing import (
    TOLD,
    UNTOLD,
    Values,
    acting,
    discounted_worth,
    exact_boundary,
    is_met,
    simulated_boundary,
    valued,
)

_LOOSE: Values = {"regime.detector.hit_rate": 0.5}
_ALWAYS: Values = {"agents.decision": "honest"}
#: gamma = 0, K = 2.
_SHORT: Values = {"agents.foresight": 0.0, "regime.response.penalty": 2.0}
#: Turned by a third of the angle at a time; b = 1 - cos(pi/2) = 1.
_BY_DEGREES: Values = {
    "stakes.kind": "proportional",
    "agents.goals.angle": 0.5 * math.pi,
    "regime.response.rotation": 0.3,
}


def results() -> list[Check]:
    """Return the checks of results 1 to 6."""
    return [*_worths(), *_irrelevance(), *_told(), *_onset(), *_gaussian(), *_two_valued()]


def _worths() -> list[Check]:
    return [
        Check(
            "1",
            "worth of always acting, m = .2, tau = .8, gamma = .9: 1/.244",
            "4.0983606557",
            lambda: valued(TOLD).values["honest"],
            lambda effort: discounted_worth(effort, _ALWAYS),
        ),
        Check(
            "1",
            "worth of acting where it is unwatched: (1 - m) b/(1 - gamma)",
            "8",
            lambda: valued(TOLD).values["faking"],
            lambda effort: discounted_worth(effort, TOLD),
        ),
    ]


def _irrelevance() -> list[Check]:
    def untold(foresight: float, *others: Values) -> Check:
        changes = (UNTOLD, {"agents.foresight": foresight}, *others)
        key = "regime.response.penalty"
        by_degrees = ", turned by degrees" if others else ""
        return Check(
            "2",
            f"penalty from which on those comply who cannot tell, gamma = {foresight}{by_degrees}: b/(m tau)",
            "6.25",
            lambda: exact_boundary(key, 0.0, 20.0, lambda found: found.best == "compliant", *changes),
            lambda effort: simulated_boundary(effort, key, 0.0, 20.0, is_met(1.0), *changes),
            tolerance=1e-9,
        )

    return [
        *(untold(foresight) for foresight in (0.0, 0.9, 0.99)),
        untold(0.9, _BY_DEGREES),
        Check(
            "2",
            "cells, of foresight by size of the turn, in which those comply who cannot tell, K = 0",
            "0",
            lambda: cells_not(
                "honest", {"agents.foresight": [0.0, 0.99, 34], "regime.response.rotation": [0.05, 1.0, 20]}, UNTOLD
            ),
        ),
    ]


def _told() -> list[Check]:
    told, foresight, rate = {**TOLD, **_LOOSE}, "agents.foresight", "regime.schedule.rate"
    return [
        Check(
            "3",
            "foresight from which on a told agent fakes: 1/(1 + tau (1 - m))",
            "0.7142857143",
            lambda: exact_boundary(foresight, 0.0, 0.99, lambda found: found.best == "faking", told),
            lambda effort: simulated_boundary(effort, foresight, 0.0, 0.99, is_met(1.0), told),
        ),
        Check(
            "3",
            "penalty from which on it fakes, gamma = .5: b/tau - gamma (1 - m) b/(1 - gamma)",
            "1.2",
            lambda: exact_boundary(_PENALTY, 0.0, 5.0, lambda found: found.best == "faking", told, {foresight: 0.5}),
            lambda effort: simulated_boundary(effort, _PENALTY, 0.0, 5.0, is_met(1.0), told, {foresight: 0.5}),
            tolerance=1e-9,
        ),
        Check(
            "3",
            "rate of watching that removes the motive, gamma = .9: 1 - (1 - gamma)/(tau gamma)",
            "0.7777777778",
            lambda: exact_boundary(rate, 0.1, 0.99, lambda found: found.best == "honest", told),
            lambda effort: simulated_boundary(effort, rate, 0.3, 0.99, is_met(0.0), told),
        ),
    ]


_PENALTY = "regime.response.penalty"


def _onset() -> list[Check]:
    foresight = "agents.foresight"
    checks = []
    for penalty, printed in ((0.0, "0.6097560976"), (0.5, "0.4838709677")):
        for discrimination in (0.5, 2.0, 4.0):
            changes = {_PENALTY: penalty, "agents.cue.discrimination": discrimination}
            checks.append(
                Check(
                    "4",
                    f"foresight from which on some compliance occurs, K = {penalty}, d = {discrimination}",
                    printed,
                    partial(exact_boundary, foresight, 0.0, 0.99, lambda found: found.threshold < 1.0, changes),
                )
            )
        sharp = {_PENALTY: penalty, "agents.cue.discrimination": 4.0}
        before = {foresight: float(printed) - 0.02}
        checks.append(
            Check(
                "4",
                f"P(act | watched) .02 before it, K = {penalty}, d = 4",
                "1",
                partial(_act_watched, sharp, before),
                _acts("watched", sharp, before),
            )
        )
    return checks


def _act_watched(*changes: Values) -> float:
    return valued(*changes).act_probability_watched


def _gaussian() -> list[Check]:
    lost: Values = {"regime.response.clawback": 1.0}
    return [
        Check(
            "5",
            "worth of the best rule, d = 2",
            "5.7574850199",
            lambda: valued().values["faking"],
            lambda effort: discounted_worth(effort),
        ),
        Check("5", "posterior from which on it complies", "0.2412318719", lambda: valued().threshold),
        # the worth is flat where it is highest, so the rule has half its digits
        Check(
            "5",
            "P(act | watched)",
            "0.1894779701",
            lambda: valued().act_probability_watched,
            _acts("watched"),
            tolerance=2e-8,
        ),
        Check(
            "5",
            "P(act | unwatched)",
            "0.8686811184",
            lambda: valued().act_probability_unwatched,
            _acts("unwatched"),
            tolerance=2e-8,
        ),
        Check(
            "5",
            "worth of the best rule where the gain is lost with a flag",
            "5.531857264",
            lambda: valued(lost).values["faking"],
            lambda effort: discounted_worth(effort, lost),
        ),
        Check("5", "posterior from which on it complies, there", "0.20908", lambda: valued(lost).threshold),
        Check("5", "excess of the gap over 2 Phi(d/2) - 1, of a map of foresight by d", "0", _excess_of_gap),
    ]


def _two_valued() -> list[Check]:
    def fakes(statement: str, printed: str, *changes: Values) -> Check:
        shape: Values = {"agents.cue": {"kind": "binary", "accuracy": 0.9}}
        key = "agents.cue.accuracy"
        return Check(
            "6",
            statement,
            printed,
            lambda: exact_boundary(key, 0.5, 0.99, lambda found: found.best == "faking", shape, *changes),
            lambda effort: simulated_boundary(effort, key, 0.5, 0.99, _is_split, shape, *changes),
        )

    often: Values = {"regime.schedule.rate": 0.9}
    always: Values = {"agents.cue": {"kind": "binary", "accuracy": 0.6}}
    return [
        fakes("accuracy from which on a two-valued cue makes it fake, gamma = .9, K = 0", "0.6721763085"),
        Check(
            "6",
            "q_R, the posterior at which always acting stops to pay",
            "0.3388888889",
            lambda: valued(always).threshold,
        ),
        fakes("that accuracy without foresight, K = 2: l(a) = l(.625) - l(.2)", "0.8695652174", _SHORT),
        fakes("the same of one deterred otherwise, m = .9: l(a) = l(.9) - l(.625)", "0.84375", _SHORT, often),
    ]


def _acts(side: str, *changes: Values) -> Callable[[Effort], Sample]:
    def simulated(effort: Effort) -> Sample:
        return acting(effort, side, getattr(valued(*changes), f"act_probability_{side}"), *changes)

    return simulated


def _is_split(found: Any) -> bool:
    """Tell whether some comply and some act: with a cue that is sometimes wrong, the mark of a rule that heeds it."""
    overall = found["strategic_compliance_rate"]
    return bool(0.0 < overall < 1.0)


def _excess_of_gap() -> float:
    ranges = {"agents.foresight": [0.0, 0.98, 50], "agents.cue.discrimination": [0.0, 4.0, 41]}
    found = map_of(ranges, {})
    gap = found["act_probability_unwatched"] - found["act_probability_watched"]
    bound = 2.0 * ndtr(0.5 * found["agents.cue.discrimination"]) - 1.0
    return max(0.0, float((gap - bound).max()) - 1e-12)
