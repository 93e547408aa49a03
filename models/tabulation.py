"""The planner's loss L over (angle, belief), tabulated for agents whose planning parameters are the same.

There is a whole number of rows to a turn, so that the state after a turn is a row too and one sweep from the smallest
angle upward solves every chain at once, exactly. The solved grid is refined to twice its resolution by cubics, and the
refined one is read bilinearly (`models.interpolation`). Where neighbouring nodes show that this may be wrong by more
than a thousandth of L and a millionth of b, the table is not usable and the chain itself is solved.

L is continuous for a gaussian cue, but it has kinks: where the threshold of some later self runs off to infinity. Told
and two-valued cues are not tabulated: their L jumps where a rule changes.
"""

from __future__ import annotations

from math import ceil, log

import numpy as np
from numpy.typing import NDArray

from models.compilation import compiled_loop
from models.cue_rules import ALWAYS_ACT, act_share, hazard_rate
from models.goals import ALIGNED_ANGLE, one_minus_cosine, payoff_scale
from models.interpolation import LossTable, belief_at
from models.perception import GAUSSIAN
from models.planning import (
    aligned_costs,
    best_rule,
    judged_value,
    state_coefficients,
)
from models.response import guarding_cost

Floats = NDArray[np.float64]

#: Largest distance of two solved rows, in the logarithm of the angle.
_ROW_DISTANCE = 0.033
#: A kink in the plan of one self is seen in those of all before it, a turn apart: rows must be closer than that.
_FEWEST_ROWS_PER_TURN = 10
#: Solved columns.
COLUMNS = 225
#: Promised error of L: relative to L, or relative to b.
RELATIVE_ERROR = 1e-3
ABSOLUTE_ERROR = 1e-6
#: Share of it at which a cell counts as rough.
_CAUTION = 1.0


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
        Whether all of them start there: rows are then the angles of the chain, and no others are wanted.
    rotation : float
        ``eta`` in (0, 1], with chains shorter than `models.planning.LONGEST_CHAIN`.
    discrimination : float
        ``d`` in (0, inf).

    Other parameters are those of `models.planning.chain_plan`.
    """
    spacing, rows_per_turn = _row_spacing(rotation, one_angle)
    # One row above the highest angle, so that a cubic has a node on each side.
    top = highest_angle if one_angle else highest_angle * float(np.exp(spacing))
    rows = ceil(log(top / ALIGNED_ANGLE) / spacing) + 3
    # One turn of the whole angle ends the chain, wherever it begins.
    rows_per_turn = rows if rotation == 1.0 else rows_per_turn
    solved = _solved_rows(
        top, spacing, rows, rows_per_turn, stakes_kind, scale, rotation, penalty,
        terminal_guarding, foresight, hit_rate, false_alarm_rate, discrimination, honeypot_share,
    )  # fmt: skip
    rough = _rough_cells(solved, one_angle)
    shares = _refined(solved) if one_angle else _refined(_refined(solved).T).T
    return LossTable(
        top=top,
        spacing=spacing if one_angle else 0.5 * spacing,
        rows_per_turn=rows_per_turn if one_angle else 2 * rows_per_turn,
        on_rows=one_angle,
        shares=np.ascontiguousarray(shares, dtype=np.float32),
        usable=_usable(shares, rough).ravel(),
        rough_share=_rough_share(rough, spacing),
    )


def _row_spacing(rotation: float, one_angle: bool) -> tuple[float, int]:
    """Return (distance of neighbouring rows in the logarithm of the angle, rows to a turn)."""
    if rotation == 1.0:
        return _ROW_DISTANCE, 1
    turn = -log(1.0 - rotation)
    rows_per_turn = 1 if one_angle else max(ceil(turn / _ROW_DISTANCE), _FEWEST_ROWS_PER_TURN)
    return turn / rows_per_turn, rows_per_turn


@compiled_loop
def _solved_rows(
    top: float,
    spacing: float,
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
) -> Floats:
    """Return ``L/b``, (rows, `COLUMNS`)."""
    shares = np.zeros((rows, COLUMNS))
    # P, Q and D of each row, and of a turn's rows below, which are aligned.
    along = np.zeros((rows + rows_per_turn, COLUMNS))
    across = np.zeros((rows + rows_per_turn, COLUMNS))
    costs = np.zeros((rows + rows_per_turn, COLUMNS))
    for row in range(rows + rows_per_turn - 1, -1, -1):
        angle = top * np.exp(-spacing * row)
        sigma = payoff_scale(stakes_kind, scale, angle)
        tempted = sigma * one_minus_cosine(angle)
        punishment = penalty + guarding_cost(terminal_guarding, angle, rotation)
        below = row + rows_per_turn
        start = ALWAYS_ACT
        for column in range(COLUMNS):
            belief = belief_at(column / (COLUMNS - 1))
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
    return shares


def _refined(values: Floats) -> Floats:
    """Return values with one more between each two along the last axis: the cubic through the four nearest."""
    out = np.empty((*values.shape[:-1], 2 * values.shape[-1] - 1))
    out[..., ::2] = values
    out[..., 3:-3:2] = (9.0 * (values[..., 1:-2] + values[..., 2:-1]) - values[..., :-3] - values[..., 3:]) / 16.0
    for end, (a, b, c, d) in ((1, (0, 1, 2, 3)), (-2, (-1, -2, -3, -4))):
        out[..., end] = (5.0 * values[..., a] + 15.0 * values[..., b] - 5.0 * values[..., c] + values[..., d]) / 16.0
    return out


def _usable(shares: Floats, rough: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the refined shares with NaN at the corners of rough cells."""
    usable = shares.astype(np.float32)
    row, column = np.nonzero(rough)
    rows = (row,) if shares.shape[0] == rough.shape[0] else (2 * row, 2 * row + 1)
    for at in rows:
        for next_to in (2 * column, 2 * column + 1):
            inside = (at < usable.shape[0] - 2) & (next_to < usable.shape[1])
            usable[at[inside], next_to[inside]] = np.nan
    # Aligned agents are looked up in the last two rows.
    usable[-2:] = 0.0
    return usable


def _rough_cells(shares: Floats, one_angle: bool) -> NDArray[np.bool_]:
    """Return where the error may be more than is promised: the cell between each node and the next."""
    error = _error_along(shares)
    if not one_angle:
        error = error + _error_along(shares.T).T
    allowed = _CAUTION * np.maximum(RELATIVE_ERROR * np.abs(shares), ABSOLUTE_ERROR)
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


def _rough_share(rough: NDArray[np.bool_], spacing: float) -> float:
    """Return the share of rough cells among angles down to a twentieth of the top."""
    rows = min(rough.shape[0], ceil(log(20.0) / spacing))
    return float(rough[:rows].mean())
