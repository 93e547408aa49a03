"""The values on the axes of a study, from the way they are written.

An axis is a list of values, ``{linspace: [a, b, n]}`` (n values at equal distances) or
``{logspace: [a, b, n]}`` (n values at equal ratios); a and b are the end values themselves. Inner values are
those of numpy, rounded to 12 significant digits (of the larger end for a linspace); the ends stay as written.
So 0.30000000000000004 is 0.3, a middle value is 0 and not 1e-17, and a finer grid has the values of the
coarser one among its own.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import reduce
from numbers import Integral, Real
from typing import Any, TypeGuard, cast

from pydantic import BaseModel

from models.refusals import InputError, shortened
from models.scenario import Scenario
from parameter_sweeps.canonical import canonical_json, strict
from parameter_sweeps.rebuilding import kept_alone

SIGNIFICANT_DIGITS = 12
MAXIMAL_MISTAKES = 5
#: Values on an axis; of fewer each is tried alone, and only numbers may be more.
MOST_VALUES, FEW_VALUES = 10**6, 1000
# Below the largest float, so that neither a difference of two ends nor rounding overflows.
LARGEST_END = 1e300

_FORMS = "a list of values, {linspace: [a, b, n]} or {logspace: [a, b, n]}"
_SPACINGS = ("linspace", "logspace")


def axis_requirement(written: object) -> str | None:
    """Return what an axis must be, as a phrase that follows *must be*, or None if it is written right."""
    if isinstance(written, list | tuple):
        few = len(written) <= FEW_VALUES or (len(written) <= MOST_VALUES and all(map(_is_number, written)))
        most = f"a list of at most {MOST_VALUES} numbers, or {FEW_VALUES} other values"
        return (None if few else most) if written else "a list of at least one value"
    if not isinstance(written, Mapping) or len(written) != 1 or not set(written) <= set(_SPACINGS):
        return _FORMS
    spacing, arguments = next(iter(written.items()))
    if not isinstance(arguments, list | tuple) or len(arguments) != 3:
        return f"{{{spacing}: [a, b, n]}}"
    *ends, count = arguments
    if not is_whole(count) or count < 1:
        return f"{{{spacing}: [a, b, n]}} with a whole number n of at least 1"
    if count > MOST_VALUES:
        return f"{{{spacing}: [a, b, n]}} with n at most {MOST_VALUES}"
    lower = 0.0 if spacing == "logspace" else -math.inf
    if not all(_is_number(end) and abs(end) <= LARGEST_END and end > lower for end in ends):
        return f"{{{spacing}: [a, b, n]}} with {'positive' if lower == 0 else 'finite'} numbers a and b"
    return None


def axis_length(written: Any) -> int:
    """Return the number of values on an axis that is written right, without writing them out."""
    return int(next(iter(written.values()))[2]) if isinstance(written, Mapping) else len(written)


def axis_values(written: Any) -> list[Any]:
    """Return the values on an axis that is written right.

    Whole numbers between whole ends are given as integers, so that a whole-numbered parameter can be varied.
    """
    if not isinstance(written, Mapping):
        return list(written)
    spacing, (first, last, count) = next(iter(written.items()))
    inner = _spaced(spacing, float(first), float(last), count)[1:-1]
    values = [first, *inner, last][:count]
    if is_whole(first) and is_whole(last) and all(float(value).is_integer() for value in values):
        return [int(value) for value in values]
    return [float(value) for value in values]


def admitted_axes(scenario: Scenario, vary: Mapping[str, Any]) -> dict[str, tuple[Any, ...]]:
    """Return the values on each axis in the form in which the scenario keeps them: 1 for a rate is 1.0.

    Parameters
    ----------
    scenario
        The scenario in which each value is tried, alone.
    vary
        The axes by dotted key, each written right.

    Raises
    ------
    InputError
        For values that the scenario refuses and for repeated values, on all axes at once.
    """
    return admitted(scenario, {key: axis_values(written) for key, written in vary.items()})


def admitted(scenario: Scenario, values: Mapping[str, Iterable[object]]) -> dict[str, tuple[Any, ...]]:
    """Return what `admitted_axes` does, of values by dotted key that are written out."""
    axes: dict[str, tuple[Any, ...]] = {}
    messages: list[str] = []
    for key, listed in values.items():
        axes[key], mistakes = _admitted(scenario, key, listed)
        messages += [f"vary: {mistake}" for mistake in mistakes]
    if messages:
        raise InputError(messages)
    return axes


def key_conflicts(fixed: Collection[str], vary: Collection[str]) -> Iterator[str]:
    """Yield a sentence for each fixed or varied key that a varied key would overwrite."""
    for key, other in itertools.product(vary, fixed):
        if covers(key, other):
            yield f"set.{other} must be left out, because {key} is varied"
    for key, other in itertools.permutations(vary, 2):
        if covers(key, other):
            yield f"vary.{other} must be left out, because {key} is varied as a whole"


def covers(part: object, key: str) -> bool:
    """Return whether a dotted key is that of a part or stands inside it."""
    return f"{key}.".startswith(f"{part}.")


def value_at(scenario: Scenario, key: str) -> Any:
    """Return what stands at a dotted key, a part as a mapping."""
    return as_plain(reduce(getattr, key.split("."), cast("Any", scenario)))


def as_plain(value: object) -> Any:
    """Return a value of a scenario, a part as a mapping."""
    return value.model_dump() if isinstance(value, BaseModel) else value


def is_whole(value: object) -> TypeGuard[int]:
    """Return whether a value is an integer; True and False are none."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def _admitted(scenario: Scenario, key: str, values: Iterable[object]) -> tuple[tuple[Any, ...], list[str]]:
    """Return the values that the scenario admits at a key, and what is wrong with the others."""
    values = list(values)
    if len(values) > FEW_VALUES:
        return _many_admitted(scenario, key, values)
    admitted: dict[str, Any] = {}
    mistakes: dict[str, None] = {}
    for value in values:
        try:
            kept = as_plain(kept_alone(scenario, key, value))
        except InputError as error:
            mistakes |= dict.fromkeys(error.messages)
            continue
        text = canonical_json(strict(kept))
        if text in admitted:
            mistakes[f"{key} must be given each value once, got {shortened(value)} again"] = None
        admitted[text] = kept
    return tuple(admitted.values()), _first(list(mistakes))


