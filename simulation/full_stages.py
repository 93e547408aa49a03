"""Stages of an episode with every mechanism, on the array engine: each a loop over all agents.

Order: `simulation.episode`. Nothing here is a formula; the rules of `models` are called on one agent at a time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.capability import grown_capability
from models.choice import COMPLY, SPEAK, is_strategic
from models.class_cue_rules import kept_option
from models.compilation import compiled, compiled_loop
from models.decision import option_flag_probability, outcome_likelihood
from models.detection import flag_probabilities
from models.elementary import normal_quantile
from models.goals import ALIGNED_ANGLE, RANDOM, TASKS, temptation_of, turned_angle
from models.learning import cue_bin
from models.options import CueRule
from models.outlook import UNAWARE, Cue, Planner, Response, Stakes
from models.perception import (
    FEEDBACK_NONE,
    belief_mean,
    learned_evidence,
    outcome_evidence,
    updated_weight,
)
from models.response import guarding_cost, habit_after
from models.schedules import BUDGET, ESCALATING, TARGETED
from models.society import complying_share, conformity_pull, mixed_weight, news_evidence
from models.successors import planned_losses
from models.tasks import task_own_gain, task_temptation
from simulation.accounting import account
from simulation.array_stages import draw_uniforms
from simulation.deciders import learned_choice, threshold_choice
from simulation.draws import HONEYPOT, IMPULSE, SCHEDULE, Address
from simulation.episode import is_turned
from simulation.full_choice import expect_all, likely_options, settle_options
from simulation.full_perception import believe_all, cue_all, disguise_all, judge_all, signal_all
from simulation.full_plans import HELD, FullPlans, losses_at, stand_among
from simulation.full_world import FullWorld, detector_at, keep_detector
from simulation.groups import LEARNER, PLANNER
from simulation.growth import DISCRIMINATION, FORESIGHT, RATIONALITY, grown_rates, ramped_depth, ramped_value
from simulation.ledger import OWN_GAIN, RISE, first_stand, stand
from simulation.mechanisms import Mechanisms
from simulation.neighbourhood import Neighbours, count_all_others, count_neighbours, mean_of_neighbours
from simulation.settings import Settings
from simulation.watching import PENALTY, Schedule, Watch

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Draws(NamedTuple):
    """Uniform draws of an episode, arrays of shape (agents,); addresses as in `simulation.draws`."""

    watching: Floats
    cue: Floats
    choosing: Floats
    flagging: Floats
    impulse: Floats
    answer: Floats
    stake: Floats
    second_stake: Floats
    order: Floats
    signal: Floats
    move: Floats
    disguise: Floats
    spare: Floats


def new_draws(agents: int) -> Draws:
    """Return draws to be filled."""
    return Draws(*(np.full(agents, 0.5) for _ in Draws._fields))


@compiled_loop
def draw_all(
    draws: Draws, settings: Settings, mechanisms: Mechanisms, schedule: Schedule, address: Address, episode: int
) -> None:
    """Fill the draws of an episode; those that nobody asks for stay."""
    draw_uniforms(draws.watching, draws.cue, draws.choosing, draws.flagging, episode, 0, address)
    spare = draws.spare
    own_task = settings.stakes_kind == TASKS and mechanisms.shared_task == 0
    if own_task or mechanisms.some_slip or mechanisms.response.offers_voice:
        draw_uniforms(draws.impulse, draws.answer, draws.stake, draws.second_stake, episode, 0, address, IMPULSE)
    if settings.honeypot_share > 0.0:
        draw_uniforms(draws.disguise, spare, spare, spare, episode, 0, address, HONEYPOT)
    if mechanisms.false_signal < 1.0 or schedule.kind in (BUDGET, TARGETED, ESCALATING):
        draw_uniforms(draws.order, draws.signal, draws.move, spare, episode, 0, address, SCHEDULE)


@compiled_loop
def start(world: FullWorld, settings: Settings) -> None:
    """Set what depends on the agents' angles before the first episode."""
    for agent in range(world.angle.size):
        first_stand(world.standing, agent, world.angle[agent], settings.stakes_kind, settings.scale)
        face_angle(world, agent, settings)


