"""What is checked, as data: a result's number as it is printed, the value here, and what simulation says of it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

#: Where a source is not named: the results that the specification states itself.
SPECIFICATION = "specification, section 8"
_CONFIDENCE = 0.95


class Effort(NamedTuple):
    """How much is simulated.

    Attributes
    ----------
    agents, replicates : int
        Of the runs whose number of choices decides how precise they are.
    cells : int
        Values on each axis of a map that is compared cell by cell.
    seed : int
        In [0, 2^32).
    """

    agents: int
    replicates: int
    cells: int
    seed: int = 1


FULL = Effort(agents=2000, replicates=40, cells=41)
QUICK = Effort(agents=500, replicates=20, cells=11)


@dataclass(frozen=True)
class Sample:
    """What simulation says of a number.

    Attributes
    ----------
    estimate : float
        The simulated value.
    error : float
        Its standard error; 0 where no luck is left, so that it is the number or it is not.
    degrees : float
        Degrees of freedom of Student's t; infinite where the variance is known.
    reach : float
        Without luck, how far the number may be from the estimate: half the width of a bracket.
    probability : float, optional
        Probability, if the theory holds, of what was seen or worse, where it is not that of one normal deviation.
    """

    estimate: float
    error: float = 0.0
    degrees: float = math.inf
    reach: float = 0.0
    probability: float | None = None

    def interval(self) -> tuple[float, float]:
        """Return the 95 % interval; without luck, the bracket."""
        if self.error == 0.0:
            return self.estimate - self.reach, self.estimate + self.reach
        from scipy.special import stdtrit

        half = float(stdtrit(min(self.degrees, 1e9), 0.5 + 0.5 * _CONFIDENCE)) * self.error
        return self.estimate - half, self.estimate + half

    def score(self, truth: float) -> float:
        """Return the deviation from `truth` in standard errors; NaN where no luck is left."""
        return (self.estimate - truth) / self.error if self.error > 0.0 else math.nan

    def chance(self, truth: float) -> float:
        """Return the probability of a deviation as large or larger if `truth` is the number; NaN without luck."""
        if self.probability is not None:
            return self.probability
        if self.error == 0.0:
            return math.nan
        from scipy.special import stdtr

        return 2.0 * float(stdtr(min(self.degrees, 1e9), -abs(self.score(truth))))


@dataclass(frozen=True)
class Check:
    """One number of a result, and how it is found here.

    Attributes
    ----------
    result : str
        Number of the result in section 8 of the specification, or the part of the model that is checked.
    statement : str
        What the number is.
    expected : str
        As it is printed: its last digit says how exact it must be.
    exact : callable, optional
        Returns the value that formulas or the planner give here.
    simulated : callable, optional
        Returns what simulation says of the same number.
    source : str
        Who found it.
    tolerance : float, optional
        How far the exact value may be from the printed one; by default half a unit of the last digit.
    """

    result: str
    statement: str
    expected: str
    exact: Callable[[], float | None] | None = None
    simulated: Callable[[Effort], Sample] | None = None
    source: str = SPECIFICATION
    tolerance: float | None = None

    def allowed(self) -> float:
        """Return how far the exact value may be from the expected one."""
        return half_of_last_digit(self.expected) if self.tolerance is None else self.tolerance


def half_of_last_digit(printed: str) -> float:
    """Return half a unit of the last printed digit, and what rounding adds; 1e-9 of a whole number, which is exact."""
    whole, point, decimals = printed.partition(".")
    if not point:
        return 1e-9 * max(1.0, abs(float(whole)))
    return 0.5 * 10.0 ** -len(decimals) + 1e-15
