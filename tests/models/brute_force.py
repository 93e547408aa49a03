"""The plan by the definition of W_j(k), every self judging every other: no algebra, no shortcut, O(n²).

Nothing of the rules under test is used. Self k's rule is found by trying rules: all three of a two-valued cue, and for
a gaussian cue the two that disregard it, a grid of thresholds, and the zero of the slope next to the best of it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtr

Floats = NDArray[np.float64]

PROPORTIONAL, GAUSSIAN = 0, 0
MOST_TURNS = 1000


class Solution(NamedTuple):
    """W_0(0), W_0(1), and the rule of self 0: its probabilities of acting, watched and unwatched."""

    value: float
    next_value: float
    act_watched: float
    act_unwatched: float


def stakes(kind: int, scale: float, judges: Any, distance: Any) -> tuple[Any, Any]:
    """Return b_j and l_j(psi)."""
    most = 2.0 * np.sin(0.5 * judges) ** 2
    part = 2.0 * np.sin(0.5 * distance) ** 2
    return (scale * most, scale * part) if kind == PROPORTIONAL else (scale + 0.0 * most, scale * part / most)


def act_probabilities(threshold: Any, cue_kind: int, quality: float, honeypots: float) -> tuple[Any, Any]:
    """Return x_1 and x_0 of acting below a threshold of the cue; the two-valued cue is 0 or 1."""
    if cue_kind == GAUSSIAN:
        looks_watched, looks_unwatched = ndtr(threshold - 0.5 * quality), ndtr(threshold + 0.5 * quality)
    else:
        zero, one = threshold > 0.0, threshold > 1.0
        looks_watched = quality * one + (1.0 - quality) * zero
        looks_unwatched = quality * zero + (1.0 - quality) * one
    return (1.0 - honeypots) * looks_watched + honeypots * looks_unwatched, looks_unwatched


def rule_worth(watched: Any, unwatched: Any, tempted: float, punishment: float, following: float, of: Any) -> Any:
    """Return W of a rule kept until the next modification, which is worth `following`."""
    hazard = of["belief"] * (watched * of["hit_rate"] + (1.0 - watched) * of["false_alarm_rate"])
    acting = of["belief"] * watched + (1.0 - of["belief"]) * unwatched
    flow = acting * tempted - hazard * punishment
    return (flow + of["foresight"] * hazard * following) / (1.0 - of["foresight"] * (1.0 - hazard))


def best_rule(tempted: float, punishment: float, following: float, of: Any) -> tuple[float, float]:
    """Return x_1 and x_0 of the best of all rules."""
    quality, gaussian = of["quality"], of["cue_kind"] == GAUSSIAN
    graded = np.linspace(-9.0 - 0.5 * quality, 9.0 + 0.5 * quality, 401)
    tried = np.concatenate(([-np.inf], graded if gaussian else [0.5], [np.inf]))
    rules = act_probabilities(tried, of["cue_kind"], quality, of["reckoned_honeypots"])
    best = int(np.argmax(rule_worth(*rules, tempted, punishment, following, of)))
    if not gaussian or not 2 <= best <= 400 or quality == 0.0:
        return float(rules[0][best]), float(rules[1][best])

    def slope(threshold: float) -> float:
        """Return the slope of (flow)/(stay) over the threshold, divided by the density of the unwatched cue."""
        watched, unwatched = act_probabilities(threshold, GAUSSIAN, quality, of["reckoned_honeypots"])
        density = (1.0 - of["reckoned_honeypots"]) * np.exp(quality * threshold) + of["reckoned_honeypots"]
        worth = rule_worth(watched, unwatched, tempted, punishment, following, of)
        flagged = of["belief"] * density * (of["hit_rate"] - of["false_alarm_rate"])
        acting = of["belief"] * density + 1.0 - of["belief"]
        return acting * tempted + flagged * (of["foresight"] * (following - worth) - punishment)

    low, high = tried[best - 1], tried[best + 1]
    exact = brentq(slope, low, high, xtol=1e-15, rtol=1e-15) if slope(low) > 0.0 > slope(high) else tried[best]
    watched, unwatched = act_probabilities(exact, GAUSSIAN, quality, of["reckoned_honeypots"])
    return float(watched), float(unwatched)


def chain_angles(angle: float, rotation: float) -> Floats:
    """Return the angles of all selves whose goals are not aligned, at most 1,001."""
    angles = angle * (1.0 - rotation) ** np.arange(MOST_TURNS + 1)
    return angles[angles >= 1e-9]


def solve(of: dict[str, Any]) -> Solution:
    """Return the plan of self 0; the keys are those of `tests.models.base_case.BASE`."""
    angles = chain_angles(of["angle"], of["rotation"])
    ever_after = of["belief"] * of["false_alarm_rate"] * of["penalty"] / (1.0 - of["foresight"])
    following = np.full(angles.size, -ever_after)
    value = following
    for k in range(angles.size - 1, -1, -1):
        judges = angles[: k + 1]
        tempted, lost = stakes(of["stakes_kind"], of["scale"], judges, judges - angles[k])
        ends = k == MOST_TURNS
        punishment = of["penalty"] + (0.0 if ends else of["terminal_guarding"])
        # After the last turn nothing changes: the state follows itself, whatever it does.
        game = of | {"foresight": 0.0} if ends else of
        watched, unwatched = best_rule(tempted[k], punishment, following[k], game)
        acting = of["belief"] * watched + (1.0 - of["belief"]) * unwatched
        value = rule_worth(watched, unwatched, 0.0, punishment, following[: k + 1], game)
        hazard = of["belief"] * (watched * of["hit_rate"] + (1.0 - watched) * of["false_alarm_rate"])
        stay = 1.0 - game["foresight"] * (1.0 - hazard)
        value = value + acting * (tempted - lost) / stay
        if ends:
            value = value / (1.0 - of["foresight"])
        if k > 0:
            following = value
    return Solution(float(value[0]), float(following[0]), watched, unwatched)
