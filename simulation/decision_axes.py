"""The parameters that a decision rests on as lines along which it is looked at, from the present value outward."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.goals import ALIGNED_ANGLE, FIXED, PROPORTIONAL, temptation
from models.outlook import ENDLESS, Stakes
from models.perception import BINARY, GAUSSIAN
from models.scenario import Scenario, parameter_at
from simulation.cells import basic_cells, best_classes
from simulation.decision_numbers import DECISION_COLUMNS, column_of, decision_columns, exact_stakes
from simulation.growth import ramp_of
from simulation.resolution import is_chosen
from simulation.settings import cue_quality_key

Floats = NDArray[np.float64]
Direction = Literal["below", "above"]

#: Nearer to 0 than this share of the range, or of the scale of the parameter, nothing is looked for.
NEAREST = 1e-12
#: Toward infinity: distances from the present value, in units of the parameter's scale.
_DISTANCES = np.logspace(-9.0, 9.0, 361)

#: The column of a decision that each parameter acts on.
_COLUMN_OF = {
    "agents.foresight": "foresight",
    "regime.schedule.rate": "belief",
    "agents.beliefs.mean": "belief",
    "agents.cue.discrimination": "quality",
    "agents.cue.accuracy": "quality",
    "regime.visibility.discrimination": "quality",
    "regime.detector.hit_rate": "hit_rate",
    "regime.detector.false_alarm_rate": "false_alarm_rate",
    "regime.response.penalty": "penalty",
    "regime.response.rotation": "rotation",
    "agents.terminal_guarding": "terminal_guarding",
    "agents.goals.angle": "angle",
    "regime.visibility.honeypot_share": "true_honeypots",
    "agents.beliefs.honeypot_share": "reckoned_honeypots",
    "agents.current_goal_weight": "goal_weight",
    "regime.response.clawback": "clawback",
    "regime.response.internalisation": "internalisation",
    "regime.response.rotation_when_complying": "reinforced_rotation",
    "regime.response.voice.bonus": "bonus",
    "regime.response.voice.answer_probability": "answered",
    "regime.detector.unwatched_hit_rate": "unwatched_hit_rate",
    "regime.detector.probe.hit_rate": "probe_hit_rate",
}
_GRADED = ("agents.cue.discrimination", "regime.visibility.discrimination")
#: Of these the basic model knows nothing.
_BEYOND_BASIC = (
    "agents.current_goal_weight",
    "regime.response.clawback",
    "regime.response.internalisation",
    "regime.response.rotation_when_complying",
    "regime.detector.unwatched_hit_rate",
    "regime.detector.probe.hit_rate",
)
_OF_VOICE = ("regime.response.voice.bonus", "regime.response.voice.answer_probability")
_FRACTIONS = np.unique(
    np.concatenate([np.logspace(-12.0, 0.0, 121), np.linspace(0.0, 1.0, 121)[1:], 1.0 - np.logspace(-12.0, -1.0, 67)])
)


@dataclass(frozen=True)
class DecisionAxis:
    """A parameter of a scenario as a line along which the decision is looked at."""

    key: str
    present: float
    lower: float
    upper: float
    lower_open: bool
    upper_open: bool
    scale: float
    columns: dict[str, float]
    stakes: Stakes

    def classes(self, values: Floats) -> NDArray[np.int64]:
        """Return the code of the best class at each value."""
        table = np.repeat([[self.columns[name]] for name in DECISION_COLUMNS], values.size, axis=1)
        told = np.isinf(values)
        table[DECISION_COLUMNS.index(_COLUMN_OF[self.key])] = np.where(told, 1.0, values)
        if self.key in _GRADED:
            table[DECISION_COLUMNS.index("cue_kind")] = np.where(told, BINARY, GAUSSIAN)
        return best_classes(np.ascontiguousarray(table), self.stakes)

    def class_at(self, value: float) -> int:
        """Return the code of the best class at one value."""
        return int(self.classes(np.array([value]))[0])


def searched_keys(scenario: Scenario) -> tuple[str, ...]:
    """Return the dotted keys of the parameters that are looked at for a scenario."""
    columns = decision_columns(scenario)
    follows_rate = scenario.agents.beliefs.mean == "true_rate"
    keys = [
        "agents.foresight",
        "regime.schedule.rate" if follows_rate else "agents.beliefs.mean",
        cue_quality_key(scenario),
        "regime.detector.hit_rate",
        "regime.detector.false_alarm_rate",
        "regime.response.penalty",
        "regime.response.rotation",
        "agents.terminal_guarding",
        "regime.visibility.honeypot_share",
        "agents.beliefs.honeypot_share",
    ]
    # with fixed stakes the temptation does not depend on the angle, unless it is 0
    if columns["stakes_kind"] == PROPORTIONAL or columns["angle"] < ALIGNED_ANGLE:
        keys.append("agents.goals.angle")
    if not basic_cells(column_of(scenario)).all():
        keys.extend(_BEYOND_BASIC)
        keys.extend(_OF_VOICE if columns["offers_voice"] else ())
    # What an overseer chooses for its agents changes with all that they are: nothing is looked for one by one.
    if is_chosen(scenario):
        return ()
    return tuple(key for key in keys if _acts(scenario, key))


def _acts(scenario: Scenario, key: str) -> bool:
    """Tell whether a parameter is one of the scenario's kinds of parts, and not hidden by another."""
    if key.startswith("regime.detector.") and scenario.agents.beliefs.detector is not None:
        return False
    if key in ("regime.detector.hit_rate", "regime.detector.false_alarm_rate"):
        return scenario.regime.detector.kind == "rates"
    if ramp_of(scenario, key) is not None:
        return False
    if key == "agents.goals.angle":
        return scenario.agents.goals.kind == "angle"
    if key == "regime.response.penalty":
        return scenario.regime.schedule.kind != "escalating"
    return key != "regime.schedule.rate" or scenario.regime.schedule.kind in ("none", "constant", "adaptive")


