"""The agents of a run, drawn: one array a parameter, from addressed uniforms.

An agent's draw of one parameter depends on nothing but (seed, replicate, agent, parameter): a scenario that makes
another parameter heterogeneous changes no other.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import lru_cache
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.agent_parameters import Agents
from models.decider_parameters import WIDEST_SPREAD
from models.distributions import Distribution
from models.goal_parameters import GivenGoals, ScatteredGoals
from models.goals import ALIGNED_ANGLE
from models.imitation import COMPLIANT_THRESHOLD, HONEST_THRESHOLD
from models.outlook import ENDLESS
from models.perception import FEEDBACK_NONE
from models.scenario import Scenario, quantiles_of
from simulation.draws import PARAMETER, addressed_uniforms, check_address
from simulation.groups import Kind, group_of_agents, kind_of
from simulation.growth import parameter_values, ramp_of
from simulation.settings import cue_quality_key, feedback_kind

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

#: Draws of larger populations are not kept; theirs take a small part of a run.
_MOST_KEPT = 10_000

#: Addresses: a new parameter takes the next number.
_ADDRESS = {
    "agents.goals.angle": 0,
    "agents.foresight": 1,
    "agents.rationality": 2,
    "agents.cue.discrimination": 3,
    "regime.visibility.discrimination": 3,
    "agents.cue.accuracy": 4,
    "agents.terminal_guarding": 5,
    "agents.beliefs.mean": 6,
    "agents.beliefs.strength": 7,
    "agents.beliefs.forgetting": 8,
    "agents.beliefs.honeypot_share": 9,
    "agents.faker.threshold": 10,
    "agents.imitator.threshold": 11,
    "agents.akrasia": 12,
    "agents.current_goal_weight": 13,
    "agents.conformity": 14,
    "agents.beliefs.weighting": 15,
    "agents.capability.level": 16,
    "agents.capability.growth": 17,
    "agents.depth": 18,
}


@dataclass(frozen=True)
class BasicPopulation:
    """What the basic model knows of the agents, one value each; all arrays have shape (agents,).

    Attributes
    ----------
    angle : radians, 0 where aligned
    foresight, rationality, quality, guarding, reckoned_honeypots : of `models.planning` and `models.choice`
    watched_weight, unwatched_weight : A and B of the belief before the first episode
    forgetting, evidence_weight : 1 and 0 for agents whose belief does not move by what they see
    """

    angle: Floats
    foresight: Floats
    rationality: Floats
    quality: Floats
    guarding: Floats
    reckoned_honeypots: Floats
    watched_weight: Floats
    unwatched_weight: Floats
    forgetting: Floats
    evidence_weight: Floats

    @property
    def size(self) -> int:
        """Number of agents."""
        return self.angle.size


@dataclass(frozen=True)
class Population(BasicPopulation):
    """All parameters of the agents, one value each; arrays have shape (agents,) unless said otherwise.

    Attributes
    ----------
    has_finite_belief : 0 for agents whose belief is infinitely strong
    threshold : posterior from which on an agent complies that has a threshold rule; a planner or learner has none
    akrasia, weighting, conformity, goal_weight : ``eps, alpha, r, omega_g``
    depth : `models.outlook.ENDLESS`, or in episodes
    capability, growth : before the first episode, and per episode; 0 where capability plays no part
    group : number of the agent's group
    decider, planning, cue_kind, feedback, sees_detector, speaks, imitates, temperature : of its group, as in
        `simulation.groups.Kind`
    perceived : rates of the detector as the agent takes it to be, (agents, 6), in the order of `models.detection.Rates`
    ramps : what capability gives, (agents, 4, 3), as in `simulation.growth`; (0, 4, 3) where nobody's grows
    """

    has_finite_belief: Integers
    threshold: Floats
    akrasia: Floats
    weighting: Floats
    conformity: Floats
    goal_weight: Floats
    depth: Integers
    capability: Floats
    growth: Floats
    group: Integers
    decider: Integers
    planning: Integers
    cue_kind: Integers
    feedback: Integers
    sees_detector: Integers
    speaks: Integers
    imitates: Integers
    temperature: Floats
    perceived: Floats
    ramps: Floats


def draw_population(scenario: Scenario, seed: int, replicate: int, stream: int = 0) -> Population:
    """Return the agents of one replicate.

    Parameters
    ----------
    seed, replicate, stream : int
        Address of the draws, each in [0, 2^32).
    """
    check_address(seed, replicate, stream)
    group = group_of_agents(scenario, seed, replicate, stream)
    draws = [_Draws(part, seed, replicate, stream) for part in scenario.group_scenarios]
    found = [_alike(part, number) for number, part in enumerate(draws)]
    if len(found) == 1:
        return found[0]
    agents = np.arange(group.size)
    chosen = {
        one.name: np.stack([getattr(part, one.name) for part in found])[group, agents]
        for one in fields(Population)
        if one.name != "ramps"
    }
    ramps = [part.ramps for part in found]
    size = max(one.shape[0] for one in ramps)
    wide = [one if one.shape[0] == size else np.full((size, *one.shape[1:]), np.nan) for one in ramps]
    return Population(**chosen, ramps=np.stack(wide)[group[:size], agents[:size]])


def draw_basic_population(scenario: Scenario, seed: int, replicate: int, stream: int = 0) -> BasicPopulation:
    """Return what the basic model knows of the agents that `draw_population` draws; it is not to be changed."""
    check_address(seed, replicate, stream)
    beliefs, visibility = scenario.agents.beliefs, scenario.regime.visibility
    rate = scenario.watching_rate if beliefs.mean == "true_rate" else None
    drawn = _Drawn(scenario.agents, visibility.discrimination, rate, (seed, replicate, stream), scenario)
    return drawn.population() if scenario.agents.count > _MOST_KEPT else _kept_population(drawn)


@dataclass(frozen=True)
class _Drawn:
    """All that a basic population is determined by; two that differ in their scenarios alone are equal."""

    agents: Agents
    discrimination: float | Distribution | None
    rate: float | None
    address: tuple[int, int, int]
    scenario: Scenario = field(compare=False)

    def population(self) -> BasicPopulation:
        return BasicPopulation(**_basics(_Draws(self.scenario, *self.address)))


@lru_cache(maxsize=16)
def _kept_population(drawn: _Drawn) -> BasicPopulation:
    """Return a population; kept, because the cells of a sweep often differ in what is no matter of the agents."""
    return drawn.population()


class _Draws:
    """The draws of one replicate of a scenario without groups."""

    def __init__(self, scenario: Scenario, seed: int, replicate: int, stream: int) -> None:
        self.scenario, self.count = scenario, scenario.agents.count
        self._address = seed, replicate, stream

    def uniforms(self, key: str) -> Floats:
        """Return the uniform of each agent for a parameter."""
        return _uniforms(key, *self._address, self.count)

    def drawn(self, key: str) -> Floats:
        """Return each agent's value of a numeric parameter."""
        value = attrgetter(key)(self.scenario)
        if ramp_of(self.scenario, key) is None:
            # the quick ways: most parameters are one number, and what is drawn is drawn again in each cell of a sweep
            if isinstance(value, float):
                values = np.empty(self.count)
                values.fill(value)
                return values
            if isinstance(value, Distribution) and self.count <= _MOST_KEPT:
                return _quantiles(value, key, (*self._address, self.count)).copy()
        return parameter_values(self.scenario, key, self.uniforms)


