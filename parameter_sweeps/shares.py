"""Points that fill the unit cube, one column a varied key: the shares of its range at which a design has cells."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from models.refusals import InputError
from parameter_sweeps.design_kinds import Filling, LatinHypercube, Morris, Saltelli

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Added to a share of a range: half of the distance of Sobol points, so that none is the end itself.
_HALF_STEP = 2.0**-31


def count_of_points(design: Filling, keys: int) -> int:
    """Return how many points a design has in so many varied keys, without making them."""
    if isinstance(design, Saltelli):
        return design.points * cells_of_base_point(design, keys)
    if isinstance(design, Morris):
        return design.trajectories * (keys + 1)
    return design.cells


def cells_of_base_point(design: Saltelli, keys: int) -> int:
    """Return how many cells one base point has: D + 2 in D varied keys, with second order 2 D + 2."""
    return 2 * keys + 2 if design.second_order else keys + 2


def shares_of_ranges(design: Filling, keys: int, seed: int) -> Floats:
    """Return the share of its range at which each varied key stands, for each point of a design.

    Parameters
    ----------
    design
        The design.
    keys
        Number of varied keys.
    seed
        Seed of the points if the design has none of its own. No random state of numpy is read or changed.

    Returns
    -------
    array, (points, keys)
        In (0, 1); of `Morris` in [0, 1], multiples of 1/(levels - 1).

    Raises
    ------
    InputError
        For `Saltelli` and `Morris` without SALib.
    """
    own_seed = seed if design.seed is None else design.seed
    if isinstance(design, Morris):
        return _trajectories(design, keys, own_seed)
    if isinstance(design, Saltelli):
        return _inside(_pairs(design, keys, own_seed) + _HALF_STEP)
    return _scattered(design, keys, own_seed)


def middle_of_level(design: Morris, share: Floats) -> Floats:
    """Return the middles, in (0, 1), of as many equal parts as there are levels, in place of the levels."""
    return (share * (design.levels - 1) + 0.5) / design.levels


def _scattered(design: Any, keys: int, seed: int) -> Floats:
    import numpy as np
    from scipy.stats import qmc

    is_hypercube = isinstance(design, LatinHypercube)
    sampler: Any = (qmc.LatinHypercube if is_hypercube else qmc.Sobol)(keys, rng=np.random.default_rng(seed))
    return _inside(sampler.random(design.cells) + (0.0 if is_hypercube else _HALF_STEP))


def _pairs(design: Saltelli, keys: int, seed: int) -> Floats:
    sample = _sampler("sobol", design.kind)
    points: Floats = sample(_unit_cube(keys), design.points, calc_second_order=design.second_order, seed=seed)
    return points


def _trajectories(design: Morris, keys: int, seed: int) -> Floats:
    import numpy as np

    points = _sampler("morris", design.kind)(_unit_cube(keys), design.trajectories, num_levels=design.levels, seed=seed)
    # levels, whose last bit depends on the way that led to them
    steps = design.levels - 1
    shares: Floats = np.rint(points * steps) / steps
    return shares


def _unit_cube(keys: int) -> dict[str, Any]:
    return {"num_vars": keys, "names": [str(key) for key in range(keys)], "bounds": [[0.0, 1.0]] * keys}


def _sampler(name: str, kind: str) -> Callable[..., Floats]:
    from importlib import import_module

    try:
        sample: Callable[..., Floats] = import_module(f"SALib.sample.{name}").sample
    except ImportError:
        advice = "pip install 'strategic-compliance[science]'"
        raise InputError([f"design {kind} must have SALib to make its points, got none installed: {advice}"]) from None
    return sample


def _inside(shares: Floats) -> Floats:
    import numpy as np

    return np.clip(shares, _HALF_STEP, 1.0 - _HALF_STEP)
