"""Scenarios made of one that is there, with a few values changed and only what these touch checked anew."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from numbers import Real
from typing import Any, TypeVar, cast

from models.parameters import Parameter, Section, parameter_of
from models.scenario import Scenario

P = TypeVar("P", bound=Section)


def kept_alone(scenario: Scenario, key: str, value: object) -> Any:
    """Return a value at a key in the form in which a scenario keeps it; an `InputError` if it refuses it.

    Of a plain number only what it touches is asked, and not the whole scenario.
    """
    parameter = _parameter_at(scenario, key)
    if parameter is not None and parameter.numeric and isinstance(value, Real) and not isinstance(value, bool):
        try:
            kept = parameter.admitted(value)
            parameter.refuse_unbuilt(kept)
            return _at(_with_new(scenario, _tree({key: kept}), {key: kept}), key)
        except ValueError:
            # said below in the keys of the scenario
            pass
    return _at(scenario.with_values({key: value}), key)


def built(scenario: Scenario, values: Mapping[str, Any]) -> Scenario:
    """Return what `Scenario.with_values` does, many times as fast where all keys are those of plain values.

    Each value must have been admitted alone, and be given in the form in which the scenario keeps it.
    """
    if not values:
        return scenario
    if not all(_parameter_at(scenario, key) for key in values):
        return scenario.with_values(values)
    return plainly_built(scenario, values)


def plainly_built(scenario: Scenario, values: Mapping[str, Any]) -> Scenario:
    """Return what `built` does, where each key is known to be that of a plain value (`is_plain_value`)."""
    try:
        return _with_new(scenario, _tree(values), values)
    except ValueError:
        # says the same in the keys of the scenario
        return scenario.with_values(values)


def is_plain_value(scenario: Scenario, key: str) -> bool:
    """Tell whether a key is that of a plain value in a part that keeps its keys whatever the value is."""
    return _parameter_at(scenario, key) is not None


def _parameter_at(scenario: Scenario, key: str) -> Parameter | None:
    """Return the parameter at the key of a plain value in a part that keeps its keys whatever the value is."""
    *path, last = key.split(".")
    part: Any = reduce(lambda part, name: getattr(part, name, None), path, cast("Any", scenario))
    if not isinstance(part, Section) or last in ("kind", "graph") or last not in type(part).model_fields:
        return None
    return parameter_of(type(part), last)


def _at(scenario: Scenario, key: str) -> Any:
    return reduce(getattr, key.split("."), cast("Any", scenario))


def _tree(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values by dotted key as nested mappings."""
    tree: dict[str, Any] = {}
    for key, value in values.items():
        *path, last = key.split(".")
        reduce(lambda branch, name: branch.setdefault(name, {}), path, tree)[last] = value
    return tree


def _with_new(part: P, new: Mapping[str, Any], values: Mapping[str, Any], place: str = "") -> P:
    """Return a part with new values in it and in the parts below it, each part checked again as a whole.

    Checks that reach across parts stand in a part above both, up to the scenario itself, so that each part from
    a changed value upward is asked again. Its other values are not: they were admitted one by one.
    """
    changed = {}
    for name, value in new.items():
        key = f"{place}{name}"
        changed[name] = value if key in values else _with_new(getattr(part, name), value, values, f"{key}.")
    checks = list(type(part).__pydantic_decorators__.model_validators.values())
    is_read = any(isinstance(value, Mapping) for value in changed.values())
    if is_read or any(check.info.mode != "after" for check in checks):
        return type(part).model_validate({**dict(part), **changed})
    made = part.model_copy(update=changed)
    for check in checks:
        made = cast("Any", check.func)(made)
    return made