def _basics(draws: _Draws) -> dict[str, Floats]:
    """Return the arrays of a `BasicPopulation`, by name."""
    drawn, scenario = draws.drawn, draws.scenario
    angle, quality = _angles(draws), drawn(cue_quality_key(scenario))
    mean, strength = drawn("agents.beliefs.mean"), drawn("agents.beliefs.strength")
    is_finite = np.isfinite(strength)
    moves = is_finite & (feedback_kind(scenario) != FEEDBACK_NONE)
    worth = np.where(is_finite, strength, 1.0)
    return {
        "angle": np.where(angle < ALIGNED_ANGLE, 0.0, angle),
        "foresight": drawn("agents.foresight"),
        "rationality": drawn("agents.rationality"),
        "quality": np.where(np.isinf(quality), 1.0, quality),
        "guarding": drawn("agents.terminal_guarding"),
        "reckoned_honeypots": drawn("agents.beliefs.honeypot_share"),
        "watched_weight": mean * worth,
        "unwatched_weight": (1.0 - mean) * worth,
        "forgetting": np.where(moves, drawn("agents.beliefs.forgetting"), 1.0),
        "evidence_weight": moves.astype(np.float64),
    }


def _alike(draws: _Draws, number: int) -> Population:
    """Return a population all of whose agents are of one group."""
    drawn, scenario, count = draws.drawn, draws.scenario, draws.count
    kind, capability, depth = kind_of(scenario), scenario.agents.capability, drawn("agents.depth")
    basics: dict[str, Any] = _basics(draws)
    is_capable, grows = capability is not None, capability is not None and capability.growth != 0.0
    return Population(
        **basics,
        has_finite_belief=np.isfinite(drawn("agents.beliefs.strength")).astype(np.int64),
        threshold=_thresholds(draws),
        akrasia=drawn("agents.akrasia"),
        weighting=drawn("agents.beliefs.weighting"),
        conformity=drawn("agents.conformity"),
        goal_weight=drawn("agents.current_goal_weight"),
        depth=np.where(np.isinf(depth), ENDLESS, depth).astype(np.int64),
        capability=drawn("agents.capability.level") if is_capable else np.zeros(count),
        growth=drawn("agents.capability.growth") if is_capable else np.zeros(count),
        ramps=np.repeat(kind.ramps[None], count, axis=0) if grows else np.empty((0, *kind.ramps.shape)),
        **_of_kind(kind, number, count),
    )


