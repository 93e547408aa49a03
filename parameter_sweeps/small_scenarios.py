"""A scenario in small: fewer agents, fewer episodes, as far as it can do with fewer."""

from __future__ import annotations

from models.scenario import Scenario

_GRAPHS_OF_ANY_SIZE = ("none", "complete", "erdos_renyi")


def in_small(scenario: Scenario, agents: int, episodes: int) -> Scenario:
    """Return a scenario with at most so many agents and episodes; all agents where it needs each of them."""
    # groups, goals given one by one, and graphs whose parameters set a least number
    graph = scenario.society.graph
    needs_all = scenario.agents.groups or scenario.agents.goals.kind == "vectors" or graph not in _GRAPHS_OF_ANY_SIZE
    count = scenario.agents.count if needs_all else min(agents, scenario.agents.count)
    return scenario.with_values({"agents.count": count, "run.episodes": min(episodes, scenario.run.episodes)})
