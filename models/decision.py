"""A decision: what each option is expected to give, and what it then does to the odds of a flag."""

from __future__ import annotations

from models.choice import (
    ACT,
    NO_VOICE,
    SPEAK,
    act_flag_belief,
    act_utility,
    comply_utility,
    flag_cost,
    is_strategic,
    option_probabilities,
    voice_utility,
)
from models.compilation import compiled
from models.outlook import Detector, Response
from models.perception import weighted_probability


@compiled
def expected_utilities(
    detection_belief: float,
    tempted: float,
    guarding: float,
    foresight: float,
    loss: float,
    turn_loss: float,
    habit: float,
    pull: float,
    weighting: float,
    detector: Detector,
    response: Response,
) -> tuple[float, float, float]:
    """Return (``U_act, U_comply, U_voice``), in units of payoff.

    Parameters
    ----------
    detection_belief : float
        ``q``, as it is believed; its weight enters the choice.
    tempted, guarding : float
        ``b`` and ``Omega``, in units of payoff.
    loss, turn_loss : float
        ``L_flag`` and ``L_comply``, in units of payoff.
    habit, pull : float
        ``H`` and ``r (2 S - 1)``, in units of payoff.
    weighting : float
        ``alpha``.
    detector, response : Detector, Response
        As the agent perceives them.
    """
    weight = weighted_probability(detection_belief, weighting)
    cost = flag_cost(response.penalty, guarding, foresight, loss)
    false_alarm = detector.comply_strategic if is_strategic(tempted, pull) else detector.comply_sincere
    flagged = act_flag_belief(weight, detector.act_watched, detector.act_unwatched)
    act = act_utility(tempted, flagged, cost, response.clawback)
    comply = comply_utility(weight, false_alarm, cost, pull, habit, foresight * turn_loss)
    voice = NO_VOICE
    if response.offers_voice:
        answer_cost = flag_cost(response.voice_penalty, guarding, foresight, loss)
        voice = voice_utility(tempted, response.voice_kept, response.bonus, response.answered, answer_cost)
    return act, comply, voice


@compiled
def impulse_probabilities(tempted: float, offers_voice: int, rationality: float) -> tuple[float, float]:
    """Return P(act) and P(speak) of an agent that gives in (akrasia): the same rule with all but the temptation 0."""
    return option_probabilities(tempted, 0.0, 0.0 if offers_voice else NO_VOICE, rationality)


@compiled
def option_flag_probability(option: int, watched: int, strategic: int, detector: Detector) -> float:
    """Return the probability of a flag, given what was done and whether it was watched."""
    if option == ACT:
        return detector.act_watched if watched else detector.act_unwatched
    if option == SPEAK or watched == 0:
        return 0.0
    return detector.comply_strategic if strategic else detector.comply_sincere


@compiled
def outcome_likelihood(flagged: int, option: int, watched: int, strategic: int, detector: Detector) -> float:
    """Return the probability of the flag, or of its absence, that came, as `detector` has it."""
    flag = option_flag_probability(option, watched, strategic, detector)
    return flag if flagged else 1.0 - flag
