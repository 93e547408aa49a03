"""How wrong tabulated losses are, at random beliefs and states or angles."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from models.chain_losses import place_of_state, state_layout
from models.chain_tables import row_grid, usable_on_rows, usable_on_states
from models.goals import ALIGNED_ANGLE
from models.interpolation import belief_position, share_on_row, tabulated_share
from models.judgement import mean_temptation
from models.lattice import is_lattice, lattice_angle
from models.outlook import NAIVE, Outlook
from models.refinement import ABSOLUTE_ERROR, RELATIVE_ERROR
from models.successors import planned_losses
from models.tabulation import COLUMNS
from tests.models.general_case import arguments

_PLAIN = {"rotation": 0.3, "penalty": 0.2, "act_watched": 0.9, "comply_strategic": 0.02, "comply_sincere": 0.02}
_VOICE = {"offers_voice": 1, "bonus": 0.1, "answered": 0.7}
_LEAKS = {"act_unwatched": 0.1, "clawback": 0.3, "comply_strategic": 0.2}
SETS: dict[str, dict[str, Any]] = {
    "chain": _PLAIN,
    "voice": _PLAIN | _VOICE,
    "voice, leaks, clawback": _PLAIN | _VOICE | _LEAKS,
    "omega_g 0.5, guarding": _PLAIN | _VOICE | {"goal_weight": 0.5, "guarding": 0.2},
    "gamma 0.99": _PLAIN | {"foresight": 0.99},
    "honeypots": _PLAIN | {"honeypots": 0.3, "quality": 1.0},
    "fixed stakes": _PLAIN | {"stakes_kind": 1},
    "lattice": _PLAIN | {"reinforced_rotation": 0.5},
    "only compliance turns": _PLAIN | {"rotation": 0.0, "reinforced_rotation": 0.12},
    "naive": _PLAIN | {"kind": NAIVE},
    "depth 5": _PLAIN | {"depth": 5},
}
#: Between angles too.
ON_ROWS = ("chain", "gamma 0.99", "fixed stakes")
_STATES = 6
_LOWEST = 0.05


class TableError(NamedTuple):
    """Largest error of L in units of what is promised, and the share of look-ups that are solved in place."""

    largest: float
    rough: float


def table_error(changes: dict[str, Any], samples: int, on_rows: bool = False) -> TableError:
    """Return the error of a table at random beliefs."""
    angle, *rest = arguments(**changes)
    outlook, generator = Outlook(*rest), np.random.default_rng(1)
    look = _on_rows(angle, outlook, generator) if on_rows else _on_states(angle, outlook, generator)
    largest, rough = 0.0, 0
    for _ in range(samples):
        belief = generator.uniform() if generator.uniform() < 0.7 else generator.beta(0.3, 3.0)
        state, shares = look(belief)
        if np.isnan(shares).any():
            rough += 1
            continue
        worth = mean_temptation(outlook.stakes, state)
        wanted = np.array(planned_losses(state, belief, *outlook[1:]))
        if len(shares) == 1:
            wanted = wanted[:1] if outlook.response.rotation > 0.0 else wanted[1:]
        promised = np.maximum(RELATIVE_ERROR * np.abs(wanted), ABSOLUTE_ERROR * worth)
        largest = max(largest, float((np.abs(worth * np.array(shares) - wanted) / promised).max()))
    return TableError(largest, rough / samples)


def _on_states(angle: float, outlook: Outlook, generator: np.random.Generator) -> Any:
    layout, lattice = state_layout(angle, outlook.response, _STATES), is_lattice(outlook.response)
    usable = usable_on_states(angle, outlook, layout, COLUMNS)
    parts, rows, columns = usable.shape

    def look(belief: float) -> tuple[float, list[float]]:
        level = int(generator.integers(_STATES))
        flags = int(generator.integers(level + 1)) if lattice else level
        row, position = (
            place_of_state(layout, flags, level - flags),
            (columns - 1) * belief_position(belief, 1 - belief),
        )
        begins = [(part * rows + row) * columns for part in range(parts)]
        shares = [share_on_row(usable.ravel(), columns, begin, position) for begin in begins]
        return lattice_angle(angle, outlook.response, level, flags, lattice), shares

    return look


def _on_rows(angle: float, outlook: Outlook, generator: np.random.Generator) -> Any:
    grid = row_grid(angle, outlook.response)
    usable = usable_on_rows(grid, outlook, COLUMNS)
    columns = usable.shape[2]

    def look(belief: float) -> tuple[float, list[float]]:
        state = max(angle * _LOWEST ** generator.uniform(), ALIGNED_ANGLE)
        row, position = (
            np.log(grid.top / state) / (0.5 * grid.spacing),
            (columns - 1) * belief_position(belief, 1 - belief),
        )
        share = tabulated_share(usable.ravel(), columns, int(row) * columns, row - int(row), position)
        return state, [share]

    return look
