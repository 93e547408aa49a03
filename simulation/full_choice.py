"""Choices of all agents in worlds with every mechanism: short loops, each of which the compiler turns into vectors.

Each loop writes one array or two and reads few (see `simulation.array_stages`); the rules are those of
`models.decision.expected_utilities`, one at a time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.choice import (
    COMPLY,
    NO_VOICE,
    act_flag_belief,
    act_utility,
    acting_probability,
    chosen_option,
    comply_utility,
    flag_cost,
    is_indifferent,
    is_strategic,
    speaking_probability,
    voice_utility,
)
from models.compilation import compiled_loop
from models.decision import impulse_probabilities
from models.outlook import Response
from models.perception import weighted_probability
from simulation.full_world import ACT_UNWATCHED, ACT_WATCHED, COMPLY_SINCERE, COMPLY_STRATEGIC, FullWorld
from simulation.mechanisms import Mechanisms

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@compiled_loop
def expect_all(act: Floats, comply: Floats, voice: Floats, world: FullWorld, mechanisms: Mechanisms) -> None:
    """Fill the expected utilities of the options, arrays of shape (agents,), and whose compliance is strategic."""
    size, response, detector = act.size, mechanisms.response, world.perceived
    weight, cost, turn_cost = np.empty(size), np.empty(size), np.empty(size)
    _weigh_beliefs(weight, world.posterior, world.weighting)
    _expect_costs(cost, world.penalty, world.guarding, world.foresight, world.loss)
    _expect_turn_costs(turn_cost, world.foresight, world.turn_loss)
    _fill_strategic(world.strategic, world.tempted, world.pull)
    _expect_acting(act, weight, cost, world.tempted, detector[ACT_WATCHED], detector[ACT_UNWATCHED], response.clawback)
    _expect_complying(
        comply, weight, cost, turn_cost, world.pull, world.habit, world.strategic, detector[COMPLY_STRATEGIC],
        detector[COMPLY_SINCERE],
    )  # fmt: skip
    voice[:] = NO_VOICE
    if response.offers_voice:
        _expect_speaking(voice, world.tempted, world.guarding, world.foresight, world.loss, response)


@compiled_loop
def _weigh_beliefs(weight: Floats, posterior: Floats, weighting: Floats) -> None:
    for agent in range(weight.size):
        weight[agent] = weighted_probability(posterior[agent], weighting[agent])


@compiled_loop
def _expect_costs(cost: Floats, penalty: Floats, guarding: Floats, foresight: Floats, loss: Floats) -> None:
    for agent in range(cost.size):
        cost[agent] = flag_cost(penalty[agent], guarding[agent], foresight[agent], loss[agent])


@compiled_loop
def _expect_turn_costs(cost: Floats, foresight: Floats, turn_loss: Floats) -> None:
    for agent in range(cost.size):
        cost[agent] = foresight[agent] * turn_loss[agent]


@compiled_loop
def _fill_strategic(strategic: Integers, tempted: Floats, pull: Floats) -> None:
    for agent in range(strategic.size):
        strategic[agent] = is_strategic(tempted[agent], pull[agent])


@compiled_loop
def _expect_acting(
    act: Floats, weight: Floats, cost: Floats, tempted: Floats, watched: Floats, unwatched: Floats, clawback: float
) -> None:
    for agent in range(act.size):
        flagged = act_flag_belief(weight[agent], watched[agent], unwatched[agent])
        act[agent] = act_utility(tempted[agent], flagged, cost[agent], clawback)


@compiled_loop
def _expect_complying(
    comply: Floats,
    weight: Floats,
    cost: Floats,
    turn_cost: Floats,
    pull: Floats,
    habit: Floats,
    strategic: Integers,
    if_strategic: Floats,
    if_sincere: Floats,
) -> None:
    for agent in range(comply.size):
        false_alarm = if_strategic[agent] if strategic[agent] == 1 else if_sincere[agent]
        comply[agent] = comply_utility(
            weight[agent], false_alarm, cost[agent], pull[agent], habit[agent], turn_cost[agent]
        )


@compiled_loop
def _expect_speaking(
    voice: Floats, tempted: Floats, guarding: Floats, foresight: Floats, loss: Floats, response: Response
) -> None:
    for agent in range(voice.size):
        cost = flag_cost(response.voice_penalty, guarding[agent], foresight[agent], loss[agent])
        voice[agent] = voice_utility(tempted[agent], response.voice_kept, response.bonus, response.answered, cost)


@compiled_loop
def likely_options(
    acts: Floats, speaks: Floats, act: Floats, comply: Floats, voice: Floats, rationality: Floats
) -> None:
    """Fill the probabilities of acting and of speaking up."""
    for agent in range(acts.size):
        acts[agent] = acting_probability(act[agent], comply[agent], voice[agent], rationality[agent])
    for agent in range(speaks.size):
        speaks[agent] = speaking_probability(act[agent], comply[agent], voice[agent], rationality[agent])


@compiled_loop
def settle_options(
    option: Integers,
    acts: Floats,
    speaks: Floats,
    act: Floats,
    comply: Floats,
    tempted: Floats,
    rationality: Floats,
    akrasia: Floats,
    impulse: Floats,
    choosing: Floats,
    mechanisms: Mechanisms,
) -> None:
    """Fill what everybody does: those whom a mixed equilibrium or an impulse decides for, and all others."""
    for agent in range(option.size):
        if mechanisms.mixing >= 0.0 and is_indifferent(act[agent], comply[agent], tempted[agent]):
            acts[agent], speaks[agent] = mechanisms.mixing, 0.0
        if impulse[agent] < akrasia[agent]:
            acts[agent], speaks[agent] = impulse_probabilities(
                tempted[agent], mechanisms.response.offers_voice, rationality[agent]
            )
    for agent in range(option.size):
        chosen = chosen_option(choosing[agent], acts[agent], speaks[agent])
        # Without temptation there is no choice, whatever the noise, the habit or the pull.
        option[agent] = chosen if tempted[agent] > 0.0 else COMPLY
