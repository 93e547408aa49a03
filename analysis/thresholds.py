"""Where one best strategy gives way to another: the exact boundaries of a study with two varied numbers.

With r_M and r_U, the probabilities of complying in conflict when watched and when not, under the best rule, a
class ends where one of them passes 1/2: r_M between honest and the rest, r_U between faking and compliant. Of a
gaussian cue both are continuous in the parameters, so their contours at 1/2 are found to second order in the
steps of the grid. Of a told or two-valued cue the best rule jumps; there the values of the classes are continuous,
and their differences change sign at the boundary.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from contourpy import contour_generator
from numpy.typing import NDArray

from models.perception import BINARY
from models.refusals import InputError
from models.scenario import parameter_at
from models.strategies import CLASS_NAMES
from parameter_sweeps.maps import strategy_map
from parameter_sweeps.study import Study
from simulation.settings import cue_kind

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]
Progress = Callable[[int, int], None]

#: Steps of the refined grid in one step of the study's.
REFINEMENT = 5
#: A refined grid has at most about so many cells.
MOST_CELLS = 200_000
_HALF = 0.5
_TIE = 1e-12


@dataclass(frozen=True)
class Boundaries:
    """Which strategy is best on a fine grid of two varied numbers.

    Attributes
    ----------
    keys : tuple of str
        Dotted keys of the first and the second axis.
    first, second : array
        Values on the axes, ascending.
    watched, unwatched : array, (second, first)
        Positive where the best rule complies more often than not when watched, and when not; continuous at 0
        wherever the model is. Only their signs and zeros have a meaning.
    best : array of str, (second, first)
    """

    keys: tuple[str, str]
    first: Floats
    second: Floats
    watched: Floats
    unwatched: Floats
    best: NDArray[np.str_]

    def region(self, name: str) -> Floats:
        """Return a field that is positive where a class is best."""
        others = np.isin(self.best, ("honest", "faking", "compliant"), invert=True)
        fields = {
            "honest": -self.watched,
            "faking": np.minimum(self.watched, -self.unwatched),
            "compliant": np.minimum(self.watched, self.unwatched),
        }
        if name not in fields:
            return np.where(self.best == name, 1.0, -1.0)
        return np.where(others, -1.0, fields[name]) if others.any() else fields[name]

    def classes(self) -> list[str]:
        """Return the classes that are best somewhere, in the order of `CLASS_NAMES`."""
        present = set(np.unique(self.best).tolist())
        return [name for name in CLASS_NAMES if name in present]

    def lines(self) -> dict[str, list[Floats]]:
        """Return the boundaries by what passes 1/2: lines of points (first, second)."""
        return {
            side: zero_lines(self.first, self.second, field)
            for side, field in (("watched", self.watched), ("unwatched", self.unwatched))
        }


def numeric_axes(study: Study) -> tuple[str, str]:
    """Return the keys of the two varied numbers of a study.

    Raises
    ------
    InputError
        If something else than two numbers is varied on a grid, each over at least two finite values.
    """
    if not study.is_grid:
        raise InputError([f"design must be grid for a regime map, got {study.design.kind}"])
    numeric = [key for key, values in study.axes.items() if _is_numeric(values)]
    if len(numeric) != 2 or len(study.axes) != 2:
        varied = ", ".join(study.axes) or "nothing"
        raise InputError(
            [f"vary must be two keys with at least two finite numbers each for a regime map, got {varied}"]
        )
    return numeric[0], numeric[1]


def exact_boundaries(study: Study, progress: Progress | None = None) -> Boundaries:
    """Return where each strategy is best, on a grid finer than the study's."""
    keys = numeric_axes(study)
    fine = refined(study)
    found = strategy_map(fine, progress).transpose(keys[1], keys[0])
    axes = [np.array(fine.axes[key], dtype=np.float64) for key in keys]
    # the cue is of one kind in all cells, because only numbers are varied
    jumps = cue_kind(study.cell_scenario(next(study.cells()))) == BINARY
    watched, unwatched = _complying(found, jumps)
    return Boundaries(keys, axes[0], axes[1], watched, unwatched, found["best"].to_numpy().astype(str))


