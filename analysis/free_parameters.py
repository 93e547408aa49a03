"""Free parameters of a fit: which key each moves, and the range in which it is looked for.

A fit moves places in [0, 1] along each range, so that all parameters have the same size; along a logarithmic range
equal steps are equal ratios.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from models.refusals import InputError
from models.scenario import Scenario, parameter_at

#: Where a parameter has no upper end in the model, it is looked for up to here; from `_LOWEST` where 0 is excluded.
_HIGHEST, _HIGHEST_LOGARITHMIC, _LOWEST = 10.0, 1000.0, 1e-3
#: An end that the model refuses (a foresight of 1) is moved inside by this share of the range.
_INSIDE = 1e-3
_WIDE = 100.0


@dataclass(frozen=True)
class FreeParameter:
    """A parameter to be fitted.

    Attributes
    ----------
    name : str
        Of the parameter: its dotted key, or a name of its own where different rates have different ones.
    low, high : float
        Ends of the range.
    is_logarithmic : bool
        Whether equal steps are equal ratios; then ``low > 0``.
    """

    name: str
    low: float
    high: float
    is_logarithmic: bool = False

    def value_at(self, place: float) -> float:
        """Return the value at a place in [0, 1] along the range; the ends exactly."""
        if place <= 0.0:
            return self.low
        if place >= 1.0:
            return self.high
        if self.is_logarithmic:
            return self.low * math.exp(place * math.log(self.high / self.low))
        return self.low + place * (self.high - self.low)

    def place_of(self, value: float) -> float:
        """Return the place of a value along the range; of a value outside, the nearer end."""
        value = min(max(value, self.low), self.high)
        if self.is_logarithmic:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


def parameters_from(texts: Iterable[str], scenario: Scenario) -> list[FreeParameter]:
    """Return the free parameters written as ``key`` or ``key=low:high``.

    Raises
    ------
    InputError
        For unknown keys, keys that are no number, keys named twice, and ranges that are none or that are refused.
    """
    found: list[FreeParameter] = []
    mistakes: list[str] = []
    for text in texts:
        key, equals, written = (part.strip() for part in text.partition("="))
        try:
            if any(parameter.name == key for parameter in found):
                raise InputError([f"{key} must be named once, got it again"])
            ends = _ends(key, written) if equals else _declared_ends(key, scenario)
            found.append(_checked(key, *ends, scenario))
        except InputError as error:
            mistakes += [f"--params: {message}" for message in error.messages]
    if mistakes or not found:
        raise InputError(mistakes or ["--params must be names of parameters to be fitted, got none"])
    return found


def _ends(key: str, written: str) -> tuple[float, float]:
    _refuse_no_number(key)
    try:
        low, high = (float(end) for end in written.split(":"))
    except ValueError:
        low = high = math.nan
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise InputError([f"the range of {key} must be low:high, two finite numbers, got {written or 'nothing'}"])
    return low, high


def _declared_ends(key: str, scenario: Scenario) -> tuple[float, float]:
    _refuse_no_number(key)
    parameter = parameter_at(key)
    low, high = parameter.lower, parameter.upper
    if math.isinf(low):
        raise InputError([f"{key} must be given a range, as {key}=low:high, since it has no lower end"])
    starts_above = parameter.ge is None
    if math.isinf(high):
        high = _HIGHEST_LOGARITHMIC if starts_above else _HIGHEST
        return (low if low > 0.0 or not starts_above else _LOWEST), high
    step = _INSIDE * (high - low)
    return (low + step if _refused(scenario, key, low) else low), (
        high - step if _refused(scenario, key, high) else high
    )


def _refuse_no_number(key: str) -> None:
    parameter = parameter_at(key)
    if not parameter.numeric or parameter.whole:
        raise InputError([f"{key} must be a parameter that is a number of any size, got one that is not"])


def _checked(key: str, low: float, high: float, scenario: Scenario) -> FreeParameter:
    for end in (low, high):
        scenario.with_values({key: end})
    return FreeParameter(key, low, high, low > 0.0 and high / low >= _WIDE)


def _refused(scenario: Scenario, key: str, value: float) -> bool:
    try:
        scenario.with_values({key: value})
    except InputError:
        return True
    return False
