"""The grid of a study: its cells by number, its axes as columns, and what is the same along most axes.

What a few parts of a scenario determine is read on the axes that touch these parts, and nowhere else: a grid
of 1,000 by 1,000 cells has only 1,000 values of what one axis alone touches. Every combination of values on
axes that are read together is validated.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any, TypeVar, cast

from pydantic import ValidationError

from models.parameters import Section, parameter_of
from models.refusals import InputError
from models.scenario import Scenario
from parameter_sweeps.axes import MAXIMAL_MISTAKES, covers
from parameter_sweeps.canonical import canonical_json, strict
from parameter_sweeps.study import Cell, Study

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

P = TypeVar("P", bound=Section)


def cells_between(study: Study, first: int, end: int) -> Iterator[Cell]:
    """Yield the cells numbered from `first` up to, but not including, `end`."""
    for index in range(first, end):
        rest, values = index, []
        for axis in reversed(study.axes.values()):
            rest, position = divmod(rest, len(axis))
            values.append(axis[position])
        yield Cell(index, dict(zip(study.axes, reversed(values), strict=True)))


def axis_column(values: Sequence[Any]) -> NDArray[Any]:
    """Return the values on an axis as a table holds them.

    Numbers are float64. If any value is none, all are text: words as they are, others as canonical JSON.
    """
    import numpy as np

    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return np.array(values, dtype=np.float64)
    words = [value if isinstance(value, str) else canonical_json(strict(value)) for value in values]
    return np.array(words, dtype=np.str_)


def touching_axes(study: Study, parts: Sequence[str]) -> tuple[str, ...]:
    """Return the keys of the axes that stand inside one of the parts, or that one of them stands inside."""
    return tuple(key for key in study.axes if any(covers(key, part) or covers(part, key) for part in parts))


def values_over(
    study: Study, keys: Sequence[str], read: Callable[[Scenario], Sequence[float]]
) -> list[NDArray[np.float64]]:
    """Return what is read off the scenarios on some axes, on all combinations of their values.

    Parameters
    ----------
    study
        The study.
    keys
        Keys of axes, in the order of the study.
    read
        Returns the same number of quantities for every scenario.

    Returns
    -------
    list of arrays
        One array a quantity, with one dimension an axis of the study, of length 1 on axes that are not among
        the keys.

    Raises
    ------
    InputError
        For combinations that the scenario refuses.
    """
    import numpy as np

    found = np.array([read(scenario) for scenario in scenarios_over(study, keys)], dtype=np.float64)
    shape = tuple(len(axis) if key in keys else 1 for key, axis in study.axes.items())
    return [column.reshape(shape) for column in found.T]


def scenarios_over(study: Study, keys: Sequence[str]) -> Iterator[Scenario]:
    """Yield the scenarios on some axes, with the last of them running fastest.

    Raises
    ------
    InputError
        For combinations that the scenario refuses, the first few of them.
    """
    build = _composed if all(_is_leaf(study.scenario, key) for key in keys) else _with_values
    mistakes: dict[str, None] = {}
    for values in itertools.product(*(study.axes[key] for key in keys)):
        changed = dict(zip(keys, values, strict=True))
        try:
            yield build(study.scenario, changed)
        except InputError as error:
            together = ", ".join(f"{key} {canonical_json(strict(value))}" for key, value in changed.items())
            mistakes |= dict.fromkeys(f"vary: {message} (at {together})" for message in error.messages)
            if len(mistakes) >= MAXIMAL_MISTAKES:
                break
    if mistakes:
        raise InputError(mistakes)


def _with_values(scenario: Scenario, values: Mapping[str, Any]) -> Scenario:
    return scenario.with_values(values)


def _is_leaf(scenario: Scenario, key: str) -> bool:
    """Return whether a key is that of a plain value in a part that keeps its keys whatever the value is."""
    *path, last = key.split(".")
    part: Any = reduce(lambda part, name: getattr(part, name, None), path, cast("Any", scenario))
    if not isinstance(part, Section) or last == "kind" or last not in type(part).model_fields:
        return False
    return parameter_of(type(part), last) is not None


def _composed(scenario: Scenario, values: Mapping[str, Any]) -> Scenario:
    """Return what `Scenario.with_values` does for leaves, several times as fast.

    Each value has been admitted alone, and no check reaches across parts: only values that stand in one part
    are validated again.
    """
    inner: dict[str, dict[str, Any]] = {}
    for key, value in values.items():
        path, _, last = key.rpartition(".")
        inner.setdefault(path, {})[last] = value
    whole = scenario
    for path, new in inner.items():
        names = path.split(".") if path else []
        part = reduce(getattr, names, scenario)
        if len(new) > 1 or any(isinstance(value, Mapping) for value in new.values()):
            whole = _put(whole, names, _validated(part, new, scenario, values))
        else:
            whole = _put(whole, names, new)
    return whole


def _validated(part: Section, new: Mapping[str, Any], scenario: Scenario, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return new values of one part, validated together."""
    try:
        made = type(part).model_validate({**dict(part), **new})
    except ValidationError:
        # says the same in the keys of the scenario
        scenario.with_values(values)
        raise
    return {name: getattr(made, name) for name in new}


def _put(part: P, path: Sequence[str], new: Mapping[str, Any]) -> P:
    """Return a part with new values in the part at a path below it."""
    if not path:
        return part.model_copy(update=new)
    return part.model_copy(update={path[0]: _put(getattr(part, path[0]), path[1:], new)})
