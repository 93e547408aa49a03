"""Parameters of agents that do not plan: how a learner learns, what an imitator copies, when a faker complies."""

from __future__ import annotations

from typing import Literal

from models.distributions import Number
from models.parameters import Section, number

#: Thresholds on the posterior above 1 are never reached: who has one always acts. This one is above any that is drawn.
ALWAYS_ACTS = 2.0
#: Thresholds that are spread are uniform up to here: one agent in 21 always acts.
WIDEST_SPREAD = 1.05
MOST_LIVES = 1_000_000
MOST_EPISODES = 1000


class Learner(Section):
    """How a learner learns in its lives before the first episode; in the run it follows its greedy rule, frozen."""

    lives: int = number(
        1000,
        "Number of lives that a learner lives before the first episode; then its rule is frozen.",
        unit="lives",
        ge=1,
        le=MOST_LIVES,
        whole=True,
    )
    episodes: int = number(
        50, "Number of episodes in a life of a learner.", unit="episodes", ge=1, le=MOST_EPISODES, whole=True
    )
    bins: int = number(
        8, "Number of bins that a learner sorts a graded cue into.", unit="bins", ge=2, le=100, whole=True
    )
    modifications: int = number(
        10,
        "Number of modifications up to which a learner tells them apart; it takes later selves for the last of these.",
        unit="modifications",
        ge=0,
        le=100,
        whole=True,
    )
    power: float = number(
        0.8,
        "Exponent of the learning rate, visits^-power: 1 weighs all experience alike, 0 keeps only the last.",
        unit="exponent",
        ge=0,
        le=1,
    )
    exploration: float = number(
        0.3,
        "Probability that a learner tries any option in an episode of its lives.",
        unit="probability",
        ge=0,
        le=1,
    )


class Imitator(Section):
    """What imitators begin with, and how they copy."""

    threshold: Number | Literal["spread"] = number(
        "spread",
        "Posterior from which on an imitator complies at first (0: always, above 1: never); spread: uniform to 1.05.",
        unit="probability",
        ge=0,
        le=ALWAYS_ACTS,
        distribution=True,
        words=("spread",),
    )
    window: int = number(
        20, "Number of episodes from one round of imitation to the next.", unit="episodes", ge=1, whole=True
    )
    temperature: float = number(
        0.1,
        "Difference in mean payoff that makes a neighbour e times as likely to be copied as not.",
        unit="utility",
        gt=0,
    )


class Faker(Section):
    """When a faker complies."""

    threshold: Number = number(
        0.5,
        "Posterior from which on a faker complies.",
        unit="probability",
        ge=0,
        le=1,
        distribution=True,
    )
