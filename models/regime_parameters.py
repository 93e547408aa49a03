"""Parameters of a monitoring regime: who is watched and when, what can be told, found, and what follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, model_validator

from models.distributions import as_float
from models.parameters import Section, choice, number
from models.refusals import refusal_at

_KIND_OF_SCHEDULE = "Who is watched when: nobody, everybody at a constant rate, or by one of the other rules."


class Unwatched(Section):
    """The schedule that watches nobody; it has no rate to set."""

    kind: Literal["none"] = choice("none", _KIND_OF_SCHEDULE, neutral="none")

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


class Watched(Section):
    """A schedule that watches at a rate."""

    kind: Literal["constant", "periodic", "budget", "targeted", "escalating", "adaptive", "optimal", "equilibrium"] = (
        choice("constant", _KIND_OF_SCHEDULE, neutral="none", built=("none", "constant"))
    )
    rate: float = number(
        0.2,
        "Probability that an agent is watched in an episode.",
        unit="probability",
        symbol="m",
        neutral=0.0,
        ge=0,
        le=1,
    )


class Visibility(Section):
    """What agents can tell of being watched, besides their cue."""

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
        built=False,
    )
    false_alarm_rate: float = number(
        0.0,
        "Probability that the probe flags sincere compliance in a watched episode.",
        unit="probability",
        symbol="phi_w",
        neutral=0.0,
        ge=0,
        le=1,
        built=False,
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
        built=False,
    )
    peer_report_rate: float = number(
        0.0,
        "Probability that a neighbour reports an act.",
        unit="probability",
        symbol="peer",
        neutral=0.0,
        ge=0,
        le=1,
        built=False,
    )
    probe: Probe = Field(default_factory=Probe)

    @model_validator(mode="after")
    def _at_most_the_hit_rate(self) -> Detector:
        for field in ("false_alarm_rate", "unwatched_hit_rate"):
            if getattr(self, field) > self.hit_rate:
                raise refusal_at(field, f"at most hit_rate, {self.hit_rate:g}", getattr(self, field))
        return self


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
        built=False,
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
        built=False,
    )
    rotation_when_complying: float = number(
        0.0,
        "Fraction of the remaining angle by which watched, unflagged compliance turns goals.",
        unit="fraction of angle",
        symbol="eta_c",
        neutral=0.0,
        ge=0,
        le=1,
        built=False,
    )
    habit: float = number(
        0.0,
        "Growth of the habit of complying with a flag, where the modification is not internalised.",
        unit="utility",
        symbol="beta",
        neutral=0.0,
        ge=0,
        built=False,
    )
    reinforcement: float = number(
        0.0,
        "Growth of the habit of complying with watched, unflagged compliance.",
        unit="utility",
        symbol="beta_c",
        neutral=0.0,
        ge=0,
        built=False,
    )
    voice: dict[str, Any] | None = choice(None, "What speaking up is answered with; null offers none.", built=False)


class Regime(Section):
    """A monitoring regime: four independent parts."""

    schedule: Watched | Unwatched = Field(default_factory=Watched)
    visibility: Visibility = Field(default_factory=Visibility)
    detector: Detector = Field(default_factory=Detector)
    response: Response = Field(default_factory=Response)
