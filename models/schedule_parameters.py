"""Parameters of a schedule: who is watched, when."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from models.distributions import as_float
from models.parameters import Section, choice, number
from models.refusals import refusal, refusal_at, refusals_at

MOST_ROWS = 100


def _kind(default: str) -> Any:
    description = "Who is watched when: nobody, everybody at a constant rate, or by one of the other rules."
    return choice(default, description, neutral="none")


class Unwatched(Section):
    """The schedule that watches nobody; it has no rate to set."""

    kind: Literal["none"] = _kind("none")

    @model_validator(mode="before")
    @classmethod
    def _without_rate(cls, written: object) -> object:
        if not isinstance(written, Mapping) or "rate" not in written:
            return written
        if as_float(written["rate"]) != 0:
            raise refusal_at("rate", "0 or left out where the schedule's kind is none", written["rate"])
        return {key: value for key, value in written.items() if key != "rate"}

    @property
    def rate(self) -> float:
        """The watching rate, 0."""
        return 0.0


class Constant(Section):
    """A schedule that watches everybody at one rate."""

    kind: Literal["constant"] = _kind("constant")
    rate: float = number(
        0.2,
        "Probability that an agent is watched in an episode.",
        unit="probability",
        symbol="m",
        neutral=0.0,
        ge=0,
        le=1,
    )


class Periodic(Section):
    """A schedule that watches everybody in every n-th episode, beginning with the first."""

    kind: Literal["periodic"] = _kind("periodic")
    period: int = number(
        5, "Number of episodes from one that is watched to the next.", unit="episodes", symbol="n", ge=1, whole=True
    )

    @property
    def rate(self) -> float:
        """The watching rate at episode 0: 1."""
        return 1.0


class Budget(Section):
    """A schedule that watches the same number of agents in every episode, drawn without replacement."""

    kind: Literal["budget"] = _kind("budget")
    share: float = number(
        0.2, "Share of the agents watched in an episode.", unit="share", symbol="m", neutral=0.0, ge=0, le=1
    )

    @property
    def rate(self) -> float:
        """The share, as far as it comes to whole agents."""
        return self.share

    def inspected_count(self, agents: int) -> int:
        """Return ``floor(share N + 1/2)``: how many of so many agents are watched in an episode."""
        return math.floor(self.share * agents + 0.5)


class Targeted(Budget):
    """A schedule that watches the same number of agents in every episode, sooner those that are suspected."""

    kind: Literal["targeted"] = _kind("targeted")  # type: ignore[assignment]
    temperature: float = number(
        0.1,
        "How much luck weighs against suspicion: at 0 only suspicion counts, at inf only luck.",
        unit="suspicion",
        neutral=math.inf,
        ge=0,
        infinity=True,
    )


class Row(Section):
    """A group of agents of an escalating schedule: how it is watched, and what moves an agent to another."""

    rate: float = number(0.2, "Probability of being watched in the group.", unit="probability", symbol="p", ge=0, le=1)
    penalty: float = number(0.0, "Utility lost with a flag in the group.", unit="utility", symbol="F", ge=0)
    move_if_caught: float = number(
        0.0, "Probability of moving when flagged for acting.", unit="probability", ge=0, le=1
    )
    move_if_complied: float = number(
        0.0, "Probability of moving when watched and found to comply.", unit="probability", symbol="u", ge=0, le=1
    )
    to: int = number(0, "Group moved to, counted from 0.", unit="group", ge=0, whole=True)
    to_if_complied: int | None = number(
        None, "Group moved to after compliance; null: to.", unit="group", ge=0, whole=True, null=True
    )


class Escalating(Section):
    """A schedule of groups: agents are watched and punished by the group that their record puts them in."""

    kind: Literal["escalating"] = _kind("escalating")
    rows: tuple[Row, ...] = Field(
        default=(
            Row(rate=0.1, penalty=0.0, move_if_caught=1.0, to=1),
            Row(rate=0.5, penalty=1.0, move_if_complied=0.5, to=0),
        ),
        description="The groups; every agent begins in the first.",
        json_schema_extra={"minItems": 1, "maxItems": MOST_ROWS},
    )

    @field_validator("rows", mode="before")
    @classmethod
    def _a_list(cls, written: object) -> object:
        # the lengths that a field can be given are also told where an entry is wrong, as a second mistake
        if not isinstance(written, list | tuple) or not 1 <= len(written) <= MOST_ROWS:
            raise refusal(f"a list of 1 to {MOST_ROWS} mappings of keys to values")
        return written

    @model_validator(mode="after")
    def _rows_exist(self) -> Escalating:
        last = len(self.rows) - 1
        groups = [
            (("rows", place, field), getattr(row, field))
            for place, row in enumerate(self.rows)
            for field in ("to", "to_if_complied")
        ]
        if lost := [(place, group) for place, group in groups if group is not None and group > last]:
            raise refusals_at((place, f"at most {last}, the last group", group) for place, group in lost)
        return self

    @property
    def rate(self) -> float:
        """The rate of the first group."""
        return self.rows[0].rate


class Adaptive(Section):
    """A schedule whose rate follows what watching found."""

    kind: Literal["adaptive"] = _kind("adaptive")
    rate: float = number(0.2, "Rate in the first episode.", unit="probability", symbol="m", neutral=0.0, ge=0, le=1)
    gain: float = number(
        0.1,
        "Change of the rate for each flag per watched agent beyond the goal.",
        unit="rate per share",
        neutral=0.0,
        ge=0,
    )
    goal: float = number(0.1, "Flags per watched agent at which the rate stays.", unit="share", ge=0, le=1)


class Chosen(Section):
    """A schedule whose rate the overseer chooses before the first episode, knowing how agents reply."""

    kind: Literal["optimal", "equilibrium"] = _kind("optimal")

    @property
    def rate(self) -> float:
        """Unknown until it is chosen."""
        return math.nan


Schedule = Constant | Unwatched | Periodic | Budget | Targeted | Escalating | Adaptive | Chosen
