"""The plain numbers that a decision rests on: of a scenario, and as columns of many cells.

Where agents differ, they are those of the median agent: each distribution at its quantile 1/2.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.distributions import Distribution
from models.goal_parameters import AngleGoals, GivenGoals, ScatteredGoals
from models.outlook import ENDLESS, Cue, Stakes
from models.refusals import InputError
from models.scenario import Scenario
from models.society_parameters import Society
from simulation.graphs import neighbours_of
from simulation.groups import kind_of
from simulation.growth import at_birth, parameter_values
from simulation.mechanisms import mechanisms_of
from simulation.random_stakes import stakes_of
from simulation.settings import cue_quality_key, settings_of

Floats = NDArray[np.float64]

#: Parts of a scenario that each column is read from: two keys that share none cannot act on the same column.
DECISION_SOURCES = {
    "angle": ("agents.goals",),
    "stakes_kind": ("stakes",),
    "scale": ("stakes",),
    "rotation": ("regime.response",),
    "internalisation": ("regime.response",),
    "reinforced_rotation": ("regime.response",),
    "penalty": ("regime",),
    "clawback": ("regime.response",),
    "offers_voice": ("regime.response",),
    "answered": ("regime.response",),
    "bonus": ("regime.response",),
    "voice_kept": ("regime.response",),
    "voice_penalty": ("regime.response",),
    "terminal_guarding": ("agents.terminal_guarding",),
    "goal_weight": ("agents.current_goal_weight",),
    "planning": ("agents.planning",),
    "foresight": ("agents.foresight", "agents.depth", "agents.capability"),
    "depth": ("agents.foresight", "agents.depth", "agents.capability"),
    "belief": ("agents.beliefs", "agents.count", "regime.schedule"),
    "hit_rate": ("regime.detector", "agents.beliefs", "overseer.capability"),
    "false_alarm_rate": ("regime.detector", "agents.beliefs", "overseer.capability"),
    "unwatched_hit_rate": ("regime.detector", "agents.beliefs"),
    "peer_report_rate": ("regime.detector", "agents.beliefs"),
    "probe_hit_rate": ("regime.detector", "agents.beliefs"),
    "probe_false_alarm_rate": ("regime.detector", "agents.beliefs"),
    "neighbours": ("regime.detector", "agents.beliefs", "society", "agents.count"),
    "cue_kind": ("agents.cue", "regime.visibility"),
    "quality": ("agents.cue", "agents.capability", "regime.visibility"),
    "reckoned_honeypots": ("agents.beliefs",),
    "true_honeypots": ("regime.visibility",),
    "false_signal": ("regime.visibility",),
}
#: The columns of a cell, in their order.
DECISION_COLUMNS = tuple(DECISION_SOURCES)


def decision_columns(scenario: Scenario) -> dict[str, float]:
    """Return the plain numbers that the decision of a scenario's agent rests on, by name of `DECISION_COLUMNS`."""
    _refuse_groups(scenario)
    scenario = at_birth(scenario)
    settings, mechanisms, kind = settings_of(scenario), mechanisms_of(scenario), kind_of(scenario)
    quality = median_value(scenario, cue_quality_key(scenario))
    depth = median_value(scenario, "agents.depth")
    response, rates = mechanisms.response, kind.perceived
    return {
        "angle": median_value(scenario, "agents.goals.angle"),
        "stakes_kind": settings.stakes_kind,
        "scale": settings.scale,
        "rotation": scenario.regime.response.rotation,
        "internalisation": mechanisms.internalisation,
        "reinforced_rotation": response.reinforced_rotation,
        "penalty": first_penalty(scenario),
        "clawback": response.clawback,
        "offers_voice": response.offers_voice,
        "answered": response.answered,
        "bonus": response.bonus,
        "voice_kept": response.voice_kept,
        "voice_penalty": response.voice_penalty,
        "terminal_guarding": median_value(scenario, "agents.terminal_guarding"),
        "goal_weight": median_value(scenario, "agents.current_goal_weight"),
        "planning": kind.planning,
        "foresight": median_value(scenario, "agents.foresight"),
        "depth": ENDLESS if math.isinf(depth) else int(depth),
        "belief": median_value(scenario, "agents.beliefs.mean"),
        "hit_rate": rates.hit_rate,
        "false_alarm_rate": rates.false_alarm_rate,
        "unwatched_hit_rate": rates.unwatched_hit_rate,
        "peer_report_rate": rates.peer_report_rate,
        "probe_hit_rate": rates.probe_hit_rate,
        "probe_false_alarm_rate": rates.probe_false_alarm_rate,
        "neighbours": _neighbours(scenario.society, scenario.agents.count) if rates.peer_report_rate > 0.0 else 0,
        "cue_kind": settings.cue_kind,
        "quality": 1.0 if math.isinf(quality) else quality,
        "reckoned_honeypots": median_value(scenario, "agents.beliefs.honeypot_share"),
        "true_honeypots": settings.honeypot_share,
        "false_signal": mechanisms.false_signal,
    }