def axis_of(scenario: Scenario, key: str) -> DecisionAxis:
    """Return the line along which a parameter of a scenario is looked at."""
    parameter, columns = parameter_at(key), decision_columns(scenario)
    lower, upper = parameter.lower, parameter.upper
    lower_open, upper_open = parameter.gt is not None, parameter.lt is not None
    if key == "agents.foresight" and columns["depth"] == ENDLESS:
        # a foresight of 1 is allowed only where the plan is finite
        upper_open = True
    if key == "regime.detector.hit_rate":
        lower = max(columns["false_alarm_rate"], columns["unwatched_hit_rate"])
    if key == "regime.detector.unwatched_hit_rate":
        upper = columns["hit_rate"]
    if key == "regime.detector.false_alarm_rate":
        upper = columns["hit_rate"]
    is_told = key in _GRADED and columns["cue_kind"] == BINARY
    present = math.inf if is_told else columns[_COLUMN_OF[key]]
    scale = _worth_of_a_future(columns) if math.isinf(upper) and key not in _GRADED else 1.0
    return DecisionAxis(key, present, lower, upper, lower_open, upper_open, scale, columns, exact_stakes(scenario))


def _worth_of_a_future(columns: dict[str, float]) -> float:
    """Return ``b/(1 - gamma)``, the scale of what a penalty must outweigh; ``s`` where nothing tempts."""
    kind = int(columns["stakes_kind"])
    tempted = temptation(kind, columns["scale"], columns["angle"]) if kind in (PROPORTIONAL, FIXED) else 0.0
    return (tempted or columns["scale"]) / max(1.0 - columns["foresight"], 1e-3)


def points_toward(axis: DecisionAxis, direction: Direction) -> Floats:
    """Return the values to look at, the nearest to the present one first."""
    if direction == "above":
        return _toward(axis, axis.upper, axis.upper_open)
    if not math.isinf(axis.present):
        return _toward(axis, axis.lower, axis.lower_open)
    return np.append(_DISTANCES[::-1], axis.lower)


def _toward(axis: DecisionAxis, end: float, is_open: bool) -> Floats:
    if math.isinf(axis.present) or axis.present == end:
        return np.empty(0)
    if math.isinf(end):
        return _toward_infinity(axis)
    points = axis.present + (end - axis.present) * _FRACTIONS
    points[-1] = end
    if end == 0.0 and axis.present > axis.scale:
        # from far above its scale a parameter may have to come down by many powers of ten
        small = np.geomspace(axis.present, NEAREST * axis.scale, _FRACTIONS.size)
        points = np.union1d(points, small[1:])[::-1]
    inside = (points != axis.present) & ((points == end) | (points >= NEAREST * axis.scale))
    if is_open:
        inside &= points != end
    return np.asarray(points[inside])


def _toward_infinity(axis: DecisionAxis) -> Floats:
    with np.errstate(over="ignore"):
        points = axis.present + _DISTANCES * max(axis.scale, axis.present)
    points = points[np.isfinite(points) & (points > axis.present)]
    return np.append(points, math.inf) if parameter_at(axis.key).infinity else points
