"""The world that the dashboard shows: the Mesa engine's, with a record of compliance and the class of every agent."""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable

from models.strategies import ALIGNED
from simulation.mesa_agent import ComplianceAgent
from simulation.mesa_engine import ComplianceModel
from simulation.preparation import prepare
from teaching.choices import Choices

#: So many of the last episodes are shown.
LONGEST_RECORD = 200


class ShownModel(ComplianceModel):
    """A world of what a visitor has chosen.

    Parameters
    ----------
    chosen : callable
        Gives the choices as they are when the world is made, so that a reset takes the newest.
        The same choices, seed included, give the same run.

    Attributes
    ----------
    codes : list of int
        Class of each agent's rule as it stands, by index: codes of `models.strategies.CLASS_NAMES`.
    record : deque of (episode, watched, unwatched)
        Of each of the last episodes the shares of watched and of unwatched agents in conflict that complied; NaN where
        there was none.
    """

    def __init__(self, chosen: Callable[[], Choices]) -> None:
        choices = chosen()
        scenario = choices.scenario
        # loops of the basic model know no rule of one agent, which the class of an agent is read from
        prepared = prepare(scenario, always_full=True)
        super().__init__(scenario, seed=choices.seed, prepared=prepared, collect=False)
        self.record: deque[tuple[int, float, float]] = deque(maxlen=LONGEST_RECORD)
        self._by_index: dict[int, ComplianceAgent] = {agent.index: agent for agent in self.subjects}
        self.codes = self._class_codes()
        self._lock = threading.Lock()

    def step(self) -> None:
        """Run one episode and take down who complied."""
        # a visitor may press Step while a run goes on in a thread
        with self._lock:
            super().step()
            self._take_down()

    def _take_down(self) -> None:
        in_conflict = [agent for agent in self.subjects if agent.temptation > 0.0]
        shares = [_complying([agent.complied for agent in in_conflict if agent.watched == told]) for told in (1, 0)]
        self.record.append((self.episode - 1, shares[0], shares[1]))
        self.codes = self._class_codes()

    def _class_codes(self) -> list[int]:
        # who was moved to another group, or stands before the first episode, faces the rate and penalty of its group
        self.overseer.plan_episode()
        codes = [ALIGNED] * self.population.size
        for agent in self.subjects:
            agent.face_stakes()
            agent.plan()
            if agent.angle > 0.0:
                codes[agent.index] = agent.strategy_class()
        return codes

    def agent(self, index: int) -> ComplianceAgent:
        """Return the agent of an index."""
        return self._by_index[index]


def _complying(complied: list[int]) -> float:
    return sum(complied) / len(complied) if complied else math.nan
