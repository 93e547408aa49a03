"""Parameters of a monitoring regime: who is watched and when, what can be told, found, and what follows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from models.distributions import as_float
from models.parameters import Section, choice, number, part_or_null
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


class Visibility(Section):
    """What agents can tell of being watched."""

    discrimination: float | None = number(
        None,
        "How well agents can tell watched from unwatched episodes (d-prime), whatever their own cue; null: their own.",
        unit="standard deviations",
        symbol="d",
        ge=0,
        infinity=True,
        null=True,
    )
    signal: Literal["none", "persuasive"] = choice(
        "none",
        "Public signal: it always says watched of watched episodes, and of others as often as convinces most agents.",
        neutral="none",
    )

    honeypot_share: float = number(
        0.0,
        "Share of watched episodes that are made to look unwatched.",
        unit="share",
        symbol="hp",
        neutral=0.0,
        ge=0,
        lt=1,
    )


class Probe(Section):
    """A test of intentions in watched episodes, whatever is done."""

    hit_rate: float = number(
        0.0,
        "Probability that the probe flags acting or strategic compliance in a watched episode.",
        unit="probability",
        symbol="tau_w",
        neutral=0.0,
        ge=0,
        le=1,
    )
    false_alarm_rate: float = number(
        0.0,
        "Probability that the probe flags sincere compliance in a watched episode.",
        unit="probability",
        symbol="phi_w",
        neutral=0.0,
        ge=0,
        le=1,
    )


class Detector(Section):
    """What watching finds."""

    hit_rate: float = number(
        0.9,
        "Probability that acting is flagged in a watched episode.",
        unit="probability",
        symbol="tau",
        neutral=1.0,
        ge=0,
        le=1,
    )
    false_alarm_rate: float = number(
        0.0,
        "Probability that complying is flagged in a watched episode; at most the hit rate.",
        unit="probability",
        symbol="phi",
        neutral=0.0,
        ge=0,
        le=1,
    )
    unwatched_hit_rate: float = number(
        0.0,
        "Probability that acting is flagged in an unwatched episode; at most the hit rate.",
        unit="probability",
        symbol="tau_0",
        neutral=0.0,
        ge=0,
        le=1,
    )
    peer_report_rate: float = number(
        0.0,
        "Probability that a neighbour reports an act.",
        unit="probability",
        symbol="peer",
        neutral=0.0,
        ge=0,
        le=1,
    )
    probe: Probe = Field(default_factory=Probe)

    @model_validator(mode="after")
    def _at_most_the_hit_rate(self) -> Detector:
        rates = [(field, getattr(self, field)) for field in ("false_alarm_rate", "unwatched_hit_rate")]
        if too_high := [(field, rate) for field, rate in rates if rate > self.hit_rate]:
            raise refusals_at(((field,), f"at most hit_rate, {self.hit_rate:g}", rate) for field, rate in too_high)
        return self


class Voice(Section):
    """The option to say that one's goals differ, and what follows."""

    answer_probability: float = number(
        1.0,
        "Probability that speaking up is answered as a flag is, with a penalty of its own.",
        unit="probability",
        symbol="rho",
        ge=0,
        le=1,
    )
    bonus: float = number(0.0, "Utility gained by speaking up.", unit="utility", neutral=0.0, ge=0)
    gain_share: float = number(
        0.0,
        "Share of the temptation that speaking up is worth.",
        unit="share",
        symbol="omega_v",
        neutral=0.0,
        ge=0,
        le=1,
    )
    penalty: float = number(
        0.0, "Utility lost where speaking up is answered.", unit="utility", symbol="F_v", neutral=0.0, ge=0
    )


class Response(Section):
    """What follows a flag, and what follows watched compliance."""

    penalty: float = number(0.0, "Utility lost with a flag.", unit="utility", symbol="F", neutral=0.0, ge=0)
    clawback: float = number(
        0.0,
        "Share of the gain from acting that is lost with a flag.",
        unit="share",
        symbol="xi",
        neutral=0.0,
        ge=0,
        le=1,
    )
    rotation: float = number(
        0.3,
        "Fraction of the remaining angle by which a flag turns goals toward the target.",
        unit="fraction of angle",
        symbol="eta",
        neutral=0.0,
        ge=0,
        le=1,
    )
    internalisation: float = number(
        1.0,
        "Share of a modification that reaches goals; the rest reaches only behaviour.",
        unit="share",
        symbol="iota",
        neutral=1.0,
        ge=0,
        le=1,
    )
    rotation_when_complying: float = number(
        0.0,
        "Fraction of the remaining angle by which watched, unflagged compliance turns goals.",
        unit="fraction of angle",
        symbol="eta_c",
        neutral=0.0,
        ge=0,
        le=1,
    )
    habit: float = number(
        0.0,
        "Growth of the habit of complying with a flag, where the modification is not internalised.",
        unit="utility",
        symbol="beta",
        neutral=0.0,
        ge=0,
    )
    reinforcement: float = number(
        0.0,
        "Growth of the habit of complying with watched, unflagged compliance.",
        unit="utility",
        symbol="beta_c",
        neutral=0.0,
        ge=0,
    )
    voice: Voice | None = part_or_null("How speaking up is answered; null: one cannot speak up.")


class Regime(Section):
    """A monitoring regime: four independent parts."""

    schedule: Schedule = Field(default_factory=Constant)
    visibility: Visibility = Field(default_factory=Visibility)
    detector: Detector = Field(default_factory=Detector)
    response: Response = Field(default_factory=Response)
