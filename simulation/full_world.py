"""State and parameters of the agents of a world with every mechanism, as arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulation.ledger import STANDING_WIDTH, WIDTH
from simulation.neighbourhood import Neighbours
from simulation.population import Population

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class FullWorld(NamedTuple):
    """Arrays of shape (agents,) unless said otherwise; changed in place.

    Attributes
    ----------
    angle, first_angle : radians, now and before the first episode
    watched_weight, unwatched_weight, has_finite_belief, evidence_weight, forgetting : of beliefs
    habit, loss, turn_loss : ``H``, ``L_flag`` and ``L_comply``, in units of payoff
    guarding, terminal_guarding, foresight, rationality, quality, reckoned_honeypots : of planning and choice
    turns, stale : how often goals turned; whether the plan must be made anew
    neighbours : how many an agent has
    penalty : of the agent's group, in units of payoff
    rate, watched, posterior, prior, tempted, own_gain, strategic, option, flagged, answered : of the episode
    complied, pull : whether it complied in the episode before; what its neighbours' compliance is worth
    threshold, rules : of threshold rules, and what learners do: (agents, modifications told apart, bins)
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
    stale: Integers
    neighbours: Integers
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
    cue: Floats
    earned: Floats
    directions: Floats
    standing: Floats
    sums: Floats


def new_full_world(
    population: Population, neighbours: Neighbours, directions: Floats, rules: NDArray[np.int8]
) -> FullWorld:
    """Return the world before its first episode; plans, pulls and standings are not made yet.

    Parameters
    ----------
    directions : array, (agents, dimension - 1)
        Directions across the target in which goals lie; (agents, 0) where no shared task needs them.
    rules : array, (agents, modifications told apart, bins)
        What learners do; (0, 0, 0) where there are none.
    """
    count = population.size

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
        foresight=population.foresight,
        rationality=population.rationality,
        quality=population.quality,
        reckoned_honeypots=population.reckoned_honeypots,
        turns=none(),
        stale=np.ones(count, np.int64),
        neighbours=np.diff(neighbours.begins).astype(np.int64),
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
        cue=zeros(),
        earned=zeros(),
        directions=np.ascontiguousarray(directions),
        standing=np.zeros((count, STANDING_WIDTH)),
        sums=np.zeros((count, WIDTH)),
    )
