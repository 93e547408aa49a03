"""When a study supports its claim: statistics and their keys as data, and the check of what a study's file says.

A condition names a statistic, what it is of, and a bound; `analysis.claims` computes it. It is no part of what
determines results, and is written before there are any.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from models.refusals import InputError, nearest_key, shortened

#: Key of the axis of records: first episodes of their stretches.
EPISODE = "episode"
MOST_CONDITIONS = 100
#: Bounds that a condition may have, of which it has one.
BOUNDS = ("above", "below", "within")
#: Closed forms that a measure may be compared with; `analysis.references` computes them.
REFERENCES = {
    "gap_bound": "2 Phi(d/2) - 1, the largest gap that a cue of discrimination d allows",
    "exact": "the same measure under the exactly best rule: of compliance, watched, unwatched, and their gap",
}
#: Measures of the exactly best rule, beside the variables of a map.
EXACT_MEASURES = ("exact_compliance_watched", "exact_compliance_unwatched", "exact_compliance_gap")
SIDES_OF_AGREEMENT = ("same_side", "within")


class Statistic(NamedTuple):
    """What a statistic is, the keys that it needs, and those that it may have besides."""

    about: str
    needs: tuple[str, ...]
    admits: tuple[str, ...] = ()


#: ``where`` and one of `BOUNDS` are admitted by each.
STATISTICS = {
    "difference": Statistic(
        "mean of a measure at one level of an axis less that at another, paired by cell and replicate",
        ("measure", "axis", "from", "to"),
    ),
    "slope": Statistic("least-squares slope of a measure along an axis", ("measure", "axis"), ("logarithmic",)),
    "monotone": Statistic("Spearman's rank correlation of a measure with an axis", ("measure", "axis")),
    "value": Statistic("mean of a measure over cells", ("measure",)),
    "maximum": Statistic("largest mean of a measure in any cell", ("measure",)),
    "minimum": Statistic("smallest mean of a measure in any cell", ("measure",)),
    "crossing": Statistic("where along an axis a measure first crosses a level", ("measure", "axis", "level")),
    "bound": Statistic("largest excess of a measure over a closed form in any cell", ("measure", "reference")),
    "deviation": Statistic(
        "largest distance of a measure from a closed form in any cell", ("measure",), ("reference",)
    ),
    "agreement": Statistic("share of cells in which simulated compliance agrees with the exact one", (), ("of",)),
    "share_of_cells": Statistic(
        "share of cells in which a class is best, or a measure exceeds a level", (), ("class", "measure", "level")
    ),
}


def admitted_support(written: object) -> object:
    """Return what stands at ``supports_if`` if it has the shape of conditions; the text "inf" is the number.

    Raises
    ------
    InputError
        With one sentence a mistake.
    """
    mistakes = [mistake for place, condition in _placed(written) for mistake in _of_shape(place, condition)]
    if mistakes:
        raise InputError(mistakes)
    return _with_infinities(written)


def _with_infinities(written: Any) -> Any:
    """Return plain data in which infinities are numbers: strict data, as a study is kept, has them as text."""
    if isinstance(written, Mapping):
        return {key: _with_infinities(value) for key, value in written.items()}
    if isinstance(written, list | tuple):
        return [_with_infinities(value) for value in written]
    return float(written) if isinstance(written, str) and written in ("inf", "-inf") else written


def conditions_of(written: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """Return the conditions of a study, all of which must hold; none where it has none."""
    return [] if written is None else [condition for _, condition in _placed(written)]


def unfit_conditions(study: Any) -> Iterator[str]:
    """Yield a sentence for each axis, level, measure and selection of the conditions that the study does not have.

    Parameters
    ----------
    study : Study
    """
    if study.supports_if is None:
        return
    axes: dict[str, Sequence[Any]] = {**({"regime": tuple(study.regimes)} if study.regimes else {})}
    axes |= {key: values if study.is_grid else () for key, values in study.checked_axes.items()}
    if study.record == "episodes":
        axes[EPISODE] = ()
    for place, condition in _placed(study.supports_if):
        yield from _unfit_axis(place, condition, axes)
        yield from _unfit_where(place, condition.get("where") or {}, axes)
        if "measure" in condition:
            yield from unfit_measure(f"{place}.measure", condition["measure"], study)


def unfit_measure(place: str, name: object, study: Any) -> Iterator[str]:
    """Yield a sentence if a study has no measure of that name."""
    # heavy, and only asked for by studies that have conditions or figures
    from parameter_sweeps.maps import MAP_VARIABLES
    from simulation.measures import MEASURE_NAMES

    exact = (*MAP_VARIABLES, *EXACT_MEASURES)
    if name not in MEASURE_NAMES and name not in exact:
        nearest = nearest_key(str(name), (*MEASURE_NAMES, *exact))
        suggestion = f"; did you mean {nearest}?" if nearest else ""
        yield f"{place} must be a measure, got {shortened(name)}{suggestion}"
    elif study.measures and name not in study.measures and name not in exact:
        yield f"{place} must be one of the study's measures, {', '.join(study.measures)}, got {name}"


def _placed(written: object) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the conditions with their places."""
    if not isinstance(written, Mapping):
        raise InputError([f"supports_if must be a mapping with statistic and a bound, got {shortened(written)}"])
    if "all" not in written:
        yield "supports_if", written
        return
    listed = written["all"]
    if len(written) > 1 or not isinstance(listed, list | tuple) or not listed:
        raise InputError([f"supports_if.all must be a list of conditions, alone, got {shortened(written)}"])
    if len(listed) > MOST_CONDITIONS:
        raise InputError([f"supports_if.all must be a list of at most {MOST_CONDITIONS} conditions, got {len(listed)}"])
    for number, condition in enumerate(listed):
        place = f"supports_if.all[{number}]"
        if not isinstance(condition, Mapping):
            raise InputError([f"{place} must be a mapping with statistic and a bound, got {shortened(condition)}"])
        yield place, condition


