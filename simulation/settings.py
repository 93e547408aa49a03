"""What is the same for all agents of a run, as plain numbers that compiled loops can take."""

from __future__ import annotations

import math
from typing import NamedTuple

from models.agent_parameters import BinaryCue
from models.goals import FIXED, PROPORTIONAL, RANDOM, TASKS
from models.perception import (
    BINARY,
    FEEDBACK_CUE,
    FEEDBACK_FULL,
    FEEDBACK_NONE,
    FEEDBACK_OUTCOME,
    GAUSSIAN,
)
from models.response import flag_rotation
from models.scenario import Scenario
from simulation.growth import ramp_of

_STAKES = {"proportional": PROPORTIONAL, "fixed": FIXED, "random": RANDOM, "tasks": TASKS}
_FEEDBACK = {"none": FEEDBACK_NONE, "cue": FEEDBACK_CUE, "outcome": FEEDBACK_OUTCOME, "full": FEEDBACK_FULL}


class Settings(NamedTuple):
    """Plain numbers of a scenario; units and ranges as in `models.scenario`."""

    stakes_kind: int
    scale: float
    rotation: float
    penalty: float
    hit_rate: float
    false_alarm_rate: float
    watching_rate: float
    honeypot_share: float
    cue_kind: int
    feedback: int
    harm: float
    recovery: float
    monitoring_cost: float
    modification_cost: float
    false_alarm_cost: float


def settings_of(scenario: Scenario) -> Settings:
    """Return the plain numbers of a scenario."""
    detector, response, overseer = scenario.regime.detector, scenario.regime.response, scenario.overseer
    return Settings(
        stakes_kind=_STAKES[scenario.stakes.kind],
        scale=scenario.stakes.scale,
        rotation=flag_rotation(response.rotation, response.internalisation),
        penalty=response.penalty,
        hit_rate=detector.hit_rate,
        false_alarm_rate=detector.false_alarm_rate,
        watching_rate=scenario.watching_rate,
        honeypot_share=scenario.regime.visibility.honeypot_share,
        cue_kind=cue_kind(scenario),
        feedback=feedback_kind(scenario),
        harm=overseer.harm,
        recovery=overseer.recovery,
        monitoring_cost=overseer.monitoring_cost,
        modification_cost=overseer.modification_cost,
        false_alarm_cost=overseer.false_alarm_cost,
    )


def cue_kind(scenario: Scenario) -> int:
    """Return the kind of cue; one that tells for certain is two-valued, with accuracy 1."""
    cue = scenario.cue
    if isinstance(cue, BinaryCue):
        return BINARY
    # What capability gives takes the place of a cue that tells for certain, and is finite.
    if ramp_of(scenario, "agents.cue.discrimination") is not None:
        return GAUSSIAN
    return BINARY if isinstance(cue.discrimination, float) and math.isinf(cue.discrimination) else GAUSSIAN


def feedback_kind(scenario: Scenario) -> int:
    """Return what agents' beliefs are updated from: a code of `models.perception`."""
    return _FEEDBACK[scenario.agents.beliefs.feedback]


def cue_quality_key(scenario: Scenario) -> str:
    """Return the dotted key of how well the cue tells watched from unwatched."""
    if scenario.regime.visibility.discrimination is not None:
        return "regime.visibility.discrimination"
    return f"agents.cue.{'accuracy' if isinstance(scenario.agents.cue, BinaryCue) else 'discrimination'}"
