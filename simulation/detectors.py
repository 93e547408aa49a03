"""Detectors of a scenario as the rates that rules take."""

from __future__ import annotations

from models.detection import Rates
from models.detector_parameters import Detector


def rates_of(detector: Detector) -> Rates:
    """Return the rates of a detector, however it is given."""
    return Rates(
        detector.hit_rate,
        detector.false_alarm_rate,
        detector.unwatched_hit_rate,
        detector.peer_report_rate,
        detector.probe.hit_rate,
        detector.probe.false_alarm_rate,
    )
