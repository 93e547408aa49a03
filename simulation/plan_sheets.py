"""Makes the sheets of losses that planners look up, and keeps those of the last scenario for its other replicates."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.chain_losses import Expectations, StateLayout, fill_losses, look_ahead, no_expectations
from models.chain_tables import RowGrid, usable_on_rows, usable_on_states
from models.compilation import compiled_loop
from models.goals import ALIGNED_ANGLE
from models.outlook import MYOPIC, Outlook, Stakes
from simulation.cells import outlook_of
from simulation.plan_kinds import ANGLE, BELIEF, PENALTY, Kinds

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Singles = NDArray[np.float32]

#: Sheets that need more memory than this are not made, bytes.
MOST_MEMORY = 256 * 2**20


def held_sheets(kinds: Kinds, penalties: Floats, stakes: Stakes, layout: StateLayout) -> Floats:
    """Return the losses of each kind under each penalty, (kinds x penalties, states, 2)."""
    losses = np.zeros((kinds.size * penalties.size, layout.size, 2))
    columns = kinds.columns
    others = np.delete(columns, (ANGLE, BELIEF), axis=0)
    order = np.lexsort((columns[ANGLE], columns[BELIEF], *others)).astype(np.int64)
    _fill_sheets(columns, order, int(np.argmax(columns[ANGLE])), penalties, stakes, layout, losses)
    return losses


@compiled_loop
def _fill_sheets(
    columns: Floats,
    order: Integers,
    highest: int,
    penalties: Floats,
    stakes: Stakes,
    layout: StateLayout,
    losses: Floats,
) -> None:
    """Fill the sheets of all kinds, in an order in which neighbours differ little: each starts from those before it."""
    told = columns.copy()
    for place in range(penalties.size):
        told[PENALTY] = penalties[place]
        expected = no_expectations(told[ANGLE, highest], outlook_of(told, highest, stakes).response)
        for number in range(order.size):
            kind = order[number]
            _look_ahead(told[ANGLE], order, number, expected)
            sheet = losses[kind * penalties.size + place]
            fill_losses(told[ANGLE, kind], outlook_of(told, kind, stakes), layout, sheet, expected)


@compiled_loop
def _look_ahead(angles: Floats, order: Integers, number: int, expected: Expectations) -> None:
    at, last = angles[order[number]], angles[order[max(number - 1, 0)]]
    before, first = angles[order[max(number - 2, 0)]], angles[order[max(number - 3, 0)]]
    look_ahead(expected, at, last, before, first)


class Form(NamedTuple):
    """What the tables of all kinds have in common: `grid` is None where rows are states; columns are those solved."""

    layout: StateLayout
    grid: RowGrid | None
    solved_columns: int
    parts: int
    penalties: Floats
    stakes: Stakes

    @property
    def rows(self) -> int:
        """Rows of a table."""
        return self.layout.size if self.grid is None else 2 * self.grid.rows - 1

    @property
    def columns(self) -> int:
        """Columns of a table."""
        return 2 * self.solved_columns - 1

    @property
    def bytes(self) -> int:
        """Memory of the sheets of a kind."""
        return 4 * self.penalties.size * self.parts * self.rows * self.columns

    @property
    def key(self) -> tuple[object, ...]:
        """Equal only for equal forms."""
        arrays = (*self.layout, self.penalties, self.stakes.draws, self.stakes.edges)
        return (
            self.grid,
            self.solved_columns,
            self.parts,
            self.stakes.kind,
            self.stakes.scale,
            *(array.tobytes() for array in arrays),
        )


class _Kept(NamedTuple):
    """Sheets of one form, by the columns of their kinds."""

    form: tuple[object, ...]
    places: dict[bytes, int]
    usable: Singles


_kept = [_Kept((), {}, np.zeros(0, np.float32))]


def kept_sheets(form: Form, kinds: Kinds) -> tuple[Integers, Singles]:
    """Return the place of each kind among the tables, and the tables: those at hand, and what is missing.

    What was asked for before changes places, and never what stands there.
    """
    keys = [kinds.columns[:, kind].tobytes() for kind in range(kinds.size)]
    kept = _kept[0] if _kept[0].form == form.key else _Kept(form.key, {}, np.zeros(0, np.float32))
    missing = [kind for kind, key in enumerate(keys) if key not in kept.places]
    if (len(kept.places) + len(missing)) * form.bytes > MOST_MEMORY:
        kept, missing = _Kept(form.key, {}, np.zeros(0, np.float32)), list(range(kinds.size))
    if missing:
        first = len(kept.places)
        places = kept.places | {keys[kind]: first + number for number, kind in enumerate(missing)}
        usable = np.concatenate([kept.usable, *(_usable_sheets(form, kinds, kind) for kind in missing)])
        kept = _kept[0] = _Kept(form.key, places, usable)
    return np.array([kept.places[key] for key in keys], dtype=np.int64), kept.usable


def _usable_sheets(form: Form, kinds: Kinds, kind: int) -> Singles:
    """Return the tables of a kind under each penalty, one after the other."""
    sheets = []
    for penalty in form.penalties:
        outlook = kinds.outlook(kind, float(penalty), form.stakes)
        if outlook.planner.kind == MYOPIC:
            sheets.append(np.zeros(form.parts * form.rows * form.columns, np.float32))
        elif form.grid is not None:
            sheets.append(usable_on_rows(form.grid, outlook, form.solved_columns).ravel())
        else:
            sheets.append(_on_states(float(kinds.columns[ANGLE, kind]), outlook, form))
    return np.concatenate(sheets)


def _on_states(angle: float, outlook: Outlook, form: Form) -> Singles:
    usable = usable_on_states(max(angle, ALIGNED_ANGLE), outlook, form.layout, form.solved_columns)
    return usable.ravel()
