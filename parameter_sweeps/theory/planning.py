"""The planner, section 4, beside a value iteration that shares nothing with it."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

from parameter_sweeps.theory.checks import Check
from parameter_sweeps.theory.probing import valued
from parameter_sweeps.theory.value_iteration import Case, Plan, iterated_plan

_SECTION = "specification, section 4"
_CASES = {
    "small turns, d = 2": Case(rotation=0.3, discrimination=2.0, penalty=0.2, false_alarm_rate=0.02),
    "small turns, fixed stakes, accuracy .9": Case(kind="fixed", rotation=0.4, accuracy=0.9, angle=2.0, guarding=0.3),
    "small turns, told, gain lost with a flag": Case(rotation=0.5, clawback=0.5, angle=3.0, belief=0.4),
    "turned by complying too, d = 1": Case(rotation=0.5, reinforced=0.2, discrimination=1.0, penalty=0.5),
    "turned by complying too, told": Case(rotation=0.6, reinforced=0.3, angle=2.5, hit_rate=0.9, belief=0.3),
    "far-sighted, d = 3": Case(rotation=0.3, discrimination=3.0, foresight=0.97, scale=2.0, guarding=0.1),
}


def results() -> list[Check]:
    """Return the checks of the planner: what is expected is 0, the difference."""
    names = {"value": "worth", "loss": "cost of a flag's turn", "turn_loss": "cost of the turn by complying"}
    checks = []
    for label, case in _CASES.items():
        asked = names if case.reinforced > 0.0 else {name: what for name, what in names.items() if name != "turn_loss"}
        for field, what in asked.items():
            checks.append(
                Check(
                    "planner",
                    f"{what}, less that of value iteration: {label}",
                    "0",
                    partial(_difference, case, field),
                    None,
                    _SECTION,
                    # thresholds by grids, at which later selves' worth is flat but not earlier ones' view of it
                    tolerance=1e-6,
                )
            )
        checks.append(
            Check(
                "planner",
                f"largest difference of P(act), watched and unwatched: {label}",
                "0",
                partial(_difference_of_rules, case),
                None,
                _SECTION,
                # a worth that is flat where it is highest leaves the rule half its digits
                tolerance=1e-5,
            )
        )
    return checks


def _difference(case: Case, field: str) -> float:
    return float(getattr(_planned(case), field) - getattr(_iterated(case), field))


def _difference_of_rules(case: Case) -> float:
    ours, other = _planned(case), _iterated(case)
    return max(abs(ours.act_watched - other.act_watched), abs(ours.act_unwatched - other.act_unwatched))


_KNOWN: dict[Case, Plan] = {}


def _iterated(case: Case) -> Plan:
    if case not in _KNOWN:
        _KNOWN[case] = iterated_plan(case)
    return _KNOWN[case]


def _planned(case: Case) -> Plan:
    """Return the plan through what a user calls."""
    found = valued(_values(case))
    return Plan(
        found.values[found.best],
        found.loss,
        found.turn_loss,
        found.act_probability_watched,
        found.act_probability_unwatched,
    )


def _values(case: Case) -> dict[str, Any]:
    cue: dict[str, Any] = {"kind": "gaussian", "discrimination": case.discrimination}
    if case.discrimination is None:
        is_told = case.accuracy == 1.0
        cue = (
            {"kind": "gaussian", "discrimination": math.inf}
            if is_told
            else {"kind": "binary", "accuracy": case.accuracy}
        )
    return {
        "stakes": {"kind": case.kind, "scale": case.scale},
        "agents.goals.angle": case.angle,
        "agents.foresight": case.foresight,
        "agents.cue": cue,
        "agents.terminal_guarding": case.guarding,
        "regime.schedule.rate": case.belief,
        "regime.detector.hit_rate": case.hit_rate,
        "regime.detector.false_alarm_rate": case.false_alarm_rate,
        "regime.response.penalty": case.penalty,
        "regime.response.clawback": case.clawback,
        "regime.response.rotation": case.rotation,
        "regime.response.rotation_when_complying": case.reinforced,
    }
