"""Mechanisms beyond the basic model, as plain numbers that compiled loops can take.

A scenario is *basic* where all of them have their neutral values. It is then stepped by loops that know nothing of
them (`simulation.array_engine`); all others by those of `simulation.full_engine`, which at neutral values give the same
bits.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from models.detection import Rates
from models.outlook import CHAIN, ENDLESS, MYOPIC, NAIVE, UNAWARE, Response
from models.perception import BINARY
from models.regime_parameters import Detector as DetectorParameters
from models.response import flag_rotation
from models.scenario import Scenario
from simulation.learner import Lessons
from simulation.settings import cue_kind

#: What an agent's rule is: a plan's, a threshold on the posterior, or what it learned.
PLANNER, THRESHOLD, LEARNER = range(3)
_DECIDERS = {"planner": PLANNER, "learner": LEARNER}
_PLANNING = {"chain": CHAIN, "naive": NAIVE, "myopic": MYOPIC, "unaware": UNAWARE}

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
    rates, perceived : Rates
        Of the detector as it is, and as agents take it to be.
    response : Response
        With rotation ``eta iota``.
    internalisation, habit, reinforcement : float
        ``iota, beta, beta_c``.
    planning, depth, goal_weight : int, int, float
        As in `models.outlook.Planner`.
    akrasia, weighting, conformity : float
        ``eps, alpha, r``.
    shared_task : int
        Whether all agents face the same task.
    initial_compliance, social_learning, news : float
        ``S`` before the first episode, ``zeta, nu``.
    false_signal : float
        Probability that the public signal says "watched" of an unwatched episode; 1 without a signal.
    mixing : float
        Probability of acting of those whom an equilibrium leaves indifferent; below 0 where nobody mixes.
    decider : int
        `PLANNER`, `THRESHOLD` or `LEARNER`.
    speaks : int
        1 where agents that are honest speak up in place of acting.
    window, temperature : int, float
        Of imitators; a window of 0: nobody imitates.
    lessons : Lessons
        Of learners.
    """

    rates: Rates
    perceived: Rates
    response: Response
    internalisation: float
    habit: float
    reinforcement: float
    planning: int
    depth: int
    goal_weight: float
    akrasia: float
    weighting: float
    conformity: float
    shared_task: int
    initial_compliance: float
    social_learning: float
    news: float
    false_signal: float
    mixing: float
    decider: int
    speaks: int
    window: int
    temperature: float
    lessons: Lessons


def is_basic(scenario: Scenario) -> bool:
    """Tell whether the basic model has all that the scenario needs."""
    neutral = Scenario()
    steady = scenario.stakes.kind in ("proportional", "fixed")
    watched = scenario.regime.schedule.kind in ("none", "constant") and scenario.regime.visibility.signal == "none"
    return steady and watched and all(_value(scenario, key) == _value(neutral, key) for key in _BEYOND_BASIC)


def _value(scenario: Scenario, key: str) -> object:
    value: object = scenario
    for name in key.split("."):
        value = getattr(value, name)
    return value


def mechanisms_of(scenario: Scenario) -> Mechanisms:
    """Return the plain numbers of a scenario's mechanisms."""
    agents, response, society = scenario.agents, scenario.regime.response, scenario.society
    detector = scenario.regime.detector
    return Mechanisms(
        rates=rates_of(detector),
        perceived=rates_of(agents.beliefs.detector or detector),
        response=response_of(scenario),
        internalisation=response.internalisation,
        habit=response.habit,
        reinforcement=response.reinforcement,
        planning=_PLANNING[agents.planning],
        depth=ENDLESS if math.isinf(agents.depth) else int(agents.depth),
        goal_weight=agents.current_goal_weight,
        akrasia=agents.akrasia,
        weighting=agents.beliefs.weighting,
        conformity=agents.conformity,
        shared_task=int(getattr(scenario.stakes, "shared", False)),
        initial_compliance=society.initial_compliance,
        social_learning=society.social_learning,
        news=society.news,
        false_signal=1.0,
        mixing=-1.0,
        decider=_DECIDERS.get(agents.decision, THRESHOLD),
        speaks=int(agents.decision == "honest" and response.voice is not None),
        window=agents.imitator.window if agents.decision == "imitator" else 0,
        temperature=agents.imitator.temperature,
        lessons=lessons_of(scenario),
    )


def lessons_of(scenario: Scenario) -> Lessons:
    """Return how learners learn."""
    learner = scenario.agents.learner
    return Lessons(
        learner.lives,
        learner.episodes,
        2 if cue_kind(scenario) == BINARY else learner.bins,
        learner.modifications + 1,
        learner.power,
        learner.exploration,
    )


def rates_of(detector: DetectorParameters) -> Rates:
    """Return the rates of a detector."""
    return Rates(
        detector.hit_rate,
        detector.false_alarm_rate,
        detector.unwatched_hit_rate,
        detector.peer_report_rate,
        detector.probe.hit_rate,
        detector.probe.false_alarm_rate,
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
