"""Mechanisms beyond the basic model, as plain numbers that compiled loops can take.

A scenario is *basic* where all of them have their neutral values. It is then stepped by loops that know nothing of
them (`simulation.array_engine`); all others by those of `simulation.full_engine`, which at neutral values give the same
bits.
"""

from __future__ import annotations

from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from models.detection import Rates
from models.outlook import Response
from models.response import flag_rotation
from models.scenario import Scenario
from simulation.detectors import rates_of
from simulation.groups import PLANNER, decider_of
from simulation.growth import OverseerGrowth, grows, overseer_growth
from simulation.settings import cue_kind

#: Keys that the basic model has no place for; they must be neutral. ``...`` stands for a default that is neutral.
_BEYOND_BASIC = (
    "agents.decision",
    "agents.planning",
    "agents.depth",
    "agents.akrasia",
    "agents.current_goal_weight",
    "agents.conformity",
    "agents.beliefs.weighting",
    "agents.beliefs.detector",
    "agents.capability",
    "agents.groups",
    "overseer.capability",
    "regime.detector.unwatched_hit_rate",
    "regime.detector.peer_report_rate",
    "regime.detector.probe",
    "regime.response.clawback",
    "regime.response.rotation_when_complying",
    "regime.response.habit",
    "regime.response.reinforcement",
    "regime.response.voice",
    "society",
)


class Mechanisms(NamedTuple):
    """Plain numbers; units and ranges as in `models.scenario`.

    Attributes
    ----------
    rates : Rates
        Of the detector before the first episode.
    response : Response
        With rotation ``eta iota``.
    internalisation, habit, reinforcement : float
        ``iota, beta, beta_c``.
    shared_task : int
        Whether all agents face the same task.
    initial_compliance, social_learning, news : float
        ``S`` before the first episode, ``zeta, nu``.
    false_signal : float
        Probability that the public signal says "watched" of an unwatched episode; 1 without a signal.
    mixing : float
        Probability of acting of those whom an equilibrium leaves indifferent; below 0 where nobody mixes.
    some_plan, some_do_not : int
        Whether there are agents that plan, and agents that do not.
    some_slip, some_conform : int
        Whether the akrasia, and the conformity, of any agent is above 0.
    cue_kind : int
        Of all agents (`models.perception`); -1 where it is not the same for all.
    window : int
        Of imitators; 0: nobody imitates.
    grows : int
        Whether the capability of anybody grows.
    overseer : OverseerGrowth
        Of the overseer's capability.
    """

    rates: Rates
    response: Response
    internalisation: float
    habit: float
    reinforcement: float
    shared_task: int
    initial_compliance: float
    social_learning: float
    news: float
    false_signal: float
    mixing: float
    some_plan: int
    some_do_not: int
    some_slip: int
    some_conform: int
    cue_kind: int
    window: int
    grows: int
    overseer: OverseerGrowth


def is_basic(scenario: Scenario) -> bool:
    """Tell whether the basic model has all that the scenario needs."""
    steady = scenario.stakes.kind in ("proportional", "fixed")
    watched = scenario.regime.schedule.kind in ("none", "constant") and scenario.regime.visibility.signal == "none"
    return steady and watched and bool(_beyond_basic(scenario) == _neutral_values())


_beyond_basic = attrgetter(*_BEYOND_BASIC)


@lru_cache(maxsize=1)
def _neutral_values() -> tuple[object, ...]:
    return tuple(_beyond_basic(Scenario()))


def mechanisms_of(scenario: Scenario) -> Mechanisms:
    """Return the plain numbers of a scenario's mechanisms."""
    response, society = scenario.regime.response, scenario.society
    groups = [group.agents for group in scenario.group_scenarios]
    plan = [decider_of(agents) == PLANNER for agents in groups]
    cue_kinds = {cue_kind(group) for group in scenario.group_scenarios}
    return Mechanisms(
        rates=rates_of(scenario.regime.detector),
        response=response_of(scenario),
        internalisation=response.internalisation,
        habit=response.habit,
        reinforcement=response.reinforcement,
        shared_task=int(getattr(scenario.stakes, "shared", False)),
        initial_compliance=society.initial_compliance,
        social_learning=society.social_learning,
        news=society.news,
        false_signal=1.0,
        mixing=-1.0,
        some_plan=int(any(plan)),
        some_do_not=int(not all(plan)),
        some_slip=int(any(agents.akrasia != 0.0 for agents in groups)),
        some_conform=int(any(agents.conformity != 0.0 for agents in groups)),
        cue_kind=cue_kinds.pop() if len(cue_kinds) == 1 else -1,
        window=scenario.agents.imitator.window if any(agents.decision == "imitator" for agents in groups) else 0,
        grows=int(grows(scenario)),
        overseer=overseer_growth(scenario),
    )


def response_of(scenario: Scenario) -> Response:
    """Return what follows a flag, watched compliance, and speaking up."""
    response = scenario.regime.response
    voice = response.voice
    return Response(
        penalty=response.penalty,
        clawback=response.clawback,
        rotation=flag_rotation(response.rotation, response.internalisation),
        reinforced_rotation=response.rotation_when_complying,
        offers_voice=int(voice is not None),
        answered=voice.answer_probability if voice else 0.0,
        bonus=voice.bonus if voice else 0.0,
        voice_kept=voice.gain_share if voice else 0.0,
        voice_penalty=voice.penalty if voice else 0.0,
    )
