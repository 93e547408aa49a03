"""Looking up a planner's loss L in a table over (angle, belief), and solving it where the table does not serve.

Rows are angles ``top exp(-spacing r)``. Columns are beliefs, evenly spaced in ``t = sqrt(A) / (sqrt(A) + sqrt(B))``,
which is finer where one side is nearly certain. Between the nodes stands ``L/b``, bilinear. `models.tabulation` tells
how a table is made and how its error is bounded.
"""

from __future__ import annotations

from math import log, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compilation import compiled, compiled_loop
from models.goals import ALIGNED_ANGLE, temptation
from models.perception import GAUSSIAN, belief_mean
from models.planning import chain_plan

_ONE = np.uint64(1)


class LossTable(NamedTuple):
    """``L/b`` of one group of agents.

    Attributes
    ----------
    top, spacing : float
        The angle of row r is ``top exp(-spacing r)``, radians.
    rows_per_turn : int
        By how many rows a turn moves an agent on.
    on_rows : bool
        Whether all agents start at one angle: then they only ever stand on rows.
    shares : array, (rows, columns)
        ``L/b``, in single precision: 10,000 times finer than the error promised.
    usable : array, (rows columns,)
        The same, row after row, with NaN at every node next to a cell that may not be interpolated.
    rough_share : float
        Share of the cells, at angles above a twentieth of the top, that may not be interpolated.
    """

    top: float
    spacing: float
    rows_per_turn: int
    on_rows: bool
    shares: NDArray[np.float32]
    usable: NDArray[np.float32]
    rough_share: float


@compiled
def belief_position(watched_weight: float, unwatched_weight: float) -> float:
    """Return t of a belief (A, B): from 0, never watched, to 1, always."""
    return 1.0 / (1.0 + sqrt(unwatched_weight / watched_weight))


@compiled
def belief_at(position: float) -> float:
    """Return the belief at t: ``p = t²/(t² + (1 - t)²)``."""
    against = 1.0 - position
    return position * position / (position * position + against * against)


@compiled
def row_position(angle: float, top: float, spacing: float, on_rows: bool) -> float:
    """Return where an angle (radians) stands between the rows: on one, if agents only ever stand on rows."""
    position = log(top / angle) / spacing
    return float(round(position)) if on_rows else position


@compiled
def place_of(angle: float, table: LossTable) -> tuple[int, float]:
    """Return where an agent's row begins in `usable`, and the weight of the row after it; the last row if aligned."""
    rows, columns = table.shares.shape
    if angle < ALIGNED_ANGLE:
        return (rows - 2) * columns, 1.0
    position = row_position(angle, table.top, table.spacing, table.on_rows)
    row = min(max(int(position), 0), rows - 2)
    return row * columns, position - row


@compiled
def place_after_turn(begin: int, angle: float, table: LossTable) -> int:
    """Return where the row begins that an agent stands on after a turn to `angle`; its weight stays as it is."""
    rows, columns = table.shares.shape
    last = (rows - 2) * columns
    return int(min(begin + table.rows_per_turn * columns, last)) if angle >= ALIGNED_ANGLE else last


@compiled
def share_on_row(usable: NDArray[np.float32], columns: int, begin: int, position: float) -> float:
    """Return ``L/b`` of a row from the table; parameters as of `tabulated_share`."""
    column = min(int(position), columns - 2)
    share = position - column
    # An unsigned index is never counted from the end, and need not be checked for it.
    node = np.uint64(begin + column)
    return float(usable[node] + share * (usable[node + _ONE] - usable[node]))


@compiled
def tabulated_share(usable: NDArray[np.float32], columns: int, begin: int, weight: float, position: float) -> float:
    """Return ``L/b`` from the table; NaN where it may not be interpolated.

    Parameters
    ----------
    usable, columns : array, int
        Of the `LossTable`.
    begin, weight : int, float
        The agent's place among the rows (`place_of`).
    position : float
        Its belief among the columns: `belief_position` times (columns - 1).
    """
    upper = share_on_row(usable, columns, begin, position)
    lower = share_on_row(usable, columns, begin + columns, position)
    return float(upper + weight * (lower - upper))


@compiled_loop
def solved_share(
    angle: float,
    watched_weight: float,
    unwatched_weight: float,
    stakes_kind: int,
    scale: float,
    rotation: float,
    penalty: float,
    terminal_guarding: float,
    foresight: float,
    hit_rate: float,
    false_alarm_rate: float,
    discrimination: float,
    honeypot_share: float,
) -> float:
    """Return ``L/b`` where it may not be interpolated, by solving the chain; parameters as in `chain_plan`."""
    value, next_value, _, _, _ = chain_plan(
        angle, stakes_kind, scale, rotation, penalty, terminal_guarding, foresight,
        belief_mean(watched_weight, unwatched_weight), hit_rate, false_alarm_rate, GAUSSIAN, discrimination,
        honeypot_share,
    )  # fmt: skip
    return (value - next_value) / temptation(stakes_kind, scale, angle)