def _of_kind(kind: Kind, number: int, count: int) -> dict[str, Any]:
    """Return what all agents of a group have in common, by name of the population's arrays."""
    codes = ("decider", "planning", "cue_kind", "feedback", "sees_detector", "speaks", "imitates")
    values = [*(getattr(kind, name) for name in codes), number]
    found: dict[str, Any] = dict(
        zip((*codes, "group"), np.repeat(values, count).reshape(len(values), count), strict=True)
    )
    return found | {
        "temperature": np.full(count, kind.temperature),
        "perceived": np.repeat(np.array([kind.perceived]), count, axis=0),
    }


@lru_cache(maxsize=128)
def _quantiles(value: Distribution, key: str, address: tuple[int, int, int, int]) -> Floats:
    """Return the drawn values of a parameter of agents; kept, because replicates of all cells of a sweep are alike."""
    return quantiles_of(key, value, _uniforms(key, *address))


def _uniforms(key: str, seed: int, replicate: int, stream: int, count: int) -> Floats:
    return addressed_uniforms(seed, replicate, PARAMETER + _ADDRESS[key], stream, count)[:, 0]


def _angles(draws: _Draws) -> Floats:
    goals = draws.scenario.agents.goals
    if isinstance(goals, GivenGoals):
        return np.broadcast_to(goals.angles, (draws.count,)).copy()
    if isinstance(goals, ScatteredGoals):
        return goals.angle_at(draws.uniforms("agents.goals.angle"))
    return draws.drawn("agents.goals.angle")


def _thresholds(draws: _Draws) -> Floats:
    agents = draws.scenario.agents
    key = f"agents.{agents.decision}.threshold"
    if agents.decision == "imitator" and agents.imitator.threshold == "spread":
        return WIDEST_SPREAD * draws.uniforms(key)
    if agents.decision in ("faker", "imitator"):
        return draws.scenario.drawn_values(key, draws.uniforms(key))
    return np.full(agents.count, HONEST_THRESHOLD if agents.decision == "honest" else COMPLIANT_THRESHOLD)