def _many_admitted(scenario: Scenario, key: str, values: list[Any]) -> tuple[tuple[Any, ...], list[str]]:
    """Return what `_admitted` does, of numbers: what a parameter may be is an interval, so that a few speak for all."""
    finite = [value for value in values if math.isfinite(value)]
    broken = [value for value in finite if isinstance(value, float) and not value.is_integer()]
    others = {repr(value): value for value in values if not math.isfinite(value)}
    speaking = {*({min(finite), max(finite), *broken[:1]} if finite else ())}
    kept, mistakes = _admitted(scenario, key, [*sorted(speaking), *others.values()])
    if mistakes or len({*values}) == len(values):
        whole = any(isinstance(value, int) for value in kept)
        return tuple(int(value) if whole and math.isfinite(value) else float(value) for value in values), mistakes
    ordered = sorted(values)
    again = next(value for value, other in itertools.pairwise(ordered) if value == other)
    return tuple(kept), [f"{key} must be given each value once, got {shortened(again)} again"]


def _first(mistakes: list[str]) -> list[str]:
    """Return the first few mistakes of an axis, which may have as many as values."""
    rest = len(mistakes) - MAXIMAL_MISTAKES
    return mistakes if rest <= 0 else [*mistakes[:MAXIMAL_MISTAKES], f"... and {rest} more on this axis"]


def _spaced(spacing: str, first: float, last: float, count: int) -> list[float]:
    import numpy as np

    if spacing == "logspace":
        return [float(f"{value:.{SIGNIFICANT_DIGITS}g}") for value in np.geomspace(first, last, count).tolist()]
    return _rounded(np.linspace(first, last, count).tolist(), max(abs(first), abs(last)))


def _rounded(values: Iterable[float], size: float) -> list[float]:
    """Return values rounded to 12 significant digits of a size."""
    decimals = SIGNIFICANT_DIGITS - 1 - math.floor(math.log10(size)) if size else 0
    # adding 0.0 makes 0.0 of -0.0, which is another text and so another digest
    return [round(value, decimals) + 0.0 for value in values]


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)
