"""Planning and escalating audits by value iteration, written to verify: nothing of the rules under test is used.

No Newton step, no algebra of goals, no envelope: a rule is found by trying all of a two-valued cue and ever finer grids
of thresholds of a gaussian one, and what it is worth by repeating ``W <- v + gamma (Z W_flag + R W_comply + (1 - Z - R)
W)`` until it stays, each self's W by the eyes of every other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Floats = NDArray[np.float64]

_ALIGNED = 1e-9
_STILL = 1e-14
_FINER = 5
_MOST_REPEATS = 100_000
_STIRRED = "values must come to rest, for a foresight below 1"


class Case(NamedTuple):
    """An agent and a regime, in the letters of the specification.

    Attributes
    ----------
    kind : str
        ``proportional`` or ``fixed`` stakes.
    angle, scale : float
        ``theta_0`` and ``s``.
    rotation, reinforced : float
        ``eta`` and ``eta_c``.
    penalty, guarding, clawback : float
        ``F, Omega, xi``.
    foresight, belief : float
        ``gamma`` and ``p``.
    hit_rate, false_alarm_rate : float
        ``tau`` and ``phi``.
    discrimination, accuracy : float or None
        Of a gaussian cue, or of a two-valued one.
    """

    kind: str = "proportional"
    angle: float = 1.2
    scale: float = 1.0
    rotation: float = 1.0
    reinforced: float = 0.0
    penalty: float = 0.0
    guarding: float = 0.0
    clawback: float = 0.0
    foresight: float = 0.9
    belief: float = 0.2
    hit_rate: float = 0.8
    false_alarm_rate: float = 0.0
    discrimination: float | None = None
    accuracy: float | None = 1.0


class Plan(NamedTuple):
    """``W_0(0)``, ``L_flag``, ``L_comply``, and the present self's probabilities of acting."""

    value: float
    loss: float
    turn_loss: float
    act_watched: float
    act_unwatched: float


class _Steps(NamedTuple):
    """What an episode brings under some rules: P(act) shares kept, hazard, and chance of reinforcement."""

    kept: Any
    hazard: Any
    reinforced: Any


def iterated_plan(case: Case) -> Plan:
    """Return the plan of the first self, every later one having chosen for itself."""
    flags = _turns(case.angle, case.rotation)
    praises = _turns(case.angle, case.reinforced)
    states = [(i, j) for i in range(flags) for j in range(praises) if _angle(case, i, j) >= _ALIGNED]
    states.sort(key=sum, reverse=True)
    judges = np.array([_angle(case, *state) for state in states])
    aligned = np.full(judges.size, -case.belief * case.false_alarm_rate * case.penalty / (1.0 - case.foresight))
    worth: dict[tuple[int, int], Floats] = {}
    rule = (0.0, 0.0)
    for place, state in enumerate(states):
        flagged = _after(worth, state, case.rotation, (1, 0), aligned)
        praised = _after(worth, state, case.reinforced, (0, 1), aligned)
        rule = _best_rule(
            case,
            judges[place],
            None if flagged is None else float(flagged[place]),
            None if praised is None else float(praised[place]),
        )
        gain = _temptation(case, judges) - _loss(case, judges, judges - judges[place])
        worth[state] = _repeated(case, _steps(case, *rule), gain, flagged, praised)
    here = float(worth[0, 0][-1])
    after = [
        _after(worth, (0, 0), turn, step, aligned)
        for turn, step in ((case.rotation, (1, 0)), (case.reinforced, (0, 1)))
    ]
    lost, turned = (0.0 if found is None else here - float(found[-1]) for found in after)
    return Plan(here, lost, turned, *rule)


def _turns(angle: float, rotation: float) -> int:
    """Return how many times the goals can turn before they are aligned, and once more."""
    if rotation in (0.0, 1.0):
        return 1
    return int(np.log(_ALIGNED / angle) / np.log(1.0 - rotation)) + 1


def _angle(case: Case, flags: int, praises: int) -> float:
    return case.angle * (1.0 - case.rotation) ** flags * (1.0 - case.reinforced) ** praises


def _after(
    worth: dict[tuple[int, int], Floats], state: tuple[int, int], turn: float, step: tuple[int, int], aligned: Floats
) -> Floats | None:
    """Return the worth of the state after a turn, by all eyes; None where nothing turns."""
    if turn == 0.0:
        return None
    return worth.get((state[0] + step[0], state[1] + step[1]), aligned)


def _temptation(case: Case, judge: Any) -> Any:
    return case.scale * _distance(judge) if case.kind == "proportional" else case.scale + 0.0 * judge


def _loss(case: Case, judge: Any, apart: Any) -> Any:
    part = case.scale * _distance(apart)
    return part if case.kind == "proportional" else part / _distance(judge)


def _distance(angle: Any) -> Any:
    """Return 1 - cos, of angles next to 0 too."""
    return 2.0 * np.sin(0.5 * angle) ** 2


