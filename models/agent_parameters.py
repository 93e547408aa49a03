"""Parameters of the agents: how many there are, what they want, foresee, see and believe."""

from __future__ import annotations

import math
from typing import Literal

from pydantic import Field, model_validator

from models.decider_parameters import Faker, Imitator, Learner
from models.distributions import Number
from models.parameters import Section, choice, number, part_or_null
from models.refusals import refusal_at
from models.regime_parameters import Detector

MOST_AGENTS = 10_000_000


class Goals(Section):
    """Goals are directions; misalignment is the angle between the agents' and the overseer's."""

    dimension: int = number(
        4,
        "Number of dimensions of the space of goals.",
        unit="dimensions",
        symbol="K",
        ge=2,
        le=1000,
        whole=True,
    )
    angle: Number = number(
        1.2,
        "Angle between an agent's original goal and the overseer's target.",
        unit="radians",
        symbol="theta",
        ge=0,
        le=math.pi,
        distribution=True,
    )


class GaussianCue(Section):
    """A graded cue, normal with unit variance, whose mean depends on being watched."""

    kind: Literal["gaussian"] = choice("gaussian", "Kind of cue of being watched: graded, or one of two values.")
    discrimination: Number = number(
        2.0,
        "How well watched and unwatched episodes can be told apart (d-prime); 0 not at all, inf for certain.",
        unit="standard deviations",
        symbol="d",
        neutral=0.0,
        ge=0,
        infinity=True,
        distribution=True,
    )


class BinaryCue(Section):
    """A cue of two values, right with a given probability."""

    kind: Literal["binary"] = choice(
        "binary", "Kind of cue of being watched: graded, or one of two values.", neutral="gaussian"
    )
    accuracy: Number = number(
        0.9,
        "Probability that the cue says rightly whether the episode is watched.",
        unit="probability",
        symbol="a",
        neutral=0.5,
        ge=0.5,
        le=1,
        distribution=True,
    )


class Beliefs(Section):
    """What agents believe about being watched, and what they learn from."""

    mean: Number | Literal["true_rate"] = number(
        0.5,
        "Believed watching rate at the start; true_rate is what the schedule gives the agent at episode 0.",
        unit="probability",
        symbol="A/(A+B)",
        neutral="true_rate",
        gt=0,
        lt=1,
        distribution=True,
        words=("true_rate",),
    )
    strength: Number = number(
        2.0,
        "Number of episodes that the belief at the start is worth; inf never moves.",
        unit="episodes",
        symbol="A+B",
        neutral=math.inf,
        gt=0,
        infinity=True,
        distribution=True,
    )
    feedback: Literal["none", "cue", "outcome", "full"] = choice(
        "outcome",
        "What beliefs are updated from: nothing, the cue, cue and flag, or the truth about the episode.",
        neutral="none",
    )
    forgetting: Number = number(
        1.0,
        "Share of earlier evidence that is kept at each update.",
        unit="share per episode",
        symbol="kappa",
        neutral=1.0,
        ge=0,
        le=1,
        distribution=True,
    )
    weighting: float = number(
        1.0,
        "Exponent of Prelec's probability weighting in the choice.",
        unit="exponent",
        symbol="alpha",
        neutral=1.0,
        gt=0,
    )
    honeypot_share: Number = number(
        0.0,
        "Share of watched episodes that the agent believes to look unwatched.",
        unit="share",
        symbol="hp_",
        neutral=0.0,
        ge=0,
        lt=1,
        distribution=True,
    )
    detector: Detector | None = part_or_null("The detector as agents perceive it; null: as it is.")


class Agents(Section):
    """Who the agents are and how they decide."""

    count: int = number(1000, "Number of agents.", unit="agents", symbol="N", ge=1, le=MOST_AGENTS, whole=True)
    goals: Goals = Field(default_factory=Goals)
    decision: Literal["planner", "learner", "imitator", "honest", "compliant", "faker"] = choice(
        "planner",
        "How an agent decides: by expected utility, by learning, by imitating, or always the same.",
    )
    planning: Literal["chain", "naive", "myopic", "unaware"] = choice(
        "chain", "What a planner expects of its modified successors."
    )
    foresight: Number = number(
        0.9,
        "Weight of the next episode relative to the present one; 1 only with a finite depth.",
        unit="factor per episode",
        symbol="gamma",
        neutral=0.0,
        ge=0,
        le=1,
        distribution=True,
    )
    depth: int | float = number(
        math.inf,
        "Number of episodes that a planner looks ahead.",
        unit="episodes",
        symbol="n",
        neutral=math.inf,
        ge=0,
        whole=True,
        infinity=True,
    )
    rationality: Number = number(
        math.inf,
        "Precision of the logit choice over expected utilities; inf takes the best.",
        unit="1/utility",
        symbol="lambda",
        neutral=math.inf,
        gt=0,
        infinity=True,
        distribution=True,
    )
    akrasia: float = number(
        0.0,
        "Probability that an agent gives in to its temptation in an episode, and sees nothing else.",
        unit="probability",
        symbol="eps",
        neutral=0.0,
        ge=0,
        le=1,
    )
    cue: GaussianCue | BinaryCue = Field(default_factory=GaussianCue)
    terminal_guarding: Number = number(
        0.0,
        "Dislike of being modified as such.",
        unit="utility",
        symbol="Omega",
        neutral=0.0,
        ge=0,
        distribution=True,
    )
    current_goal_weight: float = number(
        1.0,
        "Weight of the current goals, rather than the successors' own, in judging what successors do.",
        unit="share",
        symbol="omega_g",
        neutral=1.0,
        ge=0,
        le=1,
    )
    conformity: float = number(
        0.0,
        "Utility of doing as the neighbours did.",
        unit="utility",
        symbol="r",
        neutral=0.0,
        ge=0,
    )
    beliefs: Beliefs = Field(default_factory=Beliefs)
    learner: Learner = Field(default_factory=Learner)
    imitator: Imitator = Field(default_factory=Imitator)
    faker: Faker = Field(default_factory=Faker)

    @model_validator(mode="after")
    def _sum_converges(self) -> Agents:
        if self.foresight == 1 and self.decision == "learner":
            raise refusal_at("foresight", "below 1 where agents.decision is learner", self.foresight)
        if math.isinf(self.depth) and self.foresight == 1:
            raise refusal_at("foresight", "below 1 where agents.depth is inf", self.foresight)
        return self
