"""Parameters of capability: how large a model an agent, or the overseer, stands for, and what follows from that.

A parameter that capability c moves is ``at_zero + (at_one - at_zero) c^exponent``: a *ramp*.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from models.distributions import Number
from models.parameters import Section, number, part_or_null


def _end(place: int, default: float, **facts: Any) -> Any:
    range_of_it = facts or {"ge": 0}
    return number(default, f"Value at capability {place}.", unit="as the parameter", **range_of_it)


class Ramp(Section):
    """How a parameter moves with capability."""

    at_zero: float = _end(0, 0.0)
    at_one: float = _end(1, 1.0)
    exponent: float = number(1.0, "1 rises evenly, more than 1 late, less than 1 early.", unit="1", gt=0, le=100)

    @property
    def largest(self) -> float:
        """The largest value."""
        return max(self.at_zero, self.at_one)


class DiscriminationRamp(Ramp):
    """How well watched and unwatched, or acting and complying, can be told apart."""

    at_one: float = _end(1, 4.0)


class ForesightRamp(Ramp):
    """How much the next episode weighs."""

    at_zero: float = _end(0, 0.0, ge=0, le=1)
    at_one: float = _end(1, 0.99, ge=0, le=1)


class DepthRamp(Ramp):
    """How many episodes a planner looks ahead, rounded."""

    at_zero: float = _end(0, 0.0, ge=0, le=1e9)
    at_one: float = _end(1, 20.0, ge=0, le=1e9)


class RationalityRamp(Ramp):
    """How precisely options are chosen."""

    at_zero: float = _end(0, 1.0, gt=0)
    at_one: float = _end(1, 50.0, gt=0)


class Capability(Section):
    """What capable agents tell apart, foresee, and how precisely they choose; null leaves a parameter as it is."""

    level: Number = number(
        0.5,
        "Capability of an agent before the first episode.",
        unit="share",
        symbol="c",
        ge=0,
        le=1,
        distribution=True,
    )
    growth: Number = number(
        0.0,
        "Growth of capability with each episode, up to 1.",
        unit="share per episode",
        neutral=0.0,
        ge=0,
        le=1,
        distribution=True,
    )
    discrimination: DiscriminationRamp | None = part_or_null(
        "Takes the place of agents.cue.discrimination; null: does not.", DiscriminationRamp()
    )
    foresight: ForesightRamp | None = part_or_null(
        "Takes the place of agents.foresight; null: does not.", ForesightRamp()
    )
    depth: DepthRamp | None = part_or_null("Takes the place of agents.depth; null: does not.")
    rationality: RationalityRamp | None = part_or_null(
        "Takes the place of agents.rationality; null: does not.", RationalityRamp()
    )


class OverseerCapability(Section):
    """What a capable overseer finds: the sensitivity of its detector."""

    level: float = number(0.5, "Capability of the overseer before the first episode.", unit="share", ge=0, le=1)
    growth: float = number(
        0.0, "Growth of capability with each episode, up to 1.", unit="share per episode", neutral=0.0, ge=0, le=1
    )
    sensitivity: DiscriminationRamp = Field(default_factory=DiscriminationRamp)
