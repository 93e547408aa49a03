"""The Mesa engine: one Python object an agent, for reading, teaching and extending.

A model takes one step of `simulation.episode` after the other, each for all agents (`simulation.mesa_agent`). Draws
come from their addresses, never from Mesa's own generators. States and choices are those of the array engine, bit by
bit. For agents of your own override steps in a class of theirs, a model's `agent_class`: see `simulation.run.simulate`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from operator import attrgetter
from statistics import fmean
from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from models.goals import TASKS
from models.response import guarding_cost
from models.scenario import Scenario
from models.strategies import ALIGNED, CLASS_NAMES
from simulation import draws, ledger
from simulation.accounting import account
from simulation.census import ALL, CONFLICT, UNMODIFIED, class_counts
from simulation.deciders import nature_of
from simulation.draws import Address
from simulation.goal_directions import population_directions
from simulation.groups import THRESHOLD
from simulation.imitation import PAYOFF, is_round
from simulation.mesa_agent import ComplianceAgent
from simulation.mesa_overseer import Overseer
from simulation.plan_modes import solved_plans
from simulation.preparation import Prepared, prepare
from simulation.random_stakes import drawn_temptations
from simulation.resolution import plans_in, replicate_of

Floats = NDArray[np.float64]

STATES = (
    "angle", "watched_weight", "unwatched_weight", "loss", "turn_loss", "habit", "pull", "turns", "acted", "complied",
    "watched", "flagged", "answered",
)  # fmt: skip


class ComplianceModel(mesa.Model):  # type: ignore[misc]
    """A world of agents under one monitoring regime; `run_model` runs the episodes of the scenario.

    Parameters
    ----------
    scenario : Scenario
    seed, replicate, stream : int
        Address of all draws, each in [0, 2^32). Mesa's generators take the seed too; nothing here uses them.
    prepared : Prepared, optional
        Of this scenario, shared by its worlds; made anew if left out.
    collect : bool
        Whether `datacollector` takes a row after each episode.
    agent_class : type, optional
        Of the agents; that of the model's class if left out.

    Attributes
    ----------
    run_scenario : Scenario
        What is run; from 3.5 on Mesa has a scenario of its own, under that name.
    episode : int
        How many episodes were run: the index of the next.
    datacollector : mesa.DataCollector
        Of each episode how many agents were watched, acted, complied, were flagged and turned, and the mean
        belief and angle (radians) after it; of each agent (`agent_class`) angle, belief, acted, watched, flagged.
    subjects : mesa.agent.AgentSet
        The agents without the overseer, who is one too.
    overseer : Overseer
    population : Population
        As it was drawn.
    sums, counts, standing, since, belief_sum : arrays
        The ledger, a row an agent, as in `simulation.ledger`.
    """

    agent_class: type[ComplianceAgent] = ComplianceAgent
    overseer_class = Overseer
    steps_of_episode = (
        "be_watched", "perceive", "face_stakes", "choose", "be_inspected", "learn", "be_modified",
    )  # fmt: skip

    def __init__(
        self,
        scenario: Scenario,
        seed: int = 1,
        replicate: int = 0,
        stream: int = 0,
        prepared: Prepared | None = None,
        collect: bool = True,
        agent_class: type[ComplianceAgent] | None = None,
    ) -> None:
        super().__init__(rng=seed)
        self.agent_class = agent_class or self.agent_class
        self.run_scenario, self.address = scenario, (seed, replicate, stream)
        start = replicate_of(prepare(scenario) if prepared is None else prepared, *self.address)
        self.prepared, self.neighbours = start.prepared, start.neighbours
        # Agents of one's own may plan with numbers of their own: theirs are solved.
        own = self.agent_class is not ComplianceAgent
        self.full_plans = solved_plans(start.population.size) if own else plans_in(start)
        self.settings, self.plans = self.prepared.settings, self.prepared.plans
        self.mechanisms = self.prepared.mechanisms
        self.natures = [nature_of(self.prepared, kind.cue_kind) for kind in self.prepared.kinds]
        self.episode, self.collect = 0, collect
        self.datacollector = mesa.DataCollector(
            {key: partial(_of_all, sum, key) for key in ("watched", "acted", "complied", "flagged", "turned")}
            | {f"mean_{key}": partial(_of_all, fmean, key) for key in ("belief", "angle")},
            agenttype_reporters={
                self.agent_class: {key: key for key in ("angle", "belief", "acted", "watched", "flagged")}
            },
        )
        population = self.population = start.population
        self.sums = np.zeros((population.size, ledger.WIDTH))
        self.counts = np.zeros((population.size, 5), np.int64)
        self.standing = np.zeros((population.size, ledger.STANDING_WIDTH))
        self.since = np.zeros(population.size, np.int64)
        self.belief_sum = np.zeros(population.size)
        self.earned = np.zeros(population.size)
        self._look_at_episode()
        for index in range(population.size):
            self.agent_class(self, index, population)
        self.subjects = self.agents.select(agent_type=self.agent_class)
        self.overseer = self.overseer_class(self, population.size)
        self._gather()
        self.subjects.do("see_neighbours")

    def step(self) -> None:
        """Run one episode: each of its steps for all agents before the next."""
        self._look_at_episode()
        self.overseer.plan_episode()
        for step in self.steps_of_episode:
            self.subjects.do(step)
        self.overseer.learn()
        self.episode += 1
        self._meet()
        self.running = self.episode < self.run_scenario.run.episodes
        if self.collect:
            self.datacollector.collect(self)

    def _look_at_episode(self) -> None:
        """Set what the episode brings to all agents alike: a shared task, random temptations."""
        episode, dimension = self.episode, self.run_scenario.agents.goals.dimension
        self.drawn_temptations = drawn_temptations(self.run_scenario, Address(*self.address), episode, episode + 1)[0]
        is_shared = self.settings.stakes_kind == TASKS and self.mechanisms.shared_task
        self.task = draws.shared_task(*self.address, episode, dimension) if is_shared else None

    def _meet(self) -> None:
        """Let agents hear and see of each other; nobody sees what another has just heard."""
        self._gather()
        self.subjects.do("hear_news")
        self._gather()
        self.subjects.do("learn_from_neighbours")
        self.subjects.do("see_neighbours")
        if is_round(self.mechanisms.window, self.episode - 1):
            self._imitate()
        if self.mechanisms.grows:
            self.subjects.do("grow")

    def _imitate(self) -> None:
        """Let agents copy each other; nobody sees what another has just copied."""
        means = (self.sums[:, PAYOFF] - self.earned) / self.mechanisms.window
        self.earned = self.sums[:, PAYOFF].copy()
        self.payoffs_seen: list[float] = means.tolist()
        self.thresholds_seen: list[float | None] = [
            agent.threshold if agent.decider == THRESHOLD else None
            for agent in sorted(self.subjects, key=attrgetter("index"))
        ]
        self.subjects.do("imitate")

    def _gather(self) -> None:
        """Gather, by index, what agents may see of each other."""
        ordered = sorted(self.subjects, key=attrgetter("index"))
        self.flags_seen = [agent.flagged for agent in ordered]
        self.compliance_seen = [agent.complied for agent in ordered]
        self.beliefs_seen = [
            (agent.watched_weight, agent.unwatched_weight) if agent.has_finite_belief else None for agent in ordered
        ]

    def count(self, agent: ComplianceAgent) -> None:
        """Count in the ledger what an agent did in this episode, before its goals turn."""
        index = agent.index
        if not self.prepared.is_basic:
            account(
                self.sums, index, agent.option, agent.watched, agent.flagged, agent.answered, agent.turned,
                int(agent.turns > 0), agent.strategic, agent.temptation, agent.own_gain,
                guarding_cost(agent.terminal_guarding, agent.angle, agent.response.rotation),
                agent.prior_belief, agent.watch_rate, self.standing, agent.response, self.settings,
            )  # fmt: skip
            return
        ledger.empty_tally(self.counts, index, ledger.tallied(agent.watched, agent.acted, agent.flagged))
        self.belief_sum[index] += agent.prior_belief
        if agent.turned:
            until = self.episode + 1
            ledger.settle(
                self.sums, self.counts, self.standing, index, until - int(self.since[index]), agent.temptation,
                agent.guarding, agent.turns > 0, self.settings,
            )  # fmt: skip
            self.counts[index], self.since[index] = 0, until

    @cached_property
    def goal_directions(self) -> Floats:
        """Unit vectors across the target in which the agents' goals lie, (agents, dimension - 1)."""
        return population_directions(self.run_scenario, self.population, *self.address)

    def column(self, name: str) -> NDArray[Any]:
        """Return an attribute of all agents, (agents,), by index: Mesa's set of agents may be shuffled."""
        return np.array([getattr(agent, name) for agent in sorted(self.subjects, key=attrgetter("index"))])


