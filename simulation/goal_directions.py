"""Where in the space of goals the agents' goals lie: their directions across the target."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.elementary import normal_quantile
from models.goal_parameters import GivenGoals
from models.scenario import Scenario
from simulation.draws import DIRECTION, addressed_uniforms
from simulation.population import Population

Floats = NDArray[np.float64]


def population_directions(scenario: Scenario, population: Population, seed: int, replicate: int, stream: int) -> Floats:
    """Return unit vectors across the target in which the goals of a replicate's agents lie, (agents, dimension - 1)."""
    drawn = goal_directions(population.size, scenario.agents.goals.dimension, seed, replicate, stream)
    for number, part in enumerate(scenario.group_scenarios):
        goals, members = part.agents.goals, population.group == number
        if isinstance(goals, GivenGoals):
            across = np.broadcast_to(goals.directions[:, 1:], drawn.shape)[members]
            length = np.linalg.norm(across, axis=1, keepdims=True)
            drawn[members] = np.where(length > 0.0, across / np.where(length > 0.0, length, 1.0), drawn[members])
    return drawn


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