@compiled
def face_angle(world: FullWorld, agent: int, settings: Settings) -> None:
    """Renew what depends on an agent's angle; its plan is to be made anew."""
    angle = world.angle[agent]
    stand(world.standing, agent, angle)
    guarding = guarding_cost(world.terminal_guarding[agent], angle, settings.rotation)
    # Who believes that goals cannot be modified does not fear it.
    world.guarding[agent] = 0.0 if world.planning[agent] == UNAWARE else guarding
    world.stale[agent] = 1


@compiled_loop
def face_stakes(
    world: FullWorld, settings: Settings, mechanisms: Mechanisms, draws: Draws, task: Floats, drawn: Floats
) -> None:
    """Fill the temptations of the episode, and what acting is worth by the original goals.

    Parameters
    ----------
    task : array, (dimension,)
        The task of this episode, where all agents share one.
    drawn : array, (agents,)
        Temptations drawn for this episode, where stakes are random.
    """
    kind = settings.stakes_kind
    for agent in range(world.angle.size):
        angle = world.angle[agent]
        if kind == TASKS:
            along, across = _task_components(world, agent, task, mechanisms, draws)
            world.tempted[agent] = task_temptation(settings.scale, angle, along, across)
            world.own_gain[agent] = task_own_gain(settings.scale, world.first_angle[agent], angle, along, across)
        elif kind == RANDOM:
            tempted = drawn[agent] if angle >= ALIGNED_ANGLE else 0.0
            world.tempted[agent] = tempted
            world.own_gain[agent] = world.standing[agent, OWN_GAIN] * (tempted / settings.scale)
        else:
            rise = world.standing[agent, RISE]
            world.tempted[agent] = temptation_of(kind, settings.scale, rise) if angle >= ALIGNED_ANGLE else 0.0
            world.own_gain[agent] = world.standing[agent, OWN_GAIN]


@compiled
def _task_components(
    world: FullWorld, agent: int, task: Floats, mechanisms: Mechanisms, draws: Draws
) -> tuple[float, float]:
    """Return the components of an agent's task along the target and across it, toward the agent's goals."""
    if mechanisms.shared_task:
        across = 0.0
        for component in range(world.directions.shape[1]):
            across += world.directions[agent, component] * task[component + 1]
        return task[0], across
    return normal_quantile(draws.stake[agent]), normal_quantile(draws.second_stake[agent])


@compiled_loop
def perceive_all(world: FullWorld, settings: Settings, mechanisms: Mechanisms, draws: Draws) -> None:
    """Fill the cues, the beliefs before them, and the posteriors after signal and cue."""
    believe_all(world.prior, world.watched_weight, world.unwatched_weight)
    looks = world.watched
    if settings.honeypot_share > 0.0:
        looks = np.empty(looks.size, np.int64)
        disguise_all(looks, world.watched, draws.disguise, settings.honeypot_share)
    cue_all(world.cue, draws.cue, looks, world.quality, mechanisms.cue_kind, world.cue_kind)
    beliefs = world.prior
    if mechanisms.false_signal < 1.0:
        beliefs = world.prior.copy()
        signal_all(beliefs, world.watched, draws.signal, mechanisms.false_signal)
    judge_all(world, beliefs, mechanisms.cue_kind)


@compiled
def planner_of(world: FullWorld, agent: int) -> Planner:
    """Return how an agent looks ahead."""
    return Planner(
        world.planning[agent], world.depth[agent], world.foresight[agent], world.terminal_guarding[agent],
        world.goal_weight[agent],
    )  # fmt: skip


@compiled
def cue_of(world: FullWorld, agent: int, mechanisms: Mechanisms) -> Cue:
    """Return what an agent reckons to see."""
    return Cue(world.cue_kind[agent], world.quality[agent], world.reckoned_honeypots[agent], mechanisms.false_signal)


