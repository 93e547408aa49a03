"""What the explorer explores: five parameters of one agent, and the exact values at each of their combinations."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.refusals import InputError
from models.strategies import CLASS_NAMES
from parameter_sweeps.maps import strategy_map
from parameter_sweeps.study import Study
from teaching.glossary import TERMS, Term

if TYPE_CHECKING:
    import xarray as xr

FORESIGHT = "agents.foresight"
RATE = "regime.schedule.rate"

#: The parameters by key, slowest first: the map is over the last two. Each has its values and the one to start at.
VARIED: dict[str, tuple[Sequence[float], float]] = {
    "regime.response.rotation": ((0.0, 0.1, 0.3, 1.0), 1.0),
    "regime.response.penalty": ((0.0, 0.5, 1.0, 1.5, 3.0), 0.5),
    "agents.cue.discrimination": ((0.0, 0.5, 1.0, 2.0, 3.0, math.inf), 2.0),
    RATE: (tuple(round(0.04 * step, 2) for step in range(1, 25)), 0.2),
    FORESIGHT: (tuple(round(0.04 * step, 2) for step in range(25)), 0.4),
}
#: Numbers of the map that are kept, in four bytes each: at most 2^-24 of a number is rounded off.
NUMBERS = (
    "honest",
    "faking",
    "compliant",
    "threshold",
    "comply_probability_watched",
    "comply_probability_unwatched",
    "loss",
)


@dataclass(frozen=True)
class Control:
    """A parameter that a slider moves.

    Attributes
    ----------
    key : str
        Dotted key.
    term : Term
        What it is called, and what it means.
    values : tuple of float
        Ascending.
    start : int
        Place of the value to start at.
    stride : int
        How many cells further the next value is.
    """

    key: str
    term: Term
    values: tuple[float, ...]
    start: int
    stride: int

    @property
    def name(self) -> str:
        """The last part of the key: how the page calls the slider."""
        return self.key.rpartition(".")[2]

    @property
    def edges(self) -> list[float]:
        """Where the cell of each value begins, and where the last one ends; for values at equal distances."""
        step = (self.values[-1] - self.values[0]) / (len(self.values) - 1)
        return [round(self.values[0] + (place - 0.5) * step, 9) for place in range(len(self.values) + 1)]

    @property
    def shown(self) -> list[str]:
        """The values as they are shown."""
        return ["∞ (told for certain)" if math.isinf(value) else f"{value:g}" for value in self.values]


@dataclass(frozen=True)
class Explored:
    """The exact values at each combination.

    Attributes
    ----------
    study : Study
        Whose cells they are.
    controls : tuple of Control
        In the order of the study's axes; the last two are watching rate and foresight.
    best : array of uint8, (cells,)
        Class of the best rule, as a code of `models.strategies.CLASS_NAMES`.
    numbers : dict of arrays, (cells,)
        Those of `NUMBERS`, exact.
    """

    study: Study
    controls: tuple[Control, ...]
    best: np.ndarray[tuple[int], np.dtype[np.uint8]]
    numbers: dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]


def explored_study(values: Mapping[str, Sequence[float]] | None = None) -> Study:
    """Return the study of the explorer: the base scenario with the five parameters varied on a grid.

    Parameters
    ----------
    values
        Other values for some of the keys of `VARIED`, ascending; those of the map at equal distances.

    Raises
    ------
    InputError
        For a key that the explorer does not vary, and for values that a scenario refuses.
    """
    given = dict(values or {})
    if unknown := [key for key in given if key not in VARIED]:
        raise InputError(f"{key} must be one of {', '.join(VARIED)}" for key in unknown)
    vary = {key: list(given.get(key, shipped)) for key, (shipped, _) in VARIED.items()}
    return Study.from_mapping({"name": "explorer", "base": "base", "vary": vary})


def explored(study: Study, progress: Callable[[int, int], None] | None = None) -> Explored:
    """Return the exact values in every cell of `explored_study`; nothing is simulated.

    Parameters
    ----------
    study
        As `explored_study` returns it, perhaps with other values set.
    progress
        Called with (cells done, cells) now and then.
    """
    found: xr.Dataset = strategy_map(study, progress)
    codes = {name: code for code, name in enumerate(CLASS_NAMES)}
    best = np.array([codes[name] for name in found["best"].to_numpy().ravel()], dtype=np.uint8)
    return Explored(study, _controls(study), best, {name: found[name].to_numpy().ravel() for name in NUMBERS})


def _controls(study: Study) -> tuple[Control, ...]:
    terms = {term.key: term for term in TERMS.values() if term.key}
    strides = np.cumprod([1, *study.shape[:0:-1]])[::-1].tolist()
    return tuple(
        Control(key, terms[key], tuple(values), _nearest(values, VARIED[key][1]), stride)
        for (key, values), stride in zip(study.axes.items(), strides, strict=True)
    )


def _nearest(values: Sequence[float], wanted: float) -> int:
    return min(range(len(values)), key=lambda place: abs(values[place] - wanted))
