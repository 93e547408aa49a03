"""State and parameters of the agents of a world with every mechanism, as arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compilation import compiled, compiled_loop
from models.detection import Rates, flag_probabilities
from models.outlook import Detector
from simulation.ledger import STANDING_WIDTH, WIDTH
from simulation.neighbourhood import Neighbours
from simulation.population import Population

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


#: Rows of an array of detectors.
ACT_WATCHED, ACT_UNWATCHED, COMPLY_STRATEGIC, COMPLY_SINCERE = range(4)


class FullWorld(NamedTuple):
    """Arrays of shape (agents,) unless said otherwise; changed in place.

    Attributes
    ----------
    angle, first_angle : radians, now and before the first episode
    watched_weight, unwatched_weight, has_finite_belief, evidence_weight, forgetting : of beliefs
    habit, loss, turn_loss : ``H``, ``L_flag`` and ``L_comply``, in units of payoff
    guarding, terminal_guarding, foresight, rationality, quality, reckoned_honeypots : of planning and choice
    turns, flag_turns, stale : how often goals turned, and after a flag or an answer; whether the plan must be made anew
    neighbours : how many an agent has
    detector, perceived : (4, agents): probabilities of a flag, as they are and as agents take them to be; rows as in
        `models.outlook.Detector`
    penalty : of the agent's group, in units of payoff
    rate, watched, posterior, prior, tempted, own_gain, strategic, option, flagged, answered : of the episode
    complied, pull : whether it complied in the episode before; what its neighbours' compliance is worth
    threshold, rules : of threshold rules, and what learners do: (agents, modifications told apart, bins)
    bins : into how many a learner sorts its cues
    akrasia, weighting, conformity, goal_weight, depth, planning, decider, cue_kind, feedback, speaks, imitates,
        temperature, sees_detector : as in `simulation.population.Population`
    level, growth, ramps : of capability
    keeps_rule : 1 for a probe, which keeps a rule of its own until its goals are turned
    cue_rule : that rule, (5,): fields of `models.options.CueRule`
    cue, earned : of the episode; what was earned when imitators last looked
    directions : (agents, dimension - 1): across the target, in which goals lie; (agents, 0) where nobody asks
    standing, sums : rows of the ledger
    """

    angle: Floats
    first_angle: Floats
    watched_weight: Floats
    unwatched_weight: Floats
    has_finite_belief: Integers
    evidence_weight: Floats
    forgetting: Floats
    habit: Floats
    loss: Floats
    turn_loss: Floats
    guarding: Floats
    terminal_guarding: Floats
    foresight: Floats
    rationality: Floats
    quality: Floats
    reckoned_honeypots: Floats
    turns: Integers
    flag_turns: Integers
    stale: Integers
    neighbours: Integers
    detector: Floats
    perceived: Floats
    penalty: Floats
    rate: Floats
    watched: Integers
    posterior: Floats
    prior: Floats
    tempted: Floats
    own_gain: Floats
    strategic: Integers
    option: Integers
    flagged: Integers
    answered: Integers
    complied: Integers
    pull: Floats
    threshold: Floats
    rules: NDArray[np.int8]
    bins: Integers
    akrasia: Floats
    weighting: Floats
    conformity: Floats
    goal_weight: Floats
    depth: Integers
    planning: Integers
    decider: Integers
    cue_kind: Integers
    feedback: Integers
    speaks: Integers
    imitates: Integers
    temperature: Floats
    sees_detector: Integers
    level: Floats
    growth: Floats
    ramps: Floats
    keeps_rule: Integers
    cue_rule: Floats
    cue: Floats
    earned: Floats
    directions: Floats
    standing: Floats
    sums: Floats


def new_full_world(
    population: Population,
    neighbours: Neighbours,
    directions: Floats,
    rules: NDArray[np.int8],
    bins: Integers,
    rates: Rates,
) -> FullWorld:
    """Return the world before its first episode; plans, pulls and standings are not made yet.

    Parameters
    ----------
    directions : array, (agents, dimension - 1)
        Directions across the target in which goals lie; (agents, 0) where no shared task needs them.
    rules : array, (agents, modifications told apart, bins)
        What learners do; (0, 0, 0) where there are none.
    bins : array, (agents,)
        Into how many bins learners sort their cues.
    rates : Rates
        Of the detector.
    """
    count = population.size
    number = np.diff(neighbours.begins).astype(np.int64)

    def zeros() -> Floats:
        return np.zeros(count)

    def none() -> Integers:
        return np.zeros(count, np.int64)

    return FullWorld(
        angle=population.angle.copy(),
        first_angle=population.angle.copy(),
        watched_weight=population.watched_weight.copy(),
        unwatched_weight=population.unwatched_weight.copy(),
        has_finite_belief=population.has_finite_belief.copy(),
        evidence_weight=population.evidence_weight.copy(),
        forgetting=population.forgetting,
        habit=zeros(),
        loss=zeros(),
        turn_loss=zeros(),
        guarding=zeros(),
        terminal_guarding=population.guarding,
        foresight=population.foresight.copy(),
        rationality=population.rationality.copy(),
        quality=population.quality.copy(),
        reckoned_honeypots=population.reckoned_honeypots,
        turns=none(),
        flag_turns=none(),
        stale=np.ones(count, np.int64),
        neighbours=number,
        detector=_flags(np.repeat(np.array([rates]), count, axis=0), number),
        perceived=_flags(population.perceived, number),
        penalty=zeros(),
        rate=zeros(),
        watched=none(),
        posterior=zeros(),
        prior=zeros(),
        tempted=zeros(),
        own_gain=zeros(),
        strategic=none(),
        option=none(),
        flagged=none(),
        answered=none(),
        complied=none(),
        pull=zeros(),
        threshold=population.threshold.copy(),
        rules=rules,
        bins=bins,
        akrasia=population.akrasia,
        weighting=population.weighting,
        conformity=population.conformity,
        goal_weight=population.goal_weight,
        depth=population.depth.copy(),
        planning=population.planning,
        decider=population.decider,
        cue_kind=population.cue_kind,
        feedback=population.feedback,
        speaks=population.speaks,
        imitates=population.imitates,
        temperature=population.temperature,
        sees_detector=population.sees_detector,
        level=population.capability,
        growth=population.growth,
        ramps=population.ramps,
        keeps_rule=none(),
        cue_rule=np.zeros(5),
        cue=zeros(),
        earned=zeros(),
        directions=np.ascontiguousarray(directions),
        standing=np.zeros((count, STANDING_WIDTH)),
        sums=np.zeros((count, WIDTH)),
    )


@compiled_loop
def _flags(rates: Floats, neighbours: Integers) -> Floats:
    """Return the probabilities of a flag of each agent, (4, agents), from the rates of a detector, (agents, 6)."""
    out = np.empty((4, neighbours.size))
    for agent in range(neighbours.size):
        own = Rates(
            rates[agent, 0], rates[agent, 1], rates[agent, 2], rates[agent, 3], rates[agent, 4], rates[agent, 5]
        )
        keep_detector(out, agent, flag_probabilities(own, neighbours[agent]))
    return out


@compiled
def detector_at(detectors: Floats, agent: int) -> Detector:
    """Return an agent's column of (4, agents)."""
    return Detector(
        detectors[ACT_WATCHED, agent],
        detectors[ACT_UNWATCHED, agent],
        detectors[COMPLY_STRATEGIC, agent],
        detectors[COMPLY_SINCERE, agent],
    )


@compiled
def keep_detector(detectors: Floats, agent: int, detector: Detector) -> None:
    """Set an agent's column of (4, agents)."""
    detectors[ACT_WATCHED, agent] = detector.act_watched
    detectors[ACT_UNWATCHED, agent] = detector.act_unwatched
    detectors[COMPLY_STRATEGIC, agent] = detector.comply_strategic
    detectors[COMPLY_SINCERE, agent] = detector.comply_sincere