def _of_shape(place: str, condition: Mapping[str, Any]) -> Iterator[str]:
    name = condition.get("statistic")
    if not isinstance(name, str) or name not in STATISTICS:
        yield f"{place}.statistic must be one of {', '.join(STATISTICS)}, got {shortened(name)}{_meant(name)}"
        return
    statistic = STATISTICS[name]
    known = {"statistic", "where", *BOUNDS, *statistic.needs, *statistic.admits}
    for key in condition:
        if key not in known:
            yield f"{place}.{key} is not a key of {name}, which has {', '.join(sorted(known - {'statistic'}))}"
    for key in statistic.needs:
        if condition.get(key) is None:
            yield f"{place}.{key} must be given for {name}, got nothing"
    yield from _bound_mistakes(place, condition)
    yield from _value_mistakes(place, condition)


def _meant(name: object) -> str:
    nearest = nearest_key(name, STATISTICS) if isinstance(name, str) else None
    return f"; did you mean {nearest}?" if nearest else ""


def _bound_mistakes(place: str, condition: Mapping[str, Any]) -> Iterator[str]:
    given = [bound for bound in BOUNDS if bound in condition]
    if len(given) != 1:
        yield f"{place} must have one of {', '.join(BOUNDS)}, got {', '.join(given) or 'none'}"
    for bound in given:
        value = condition[bound]
        if bound == "within":
            if not _is_range(value):
                yield f"{place}.within must be [low, high], got {shortened(value)}"
        elif not _is_number(value):
            yield f"{place}.{bound} must be a number, got {shortened(value)}"


def _value_mistakes(place: str, condition: Mapping[str, Any]) -> Iterator[str]:
    for key in ("measure", "axis", "class"):
        if key in condition and not isinstance(condition[key], str):
            yield f"{place}.{key} must be a name, got {shortened(condition[key])}"
    if "level" in condition and not _is_number(condition["level"]):
        yield f"{place}.level must be a number, got {shortened(condition['level'])}"
    if condition.get("reference", "exact") not in [*REFERENCES]:
        yield f"{place}.reference must be {' or '.join(REFERENCES)}, got {shortened(condition['reference'])}"
    if condition.get("of", "within") not in SIDES_OF_AGREEMENT:
        yield f"{place}.of must be {' or '.join(SIDES_OF_AGREEMENT)}, got {shortened(condition['of'])}"
    if not isinstance(condition.get("logarithmic", False), bool):
        yield f"{place}.logarithmic must be true or false, got {shortened(condition['logarithmic'])}"
    if not isinstance(condition.get("where") or {}, Mapping):
        yield f"{place}.where must be a mapping of varied keys to values, got {shortened(condition['where'])}"
    if condition["statistic"] == "share_of_cells":
        yield from _share_mistakes(place, condition)


def _share_mistakes(place: str, condition: Mapping[str, Any]) -> Iterator[str]:
    from models.strategies import CLASS_NAMES

    if ("class" in condition) == ("measure" in condition):
        yield f"{place} must have class, or measure with level, for share_of_cells"
    elif "measure" in condition and "level" not in condition:
        yield f"{place}.level must be given with measure, got nothing"
    if "class" in condition and condition["class"] not in CLASS_NAMES:
        yield f"{place}.class must be one of {', '.join(CLASS_NAMES)}, got {shortened(condition['class'])}"


def _unfit_axis(place: str, condition: Mapping[str, Any], axes: Mapping[str, Sequence[Any]]) -> Iterator[str]:
    axis = condition.get("axis")
    if axis is None:
        return
    if axis not in axes:
        yield f"{place}.axis must be a varied key ({', '.join(axes) or 'there is none'}), got {shortened(axis)}"
        return
    for end in ("from", "to"):
        if end in condition:
            yield from unfit_level(f"{place}.{end}", condition[end], axes[axis])


def _unfit_where(place: str, where: Mapping[str, Any], axes: Mapping[str, Sequence[Any]]) -> Iterator[str]:
    for key, wanted in where.items():
        if key not in axes:
            yield f"{place}.where.{key} must be a varied key ({', '.join(axes) or 'there is none'})"
        elif isinstance(wanted, list | tuple) and not _is_range(wanted):
            for level in wanted:
                yield from unfit_level(f"{place}.where.{key}", level, axes[key])
        elif not _is_range(wanted):
            yield from unfit_level(f"{place}.where.{key}", wanted, axes[key])


def unfit_level(place: str, level: object, values: Sequence[Any]) -> Iterator[str]:
    """Yield a sentence if an axis has no such level; a number stands for the nearest on an axis of numbers."""
    if not values or (_is_number(level) and all(_is_number(value) for value in values)):
        return
    if level not in values:
        yield f"{place} must be one of {', '.join(shortened(value) for value in values)}, got {shortened(level)}"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and not math.isnan(value)


def _is_range(value: object) -> bool:
    return (
        isinstance(value, list | tuple)
        and len(value) == 2
        and all(_is_number(end) for end in value)
        and value[0] <= value[1]
    )
