"""Tables refined by cubics and read linearly: how much that may be wrong, and where it must not be used.

Values stand at nodes that are evenly spaced along each axis. They are refined to twice their resolution by cubics, and
the refined table is read linearly; second differences bound the error of both.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Promised error of L: relative to L, or relative to b.
RELATIVE_ERROR = 1e-3
ABSOLUTE_ERROR = 1e-6


def refined(values: Floats) -> Floats:
    """Return values with one more between each two along the last axis: the cubic through the four nearest."""
    out = np.empty((*values.shape[:-1], 2 * values.shape[-1] - 1))
    out[..., ::2] = values
    out[..., 3:-3:2] = (9.0 * (values[..., 1:-2] + values[..., 2:-1]) - values[..., :-3] - values[..., 3:]) / 16.0
    for end, (a, b, c, d) in ((1, (0, 1, 2, 3)), (-2, (-1, -2, -3, -4))):
        out[..., end] = (5.0 * values[..., a] + 15.0 * values[..., b] - 5.0 * values[..., c] + values[..., d]) / 16.0
    return out


def usable_shares(shares: Floats, rough: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return refined shares in single precision with NaN at the corners of rough cells.

    Parameters
    ----------
    shares : array, (rows, columns)
        Refined along the columns, and along the rows too or not.
    rough : array
        Of the cells before that (`rough_cells`).
    """
    usable = shares.astype(np.float32)
    row, column = np.nonzero(rough)
    rows = (row,) if shares.shape[0] == rough.shape[0] else (2 * row, 2 * row + 1)
    for at in rows:
        for next_to in (2 * column, 2 * column + 1):
            inside = (at < usable.shape[0]) & (next_to < usable.shape[1])
            usable[at[inside], next_to[inside]] = np.nan
    return usable


def rough_cells(
    shares: Floats, between_rows: bool, caution: float = 1.0, rounding: Floats | float = 0.0
) -> NDArray[np.bool_]:
    """Return where the error may be more than is promised: the cell between each node and the next.

    Parameters
    ----------
    shares : array, (rows, columns)
        ``L/b`` at the nodes.
    between_rows : bool
        Whether shares are wanted between rows too.
    caution : float
        Share of what is promised at which a cell counts as rough, in (0, 1]: kinks that stand close together hide from
        second differences.
    rounding : array that broadcasts to shares
        Errors that no plan is free of, as shares.
    """
    error = _error_along(shares)
    if between_rows:
        error = error + _error_along(shares.T).T
    allowed = caution * np.maximum(RELATIVE_ERROR * np.abs(shares), ABSOLUTE_ERROR) + rounding
    rough: NDArray[np.bool_] = error > allowed
    return rough


def _error_along(values: Floats) -> Floats:
    """Return the error between each node of the last axis and the next, judged by second differences.

    A line between nodes half as far apart errs by a 32nd of the second difference. A kink at a share x of the way, of
    slope s, gives the second differences ``s (1 - x)`` and ``s x`` at the two nodes and none around them, and the cubic
    an error of at most ``0.75 s x (1 - x)``, or ``s/16`` next to a kink on a node. Where the values are smooth the two,
    less what their neighbours show, are of fourth order, as the error of the cubic is.
    """
    second = np.pad(np.diff(values, 2, axis=-1), ((0, 0), (2, 3)), mode="edge")
    size = values.shape[-1]
    before, left, right, after = (second[:, shift : shift + size] for shift in range(4))
    line = np.maximum(np.abs(left), np.abs(right)) / 32.0
    around = 0.5 * (before + after)
    left, right = np.abs(left - around), np.abs(right - around)
    both = left + right
    product = np.divide(left * right, both, out=np.zeros_like(both), where=both > 0.0)
    return line + 0.75 * product + np.maximum(left, right) / 16.0
