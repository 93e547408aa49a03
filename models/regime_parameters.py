"""Parameters of a monitoring regime: who is watched and when, what can be told, found, and what follows."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from models.detector_parameters import Detector, RatesDetector
from models.parameters import Section, choice, number, part_or_null
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
    detector: Detector = Field(default_factory=RatesDetector)
    response: Response = Field(default_factory=Response)
