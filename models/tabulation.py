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
from models.refinement import refined, rough_cells, usable_shares
from models.response import guarding_cost

Floats = NDArray[np.float64]

#: Largest distance of two solved rows, in the logarithm of the angle.
_ROW_DISTANCE = 0.033
#: A kink in the plan of one self is seen in those of all before it, a turn apart: rows must be closer than that.
_FEWEST_ROWS_PER_TURN = 10
#: Solved columns.
COLUMNS = 225


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
    spacing, rows_per_turn = row_spacing(rotation, one_angle)
    # One row above the highest angle, so that a cubic has a node on each side.
    top = highest_angle if one_angle else highest_angle * float(np.exp(spacing))
    rows = ceil(log(top / ALIGNED_ANGLE) / spacing) + 3
    # One turn of the whole angle ends the chain, wherever it begins.
    rows_per_turn = rows if rotation == 1.0 else rows_per_turn
    solved = _solved_rows(
        top, spacing, rows, rows_per_turn, stakes_kind, scale, rotation, penalty,
        terminal_guarding, foresight, hit_rate, false_alarm_rate, discrimination, honeypot_share,
    )  # fmt: skip
    rough = rough_cells(solved, not one_angle)
    shares = refined(solved) if one_angle else refined(refined(solved).T).T
    return LossTable(
        top=top,
        spacing=spacing if one_angle else 0.5 * spacing,
        rows_per_turn=rows_per_turn if one_angle else 2 * rows_per_turn,
        on_rows=one_angle,
        shares=np.ascontiguousarray(shares, dtype=np.float32),
        usable=_usable_rows(shares, rough).ravel(),
        rough_share=_rough_share(rough, spacing),
    )


def row_spacing(rotation: float, one_angle: bool) -> tuple[float, int]:
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


def _usable_rows(shares: Floats, rough: NDArray[np.bool_]) -> NDArray[np.float32]:
    usable = usable_shares(shares, rough)
    # Aligned agents are looked up in the last two rows.
    usable[-2:] = 0.0
    return usable


def _rough_share(rough: NDArray[np.bool_], spacing: float) -> float:
    """Return the share of rough cells among angles down to a twentieth of the top."""
    rows = min(rough.shape[0], ceil(log(20.0) / spacing))
    return float(rough[:rows].mean())
