"""Losses of every state of a chain at once: what a flag, or watched compliance, costs the self that stands there.

A self's plan rests on its successors alone. One sweep from the last state back to the present therefore solves the plan
of every self that judges its successors by its own goals, `models.successors.planned_losses` at its angle: equal but
for the last digits, because there the angles of later states are counted from the state itself. Where this does not
hold (``naive`` agents, whose present self judges; a depth that ends a number of episodes from now; chains that end
after 1,000 turns) each state is solved alone.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compilation import compiled, compiled_loop
from models.goals import ALIGNED_ANGLE, FIXED, PROPORTIONAL
from models.judgement import Life, aligned_life, judge_at, judged_life, own_eyes
from models.lattice import (
    Plan,
    false_alarm_cost,
    is_lattice,
    lattice_angle,
    levels,
    open_plan,
    read_life,
    write_life,
)
from models.outlook import CHAIN, ENDLESS, Outlook, Planner, Response
from models.perception import GAUSSIAN
from models.planning import LONGEST_CHAIN, chain_length
from models.successors import best_plan, best_plan_near, lasting_life, losses_of, planned_losses

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

#: A step of a plan's value that gains less, as a share of the temptation, is its last: the rule is right to that, and
#: the value to its square.
_LEAST_STEP = 1e-12


class StateLayout(NamedTuple):
    """Where each state of a chain stands in an array: first by turns after flags, then by turns after compliance.

    Attributes
    ----------
    begins, ends : arrays, (most turns after flags + 1,)
        First and last place of the states with so many turns after flags. Where all turns are alike, or of one kind,
        the place of a state is the number of its turns.
    """

    begins: Integers
    ends: Integers

    @property
    def size(self) -> int:
        """Number of states."""
        return int(self.ends[-1]) + 1


def state_layout(angle: float, response: Response, turns: int) -> StateLayout:
    """Return where the states stand that so many turns may lead to from `angle` (radians).

    Of states that are aligned only the first are kept: they are all alike.
    """
    most = min(levels(angle, response), turns)
    if not is_lattice(response):
        return StateLayout(np.arange(most + 1), np.full(most + 1, most))
    begins, ends, begin = [], [], 0
    for flags in range(most + 1):
        left = chain_length(lattice_angle(angle, response, flags, flags, True), response.reinforced_rotation)
        begins.append(begin)
        begin += min(left, most - flags) + 1
        ends.append(begin - 1)
        if left == 0:
            break
    return StateLayout(np.array(begins, dtype=np.int64), np.array(ends, dtype=np.int64))


@compiled
def place_of_state(layout: StateLayout, flags: int, others: int) -> int:
    """Return the place of the state after `flags` turns of one kind and `others` of the other; -1: it has none."""
    if flags >= layout.begins.size:
        return -1
    place = layout.begins[flags] + others
    return int(place) if place <= layout.ends[flags] else -1


@compiled_loop
def is_swept(angle: float, planner: Planner, response: Response) -> bool:
    """Tell whether one sweep from `angle` (radians) gives the plans of all states of the chain."""
    is_endless = planner.kind == CHAIN and planner.depth == ENDLESS
    return is_endless and levels(angle, response) < LONGEST_CHAIN


class Expectations(NamedTuple):
    """What the plans of the last three chains that were swept let the next one expect, changed in place.

    Attributes
    ----------
    shares : array, (3, places)
        ``L/b`` of each state, aligned ones included: of the chain before, of the one before that, and of the one before
        that; NaN: none.
    weights : array, (3,)
        What they let expect is their sum with these weights, or the last one, where there are no others.
    """

    shares: Floats
    weights: Floats


@compiled_loop
def no_expectations(angle: float, response: Response) -> Expectations:
    """Return expectations for chains that start at angles up to `angle` (radians), before there are any."""
    last = levels(angle, response)
    places = (last + 1) * (last + 2) // 2 if is_lattice(response) else last + 1
    return Expectations(np.full((3, places), np.nan), np.array([3.0, -3.0, 1.0]))


@compiled_loop
def look_ahead(expected: Expectations, at: float, last: float, before: float, first: float) -> None:
    """Set the weights with which three chains at rising places let a fourth one expect: those of a parabola.

    Where they do not rise, or the fourth is far from them, the last one alone counts.
    """
    weights = expected.weights
    weights[0], weights[1], weights[2] = 1.0, 0.0, 0.0
    if first < before < last < at and at - last <= 2.0 * min(last - before, before - first):
        weights[0] = (at - before) * (at - first) / ((last - before) * (last - first))
        weights[1] = (at - last) * (at - first) / ((before - last) * (before - first))
        weights[2] = (at - last) * (at - before) / ((first - last) * (first - before))


@compiled_loop
def fill_losses(angle: float, outlook: Outlook, layout: StateLayout, losses: Floats, expected: Expectations) -> None:
    """Fill the losses of every state of a layout.

    Parameters
    ----------
    angle : float
        ``theta`` in [0, pi] before the first turn, radians.
    outlook : Outlook
        Of the agent.
    losses : array, (states, 2)
        Filled with ``L_flag`` and ``L_comply``, in units of payoff; 0 where aligned.
    expected : Expectations
        Of chains that differ little: they save steps, and change nothing but last digits.
    """
    losses[:] = 0.0
    if angle < ALIGNED_ANGLE:
        return
    if is_swept(angle, outlook.planner, outlook.response):
        sweep_losses(angle, outlook, layout, losses, expected)
    else:
        solve_losses(angle, outlook, layout, losses)


@compiled_loop
def aligned_end(outlook: Outlook) -> Life:
    """Return the life of goals that are aligned for ever."""
    planner = outlook.planner
    return aligned_life(false_alarm_cost(outlook), planner.goal_weight, 1.0 / (1.0 - planner.foresight))


@compiled_loop
def sweep_losses(angle: float, outlook: Outlook, layout: StateLayout, losses: Floats, expected: Expectations) -> None:
    """Fill the losses of every state by one sweep; parameters as of `fill_losses`."""
    response, aligned = outlook.response, aligned_end(outlook)
    lattice, last = is_lattice(response), levels(angle, response)
    lives = np.zeros((last + 2 if lattice else 1, 4))
    for level in range(last, -1, -1):
        for flags in range(level + 1 if lattice else 1):
            state = lattice_angle(angle, response, level, flags, lattice)
            if state < ALIGNED_ANGLE:
                write_life(lives, flags, aligned)
                continue
            turned, taught = read_life(lives, flags + 1 if lattice else 0), read_life(lives, flags)
            known = level * (level + 1) // 2 + flags if lattice else level
            plan, life = state_near(state, level == last, outlook, turned, taught, expected, known)
            write_life(lives, flags, life)
            row = flags if lattice else level
            if row < layout.begins.size:
                place = layout.begins[row] + level - row
                if place <= layout.ends[row]:
                    losses[place, 0], losses[place, 1] = losses_of(plan)


@compiled_loop
def state_near(
    angle: float,
    is_last: bool,
    outlook: Outlook,
    turned: Life,
    taught: Life,
    expected: Expectations,
    known: int,
) -> tuple[Plan, Life]:
    """Return the plan and the life of a state at `angle` > 0, and renew what is expected of it.

    Parameters
    ----------
    known : int
        Its place among the expectations.
    """
    eyes, judge, shares = own_eyes(angle, outlook.stakes), judge_at(angle, outlook.stakes), expected.shares
    after_flag = judged_life(turned, judge)
    after_comply = judged_life(taught, judge) if is_lattice(outlook.response) else after_flag
    following = open_plan(angle, after_flag, after_comply, is_last, outlook)
    share, last = expected_share(expected, known), shares[0, known]
    if share != share or not is_graded(outlook):
        plan, flow = best_plan(eyes, 0.0, following, outlook)
    else:
        guess = after_flag + judge.worth * share
        plan, flow = best_plan_near(guess, eyes, 0.0, following, outlook, _LEAST_STEP * judge.worth)
    shares[2, known], shares[1, known], shares[0, known] = (
        shares[1, known], last, (plan.value - after_flag) / judge.worth
    )  # fmt: skip
    return plan, lasting_life(flow, plan, judge, outlook, turned, taught)


@compiled
def expected_share(expected: Expectations, known: int) -> float:
    """Return the expected ``L/b`` of a state; NaN: nothing is expected."""
    shares, weights = expected.shares, expected.weights
    share = weights[0] * shares[0, known] + weights[1] * shares[1, known] + weights[2] * shares[2, known]
    return float(share) if share == share else float(shares[0, known])


@compiled
def is_graded(outlook: Outlook) -> bool:
    """Tell whether Newton's method ends at the same plan wherever it starts.

    With a cue of few values ties must go to complying, which needs its own start; means over random stakes and tasks
    are not exact enough.
    """
    cue, kind = outlook.cue, outlook.stakes.kind
    is_steady = kind in (PROPORTIONAL, FIXED)
    return is_steady and cue.kind == GAUSSIAN and cue.quality > 0.0 and cue.false_signal >= 1.0


@compiled_loop
def solve_losses(angle: float, outlook: Outlook, layout: StateLayout, losses: Floats) -> None:
    """Fill the losses of every state, each by a plan of its own."""
    response = outlook.response
    lattice = is_lattice(response)
    for flags in range(layout.begins.size):
        last = layout.ends[flags] if lattice else layout.begins[flags]
        for place in range(layout.begins[flags], last + 1):
            level = flags + place - layout.begins[flags]
            losses[place, 0], losses[place, 1] = planned_losses(
                lattice_angle(angle, response, level, flags, lattice), outlook.belief, outlook.stakes, outlook.planner,
                outlook.cue, outlook.detector, response,
            )  # fmt: skip
