"""A study: a base scenario, what is changed in it for every cell, and what is varied from cell to cell.

The cells of a grid are all combinations of the values on its axes, numbered with the last axis running
fastest. Every value is checked alone when the study is built, and every combination when its cell is built,
since some values are right one by one but not together.
"""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails, InitErrorDetails

from models.refusals import InputError, explain_errors, refusal
from models.scenario import Scenario
from parameter_sweeps.axes import (
    admitted_axes,
    axis_length,
    axis_requirement,
    covers,
    is_whole,
    key_conflicts,
    value_at,
)
from parameter_sweeps.canonical import sha256, strict
from parameter_sweeps.catalogue import load_scenario

MAXIMAL_CELLS = 10**7

_REPLICATES = "run.replicates"
_LIMITS = {"replicates": (1, 10**6), "seed": (0, 2**32 - 1)}


@dataclass(frozen=True, slots=True)
class Cell:
    """One combination of the varied values, in the order of the axes, and its index from 0."""

    index: int
    values: dict[str, Any]


class Study(BaseModel):
    """Which scenarios are compared, how often each is run, and what is read off.

    Parameters
    ----------
    name, claim
        Name of the study, and the sentence that it puts to the test.
    base
        A shipped scenario's name, a path, or a scenario written out.
    set
        Values by dotted key that are changed in the base, for every cell.
    vary
        The values on each axis by dotted key: a list, ``{linspace: [a, b, n]}`` or ``{logspace: [a, b, n]}``.
        In both, a and b are the end values themselves. Without axes there is one cell.
    measures
        Names of the measures; empty for all. Whether there are such measures is not checked here.
    replicates
        Number of runs of each cell; None for the scenario's own.
    seed
        In [0, 2^32).
    figure
        Name of the study's figure, or a mapping that describes it.
    design, regimes, supports_if
        Declared, but not built: they must be ``grid``, empty and left out.

    Raises
    ------
    pydantic.ValidationError
        By the constructor and ``model_validate``. ``from_mapping`` says the same in the user's keys.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field("study", strict=True, min_length=1, max_length=100)
    claim: str = Field("", strict=True)
    base: Scenario
    set: dict[str, Any] = Field(default_factory=dict)
    vary: dict[str, Any] = Field(default_factory=dict)
    design: Literal["grid", "latin_hypercube", "sobol", "table", "boundary"] = "grid"
    regimes: tuple[Any, ...] = ()
    measures: tuple[str, ...] = ()
    replicates: int | None = None
    seed: int = 1
    figure: str | dict[str, Any] | None = None
    supports_if: None = None

    @classmethod
    def from_mapping(cls, mapping: object, where: str = "", folder: Path | str | None = None) -> Study:
        """Return the study written in a mapping.

        Parameters
        ----------
        mapping
            As a file has it.
        where
            Name of that file, put before each message; may be empty.
        folder
            Where a relative path to the base starts; by default the working directory.

        Raises
        ------
        InputError
            With one sentence per mistake.
        """
        try:
            return cls.model_validate(mapping, context={"folder": folder or ""})
        except ValidationError as error:
            lines = [line for detail in error.errors(include_url=False) for line in _sentences(detail)]
            raise InputError(f"{where}: {line}" if where else line for line in lines) from None

    def with_values(self, values: Mapping[str, object]) -> Study:
        """Return a study with further values set for every cell; a later value replaces an earlier one.

        ``run.replicates`` given here goes before the study's own ``replicates``.

        Parameters
        ----------
        values
            By dotted key; a mapping given for a part replaces the whole part.

        Raises
        ------
        InputError
            For a key that is varied, an unknown key or a value that is refused, one sentence per mistake.
        """
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        kept = {key: value for key, value in self.set.items() if not any(covers(new, key) for new in values)}
        fields["set"] = {**kept, **values}
        if _REPLICATES in values:
            fields["replicates"] = None
        return Study.from_mapping(fields)

    @cached_property
    def scenario(self) -> Scenario:
        """The base with what is set for every cell, and with the study's number of replicates."""
        replicates = {} if self.replicates is None else {_REPLICATES: self.replicates}
        try:
            return self.base.with_values({**self.set, **replicates})
        except InputError as error:
            raise InputError(f"set: {message}" for message in error.messages) from None

    @cached_property
    def axes(self) -> dict[str, tuple[Any, ...]]:
        """The values on each axis in written order, in the form in which the scenario keeps them."""
        return admitted_axes(self.scenario, self.vary)

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of values on each axis."""
        return tuple(axis_length(written) for written in self.vary.values())

    @property
    def cell_count(self) -> int:
        """The number of cells; 1 without axes."""
        return math.prod(self.shape)

    def cells(self) -> Iterator[Cell]:
        """Yield the cells, with the last axis running fastest."""
        for index, values in enumerate(itertools.product(*self.axes.values())):
            yield Cell(index, dict(zip(self.axes, values, strict=True)))

    def cell_scenario(self, cell: Cell) -> Scenario:
        """Return the scenario of a cell; an `InputError` if its values are not right together."""
        return self.scenario.with_values(cell.values)

    @property
    def _varies_replicates(self) -> bool:
        return any(covers(key, _REPLICATES) for key in self.vary)

    def canonical(self) -> dict[str, Any]:
        """Return what determines the results, as strict JSON holds it: infinities are the text "inf".

        Names, claim and figure are left out, axes are written out as lists. `from_mapping` makes the same
        study of it. The order of ``vary`` matters, because it numbers the cells.
        """
        return {
            "base": self.base.model_dump(mode="json", exclude={"name"}),
            "set": {key: strict(value_at(self.scenario, key)) for key in self.set if key != _REPLICATES},
            "vary": {key: strict(values) for key, values in self.axes.items()},
            "design": self.design,
            "measures": list(self.measures),
            "replicates": None if self._varies_replicates else self.scenario.run.replicates,
            "seed": self.seed,
        }

    def digest(self) -> str:
        """Return the SHA-256 of what determines the results, in hexadecimal."""
        canonical = self.canonical()
        # as pairs, because sorting the keys would lose the order of the axes
        canonical["vary"] = list(canonical["vary"].items())
        return sha256(canonical)

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
    def _axes_written_right(cls, vary: dict[str, Any]) -> dict[str, Any]:
        if wrong := {key: phrase for key, axis in vary.items() if (phrase := axis_requirement(axis))}:
            details = [InitErrorDetails(type=refusal(wrong[key]), loc=(key,), input=vary[key]) for key in wrong]
            raise ValidationError.from_exception_data("vary", details)
        return vary

    @field_validator("design")
    @classmethod
    def _design_built(cls, design: str) -> str:
        if design != "grid":
            raise refusal(f"grid ({design} is declared, but not built yet)")
        return design

    @field_validator("regimes", "supports_if", mode="before")
    @classmethod
    def _left_out(cls, written: object) -> object:
        if written not in (None, [], ()):
            raise refusal("left out (it is declared, but not built yet)")
        return written

    @field_validator("measures", mode="before")
    @classmethod
    def _names(cls, written: object) -> object:
        names = written if isinstance(written, list | tuple) else [None]
        if not all(isinstance(name, str) and name for name in names) or len({*names}) < len(names):
            raise refusal("a list of names, each once")
        return written

    @field_validator("replicates", "seed", mode="before")
    @classmethod
    def _whole(cls, written: object, info: ValidationInfo) -> object:
        if written is None and info.field_name == "replicates":
            return None
        lower, upper = _LIMITS[str(info.field_name)]
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
        return written if written is not None else {} if info.field_name in {"set", "vary"} else ()

    @model_validator(mode="after")
    def _right_together(self) -> Study:
        given_twice = list(key_conflicts(self.set, self.vary))
        if self.replicates is not None and (_REPLICATES in self.set or self._varies_replicates):
            given_twice += [f"replicates must be left out where {_REPLICATES} is given, got {self.replicates}"]
        if given_twice:
            raise InputError(given_twice)
        if self.cell_count > MAXIMAL_CELLS:
            raise InputError([f"vary must make at most {MAXIMAL_CELLS} cells, got {self.cell_count}"])
        # written out here, so that a value that is refused is found before anything is computed
        _ = self.axes
        return self


def _sentences(detail: ErrorDetails) -> list[str]:
    """Return one mistake in the user's keys; several if a file that the study names has several."""
    context = detail.get("ctx", {})
    if isinstance(cause := context.get("error"), InputError):
        return cause.messages
    if detail["type"] == "missing":
        return [f"{'.'.join(map(str, detail['loc']))} must be given, got nothing"]
    kind = refusal(context["requirement"]) if detail["type"] == "refused" else detail["type"]
    again = InitErrorDetails(type=kind, loc=detail["loc"], input=detail["input"], ctx=context)
    return explain_errors(ValidationError.from_exception_data("study", [again]), Study).messages
