"""Conditions on an outcome as they are written, ``faking_advantage > 0``: a name, a comparison and a number."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.outcomes_by_cell import BEST
from models.refusals import InputError, shortened
from models.strategies import CLASS_NAMES

_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
}
_WRITTEN = re.compile(r"\s*([A-Za-z_]\w*)\s*(>=|<=|!=|==|>|<|=)\s*(\S+)\s*", flags=re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", flags=re.ASCII)


@dataclass(frozen=True)
class Condition:
    """What is asked of an outcome.

    Attributes
    ----------
    name : str
        A measure, a number of the map, or ``best``.
    comparison : str
        ``>``, ``>=``, ``<``, ``<=``, ``=`` or ``!=``.
    value : float or str
        A number; of ``best`` the name of a class.
    """

    name: str
    comparison: str
    value: float | str

    def __str__(self) -> str:
        value = self.value if isinstance(self.value, str) else f"{self.value:g}"
        return f"{self.name} {self.comparison} {value}"

    def holds(self, outcome: pd.DataFrame) -> NDArray[np.float64]:
        """Return 1 where it holds of the mean over replicates, 0 where not, NaN where there is no outcome, (cells,)."""
        compare = _COMPARISONS[self.comparison]
        if isinstance(self.value, str):
            return np.asarray(compare(outcome.iloc[:, 0].astype(str), self.value), dtype=np.float64)
        means = outcome.to_numpy(dtype=np.float64).mean(axis=1)
        return np.where(np.isnan(means), np.nan, compare(means, self.value))


def condition_from(text: str, option: str = "where") -> Condition:
    """Return the condition that a text says; nothing in it is run.

    Raises
    ------
    InputError
        If it is not a name, a comparison and a number, or ``best``, = or != and a class.
    """
    found = _WRITTEN.fullmatch(text)
    needed = f"{option} must be a name, >, >=, <, <=, = or != and a number, got {shortened(text)}"
    if found is None:
        raise InputError([needed])
    name, comparison, value = found[1], found[2].replace("==", "="), found[3]
    if name == BEST:
        if comparison not in ("=", "!=") or value not in CLASS_NAMES:
            one = f"{', '.join(CLASS_NAMES[:-1])} or {CLASS_NAMES[-1]}"
            raise InputError([f"{option} must be {BEST} = or != {one}, got {shortened(text)}"])
        return Condition(name, comparison, value)
    if not _NUMBER.fullmatch(value):
        raise InputError([needed])
    return Condition(name, comparison, float(value))
