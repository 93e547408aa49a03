"""Means of choices over temptations that a table of rates does not show.

Gauss-Legendre panels are laid over the quantiles of the temptation: many where a cue tells one of few things, since a
rate then bends sharply where two options are worth the same; few where a graded cue makes it smooth. Panels at the ends
are halved again and again, because there quantile functions bend, or run off to infinity.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from models.choice import is_strategic
from models.compilation import compiled_loop
from models.distributions import Distribution
from models.outlook import Cue
from models.rule_rates import Rule, rule_rates

Floats = NDArray[np.float64]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)
_SHARP_PANELS, _SMOOTH_PANELS = 256, 16
_HALVINGS = 16


@lru_cache(maxsize=64)
def quantiles_of(distribution: Distribution, *, sharp: bool) -> tuple[Floats, Floats]:
    """Return values of a distribution stretched to mean 1, below 0 counted as 0, and the share of each.

    Parameters
    ----------
    distribution : Distribution
    sharp : bool
        Whether what is averaged over them may bend sharply.

    Returns
    -------
    ratios, weights : arrays, (nodes,)
        Weights sum to 1.
    """
    edges = _edges(_SHARP_PANELS if sharp else _SMOOTH_PANELS)
    half = 0.5 * np.diff(edges)[:, None]
    uniforms = (edges[:-1, None] + half * (_NODES + 1.0)).ravel()
    values = np.maximum(distribution.ppf(uniforms), 0.0)
    weights = (half * _WEIGHTS).ravel()
    return values / float(weights @ values), weights


def _edges(panels: int) -> Floats:
    inner = np.linspace(0.0, 1.0, panels + 1)
    halved = inner[1] * 0.5 ** np.arange(_HALVINGS, 0, -1)
    return np.concatenate(([0.0], halved, inner[1:-1], 1.0 - halved[::-1], [1.0]))


@compiled_loop
def mean_rates(
    rule: Rule,
    temptations: Floats,
    weights: Floats,
    belief: float,
    cue: Cue,
    true_honeypots: float,
    true_false_signal: float,
) -> tuple[float, float, float, float]:
    """Return P(comply | watched), P(comply | unwatched), and both again for strategic compliance alone.

    Parameters
    ----------
    rule : Rule
        Its temptation is put in from `temptations`.
    temptations, weights : arrays, (nodes,)
        ``b > 0``, in units of payoff, and the share of each.
    belief, cue, true_honeypots, true_false_signal
        As of `models.rule_rates.rule_rates`.
    """
    watched = unwatched = strategic_watched = strategic_unwatched = 0.0
    for node in range(temptations.size):
        tempted = temptations[node]
        of_node = Rule(
            tempted, rule.guarding, rule.foresight, rule.loss, rule.turn_loss, rule.habit, rule.pull, rule.weighting,
            rule.rationality, rule.akrasia, rule.detector, rule.response,
        )  # fmt: skip
        rates = rule_rates(of_node, belief, cue, true_honeypots, true_false_signal)
        watched += weights[node] * rates[1]
        unwatched += weights[node] * rates[3]
        strategic = is_strategic(tempted, rule.pull)
        strategic_watched += strategic * weights[node] * rates[1]
        strategic_unwatched += strategic * weights[node] * rates[3]
    return watched, unwatched, strategic_watched, strategic_unwatched