def _of_all(combine: Callable[[Any], float], name: str, model: ComplianceModel) -> float:
    return combine(getattr(agent, name) for agent in model.subjects)


def agent_states(model: ComplianceModel) -> dict[str, NDArray[Any]]:
    """Return `STATES` of all agents by name, arrays of shape (agents,)."""
    return {name: model.column(name) for name in STATES}


def agent_rows(model: ComplianceModel) -> Floats:
    """Return every agent's sums up to now, (agents, `simulation.ledger.WIDTH`)."""
    if not model.prepared.is_basic:
        return model.sums.copy()
    # A temptation belongs to the goals that were turned to at the end of the episode.
    model.subjects.do("face_stakes")
    return ledger.settled_rows(
        model.sums, model.counts, model.standing, model.since, model.episode, model.column("temptation"),
        model.column("guarding"), model.column("turns"), model.belief_sum, model.settings,
    )  # fmt: skip


def totals(model: ComplianceModel) -> Floats:
    """Return the sums over all agents up to now, columns as in `simulation.ledger`."""
    return ledger.added_up(agent_rows(model))


class MesaWorld:
    """One replicate on this engine; the other engine has the same methods."""

    def __init__(
        self,
        prepared: Prepared,
        seed: int,
        replicate: int,
        stream: int,
        agent_class: type[ComplianceAgent] | None = None,
    ) -> None:
        self.model = ComplianceModel(
            prepared.scenario, seed, replicate, stream, prepared, collect=False, agent_class=agent_class
        )

    def advance(self, first: int, last: int) -> None:
        """Run the episodes from `first`, which is the next one, up to, but not including, `last`."""
        for _ in range(first, last):
            self.model.step()

    def rows(self, now: int) -> Floats:  # noqa: ARG002  (a model knows its episode)
        """Return every agent's sums up to episode `now`, which is the next one."""
        return agent_rows(self.model)

    def census(self) -> NDArray[np.int64]:
        """Return how many agents of each group are of each class, (groups, 3, classes); as in `simulation.census`."""
        model, column = self.model, self.model.column
        model.subjects.do("face_stakes")
        model.subjects.do("plan")
        if not model.prepared.is_basic:
            return _class_counts(model)
        return class_counts(
            column("temptation"), column("guarding"), column("foresight"), column("loss"),
            column("rationality"), column("watched_weight"), column("unwatched_weight"), column("quality"),
            column("reckoned_honeypots"), column("turns"), model.settings,
        )[None]  # fmt: skip

    @property
    def group(self) -> NDArray[np.int64]:
        """Number of each agent's group, (agents,)."""
        return self.model.population.group

    def states(self) -> dict[str, NDArray[Any]]:
        """Return the agents' states: angle (radians), belief, number of turns, and group where there are some."""
        found = {name: self.model.column(name) for name in ("angle", "belief", "turns")}
        return found | ({"group": self.group} if len(self.model.prepared.kinds) > 1 else {})


def _class_counts(model: ComplianceModel) -> NDArray[np.int64]:
    counts = np.zeros((len(model.prepared.kinds), 3, len(CLASS_NAMES)), np.int64)
    for agent in model.subjects:
        tempts = agent.angle > 0.0
        code = ALIGNED
        if tempts:
            code = agent.strategy_class()
        own = counts[agent.group]
        own[ALL, code] += 1
        if tempts:
            own[CONFLICT, code] += 1
            own[UNMODIFIED, code] += int(agent.turns == 0)
    return counts