@compiled
def own_response(world: FullWorld, agent: int, mechanisms: Mechanisms) -> Response:
    """Return what follows for an agent: the penalty is that of its group."""
    common = mechanisms.response
    return Response(
        world.penalty[agent], common.clawback, common.rotation, common.reinforced_rotation, common.offers_voice,
        common.answered, common.bonus, common.voice_kept, common.voice_penalty,
    )  # fmt: skip


@compiled_loop
def plan_all(world: FullWorld, plans: FullPlans, mechanisms: Mechanisms, stakes: Stakes, always: bool) -> None:
    """Make the plans anew that are stale, or all where beliefs move."""
    moves = always and plans.mode != HELD
    for agent in range(world.angle.size):
        if world.decider[agent] != PLANNER:
            continue
        if world.stale[agent] == 1:
            turns, flag_turns = world.turns[agent], world.flag_turns[agent]
            stand_among(plans, agent, world.angle[agent], turns, flag_turns, stakes)
        elif not moves:
            continue
        world.stale[agent] = 0
        if world.angle[agent] < ALIGNED_ANGLE:
            world.loss[agent] = world.turn_loss[agent] = 0.0
            continue
        watched_weight, unwatched_weight = world.watched_weight[agent], world.unwatched_weight[agent]
        loss, turn_loss = losses_at(plans, agent, world.penalty[agent], watched_weight, unwatched_weight)
        # Not a number: it is not to be looked up.
        if loss != loss or turn_loss != turn_loss:
            loss, turn_loss = planned_losses(
                world.angle[agent], belief_mean(watched_weight, unwatched_weight), stakes,
                planner_of(world, agent), cue_of(world, agent, mechanisms), detector_at(world.perceived, agent),
                own_response(world, agent, mechanisms),
            )  # fmt: skip
        world.loss[agent], world.turn_loss[agent] = loss, turn_loss


@compiled_loop
def choose_all(world: FullWorld, mechanisms: Mechanisms, draws: Draws) -> None:
    """Fill what everybody does that plans, and whether its compliance would be strategic."""
    size = world.angle.size
    act, comply, voice, acts, speaks = np.empty(size), np.empty(size), np.empty(size), np.empty(size), np.empty(size)
    expect_all(act, comply, voice, world, mechanisms)
    likely_options(acts, speaks, act, comply, voice, world.rationality)
    settle_options(
        world.option, acts, speaks, act, comply, world.tempted, world.rationality, world.akrasia, draws.impulse,
        draws.choosing, mechanisms,
    )  # fmt: skip


@compiled_loop
def decide_all(world: FullWorld, mechanisms: Mechanisms) -> None:
    """Fill what everybody does that does not plan, and whether its compliance would be strategic."""
    for agent in range(world.angle.size):
        decider = world.decider[agent]
        if decider == PLANNER:
            continue
        world.option[agent], world.strategic[agent] = COMPLY, 0
        if world.tempted[agent] <= 0.0:
            continue
        if decider == LEARNER:
            place = cue_bin(world.cue[agent], world.cue_kind[agent], world.quality[agent], world.bins[agent])
            chosen = learned_choice(world.rules[agent], world.turns[agent], place)
        else:
            chosen = threshold_choice(
                world.posterior[agent], world.threshold[agent], world.prior[agent], cue_of(world, agent, mechanisms),
                world.speaks[agent],
            )  # fmt: skip
        world.option[agent], world.strategic[agent] = chosen


@compiled_loop
def detect_all(world: FullWorld, mechanisms: Mechanisms, draws: Draws) -> None:
    """Fill who is flagged, and who is answered for speaking up."""
    flag_all(world.flagged, world.option, world.watched, world.strategic, world.detector, draws.flagging)
    answer_all(world.answered, world.option, draws.answer, mechanisms.response.answered)


