"""The planner's loss L over (angle, belief), tabulated for agents whose planning parameters are the same.

Rows are angles ``top ratio^r``, a whole number of rows to a turn, so that the state after a turn is a row too and one
sweep from the smallest angle upward solves every chain at once, exactly. Columns are beliefs, evenly spaced in
``t = sqrt(A) / (sqrt(A) + sqrt(B))``, which is finer where one side is nearly certain. Stored is ``L/b``, which varies
slowly; between the nodes stands the cubic through the four nearest, in each direction. Where neighbouring nodes show
that a cubic would be wrong by more than a thousandth the table holds NaN, and the chain itself is solved.
Told and two-valued cues are not tabulated: their L jumps where a rule changes.
"""

from __future__ import annotations

from math import ceil, floor, log, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compilation import compiled, compiled_loop
from models.goals import ALIGNED_ANGLE, one_minus_cosine, payoff_scale
from models.perception import GAUSSIAN, belief_mean
from models.planning import (
    ALWAYS_ACT,
    LONGEST_CHAIN,
    act_share,
    aligned_costs,
    best_rule,
    chain_plan,
    hazard_rate,
    judged_value,
    plan_before,
    state_angle,
    state_coefficients,
)
from models.response import guarding_cost

#: Largest distance of two rows, in the logarithm of the angle.
_ROW_DISTANCE = 0.033
#: A kink in the plan of one self is seen in those of all before it, a turn apart: rows must be closer than that.
_FEWEST_ROWS_PER_TURN = 6
COLUMNS = 193
#: Columns that an agent's own row holds around its belief: two cache lines in single precision.
WINDOW = 32
#: Where L may not be interpolated it is solved from a state below, whose share in it is at most this.
_FAR_SHARE = 6e-2
#: Promised error of L: relative to L, or relative to b.
RELATIVE_ERROR = 1e-3
ABSOLUTE_ERROR = 1e-6
#: Share of it at which a cell counts as rough: kinks may stand close together.
_CAUTION = 0.5


class LossTable(NamedTuple):
    """``L/b`` of one group of agents.

    Attributes
    ----------
    top, ratio : float
        The angle of row r is ``top ratio^r``, radians.
    on_rows : bool
        Whether all agents start at one angle: then they only ever stand on rows.
    shares : array, (rows, `COLUMNS`)
        ``L/b``.
    rough : array of int64, (rows, `COLUMNS`)
        Bits of the `WINDOW` cells from a node on, between this row and the next, that may not be interpolated.
    coefficients : array, (3, rows, `COLUMNS`)
        ``P, Q, D`` of `models.planning`.
    rough_share : float
        Share of the cells at angles above a twentieth of the top that may not be interpolated.
    """

    top: float
    ratio: float
    on_rows: bool
    shares: NDArray[np.float64]
    rough: NDArray[np.int64]
    coefficients: NDArray[np.float64]
    rough_share: float


def loss_table(
    highest_angle: float,
    one_angle: bool,
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
) -> LossTable:
    """Return the tabulated loss of agents with a gaussian cue that start at angles up to `highest_angle`.

    Parameters
    ----------
    highest_angle : float
        Radians, at least `models.goals.ALIGNED_ANGLE`.
    one_angle : bool
        Whether all of them start there.
    rotation : float
        ``eta`` in (0, 1], with chains shorter than `models.planning.LONGEST_CHAIN`.
    discrimination : float
        ``d`` in (0, inf).

    Other parameters are those of `models.planning.chain_plan`.
    """
    ratio, rows_per_turn = _row_spacing(rotation, one_angle)
    # One row above the highest angle, so that a cubic has a node on each side.
    top = highest_angle if one_angle else highest_angle / ratio
    rows = ceil(log(ALIGNED_ANGLE / top) / log(ratio)) + 3
    if rotation == 1.0:
        rows_per_turn = rows
    shares, coefficients = _solved_rows(
        top, ratio, rows, rows_per_turn, stakes_kind, scale, rotation, penalty, terminal_guarding, foresight,
        hit_rate, false_alarm_rate, discrimination, honeypot_share,
    )  # fmt: skip
    rough = _rough_cells(shares, one_angle)
    return LossTable(
        top,
        ratio,
        one_angle,
        shares,
        _bits_from(rough),
        np.ascontiguousarray(coefficients[:, :rows]),
        _rough_share(rough, ratio),
    )


def _row_spacing(rotation: float, one_angle: bool) -> tuple[float, int]:
    """Return (ratio of neighbouring rows, rows to a turn)."""
    if rotation == 1.0:
        return float(np.exp(-_ROW_DISTANCE)), 1
    turn = -log(1.0 - rotation)
    rows_per_turn = 1 if one_angle else max(ceil(turn / _ROW_DISTANCE), _FEWEST_ROWS_PER_TURN)
    return float(np.exp(-turn / rows_per_turn)), rows_per_turn


