"""Parameters of a monitoring regime: who is watched and when, what can be told, found, and what follows."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from models.parameters import Section, choice, number, part_or_null
from models.refusals import refusals_at
from models.schedule_parameters import Constant, Schedule


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
