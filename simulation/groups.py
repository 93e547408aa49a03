"""Groups of agents: what is the same for all agents of one, and which agents are of which."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.agent_parameters import Agents
from models.detection import Rates
from models.outlook import CHAIN, MYOPIC, NAIVE, UNAWARE
from models.perception import BINARY
from models.scenario import Scenario
from simulation.detectors import rates_of
from simulation.draws import PARAMETER, addressed_uniforms
from simulation.growth import ramps_of
from simulation.learner import Lessons
from simulation.settings import cue_kind, feedback_kind

Integers = NDArray[np.int64]

#: What an agent's rule is: a plan's, a threshold on the posterior, or what it learned.
PLANNER, THRESHOLD, LEARNER = range(3)
_DECIDERS = {"planner": PLANNER, "learner": LEARNER}
_PLANNING = {"chain": CHAIN, "naive": NAIVE, "myopic": MYOPIC, "unaware": UNAWARE}
#: Address of the draw that shuffles agents into groups.
_ASSIGNMENT = PARAMETER + 1000


class Kind(NamedTuple):
    """What all agents of a group have in common, as plain numbers.

    Attributes
    ----------
    decider : int
        `PLANNER`, `THRESHOLD` or `LEARNER`.
    planning : int
        As in `models.outlook.Planner`.
    cue_kind, feedback : int
        As in `models.perception`.
    perceived : Rates
        Of the detector as the agents take it to be.
    sees_detector : int
        1 where they take it to be as it is.
    speaks : int
        1 where agents that are honest speak up in place of acting.
    imitates, temperature : int, float
        Whether they copy thresholds, and how sharply.
    lessons : Lessons
        Of learners.
    ramps : array, (4, 3)
        What capability gives: `simulation.growth.ramps_of`.
    """

    decider: int
    planning: int
    cue_kind: int
    feedback: int
    perceived: Rates
    sees_detector: int
    speaks: int
    imitates: int
    temperature: float
    lessons: Lessons
    ramps: NDArray[np.float64]


def kind_of(scenario: Scenario) -> Kind:
    """Return what all agents of a scenario without groups have in common."""
    agents, detector = scenario.agents, scenario.regime.detector
    return Kind(
        decider=decider_of(agents),
        planning=_PLANNING[agents.planning],
        cue_kind=cue_kind(scenario),
        feedback=feedback_kind(scenario),
        perceived=rates_of(agents.beliefs.detector or detector),
        sees_detector=int(agents.beliefs.detector is None),
        speaks=int(agents.decision == "honest" and scenario.regime.response.voice is not None),
        imitates=int(agents.decision == "imitator"),
        temperature=agents.imitator.temperature,
        lessons=lessons_of(scenario),
        ramps=ramps_of(scenario),
    )


def decider_of(agents: Agents) -> int:
    """Return what the rule of a group's agents is: `PLANNER`, `THRESHOLD` or `LEARNER`."""
    return _DECIDERS.get(agents.decision, THRESHOLD)


def lessons_of(scenario: Scenario) -> Lessons:
    """Return how learners learn."""
    learner = scenario.agents.learner
    return Lessons(
        learner.lives,
        learner.episodes,
        2 if cue_kind(scenario) == BINARY else learner.bins,
        learner.modifications + 1,
        learner.power,
        learner.exploration,
    )


def group_sizes(scenario: Scenario) -> list[int]:
    """Return how many agents are of each group: shares rounded so that all agents are of one (largest remainders)."""
    count = scenario.agents.count
    exact = [group.share * count for group in scenario.agents.groups] or [float(count)]
    sizes = [math.floor(size + 1e-9) for size in exact]
    by_remainder = sorted(range(len(exact)), key=lambda place: sizes[place] - exact[place])
    for place in by_remainder[: count - sum(sizes)]:
        sizes[place] += 1
    return sizes


def group_of_agents(scenario: Scenario, seed: int, replicate: int, stream: int) -> Integers:
    """Return the number of each agent's group, (agents,): drawn, or in order."""
    sizes = group_sizes(scenario)
    groups = np.repeat(np.arange(len(sizes)), sizes)
    if len(sizes) == 1 or scenario.agents.assignment == "in_order":
        return groups
    luck = addressed_uniforms(seed, replicate, _ASSIGNMENT, stream, groups.size)[:, 0]
    shuffled = np.empty_like(groups)
    shuffled[np.argsort(luck, kind="stable")] = groups
    return shuffled
