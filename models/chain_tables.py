"""Losses of any plan over beliefs, tabulated: for the states of one chain, or for all angles.

As `models.tabulation` does for the basic plan: columns are beliefs, ``L/b`` is tabulated and refined by cubics, and
cells that may be wrong by more than is promised are marked. Rows are the states of one chain, and are read one by one.
Or they are angles, a whole number of them to a turn, between which one reads too: where agents start at different
angles, and turns are of one kind.
"""

from __future__ import annotations

from math import ceil, log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.chain_losses import (
    Expectations,
    StateLayout,
    aligned_end,
    fill_losses,
    no_expectations,
    state_near,
)
from models.compilation import compiled_loop
from models.goals import ALIGNED_ANGLE
from models.interpolation import belief_at
from models.judgement import mean_temptation
from models.lattice import is_lattice, lattice_angle, read_life, write_life
from models.outlook import Outlook, Response
from models.refinement import refined, rough_cells, usable_shares
from models.successors import losses_of
from models.tabulation import row_spacing

Floats = NDArray[np.float64]

#: No plan is free of errors of so many penalties: they are of no consequence beside a penalty.
_ROUNDING = 1e-12
#: Share of the promised error at which a cell counts as rough: these plans have more kinks than the basic one.
_CAUTION = 0.5
#: A table with a larger share of cells that may not be interpolated is not used: a cubic may cross a kink unseen.
MOST_ROUGH_CELLS = 0.2
#: That share counts among the first rows, one in so many: those of angles down to about a twentieth of the first.
_VISITED = 8


class RowGrid(NamedTuple):
    """Angles of the rows that are solved: ``top exp(-spacing row)``, radians; those read stand half as far apart."""

    top: float
    spacing: float
    rows: int
    rows_per_turn: int


def row_grid(highest: float, response: Response) -> RowGrid:
    """Return the rows of chains that start at angles up to `highest` (radians), with turns of one kind."""
    turn = max(response.rotation, response.reinforced_rotation)
    spacing, rows_per_turn = row_spacing(turn, one_angle=False)
    top = highest * float(np.exp(spacing))
    rows = ceil(log(top / ALIGNED_ANGLE) / spacing) + 3
    return RowGrid(top, spacing, rows, rows if turn == 1.0 else rows_per_turn)


def tabulated_beliefs(columns: int) -> Floats:
    """Return the beliefs of so many solved columns, (columns,)."""
    return np.array([belief_at(column / (columns - 1)) for column in range(columns)])


def usable_on_states(angle: float, outlook: Outlook, layout: StateLayout, columns: int) -> NDArray[np.float32]:
    """Return ``L/b`` on the states of a chain, NaN next to cells that may not be interpolated.

    Parameters
    ----------
    angle : float
        Before the first turn, radians, at least `models.goals.ALIGNED_ANGLE`.
    outlook : Outlook
        The agent's; its belief does not matter.
    columns : int
        Beliefs that are solved.

    Returns
    -------
    array, (1 or 2, states, 2 columns - 1)
        Of flags, and of compliance where the two differ.
    """
    beliefs = tabulated_beliefs(columns)
    shares, worth = np.zeros((2, layout.size, beliefs.size)), np.ones(layout.size)
    _fill_states(angle, outlook, layout, beliefs, shares, worth)
    return _usable(_parts(shares, outlook.response), worth, outlook, False)


def usable_on_rows(grid: RowGrid, outlook: Outlook, columns: int) -> NDArray[np.float32]:
    """Return ``L/b`` between the rows of a grid: (1, 2 rows - 1, 2 columns - 1); see `usable_on_states`."""
    beliefs = tabulated_beliefs(columns)
    shares, worth = np.zeros((2, grid.rows, beliefs.size)), np.ones(grid.rows)
    _fill_rows(grid.top, grid.spacing, grid.rows_per_turn, outlook, beliefs, shares, worth)
    usable = _usable(_parts(shares, outlook.response), worth, outlook, True)
    usable[:, -2:] = 0.0
    return usable


def _parts(shares: Floats, response: Response) -> Floats:
    """Return the losses that differ: turns of one kind, or equal ones, cost the same."""
    if is_lattice(response):
        return shares
    return shares[:1] if response.rotation > 0.0 else shares[1:]


def _usable(shares: Floats, worth: Floats, outlook: Outlook, between_rows: bool) -> NDArray[np.float32]:
    rounding = _ROUNDING * (outlook.response.penalty + outlook.response.voice_penalty) / worth[:, None]
    tables = []
    for part in shares:
        rough = rough_cells(part, between_rows, _CAUTION, rounding)
        fine = refined(refined(part).T).T if between_rows else refined(part)
        usable = usable_shares(np.ascontiguousarray(fine), rough)
        if rough[: max(rough.shape[0] // _VISITED, 1)].mean() > MOST_ROUGH_CELLS:
            usable[:] = np.nan
        tables.append(usable)
    return np.array(tables)


@compiled_loop
def _fill_states(
    angle: float, outlook: Outlook, layout: StateLayout, beliefs: Floats, shares: Floats, worth: Floats
) -> None:
    losses, expected = np.zeros((shares.shape[1], 2)), no_expectations(angle, outlook.response)
    for column in range(beliefs.size):
        fill_losses(angle, _believing(outlook, beliefs[column]), layout, losses, expected)
        shares[0, :, column], shares[1, :, column] = losses[:, 0], losses[:, 1]
    _fill_worth(angle, outlook, layout, worth)
    for state in range(worth.size):
        shares[:, state] /= worth[state]


@compiled_loop
def _fill_worth(angle: float, outlook: Outlook, layout: StateLayout, worth: Floats) -> None:
    lattice = is_lattice(outlook.response)
    for flags in range(layout.begins.size):
        last = layout.ends[flags] if lattice else layout.begins[flags]
        for place in range(layout.begins[flags], last + 1):
            level = flags + place - layout.begins[flags]
            state = lattice_angle(angle, outlook.response, level, flags, lattice)
            worth[place] = mean_temptation(outlook.stakes, state) if state >= ALIGNED_ANGLE else 1.0


@compiled_loop
def _fill_rows(
    top: float, spacing: float, rows_per_turn: int, outlook: Outlook, beliefs: Floats, shares: Floats, worth: Floats
) -> None:
    rows = worth.size
    lives, expected = (
        np.zeros((rows + rows_per_turn, 4)),
        Expectations(np.full((3, rows), np.nan), np.array([3.0, -3.0, 1.0])),
    )
    for column in range(beliefs.size):
        believing = _believing(outlook, beliefs[column])
        aligned = aligned_end(believing)
        for row in range(rows + rows_per_turn - 1, -1, -1):
            angle = top * np.exp(-spacing * row)
            if row >= rows or angle < ALIGNED_ANGLE:
                write_life(lives, row, aligned)
                continue
            after = read_life(lives, row + rows_per_turn)
            plan, life = state_near(angle, False, believing, after, after, expected, row)
            write_life(lives, row, life)
            worth[row] = mean_temptation(outlook.stakes, angle)
            flag, comply = losses_of(plan)
            shares[0, row, column], shares[1, row, column] = flag / worth[row], comply / worth[row]


@compiled_loop
def _believing(outlook: Outlook, belief: float) -> Outlook:
    """Return the outlook with another belief."""
    return Outlook(belief, outlook.stakes, outlook.planner, outlook.cue, outlook.detector, outlook.response)
