"""What parts of a scenario that are right one by one must be together, across all of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from models.agent_parameters import BinaryCue, GaussianCue
from models.detector_parameters import GaussianDetector
from models.refusals import InputError, Mistake

if TYPE_CHECKING:
    from models.scenario import Scenario


def of_signal_and_schedule(scenario: Scenario) -> list[Mistake]:
    """Return what is wrong with signal, schedule, cue, stakes and agents together."""
    mistakes: list[Mistake] = []
    signal, kind = scenario.regime.visibility.signal, scenario.regime.schedule.kind
    place = ("regime", "visibility", "signal")
    if signal != "none" and _is_told(scenario.cue):
        mistakes.append((place, "none where the cue tells agents for certain whether they are watched", signal))
    if signal != "none" and kind not in ("none", "constant", "budget", "optimal", "equilibrium"):
        mistakes.append((place, f"none where regime.schedule.kind is {kind}: the signal is made for one rate", signal))
    if kind in ("optimal", "equilibrium") and scenario.stakes.kind in ("random", "tasks"):
        needed = "a kind that does not choose its rate where stakes are drawn anew in each episode"
        mistakes.append((("regime", "schedule", "kind"), needed, kind))
    if (signal != "none" or kind in ("optimal", "equilibrium")) and scenario.agents.decision != "planner":
        needed = "planner where the overseer chooses by how agents reply"
        mistakes.append((("agents", "decision"), needed, scenario.agents.decision))
    penalty = scenario.regime.response.penalty
    if kind == "escalating" and penalty != 0.0:
        needed = "0 where regime.schedule.kind is escalating, whose rows have penalties of their own"
        mistakes.append((("regime", "response", "penalty"), needed, penalty))
    return mistakes


def of_overseer_capability(scenario: Scenario) -> list[Mistake]:
    """Return what is wrong with the overseer's capability and the detector together."""
    capability, detector = scenario.overseer.capability, scenario.regime.detector
    if capability is None:
        return []
    if not isinstance(detector, GaussianDetector):
        needed = f"null where regime.detector.kind is {detector.kind}, which has no sensitivity"
        return [(("overseer", "capability"), needed, capability)]
    rates = [detector.rates_at(end)[0] for end in (capability.sensitivity.at_zero, capability.sensitivity.at_one)]
    leaks = detector.unwatched_hit_rate
    if leaks > min(rates):
        needed = f"at most the least hit rate that the overseer's capability gives, {min(rates):g}"
        return [(("regime", "detector", "unwatched_hit_rate"), needed, leaks)]
    return []


def of_groups(scenario: Scenario) -> list[Mistake]:
    """Return the groups whose values agents cannot have."""
    mistakes: list[Mistake] = []
    for place, group in enumerate(scenario.agents.groups):
        try:
            scenario.with_values({"agents.groups": (), **group.set.values()})
        except InputError as error:
            needed = f"values that agents can have ({'; '.join(error.messages)})"
            mistakes.append((("agents", "groups", place, "set"), needed, group.set))
    return mistakes


def _is_told(cue: GaussianCue | BinaryCue) -> bool:
    if isinstance(cue, BinaryCue):
        return cue.accuracy == 1.0
    return cue.discrimination == math.inf
