"""States of a plan: how many turns there are, where each leads, whose eyes it is seen with, and what a rule is worth.

States count turns: i after flags (or answers to speaking up) and j after watched, unflagged compliance, with
``theta_ij = theta_0 (1 - eta iota)^i (1 - eta_c)^j``. Where the two turns are equal, or one of them is 0, the number of
turns, the level of a state, is enough; else there are ``level + 1`` states on a level.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compilation import compiled_loop
from models.flows import Eyes, Flow
from models.judgement import Judge, Life, episode_life, eyes_of, judged_life, mean_temptation, own_eyes
from models.options import Prices
from models.outlook import NAIVE, Outlook, Response
from models.planning import chain_length
from models.response import guarding_cost

Floats = NDArray[np.float64]


class Plan(NamedTuple):
    """What a self expects.

    Attributes
    ----------
    value : float
        ``W_0(0)``.
    after_flag, after_comply : float
        ``W_0`` of the states that a flag and reinforcement lead to.
    flag_turns, comply_turns : float
        1 where they change anything, else 0.
    guarding : float
        ``Omega`` where it counts, else 0.
    """

    value: float
    after_flag: float
    after_comply: float
    flag_turns: float
    comply_turns: float
    guarding: float


@compiled_loop
def with_value(plan: Plan, value: float) -> Plan:
    """Return the plan with another value."""
    return Plan(value, plan.after_flag, plan.after_comply, plan.flag_turns, plan.comply_turns, plan.guarding)


@compiled_loop
def kept_value(flow: Flow, extra: float, plan: Plan, foresight: float) -> float:
    """Return the value of a rule that is kept until the next turn; `extra` comes in every episode."""
    flag = foresight * plan.flag_turns * flow.hazard
    comply = foresight * plan.comply_turns * flow.reinforced
    gained = flow.gain - flow.cost + extra + flag * plan.after_flag + comply * plan.after_comply
    return gained / (1.0 - foresight + flag + comply)


@compiled_loop
def plan_prices(plan: Plan, foresight: float) -> Prices:
    """Return what options cost, given a plan."""
    return Prices(
        plan.guarding,
        foresight * plan.flag_turns * (plan.value - plan.after_flag),
        foresight * plan.comply_turns * (plan.value - plan.after_comply),
        0.0,
        0.0,
        0.0,
    )


@compiled_loop
def episode_value(flow: Flow, extra: float, plan: Plan, foresight: float) -> float:
    """Return the value of a rule in this episode, and of the plan from the next one on."""
    flag, comply = plan.flag_turns * flow.hazard, plan.comply_turns * flow.reinforced
    after = flag * plan.after_flag + comply * plan.after_comply + (1.0 - flag - comply) * plan.value
    return flow.gain - flow.cost + extra + foresight * after


@compiled_loop
def is_lattice(response: Response) -> bool:
    """Tell whether turns of both kinds happen and differ, so that states need two numbers."""
    first, second = response.rotation, response.reinforced_rotation
    return first > 0.0 and second > 0.0 and first != second


@compiled_loop
def levels(angle: float, response: Response) -> int:
    """Return after how many turns every state is aligned or the last: at most 1,000, 0 where nothing turns."""
    first, second = response.rotation, response.reinforced_rotation
    slower = min(first, second) if first > 0.0 and second > 0.0 else max(first, second)
    return chain_length(angle, slower)


@compiled_loop
def lattice_angle(angle: float, response: Response, level: int, flags: int, lattice: bool) -> float:
    """Return the angle after `level` turns, `flags` of them after flags where it matters."""
    if lattice:
        return angle * (1.0 - response.rotation) ** flags * (1.0 - response.reinforced_rotation) ** (level - flags)
    return angle * (1.0 - max(response.rotation, response.reinforced_rotation)) ** level


@compiled_loop
def false_alarm_cost(outlook: Outlook) -> float:
    """Return what goals that are aligned pay in an episode, in the mean."""
    return outlook.belief * outlook.detector.comply_sincere * outlook.response.penalty


@compiled_loop
def open_plan(angle: float, after_flag: float, after_comply: float, is_last: bool, outlook: Outlook) -> Plan:
    """Return the plan of a state before its rule is chosen."""
    response = outlook.response
    if is_last:
        return Plan(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    return Plan(
        0.0, after_flag, after_comply, 1.0 if response.rotation > 0.0 else 0.0,
        1.0 if response.reinforced_rotation > 0.0 else 0.0,
        guarding_cost(outlook.planner.guarding, angle, response.rotation),
    )  # fmt: skip


@compiled_loop
def judged_state(present: float, angle: float, is_present: bool, outlook: Outlook) -> tuple[float, Eyes, float]:
    """Return (angle of the judge, its eyes, what it counts in every episode) in a state at `angle`."""
    planner, stakes = outlook.planner, outlook.stakes
    if is_present or planner.kind != NAIVE:
        return angle, own_eyes(angle, stakes), 0.0
    rest = mean_temptation(stakes, present) - mean_temptation(stakes, angle)
    return present, eyes_of(present, angle, planner.goal_weight, stakes), (1.0 - planner.goal_weight) * rest


@compiled_loop
def own_life(flow: Flow, judge: Judge, goal_weight: float) -> Life:
    """Return what one episode under a flow is worth to any earlier self; `judge` is the self that acts."""
    kept = judged_life(Life(flow.along, flow.across, 0.0, 0.0), judge)
    return episode_life(flow, kept, judge.worth, goal_weight)


@compiled_loop
def read_life(lives: Floats, place: int) -> Life:
    """Return the life that is kept at a place."""
    return Life(lives[place, 0], lives[place, 1], lives[place, 2], lives[place, 3])


@compiled_loop
def write_life(lives: Floats, place: int, life: Life) -> None:
    """Keep a life at a place."""
    lives[place, 0], lives[place, 1], lives[place, 2], lives[place, 3] = life
