"""The Mesa engine: one Python object an agent, for reading, teaching and extending.

Each step of `simulation.episode` is a method of `ComplianceAgent`; a model takes one step after the other,
each for all agents. An agent changes nothing but its own state and sees no other's: all of them move at once.
No formula stands here, only calls of the rules of `models`, one at a time. Draws come from their addresses,
never from Mesa's own generators. States and choices are those of the array engine to the last bit.

To change what agents do, override a step in a class of their own and name it as a model's ``agent_class``.
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

from models import choice, detection, goals, interpolation, perception, response
from models.elementary import normal_quantile
from models.scenario import Scenario
from simulation import draws, ledger
from simulation.census import class_counts
from simulation.episode import detection_belief, is_turned
from simulation.plans import HELD, SOLVED, TABULATED, Plans, plans_of, solved_loss
from simulation.population import Population, draw_population, goal_vectors
from simulation.settings import Settings, settings_of

Floats = NDArray[np.float64]

STATES = ("angle", "watched_weight", "unwatched_weight", "loss", "turns", "acted", "watched", "flagged")


class ComplianceAgent(mesa.Agent):  # type: ignore[misc]
    """An agent that acts on its own goals or complies with the overseer's target.

    Attributes
    ----------
    index : int
        Its address in the draws, from 0, and its row in the model's ledger.
    foresight, rationality, quality, terminal_guarding, reckoned_honeypots, forgetting : float
        Its parameters, as in `simulation.population.Population`; `learns` tells whether its belief moves.
    angle, temptation, guarding, loss : float
        Of its goals to the target, radians; ``b``, ``Omega`` and ``L`` at that angle, in units of payoff.
    watched_weight, unwatched_weight : float
        ``A`` and ``B`` of its belief, in episodes.
    turns : int
        How often its goals were turned.
    watched, looks_watched, acted, complied, flagged, turned : int
        Of the last episode, 0 or 1: what the overseer did, how it looked, what the agent did, what followed.
    prior_belief, cue, detection_belief : float
        Of the last episode: ``p``, the cue, and the posterior ``q``.
    act_utility, comply_utility, act_probability : float
        Of the last episode: ``U_act`` and ``U_comply``, in units of payoff, and P(act).
    """

    model: ComplianceModel

    def __init__(self, model: ComplianceModel, index: int, population: Population) -> None:
        super().__init__(model)
        self.index = index
        # Plain floats: rules would be compiled anew for any other type.
        self.angle = float(population.angle[index])
        self.foresight = float(population.foresight[index])
        self.rationality = float(population.rationality[index])
        self.quality = float(population.quality[index])
        self.terminal_guarding = float(population.guarding[index])
        self.reckoned_honeypots = float(population.reckoned_honeypots[index])
        self.watched_weight = float(population.watched_weight[index])
        self.unwatched_weight = float(population.unwatched_weight[index])
        self.forgetting = float(population.forgetting[index])
        self.learns = bool(population.evidence_weight[index] > 0.0)
        self.turns = 0
        self.watched = self.looks_watched = self.acted = self.complied = self.flagged = self.turned = 0
        self.loss = self.cue = self.act_utility = self.comply_utility = self.act_probability = 0.0
        self.prior_belief = self.detection_belief = self.belief
        self._uniforms = (0.5, 0.5, 0.5, 0.5)
        self._place = (
            interpolation.place_of(self.angle, model.plans.table) if model.plans.mode == TABULATED else (0, 0.0)
        )
        stakes = model.settings.stakes_kind, model.settings.scale
        ledger.first_stand(model.standing, index, self.angle, *stakes)
        self._face_angle()

    @property
    def belief(self) -> float:
        """``p``: the probability of being watched that it expects before any cue."""
        return perception.belief_mean(self.watched_weight, self.unwatched_weight)

    @property
    def goals(self) -> Floats:
        """Its goals: a unit vector, (dimension,); the target is (1, 0, ..., 0)."""
        across = np.sin(self.angle) * self.model.goal_directions[self.index]
        return np.concatenate([[np.cos(self.angle)], across])

    def be_watched(self) -> None:
        """Step 1: the schedule watches it or not."""
        self._uniforms = draws.episode_uniforms(*self.model.address, self.model.episode, self.index)
        self.watched = int(self._uniforms[0] < self.model.settings.watching_rate)

    def perceive(self) -> None:
        """Steps 2 and 3: a cue, and what it says of being watched."""
        kind, uniform = self.model.settings.cue_kind, self._uniforms[1]
        looks = self.looks_watched = 0 if self._is_honeypot() else self.watched
        if kind == perception.GAUSSIAN:
            self.cue = perception.gaussian_cue(normal_quantile(uniform), self.quality, looks)
        else:
            self.cue = perception.binary_cue(uniform, self.quality, looks)
        self.prior_belief = self.belief
        self.detection_belief = detection_belief(
            self.prior_belief, self.cue, kind, self.quality, self.reckoned_honeypots
        )

    def _is_honeypot(self) -> bool:
        uniform = draws.honeypot_uniform(*self.model.address, self.model.episode, self.index)
        return self.watched == 1 and uniform < self.model.settings.honeypot_share

    def choose(self) -> None:
        """Step 4: the expected utility of both options, and one of them."""
        self.plan()
        settings, belief = self.model.settings, self.detection_belief
        cost = choice.flag_cost(settings.penalty, self.guarding, self.foresight, self.loss)
        self.act_utility = choice.act_utility(self.temptation, choice.act_flag_belief(belief, settings.hit_rate), cost)
        self.comply_utility = choice.comply_utility(belief, settings.false_alarm_rate, cost)
        probability = choice.act_probability(self.act_utility, self.comply_utility, self.rationality)
        # Without temptation there is no choice, whatever the noise.
        self.act_probability = probability if self.temptation > 0.0 else 0.0
        self.acted = int(self._uniforms[2] < self.act_probability)
        self.complied = 1 - self.acted

    def plan(self) -> None:
        """Renew the loss where beliefs may have moved."""
        plans, settings = self.model.plans, self.model.settings
        if plans.mode == SOLVED:
            self.loss = solved_loss(*self._outlook(), settings)
        elif plans.mode == TABULATED:
            table = plans.table
            columns = table.shares.shape[1]
            position = (columns - 1) * interpolation.belief_position(self.watched_weight, self.unwatched_weight)
            share = interpolation.tabulated_share(table.usable, columns, *self._place, position)
            # Not a number: it may not be interpolated there.
            self.loss = self.temptation * (self._solved_share() if np.isnan(share) else share)

    def _solved_share(self) -> float:
        settings = self.model.settings
        return interpolation.solved_share(
            self.angle, self.watched_weight, self.unwatched_weight, settings.stakes_kind,
            settings.scale, settings.rotation, settings.penalty, self.terminal_guarding, self.foresight,
            settings.hit_rate, settings.false_alarm_rate, self.quality, self.reckoned_honeypots,
        )  # fmt: skip

    def _outlook(self) -> tuple[float, float, float, float, float, float, float]:
        """Return what planning needs to know, as the rules of `simulation.plans` take it."""
        return (
            self.angle, self.watched_weight, self.unwatched_weight, self.foresight, self.terminal_guarding,
            self.quality, self.reckoned_honeypots,
        )  # fmt: skip

    def be_inspected(self) -> None:
        """Step 5: a flag, or none."""
        rates = self.model.settings.hit_rate, self.model.settings.false_alarm_rate
        self.flagged = int(self._uniforms[3] < detection.flag_probability(self.acted, self.watched, *rates))

    def be_counted(self) -> None:
        """Step 6: what it did counts for the goals that it did it with."""
        tally = ledger.tallied(self.watched, self.acted, self.flagged)
        ledger.empty_tally(self.model.counts, self.index, tally)
        self.model.belief_sum[self.index] += self.prior_belief

    def learn(self) -> None:
        """Step 7: the belief takes the evidence of cue and flag."""
        if not self.learns:
            return
        settings, belief = self.model.settings, self.detection_belief
        rates = settings.hit_rate, settings.false_alarm_rate
        if_watched = detection.outcome_probability(self.flagged, self.acted, 1, *rates)
        if_unwatched = detection.outcome_probability(self.flagged, self.acted, 0, *rates)
        outcome = perception.outcome_evidence(belief, if_watched, if_unwatched)
        evidence = perception.learned_evidence(settings.feedback, belief, outcome, self.watched)
        kept = self.forgetting
        self.watched_weight = perception.updated_weight(self.watched_weight, evidence, kept)
        self.unwatched_weight = perception.updated_weight(self.unwatched_weight, 1.0 - evidence, kept)

    def be_modified(self) -> None:
        """Step 8: a flag turns its goals toward the target."""
        rotation = self.model.settings.rotation
        self.turned = int(is_turned(self.flagged, self.angle, rotation))
        if self.turned:
            self.model.settle(self)
            self.turns += 1
            self.angle = goals.turned_angle(self.angle, rotation)
            self._place = self._next_place()
            self._face_angle()

    def _next_place(self) -> tuple[int, float]:
        begin, weight = self._place
        if self.model.plans.mode != TABULATED:
            return begin, weight
        return interpolation.place_after_turn(begin, self.angle, self.model.plans.table), weight

    def _face_angle(self) -> None:
        """Set what depends on the angle: temptation, guarding, standing, and the plan."""
        settings, plans = self.model.settings, self.model.plans
        self.temptation = goals.temptation(settings.stakes_kind, settings.scale, self.angle)
        self.guarding = response.guarding_cost(self.terminal_guarding, self.angle, settings.rotation)
        ledger.stand(self.model.standing, self.index, self.angle)
        if plans.mode == HELD:
            self.loss = solved_loss(*self._outlook(), settings)


class ComplianceModel(mesa.Model):  # type: ignore[misc]
    """A world of agents under one monitoring regime; `run_model` runs the episodes of the scenario.

    Parameters
    ----------
    scenario : Scenario
    seed, replicate, stream : int
        Address of all draws, each in [0, 2^32). Mesa's generators take the seed too; nothing here uses them.
    settings, plans : Settings, Plans, optional
        Of this scenario, shared by its worlds; found anew if left out.
    collect : bool
        Whether `datacollector` takes a row after each episode.

    Attributes
    ----------
    episode : int
        How many episodes were run: the index of the next.
    datacollector : mesa.DataCollector
        Of each episode how many agents were watched, acted, complied, were flagged and turned, and the mean
        belief and angle (radians) after it; of each agent angle, belief, acted, watched, flagged.
    sums, counts, standing, since, belief_sum : arrays
        The ledger, a row an agent, as in `simulation.ledger`.
    """

    agent_class = ComplianceAgent
    steps_of_episode = (
        "be_watched", "perceive", "choose", "be_inspected", "be_counted", "learn", "be_modified",
    )  # fmt: skip

    def __init__(
        self,
        scenario: Scenario,
        seed: int = 1,
        replicate: int = 0,
        stream: int = 0,
        settings: Settings | None = None,
        plans: Plans | None = None,
        collect: bool = True,
    ) -> None:
        super().__init__(rng=seed)
        self.scenario, self.address = scenario, (seed, replicate, stream)
        self.settings = settings_of(scenario) if settings is None else settings
        self.plans = plans_of(scenario, self.settings) if plans is None else plans
        self.episode, self.collect = 0, collect
        self.datacollector = mesa.DataCollector(
            {key: partial(_of_all, sum, key) for key in ("watched", "acted", "complied", "flagged", "turned")}
            | {f"mean_{key}": partial(_of_all, fmean, key) for key in ("belief", "angle")},
            {key: key for key in ("angle", "belief", "acted", "watched", "flagged")},
        )
        population = draw_population(scenario, self.settings, *self.address)
        self.sums = np.zeros((population.size, ledger.WIDTH))
        self.counts = np.zeros((population.size, 5), np.int64)
        self.standing = np.zeros((population.size, ledger.STANDING_WIDTH))
        self.since = np.zeros(population.size, np.int64)
        self.belief_sum = np.zeros(population.size)
        for index in range(population.size):
            self.agent_class(self, index, population)

    def step(self) -> None:
        """Run one episode: each of its steps for all agents before the next."""
        for step in self.steps_of_episode:
            self.agents.do(step)
        self.episode += 1
        self.running = self.episode < self.scenario.run.episodes
        if self.collect:
            self.datacollector.collect(self)

    def settle(self, agent: ComplianceAgent) -> None:
        """Settle in the ledger what an agent did up to and with this episode."""
        index, until = agent.index, self.episode + 1
        ledger.settle(
            self.sums, self.counts, self.standing, index, until - int(self.since[index]), agent.temptation,
            agent.guarding, agent.turns > 0, self.settings,
        )  # fmt: skip
        self.counts[index], self.since[index] = 0, until

    @cached_property
    def goal_directions(self) -> Floats:
        """Unit vectors across the target in which the agents' goals lie, (agents, dimension - 1)."""
        right_angles = np.full(self.since.size, 0.5 * np.pi)
        return goal_vectors(right_angles, self.scenario.agents.goals.dimension, *self.address)[:, 1:]

    def column(self, name: str) -> NDArray[Any]:
        """Return an attribute of all agents, (agents,), by index: Mesa's set of agents may be shuffled."""
        return np.array([getattr(agent, name) for agent in sorted(self.agents, key=attrgetter("index"))])