def _steps(case: Case, watched: Any, unwatched: Any) -> _Steps:
    kept = case.belief * watched * (1.0 - case.clawback * case.hit_rate) + (1.0 - case.belief) * unwatched
    hazard = case.belief * (watched * case.hit_rate + (1.0 - watched) * case.false_alarm_rate)
    praised = case.belief * (1.0 - watched) * (1.0 - case.false_alarm_rate) * float(case.reinforced > 0.0)
    return _Steps(kept, hazard, praised)


def _repeated(case: Case, steps: _Steps, gain: Any, flagged: Any, praised: Any) -> Any:
    """Return W of rules kept until a turn, by repetition; a turn that changes nothing leads to the state itself."""
    # goals that cannot turn are not guarded
    is_turned = case.rotation > 0.0
    flow = steps.kept * gain - steps.hazard * (case.penalty + case.guarding * is_turned)
    worth = np.zeros(np.shape(flow))
    for _ in range(_MOST_REPEATS):
        onward = steps.hazard * (worth if flagged is None else flagged)
        onward = onward + steps.reinforced * (worth if praised is None else praised)
        renewed = flow + case.foresight * (onward + (1.0 - steps.hazard - steps.reinforced) * worth)
        if np.max(np.abs(renewed - worth)) < _STILL * (1.0 + np.max(np.abs(renewed))):
            return renewed
        worth = renewed
    raise ArithmeticError(_STIRRED)


def _best_rule(case: Case, angle: float, flagged: float | None, praised: float | None) -> tuple[float, float]:
    """Return (P(act | watched), P(act | unwatched)) of the rule that is worth most to a self."""
    tempted = float(_temptation(case, np.array(angle)))

    def best_of(watched: Floats, unwatched: Floats) -> int:
        return int(np.argmax(_repeated(case, _steps(case, watched, unwatched), tempted, flagged, praised)))

    if case.discrimination is None:
        told = 1.0 if case.accuracy is None else case.accuracy
        rules = np.array([[0.0, 0.0], [1.0 - told, told], [1.0, 1.0]])
        return _pair(rules[best_of(*rules.T)])
    half = 0.5 * case.discrimination
    low, high = -12.0 - half, 12.0 + half
    for _ in range(_FINER):
        tried = np.linspace(low, high, 201)
        place = best_of(ndtr(tried - half), ndtr(tried + half))
        low, high = tried[max(place - 2, 0)], tried[min(place + 2, 200)]
    return float(ndtr(tried[place] - half)), float(ndtr(tried[place] + half))


def _pair(rule: Floats) -> tuple[float, float]:
    return float(rule[0]), float(rule[1])


# Escalating audits: states are groups, and each has two actions


def harrington_limit(
    rate: float, second_rate: float, penalty: float, second_penalty: float, leniency: float, foresight: float
) -> float:
    """Return the largest temptation with which it is optimal to comply in the second of two groups."""

    def complies(tempted: float) -> bool:
        # (payoff, next groups with their probabilities) of acting and of complying in each group
        act = [tempted - rate * penalty, tempted - second_rate * second_penalty]
        onward = np.array(
            [
                [[1.0 - rate, rate], [0.0, 1.0]],
                [[1.0, 0.0], [second_rate * leniency, 1.0 - second_rate * leniency]],
            ]
        )
        return _complies_in_second(np.array([act, [0.0, 0.0]]), onward, foresight)

    return _threshold(complies, 0.0, 10.0)


def greenberg_rate(tempted: float, penalty: float, rate: float, foresight: float) -> float:
    """Return the least rate in the second of three groups at which it is optimal to comply there; the third is final.

    `penalty` counts the gain that is lost with a flag.
    """

    def acts(second_rate: float) -> bool:
        act = [tempted - rate * penalty, tempted - second_rate * penalty, tempted - penalty]
        onward = np.array(
            [
                [[1.0 - rate, rate, 0.0], [0.0, 1.0 - second_rate, second_rate], [0.0, 0.0, 1.0]],
                [[1.0, 0.0, 0.0], [second_rate, 1.0 - second_rate, 0.0], [0.0, 0.0, 1.0]],
            ]
        )
        return not _complies_in_second(np.array([act, [0.0, 0.0, 0.0]]), onward, foresight)

    return _threshold(acts, 0.0, 1.0)


def _complies_in_second(payoffs: Floats, onward: Floats, foresight: float) -> bool:
    """Tell whether complying, the second action, is worth as much in the second group under the best policy."""
    worth = np.zeros(payoffs.shape[1])
    for _ in range(_MOST_REPEATS):
        of_actions = payoffs + foresight * onward @ worth
        renewed = of_actions.max(axis=0)
        if np.max(np.abs(renewed - worth)) < _STILL:
            return bool(of_actions[1, 1] >= of_actions[0, 1])
        worth = renewed
    raise ArithmeticError(_STIRRED)


def _threshold(holds: Callable[[float], bool], low: float, high: float) -> float:
    """Return where something that holds at `low` stops to hold before `high`."""
    while high - low > 1e-13:
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        low, high = (middle, high) if holds(middle) else (low, middle)
    return 0.5 * (low + high)
