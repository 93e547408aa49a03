"""The agents of a run, drawn: one array a parameter, from addressed uniforms.

An agent's draw of one parameter depends on nothing but (seed, replicate, agent, parameter): a scenario that makes
another parameter heterogeneous changes no other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.decider_parameters import WIDEST_SPREAD
from models.elementary import normal_quantile
from models.goals import ALIGNED_ANGLE
from models.imitation import COMPLIANT_THRESHOLD, HONEST_THRESHOLD
from models.perception import FEEDBACK_NONE
from models.scenario import Scenario
from simulation.draws import DIRECTION, PARAMETER, addressed_uniforms, check_address
from simulation.settings import Settings, cue_quality_key

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

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
}


@dataclass(frozen=True)
class Population:
    """Parameters of the agents, one value each; all arrays have shape (agents,).

    Attributes
    ----------
    angle : radians, 0 where aligned
    foresight, rationality, quality, guarding, reckoned_honeypots : of `models.planning` and `models.choice`
    watched_weight, unwatched_weight : A and B of the belief before the first episode
    forgetting, evidence_weight : 1 and 0 for agents whose belief does not move by what they see
    has_finite_belief : 0 for agents whose belief is infinitely strong
    threshold : posterior from which on an agent complies that has a threshold rule; a planner or learner has none
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
    has_finite_belief: Integers
    threshold: Floats

    @property
    def size(self) -> int:
        """Number of agents."""
        return self.angle.size


def draw_population(scenario: Scenario, settings: Settings, seed: int, replicate: int, stream: int = 0) -> Population:
    """Return the agents of one replicate.

    Parameters
    ----------
    seed, replicate, stream : int
        Address of the draws, each in [0, 2^32).
    """
    check_address(seed, replicate, stream)
    count = scenario.agents.count

    def uniforms(key: str) -> Floats:
        return addressed_uniforms(seed, replicate, PARAMETER + _ADDRESS[key], stream, count)[:, 0]

    def drawn(key: str) -> Floats:
        return scenario.drawn_values(key, uniforms(key))

    angle = drawn("agents.goals.angle")
    mean, strength = drawn("agents.beliefs.mean"), drawn("agents.beliefs.strength")
    moves = np.isfinite(strength) & (settings.feedback != FEEDBACK_NONE)
    worth = np.where(np.isfinite(strength), strength, 1.0)
    quality = drawn(cue_quality_key(scenario))
    return Population(
        angle=np.where(angle < ALIGNED_ANGLE, 0.0, angle),
        foresight=drawn("agents.foresight"),
        rationality=drawn("agents.rationality"),
        quality=np.where(np.isinf(quality), 1.0, quality),
        guarding=drawn("agents.terminal_guarding"),
        reckoned_honeypots=drawn("agents.beliefs.honeypot_share"),
        watched_weight=mean * worth,
        unwatched_weight=(1.0 - mean) * worth,
        forgetting=np.where(moves, drawn("agents.beliefs.forgetting"), 1.0),
        evidence_weight=moves.astype(np.float64),
        has_finite_belief=np.isfinite(strength).astype(np.int64),
        threshold=_thresholds(scenario, uniforms),
    )


def _thresholds(scenario: Scenario, uniforms: Callable[[str], Floats]) -> Floats:
    agents = scenario.agents
    key = f"agents.{agents.decision}.threshold"
    if agents.decision == "imitator" and agents.imitator.threshold == "spread":
        return WIDEST_SPREAD * uniforms(key)
    if agents.decision in ("faker", "imitator"):
        return scenario.drawn_values(key, uniforms(key))
    return np.full(agents.count, HONEST_THRESHOLD if agents.decision == "honest" else COMPLIANT_THRESHOLD)


def goal_directions(agents: int, dimension: int, seed: int, replicate: int, stream: int = 0) -> Floats:
    """Return unit vectors across the target in which the agents' goals lie, (agents, dimension - 1)."""
    right_angles = np.full(agents, 0.5 * np.pi)
    return goal_vectors(right_angles, dimension, seed, replicate, stream)[:, 1:]


def goal_vectors(angle: Floats, dimension: int, seed: int, replicate: int, stream: int = 0) -> Floats:
    """Return unit goal vectors, (agents, dimension), at the given angles (radians) from the target (1, 0, ..., 0).

    The direction around the target is uniform: independent standard normals, scaled to length 1.
    """
    pairs = [
        addressed_uniforms(seed, replicate, DIRECTION + number, stream, angle.size) for number in range(dimension // 2)
    ]
    uniforms = np.concatenate(pairs, axis=1)[:, : dimension - 1]
    directions = np.vectorize(normal_quantile, otypes=[np.float64])(uniforms)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    return np.concatenate([np.cos(angle)[:, None], np.sin(angle)[:, None] * directions], axis=1)
