"""Arguments of the planner by name, with the base case as defaults, for tests of the rules."""

from __future__ import annotations

from math import pi
from typing import Any, NamedTuple

import numpy as np

from models.goals import PROPORTIONAL
from models.perception import GAUSSIAN
from models.planning import chain_plan
from models.strategies import CLASS_NAMES, strategy_values_at, strategy_values_of_cells

#: One flag converts; no penalty, no false alarm, no honeypot. Acting pays 1: s (1 - cos(pi/2)).
BASE = {
    "angle": 0.5 * pi,
    "stakes_kind": PROPORTIONAL,
    "scale": 1.0,
    "rotation": 1.0,
    "penalty": 0.0,
    "terminal_guarding": 0.0,
    "foresight": 0.9,
    "belief": 0.2,
    "hit_rate": 0.8,
    "false_alarm_rate": 0.0,
    "cue_kind": GAUSSIAN,
    "quality": 2.0,
    "reckoned_honeypots": 0.0,
}
NAMES = (*BASE, "true_honeypots")


class Plan(NamedTuple):
    value: float
    next_value: float
    cue: float
    act_watched: float
    act_unwatched: float

    @property
    def loss(self) -> float:
        return self.value - self.next_value


class Values(NamedTuple):
    honest: Any
    compliant: Any
    faking: Any
    best: Any
    threshold: Any
    act_watched: Any
    act_unwatched: Any
    loss: Any
    cue: Any

    @property
    def name(self) -> str:
        return CLASS_NAMES[int(self.best)]

    @property
    def faking_advantage(self) -> Any:
        return self.faking - np.fmax(self.honest, self.compliant)


def with_base(changes: dict[str, Any]) -> dict[str, Any]:
    unknown = set(changes) - set(NAMES)
    if unknown:
        raise TypeError(f"no such argument: {sorted(unknown)}")
    return BASE | changes


def plan(**changes: Any) -> Plan:
    return Plan(*chain_plan(*with_base(changes).values()))


def values(**changes: Any) -> Values:
    """True honeypots are those reckoned with, unless given."""
    arguments = with_base(changes)
    arguments.setdefault("true_honeypots", arguments["reckoned_honeypots"])
    return Values(*strategy_values_at(*(arguments[name] for name in NAMES)))


def values_of(**columns: Any) -> Values:
    """Return arrays: the values of many parameter sets at once."""
    arguments = with_base(columns)
    arguments.setdefault("true_honeypots", arguments["reckoned_honeypots"])
    cells = np.array(np.broadcast_arrays(*(arguments[name] for name in NAMES)), dtype=np.float64)
    out = np.empty((9, cells.shape[1]))
    strategy_values_of_cells(cells, out)
    return Values(*out)