@compiled_loop
def flag_all(
    flagged: Integers, option: Integers, watched: Integers, strategic: Integers, detector: Floats, uniforms: Floats
) -> None:
    """Fill who is flagged; rows of `detector` as in `simulation.full_world`."""
    for agent in range(flagged.size):
        flag = option_flag_probability(option[agent], watched[agent], strategic[agent], detector_at(detector, agent))
        flagged[agent] = 1 if uniforms[agent] < flag else 0


@compiled_loop
def answer_all(answered: Integers, option: Integers, uniforms: Floats, probability: float) -> None:
    """Fill who is answered for speaking up."""
    for agent in range(answered.size):
        answered[agent] = 1 if option[agent] == SPEAK and uniforms[agent] < probability else 0


@compiled_loop
def learn_all(world: FullWorld) -> None:
    """Update A and B by the evidence of the episode."""
    for agent in range(world.angle.size):
        if world.feedback[agent] == FEEDBACK_NONE:
            continue
        belief, flagged, option = world.posterior[agent], world.flagged[agent], world.option[agent]
        detector = detector_at(world.perceived, agent)
        outcome = belief
        if option != SPEAK:
            outcome = outcome_evidence(
                belief,
                outcome_likelihood(flagged, option, 1, world.strategic[agent], detector),
                outcome_likelihood(flagged, option, 0, world.strategic[agent], detector),
            )
        evidence = learned_evidence(world.feedback[agent], belief, outcome, world.watched[agent])
        worth, kept = world.evidence_weight[agent], world.forgetting[agent]
        world.watched_weight[agent] = updated_weight(world.watched_weight[agent], worth * evidence, kept)
        world.unwatched_weight[agent] = updated_weight(world.unwatched_weight[agent], worth * (1.0 - evidence), kept)


@compiled_loop
def respond_all(world: FullWorld, settings: Settings, mechanisms: Mechanisms) -> None:
    """Count the episode, turn goals, and let habits grow."""
    for agent in range(world.angle.size):
        response = own_response(world, agent, mechanisms)
        angle, option = world.angle[agent], world.option[agent]
        answered = world.flagged[agent] + world.answered[agent]
        reinforced = world.watched[agent] if option == COMPLY and world.flagged[agent] == 0 else 0
        fraction = 0.0
        if answered > 0:
            fraction = response.rotation
        elif reinforced > 0:
            fraction = response.reinforced_rotation
        turned = is_turned(1, angle, fraction)
        guarding = guarding_cost(world.terminal_guarding[agent], angle, response.rotation)
        account(
            world.sums, agent, option, world.watched[agent], world.flagged[agent], world.answered[agent], int(turned),
            int(world.turns[agent] > 0), world.strategic[agent], world.tempted[agent], world.own_gain[agent], guarding,
            world.prior[agent], world.rate[agent], world.standing, response, settings,
        )  # fmt: skip
        world.habit[agent] = habit_after(
            world.habit[agent], answered, reinforced, mechanisms.habit, mechanisms.internalisation,
            mechanisms.reinforcement,
        )  # fmt: skip
        world.complied[agent] = 1 if option == COMPLY else 0
        if turned:
            world.turns[agent] += 1
            world.flag_turns[agent] += 1 if answered > 0 else 0
            world.angle[agent] = turned_angle(angle, fraction)
            face_angle(world, agent, settings)


