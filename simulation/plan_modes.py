"""Chooses where planners' losses come from (`simulation.full_plans`), and makes the sheets.

The choice rests on counts: how many states would be solved to make all sheets, and how many in a run without them.
Never on measured time, which would make results differ from one machine to the next.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.chain_losses import StateLayout, state_layout
from models.chain_tables import row_grid
from models.lattice import is_lattice, levels
from models.outlook import Response, Stakes
from models.planning import LONGEST_CHAIN
from models.tabulation import COLUMNS
from simulation.decision_numbers import DECISION_COLUMNS
from simulation.full_plans import HELD, SOLVED, TABULATED, FullPlans
from simulation.plan_kinds import ANGLE, BELIEF, Kinds, is_endless_chain, is_smooth, kinds_of, loses_nothing
from simulation.plan_sheets import MOST_MEMORY, Form, held_sheets, kept_sheets

Floats = NDArray[np.float64]

_RESPONSE = [DECISION_COLUMNS.index(name) for name in ("rotation", "internalisation", "reinforced_rotation")]
#: Tables over states have up to so many times as many columns as those of the basic model, if that costs no more than
#: one in so many of the chains that a run would solve: the finer, the fewer cells are rough, and solved in place.
_FINEST = 4
_SMALL_SHARE = 1 / 16


class Planners(NamedTuple):
    """The planners of a replicate before its first episode.

    Attributes
    ----------
    columns : array, (len(`DECISION_COLUMNS`), agents)
        What each agent's decision rests on.
    beliefs_move : bool
        Whether a belief may change in the run.
    penalties : array
        Of the schedule's groups, rising, each once.
    stakes : Stakes
        Of the run.
    episodes : int
        Of the run.
    """

    columns: Floats
    beliefs_move: bool
    penalties: Floats
    stakes: Stakes
    episodes: int


def solved_plans(agents: int) -> FullPlans:
    """Return plans that are all solved when they are needed."""
    none = np.zeros(1, np.int64)
    return FullPlans(
        SOLVED, np.zeros(1), np.zeros(agents, np.int64), StateLayout(none, none), np.zeros((1, 1, 2)),
        np.zeros(4, np.float32), 1, 1, 2, 1.0, 0.0, 0.0, 0.0,
        np.zeros(agents, np.int64), np.zeros(agents), np.zeros(agents),
    )  # fmt: skip


def full_plans_of(planners: Planners) -> FullPlans:
    """Return the plans of a replicate."""
    columns = planners.columns
    solved = solved_plans(columns.shape[1])
    active = ~loses_nothing(columns)
    if not active.any():
        return solved._replace(mode=HELD)
    if any(np.unique(columns[row, active]).size > 1 for row in _RESPONSE):
        return solved
    response = Kinds(columns, np.zeros(0, np.int64)).outlook(int(np.argmax(active)), 0.0, planners.stakes).response
    chains = _Chains(active, float(columns[ANGLE, active].max()), response)
    solved = solved._replace(
        penalties=planners.penalties,
        layout=state_layout(chains.highest, response, planners.episodes),
        parts=2 if is_lattice(response) else 1,
        flag_turns=float(response.rotation > 0.0),
        comply_turns=float(response.reinforced_rotation > 0.0),
    )
    return _tabulated(planners, chains, solved) if planners.beliefs_move else _held(planners, chains, solved)


class _Chains(NamedTuple):
    """Which agents may lose anything, the highest of their angles, and the response that they all face."""

    active: NDArray[np.bool_]
    highest: float
    response: Response

    def swept(self, kinds: Kinds) -> NDArray[np.bool_]:
        """Return for each kind whether one sweep solves all states of its chain."""
        if levels(self.highest, self.response) >= LONGEST_CHAIN:
            return loses_nothing(kinds.columns)
        return loses_nothing(kinds.columns) | is_endless_chain(kinds.columns)


def _held(planners: Planners, chains: _Chains, solved: FullPlans) -> FullPlans:
    kinds, states = kinds_of(planners.columns), solved.layout.size
    # Without sheets each agent's plan is solved at least once; a sheet takes one sweep, or a plan for each state.
    solves = int(np.where(chains.swept(kinds), 1, states).sum())
    if solves > kinds.of_agent.size or 16 * kinds.size * planners.penalties.size * states > MOST_MEMORY:
        return solved
    losses = held_sheets(kinds, planners.penalties, planners.stakes, solved.layout)
    return solved._replace(mode=HELD, sheet=planners.penalties.size * kinds.of_agent, losses=losses)


def _tabulated(planners: Planners, chains: _Chains, solved: FullPlans) -> FullPlans:
    columns = planners.columns
    if not is_smooth(columns[:, chains.active]).all():
        return solved
    kinds = kinds_of(columns, (BELIEF, ANGLE))
    grid, solves = None, float(planners.penalties.size)
    is_one_angle = np.unique(columns[ANGLE, chains.active]).size == 1
    are_swept = bool(chains.swept(kinds_of(columns[:, chains.active], (BELIEF, ANGLE))).all())
    if not is_one_angle and are_swept and solved.parts == 1:
        grid = row_grid(chains.highest, chains.response)
        solves *= grid.rows / levels(chains.highest, chains.response)
    else:
        kinds = kinds_of(columns, (BELIEF,))
        solves *= 1 if are_swept else solved.layout.size
    solved_in_run = float(np.count_nonzero(chains.active) * planners.episodes)
    columns_solved = _columns(kinds.size * solves, solved_in_run, 1 if grid else _FINEST)
    if columns_solved == 0:
        return solved
    form = Form(solved.layout, grid, columns_solved, solved.parts, planners.penalties, planners.stakes)
    if kinds.size * form.bytes > MOST_MEMORY:
        return solved
    places, usable = kept_sheets(form, kinds)
    return solved._replace(
        mode=TABULATED,
        sheet=planners.penalties.size * places[kinds.of_agent],
        usable=usable,
        rows=form.rows,
        columns=form.columns,
        top=grid.top if grid else 1.0,
        spacing=0.5 * grid.spacing if grid else 0.0,
    )


def _columns(solves: float, solved_in_run: float, finest: int) -> int:
    """Return how many columns are worth their chains, `solves` a column; 0: none, a run without tables solves fewer."""
    if solves * COLUMNS > solved_in_run:
        return 0
    while finest > 1 and solves * COLUMNS * finest > _SMALL_SHARE * solved_in_run:
        finest //= 2
    return (COLUMNS - 1) * finest + 1
