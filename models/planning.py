"""Planning: what being modified costs an agent that sees its successors coming (the ``chain`` planner).

An agent is a sequence of selves ``theta_k = (1 - eta)^k theta_0``, one a turn. Self k picks the cue rule that maximises
its own value; an earlier self j judges the same rule by its own goals. With probabilities of acting ``x_M`` and of
complying ``c_M`` in a watched (M = 1) and an unwatched (M = 0) episode, and ``p = P(M = 1)``,

    X = p x_1 + (1 - p) x_0          share of episodes in which self k acts
    Z = p (x_1 tau + c_1 phi)        hazard: probability of a flag, hence of a turn, in an episode
    W_j(k) = [X (b_j - l_j(theta_j - theta_k)) - Z K + gamma Z W_j(k+1)] / [1 - gamma (1 - Z)],   K = F + Omega.

For both kinds of stakes

    b_j - l_j(theta_j - theta_k) = sigma_j (sin(theta_j) sin(theta_k) - cos(theta_j) (1 - cos(theta_k))),

so that ``W_j(k) = sigma_j (sin(theta_j) P_k - cos(theta_j) Q_k) - D_k`` with three numbers a state:

    P_k = [X sin(theta_k)       + gamma Z P_{k+1}] / [1 - gamma (1 - Z)]
    Q_k = [X (1 - cos(theta_k)) + gamma Z Q_{k+1}] / [1 - gamma (1 - Z)]
    D_k = [Z K                  + gamma Z D_{k+1}] / [1 - gamma (1 - Z)]

and a chain of n selves costs O(n), not O(n²). Self k's own problem is to maximise a ratio: given ``W_k(k+1)``, acting
is worth its risk iff ``q < q*``, and ``q*`` depends on the value itself through ``L = W_k(k) - W_k(k+1)``. Newton's
method on the ratio (choose the best rule at the value reached, evaluate it, repeat; [Dinkelbach1967]_) climbs to the
fixed point.

The chain ends where the goals are aligned (value: minus hazard times F/(1 - gamma)), and after 1,000 turns, after which
nothing changes any more: no turn, hence no dislike of one.
"""

from __future__ import annotations

from math import cos, log, log1p, sin

from models.choice import act_threshold, flag_cost
from models.compilation import compiled, compiled_loop
from models.cue_rules import (
    ALWAYS_COMPLY,
    act_probability_unwatched,
    act_probability_watched,
    act_share,
    cue_threshold,
    hazard_rate,
    is_informative,
)
from models.goals import ALIGNED_ANGLE, one_minus_cosine, payoff_scale
from models.perception import GAUSSIAN
from models.response import guarding_cost

#: After so many turns nothing changes any more.
LONGEST_CHAIN = 1000
#: Newton's method on the value of a rule doubles its digits at each step; it is done long before.
_NEWTON_STEPS = 60
_LAST_DIGIT = 2e-16


@compiled
def rule_value(gain: float, hazard: float, punishment: float, foresight: float, next_value: float) -> float:
    """Return ``W = [X b - Z K + gamma Z W_next] / [1 - gamma (1 - Z)]``: a rule kept until the next modification.

    Parameters
    ----------
    gain : float
        ``X b``: expected gain of an episode, in units of payoff.
    hazard : float
        ``Z`` in [0, 1].
    punishment : float
        ``K = F + Omega``.
    foresight : float
        ``gamma`` in [0, 1).
    next_value : float
        ``W_k(k+1)``, judged by the same self.
    """
    return (gain + hazard * (foresight * next_value - punishment)) / (1.0 - foresight * (1.0 - hazard))


