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
from models.goals import ALIGNED_ANGLE, one_minus_cosine, payoff_scale
from models.perception import GAUSSIAN, belief_mean
from models.planning import LONGEST_CHAIN, chain_plan, plan_before, state_angle

#: Where L may not be interpolated it is solved from a state below, whose share in it is at most this.
_FAR_SHARE = 6e-2
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
    coarse_spacing : float
        Of the rows of `coefficients`, which begin at the same `top`.
    coefficients : array, (3, coarse rows, coarse columns)
        ``P, Q, D`` of `models.planning`.
    rough_share : float
        Share of the cells, at angles above a twentieth of the top, that may not be interpolated.
    """

    top: float
    spacing: float
    rows_per_turn: int
    on_rows: bool
    shares: NDArray[np.float32]
    usable: NDArray[np.float32]
    coarse_spacing: float
    coefficients: NDArray[np.float64]
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
    column = min(int(position), columns - 2)
    share = position - column
    # An unsigned index is never counted from the end, and need not be checked for it.
    node = np.uint64(begin + column)
    below = node + np.uint64(columns)
    upper = usable[node] + share * (usable[node + _ONE] - usable[node])
    lower = usable[below] + share * (usable[below + _ONE] - usable[below])
    return float(upper + weight * (lower - upper))


@compiled
def cubic_weights(share: float) -> tuple[float, float, float, float]:
    """Return the weights of four evenly spaced values in the cubic through them, `share` steps beyond the second."""
    behind, ahead, far = share + 1.0, share - 1.0, share - 2.0
    outer, inner = share * ahead * (1.0 / 6.0), 0.5 * behind * far
    return -outer * far, inner * ahead, -inner * share, outer * behind


@compiled_loop
def coefficient(table: LossTable, number: int, angle: float, position: float) -> float:
    """Return one of (P, Q, D) between the nodes, at an angle (radians) and a belief's t."""
    rows, columns = table.coefficients.shape[1], table.coefficients.shape[2]
    row_at = row_position(angle, table.top, table.coarse_spacing, table.on_rows)
    column_at = position * (columns - 1)
    row = min(max(int(row_at) - 1, 0), rows - 4)
    column = min(max(int(column_at) - 1, 0), columns - 4)
    down, over = cubic_weights(row_at - (row + 1)), cubic_weights(column_at - (column + 1))
    total = 0.0
    for i in range(4):
        for j in range(4):
            total += down[i] * over[j] * table.coefficients[number, row + i, column + j]
    return total


@compiled
def turns_to_solve(rotation: float, foresight: float, belief: float, hit_rate: float) -> int:
    """Return after how many turns a state's share in the present value is small: of its probability and its angle."""
    leave = foresight * belief * hit_rate
    share = (1.0 - rotation) * leave / (1.0 - foresight + leave)
    if share >= 1.0:
        return LONGEST_CHAIN
    return 1 + int(min(log(_FAR_SHARE) / log(max(share, 1e-300)), float(LONGEST_CHAIN)))


@compiled_loop
def solved_share(
    angle: float,
    watched_weight: float,
    unwatched_weight: float,
    table: LossTable,
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
    """Return ``L/b`` where it may not be interpolated: the chain solved, its far end taken from the table."""
    belief = belief_mean(watched_weight, unwatched_weight)
    turns = turns_to_solve(rotation, foresight, belief, hit_rate)
    below = state_angle(angle, rotation, turns)
    # The last rows have no row below them to interpolate with.
    if below < 1e3 * ALIGNED_ANGLE:
        value, next_value, _, _, _ = chain_plan(
            angle, stakes_kind, scale, rotation, penalty, terminal_guarding, foresight, belief, hit_rate,
            false_alarm_rate, GAUSSIAN, discrimination, honeypot_share,
        )  # fmt: skip
    else:
        position = belief_position(watched_weight, unwatched_weight)
        value, next_value, _, _, _ = plan_before(
            turns, coefficient(table, 0, below, position), coefficient(table, 1, below, position),
            coefficient(table, 2, below, position), angle, stakes_kind, scale, rotation, penalty, terminal_guarding,
            foresight, belief, hit_rate, false_alarm_rate, GAUSSIAN, discrimination, honeypot_share,
        )  # fmt: skip
    return (value - next_value) / (payoff_scale(stakes_kind, scale, angle) * one_minus_cosine(angle))
