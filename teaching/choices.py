"""What a visitor of the dashboard has chosen, and the scenario that follows from it.

A visitor chooses from lists and moves sliders: whatever arrives is looked up in a list, or is a number that is put on
its slider. Nothing that arrives is evaluated, and none of it names a file.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any

from models.distributions import Distribution
from models.refusals import shortened
from models.scenario import Scenario
from teaching.presets import OWN_REGIME, preset_names, preset_scenario, regime_names

#: A run goes on until it is reset.
ENDLESS_EPISODES = 1_000_000


@dataclass(frozen=True)
class Control:
    """A slider: the dotted key that it moves, its name, and its ends and step in the unit of the key."""

    key: str
    label: str
    low: float
    high: float
    step: float


CONTROLS = (
    Control("agents.foresight", "Foresight γ", 0.0, 0.98, 0.01),
    Control("regime.schedule.rate", "Watching rate m", 0.0, 1.0, 0.01),
    Control("regime.detector.hit_rate", "Hit rate τ", 0.0, 1.0, 0.01),
    Control("agents.cue.discrimination", "Cue d′", 0.0, 4.0, 0.1),
    Control("regime.response.penalty", "Penalty F", 0.0, 3.0, 0.05),
    Control("regime.response.rotation", "Rotation η", 0.0, 1.0, 0.01),
)
COUNT = Control("agents.count", "Agents N", 20, 500, 20)
SEED = Control("seed", "Seed", 0, 99, 1)
#: Graphs that may be chosen, in words: sparse enough to be seen.
SOCIETIES: dict[str, tuple[str, dict[str, object]]] = {
    "small_world": ("small world", {"society.graph": "watts_strogatz", "society.neighbours": 4}),
    "scale_free": ("scale free", {"society.graph": "barabasi_albert", "society.attachments": 2}),
    "blocks": ("four blocks", {"society.graph": "stochastic_block"}),
    "none": ("no neighbours", {"society.graph": "none"}),
    "preset": ("as in the preset", {}),
}


@dataclass(frozen=True)
class Choices:
    """A preset, and what was changed in it.

    Attributes
    ----------
    preset, regime, society : str
        Names in `preset_names`, `regime_names` and `SOCIETIES`.
    count, seed : int
        Number of agents, and seed of all draws.
    moved : dict
        Numbers by dotted key of `CONTROLS`: the sliders that were moved from where preset and regime have them.
    """

    preset: str = "base"
    regime: str = OWN_REGIME
    society: str = "small_world"
    count: int = 100
    seed: int = 1
    moved: dict[str, float] = field(default_factory=dict)

    @property
    def scenario(self) -> Scenario:
        """The scenario of these choices; an `InputError` if they are not right together."""
        society = SOCIETIES[self.society][1]
        values = {"agents.count": self.count, "run.episodes": ENDLESS_EPISODES, **society, **self.moved}
        return preset_scenario(self.preset, self.regime).with_values(values)


def value_at(scenario: Scenario, key: str) -> float | None:
    """Return the number at a key; None where the scenario has no such key or no single finite number there."""
    part: Any = scenario
    *path, last = key.split(".")
    for name in path:
        part = getattr(part, name, None)
    # not getattr alone: a schedule without a rate to set tells its rate as a property
    value = getattr(part, last, None) if last in getattr(type(part), "model_fields", {}) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def why_fixed(scenario: Scenario, key: str) -> str:
    """Return why a slider cannot be moved; empty if it can."""
    schedule = scenario.regime.schedule
    if key == "agents.cue.discrimination" and scenario.regime.visibility.discrimination is not None:
        return f"the regime sets {scenario.regime.visibility.discrimination:g}"
    if key == "regime.response.penalty" and hasattr(schedule, "rows"):
        return "the regime has a penalty for each group"
    if value_at(scenario, key) is not None:
        return ""
    if key == "regime.schedule.rate":
        return f"the regime decides ({schedule.kind})"
    return "it differs between agents" if _differs(scenario, key) else "it has no single number here"


def _differs(scenario: Scenario, key: str) -> bool:
    part: Any = scenario
    for name in key.split("."):
        part = getattr(part, name, None)
    return isinstance(part, Distribution)


def changed(choices: Choices, key: str, value: object) -> Choices:
    """Return choices with one of them changed; a new preset or regime brings its own numbers along.

    Parameters
    ----------
    key : str
        ``preset``, ``regime``, ``society``, ``agents.count``, ``seed`` or a key of `CONTROLS`.
    value : object
        A name from the list of the key, or a number, which is put between the ends of its slider.

    Raises
    ------
    ValueError
        For another key or name, or what is no finite number.
    """
    lists = {"preset": preset_names(), "regime": regime_names(), "society": tuple(SOCIETIES)}
    if key in lists:
        if value not in lists[key]:
            raise ValueError(f"{key} must be one of {', '.join(lists[key])}, got {shortened(value)}")
        if key == "preset":
            return Choices(preset=str(value), society=choices.society, count=choices.count, seed=choices.seed)
        if key == "society":
            return replace(choices, society=str(value))
        return replace(choices, regime=str(value), moved=_of_agents(choices))
    control = next((one for one in (*CONTROLS, COUNT, SEED) if one.key == key), None)
    if control is None:
        raise ValueError(f"this must be a control, got {shortened(key)}")
    number = _on_slider(value, control)
    if control is COUNT:
        return replace(choices, count=int(number))
    if control is SEED:
        return replace(choices, seed=int(number))
    return replace(choices, moved=choices.moved | {key: number})


def _of_agents(choices: Choices) -> dict[str, float]:
    """Return the sliders that another regime leaves where they are."""
    return {key: value for key, value in choices.moved.items() if key.startswith("agents.")}


def _on_slider(value: object, control: Control) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{control.key} must be a finite number, got {shortened(value)}")
    return min(max(float(value), control.low), control.high)