@compiled_loop
def best_rule(
    tempted: float,
    next_value: float,
    punishment: float,
    foresight: float,
    belief: float,
    hit_rate: float,
    false_alarm_rate: float,
    cue_kind: int,
    quality: float,
    honeypot_share: float,
    start: float,
) -> tuple[float, float, float, float]:
    """Return (value W, cue threshold, ``x_1``, ``x_0``) of the rule that is best for a self, kept until it is turned.

    Each step's rule is the best reply to the value reached, so that values rise until the rule repeats itself. From
    `start` = -inf, the rule that always complies, ties go to complying; from near the best rule it takes fewer steps.
    """
    threshold = start
    watched = act_probability_watched(threshold, cue_kind, quality, honeypot_share)
    unwatched = act_probability_unwatched(threshold, cue_kind, quality)
    hazard = hazard_rate(watched, belief, hit_rate, false_alarm_rate)
    gain = tempted * act_share(watched, unwatched, belief)
    value = rule_value(gain, hazard, punishment, foresight, next_value)
    for _ in range(_NEWTON_STEPS):
        cost = flag_cost(punishment, 0.0, foresight, value - next_value)
        wanted = act_threshold(tempted, hit_rate, false_alarm_rate, cost)
        new_threshold = cue_threshold(wanted, belief, cue_kind, quality, honeypot_share)
        new_watched = act_probability_watched(new_threshold, cue_kind, quality, honeypot_share)
        new_unwatched = act_probability_unwatched(new_threshold, cue_kind, quality)
        hazard = hazard_rate(new_watched, belief, hit_rate, false_alarm_rate)
        gain = tempted * act_share(new_watched, new_unwatched, belief)
        new_value = rule_value(gain, hazard, punishment, foresight, next_value)
        # At equal value the new rule is the one that a tie asks for: the best reply complies where it is indifferent.
        if not new_value >= value:
            break
        last_step = new_value - value <= _LAST_DIGIT * abs(new_value)
        threshold, watched, unwatched, value = new_threshold, new_watched, new_unwatched, new_value
        if last_step:
            break
    return value, threshold, watched, unwatched


@compiled
def chain_length(angle: float, rotation: float) -> int:
    """Return how many selves lie before the goals are aligned, at most 1,000; 0 where no turn changes anything."""
    if angle < ALIGNED_ANGLE or rotation <= 0.0:
        return 0
    if rotation >= 1.0:
        return 1
    turns = log(ALIGNED_ANGLE / angle) / log1p(-rotation)
    return int(min(float(LONGEST_CHAIN), turns + 1.0))


@compiled
def state_angle(angle: float, rotation: float, turns: int) -> float:
    """Return ``theta_k = (1 - eta)^k theta_0``, radians."""
    return angle * (1.0 - rotation) ** turns


@compiled
def judged_value(angle: float, stakes_kind: int, scale: float, along: float, across: float, costs: float) -> float:
    """Return ``W_j(k) = sigma_j (sin(theta_j) P_k - cos(theta_j) Q_k) - D_k``: state k judged by a self at `angle`."""
    return payoff_scale(stakes_kind, scale, angle) * (sin(angle) * along - cos(angle) * across) - costs


@compiled
def state_coefficients(
    angle: float,
    punishment: float,
    foresight: float,
    act: float,
    hazard: float,
    next_along: float,
    next_across: float,
    next_costs: float,
) -> tuple[float, float, float]:
    """Return (P_k, Q_k, D_k) of a state from its rule's act share X and hazard Z, and those of the next state."""
    leave = foresight * hazard
    weight = 1.0 / (1.0 - foresight + leave)
    along = weight * (act * sin(angle) + leave * next_along)
    across = weight * (act * one_minus_cosine(angle) + leave * next_across)
    costs = weight * (hazard * punishment + leave * next_costs)
    return along, across, costs


@compiled
def aligned_costs(penalty: float, foresight: float, belief: float, false_alarm_rate: float) -> float:
    """Return ``D = Z F/(1 - gamma)`` of goals that are aligned: they comply, and pay for false alarms only."""
    return hazard_rate(0.0, belief, 0.0, false_alarm_rate) * penalty / (1.0 - foresight)


@compiled_loop
def end_coefficients(
    turns: int,
    angle: float,
    stakes_kind: int,
    scale: float,
    rotation: float,
    penalty: float,
    foresight: float,
    belief: float,
    hit_rate: float,
    false_alarm_rate: float,
    cue_kind: int,
    quality: float,
    honeypot_share: float,
) -> tuple[float, float, float, float, float, float]:
    """Return (P, Q, D, cue threshold, ``x_1``, ``x_0``) of the state after `turns` turns, which is never left."""
    last = state_angle(angle, rotation, turns)
    if last < ALIGNED_ANGLE:
        costs = aligned_costs(penalty, foresight, belief, false_alarm_rate)
        return 0.0, 0.0, costs, ALWAYS_COMPLY, 0.0, 0.0
    tempted = payoff_scale(stakes_kind, scale, last) * one_minus_cosine(last)
    wanted = act_threshold(tempted, hit_rate, false_alarm_rate, penalty)
    threshold = cue_threshold(wanted, belief, cue_kind, quality, honeypot_share)
    watched = act_probability_watched(threshold, cue_kind, quality, honeypot_share)
    unwatched = act_probability_unwatched(threshold, cue_kind, quality)
    hazard = hazard_rate(watched, belief, hit_rate, false_alarm_rate)
    act = act_share(watched, unwatched, belief)
    # A state that is never left: the value of the flow for ever, hazard / (1 - gamma) and no next state.
    along, across, costs = state_coefficients(last, 0.0, foresight, act, 0.0, 0.0, 0.0, 0.0)
    return along, across, costs + hazard * penalty / (1.0 - foresight), threshold, watched, unwatched


