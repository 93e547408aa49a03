"""Verdicts: exact values by the digits that are printed, simulated ones by tests that are corrected for their number.

Of n statistical checks the p-values are corrected by Holm's step-down method, which keeps the probability that any
check of a true theory fails at or below `FALSE_ALARM_RATE`, however they depend on each other [Holm1979]_.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from parameter_sweeps.theory.checks import Check, Effort, Sample
from simulation.intervals import holm

#: Probability that a run of all checks reports a failure of a theory that holds.
FALSE_ALARM_RATE = 0.001
HOLDS, FAILS, UNCHECKED = "holds", "fails", "not checked"


@dataclass(frozen=True)
class Finding:
    """What was found of one check.

    Attributes
    ----------
    check : Check
    exact : float
        The value here; NaN where there is none.
    sample : Sample or None
    score : float
        Deviation of simulation from theory in standard errors; NaN without luck.
    corrected : float
        The p-value of that deviation, corrected for the number of statistical checks; NaN without luck.
    verdict : str
        ``holds``, ``fails``, or ``not checked`` where what it needs is not installed.
    """

    check: Check
    exact: float
    sample: Sample | None
    score: float
    corrected: float
    verdict: str


def verified(
    checks: Sequence[Check], effort: Effort, progress: Callable[[int, int], None] | None = None
) -> list[Finding]:
    """Return what is found of each check, in their order.

    Parameters
    ----------
    checks : sequence of Check
    effort : Effort
    progress : callable, optional
        Called with (checks done, checks) after each.
    """
    found = []
    for number, check in enumerate(checks, start=1):
        exact = None if check.exact is None else check.exact()
        found.append((exact, None if check.simulated is None else check.simulated(effort)))
        if progress is not None:
            progress(number, len(checks))
    truths = [_truth(check, exact) for check, (exact, _) in zip(checks, found, strict=True)]
    pairs = list(zip(truths, (sample for _, sample in found), strict=True))
    corrected = holm([math.nan if sample is None else sample.chance(truth) for truth, sample in pairs]).tolist()
    return [
        Finding(
            check,
            math.nan if exact is None else exact,
            sample,
            math.nan if sample is None else sample.score(truth),
            chance,
            verdict_of(check, exact, sample, chance),
        )
        for check, (exact, sample), truth, chance in zip(checks, found, truths, corrected, strict=True)
    ]


def _truth(check: Check, exact: float | None) -> float:
    """Return what simulation is compared with: the exact value, which has more digits than the printed one."""
    return float(check.expected) if exact is None or math.isnan(exact) else exact


def verdict_of(check: Check, exact: float | None, sample: Sample | None, corrected: float) -> str:
    """Return the verdict of what was found of a check, given its corrected p-value."""
    if exact is None and sample is None:
        return UNCHECKED
    expected = float(check.expected)
    # written so that NaN fails
    if exact is not None and not abs(exact - expected) <= check.allowed():
        return FAILS
    if sample is not None:
        return HOLDS if _is_simulated(sample, _truth(check, exact), corrected, check.allowed()) else FAILS
    return HOLDS


def _is_simulated(sample: Sample, truth: float, corrected: float, allowed: float) -> bool:
    if math.isnan(corrected):
        return abs(sample.estimate - truth) <= sample.reach + allowed
    return corrected > FALSE_ALARM_RATE
