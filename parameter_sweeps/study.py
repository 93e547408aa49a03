"""A study: a base scenario, what is changed in it for every cell, and what is varied from cell to cell.

The cells of a grid are all combinations of the values on its axes, numbered with the last axis running
fastest; those of other designs are points among the values (`parameter_sweeps.design_kinds`). Either is crossed with
the regimes, of which the first comes first. Every value is checked alone when the study is built, and every
combination when its cell is built, since some values are right one by one but not together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError, model_validator

from models.refusals import InputError, shortened
from models.scenario import Scenario
from parameter_sweeps.axes import covers, key_conflicts, value_at
from parameter_sweeps.canonical import sha256, strict
from parameter_sweeps.cell import Cell
from parameter_sweeps.design_kinds import Boundary, Filling, Grid
from parameter_sweeps.designs import (
    admitted_design,
    conflicts_of_regimes,
    design_factors,
    design_identity,
    has_distribution,
    needless_vary,
    points_of,
    vary_identity,
)
from parameter_sweeps.factors import Factor, cells_in, shape_of, values_at, with_regime_written_out
from parameter_sweeps.record_keys import fewest_episodes, given_keys, record_conflicts
from parameter_sweeps.regime_axis import refused_regimes, regimes_as_json
from parameter_sweeps.study_fields import StudyFields
from parameter_sweeps.study_sentences import sentences
from parameter_sweeps.support_conditions import unfit_conditions

__all__ = ["MAXIMAL_CELLS", "Cell", "Study"]

MAXIMAL_CELLS = 10**7

_REPLICATES = "run.replicates"


class Study(StudyFields):
    """Which scenarios are compared, how often each is run, and what is read off.

    Parameters
    ----------
    name, claim
        Name of the study, and the sentence that it puts to the test.
    base
        A shipped scenario's name, a path, or a scenario written out.
    set
        Values by dotted key that are changed in the base, for every cell.
    design
        Which combinations of the values are cells: a word, or a mapping with the word as kind. ``grid``: all;
        ``one_at_a_time``: the base, and each value with all else as in the base; ``latin_hypercube`` (cells, seed)
        and ``sobol`` (cells: a power of two, seed): points that fill the ranges, scrambled with the study's seed
        if the design has none; ``table`` (path): the rows of a CSV file; ``boundary`` (tolerance, start): points
        that close in on where the best class changes; ``saltelli`` (points: a power of two, second_order, seed) and
        ``morris`` (trajectories, levels, seed): what `analysis.sensitivity` asks for, made by SALib. The first cells of
        a longer Sobol design are those of a shorter one; the cells of a longer Latin hypercube are others.
    vary
        The values on each axis by dotted key: a list, ``{linspace: [a, b, n]}`` or ``{logspace: [a, b, n]}``.
        In both, a and b are the end values themselves. Without axes there is one cell. Of designs that fill
        ranges also ``{uniform: [a, b]}``, ``{loguniform: [a, b]}`` or a distribution.
    regimes
        Regimes that all this is done under: shipped names, files, or regimes written out with a key ``name``.
    independent
        Whether cells have luck of their own; else replicate r has the same luck in every cell, which makes
        differences between cells precise. Cells of equal values have equal luck, and one of 2^32.
    measures
        Names of the measures; empty for all. Whether there are such measures is not checked here.
    replicates
        Number of runs of each cell; None for the scenario's own.
    seed
        In [0, 2^32).
    record, record_every
        What is kept of each run beside its measures: ``none``, a row for each stretch of so many ``episodes``, or for
        each of the ``agents`` in it; None for stretches of which a run has at most 1,000.
    burn_in
        So many episodes at the start of each run are left out of its measures.
    figure
        Name of the study's figure, or a mapping that describes it.
    supports_if
        When the results support the claim: a statistic of `support_conditions.STATISTICS` with its keys, ``where`` and
        a bound (``above``, ``below`` or ``within``), or ``all`` with a list of such. It is no part of what determines
        results.
    quick
        Whether the study was scaled down, which its figures and its paragraph then say.

    Raises
    ------
    pydantic.ValidationError
        By the constructor and ``model_validate``. ``from_mapping`` says the same in the user's keys.
    """

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
            Where relative paths start; by default the working directory.

        Raises
        ------
        InputError
            With one sentence per mistake.
        """
        try:
            return cls.model_validate(mapping, context={"folder": folder or ""})
        except ValidationError as error:
            raise InputError(f"{where}: {line}" if where else line for line in sentences(error, cls)) from None

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
        if isinstance(self.design, Boundary):
            # points that were found in the study as it was
            fields["design"] = self.design.model_copy(update={"path": "", "content": ""})
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
    def checked_axes(self) -> dict[str, tuple[Any, ...]]:
        """What is known of the varied keys before cells are made, as `designs.admitted_design` returns it."""
        return admitted_design(self)

    @cached_property
    def factors(self) -> tuple[Factor, ...]:
        """What is varied: regimes, then of a grid each axis, of another design its cells as one factor.

        Raises
        ------
        InputError
            If a boundary cannot be found, or a distribution reaches out of a parameter's range.
        """
        return design_factors(self)

    @property
    def is_grid(self) -> bool:
        """Whether the cells are all combinations of values on axes."""
        return isinstance(self.design, Grid)

    @property
    def axes(self) -> dict[str, tuple[Any, ...]]:
        """The values of each varied key: on a grid those of its axis, else one for each cell under a regime."""
        return {key: values for factor in self.factors for key, values in factor.columns.items()}

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of regimes if any, and of values on each axis, or of cells under a regime."""
        return shape_of(self)

    @property
    def cell_count(self) -> int:
        """The number of cells; 1 without axes."""
        return cells_in(self)

    def cells(self) -> Iterator[Cell]:
        """Yield the cells, with the last axis running fastest."""
        for index in range(self.cell_count):
            yield Cell(index, values_at(self, index))

    def cell_scenario(self, cell: Cell) -> Scenario:
        """Return the scenario of a cell; an `InputError` if its values are not right together."""
        return self.scenario.with_values(with_regime_written_out(self, cell.values))

    def stream_of(self, cell: Cell) -> int:
        """Return the fourth word of the draws of a cell: 0, or where cells are independent a digest of its values."""
        return int(sha256(strict(cell.values))[:8], 16) if self.independent else 0

    @property
    def _varies_replicates(self) -> bool:
        return any(covers(key, _REPLICATES) for key in self.vary)

    def canonical(self) -> dict[str, Any]:
        """Return what determines the results, as strict JSON holds it: infinities are the text "inf".

        Names, claim, figure and what supports the claim are left out, axes are written out as lists. `from_mapping`
        makes the same study of it, but of a table it needs the file too. The order of ``vary`` matters: it numbers
        the cells.
        """
        return {
            "base": self.base.model_dump(mode="json", exclude={"name"}),
            "set": {key: strict(value_at(self.scenario, key)) for key in self.set if key != _REPLICATES},
            "vary": {key: strict(values) for key, values in vary_identity(self).items()},
            "design": design_identity(self),
            "measures": list(self.measures),
            "replicates": None if self._varies_replicates else self.scenario.run.replicates,
            "seed": self.seed,
            # left out where they are as they were before there were any
            **({"regimes": regimes_as_json(self.regimes)} if self.regimes else {}),
            **({"independent": True} if self.independent else {}),
            **given_keys(self),
        }

    def digest(self) -> str:
        """Return the SHA-256 of what determines the results, in hexadecimal."""
        canonical = self.canonical()
        # as pairs, because sorting the keys would lose the order of the axes
        canonical["vary"] = list(canonical["vary"].items())
        return sha256(canonical)

    @model_validator(mode="after")
    def _right_together(self) -> Study:
        given_twice = list(key_conflicts(self.set, self.vary))
        if self.replicates is not None and (_REPLICATES in self.set or self._varies_replicates):
            given_twice += [f"replicates must be left out where {_REPLICATES} is given, got {self.replicates}"]
        mistakes = [*given_twice, *conflicts_of_regimes(self), *needless_vary(self)]
        if mistakes:
            raise InputError(mistakes)
        points = points_of(self)
        if points is not None and points * max(1, len(self.regimes)) > MAXIMAL_CELLS:
            cells = points * max(1, len(self.regimes))
            raise InputError([f"vary must make at most {MAXIMAL_CELLS} cells, got {cells}"])
        # found here, so that a value that is refused is known before anything is computed
        checked = self.checked_axes
        if mistakes := list(refused_regimes(self.scenario, self.regimes)):
            raise InputError(mistakes)
        if isinstance(self.design, Filling) and has_distribution(self.vary):
            _ = self.factors
        fewest = fewest_episodes(self.scenario, checked)
        if mistakes := list(record_conflicts(self.record, self.record_every, self.burn_in, fewest)):
            raise InputError(mistakes)
        if mistakes := list(unfit_conditions(self)):
            raise InputError(mistakes)
        return self


def admitted_study(given: object) -> Study:
    """Return what is given as a study; an `InputError` if it is none, but a name, say."""
    if isinstance(given, Study):
        return given
    raise InputError([f"study must be a Study, such as load_study returns, got {shortened(given)}"])
