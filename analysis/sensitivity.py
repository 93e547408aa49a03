"""Which parameters an outcome depends on: Sobol's indices and Morris's elementary effects, with what luck alone gives.

Sobol's indices share out the variance of an outcome Y over cells drawn from the ranges. With A and B two independent
points and A_i the point A with parameter i of B:

    S1_i = E[B (A_i - A)] / Var Y     what of the variance parameter i gives alone,
    ST_i = E[(A - A_i)^2] / (2 Var Y) what it gives alone and together with others,
    S2_ij, what i and j give together beyond what each gives alone.

The estimators are those of SALib ([Saltelli2010]_ for S1, [Jansen1999]_ for ST, [Saltelli2002]_ for S2), given outcomes
without their mean, which lessens their error. An elementary effect of parameter i is what Y changes by on a
step of a trajectory that changes i alone, over the step in shares of the range of i [Morris1991]_: mu* is the mean of
their sizes and sigma their standard deviation, which is large where the effect depends on where the others stand.

Intervals are percentiles of a bootstrap over base points, or over trajectories. Replicates tell luck from effect:
with y_cr the outcome of replicate r in cell c, its residual ``y_cr - y_c. - y_.r + y_..`` is what neither cell nor
replicate explains, with variance s^2; means over R replicates have the variance s^2/R for that reason alone, whether
or not replicates share their luck between cells.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.outcomes_by_cell import outcomes
from models.refusals import InputError
from parameter_sweeps.design_kinds import Morris, Saltelli
from parameter_sweeps.maps import MAP_VARIABLES
from parameter_sweeps.shares import cells_of_base_point, shares_of_ranges
from parameter_sweeps.study import Study

Floats = NDArray[np.float64]
#: An index as a function of which base points or trajectories are taken, (taken, resamples).
Index = Callable[[NDArray[np.int64]], Floats]
#: Name of an index, parameter, other parameter, the index, number of base points or trajectories, what luck gives.
Asked = tuple[str, str, str, Index, int, float]

RESAMPLES = 1000
CONFIDENCE = 0.95
SEED = 1
#: Numbers in the array of a block of resamples.
_AT_ONCE = 2_000_000
_ZERO, _NOISE = "covers zero", "no more than noise"


@dataclass(frozen=True)
class Sensitivity:
    """What an outcome of a study depends on.

    Attributes
    ----------
    measure : str
    table : DataFrame
        A row an index: regime (if the study has regimes), index (S1, ST and S2, or mu_star, mu and sigma),
        parameter, other (of S2), value, low and high (95 %), noise (what luck alone would give) and remark: ``covers
        zero`` or ``no more than noise`` where the interval reaches down to it, else nothing. mu, mu_star and sigma are
        in units of the outcome per range of the parameter.
    noise_share : float
        Share of the variance of the outcome between cells that is luck of replicates; NaN with one replicate of a
        simulated outcome. The largest of them where there are regimes.
    cells, replicates : int
    """

    measure: str
    table: pd.DataFrame
    noise_share: float
    cells: int
    replicates: int


def sensitivity(
    study: Study, results: pd.DataFrame | None, measure: str, resamples: int = RESAMPLES, seed: int = SEED
) -> Sensitivity:
    """Return what an outcome of a study depends on.

    Parameters
    ----------
    study : Study
        Of design ``saltelli`` or ``morris``.
    results : DataFrame, optional
        Its results, one row a run, in any order; not needed for what its exact map has.
    measure : str
        Name of a measure or of a number of the map.
    resamples : int
        Of the bootstrap.
    seed : int
        Of the bootstrap.

    Raises
    ------
    InputError
        For another design; for runs that are missing or failed, and cells without a value; for an outcome that is the
        same in all cells.
    """
    if not isinstance(study.design, Saltelli | Morris):
        raise InputError([f"design must be saltelli or morris for sensitivity, got {study.design.kind}"])
    values = _whole_outcomes(study, results, measure)
    if measure in MAP_VARIABLES:
        # exact, and so the same in all replicates but for the last bit of their mean
        values = np.repeat(values[:, :1], 2, axis=1)
    names = [*study.regimes] or [""]
    per_regime = np.split(values, len(names))
    tables = [_indices(study, part, measure, resamples, seed) for part in per_regime]
    if study.regimes:
        for name, table in zip(names, tables, strict=True):
            table.insert(0, "regime", name)
    share = max(noise_share(part) for part in per_regime)
    runs = 1 if results is None else int(results["replicate"].max()) + 1
    return Sensitivity(measure, pd.concat(tables, ignore_index=True), share, len(values), runs)


def noise_variance(values: Floats) -> float:
    """Return the variance that luck gives a mean over replicates, beyond what all cells share.

    Parameters
    ----------
    values : array, (cells, replicates)

    Returns
    -------
    float
        s^2/R of the residuals of cells and replicates; NaN with one replicate.
    """
    cells, replicates = values.shape
    if replicates < 2:
        return math.nan
    apart = values - values[:, :1]
    residuals = apart - apart.mean(axis=1, keepdims=True) - apart.mean(axis=0, keepdims=True) + apart.mean()
    return float((residuals**2).sum() / ((cells - 1) * (replicates - 1)) / replicates)


def noise_share(values: Floats) -> float:
    """Return the share of the variance of means between cells that is luck, in [0, 1]; NaN with one replicate."""
    between = float(values.mean(axis=1).var(ddof=1))
    return min(1.0, noise_variance(values) / between) if values.shape[1] > 1 else math.nan


def elementary_effects(shares: Floats, values: Floats) -> Floats:
    """Return the elementary effects of each parameter, (trajectories, parameters).

    Parameters
    ----------
    shares : array, (trajectories * (parameters + 1), parameters)
        Where in its range each parameter stands; those of a trajectory follow each other.
    values : array, (trajectories * (parameters + 1),)
        The outcome there.
    """
    keys = shares.shape[1]
    steps = np.diff(shares.reshape(-1, keys + 1, keys), axis=1)
    changes = np.diff(values.reshape(-1, keys + 1), axis=1)
    which = np.abs(steps).argmax(axis=2)
    effects = np.empty_like(changes)
    slopes = changes / np.take_along_axis(steps, which[:, :, np.newaxis], axis=2)[:, :, 0]
    np.put_along_axis(effects, which, slopes, axis=1)
    return effects


def _whole_outcomes(study: Study, results: pd.DataFrame | None, measure: str) -> Floats:
    found = outcomes(study, results, measure)
    if found.dtypes.iloc[0].kind not in "fiu":
        raise InputError([f"measure must be a number for sensitivity, got {measure}, which is a word"])
    values: Floats = found.to_numpy(dtype=np.float64)
    without = int((~np.isfinite(values)).any(axis=1).sum())
    if without:
        raise InputError([f"{measure} must be a number in every cell, got {without} of {len(values)} cells without"])
    return values


def _indices(study: Study, values: Floats, measure: str, resamples: int, seed: int) -> pd.DataFrame:
    means = values.mean(axis=1)
    if np.ptp(means) <= 1e-12 * max(1.0, float(np.abs(means).max())):
        raise InputError([f"{measure} must differ between cells, got {means[0]:.6g} in all {len(means)}"])
    noise = noise_variance(values)
    keys = list(study.vary)
    rows = (
        _sobol_rows(study.design, keys, means, noise)
        if isinstance(study.design, Saltelli)
        else _morris_rows(study, keys, means, noise)
    )
    return pd.DataFrame([_row(row, resamples, seed) for row in rows])


def _row(asked: Asked, resamples: int, seed: int) -> dict[str, Any]:
    """Return a row of the table: an index over base points or trajectories, and its interval."""
    name, key, other, index, units, noise = asked
    value = float(index(np.arange(units)[:, np.newaxis])[0])
    low, high = _interval(index, units, resamples, seed)
    is_signed = name in ("S1", "S2", "mu")
    floor = 0.0 if is_signed or math.isnan(noise) else noise
    covers = low <= 0.0 <= high
    remark = _ZERO if covers else _NOISE if not is_signed and low <= floor else ""
    return {
        "index": name, "parameter": key, "other": other, "value": value, "low": low, "high": high,
        "noise": math.nan if math.isnan(noise) and not is_signed else floor, "remark": remark,
    }  # fmt: skip


def _interval(index: Index, units: int, resamples: int, seed: int) -> tuple[float, float]:
    """Return the percentiles of an index over resampled base points or trajectories."""
    random = np.random.default_rng(seed)
    block = max(1, min(resamples, _AT_ONCE // units))
    found = []
    for begin in range(0, resamples, block):
        drawn = random.integers(units, size=(units, min(block, resamples - begin)))
        found.append(index(drawn))
    tail = 50.0 * (1.0 - CONFIDENCE)
    low, high = np.percentile(np.concatenate(found), [tail, 100.0 - tail])
    return float(low), float(high)


def _sobol_rows(design: Saltelli, keys: list[str], means: Floats, noise: float) -> Iterator[Asked]:
    from SALib.analyze.sobol import first_order, second_order, total_order

    laid = (means - means.mean()).reshape(-1, cells_of_base_point(design, len(keys)))
    first, last = laid[:, 0], laid[:, -1]
    crossed, back = laid[:, 1 : len(keys) + 1], laid[:, len(keys) + 1 : -1]
    # of a mean in which luck is independent of the cell, ST is at least luck's share of the variance
    share = noise / float(np.concatenate([first, last]).var())
    for name, estimate, floor in (("ST", total_order, share), ("S1", first_order, 0.0)):
        for place, key in enumerate(keys):
            yield name, key, "", _sampled(estimate, first, crossed[:, place], last), len(first), floor
    if design.second_order:
        for one, two in combinations(range(len(keys)), 2):
            parts = (first, crossed[:, one], crossed[:, two], back[:, one], last)
            yield "S2", keys[one], keys[two], _sampled(second_order, *parts), len(first), 0.0


def _sampled(estimate: Callable[..., Floats], *parts: Floats) -> Index:
    """Return an estimator of SALib as an index."""

    def index(drawn: NDArray[np.int64]) -> Floats:
        with warnings.catch_warnings():
            # of a resample in which nothing varies the index is 0
            warnings.simplefilter("ignore")
            return estimate(*(part[drawn] for part in parts))

    return index


def _morris_rows(study: Study, keys: list[str], means: Floats, noise: float) -> Iterator[Asked]:
    design = study.design
    if not isinstance(design, Morris):
        raise TypeError(design.kind)
    effects = elementary_effects(shares_of_ranges(design, len(keys), study.seed), means)
    # a difference of two means with luck of variance v each, over the step: size sqrt(4 v/pi), deviation sqrt(2 v)
    step = design.levels / (2.0 * (design.levels - 1))
    floors = {"mu_star": math.sqrt(4.0 * noise / math.pi) / step, "sigma": math.sqrt(2.0 * noise) / step, "mu": 0.0}
    for name, estimate in _OF_EFFECTS.items():
        for place, key in enumerate(keys):
            yield name, key, "", _over(estimate, effects[:, place]), len(effects), floors[name]


def _over(estimate: Callable[[Floats], Floats], effects: Floats) -> Index:
    return lambda drawn: estimate(effects[drawn])


_OF_EFFECTS: dict[str, Callable[[Floats], Floats]] = {
    "mu_star": lambda effects: np.abs(effects).mean(axis=0),
    "sigma": lambda effects: effects.std(axis=0, ddof=1),
    "mu": lambda effects: effects.mean(axis=0),
}
