"""Random stakes as a plan takes them: the quantile function as polynomials on panels.

A plan needs means over the temptation of what its rule does, and a rule jumps where the temptation passes a reservation
stake. So a list of draws with weights is not enough: the panels let a mean be taken up to the jump, and from there on.
Panels are narrow toward both ends, where quantile functions bend or run off to infinity.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from models.compilation import compiled_loop
from models.goals import RANDOM
from models.outlook import Stakes

Floats = NDArray[np.float64]

_FEW_EDGES = np.array([0.0, 2.0**-6, 2.0**-3, 0.5, 1.0 - 2.0**-2, 1.0 - 2.0**-4, 1.0 - 2.0**-7, 1.0 - 2.0**-11, 1.0])
#: Panels at the ends are at most this wide, whatever the distribution: what a rule does may bend there.
_END_PANEL = 2.0**-12
#: Narrower ones would not hold different numbers near u = 1.
_NARROWEST = 2.0**-46
_TOLERANCE = 1e-15
_SEARCH_STEPS = 80


def _rule(size: int) -> tuple[Floats, Floats, Floats]:
    """Return nodes and weights of Gauss-Legendre, and the barycentric weights of interpolation between the nodes."""
    nodes, weights = np.polynomial.legendre.leggauss(size)
    signs: Floats = np.where(np.arange(size) % 2 == 0, 1.0, -1.0)
    return nodes, weights, signs * np.sqrt((1.0 - nodes * nodes) * weights)


FEW_NODES, FEW_WEIGHTS, _FEW_BARYCENTRIC = _rule(8)
MANY_NODES, MANY_WEIGHTS, _MANY_BARYCENTRIC = _rule(16)


class HasQuantiles(Protocol):
    """A distribution of temptations, as of `models.distributions` or scipy.stats."""

    def ppf(self, uniform: Any, /) -> Any:
        """Return its quantiles."""


def constant_stakes(kind: int, scale: float) -> Stakes:
    """Return stakes that are not random, of a kind of `models.goals`."""
    return Stakes(kind, scale, np.zeros(0), np.zeros(0))


def random_stakes(scale: float, distribution: HasQuantiles, *, exact: bool = False) -> Stakes:
    """Return random stakes whose mean is `scale`.

    Parameters
    ----------
    scale : float
        ``s > 0``, in units of payoff.
    distribution : object with a method ``ppf``
        Distribution of temptations on any scale. Values below 0 count as 0.
    exact : bool
        Whether to split panels until means are right to 14 digits (of distributions with heavy tails, fewer), which
        makes about a thousand nodes; else there are 64, for use in a run.
    """
    nodes, weights = (MANY_NODES, MANY_WEIGHTS) if exact else (FEW_NODES, FEW_WEIGHTS)
    edges = _split_panels(distribution) if exact else _FEW_EDGES
    values = _values(distribution, edges, nodes)
    return Stakes(RANDOM, scale, (values / _mean(values, edges, weights)).ravel(), edges)


def _values(distribution: HasQuantiles, edges: Floats, nodes: Floats) -> Floats:
    uniform = edges[:-1, None] + 0.5 * np.diff(edges)[:, None] * (nodes + 1.0)
    quantiles: Floats = np.asarray(distribution.ppf(uniform.ravel()), dtype=np.float64)
    return np.maximum(quantiles.reshape(uniform.shape), 0.0)


def _mean(values: Floats, edges: Floats, weights: Floats) -> float:
    return float(np.sum(0.5 * np.diff(edges)[:, None] * weights * values))


def _interpolation(places: Floats) -> Floats:
    """Return the matrix that turns values at the many nodes into those at other places in [-1, 1]."""
    parts = _MANY_BARYCENTRIC / (places[:, None] - MANY_NODES)
    matrix: Floats = parts / parts.sum(axis=1, keepdims=True)
    return matrix


def _split_panels(distribution: HasQuantiles) -> Floats:
    """Return edges of panels on each of which the polynomial through the nodes is the quantile function."""
    halves = np.concatenate((0.5 * (MANY_NODES - 1.0), 0.5 * (MANY_NODES + 1.0)))
    between = _interpolation(halves)
    edges = np.array([0.0, 0.5, 1.0])
    while True:
        width = np.diff(edges)
        values = _values(distribution, edges, MANY_NODES)
        error = np.abs(_values(distribution, edges, halves) - values @ between.T).max(axis=1)
        at_end = (edges[:-1] == 0.0) | (edges[1:] == 1.0)
        split = (error * width > _TOLERANCE * _mean(values, edges, MANY_WEIGHTS)) | (at_end & (width > _END_PANEL))
        split &= width > _NARROWEST
        if not split.any():
            return edges
        edges = np.sort(np.concatenate((edges, (edges[:-1] + 0.5 * width)[split])))


@compiled_loop
def nodes_per_panel(stakes: Stakes) -> int:
    """Return how many nodes a panel of random stakes has."""
    return stakes.draws.size // (stakes.edges.size - 1)


@compiled_loop
def panel_ratio(stakes: Stakes, panel: int, place: float) -> float:
    """Return the ratio b/s at a place in [-1, 1] of a panel."""
    size = nodes_per_panel(stakes)
    many = size > FEW_NODES.size
    nodes, barycentric = (MANY_NODES, _MANY_BARYCENTRIC) if many else (FEW_NODES, _FEW_BARYCENTRIC)
    above = below = 0.0
    for node in range(size):
        ratio = stakes.draws[panel * size + node]
        if place == nodes[node]:
            return float(ratio)
        part = barycentric[node] / (place - nodes[node])
        above += part * ratio
        below += part
    return max(above / below, 0.0)


@compiled_loop
def place_of_ratio(stakes: Stakes, panel: int, ratio: float) -> float:
    """Return the place in [-1, 1] of a panel up to which ratios are below `ratio`."""
    low, high = -1.0, 1.0
    if panel_ratio(stakes, panel, low) >= ratio:
        return low
    if panel_ratio(stakes, panel, high) <= ratio:
        return high
    for _ in range(_SEARCH_STEPS):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        if panel_ratio(stakes, panel, middle) < ratio:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


@compiled_loop
def random_temptation(stakes: Stakes, uniform: float) -> float:
    """Return the temptation b at a uniform in [0, 1): as exact as the panels are."""
    panel = min(int(np.searchsorted(stakes.edges, uniform, side="right")), stakes.edges.size - 1) - 1
    low, high = stakes.edges[panel], stakes.edges[panel + 1]
    return stakes.scale * panel_ratio(stakes, panel, 2.0 * (uniform - low) / (high - low) - 1.0)
