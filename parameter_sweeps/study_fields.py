"""The fields of a study, each read and checked on its own."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import InitErrorDetails

from models.refusals import InputError, refusal
from models.scenario import Scenario
from parameter_sweeps.axes import axis_requirement, is_whole
from parameter_sweeps.catalogue import load_scenario
from parameter_sweeps.design_kinds import Boundary, Design, Grid, OneAtATime, design_from
from parameter_sweeps.ranges import interval_requirement, is_range, range_requirement
from parameter_sweeps.regime_axis import named_regimes
from parameter_sweeps.support_conditions import admitted_support

MOST_MEASURES = 1000
#: Least and greatest value of each whole number.
LIMITS = {"replicates": (1, 10**6), "seed": (0, 2**32 - 1), "record_every": (1, 10**9), "burn_in": (0, 10**9)}


class StudyFields(BaseModel):
    """What a study's file says; `parameter_sweeps.study.Study` says what each field means."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field("study", strict=True, min_length=1, max_length=100)
    claim: str = Field("", strict=True)
    base: Scenario
    set: dict[str, Any] = Field(default_factory=dict)
    # before what is varied, whose form it decides
    design: Design = Field(default_factory=Grid)
    vary: dict[str, Any] = Field(default_factory=dict)
    regimes: dict[str, Any] = Field(default_factory=dict)
    measures: tuple[str, ...] = ()
    replicates: int | None = None
    seed: int = 1
    independent: bool = Field(False, strict=True)
    record: Literal["none", "episodes", "agents"] = "none"
    record_every: int | None = None
    burn_in: int = 0
    figure: str | dict[str, Any] | None = None
    supports_if: dict[str, Any] | None = None
    quick: bool = Field(False, strict=True)

    @field_validator("base", mode="before")
    @classmethod
    def _base_loaded(cls, written: object, info: ValidationInfo) -> object:
        if not isinstance(written, str | os.PathLike):
            return written
        try:
            return load_scenario(written, folder=(info.context or {}).get("folder") or "")
        except InputError as error:
            raise InputError(f"base: {message}" for message in error.messages) from None

    @field_validator("vary")
    @classmethod
    def _axes_written_right(cls, vary: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        needed = _requirement_of(info.data.get("design"))
        if wrong := {key: phrase for key, axis in vary.items() if (phrase := needed(axis))}:
            details = [InitErrorDetails(type=refusal(wrong[key]), loc=(key,), input=vary[key]) for key in wrong]
            raise ValidationError.from_exception_data("vary", details)
        return vary

    @field_validator("design", mode="before")
    @classmethod
    def _design(cls, written: object, info: ValidationInfo) -> object:
        return design_from(written, info)

    @field_validator("supports_if", mode="before")
    @classmethod
    def _conditions(cls, written: object) -> object:
        return None if written is None else admitted_support(written)

    @field_validator("regimes", mode="before")
    @classmethod
    def _named_regimes(cls, written: object, info: ValidationInfo) -> object:
        return named_regimes(written, (info.context or {}).get("folder") or "")

    @field_validator("measures", mode="before")
    @classmethod
    def _names(cls, written: object) -> object:
        names = written if isinstance(written, list | tuple) else [None]
        if not all(isinstance(name, str) and name for name in names) or len({*names}) < len(names):
            raise refusal("a list of names, each once")
        if len(names) > MOST_MEASURES:
            raise refusal(f"a list of at most {MOST_MEASURES} names")
        return written

    @field_validator("replicates", "seed", "record_every", "burn_in", mode="before")
    @classmethod
    def _whole(cls, written: object, info: ValidationInfo) -> object:
        if written is None and info.field_name in {"replicates", "record_every"}:
            return None
        lower, upper = LIMITS[str(info.field_name)]
        if not is_whole(written) or not lower <= written <= upper:
            raise refusal(f"a whole number in [{lower}, {upper}]")
        return int(written)

    @field_validator("figure", mode="before")
    @classmethod
    def _figure(cls, written: object) -> object:
        if not isinstance(written, str | dict | None):
            raise refusal("the name of a figure or a mapping")
        return written

    # stands last, because pydantic asks the last of these first
    @field_validator("set", "vary", "measures", "regimes", mode="before")
    @classmethod
    def _empty_for_null(cls, written: object, info: ValidationInfo) -> object:
        return written if written is not None else () if info.field_name == "measures" else {}


def _requirement_of(design: object) -> Callable[[object], str | None]:
    if isinstance(design, Boundary):
        return interval_requirement
    if isinstance(design, Grid | OneAtATime):
        return _listed_requirement
    # also where the design is refused, or admits nothing varied: one mistake is enough
    return range_requirement


def _listed_requirement(written: object) -> str | None:
    """Return what the values on an axis of a grid must be."""
    phrase = axis_requirement(written)
    return (
        f"{phrase}; a range is for design latin_hypercube, sobol, saltelli, morris or boundary"
        if is_range(written)
        else phrase
    )
