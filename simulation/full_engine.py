"""The array engine for worlds with mechanisms beyond the basic model: each stage a loop over all agents.

Order of an episode: `simulation.episode`; stages: `simulation.full_stages`. At neutral values states and choices are
those of `simulation.array_engine` to the last bit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.compilation import compiled_loop
from models.detection import flag_probabilities
from models.goals import TASKS
from models.outlook import Stakes
from models.perception import belief_mean
from simulation.deciders import nature_of
from simulation.draws import Address, shared_task
from simulation.full_census import full_class_counts
from simulation.full_plans import FullPlans
from simulation.full_stages import (
    Draws,
    choose_all,
    decide_all,
    detect_all,
    draw_all,
    face_groups,
    face_stakes,
    grow_all,
    hear_all,
    keep_rules,
    learn_all,
    new_draws,
    perceive_all,
    plan_all,
    respond_all,
    see_neighbours,
    start,
)
from simulation.full_world import FullWorld, new_full_world
from simulation.goal_directions import population_directions
from simulation.groups import LEARNER, THRESHOLD
from simulation.imitation import imitate_all, is_round
from simulation.learner import Birth, Lessons, Nature, Rules, learned_rule
from simulation.mechanisms import Mechanisms
from simulation.neighbourhood import Neighbours
from simulation.population import Population
from simulation.preparation import Prepared
from simulation.random_stakes import drawn_temptations
from simulation.settings import Settings
from simulation.watching import Schedule, Watch, learn_from_watching, new_watch, set_rates, watch_all

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

#: Random stakes are drawn for so many episodes at a time.
_BATCH = 64


class FullArrayWorld:
    """One replicate; the other engine has the same methods."""

    def __init__(
        self,
        prepared: Prepared,
        population: Population,
        neighbours: Neighbours,
        plans: FullPlans,
        seed: int,
        replicate: int,
        stream: int,
    ) -> None:
        self.prepared, self.neighbours, self.plans = prepared, neighbours, plans
        self.address, self.group = Address(seed, replicate, stream), population.group
        directions = np.empty((population.size, 0))
        if prepared.settings.stakes_kind == TASKS and prepared.mechanisms.shared_task:
            directions = population_directions(prepared.scenario, population, seed, replicate, stream)
        rules, bins = self._learned_rules(population)
        rates = prepared.mechanisms.rates
        self.world = new_full_world(population, neighbours, directions, rules, bins, rates)
        self.watch = new_watch(prepared.schedule, population.size)
        self.draws, self.with_probes = new_draws(population.size), False
        start(self.world, prepared.settings)
        see_neighbours(self.world, prepared.mechanisms, neighbours, True)

    def _learned_rules(self, population: Population) -> tuple[Rules, Integers]:
        """Return what learners do, and into how many bins each sorts its cues; rules of others are never looked at."""
        kinds, bins = self.prepared.kinds, np.ones(population.size, np.int64)
        lessons = [kind.lessons for kind in kinds if kind.decider == LEARNER]
        if not lessons:
            return np.empty((0, 0, 0), np.int8), bins
        widest = max(lesson.levels for lesson in lessons), max(lesson.bins for lesson in lessons)
        rules = np.zeros((population.size, *widest), np.int8)
        for number, kind in enumerate(kinds):
            if kind.decider == LEARNER:
                members = np.flatnonzero(population.group == number)
                bins[members] = kind.lessons.bins
                _learn_rules(
                    rules, members, population.angle, population.quality, population.foresight, population.guarding,
                    self.neighbours, self.prepared.mechanisms, kind.lessons, nature_of(self.prepared, kind.cue_kind),
                    self.address,
                )  # fmt: skip
        return rules, bins

    def set_probes(self, agents: Integers, rule: Floats) -> None:
        """Let some agents keep a rule until their goals are turned.

        Parameters
        ----------
        agents : array
            Their indices.
        rule : array, (5,)
            As `models.class_cue_rules.class_cue_rules` gives it.
        """
        self.world.keeps_rule[agents] = 1
        self.world.cue_rule[:] = rule
        self.with_probes = True

    def advance(self, first: int, last: int) -> None:
        """Run the episodes from `first` up to, but not including, `last`."""
        prepared = self.prepared
        for begin in range(first, last, _BATCH):
            end = min(begin + _BATCH, last)
            drawn = drawn_temptations(prepared.scenario, self.address, begin, end)
            run_episodes(
                self.world, self.plans, prepared.settings, prepared.mechanisms, prepared.stakes, self.neighbours,
                self.draws, prepared.schedule, self.watch, self.address, begin, end, drawn, prepared.plans_move,
                self.with_probes,
            )  # fmt: skip

    def rows(self, now: int) -> Floats:  # noqa: ARG002  (what was done is counted at once)
        """Return every agent's sums up to episode `now`, which is the next one."""
        return self.world.sums.copy()

    def census(self) -> Integers:
        """Return how many agents of each group are of each class, (groups, 3, classes); as in `simulation.census`."""
        prepared = self.prepared
        face_groups(self.world, self.watch, prepared.schedule)
        if prepared.mechanisms.some_plan:
            plan_all(self.world, self.plans, prepared.mechanisms, prepared.stakes, prepared.plans_move)
        counts: Integers = full_class_counts(
            self.world, self.group, len(prepared.kinds), prepared.settings, prepared.mechanisms, prepared.stakes
        )
        return counts

    def states(self) -> dict[str, NDArray[np.float64] | Integers]:
        """Return the agents' states: angle (radians), belief, number of turns, and group where there are some."""
        world = self.world
        found: dict[str, NDArray[np.float64] | Integers] = {
            "angle": world.angle.copy(),
            "belief": _beliefs(world),
            "turns": world.turns.copy(),
        }
        return found | ({"group": self.group} if len(self.prepared.kinds) > 1 else {})