@compiled_loop
def _solved_rows(
    top: float,
    ratio: float,
    rows: int,
    rows_per_turn: int,
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
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return ``L/b``, (rows, `COLUMNS`), and (P, Q, D) of each row and of a turn's rows below, which are aligned."""
    shares = np.zeros((rows, COLUMNS))
    coefficients = np.zeros((3, rows + rows_per_turn, COLUMNS))
    along, across, costs = coefficients[0], coefficients[1], coefficients[2]
    for row in range(rows + rows_per_turn - 1, -1, -1):
        angle = top * ratio**row
        sigma = payoff_scale(stakes_kind, scale, angle)
        tempted = sigma * one_minus_cosine(angle)
        punishment = penalty + guarding_cost(terminal_guarding, angle, rotation)
        below = row + rows_per_turn
        start = ALWAYS_ACT
        for column in range(COLUMNS):
            belief = column_belief(column)
            if row >= rows or angle < ALIGNED_ANGLE:
                costs[row, column] = aligned_costs(penalty, foresight, belief, false_alarm_rate)
                continue
            next_along, next_across, next_costs = along[below, column], across[below, column], costs[below, column]
            next_value = judged_value(angle, stakes_kind, scale, next_along, next_across, next_costs)
            value, start, watched, unwatched = best_rule(
                tempted, next_value, punishment, foresight, belief, hit_rate, false_alarm_rate, GAUSSIAN,
                discrimination, honeypot_share, start,
            )  # fmt: skip
            along[row, column], across[row, column], costs[row, column] = state_coefficients(
                angle, punishment, foresight, act_share(watched, unwatched, belief),
                hazard_rate(watched, belief, hit_rate, false_alarm_rate), next_along, next_across, next_costs,
            )  # fmt: skip
            shares[row, column] = (value - next_value) / tempted
    return shares, coefficients


def _rough_cells(shares: NDArray[np.float64], one_angle: bool) -> NDArray[np.bool_]:
    """Return where a cubic may err by more than is promised: each cell between a node and the next."""
    error = _cubic_error(shares)
    if not one_angle:
        error = error + _cubic_error(shares.T).T
    allowed = _CAUTION * np.maximum(RELATIVE_ERROR * np.abs(shares), ABSOLUTE_ERROR)
    rough: NDArray[np.bool_] = error > allowed
    return rough


def _rough_share(rough: NDArray[np.bool_], ratio: float) -> float:
    """Return the share of rough cells among angles down to a twentieth of the top."""
    rows = min(rough.shape[0], ceil(log(0.05) / log(ratio)))
    return float(rough[:rows].mean())


@compiled_loop
def _bits_from(cells: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return, at each column, the bits of the `WINDOW` cells from there on, lowest first."""
    bits = np.zeros(cells.shape, np.int64)
    mask = (1 << WINDOW) - 1
    for row in range(cells.shape[0]):
        following = 0
        for column in range(cells.shape[1] - 1, -1, -1):
            following = ((following << 1) | int(cells[row, column])) & mask
            bits[row, column] = following
    return bits


def _cubic_error(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the error of a cubic between each node of the last axis and the next, judged by second differences.

    A kink at a share x of the way, of slope s, gives the second differences ``s (1 - x)`` and ``s x`` at the two nodes
    and none around them, and an error of at most ``0.75 s x (1 - x)``, or ``s/16`` next to a kink on a node. Where the
    values are smooth the two, less what their neighbours show, are of fourth order, as the error is.
    """
    second = np.pad(np.diff(values, 2, axis=-1), ((0, 0), (2, 3)), mode="edge")
    size = values.shape[-1]
    before, left, right, after = (second[:, shift : shift + size] for shift in range(4))
    around = 0.5 * (before + after)
    left, right = np.abs(left - around), np.abs(right - around)
    both = left + right
    product = np.divide(left * right, both, out=np.zeros_like(both), where=both > 0.0)
    return 0.75 * product + np.maximum(left, right) / 16.0


@compiled
def column_position(watched_weight: float, unwatched_weight: float) -> float:
    """Return where a belief (A, B > 0) stands between the columns, from 0 to `COLUMNS` - 1."""
    return (COLUMNS - 1) / (1.0 + sqrt(unwatched_weight / watched_weight))


@compiled
def column_belief(column: int) -> float:
    """Return the belief of a column: ``p = t²/(t² + (1 - t)²)``, t from 0 to 1."""
    position = column / (COLUMNS - 1)
    return position * position / (position * position + (1.0 - position) * (1.0 - position))


@compiled
def first_node(position: float) -> int:
    """Return the first of the four columns between which a cubic stands."""
    return min(max(int(position) - 1, 0), COLUMNS - 4)


@compiled
def cubic_weights(share: float) -> tuple[float, float, float, float]:
    """Return the weights of four evenly spaced values in the cubic through them, `share` steps beyond the second."""
    behind, ahead, far = share + 1.0, share - 1.0, share - 2.0
    outer, inner = share * ahead * (1.0 / 6.0), 0.5 * behind * far
    return -outer * far, inner * ahead, -inner * share, outer * behind


@compiled
def cubic(first: float, second: float, third: float, fourth: float, share: float) -> float:
    """Return the cubic through four evenly spaced values, at `share` steps beyond the second."""
    w0, w1, w2, w3 = cubic_weights(share)
    return (w0 * first + w3 * fourth) + (w1 * second + w2 * third)


@compiled
def row_position(angle: float, top: float, ratio: float, on_rows: bool) -> float:
    """Return where an angle (radians) stands between the rows: on one, if agents only ever stand on rows."""
    position = log(angle / top) / log(ratio)
    return floor(position + 0.5) if on_rows else position


@compiled_loop
def fill_row(
    rows: NDArray[np.float32],
    begins: NDArray[np.float64],
    roughs: NDArray[np.int64],
    agent: int,
    angle: float,
    watched_weight: float,
    unwatched_weight: float,
    table: LossTable,
) -> None:
    """Fill an agent's own row of (agents, `WINDOW`) with ``L/b`` at its angle (radians), around its belief (A, B).

    `begins` takes the column at which the row begins, `roughs` a bit for each cell that may not be interpolated. Single
    precision is 10,000 times finer than the error promised, and halves what a step has to read.
    """
    middle = int(column_position(watched_weight, unwatched_weight)) - WINDOW // 2
    begin = min(max(middle, 0), COLUMNS - WINDOW)
    begins[agent] = begin
    roughs[agent] = 0
    if angle < ALIGNED_ANGLE:
        for column in range(WINDOW):
            rows[agent, column] = 0.0
        return
    position = row_position(angle, table.top, table.ratio, table.on_rows)
    first = min(max(int(position) - 1, 0), table.shares.shape[0] - 4)
    w0, w1, w2, w3 = cubic_weights(position - (first + 1))
    shares, rough, cell = table.shares, table.rough, int(position)
    for column in range(WINDOW):
        node = begin + column
        rows[agent, column] = (w0 * shares[first, node] + w3 * shares[first + 3, node]) + (
            w1 * shares[first + 1, node] + w2 * shares[first + 2, node]
        )
    roughs[agent] = rough[cell, begin]


@compiled
def row_share(rows: NDArray[np.float32], agent: int, position: float, begin: float, rough: int) -> float:
    """Return ``L/b`` from an agent's own row; NaN where the row does not reach, or the chain itself must be solved.

    Parameters
    ----------
    position : float
        Of the agent's belief among the columns (`column_position`).
    begin, rough : float, int
        Column at which its row begins, and the bits of its rough cells.
    """
    inside = position - begin
    cell = min(max(int(inside), 0), WINDOW - 2)
    first = min(max(cell - 1, 0), WINDOW - 4)
    share = cubic(
        rows[agent, first], rows[agent, first + 1], rows[agent, first + 2], rows[agent, first + 3],
        inside - (first + 1),
    )  # fmt: skip
    # The first and last cells of the table have nodes on one side only; those of a row in between need both.
    above = (inside >= 1.0) | (begin == 0.0)
    below = (inside <= WINDOW - 2.0) | (begin == COLUMNS - WINDOW)
    reaches = above & below & (inside >= 0.0) & (inside <= WINDOW - 1.0) & ((rough >> cell) & 1 == 0)
    return share if reaches else np.nan


@compiled_loop
def coefficient(table: LossTable, number: int, angle: float, column: float) -> float:
    """Return one of (P, Q, D) between the nodes, at an angle (radians) and a position among the columns."""
    position = row_position(angle, table.top, table.ratio, table.on_rows)
    row = min(max(int(position) - 1, 0), table.shares.shape[0] - 4)
    first = first_node(column)
    down = cubic_weights(position - (row + 1))
    over = cubic_weights(column - (first + 1))
    total = 0.0
    for i in range(4):
        for j in range(4):
            total += down[i] * over[j] * table.coefficients[number, row + i, first + j]
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
        column = column_position(watched_weight, unwatched_weight)
        value, next_value, _, _, _ = plan_before(
            turns, coefficient(table, 0, below, column),
            coefficient(table, 1, below, column),
            coefficient(table, 2, below, column),
            angle, stakes_kind, scale, rotation, penalty, terminal_guarding, foresight, belief, hit_rate,
            false_alarm_rate, GAUSSIAN, discrimination, honeypot_share,
        )  # fmt: skip
    return (value - next_value) / (payoff_scale(stakes_kind, scale, angle) * one_minus_cosine(angle))
