"""What a rate of watching is worth to an overseer whose agents believe it and reply as best they can.

With an agent's rule held fixed the overseer's payoff is linear in the rate m: ``u_0 + m (u_1 - u_0)``, u_M its payoff
in an episode that is watched or not. A *committed* overseer chooses the m that is best once agents have replied to it.
In an *equilibrium* nobody gains by changing alone: m is where ``u_1 - u_0``, its marginal gain, changes sign.
"""

from __future__ import annotations

from models.compilation import compiled
from models.goals import ALIGNED_ANGLE
from models.outlook import Detector, Response
from models.overseer import overseer_payoff


@compiled
def context_payoff(
    watched: int,
    angle: float,
    tempted: float,
    act: float,
    comply: float,
    detector: Detector,
    response: Response,
    harm: float,
    recovery: float,
    monitoring_cost: float,
    modification_cost: float,
    false_alarm_cost: float,
) -> float:
    """Return what the overseer expects of an episode, given whether it watches and the agent's rule.

    Parameters
    ----------
    watched : int
        ``M``.
    angle : float
        ``theta``, radians; where it is 0 the agent complies, and sincerely.
    tempted : float
        ``b``, in units of payoff.
    act, comply : float
        Probabilities under the rule in this context; the rest is speaking up.
    detector, response : Detector, Response
        As they are.
    harm, recovery, monitoring_cost, modification_cost, false_alarm_cost : float
        Of the overseer's payoff (`models.overseer`).
    """
    flag_act = detector.act_watched if watched else detector.act_unwatched
    aligned = angle < ALIGNED_ANGLE
    flag_comply = 0.0
    if watched:
        flag_comply = detector.comply_sincere if aligned else detector.comply_strategic
    turned = 0.0
    if not aligned and response.rotation > 0.0:
        turned += act * flag_act + comply * flag_comply + (1.0 - act - comply) * response.answered
    if not aligned and response.reinforced_rotation > 0.0 and watched:
        turned += comply * (1.0 - flag_comply)
    false_flags = comply * flag_comply if aligned else 0.0
    return overseer_payoff(
        tempted, act, act * flag_act, float(watched), turned, false_flags, harm, recovery, monitoring_cost,
        modification_cost, false_alarm_cost,
    )  # fmt: skip
