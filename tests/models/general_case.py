"""Arguments of the general planner by name, with the base case as defaults, and random games."""

from __future__ import annotations

from math import pi
from typing import Any

import numpy as np

from models.general_strategies import StrategyValues, general_strategy_values
from models.goals import PROPORTIONAL, RANDOM
from models.outlook import CHAIN, ENDLESS, Cue, Detector, Outlook, Planner, Response, Stakes
from models.perception import GAUSSIAN
from models.stakes import constant_stakes, random_stakes
from models.successors import planned_losses
from tests.models import general_brute_force as brute_force

BASE: dict[str, Any] = {
    "angle": 0.5 * pi, "belief": 0.2, "stakes": None, "stakes_kind": PROPORTIONAL, "scale": 1.0,
    "kind": CHAIN, "depth": ENDLESS, "foresight": 0.9, "guarding": 0.0, "goal_weight": 1.0,
    "cue_kind": GAUSSIAN, "quality": 2.0, "honeypots": 0.0, "false_signal": 1.0,
    "act_watched": 0.8, "act_unwatched": 0.0, "comply_strategic": 0.0, "comply_sincere": 0.0,
    "penalty": 0.0, "clawback": 0.0, "rotation": 1.0, "reinforced_rotation": 0.0,
    "offers_voice": 0, "answered": 1.0, "bonus": 0.0, "voice_kept": 0.0, "voice_penalty": 0.0,
}  # fmt: skip


def arguments(**changes: Any) -> tuple[float, float, Stakes, Planner, Cue, Detector, Response]:
    unknown = set(changes) - set(BASE)
    if unknown:
        raise TypeError(f"no such argument: {sorted(unknown)}")
    of = BASE | changes

    def taken(kind: Any) -> Any:
        return kind(**{name: of[name] for name in kind._fields if name != "kind"}, **(kinds.get(kind, {})))

    kinds = {Planner: {"kind": of["kind"]}, Cue: {"kind": of["cue_kind"]}}
    stakes = of["stakes"] if of["stakes"] is not None else constant_stakes(of["stakes_kind"], of["scale"])
    return of["angle"], of["belief"], stakes, taken(Planner), taken(Cue), taken(Detector), taken(Response)


def outlook(**changes: Any) -> Outlook:
    return Outlook(*arguments(**changes)[1:])


def losses(**changes: Any) -> tuple[float, float]:
    found: tuple[float, float] = planned_losses(*arguments(**changes))
    return found


def strategies(true_honeypots: float | None = None, **changes: Any) -> StrategyValues:
    """True honeypots are those reckoned with, unless given."""
    given = arguments(**changes)
    return general_strategy_values(*given, given[4].honeypots if true_honeypots is None else true_honeypots)


def from_basic(of: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of the basic planner (`tests.models.base_case.BASE`) under the names used here."""
    same = ("angle", "belief", "stakes_kind", "scale", "foresight", "cue_kind", "quality", "penalty", "rotation")
    return {name: of[name] for name in same} | {
        "guarding": of["terminal_guarding"],
        "honeypots": of["reckoned_honeypots"],
        "act_watched": of["hit_rate"],
        "comply_strategic": of["false_alarm_rate"],
        "comply_sincere": of["false_alarm_rate"],
    }


class Steps:
    """A distribution of equally likely values."""

    def __init__(self, values: Any) -> None:
        self.values = np.sort(values)

    def ppf(self, uniform: Any, /) -> Any:
        return self.values[np.minimum((uniform * self.values.size).astype(int), self.values.size - 1)]


def task_grid(sizes: int, angles: int) -> Any:
    """Return equally likely tasks (r, beta): r Rayleigh, beta uniform in (0, pi)."""
    part = (np.arange(sizes) + 0.5) / sizes
    size, beta = np.meshgrid(np.sqrt(-2.0 * np.log1p(-part)), np.pi * (np.arange(angles) + 0.5) / angles)
    return np.column_stack((size.ravel(), beta.ravel()))


def random_changes(generator: np.random.Generator, stakes_kind: int, cue_kind: int, **fixed: Any) -> dict[str, Any]:
    """Return a game with every mechanism on in about half of the games, and few states."""

    def drawn(low: float, high: float, share: float = 1.0) -> float:
        return float(generator.uniform(low, high)) if generator.random() < share else 0.0

    hit_rate, rotation = drawn(0.2, 1.0), float(generator.choice([1.0, 0.99, 0.95, 0.9]))
    turns = [(rotation, 0.0), (rotation, 0.0), (rotation, rotation), (rotation, 0.97), (0.0, 0.97), (0.0, 0.0)]
    rotation, reinforced = turns[int(generator.integers(len(turns)))]
    return BASE | {
        "angle": drawn(0.05, pi), "belief": drawn(0.02, 0.98), "stakes_kind": stakes_kind, "scale": drawn(0.3, 3.0),
        "foresight": drawn(0.0, 0.95), "guarding": drawn(0.0, 1.0, 0.5), "goal_weight": 1.0 - drawn(0.0, 1.0, 0.4),
        "cue_kind": cue_kind, "quality": drawn(0.3, 3.0) if cue_kind == GAUSSIAN else drawn(0.5, 1.0),
        "honeypots": drawn(0.0, 0.6, 0.5), "false_signal": 1.0 - drawn(0.0, 0.95, 0.5),
        "act_watched": hit_rate, "act_unwatched": hit_rate * drawn(0.0, 1.0, 0.5),
        "comply_strategic": hit_rate * drawn(0.0, 0.5, 0.5), "comply_sincere": hit_rate * drawn(0.0, 0.5, 0.5),
        "penalty": drawn(0.0, 2.0, 0.5), "clawback": drawn(0.0, 1.0, 0.5),
        "rotation": rotation, "reinforced_rotation": reinforced,
        "offers_voice": int(generator.random() < 0.6), "answered": drawn(0.0, 1.0, 0.7), "bonus": drawn(0.0, 2.0, 0.5),
        "voice_kept": drawn(0.0, 1.0, 0.5), "voice_penalty": drawn(0.0, 1.0, 0.5),
    } | fixed  # fmt: skip


def brute_game(of: dict[str, Any], ratios: Any = ()) -> brute_force.Game:
    """Return the same game for the brute force; `ratios` are the draws of random stakes or tasks."""
    angle, belief, _, planner, cue, detector, response = arguments(**of)
    kind = RANDOM if of["stakes"] is not None else of["stakes_kind"]
    return brute_force.Game(
        angle, belief, kind, of["scale"], np.asarray(ratios, dtype=np.float64), planner, cue, detector, response
    )


def with_random_stakes(of: dict[str, Any], values: Any) -> tuple[dict[str, Any], Any]:
    """Return the game with equally likely temptations, and their ratios to the mean."""
    stakes = random_stakes(of["scale"], Steps(values), exact=True)
    return of | {"stakes": stakes}, np.asarray(values) / np.mean(values)
