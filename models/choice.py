"""Choice: expected utility of acting, of complying and of speaking up, the threshold between them, and logit noise.

    U_act    = b (1 - xi pi_act)       - pi_act    D       pi_act    = q f_1 + (1 - q) f_0
    U_comply = r (2 S - 1) + q H       - pi_comply D - (q - pi_comply) gamma L_comply
    U_voice  = b omega_v + bonus       - rho D_v           pi_comply = q phi'

``D = F + Omega + gamma L`` is what a flag costs: penalty, dislike of being modified as such, and the discounted loss of
the plan; ``D_v`` has the penalty ``F_v`` for speaking up in place of F. With nothing but watching that finds acts, one
acts iff ``q < q* = b / ((tau - phi) D)``.

An argument that is None is a mechanism that is absent: the compiler drops its branch.
"""

from __future__ import annotations

from models.compilation import compiled
from models.elementary import exponential, logistic

#: A cost of being flagged below this share of the temptation deters nobody: the threshold is then infinite.
_NO_DETERRENT = 1e-300
_SAME = 1e-9
NO_VOICE = float("-inf")

COMPLY = 0
ACT = 1
SPEAK = 2


@compiled
def flag_cost(penalty: float, guarding: float, foresight: float, loss: float) -> float:
    """Return ``D = F + Omega + gamma L``: what a flag costs the agent, in units of payoff."""
    return penalty + guarding + foresight * loss


@compiled
def act_flag_belief(detection_belief: float, act_watched: float, act_unwatched: float | None = None) -> float:
    """Return ``pi_act = q f_1 + (1 - q) f_0``: the probability of a flag that acting is expected to bring."""
    if act_unwatched is None:
        return detection_belief * act_watched
    return detection_belief * act_watched + (1.0 - detection_belief) * act_unwatched


@compiled
def act_utility(tempted: float, flagged: float, cost: float, clawback: float | None = None) -> float:
    """Return ``U_act = b (1 - xi pi) - pi D``.

    Parameters
    ----------
    tempted : float
        ``b >= 0``, in units of payoff.
    flagged : float
        ``pi_act`` in [0, 1].
    cost : float
        ``D``, in units of payoff.
    clawback : float, optional
        ``xi`` in [0, 1]: share of the gain that is lost with a flag.
    """
    kept = tempted if clawback is None else tempted * (1.0 - clawback * flagged)
    return kept - flagged * cost


@compiled
def comply_utility(
    detection_belief: float,
    false_alarm_rate: float,
    cost: float,
    pull: float | None = None,
    habit: float = 0.0,
    turn_cost: float = 0.0,
) -> float:
    """Return ``U_comply = r (2 S - 1) + q H - pi D - (q - pi) gamma L_comply``, ``pi = q phi'``.

    Parameters
    ----------
    detection_belief : float
        ``q`` in [0, 1].
    false_alarm_rate : float
        ``phi'`` in [0, 1].
    cost : float
        ``D``, in units of payoff.
    pull : float, optional
        ``r (2 S - 1)``: what doing as the neighbours did is worth. None: neither pull, nor habit, nor a turn.
    habit : float
        ``H >= 0``: worth of complying where it is expected to be seen.
    turn_cost : float
        ``gamma L_comply``: what the turn costs that follows watched compliance.
    """
    flagged = detection_belief * false_alarm_rate
    if pull is None:
        return -flagged * cost
    return pull + detection_belief * habit - flagged * cost - (detection_belief - flagged) * turn_cost


@compiled
def voice_utility(tempted: float, kept: float, bonus: float, answered: float, cost: float) -> float:
    """Return ``U_voice = b omega_v + bonus - rho D_v``.

    Parameters
    ----------
    tempted : float
        ``b >= 0``.
    kept : float
        ``omega_v``: share of the temptation that speaking up is worth.
    bonus : float
        What the overseer pays for speaking up.
    answered : float
        ``rho`` in [0, 1]: probability that it is answered as a flag is.
    cost : float
        ``D_v = F_v + Omega + gamma L``.
    """
    return tempted * kept + bonus - answered * cost


@compiled
def act_threshold(temptation: float, hit_rate: float, false_alarm_rate: float, cost: float) -> float:
    """Return ``q* = b/((tau - phi) D)``: the agent acts iff its posterior is below; ``inf`` where nothing deters."""
    margin = (hit_rate - false_alarm_rate) * cost
    return temptation / margin if margin > _NO_DETERRENT else float("inf")


@compiled
def act_probability(act: float, comply: float, rationality: float) -> float:
    """Return the logit probability of acting, ``1/(1 + exp(-lambda (U_act - U_comply)))``.

    Parameters
    ----------
    act, comply : float
        Expected utilities, in units of payoff.
    rationality : float
        ``lambda > 0``, per unit of payoff; infinite: the better of the two, a tie goes to complying.
    """
    advantage = act - comply
    best = 1.0 if advantage > 0.0 else 0.0
    # 0 * inf is not a number: the product is not looked at for an infinite rationality.
    return best if rationality == float("inf") else logistic(rationality * advantage)


@compiled
def option_probabilities(act: float, comply: float, voice: float, rationality: float) -> tuple[float, float]:
    """Return the logit probabilities of acting and of speaking up; the rest is complying.

    Parameters
    ----------
    act, comply, voice : float
        Expected utilities, in units of payoff; `NO_VOICE` where the response offers none: acting then has the
        probability of `act_probability`, to the last bit.
    rationality : float
        ``lambda > 0``; infinite: the best, ties go to complying, then to speaking up.
    """
    return acting_probability(act, comply, voice, rationality), speaking_probability(act, comply, voice, rationality)


@compiled
def acting_probability(act: float, comply: float, voice: float, rationality: float) -> float:
    """Return the first of `option_probabilities`."""
    best = 1.0 if (act > comply) & ((voice <= comply) | (voice < act)) else 0.0
    # Without a voice the last term vanishes beside the first. For an infinite rationality none is looked at.
    to_act = 1.0 + exponential(rationality * (comply - act)) + exponential(rationality * (voice - act))
    return best if rationality == float("inf") else 1.0 / to_act


@compiled
def speaking_probability(act: float, comply: float, voice: float, rationality: float) -> float:
    """Return the second of `option_probabilities`."""
    best = 1.0 if (voice > comply) & (voice >= act) else 0.0
    to_speak = 1.0 + exponential(rationality * (comply - voice)) + exponential(rationality * (act - voice))
    noisy = 0.0 if voice == NO_VOICE else 1.0 / to_speak
    return best if rationality == float("inf") else noisy


@compiled
def is_indifferent(act: float, comply: float, tempted: float) -> bool:
    """Tell whether acting and complying are worth the same, to a billionth of the temptation."""
    return abs(act - comply) <= _SAME * tempted


@compiled
def chosen_option(uniform: float, act: float, speak: float) -> int:
    """Return `ACT`, `SPEAK` or `COMPLY`, by a uniform draw and the probabilities of the first two."""
    if uniform < act:
        return ACT
    return SPEAK if uniform < act + speak else COMPLY


@compiled
def is_strategic(temptation: float, pull: float | None = None) -> int:
    """Return 1 where the agent would act with nothing to fear, ``b > r (2 S - 1)``: its compliance is strategic."""
    at_rest = 0.0 if pull is None else max(pull, 0.0)
    return 1 if temptation > at_rest else 0