@compiled_loop
def _learn_rules(
    rules: Rules,
    members: Integers,
    angle: Floats,
    quality: Floats,
    foresight: Floats,
    guarding: Floats,
    neighbours: Neighbours,
    mechanisms: Mechanisms,
    lessons: Lessons,
    nature: Nature,
    address: Address,
) -> None:
    """Fill what the learners of a group do after their lives, (agents, modifications told apart, bins).

    The last modification told apart stands for all later ones, also where others tell more of them apart.
    """
    for agent in members:
        number = neighbours.begins[agent + 1] - neighbours.begins[agent]
        detector = flag_probabilities(mechanisms.rates, number)
        birth = Birth(agent, angle[agent], quality[agent], foresight[agent], guarding[agent], detector)
        learned = learned_rule(nature, birth, lessons, address)[0]
        for level in range(rules.shape[1]):
            rules[agent, level, : lessons.bins] = learned[min(level, lessons.levels - 1)]


@compiled_loop
def _beliefs(world: FullWorld) -> Floats:
    out = np.empty(world.angle.size)
    for agent in range(out.size):
        out[agent] = belief_mean(world.watched_weight[agent], world.unwatched_weight[agent])
    return out


@compiled_loop
def run_episodes(
    world: FullWorld,
    plans: FullPlans,
    settings: Settings,
    mechanisms: Mechanisms,
    stakes: Stakes,
    neighbours: Neighbours,
    draws: Draws,
    schedule: Schedule,
    watch: Watch,
    address: Address,
    first: int,
    last: int,
    drawn: Floats,
    plans_move: bool,
    with_probes: bool,
) -> None:
    """Run the episodes from `first` up to, but not including, `last`."""
    is_shared = settings.stakes_kind == TASKS and mechanisms.shared_task == 1
    task = np.empty(0)
    for episode in range(first, last):
        draw_all(draws, settings, mechanisms, schedule, address, episode)
        face_groups(world, watch, schedule)
        set_rates(world.rate, watch, schedule, episode)
        watch_all(world.watched, world.rate, draws.watching, draws.order, watch, schedule)
        perceive_all(world, settings, mechanisms, draws)
        if is_shared:
            task = shared_task(address.seed, address.replicate, address.stream, episode, world.directions.shape[1] + 1)
        face_stakes(world, settings, mechanisms, draws, task, drawn[min(episode - first, drawn.shape[0] - 1)])
        if mechanisms.some_plan:
            plan_all(world, plans, mechanisms, stakes, plans_move)
            choose_all(world, mechanisms, draws)
        if mechanisms.some_do_not:
            decide_all(world, mechanisms)
        if with_probes:
            keep_rules(world)
        detect_all(world, mechanisms, draws)
        learn_all(world)
        respond_all(world, settings, mechanisms)
        hear_all(world, mechanisms, neighbours)
        see_neighbours(world, mechanisms, neighbours, False)
        if is_round(mechanisms.window, episode):
            imitate_all(
                world.threshold, world.earned, world.sums, mechanisms.window, world.temperature, world.imitates,
                world.decider == THRESHOLD, neighbours, address, episode,
            )  # fmt: skip
        learn_from_watching(watch, schedule, world.watched, world.option, world.flagged, draws.move)
        if mechanisms.grows:
            grow_all(world, mechanisms, episode + 1)
