"""What rates cannot tell: directions of parameters along which the likelihood hardly changes.

With residuals whose squares sum to the deviance, ``J^T J`` is the (expected) information, J their slopes in places
along the ranges. An eigenvector with eigenvalue w is known to ``1.96/sqrt(w)``; where this 95 % interval is as long as
a whole range, the rates do not tell places along it apart, whatever single parameters seem to be worth.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.fitting import Fit, Measured

Floats = NDArray[np.float64]

_STEP = 1e-3
_TWICE_NORMAL_95 = 3.92
#: Shares of a direction smaller than this are not said.
_LEAST_SHARE = 0.1


class FlatDirection(NamedTuple):
    """A direction that rates do not tell.

    Attributes
    ----------
    shares : dict
        Its length along each parameter's range, by name; squares sum to 1.
    length : float
        Of its 95 % interval, in ranges; infinite where no rate depends on it.
    """

    shares: dict[str, float]
    length: float

    def text(self) -> str:
        """Return it in words."""
        large = {name: share for name, share in self.shares.items() if abs(share) >= _LEAST_SHARE}
        along = " ".join(f"{share:+.2f} {name}" for name, share in large.items())
        if len(large) == 1:
            return f"the rates hardly tell {next(iter(large))}"
        return f"the rates hardly tell what moves together along {along}"


def information(fit: Fit) -> Floats:
    """Return the information about places along the ranges, (parameters, parameters)."""
    measured = Measured.of(fit.rates)
    columns = [_slope(fit, measured, index) for index in range(len(fit.places))]
    slopes = np.array(columns).T if columns else np.zeros((len(fit.rates), 0))
    matrix: Floats = slopes.T @ slopes
    return matrix


def flat_directions(fit: Fit) -> list[FlatDirection]:
    """Return the directions that the rates do not tell, flattest first."""
    if not len(fit.places):
        return []
    values, vectors = np.linalg.eigh(information(fit))
    names = [parameter.name for parameter in fit.model.parameters]
    found = []
    for value, vector in zip(values, vectors.T, strict=True):
        length = _TWICE_NORMAL_95 / np.sqrt(value) if value > 1e-12 else np.inf
        if length >= 1.0:
            # of the two ways to write a direction, the one whose largest share is positive
            sign = np.sign(vector[np.argmax(np.abs(vector))])
            found.append(FlatDirection(dict(zip(names, (sign * vector).tolist(), strict=True)), float(length)))
    return found


def _slope(fit: Fit, measured: Measured, index: int) -> Floats:
    ahead, behind = fit.places.copy(), fit.places.copy()
    ahead[index], behind[index] = min(ahead[index] + _STEP, 1.0), max(behind[index] - _STEP, 0.0)
    difference = measured.residuals(fit.model, ahead) - measured.residuals(fit.model, behind)
    slope: Floats = difference / (ahead[index] - behind[index])
    return slope
