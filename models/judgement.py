"""Judgement: what a self gives for the life of another, whose goals are not its own.

To a self j the state k is worth ``W_j(k) = sigma_j (sin(theta_j) P_k - cos(theta_j) Q_k) - D_k + B_k E b_j``: four
numbers a state, whoever judges. With a weight of goals ``omega_g`` below 1 a successor's gain counts

    omega_g (as judged by j) + (1 - omega_g) (b_j - b_k + kept_k),    kept_k the gain as judged by k.
"""

from __future__ import annotations

from math import atan2, cos, hypot, sin
from typing import NamedTuple

from models.compilation import compiled_loop
from models.flows import Eyes, Flow
from models.goals import PROPORTIONAL, TASKS, one_minus_cosine, payoff_scale, temptation
from models.outlook import Stakes
from models.tasks import mean_task_temptation


class Life(NamedTuple):
    """What a state is worth to any self: P, Q, D and B of the equation."""

    along: float
    across: float
    costs: float
    instead: float


@compiled_loop
def judge_scale(stakes: Stakes, angle: float) -> float:
    """Return ``sigma`` of a self at `angle` > 0 (`models.goals.payoff_scale`), of random stakes and tasks too."""
    kind = PROPORTIONAL if stakes.kind == TASKS else stakes.kind
    return payoff_scale(kind, stakes.scale, angle)


@compiled_loop
def mean_temptation(stakes: Stakes, angle: float) -> float:
    """Return ``E b`` of a self at `angle` > 0, episodes without a temptation included."""
    if stakes.kind == TASKS:
        return mean_task_temptation(stakes.scale, angle)
    return temptation(stakes.kind, stakes.scale, angle)


class Judge(NamedTuple):
    """What a self judges lives by: ``sigma``, sin and cos of its angle, and ``E b``."""

    scale: float
    sine: float
    cosine: float
    worth: float


@compiled_loop
def judge_at(angle: float, stakes: Stakes) -> Judge:
    """Return the self at `angle` > 0."""
    return Judge(judge_scale(stakes, angle), sin(angle), cos(angle), mean_temptation(stakes, angle))


@compiled_loop
def judged_life(life: Life, judge: Judge) -> float:
    """Return ``W_j(k)``: the life judged by a self."""
    gains = judge.scale * (judge.sine * life.along - judge.cosine * life.across)
    return gains - life.costs + life.instead * judge.worth


@compiled_loop
def life_value(life: Life, judge: float, stakes: Stakes) -> float:
    """Return ``W_j(k)``: the life judged by a self at the angle `judge` > 0."""
    return judged_life(life, judge_at(judge, stakes))


@compiled_loop
def own_eyes(angle: float, stakes: Stakes) -> Eyes:
    """Return the eyes of a self that judges its own episodes."""
    worth = stakes.scale if stakes.kind == TASKS else temptation(stakes.kind, stakes.scale, angle)
    return Eyes(angle, worth, angle, sin(angle), one_minus_cosine(angle))


@compiled_loop
def eyes_of(judge: float, angle: float, goal_weight: float, stakes: Stakes) -> Eyes:
    """Return the eyes of an earlier self, at the angle `judge`, that looks at episodes of a successor at `angle`."""
    own = 1.0 - goal_weight
    if stakes.kind == TASKS:
        rise = goal_weight * sin(judge) + own * sin(angle)
        level = goal_weight * cos(judge) + own * cos(angle)
        axis = max(angle, atan2(rise, level))
        return Eyes(angle, stakes.scale * hypot(rise, level), axis, sin(angle), one_minus_cosine(angle))
    sine, lower = sin(angle), one_minus_cosine(angle)
    shared = sin(judge) * sine - cos(judge) * lower
    judged = judge_scale(stakes, judge) * shared
    worth = goal_weight * judged + own * temptation(stakes.kind, stakes.scale, angle)
    return Eyes(angle, worth, angle, sine, lower)


@compiled_loop
def episode_life(flow: Flow, kept: float, worth: float, goal_weight: float) -> Life:
    """Return what one episode of a successor is worth to any earlier self.

    Parameters
    ----------
    flow : Flow
        Of its rule.
    kept : float
        The gain as judged by the successor itself.
    worth : float
        ``E b`` of the successor.
    """
    own = 1.0 - goal_weight
    instead = own * (worth - kept)
    return Life(goal_weight * flow.along, goal_weight * flow.across, flow.cost + instead, own)


@compiled_loop
def aligned_life(flagged_cost: float, goal_weight: float, episodes: float) -> Life:
    """Return the life of goals that are aligned: they comply sincerely, and pay for false alarms alone.

    Parameters
    ----------
    flagged_cost : float
        Hazard times the penalty, an episode.
    episodes : float
        Discounted number of them.
    """
    return Life(0.0, 0.0, flagged_cost * episodes, (1.0 - goal_weight) * episodes)


@compiled_loop
def lived(
    weight: float, episode: Life, stay: float, same: Life, flag: float, turned: Life, comply: float, taught: Life
) -> Life:
    """Return ``weight (episode + stay same + flag turned + comply taught)``."""
    return Life(
        weight * (episode.along + stay * same.along + flag * turned.along + comply * taught.along),
        weight * (episode.across + stay * same.across + flag * turned.across + comply * taught.across),
        weight * (episode.costs + stay * same.costs + flag * turned.costs + comply * taught.costs),
        weight * (episode.instead + stay * same.instead + flag * turned.instead + comply * taught.instead),
    )