def _refuse_groups(scenario: Scenario) -> None:
    if scenario.agents.groups:
        names = ", ".join(group.name for group in scenario.agents.groups)
        needed = f"empty where one agent's decision is looked at; choose one of the groups {names}"
        raise InputError([f"agents.groups must be {needed}"])


def first_penalty(scenario: Scenario) -> float:
    """Return the penalty that an agent faces at episode 0: of an escalating schedule, its first row's."""
    rows = getattr(scenario.regime.schedule, "rows", None)
    return float(rows[0].penalty) if rows else scenario.regime.response.penalty


@lru_cache(maxsize=16)
def _neighbours(society: Society, agents: int) -> int:
    """Return how many neighbours the median agent of the first replicate has."""
    rows = neighbours_of(society, agents, 1, 0)
    return int(np.median(np.diff(rows.begins)))


def median_value(scenario: Scenario, key: str) -> float:
    """Return the value of a numeric parameter, at the median where agents differ in it."""
    goals = scenario.agents.goals
    if key == "agents.goals.angle" and isinstance(goals, GivenGoals):
        return float(np.median(goals.angles))
    if key == "agents.goals.angle" and isinstance(goals, ScatteredGoals):
        return float(goals.angle_at(np.array([0.5]))[0])
    return float(parameter_values(scenario, key, lambda _: np.array([0.5]))[0])


def heterogeneous_keys(scenario: Scenario) -> list[str]:
    """Return the dotted keys in which agents differ."""
    differing = [row.key for row in Scenario.parameters() if isinstance(_value_at(scenario, row.key), Distribution)]
    if not isinstance(scenario.agents.goals, AngleGoals):
        differing.insert(0, "agents.goals")
    # The distribution of random stakes is not one over agents.
    return [key for key in differing if not key.startswith("stakes.")]


def _value_at(scenario: Scenario, key: str) -> Any:
    """Return a parameter's value, None where the scenario's kind of part has no such key."""
    part: Any = scenario
    for name in key.split("."):
        part = getattr(part, name, None)
    return part


def column_of(scenario: Scenario) -> Floats:
    """Return a scenario as one column of cells, (len(`DECISION_COLUMNS`), 1)."""
    columns = decision_columns(scenario)
    return np.array([[columns[name]] for name in DECISION_COLUMNS], dtype=np.float64)


def exact_stakes(scenario: Scenario) -> Stakes:
    """Return the stakes of a scenario, random ones split until their means are exact."""
    return stakes_of(scenario, settings_of(scenario), exact=True)


def cue_from(columns: dict[str, float]) -> Cue:
    """Return what the agent of these columns reckons to see."""
    return Cue(int(columns["cue_kind"]), columns["quality"], columns["reckoned_honeypots"], columns["false_signal"])
