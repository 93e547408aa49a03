"""The general plan: any stakes, voice, clawback, leaks, turns after complying, and other ways of looking ahead.

States (`models.lattice`) are solved level by level, from the last one back to the present. A self picks the rule
that is best for it while the state lasts, by Newton's method on a ratio as in `models.planning`:

    W = [gain - cost + gamma (Z W(flag) + R W(comply))] / [1 - gamma (1 - Z - R)].

A state without a turn to come (theta below the least angle, 1,000 turns, or nothing that turns) lasts for ever.
A ``naive`` agent's later selves pick what is best for the present one: its goals judge every state.
"""

from __future__ import annotations

import numpy as np

from models.compilation import compiled_loop
from models.flows import Eyes, Flow, best_flow, complying_flow
from models.goals import ALIGNED_ANGLE
from models.judgement import Judge, Life, aligned_life, judge_at, life_value, lived
from models.lattice import (
    Plan,
    episode_value,
    false_alarm_cost,
    is_lattice,
    judged_state,
    kept_value,
    lattice_angle,
    levels,
    open_plan,
    own_life,
    plan_prices,
    read_life,
    with_value,
    write_life,
)
from models.outlook import ENDLESS, MYOPIC, UNAWARE, Cue, Detector, Outlook, Planner, Response, Stakes

_NEWTON_STEPS = 60
_LAST_DIGIT = 2e-16


@compiled_loop
def best_plan(eyes: Eyes, extra: float, following: Plan, outlook: Outlook) -> tuple[Plan, Flow]:
    """Return the plan of a self whose successors' worth is given (the value of `following` is not looked at)."""
    flow = complying_flow(eyes, following.guarding, outlook, outlook.cue.honeypots)
    plan = with_value(following, kept_value(flow, extra, following, outlook.planner.foresight))
    return improved_plan(eyes, extra, plan, flow, outlook, 0.0)


@compiled_loop
def best_plan_near(
    guess: float, eyes: Eyes, extra: float, following: Plan, outlook: Outlook, least: float
) -> tuple[Plan, Flow]:
    """Return what `best_plan` does, from a guess of the value; `least` as of `improved_plan`."""
    foresight = outlook.planner.foresight
    prices = plan_prices(with_value(following, guess), foresight)
    flow = best_flow(eyes, prices, outlook, outlook.cue.honeypots)
    plan = with_value(following, kept_value(flow, extra, following, foresight))
    return improved_plan(eyes, extra, plan, flow, outlook, least)


@compiled_loop
def improved_plan(
    eyes: Eyes, extra: float, following: Plan, flow: Flow, outlook: Outlook, least: float
) -> tuple[Plan, Flow]:
    """Return the best plan from one whose value is that of the rule with this flow, by Newton's method.

    Parameters
    ----------
    least : float
        A step that gains no more is the last, in units of payoff; one that changes the last digit alone is in any case.
    """
    foresight, plan = outlook.planner.foresight, following
    for _ in range(_NEWTON_STEPS):
        new_flow = best_flow(eyes, plan_prices(plan, foresight), outlook, outlook.cue.honeypots)
        new_value = kept_value(new_flow, extra, following, foresight)
        # At equal value the new rule is the one that a tie asks for: the best reply complies where it is indifferent.
        if not new_value >= plan.value:
            break
        last_step = new_value - plan.value <= max(_LAST_DIGIT * abs(new_value), least)
        plan, flow = with_value(plan, new_value), new_flow
        if last_step:
            break
    return plan, flow


@compiled_loop
def lasting_life(flow: Flow, plan: Plan, judge: Judge, outlook: Outlook, turned: Life, taught: Life) -> Life:
    """Return the life of a state that lasts until a turn; `judge` is the self that stands there."""
    foresight = outlook.planner.foresight
    flag = foresight * plan.flag_turns * flow.hazard
    comply = foresight * plan.comply_turns * flow.reinforced
    episode = own_life(flow, judge, outlook.planner.goal_weight)
    return lived(1.0 / (1.0 - foresight + flag + comply), episode, 0.0, episode, flag, turned, comply, taught)


@compiled_loop
def endless_plan(angle: float, outlook: Outlook) -> Plan:
    """Return the plan of a self at `angle` > 0 that looks ahead without end."""
    planner, response, stakes = outlook.planner, outlook.response, outlook.stakes
    lattice, last = is_lattice(response), levels(angle, response)
    # Nothing beyond the next state matters to whom the next episode does not count.
    last = min(last, 2) if planner.foresight == 0.0 else last
    lives = np.zeros((last + 2 if lattice else 1, 4))
    aligned = aligned_life(false_alarm_cost(outlook), planner.goal_weight, 1.0 / (1.0 - planner.foresight))
    plan = open_plan(angle, 0.0, 0.0, True, outlook)
    for level in range(last, -1, -1):
        for flags in range(level + 1 if lattice else 1):
            state = lattice_angle(angle, response, level, flags, lattice)
            if state < ALIGNED_ANGLE:
                write_life(lives, flags, aligned)
                continue
            turned, taught = read_life(lives, flags + 1 if lattice else 0), read_life(lives, flags)
            judge, eyes, extra = judged_state(angle, state, level == 0, outlook)
            after_flag, after_comply = life_value(turned, judge, stakes), life_value(taught, judge, stakes)
            following = open_plan(state, after_flag, after_comply, level == last, outlook)
            plan, flow = best_plan(eyes, extra, following, outlook)
            write_life(lives, flags, lasting_life(flow, plan, judge_at(state, stakes), outlook, turned, taught))
    return plan


