"""Stages of an episode on the array engine: each a short loop over a block of agents, without branches.

The compiler turns such loops into vector instructions; what is rare (a place where the plan cannot be interpolated) is
listed, and gathered out of them. Four things would each cost a factor of two or more: an index with an offset where a
slice would do (the loop is no longer vectorised), more than about a dozen arrays in one loop (the check that they do
not overlap grows with the square of their number, and the compiler gives up), sums of floating-point numbers over
agents (they may not be reordered), and views of single rows (each counts its references, atomically).

Arrays are slices of (block,), one element an agent; the first ones are written.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.choice import act_flag_belief, act_probability, act_utility, comply_utility, flag_cost
from models.compilation import compiled_loop
from models.detection import flag_probability, outcome_probability
from models.elementary import normal_quantile
from models.interpolation import (
    belief_position,
    solved_share,
    tabulated_share,
)
from models.perception import (
    BINARY,
    GAUSSIAN,
    belief_mean,
    binary_cue,
    gaussian_cue,
    learned_evidence,
    outcome_evidence,
    updated_weight,
)
from simulation.draws import EPISODE, HONEYPOT, Address, philox, uniform_from_word
from simulation.episode import detection_belief
from simulation.ledger import (
    tallied,
)
from simulation.settings import Settings

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@compiled_loop
def believe(prior: Floats, belief_sum: Floats, watched_weight: Floats, unwatched_weight: Floats) -> None:
    """Fill the beliefs before the cue, and add them up."""
    for agent in range(prior.size):
        prior[agent] = belief_mean(watched_weight[agent], unwatched_weight[agent])
        belief_sum[agent] += prior[agent]


@compiled_loop
def interpolate_losses(
    losses: Floats,
    missing: Integers,
    positions: Floats,
    tempted: Floats,
    watched_weight: Floats,
    unwatched_weight: Floats,
    begins: Integers,
    weights: Floats,
    usable: NDArray[np.float32],
    columns: int,
) -> int:
    """Set the losses from the table; list those that it does not give, and count them."""
    for agent in range(losses.size):
        positions[agent] = (columns - 1) * belief_position(watched_weight[agent], unwatched_weight[agent])
    # Look-ups in a loop of their own: one that is not vectorised would take the arithmetic around it with it.
    count = 0
    for agent in range(losses.size):
        loss = tempted[agent] * tabulated_share(usable, columns, begins[agent], weights[agent], positions[agent])
        losses[agent] = loss
        missing[count] = agent
        count += 1 if loss != loss else 0
    return count


@compiled_loop
def solve_missing_losses(
    losses: Floats,
    missing: Integers,
    angle: Floats,
    tempted: Floats,
    watched_weight: Floats,
    unwatched_weight: Floats,
    foresight: Floats,
    guarding: Floats,
    quality: Floats,
    honeypots: Floats,
    settings: Settings,
) -> None:
    """Set the losses of the agents that are listed in `missing`, by solving the chain."""
    for agent in missing:
        losses[agent] = tempted[agent] * solved_share(
            angle[agent], watched_weight[agent], unwatched_weight[agent], settings.stakes_kind, settings.scale,
            settings.rotation, settings.penalty, guarding[agent], foresight[agent], settings.hit_rate,
            settings.false_alarm_rate, quality[agent], honeypots[agent],
        )  # fmt: skip


@compiled_loop
def draw_uniforms(
    watching: Floats,
    cue: Floats,
    choosing: Floats,
    flagging: Floats,
    episode: int,
    low: int,
    address: Address,
    decision: np.uint64 = EPISODE,
) -> None:
    """Fill the four uniforms of a decision of an episode for the agents from `low` on."""
    seed, replicate = np.uint64(address.seed), np.uint64(address.replicate)
    stream, time = np.uint64(address.stream), np.uint64(episode)
    for agent in range(watching.size):
        w0, w1, w2, w3 = philox(time, np.uint64(low + agent), decision, stream, seed, replicate)
        watching[agent] = uniform_from_word(w0)
        cue[agent] = uniform_from_word(w1)
        choosing[agent] = uniform_from_word(w2)
        flagging[agent] = uniform_from_word(w3)


@compiled_loop
def watch(watched: Integers, looks: Integers, uniforms: Floats, rate: float) -> None:
    """Fill who is watched; a watched episode looks so until it is disguised."""
    for agent in range(watched.size):
        watched[agent] = 1 if uniforms[agent] < rate else 0
        looks[agent] = watched[agent]


@compiled_loop
def disguise(looks: Integers, honeypot_share: float, episode: int, low: int, address: Address) -> None:
    """Make a share of the watched episodes look unwatched."""
    seed, replicate = np.uint64(address.seed), np.uint64(address.replicate)
    stream, time = np.uint64(address.stream), np.uint64(episode)
    for agent in range(looks.size):
        w0, _, _, _ = philox(time, np.uint64(low + agent), HONEYPOT, stream, seed, replicate)
        looks[agent] = 0 if uniform_from_word(w0) < honeypot_share else looks[agent]


@compiled_loop
def perceive(
    posteriors: Floats,
    uniforms: Floats,
    looks: Integers,
    prior: Floats,
    cue_kind: int,
    quality: Floats,
    reckoned_honeypots: Floats,
) -> None:
    """Fill the posteriors after the cue. One loop a kind: the two have nothing in common but their end."""
    if cue_kind == GAUSSIAN:
        # Two short loops: a processor looks ahead so many operations, and would see fewer agents in a long one.
        cues = posteriors
        for agent in range(posteriors.size):
            cues[agent] = gaussian_cue(normal_quantile(uniforms[agent]), quality[agent], looks[agent])
        for agent in range(posteriors.size):
            posteriors[agent] = detection_belief(
                prior[agent], cues[agent], GAUSSIAN, quality[agent], reckoned_honeypots[agent]
            )
    else:
        for agent in range(posteriors.size):
            cue = binary_cue(uniforms[agent], quality[agent], looks[agent])
            posteriors[agent] = detection_belief(prior[agent], cue, BINARY, quality[agent], reckoned_honeypots[agent])


@compiled_loop
def weigh(
    probability: Floats,
    posteriors: Floats,
    tempted: Floats,
    guarding: Floats,
    foresight: Floats,
    loss: Floats,
    rationality: Floats,
    penalty: float,
    hit_rate: float,
    false_alarm_rate: float,
) -> None:
    """Fill the probability of acting; without temptation there is no choice, whatever the noise."""
    for agent in range(probability.size):
        cost = flag_cost(penalty, guarding[agent], foresight[agent], loss[agent])
        act = act_utility(tempted[agent], act_flag_belief(posteriors[agent], hit_rate), cost)
        comply = comply_utility(posteriors[agent], false_alarm_rate, cost)
        chosen = act_probability(act, comply, rationality[agent])
        probability[agent] = chosen if tempted[agent] > 0.0 else 0.0


@compiled_loop
def decide(
    acted: Integers,
    flagged: Integers,
    tally: Integers,
    choosing: Floats,
    flagging: Floats,
    watched: Integers,
    probability: Floats,
    hit_rate: float,
    false_alarm_rate: float,
) -> int:
    """Fill what was done and whether it was flagged, count both, and return the number of flags."""
    flags = 0
    for agent in range(acted.size):
        action = 1 if choosing[agent] < probability[agent] else 0
        flag = flag_probability(action, watched[agent], hit_rate, false_alarm_rate)
        acted[agent] = action
        flagged[agent] = 1 if flagging[agent] < flag else 0
        tally[agent] += tallied(watched[agent], action, flagged[agent])
        flags += flagged[agent]
    return flags


@compiled_loop
def learn(
    watched_weight: Floats,
    unwatched_weight: Floats,
    posteriors: Floats,
    watched: Integers,
    acted: Integers,
    flagged: Integers,
    forgetting: Floats,
    evidence_weight: Floats,
    feedback: int,
    hit_rate: float,
    false_alarm_rate: float,
) -> None:
    """Update A and B by the evidence of the episode."""
    for agent in range(watched_weight.size):
        if_watched = outcome_probability(flagged[agent], acted[agent], 1, hit_rate, false_alarm_rate)
        if_unwatched = outcome_probability(flagged[agent], acted[agent], 0, hit_rate, false_alarm_rate)
        outcome = outcome_evidence(posteriors[agent], if_watched, if_unwatched)
        evidence = learned_evidence(feedback, posteriors[agent], outcome, watched[agent])
        worth = evidence_weight[agent]
        watched_weight[agent] = updated_weight(watched_weight[agent], worth * evidence, forgetting[agent])
        unwatched_weight[agent] = updated_weight(unwatched_weight[agent], worth * (1.0 - evidence), forgetting[agent])
