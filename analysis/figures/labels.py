"""Where in a region its name has most room."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Points along each side of the square on which places are looked for.
_RESOLUTION = 240


def roomiest_place(
    inside: Floats, columns: Floats, rows: Floats, width: float, height: float
) -> tuple[float, float] | None:
    """Return where a label has most room in a region, in shares of the axes, or None where it does not fit.

    Parameters
    ----------
    inside : array, (rows, columns)
        Positive inside the region.
    columns, rows : array
        Where the columns and rows of `inside` are, ascending from 0 to 1, in shares of the axes.
    width, height : float
        Of the label, in shares of the axes.
    """
    from scipy.ndimage import distance_transform_edt, minimum_filter

    region = np.pad(_resampled(inside, columns, rows) > 0.0, 1)
    step = 1.0 / (_RESOLUTION - 1)
    # a label fits where all points under it are inside
    size = [2 * int(np.ceil(0.5 * side / step)) + 1 for side in (height, width)]
    fits = minimum_filter(region, size=size, mode="constant", cval=False)
    if not fits.any():
        return None
    # distances in labels, since a long name needs more room along than across
    room = distance_transform_edt(region, sampling=(step / height, step / width))
    row, column = np.unravel_index(int(np.where(fits, room, 0.0).argmax()), room.shape)
    return (int(column) - 1) * step, (int(row) - 1) * step


def _resampled(field: Floats, columns: Floats, rows: Floats) -> Floats:
    """Return a field at equal distances, linearly interpolated along both axes."""
    places = np.linspace(0.0, 1.0, _RESOLUTION)
    along = np.array([np.interp(places, columns, line) for line in field])
    return np.array([np.interp(places, rows, line) for line in along.T]).T