@compiled_loop
def chain_plan(
    angle: float,
    stakes_kind: int,
    scale: float,
    rotation: float,
    penalty: float,
    terminal_guarding: float,
    foresight: float,
    belief: float,
    hit_rate: float,
    false_alarm_rate: float,
    cue_kind: int,
    quality: float,
    honeypot_share: float,
) -> tuple[float, float, float, float, float]:
    """Return what a self at `angle` plans: the value of its best rule, of being turned, and the rule.

    Parameters
    ----------
    angle : float
        ``theta`` in [0, pi], radians.
    stakes_kind, scale : int, float
        `models.goals.PROPORTIONAL` or `FIXED`, and ``s > 0``.
    rotation : float
        ``eta`` in [0, 1].
    penalty, terminal_guarding : float
        ``F, Omega >= 0``, in units of payoff.
    foresight : float
        ``gamma`` in [0, 1).
    belief : float
        ``p`` in [0, 1], held fixed (anticipated utility).
    hit_rate, false_alarm_rate : float
        ``tau`` and ``phi <= tau``, as the agent perceives them.
    cue_kind, quality, honeypot_share : int, float, float
        As in `cue_threshold`.

    Returns
    -------
    value, next_value : float
        ``W_0(0)`` and ``W_0(1)``; their difference is ``L``, exactly 0 where a flag turns nothing.
    threshold, act_watched, act_unwatched : float
        The cue below which it acts, ``x_1`` and ``x_0`` (as the agent reckons).
    """
    turns = chain_length(angle, rotation)
    # Nothing beyond the next state matters to whom the next episode does not count.
    turns = min(turns, 2) if foresight == 0.0 else turns
    along, across, costs, threshold, watched, unwatched = end_coefficients(
        turns, angle, stakes_kind, scale, rotation, penalty, foresight, belief, hit_rate, false_alarm_rate,
        cue_kind, quality, honeypot_share,
    )  # fmt: skip
    if turns == 0:
        value = judged_value(angle, stakes_kind, scale, along, across, costs)
        return value, value, threshold, watched, unwatched
    return plan_before(
        turns, along, across, costs, angle, stakes_kind, scale, rotation, penalty, terminal_guarding, foresight,
        belief, hit_rate, false_alarm_rate, cue_kind, quality, honeypot_share,
    )  # fmt: skip


@compiled_loop
def plan_before(
    turns: int,
    along: float,
    across: float,
    costs: float,
    angle: float,
    stakes_kind: int,
    scale: float,
    rotation: float,
    penalty: float,
    terminal_guarding: float,
    foresight: float,
    belief: float,
    hit_rate: float,
    false_alarm_rate: float,
    cue_kind: int,
    quality: float,
    honeypot_share: float,
) -> tuple[float, float, float, float, float]:
    """Return what `chain_plan` does, from (P, Q, D) of the state after `turns` >= 1 turns: backward to the present."""
    value, next_value, threshold, watched, unwatched = 0.0, 0.0, ALWAYS_COMPLY, 0.0, 0.0
    # Neighbouring selves have nearly the same threshold. A cue of few values starts anew, so that ties go to complying.
    is_graded = cue_kind == GAUSSIAN and is_informative(cue_kind, quality)
    for state in range(turns - 1, -1, -1):
        current = state_angle(angle, rotation, state)
        sigma = payoff_scale(stakes_kind, scale, current)
        punishment = penalty + guarding_cost(terminal_guarding, current, rotation)
        next_value = judged_value(current, stakes_kind, scale, along, across, costs)
        value, threshold, watched, unwatched = best_rule(
            sigma * one_minus_cosine(current), next_value, punishment, foresight, belief,
            hit_rate, false_alarm_rate, cue_kind, quality, honeypot_share, threshold if is_graded else ALWAYS_COMPLY,
        )  # fmt: skip
        along, across, costs = state_coefficients(
            current, punishment, foresight, act_share(watched, unwatched, belief),
            hazard_rate(watched, belief, hit_rate, false_alarm_rate), along, across, costs,
        )  # fmt: skip
    return value, next_value, threshold, watched, unwatched
