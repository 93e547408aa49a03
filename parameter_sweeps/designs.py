"""The cells of each design: what is varied in a study, as factors whose combinations are its cells."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from models.refusals import InputError
from models.scenario import Scenario, parameter_at
from parameter_sweeps.axes import admitted, admitted_axes, axis_length, covers, value_at
from parameter_sweeps.canonical import canonical_json, sha256, strict
from parameter_sweeps.design_kinds import Boundary, Filling, Grid, Morris, OneAtATime, Table
from parameter_sweeps.factors import REGIME, Factor
from parameter_sweeps.ranges import canonical_range, ends_of, filled
from parameter_sweeps.shares import count_of_points, middle_of_level, shares_of_ranges
from parameter_sweeps.table_of_cells import table_columns

if TYPE_CHECKING:
    from parameter_sweeps.study import Study


def design_factors(study: Study) -> tuple[Factor, ...]:
    """Return what is varied in a study, the factor that runs fastest last.

    Raises
    ------
    InputError
        For values that the scenario refuses, and for a boundary that needs too many cells.
    """
    regimes = (Factor({REGIME: tuple(study.regimes)}),) if study.regimes else ()
    design, axes = study.design, study.checked_axes
    if isinstance(design, Grid):
        return (*regimes, *(Factor({key: values}) for key, values in axes.items()))
    if isinstance(design, Table):
        return (*regimes, Factor(axes))
    if isinstance(design, OneAtATime):
        return (*regimes, Factor(_one_at_a_time(study.scenario, axes)))
    if isinstance(design, Boundary):
        return (*regimes, Factor(_boundary_points(study, design)))
    return (*regimes, Factor(_points(study, design)))


def admitted_design(study: Study) -> dict[str, tuple[Any, ...]]:
    """Return what is known of each varied key when a study is built, in the form in which the scenario keeps it.

    On a grid, and of axes varied one at a time, these are the values on each axis; of a table its columns; else the
    values of lists and the two ends of ranges.

    Raises
    ------
    InputError
        For values that the scenario refuses, on all axes at once.
    """
    if isinstance(study.design, Table):
        return table_columns(study.scenario, study.design)
    if isinstance(study.design, Grid | OneAtATime):
        return admitted_axes(study.scenario, study.vary)
    return admitted(study.scenario, {key: _known_values(written) for key, written in study.vary.items()})


def _known_values(written: Any) -> list[Any]:
    if not isinstance(written, Mapping):
        return list(written)
    return [] if _is_distribution(written) else list(ends_of(written)[1:])


def points_of(study: Study) -> int | None:
    """Return how many cells there are at most under each regime, without making them; None where they must be found."""
    design = study.design
    if isinstance(design, Filling):
        return count_of_points(design, len(study.vary))
    if isinstance(design, Table):
        return len(design.rows) - 1
    if isinstance(design, Boundary):
        return None
    lengths = [axis_length(written) for written in study.vary.values()]
    # at most, of axes varied one at a time: values that are those of the base are no cells of their own
    return 1 + sum(lengths) if isinstance(design, OneAtATime) else math.prod(lengths)


def _boundary_points(study: Study, design: Boundary) -> Mapping[str, tuple[Any, ...]]:
    if design.content:
        columns = table_columns(study.scenario, design)
        if list(columns) != list(study.vary):
            raise InputError([f"design.path must be a table of {', '.join(study.vary)}, got {', '.join(columns)}"])
        return columns
    # taken in here, as it brings the compiler with it
    from parameter_sweeps.boundary import planned_points

    return planned_points(study).columns


def _one_at_a_time(scenario: Scenario, axes: Mapping[str, tuple[Any, ...]]) -> dict[str, tuple[Any, ...]]:
    try:
        base = {key: value_at(scenario, key) for key in axes}
    except AttributeError:
        absent = [key for key in axes if not _stands_in(scenario, key)]
        needed = "must stand in the base where axes are varied one at a time, got a part without it"
        raise InputError(f"vary.{key} {needed}" for key in absent) from None
    rows = [base]
    for key, values in axes.items():
        rows += [base | {key: value} for value in values if not _same(value, base[key])]
    return {key: tuple(row[key] for row in rows) for key in axes}


def _stands_in(scenario: Scenario, key: str) -> bool:
    try:
        value_at(scenario, key)
    except AttributeError:
        return False
    return True


def _same(value: object, other: object) -> bool:
    return canonical_json(strict(value)) == canonical_json(strict(other))


def _points(study: Study, design: Filling) -> dict[str, tuple[Any, ...]]:
    """Return points that fill the ranges, as columns."""
    shares = shares_of_ranges(design, len(study.vary), study.seed)
    columns = {}
    for (key, written), share in zip(study.vary.items(), shares.T, strict=True):
        is_list = not isinstance(written, Mapping)
        whole = not is_list and parameter_at(key).whole
        # the last level of a list is its last value, not the end of it
        places = middle_of_level(design, share) if is_list and isinstance(design, Morris) else share
        columns[key] = tuple(filled(study.checked_axes[key] if is_list else written, places, whole))
    _refuse_outside(study.scenario, columns, [key for key in columns if _is_distribution(study.vary[key])])
    return columns


def has_distribution(vary: Mapping[str, Any]) -> bool:
    """Return whether the values of any key are written as a distribution."""
    return any(_is_distribution(written) for written in vary.values())


def _is_distribution(written: object) -> bool:
    return isinstance(written, Mapping) and "distribution" in written


def _refuse_outside(scenario: Scenario, columns: Mapping[str, tuple[Any, ...]], keys: Iterable[str]) -> None:
    # the values that a parameter may have are an interval, so that the least and the largest speak for all
    ends = {key: sorted({min(columns[key]), max(columns[key])}) for key in keys}
    admitted(scenario, ends)


def conflicts_of_regimes(study: Study) -> list[str]:
    """Return a sentence for each key that is set or varied in a part of the regime, where regimes are given."""
    if not study.regimes:
        return []
    keys = [f"set.{key}" for key in study.set if covers(REGIME, key)]
    varied = study.design.rows[0] if isinstance(study.design, Table) else list(study.vary)
    keys += [f"vary.{key}" for key in varied if covers(REGIME, key.strip())]
    needed = "must be left out where regimes are given, each a whole regime: write one for each value"
    return [f"{key} {needed}" for key in keys]


def needless_vary(study: Study) -> list[str]:
    """Return a sentence for values that a design has no use for, or misses."""
    kind, count = study.design.kind, len(study.vary)
    if isinstance(study.design, Table):
        return ["vary must be left out where design is table, whose columns are what varies"] if count else []
    if isinstance(study.design, Boundary) and count < 2:
        return [f"vary must be two or more ranges of numbers where design is boundary, got {count}"]
    if not isinstance(study.design, Grid) and not count:
        return [f"vary must be given where design is {kind}, got nothing"]
    if isinstance(study.design, Morris):
        return [
            f"vary.{key} must be a range or a list where design is morris, whose levels reach both ends, "
            "got a distribution"
            for key, written in study.vary.items()
            if _is_distribution(written)
        ]
    if isinstance(study.design, Boundary):
        return [
            f"vary.{key} must be a number that is not whole where design is boundary, got a whole-numbered parameter"
            for key, written in study.vary.items()
            if isinstance(written, Mapping) and _is_whole(key)
        ]
    return []


def _is_whole(key: str) -> bool:
    try:
        return parameter_at(key).whole
    except InputError:
        return False


def design_identity(study: Study) -> Any:
    """Return what determines the cells of a design, besides what is varied, as strict JSON holds it."""
    design = study.design
    if isinstance(design, Grid | OneAtATime):
        return design.kind
    if isinstance(design, Filling):
        seed = study.seed if design.seed is None else design.seed
        return {**design.model_dump(), "seed": seed}
    if isinstance(design, Table):
        columns = [[key, strict(values)] for key, values in study.checked_axes.items()]
        return {"kind": design.kind, "sha256": sha256(columns)}
    return {"kind": design.kind, "tolerance": design.tolerance, "start": design.start}


def vary_identity(study: Study) -> dict[str, Any]:
    """Return what is varied, in the one form that stands for all ways to write it."""
    if isinstance(study.design, Table):
        return {}
    return {
        key: study.checked_axes[key] if _is_listed(study, written) else canonical_range(written)
        for key, written in study.vary.items()
    }


def _is_listed(study: Study, written: object) -> bool:
    return isinstance(study.design, Grid | OneAtATime) or not isinstance(written, Mapping)
