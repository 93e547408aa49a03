"""Where the losses of planners come from in worlds with every mechanism: held, tabulated, or solved anew.

Agents whose decisions rest on the same numbers, belief and angle aside, are of one *kind*; a *sheet* has the losses of
one kind under one penalty of the schedule. Three modes, chosen by counts alone (`simulation.plan_modes`):

HELD        Beliefs never move: a sheet is made for each (kind, angle, belief), with the losses of every state that the
            turns of a run may lead to. Nothing is interpolated.
TABULATED   Beliefs move: a sheet is a table over beliefs and states, or over beliefs and angles where agents start at
            different ones. Where it may not be interpolated the plan is solved in place.
SOLVED      Each plan is solved when it is needed.
"""

from __future__ import annotations

from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.chain_losses import StateLayout, place_of_state
from models.compilation import compiled, compiled_loop
from models.goals import ALIGNED_ANGLE
from models.interpolation import belief_position, share_on_row, tabulated_share
from models.judgement import mean_temptation
from models.outlook import Stakes

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

HELD, TABULATED, SOLVED = range(3)
_NAN = float("nan")


class FullPlans(NamedTuple):
    """Losses of all agents of a replicate.

    Attributes
    ----------
    mode : int
        `HELD`, `TABULATED` or `SOLVED`.
    penalties : array, (penalties,)
        Of the schedule's groups, rising, in units of payoff.
    sheet : array, (agents,)
        Each agent's sheet under the first penalty; those under the others follow it.
    layout : StateLayout
        Of the states.
    losses : array, (sheets, states, 2)
        Where held: ``L_flag`` and ``L_comply``, in units of payoff.
    usable : array, (sheets x parts x rows x columns,)
        Where tabulated: ``L/b`` of flags, and of compliance where the two differ; NaN where not to be interpolated.
    parts, rows, columns : int
        Of `usable`.
    top, spacing : float
        The angle of row r is ``top exp(-spacing r)``, radians; a spacing of 0: rows are states.
    flag_turns, comply_turns : float
        1 where a flag, or watched compliance, turns goals, else 0.
    row, weight, worth : arrays, (agents,)
        Changed in place: where each agent stands among the states or rows (-1: on none), the weight of the row after
        that, and its mean temptation there, in units of payoff.
    """

    mode: int
    penalties: Floats
    sheet: Integers
    layout: StateLayout
    losses: Floats
    usable: NDArray[np.float32]
    parts: int
    rows: int
    columns: int
    top: float
    spacing: float
    flag_turns: float
    comply_turns: float
    row: Integers
    weight: Floats
    worth: Floats


@compiled_loop
def stand_among(plans: FullPlans, agent: int, angle: float, turns: int, flag_turns: int, stakes: Stakes) -> None:
    """Renew where an agent stands after `turns` turns, `flag_turns` of them after flags or answers.

    Parameters
    ----------
    angle : float
        Its angle now, radians; nothing is asked of agents that are aligned.
    """
    if plans.mode == SOLVED or angle < ALIGNED_ANGLE:
        return
    if plans.spacing == 0.0:
        plans.row[agent], plans.weight[agent] = place_of_state(plans.layout, flag_turns, turns - flag_turns), 0.0
    else:
        position = log(plans.top / angle) / plans.spacing
        plans.row[agent] = min(max(int(position), 0), plans.rows - 2)
        plans.weight[agent] = position - plans.row[agent]
    plans.worth[agent] = mean_temptation(stakes, angle)


@compiled_loop
def losses_at(
    plans: FullPlans, agent: int, penalty: float, watched_weight: float, unwatched_weight: float
) -> tuple[float, float]:
    """Return ``(L_flag, L_comply)`` of an agent where it stands, in units of payoff; NaN: they are to be solved.

    Parameters
    ----------
    penalty : float
        Of its group.
    watched_weight, unwatched_weight : float
        ``A`` and ``B`` of its belief.
    """
    if plans.mode == SOLVED or plans.row[agent] < 0:
        return _NAN, _NAN
    sheet, row = plans.sheet[agent] + _place_of_penalty(plans.penalties, penalty), plans.row[agent]
    if plans.mode == HELD:
        return plans.losses[sheet, row, 0], plans.losses[sheet, row, 1]
    position = (plans.columns - 1) * belief_position(watched_weight, unwatched_weight)
    size = plans.rows * plans.columns
    begin = sheet * plans.parts * size + row * plans.columns
    first = second = plans.worth[agent] * _share(plans, begin, plans.weight[agent], position)
    if plans.parts > 1:
        second = plans.worth[agent] * _share(plans, begin + size, plans.weight[agent], position)
    return first * plans.flag_turns, second * plans.comply_turns


@compiled
def _share(plans: FullPlans, begin: int, weight: float, position: float) -> float:
    if plans.spacing == 0.0:
        return share_on_row(plans.usable, plans.columns, begin, position)
    return tabulated_share(plans.usable, plans.columns, begin, weight, position)


@compiled
def _place_of_penalty(penalties: Floats, penalty: float) -> int:
    for place in range(penalties.size - 1):
        if penalties[place] >= penalty:
            return place
    return int(penalties.size - 1)
