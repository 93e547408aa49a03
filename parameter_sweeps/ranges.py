"""Ranges of varied values, for designs that put points into them.

A range is ``{uniform: [a, b]}`` or ``{loguniform: [a, b]}``; a linspace or a logspace stands for the range between
its ends; a distribution, as ``{distribution: beta, a: 2, b: 5}``, is filled by its quantiles; a list is picked from
evenly. Values have 12 significant digits, so that the last bit of a logarithm does not name another cell.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from models.distributions import Distribution, as_float
from parameter_sweeps.axes import LARGEST_END, SIGNIFICANT_DIGITS, axis_requirement, is_whole

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_RANGES = ("uniform", "loguniform")
_AS_RANGE = {"linspace": "uniform", "logspace": "loguniform"}
_BETWEEN = "{uniform: [a, b]}, {loguniform: [a, b]}, {linspace: [a, b, n]} or {logspace: [a, b, n]}"
_FORMS = f"a list of values, a range ({_BETWEEN}) or a distribution"


def is_range(written: object) -> bool:
    """Return whether values are written as a range or a distribution, which only some designs take."""
    return isinstance(written, Mapping) and ("distribution" in written or bool(set(written) & set(_RANGES)))


def range_requirement(written: object) -> str | None:
    """Return what is to be filled with points must be, as a phrase that follows *must be*; None if it is right."""
    if isinstance(written, list | tuple):
        return axis_requirement(written)
    if isinstance(written, Mapping) and "distribution" in written:
        return _distribution_requirement(written)
    between = interval_requirement(written)
    return _FORMS if between == _BETWEEN else between


def interval_requirement(written: object) -> str | None:
    """Return what a range between two ends must be, as a phrase that follows *must be*; None if it is right."""
    if not isinstance(written, Mapping) or len(written) != 1 or not set(written) <= {*_RANGES, *_AS_RANGE}:
        return _BETWEEN
    spacing, ends = next(iter(written.items()))
    if spacing in _AS_RANGE:
        wrong = axis_requirement(written)
        return wrong or (None if ends[0] != ends[1] else f"{{{spacing}: [a, b, n]}} with two ends that differ")
    lower = 0.0 if spacing == "loguniform" else -math.inf
    numbers = [as_float(end) for end in ends] if isinstance(ends, list | tuple) and len(ends) == 2 else [math.nan]
    if all(lower < end and abs(end) <= LARGEST_END for end in numbers) and numbers[0] < numbers[1]:
        return None
    return f"{{{spacing}: [a, b]}} with {'positive' if lower == 0 else 'finite'} numbers a < b"


def ends_of(written: Mapping[str, Any]) -> tuple[str, Any, Any]:
    """Return ``uniform`` or ``loguniform``, and the two ends of a range that is written right, ascending."""
    spacing, ends = next(iter(written.items()))
    return _AS_RANGE.get(spacing, spacing), *sorted(ends[:2])


def canonical_range(written: Any) -> Any:
    """Return a range in the one form that stands for all ways to write it; a list and a distribution as they are."""
    if not isinstance(written, Mapping) or "distribution" in written:
        return written
    spacing, lower, upper = ends_of(written)
    return {spacing: [int(end) if is_whole(end) else float(end) for end in (lower, upper)]}


def between(written: Mapping[str, Any], share: NDArray[np.float64]) -> list[float]:
    """Return the values at some shares, in [0, 1], of a range: of its logarithm where it is logarithmic."""
    import numpy as np

    spacing, lower, upper = ends_of(written)
    if spacing == "uniform":
        values = float(lower) + share * (float(upper) - float(lower))
        # not of each value: 0.1 + 0.2 - 0.3 has 17 significant digits, and none that counts
        decimals = SIGNIFICANT_DIGITS - 1 - math.floor(math.log10(max(abs(lower), abs(upper))))
        rounded = [round(value, decimals) + 0.0 for value in values.tolist()]
    else:
        values = np.exp(np.log(float(lower)) + share * (np.log(float(upper)) - np.log(float(lower))))
        rounded = _rounded(values)
    return [min(max(value, float(lower)), float(upper)) for value in rounded]


def filled(written: Any, uniform: NDArray[np.float64], whole: bool) -> list[Any]:
    """Return the quantiles of what is written right as a range, a distribution or a list.

    Parameters
    ----------
    written
        By `range_requirement`.
    uniform
        Shares of the range, in (0, 1).
    whole
        Whether values are rounded to whole ones; both ends of a range then are as likely as other values.
    """
    import numpy as np

    if not isinstance(written, Mapping):
        return [written[place] for place in np.floor(uniform * len(written)).astype(int).tolist()]
    if "distribution" in written:
        values = _rounded(Distribution.model_validate(written).ppf(uniform))
        return [round(value) for value in values] if whole else values
    if not whole:
        return between(written, uniform)
    spacing, lower, upper = ends_of(written)
    wider = between({spacing: [lower - 0.5, upper + 0.5]}, uniform)
    return [min(max(math.floor(value + 0.5), lower), upper) for value in wider]


def _rounded(values: NDArray[np.float64]) -> list[float]:
    return [float(f"{value:.{SIGNIFICANT_DIGITS}g}") + 0.0 for value in values.tolist()]


def _distribution_requirement(written: Mapping[str, Any]) -> str | None:
    try:
        Distribution.model_validate(written)
    except ValidationError as error:
        context = error.errors(include_url=False)[0].get("ctx", {})
        return str(context.get("requirement", "a distribution"))
    return None
