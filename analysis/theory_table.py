"""The table of theory verified: one row a check, as a frame for files, and as text that is read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from parameter_sweeps.theory.verdicts import FAILS, FALSE_ALARM_RATE, UNCHECKED, Finding

if TYPE_CHECKING:
    import pandas as pd

#: Digits of values: as many as the specification prints, so that the last bits of a library do not show.
DIGITS = 10
_SHORT_DIGITS = 5
COLUMNS = (
    "result", "statement", "source", "expected", "tolerance", "exact", "simulated", "low", "high", "standard_error",
    "z", "p_holm", "verdict",
)  # fmt: skip
_HEADS = ("result", "what", "source", "expected", "exact here", "simulated", "95 % interval", "z", "verdict")


def theory_frame(findings: Sequence[Finding]) -> pd.DataFrame:
    """Return one row a check.

    Returns
    -------
    DataFrame
        Columns `COLUMNS`: expected is the printed text; exact, simulated and the ends of the 95 % interval (without
        luck, of a bracket) are rounded to ten significant digits; p_holm is corrected for the number of statistical
        checks. NaN where there is nothing.
    """
    import pandas as pd

    return pd.DataFrame([_row(finding) for finding in findings], columns=list(COLUMNS))


def _row(finding: Finding) -> tuple[object, ...]:
    check, sample = finding.check, finding.sample
    low, high = (math.nan, math.nan) if sample is None else sample.interval()
    error = math.nan if sample is None else sample.error
    numbers = (rounded(value) for value in (low, high, error, finding.score, finding.corrected))
    return (
        check.result, check.statement, check.source, check.expected, check.allowed(), exact_value(finding),
        simulated_value(finding), *numbers, finding.verdict,
    )  # fmt: skip


def exact_value(finding: Finding) -> float:
    """Return the exact value to as many digits as are asked of it: those beyond differ from library to library."""
    return rounded(_to(finding.exact, finding.check.allowed()))


def simulated_value(finding: Finding) -> float:
    """Return the simulated value; of a bracket, to its width."""
    if finding.sample is None:
        return math.nan
    return rounded(_to(finding.sample.estimate, finding.sample.reach))


def _to(value: float, width: float) -> float:
    """Return a number to the last decimal that is not below a width."""
    return value if math.isnan(value) or width <= 0.0 else round(value, math.floor(-math.log10(width)))


def rounded(value: float) -> float:
    """Return a number to ten significant digits."""
    return float(f"{value:.{DIGITS}g}") + 0.0


def printed_frame(findings: Sequence[Finding]) -> pd.DataFrame:
    """Return the table as it is read: text alone, with the simulated value's interval in one column."""
    import pandas as pd

    return pd.DataFrame([printed_row(finding) for finding in findings], columns=list(_HEADS))


def printed_row(finding: Finding) -> tuple[str, ...]:
    """Return a check as it is read: result, what, source, expected, exact, simulated, interval, z, verdict."""
    check, sample = finding.check, finding.sample
    exact = "" if math.isnan(finding.exact) else f"{exact_value(finding):.{DIGITS}g}"
    simulated, interval = "", ""
    if sample is not None and sample.error == 0.0:
        simulated = f"{simulated_value(finding):.{DIGITS}g}"
        interval = "certain"
    elif sample is not None:
        low, high = sample.interval()
        simulated = f"{sample.estimate:.{_SHORT_DIGITS}g}"
        interval = f"[{low:.{_SHORT_DIGITS}g}, {high:.{_SHORT_DIGITS}g}]"
    score = "" if math.isnan(finding.score) else f"{finding.score:.2f}"
    return (
        check.result,
        check.statement,
        check.source,
        check.expected,
        exact,
        simulated,
        interval,
        score,
        finding.verdict,
    )


def summary(findings: Sequence[Finding], far_cells: float) -> str:
    """Return in words how many checks hold, and how often a true theory would be reported to fail.

    Parameters
    ----------
    findings : sequence of Finding
    far_cells : float
        How many cells of the maps that are compared show another class by chance, in the mean.
    """
    failed = [finding for finding in findings if finding.verdict == FAILS]
    unchecked = [finding for finding in findings if finding.verdict == UNCHECKED]
    tested = sum(not math.isnan(finding.corrected) for finding in findings)
    held = len(findings) - len(failed) - len(unchecked)
    return (
        f"{held} of {len(findings)} checks hold, {len(failed)} fail, {len(unchecked)} were not checked. {tested} of "
        "them are statistical: corrected for their number by Holm's method, the probability that any fails is at "
        f"most {FALSE_ALARM_RATE:g} if the theory holds. Of the maps, in which every cell that is farther than two "
        f"standard errors from a boundary must show its class, {far_cells:.2g} cells in the mean would not, by chance."
    )