def refined(study: Study, factor: int = REFINEMENT) -> Study:
    """Return a study whose two axes ascend and have further values between those of the study's.

    Parameters
    ----------
    factor : int
        Steps in one step of the study's grid; fewer where the cells would be more than `MOST_CELLS`. An axis of whole
        numbers is left as it is.
    """
    factor = max(1, min(factor, math.isqrt(MOST_CELLS // study.cell_count)))
    vary = {
        key: sorted(study.axes[key]) if parameter_at(key).whole else _finer(study, key, factor)
        for key in numeric_axes(study)
    }
    fields: dict[str, Any] = {name: getattr(study, name) for name in type(study).model_fields}
    return Study.from_mapping({**fields, "vary": vary})


def is_logarithmic(study: Study, key: str) -> bool:
    """Return whether an axis was written as values at equal ratios."""
    written = study.vary[key]
    return isinstance(written, dict) and "logspace" in written


def zero_lines(first: Floats, second: Floats, field: Floats) -> list[Floats]:
    """Return the lines of points (first, second) on which a field over (second, first) is 0."""
    masked = np.ma.masked_invalid(field)
    lines: Any = contour_generator(first, second, masked).lines(0.0)
    return [np.asarray(line, dtype=np.float64) for line in lines if len(line) > 1]


def contour_distances(from_lines: list[Floats], to_lines: list[Floats], scale: Floats) -> Floats:
    """Return how far points on some lines are from the nearest of other lines, in units of `scale` by axis.

    Empty if there are no lines on one of the two sides.
    """
    if not from_lines or not to_lines:
        return np.empty(0)
    points = np.vstack([_densified(line / scale) for line in from_lines])
    pieces = [line / scale for line in to_lines]
    nearest: Floats = np.min([_distances(points, line) for line in pieces], axis=0)
    return nearest


def _complying(found: xr.Dataset, jumps: bool) -> tuple[Floats, Floats]:
    """Return the two fields of `Boundaries` from a strategy map, whose best rule may jump."""
    # speaking up is not complying
    watched = found["comply_probability_watched"].to_numpy() - _HALF
    unwatched = found["comply_probability_unwatched"].to_numpy() - _HALF
    if not jumps:
        return watched, unwatched
    honest, compliant, faking = (found[name].to_numpy() for name in ("honest", "compliant", "faking"))
    return (
        _where_same_side(np.fmax(compliant, faking) - honest, watched),
        _where_same_side(compliant - np.fmax(honest, faking), unwatched),
    )


def _where_same_side(smooth: Floats, certain: Floats) -> Floats:
    """Return the smooth field where it has the sign of the certain one, which elsewhere stands alone."""
    # a tie stays a zero: at the end of an axis where two classes are worth the same, the boundary is that end
    same = ((smooth >= 0.0) == (certain >= 0.0)) | (np.abs(smooth) < _TIE)
    return np.where(np.isfinite(smooth) & same, smooth, certain)


def _is_numeric(values: tuple[Any, ...]) -> bool:
    return len(values) > 1 and all(
        isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) for value in values
    )


def _finer(study: Study, key: str, factor: int) -> list[float]:
    values = np.array(sorted(study.axes[key]), dtype=np.float64)
    places = np.arange((len(values) - 1) * factor + 1) / factor
    steps = np.arange(len(values))
    if not is_logarithmic(study, key):
        return [float(value) for value in np.interp(places, steps, values)]
    between = np.exp(np.interp(places, steps, np.log(values)))
    # the ends may be those of the parameter's range, which rounding must not leave
    return [float(value) for value in np.clip(between, values[0], values[-1])]


def _densified(line: Floats, pieces: int = 4) -> Floats:
    places = np.arange((len(line) - 1) * pieces + 1) / pieces
    steps = np.arange(len(line))
    return np.column_stack([np.interp(places, steps, line[:, axis]) for axis in (0, 1)])


def _distances(points: Floats, line: Floats) -> Floats:
    """Return the distance of each point from a line of straight pieces."""
    start, way = line[:-1], np.diff(line, axis=0)
    length = np.maximum((way**2).sum(axis=1), np.finfo(float).tiny)
    nearest = np.full(len(points), np.inf)
    for first, step, squared in zip(start, way, length, strict=True):
        along = np.clip(((points - first) @ step) / squared, 0.0, 1.0)
        nearest = np.minimum(nearest, ((points - first - along[:, None] * step) ** 2).sum(axis=1))
    result: Floats = np.sqrt(nearest)
    return result
