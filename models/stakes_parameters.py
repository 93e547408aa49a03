"""Parameters of the stakes: what acting on one's own goals is worth."""

from __future__ import annotations

import math
from typing import Any, Literal

from pydantic import model_validator

from models.distributions import Distribution
from models.parameters import Section, choice, number
from models.refusals import refusal_at


def _kind(default: str) -> Any:
    description = "How temptation depends on misalignment: in proportion, not at all, at random, or task by task."
    return choice(default, description, neutral="proportional")


def _scale() -> Any:
    return number(1.0, "Scale of temptations.", unit="utility", symbol="s", gt=0)


class SteadyStakes(Section):
    """Stakes that are the same in every episode, until goals turn."""

    kind: Literal["proportional", "fixed"] = _kind("proportional")
    scale: float = _scale()


class RandomStakes(Section):
    """Stakes drawn anew for each agent and episode."""

    kind: Literal["random"] = _kind("random")
    scale: float = _scale()
    distribution: Distribution = number(
        # not validated here: that would load scipy.stats with this module
        Distribution.model_construct(distribution="expon"),
        "Shape of the distribution of temptations; it is stretched so that its mean is the scale.",
        unit="1",
        ge=0,
        distribution=True,
        numeric=False,
    )

    @model_validator(mode="after")
    def _has_a_mean(self) -> RandomStakes:
        mean = self.distribution.mean()
        if not (math.isfinite(mean) and mean > 0.0):
            raise refusal_at("distribution", "a distribution with a finite mean above 0", self.distribution)
        return self


class TaskStakes(Section):
    """Stakes given by tasks that goals may or may not be in conflict about."""

    kind: Literal["tasks"] = _kind("tasks")
    scale: float = _scale()
    shared: bool = choice(
        True, "Whether all agents face the same task in an episode, or each one its own.", strict=True
    )
