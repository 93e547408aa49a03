"""Parameters of the agents: how many there are, what they want, foresee, see and believe."""

from __future__ import annotations

import math
from typing import Literal

from pydantic import Field, field_validator, model_validator

from models.capability_parameters import Capability
from models.decider_parameters import Faker, Imitator, Learner
from models.detector_parameters import Detector
from models.distributions import Number
from models.goal_parameters import AngleGoals, GivenGoals, ScatteredGoals
from models.group_parameters import COMMON_KEYS, MOST_GROUPS, Group
from models.parameters import Section, choice, number, part_or_null
from models.refusals import Mistake, refusal, refusals_at

MOST_AGENTS = 10_000_000


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
    weighting: Number = number(
        1.0,
        "Exponent of Prelec's probability weighting in the choice.",
        unit="exponent",
        symbol="alpha",
        neutral=1.0,
        gt=0,
        distribution=True,
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
    goals: AngleGoals | ScatteredGoals | GivenGoals = Field(default_factory=AngleGoals)
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
    akrasia: Number = number(
        0.0,
        "Probability that an agent gives in to its temptation in an episode, and sees nothing else.",
        unit="probability",
        symbol="eps",
        neutral=0.0,
        ge=0,
        le=1,
        distribution=True,
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
    current_goal_weight: Number = number(
        1.0,
        "Weight of the current goals, rather than the successors' own, in judging what successors do.",
        unit="share",
        symbol="omega_g",
        neutral=1.0,
        ge=0,
        le=1,
        distribution=True,
    )
    conformity: Number = number(
        0.0,
        "Utility of doing as the neighbours did.",
        unit="utility",
        symbol="r",
        neutral=0.0,
        ge=0,
        distribution=True,
    )
    beliefs: Beliefs = Field(default_factory=Beliefs)
    learner: Learner = Field(default_factory=Learner)
    imitator: Imitator = Field(default_factory=Imitator)
    faker: Faker = Field(default_factory=Faker)

    capability: Capability | None = part_or_null("What follows from how capable agents are; null: nothing.")
    groups: tuple[Group, ...] = Field(
        default=(),
        description="Groups of agents that differ; without any, all are of one.",
        json_schema_extra={"maxItems": MOST_GROUPS},
    )
    assignment: Literal["shuffled", "in_order"] = choice(
        "shuffled", "Which agents are of which group: drawn, or the first agents of the first group and so on."
    )

    @field_validator("groups", mode="before")
    @classmethod
    def _a_list(cls, written: object) -> object:
        if not isinstance(written, list | tuple) or len(written) > MOST_GROUPS:
            raise refusal(f"a list of at most {MOST_GROUPS} mappings of keys to values")
        return written

    @model_validator(mode="after")
    def _fits_together(self) -> Agents:
        if mistakes := [*self._endless_sums(), *self._goals_for_all(), *self._contradictory_ramps(), *self._groups()]:
            raise refusals_at(mistakes)
        return self

    def _endless_sums(self) -> list[Mistake]:
        ramp = self.capability.foresight if self.capability else None
        foresight = self.foresight if ramp is None else ramp.largest
        place = ("foresight",) if ramp is None else ("capability", "foresight")
        needed = "below 1" if ramp is None else "a ramp to a number below 1"
        is_finite = not math.isinf(self.depth) or (self.capability is not None and self.capability.depth is not None)
        if foresight != 1:
            return []
        if self.decision == "learner":
            return [(place, f"{needed} where agents.decision is learner", self.foresight if ramp is None else ramp)]
        if not is_finite:
            return [(place, f"{needed} where agents.depth is inf", self.foresight if ramp is None else ramp)]
        return []

    def _goals_for_all(self) -> list[Mistake]:
        if not isinstance(self.goals, GivenGoals) or len(self.goals.vectors) in (1, self.count):
            return []
        needed = f"one vector for all agents, or as many as there are agents, {self.count}"
        return [(("goals", "vectors"), needed, f"{len(self.goals.vectors)} vectors")]

    def _contradictory_ramps(self) -> list[Mistake]:
        if self.capability is None or self.capability.discrimination is None or self.cue.kind == "gaussian":
            return []
        needed = f"null where agents.cue.kind is {self.cue.kind}"
        return [(("capability", "discrimination"), needed, self.capability.discrimination)]

    def _groups(self) -> list[Mistake]:
        if not self.groups:
            return []
        mistakes: list[Mistake] = []
        total = sum(group.share for group in self.groups)
        if abs(total - 1.0) > 1e-9:
            mistakes.append((("groups",), f"groups whose shares sum to 1, and not to {total:g}", _shares(self.groups)))
        names = [group.name for group in self.groups]
        for place, group in enumerate(self.groups):
            if names.index(group.name) < place:
                mistakes.append((("groups", place, "name"), "a name that no other group has", group.name))
            if group.share * self.count < 0.5:
                needed = f"enough for one of the {self.count} agents"
                mistakes.append((("groups", place, "share"), needed, group.share))
            for key, value in group.set.entries:
                if not key.startswith("agents.") or key.startswith(COMMON_KEYS):
                    mistakes.append((("groups", place, "set", key), "a key of agents that may differ in groups", value))
        return mistakes


def _shares(groups: tuple[Group, ...]) -> list[float]:
    return [group.share for group in groups]