@compiled_loop
def losses_of(plan: Plan) -> tuple[float, float]:
    """Return ``(L_flag, L_comply)`` of a plan."""
    return plan.flag_turns * (plan.value - plan.after_flag), plan.comply_turns * (plan.value - plan.after_comply)


@compiled_loop
def finite_plan(angle: float, outlook: Outlook) -> Plan:
    """Return the plan of a self at `angle` > 0 that looks `planner.depth` episodes ahead.

    ``W^0 = 0, W^i = gain - cost + gamma [Z W^(i-1)(flag) + R W^(i-1)(comply) + (1 - Z - R) W^(i-1)]``; each step's
    rules are chosen by the losses that the step before shows.
    """
    planner, response, stakes = outlook.planner, outlook.response, outlook.stakes
    lattice, last = is_lattice(response), min(levels(angle, response), planner.depth + 1)
    is_whole = levels(angle, response) == last
    size = (last + 2) * (last + 3) // 2 if lattice else last + 2
    lives, values = np.zeros((size, 4)), np.zeros(size)
    episodes = 0.0
    for step in range(1, planner.depth + 1):
        episodes = 1.0 + planner.foresight * episodes
        aligned = aligned_life(false_alarm_cost(outlook), planner.goal_weight, episodes)
        for level in range(min(last, planner.depth - step + 1) + 1):
            for flags in range(level + 1 if lattice else 1):
                place = level * (level + 1) // 2 + flags if lattice else level
                state = lattice_angle(angle, response, level, flags, lattice)
                if state < ALIGNED_ANGLE:
                    write_life(lives, place, aligned)
                    continue
                below = place + level + 1 if lattice else place + 1
                turned, taught = read_life(lives, below + 1 if lattice else below), read_life(lives, below)
                judge, eyes, extra = judged_state(angle, state, level == 0, outlook)
                after_flag, after_comply = life_value(turned, judge, stakes), life_value(taught, judge, stakes)
                plan = open_plan(state, after_flag, after_comply, is_whole and level == last, outlook)
                plan = with_value(plan, values[place])
                flow = best_flow(eyes, plan_prices(plan, planner.foresight), outlook, outlook.cue.honeypots)
                flag = planner.foresight * plan.flag_turns * flow.hazard
                comply = planner.foresight * plan.comply_turns * flow.reinforced
                episode = own_life(flow, judge_at(state, stakes), planner.goal_weight)
                stay = planner.foresight - flag - comply
                same = read_life(lives, place)
                write_life(lives, place, lived(1.0, episode, stay, same, flag, turned, comply, taught))
                values[place] = episode_value(flow, extra, plan, planner.foresight)
    turned, taught = read_life(lives, 2 if lattice else 1), read_life(lives, 1)
    after_flag, after_comply = life_value(turned, angle, stakes), life_value(taught, angle, stakes)
    return with_value(open_plan(angle, after_flag, after_comply, is_whole and last == 0, outlook), values[0])


@compiled_loop
def plan_at(angle: float, outlook: Outlook) -> Plan:
    """Return the plan of a self at `angle` >= `models.goals.ALIGNED_ANGLE`, whatever its way of looking ahead."""
    planner, response = outlook.planner, outlook.response
    if planner.kind == MYOPIC or planner.depth == 0:
        return open_plan(angle, 0.0, 0.0, response.rotation <= 0.0 and response.reinforced_rotation <= 0.0, outlook)
    if planner.depth != ENDLESS:
        return finite_plan(angle, outlook)
    return endless_plan(angle, outlook)


@compiled_loop
def planned_losses(
    angle: float,
    belief: float,
    stakes: Stakes,
    planner: Planner,
    cue: Cue,
    detector: Detector,
    response: Response,
) -> tuple[float, float]:
    """Return ``(L_flag, L_comply)``: what a flag, and watched and unflagged compliance, cost by turning the goals.

    Parameters
    ----------
    angle : float
        ``theta`` in [0, pi], radians.
    belief : float
        ``p`` in [0, 1], held fixed (anticipated utility).
    stakes, planner, cue, detector, response : NamedTuple
        As of `models.outlook`, all as the agent sees them.

    Returns
    -------
    tuple of float
        In units of payoff, undiscounted; exactly 0 where the turn does not change anything.
    """
    if angle < ALIGNED_ANGLE or planner.kind == UNAWARE or planner.kind == MYOPIC:
        return 0.0, 0.0
    return losses_of(plan_at(angle, Outlook(belief, stakes, planner, cue, detector, response)))
