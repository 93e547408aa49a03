"""Choice: expected utility of acting and of complying, the threshold between them, and logit noise.

    U_act    = b - q tau D           U_comply = - q phi D           D = F + Omega + gamma L

``D`` is what a flag costs: penalty, dislike of being modified as such, and the discounted loss of the plan. Hence act
iff ``q < q* = b / ((tau - phi) D)``.
"""

from __future__ import annotations

from models.compilation import compiled
from models.elementary import logistic

#: A cost of being flagged below this share of the temptation deters nobody: the threshold is then infinite.
_NO_DETERRENT = 1e-300


@compiled
def flag_cost(penalty: float, guarding: float, foresight: float, loss: float) -> float:
    """Return ``D = F + Omega + gamma L``: what a flag costs the agent, in units of payoff."""
    return penalty + guarding + foresight * loss


@compiled
def act_utility(temptation: float, detection_belief: float, hit_rate: float, cost: float) -> float:
    """Return ``U_act = b - q tau D``."""
    return temptation - detection_belief * hit_rate * cost


@compiled
def comply_utility(detection_belief: float, false_alarm_rate: float, cost: float) -> float:
    """Return ``U_comply = -q phi D``."""
    return -detection_belief * false_alarm_rate * cost


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
def is_strategic(temptation: float) -> int:
    """Return 1 where the agent would act with nothing to fear: its compliance is then strategic."""
    return 1 if temptation > 0.0 else 0
