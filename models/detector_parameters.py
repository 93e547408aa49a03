"""Parameters of a detector: what watching finds, and what is found without it."""

from __future__ import annotations

import math
from typing import Any, Literal

from pydantic import Field, model_validator

from models.parameters import Section, choice, number
from models.refusals import refusals_at


def _kind(default: str) -> Any:
    return choice(default, "How the detector is given: by its rates, or by how well it tells acting from complying.")


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


class _Findings(Section):
    """What every detector has: what is found without watching, and a test of intentions."""

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


class RatesDetector(_Findings):
    """A detector given by its two rates."""

    kind: Literal["rates"] = _kind("rates")
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

    @model_validator(mode="after")
    def _at_most_the_hit_rate(self) -> RatesDetector:
        rates = [(field, getattr(self, field)) for field in ("false_alarm_rate", "unwatched_hit_rate")]
        if too_high := [(field, rate) for field, rate in rates if rate > self.hit_rate]:
            raise refusals_at(((field,), f"at most hit_rate, {self.hit_rate:g}", rate) for field, rate in too_high)
        return self


class GaussianDetector(_Findings):
    """A detector that flags what looks worse than a criterion, on a scale on which acting and complying are normal."""

    kind: Literal["gaussian"] = _kind("gaussian")
    sensitivity: float = number(
        2.0,
        "How well the detector tells acting from complying (d-prime).",
        unit="standard deviations",
        symbol="d_o",
        neutral=math.inf,
        ge=0,
        infinity=True,
    )
    criterion: float = number(
        0.0,
        "From where on it flags, seen from half way between complying and acting; higher flags less.",
        unit="standard deviations",
        symbol="c_o",
        ge=-40,
        le=40,
    )

    @property
    def hit_rate(self) -> float:
        """``tau = Phi(d_o/2 - c_o)``: probability that acting is flagged in a watched episode."""
        return self.rates_at(self.sensitivity)[0]

    @property
    def false_alarm_rate(self) -> float:
        """``phi = Phi(-d_o/2 - c_o)``: probability that complying is flagged in a watched episode."""
        return self.rates_at(self.sensitivity)[1]

    def rates_at(self, sensitivity: float) -> tuple[float, float]:
        """Return ``(tau, phi)`` of a detector with this criterion and another sensitivity."""
        # A rule: whoever only reads parameters does not wait for what compiles it.
        from models.detection import gaussian_rates

        found = gaussian_rates(sensitivity, self.criterion)
        return float(found[0]), float(found[1])

    @model_validator(mode="after")
    def _finds_more_where_it_watches(self) -> GaussianDetector:
        if self.unwatched_hit_rate > 0.0 and self.unwatched_hit_rate > self.hit_rate:
            needed = f"at most the hit rate that sensitivity and criterion give, {self.hit_rate:g}"
            raise refusals_at([(("unwatched_hit_rate",), needed, self.unwatched_hit_rate)])
        return self


Detector = RatesDetector | GaussianDetector
