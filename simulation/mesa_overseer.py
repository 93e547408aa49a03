"""The overseer of the Mesa engine: an agent that watches the others, and learns from what that shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa
import numpy as np

from models import schedules
from models.overseer import suspicion
from simulation import draws
from simulation.mesa_agent import ComplianceAgent
from simulation.watching import PENALTY, RATE, moved_group, score_of

if TYPE_CHECKING:
    from simulation.mesa_engine import ComplianceModel


class Overseer(mesa.Agent):  # type: ignore[misc]
    """The overseer: it watches by its schedule, and knows of agents what monitored episodes showed.

    Attributes
    ----------
    rate : float
        Probability of watching an agent in this episode, where it is the same for all.
    flags, episodes, group : lists of int
        By agent: how often it was flagged and watched in monitored episodes, and its group in an escalating schedule.
    """

    model: ComplianceModel

    def __init__(self, model: ComplianceModel, agents: int) -> None:
        super().__init__(model)
        self.rate = model.prepared.schedule.rate
        self.flags, self.episodes, self.group = [0] * agents, [0] * agents, [0] * agents
        self._chosen: set[int] = set()

    def suspicion(self, agent: ComplianceAgent) -> float:
        """Return how much it suspects an agent: the mean of its belief that a monitored episode is flagged."""
        return suspicion(float(self.flags[agent.index]), float(self.episodes[agent.index]))

    @property
    def trust(self) -> float:
        """One less its mean suspicion."""
        return 1.0 - float(np.mean([self.suspicion(agent) for agent in self.model.subjects]))

    def plan_episode(self) -> None:
        """Step 1: give each agent its rate and its penalty; spend the budget, if that is the schedule."""
        schedule = self.model.prepared.schedule
        rate = self.rate
        if schedule.kind == schedules.PERIODIC:
            rate = schedules.periodic_rate(self.model.episode, schedule.period)
        for agent in self.model.subjects:
            group = self.group[agent.index]
            is_grouped = schedule.kind == schedules.ESCALATING
            agent.watch_rate = float(schedule.groups[group, RATE]) if is_grouped else rate
            agent.face_penalty(float(schedule.groups[group, PENALTY]))
        if schedule.kind in (schedules.BUDGET, schedules.TARGETED):
            self._chosen = self._largest_scores(schedule.inspected)

    def _largest_scores(self, count: int) -> set[int]:
        schedule, address, episode = self.model.prepared.schedule, self.model.address, self.model.episode
        scores = [
            (score_of(flags, episodes, draws.schedule_uniforms(*address, episode, index)[0], schedule), -index)
            for index, (flags, episodes) in enumerate(zip(self.flags, self.episodes, strict=True))
        ]
        return {-index for _, index in sorted(scores, reverse=True)[:count]}

    def watches(self, agent: ComplianceAgent, uniform: float) -> int:
        """Return 1 if it watches an agent in this episode, by the agent's luck or by its own choice."""
        if self.model.prepared.schedule.kind in (schedules.BUDGET, schedules.TARGETED):
            return int(agent.index in self._chosen)
        return int(uniform < agent.watch_rate)

    def learn(self) -> None:
        """Step 10: learn from monitored episodes, and from nothing else."""
        schedule, address = self.model.prepared.schedule, self.model.address
        flags = watched = 0
        for agent in self.model.subjects:
            index = agent.index
            self.episodes[index] += agent.watched
            self.flags[index] += agent.watched * agent.flagged
            watched += agent.watched
            flags += agent.watched * agent.flagged
            if schedule.kind == schedules.ESCALATING:
                luck = draws.schedule_uniforms(*address, self.model.episode, index)[2]
                self.group[index] = moved_group(
                    self.group[index], schedule, agent.watched, agent.option, agent.flagged, luck
                )
        if schedule.kind == schedules.ADAPTIVE:
            self.rate = schedules.adapted_rate(self.rate, schedule.gain, schedule.goal, flags, watched)
