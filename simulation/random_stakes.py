"""Random stakes: the temptations drawn for agents and episodes, and what a planner reckons with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.compilation import compiled_loop
from models.outlook import Stakes
from models.scenario import Scenario
from models.stakes import constant_stakes, random_stakes
from models.stakes_parameters import RandomStakes
from simulation.draws import IMPULSE, Address, decision_uniforms
from simulation.settings import Settings

Floats = NDArray[np.float64]


def stakes_of(scenario: Scenario, settings: Settings, exact: bool = False) -> Stakes:
    """Return what a planner reckons with; `exact` as in `models.stakes.random_stakes`."""
    stakes = scenario.stakes
    if not isinstance(stakes, RandomStakes):
        return constant_stakes(settings.stakes_kind, settings.scale)
    return random_stakes(stakes.scale, stakes.distribution, exact=exact)


def drawn_temptations(scenario: Scenario, address: Address, first: int, last: int) -> Floats:
    """Return the temptations of all agents in the episodes from `first` to before `last`, (episodes, agents).

    Of stakes that are not random, (1, 1) of nothing.
    """
    stakes = scenario.stakes
    if not isinstance(stakes, RandomStakes):
        return np.zeros((1, 1))
    uniforms = _uniforms(address, first, last, scenario.agents.count)
    return stakes.scale / stakes.distribution.mean() * stakes.distribution.ppf(uniforms)


@compiled_loop
def _uniforms(address: Address, first: int, last: int, agents: int) -> Floats:
    out = np.empty((last - first, agents))
    for row in range(last - first):
        for agent in range(agents):
            out[row, agent] = decision_uniforms(
                address.seed, address.replicate, address.stream, first + row, agent, IMPULSE
            )[2]
    return out