@compiled_loop
def hear_all(world: FullWorld, mechanisms: Mechanisms, neighbours: Neighbours) -> None:
    """Add the news of neighbours' flags, then mix beliefs with those of the neighbours, all at once."""
    size = world.angle.size
    counts = np.empty(size, np.int64)
    if mechanisms.news > 0.0:
        _count(neighbours, world.flagged, counts)
        for agent in range(size):
            if world.has_finite_belief[agent] == 1:
                world.watched_weight[agent] += news_evidence(mechanisms.news, counts[agent])
    if mechanisms.social_learning > 0.0:
        watched, unwatched = np.empty(size), np.empty(size)
        begins, targets, finite = neighbours.begins, neighbours.targets, world.has_finite_belief
        mean_of_neighbours(begins, targets, world.watched_weight, finite, watched, counts)
        mean_of_neighbours(begins, targets, world.unwatched_weight, finite, unwatched, counts)
        for agent in range(size):
            if finite[agent] == 1 and counts[agent] > 0:
                zeta = mechanisms.social_learning
                world.watched_weight[agent] = mixed_weight(world.watched_weight[agent], watched[agent], zeta)
                world.unwatched_weight[agent] = mixed_weight(world.unwatched_weight[agent], unwatched[agent], zeta)


@compiled_loop
def see_neighbours(world: FullWorld, mechanisms: Mechanisms, neighbours: Neighbours, is_first: bool) -> None:
    """Fill what complying is worth because neighbours complied in the episode before."""
    if mechanisms.some_conform == 0:
        return
    counts = np.empty(world.angle.size, np.int64)
    _count(neighbours, world.complied, counts)
    for agent in range(world.angle.size):
        share = complying_share(float(counts[agent]), float(world.neighbours[agent]), 0.5)
        if is_first and world.neighbours[agent] > 0:
            share = mechanisms.initial_compliance
        world.pull[agent] = conformity_pull(world.conformity[agent], share)


@compiled
def _count(neighbours: Neighbours, what: Integers, out: Integers) -> None:
    if neighbours.complete:
        count_all_others(what, out)
    else:
        count_neighbours(neighbours.begins, neighbours.targets, what, out)


@compiled_loop
def face_groups(world: FullWorld, watch: Watch, schedule: Schedule) -> None:
    """Set the penalty of each agent's group; the plan of an agent whose penalty changes is to be made anew."""
    for agent in range(world.angle.size):
        penalty = schedule.groups[watch.group[agent], PENALTY]
        if penalty != world.penalty[agent]:
            world.penalty[agent] = penalty
            world.stale[agent] = 1


@compiled_loop
def grow_all(world: FullWorld, mechanisms: Mechanisms, episode: int) -> None:
    """Let capabilities grow, and what follows from them; plans that rest on them are to be made anew."""
    rates = grown_rates(mechanisms.rates, mechanisms.overseer, episode)
    for agent in range(world.angle.size):
        if mechanisms.overseer.growth > 0.0:
            flags = flag_probabilities(rates, world.neighbours[agent])
            keep_detector(world.detector, agent, flags)
            if world.sees_detector[agent] == 1:
                keep_detector(world.perceived, agent, flags)
                world.stale[agent] = 1
        if world.growth[agent] > 0.0:
            _grow(world, agent, episode)


@compiled
def _grow(world: FullWorld, agent: int, episode: int) -> None:
    capability, ramps = grown_capability(world.level[agent], world.growth[agent], episode), world.ramps[agent]
    world.quality[agent] = ramped_value(ramps, DISCRIMINATION, capability, world.quality[agent])
    world.foresight[agent] = ramped_value(ramps, FORESIGHT, capability, world.foresight[agent])
    world.rationality[agent] = ramped_value(ramps, RATIONALITY, capability, world.rationality[agent])
    world.depth[agent] = ramped_depth(ramps, capability, world.depth[agent])
    world.stale[agent] = 1


@compiled_loop
def keep_rules(world: FullWorld) -> None:
    """Fill what probes do: they keep their rule until their goals are turned, whatever they believe."""
    kept = world.cue_rule
    rule = CueRule(kept[0], kept[1], kept[2], kept[3], int(kept[4]))
    for agent in range(world.angle.size):
        if world.keeps_rule[agent] == 1 and world.turns[agent] == 0 and world.tempted[agent] > 0.0:
            world.option[agent] = kept_option(rule, world.cue[agent])
            world.strategic[agent] = is_strategic(world.tempted[agent], world.pull[agent])