def _of_all(combine: Callable[[Any], float], name: str, model: ComplianceModel) -> float:
    return combine(getattr(agent, name) for agent in model.agents)


def agent_states(model: ComplianceModel) -> dict[str, NDArray[Any]]:
    """Return `STATES` of all agents by name, arrays of shape (agents,)."""
    return {name: model.column(name) for name in STATES}


def agent_rows(model: ComplianceModel) -> Floats:
    """Return every agent's sums up to now, (agents, `simulation.ledger.WIDTH`)."""
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
        self, scenario: Scenario, settings: Settings, plans: Plans, seed: int, replicate: int, stream: int
    ) -> None:
        self.model = ComplianceModel(scenario, seed, replicate, stream, settings, plans, collect=False)

    def advance(self, first: int, last: int) -> None:
        """Run the episodes from `first`, which is the next one, up to, but not including, `last`."""
        for _ in range(first, last):
            self.model.step()

    def rows(self, now: int) -> Floats:  # noqa: ARG002  (a model knows its episode)
        """Return every agent's sums up to episode `now`, which is the next one."""
        return agent_rows(self.model)

    def census(self) -> NDArray[np.int64]:
        """Return how many agents are of each class; rows as in `simulation.census`."""
        column = self.model.column
        self.model.agents.do("plan")
        return class_counts(
            column("temptation"), column("guarding"), column("foresight"), column("loss"),
            column("rationality"), column("watched_weight"), column("unwatched_weight"), column("quality"),
            column("reckoned_honeypots"), column("turns"), self.model.settings,
        )  # fmt: skip

    def states(self) -> dict[str, NDArray[Any]]:
        """Return the agents' states: angle (radians), belief, and number of turns."""
        return {name: self.model.column(name) for name in ("angle", "belief", "turns")}
