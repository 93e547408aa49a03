"""Kinds of planners: agents whose losses rest on the same numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.goals import ALIGNED_ANGLE
from models.outlook import CHAIN, ENDLESS, MYOPIC, UNAWARE, Outlook, Stakes
from models.perception import GAUSSIAN
from simulation.cells import outlook_of
from simulation.decision_numbers import DECISION_COLUMNS

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

ANGLE, BELIEF, PENALTY, _PLANNING, _DEPTH = (
    DECISION_COLUMNS.index(name) for name in ("angle", "belief", "penalty", "planning", "depth")
)
_CUE = [DECISION_COLUMNS.index(name) for name in ("cue_kind", "quality", "false_signal")]
_NO_MATTER = [DECISION_COLUMNS.index(name) for name in ("penalty", "true_honeypots")]
_RESPONSE = [DECISION_COLUMNS.index(name) for name in ("rotation", "internalisation", "reinforced_rotation")]
_REPORTED, _NEIGHBOURS = DECISION_COLUMNS.index("peer_report_rate"), DECISION_COLUMNS.index("neighbours")


class Kinds(NamedTuple):
    """Columns of agents that differ, and which of them each agent has."""

    columns: Floats
    of_agent: Integers

    @property
    def size(self) -> int:
        """Number of kinds."""
        return int(self.columns.shape[1])

    def outlook(self, kind: int, penalty: float, stakes: Stakes) -> Outlook:
        """Return the outlook of a kind under a penalty."""
        column = self.columns[:, kind : kind + 1].copy()
        column[PENALTY] = penalty
        found: Outlook = outlook_of(column, 0, stakes)
        return found


def kinds_of(columns: Floats, ignored: Iterable[int] = ()) -> Kinds:
    """Return the kinds of agents; rows of `columns` in `ignored` do not matter. Agents that lose nothing are one kind.

    Parameters
    ----------
    columns : array, (len(`DECISION_COLUMNS`), agents)
    """
    told = columns.copy()
    told[_NO_MATTER] = 0.0
    told[_NEIGHBOURS, told[_REPORTED] == 0.0] = 0.0
    idle = loses_nothing(columns)
    told[list(ignored)] = 0.0
    told[:, idle], told[_PLANNING, idle] = 0.0, MYOPIC
    rows = np.ascontiguousarray(told.T)
    keys = rows.view(np.dtype((np.void, rows.dtype.itemsize * rows.shape[1]))).ravel()
    _, first, of_agent = np.unique(keys, return_index=True, return_inverse=True)
    return Kinds(np.ascontiguousarray(told[:, first]), of_agent.ravel().astype(np.int64))


def loses_nothing(columns: Floats) -> NDArray[np.bool_]:
    """Return which agents have no loss whatever they believe: (agents,)."""
    planning = columns[_PLANNING]
    looks_ahead = (planning != MYOPIC) & (planning != UNAWARE) & (columns[_DEPTH] != 0)
    rotation, internalisation, reinforced = columns[_RESPONSE]
    idle: NDArray[np.bool_] = ~looks_ahead | (columns[ANGLE] < ALIGNED_ANGLE)
    idle |= (rotation * internalisation <= 0.0) & (reinforced <= 0.0)
    return idle


def is_endless_chain(columns: Floats) -> NDArray[np.bool_]:
    """Return whose successors judge for themselves, and who looks ahead without end: (agents,)."""
    found: NDArray[np.bool_] = (columns[_PLANNING] == CHAIN) & (columns[_DEPTH] == ENDLESS)
    return found


def is_smooth(columns: Floats) -> NDArray[np.bool_]:
    """Return whose losses may be tabulated over beliefs, (agents,): no rule jumps from one cue to the next.

    Told, two-valued and uninformative cues, and a public signal, make them jump.
    """
    kind, quality, false_signal = columns[_CUE]
    found: NDArray[np.bool_] = (kind == GAUSSIAN) & (quality > 0.0) & (false_signal >= 1.0)
    return found
