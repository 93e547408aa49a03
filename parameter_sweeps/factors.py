"""Cells as a product: what is varied alone, or together, is a factor, and the cells are all combinations of factors.

A grid has a factor an axis. A design of points has one factor, whose rows are its points. Regimes are a factor of
their own, which runs slowest. The last factor runs fastest.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from models.regime_parameters import Regime
from models.scenario import Scenario
from parameter_sweeps.canonical import canonical_json, strict

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Key of the axis of regimes.
REGIME = "regime"


@dataclass(frozen=True)
class Factor:
    """Keys that are varied together.

    Attributes
    ----------
    columns : dict of tuples
        By dotted key, the value in each row; all of one length.
    """

    columns: Mapping[str, tuple[Any, ...]]

    @cached_property
    def length(self) -> int:
        """The number of rows."""
        return len(next(iter(self.columns.values())))

    @cached_property
    def written(self) -> dict[str, NDArray[Any]]:
        """The columns as a table holds them."""
        return {key: axis_column(values) for key, values in self.columns.items()}

    def row(self, position: int) -> dict[str, Any]:
        """Return the values in a row, by key."""
        return {key: values[position] for key, values in self.columns.items()}

    def restricted(self, keys: Collection[str]) -> tuple[Factor, NDArray[np.int64]]:
        """Return the distinct rows on some of its keys, and for each of its rows which of them it is."""
        import numpy as np

        columns = {key: values for key, values in self.columns.items() if key in keys}
        if len(self.columns) == 1:
            return self, np.arange(self.length)
        rows = list(zip(*columns.values(), strict=True))
        texts = rows if _all_plain(columns.values()) else [canonical_json(strict(row)) for row in rows]
        places: dict[Any, int] = {}
        found = np.array([places.setdefault(text, len(places)) for text in texts], dtype=np.int64)
        _, first = np.unique(found, return_index=True)
        distinct = [rows[place] for place in first]
        return Factor(dict(zip(columns, zip(*distinct, strict=True), strict=True))), found


class Planned(Protocol):
    """A scenario and what is varied in it: a study, or a part of one."""

    @property
    def scenario(self) -> Scenario:
        """What is the same in every cell."""

    @property
    def factors(self) -> tuple[Factor, ...]:
        """What is varied."""

    @property
    def regimes(self) -> Mapping[str, Regime]:
        """The regimes that the factor `REGIME` names."""


@dataclass(frozen=True)
class Layout:
    """What `Planned` describes, on its own."""

    scenario: Scenario
    factors: tuple[Factor, ...]
    regimes: Mapping[str, Regime] = field(default_factory=dict)


def varied_keys(planned: Planned) -> tuple[str, ...]:
    """Return the varied keys, in the order of the columns of a table."""
    return tuple(key for factor in planned.factors for key in factor.columns)


def shape_of(planned: Planned) -> tuple[int, ...]:
    """Return the number of rows of each factor."""
    return tuple(factor.length for factor in planned.factors)


def cells_in(planned: Planned) -> int:
    """Return the number of cells; 1 without factors."""
    return math.prod(shape_of(planned))


def values_at(planned: Planned, index: int) -> dict[str, Any]:
    """Return the varied values of the cell with an index, by key."""
    rest, rows = index, []
    for factor in reversed(planned.factors):
        rest, position = divmod(rest, factor.length)
        rows.append(factor.row(position))
    return {key: value for row in reversed(rows) for key, value in row.items()}


def with_regime_written_out(planned: Planned, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return varied values with the regime that is named among them in place of its name."""
    if not planned.regimes or REGIME not in values:
        return dict(values)
    return {**values, REGIME: planned.regimes[values[REGIME]]}


def axis_column(values: Sequence[Any]) -> NDArray[Any]:
    """Return values as a table holds them.

    Numbers are float64. If any value is none, all are text: words as they are, others as canonical JSON.
    """
    import numpy as np

    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return np.array(values, dtype=np.float64)
    words = [value if isinstance(value, str) else canonical_json(strict(value)) for value in values]
    return np.array(words, dtype=np.str_)


def _all_plain(columns: Collection[Sequence[Any]]) -> bool:
    # 1, 1.0 and True are one key of a dictionary and three values of a parameter
    kinds = [{type(value) for value in column} for column in columns]
    return all(len(kind) == 1 and kind <= {int, float, str} for kind in kinds)
