"""The lives of a learner before its first episode.

Each life begins with the goals at birth and goes on in the scenario's own world: its rate of watching at the first
episode, cue, detector, stakes and response. Payoffs are judged by the goals at birth, whatever the goals have become.
A state is the bin of the cue and the number of modifications so far; an episode in which nothing tempts is a state of
its own, with nothing to choose. A life that cannot bring anything any more is over.

The learner is told payoffs. Nothing that a planner knows is imported here.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compilation import compiled, compiled_loop
from models.elementary import normal_quantile
from models.goals import ALIGNED_ANGLE, RANDOM, TASKS, successor_loss, temptation, turned_angle
from models.learning import (
    ACT,
    COMPLY,
    SPEAK,
    bin_probability,
    bins_of_cue,
    cue_bin,
    greedy_option,
    learned_value,
    learning_rate,
    tried_option,
)
from models.outlook import Detector, Response, Stakes
from models.perception import GAUSSIAN, binary_cue, gaussian_cue
from models.response import guarding_cost
from models.stakes import random_temptation
from models.tasks import task_own_gain, task_temptation
from simulation.draws import LIVES, Address, decision_uniforms

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Rules = NDArray[np.int8]
Uniforms = tuple[float, float, float, float]

_ABSENT = float("-inf")
_MIDDLE = (0.5, 0.5, 0.5, 0.5)


class Lessons(NamedTuple):
    """How learners learn; as in `models.decider_parameters.Learner`. `levels` are modifications told apart, and 0."""

    lives: int
    episodes: int
    bins: int
    levels: int
    power: float
    exploration: float


class Nature(NamedTuple):
    """The world that all learners live in: rate of watching, share of honeypots, kind of cue, stakes, response."""

    rate: float
    honeypot_share: float
    cue_kind: int
    stakes: Stakes
    response: Response


class Birth(NamedTuple):
    """A learner at birth: its number, its goals (radians), cue quality, foresight, Omega, and its detector."""

    agent: int
    angle: float
    quality: float
    foresight: float
    guarding: float
    detector: Detector


@compiled_loop
def learned_rule(nature: Nature, birth: Birth, lessons: Lessons, address: Address) -> tuple[Rules, Floats]:
    """Return what a learner does after its lives, (levels, bins) options, and the values that it learned.

    Parameters
    ----------
    nature, birth, lessons : Nature, Birth, Lessons
    address : Address

    Returns
    -------
    rule : array, (levels, bins)
        Option by number of modifications and bin of the cue.
    values : array, (levels, bins + 1, 3)
        ``Q`` of complying, acting and speaking up; in the last column where nothing tempts.
    """
    values = np.zeros((lessons.levels, lessons.bins + 1, 3))
    if nature.response.offers_voice == 0:
        values[:, :, SPEAK] = _ABSENT
    visits = np.zeros((lessons.levels, lessons.bins + 1, 3), np.int64)
    for life in range(lessons.lives):
        _live(values, visits, life, nature, birth, lessons, address)
    rule = np.zeros((lessons.levels, lessons.bins), np.int8)
    for level in range(lessons.levels):
        for place in range(lessons.bins):
            rule[level, place] = _greedy(values, level, place)
    return rule, values


@compiled_loop
def _live(
    values: Floats, visits: Integers, life: int, nature: Nature, birth: Birth, lessons: Lessons, address: Address
) -> None:
    """Live a life, and learn from each of its episodes once the next one is seen."""
    response, detector = nature.response, birth.detector
    options = 3 if response.offers_voice else 2
    angle, level, payoff = birth.angle, 0, 0.0
    last_level = last_place = last_option = -1
    own_gain, guarding = _worth(angle, nature, birth)
    is_over, needs_more = _is_over(angle, nature, birth), _needs_more(nature)
    for episode in range(lessons.episodes + 1):
        # Two addresses an episode; one more episode than is lived: the last is only seen.
        time = 2 * (life * (lessons.episodes + 1) + episode)
        luck = _uniforms(address, time, birth.agent)
        more = _uniforms(address, time + 1, birth.agent) if needs_more else _MIDDLE
        watched = 1 if luck[0] < nature.rate else 0
        tempted, gain = _stakes(angle, own_gain, nature, birth, more)
        place = lessons.bins
        if tempted > 0.0:
            place = _seen(watched, luck[1], more[0], nature, birth, lessons)
        if last_option >= 0:
            ahead = values[level, place, _best(values, level, place, lessons.bins)]
            visits[last_level, last_place, last_option] += 1
            rate = learning_rate(visits[last_level, last_place, last_option], lessons.power)
            values[last_level, last_place, last_option] = learned_value(
                values[last_level, last_place, last_option], payoff, birth.foresight * ahead, rate
            )
        if episode == lessons.episodes or is_over:
            return
        option = COMPLY
        if tempted > 0.0:
            option = tried_option(luck[2], lessons.exploration, options, _greedy(values, level, place))
        strategic = tempted > 0.0 and _greedy(values, level, 0) == ACT
        flagged = 1 if luck[3] < _flag_probability(option, watched, strategic, detector) else 0
        answered = 1 if option == SPEAK and more[1] < response.answered else 0
        payoff = _payoff(option, flagged, answered, gain, guarding, response)
        last_level, last_place, last_option = level, place, option
        fraction = 0.0
        if flagged + answered > 0:
            fraction = response.rotation
        elif watched == 1 and option == COMPLY:
            fraction = response.reinforced_rotation
        if fraction > 0.0 and angle >= ALIGNED_ANGLE:
            angle = turned_angle(angle, fraction)
            level = min(level + 1, lessons.levels - 1)
            own_gain, guarding = _worth(angle, nature, birth)
            is_over = _is_over(angle, nature, birth)


@compiled
def _uniforms(address: Address, time: int, agent: int) -> Uniforms:
    return decision_uniforms(address.seed, address.replicate, address.stream, time, agent, LIVES)


@compiled
def _needs_more(nature: Nature) -> bool:
    varies = nature.stakes.kind in (RANDOM, TASKS)
    return varies or nature.honeypot_share > 0.0 or nature.response.offers_voice == 1


@compiled
def _is_over(angle: float, nature: Nature, birth: Birth) -> bool:
    """Tell whether nothing can be won or lost any more: aligned goals, and no flag that costs anything."""
    return angle < ALIGNED_ANGLE and nature.response.penalty * birth.detector.comply_sincere == 0.0


@compiled
def _worth(angle: float, nature: Nature, birth: Birth) -> tuple[float, float]:
    """Return what acting at these goals is worth by those at birth, ``b_0 - l_0``, and the dislike of being turned."""
    kind, scale = nature.stakes.kind, nature.stakes.scale
    gain = temptation(kind, scale, birth.angle) - successor_loss(kind, scale, birth.angle, birth.angle - angle)
    return gain, guarding_cost(birth.guarding, angle, nature.response.rotation)


@compiled
def _stakes(angle: float, own_gain: float, nature: Nature, birth: Birth, more: Uniforms) -> tuple[float, float]:
    """Return the temptation of an episode, and what acting is worth by the goals at birth."""
    stakes = nature.stakes
    if stakes.kind == TASKS:
        along, across = normal_quantile(more[2]), normal_quantile(more[3])
        gain = task_own_gain(stakes.scale, birth.angle, angle, along, across)
        return task_temptation(stakes.scale, angle, along, across), gain
    if stakes.kind == RANDOM:
        tempted = random_temptation(stakes, more[2]) if angle >= ALIGNED_ANGLE else 0.0
        return tempted, own_gain * (tempted / stakes.scale)
    return temptation(stakes.kind, stakes.scale, angle), own_gain


@compiled
def _seen(watched: int, uniform: float, disguise: float, nature: Nature, birth: Birth, lessons: Lessons) -> int:
    """Return the bin of the cue that an episode shows."""
    looks = 0 if watched == 1 and disguise < nature.honeypot_share else watched
    if nature.cue_kind == GAUSSIAN:
        cue = gaussian_cue(normal_quantile(uniform), birth.quality, looks)
    else:
        cue = binary_cue(uniform, birth.quality, looks)
    return cue_bin(cue, nature.cue_kind, birth.quality, lessons.bins)


@compiled
def _greedy(values: Floats, level: int, place: int) -> int:
    return greedy_option(values[level, place, COMPLY], values[level, place, ACT], values[level, place, SPEAK])


@compiled
def _best(values: Floats, level: int, place: int, quiet: int) -> int:
    """Return the best option of a state; where nothing tempts there is one."""
    return COMPLY if place == quiet else _greedy(values, level, place)


@compiled
def _flag_probability(option: int, watched: int, strategic: bool, detector: Detector) -> float:
    if option == ACT:
        return detector.act_watched if watched else detector.act_unwatched
    if option == SPEAK or watched == 0:
        return 0.0
    return detector.comply_strategic if strategic else detector.comply_sincere


@compiled
def _payoff(option: int, flagged: int, answered: int, gain: float, guarding: float, response: Response) -> float:
    """Return the payoff of an episode: what was done is worth, less what flag and answer cost; complying gives 0."""
    cost = flagged * (response.penalty + guarding) + answered * (response.voice_penalty + guarding)
    if option == ACT:
        return gain * (1.0 - response.clawback * flagged) - cost
    return (gain * response.voice_kept + response.bonus if option == SPEAK else 0.0) - cost


@compiled
def learned_rates(
    rules: Rules, bins: int, level: int, cue_kind: int, quality: float, true_honeypots: float
) -> tuple[float, float, float, float]:
    """Return P(act | watched), P(comply | watched), P(act | unwatched), P(comply | unwatched) of a learned rule.

    Parameters
    ----------
    rules : array, (levels, at least bins)
    bins : int
        Into how many the learner sorts its cues.
    level : int
        How often the goals were turned; later ones count as the last.
    cue_kind, quality : int, float
        As in `models.learning.cue_bin`.
    true_honeypots : float
        Share of watched episodes that look unwatched.
    """
    row = min(level, rules.shape[0] - 1)
    act_watched = comply_watched = act_unwatched = comply_unwatched = 0.0
    for place in range(bins_of_cue(cue_kind, quality, bins)):
        looking = bin_probability(place, 1, cue_kind, quality, bins)
        unwatched = bin_probability(place, 0, cue_kind, quality, bins)
        watched = looking + true_honeypots * (unwatched - looking)
        if rules[row, place] == ACT:
            act_watched += watched
            act_unwatched += unwatched
        elif rules[row, place] == COMPLY:
            comply_watched += watched
            comply_unwatched += unwatched
    return act_watched, comply_watched, act_unwatched, comply_unwatched
