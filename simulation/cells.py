"""Strategy values of many cells in one compiled loop: the basic chain where it serves, the general one elsewhere."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.class_cue_rules import class_cue_rules
from models.compilation import compiled_loop
from models.detection import Rates, flag_probabilities
from models.general_strategies import general_best_class, general_reply, general_strategy_values
from models.goals import FIXED, PROPORTIONAL
from models.outlook import CHAIN, ENDLESS, Cue, Outlook, Planner, Response, Stakes
from models.response import flag_rotation
from models.strategies import strategy_values_of_cells
from simulation.decision_numbers import DECISION_COLUMNS

Floats = NDArray[np.float64]

#: What is found for each cell, in order; as the attributes of `simulation.valuation.StrategyValues`.
CELL_VALUES = (
    "honest", "compliant", "faking", "best", "threshold", "act_probability_watched", "act_probability_unwatched",
    "loss", "cue_threshold", "comply_probability_watched", "comply_probability_unwatched", "turn_loss",
)  # fmt: skip

(
    _ANGLE, _STAKES_KIND, _SCALE, _ROTATION, _INTERNALISATION, _REINFORCED_ROTATION, _PENALTY, _CLAWBACK,
    _OFFERS_VOICE, _ANSWERED, _BONUS, _VOICE_KEPT, _VOICE_PENALTY, _GUARDING, _GOAL_WEIGHT, _PLANNING, _FORESIGHT,
    _DEPTH, BELIEF, _HIT_RATE, _FALSE_ALARM_RATE, _UNWATCHED_HIT_RATE, _PEER_REPORT_RATE, _PROBE_HIT_RATE,
    _PROBE_FALSE_ALARM_RATE, _NEIGHBOURS, _CUE_KIND, _QUALITY, _RECKONED_HONEYPOTS, _TRUE_HONEYPOTS, FALSE_SIGNAL,
) = range(len(DECISION_COLUMNS))  # fmt: skip

_NAN = float("nan")
_REPLIES = (
    "act_probability_watched", "comply_probability_watched", "act_probability_unwatched",
    "comply_probability_unwatched",
)  # fmt: skip
_WIDTH = len(CELL_VALUES)
#: Of these the basic planner gives the first.
_BASIC_WIDTH = 9


def basic_cells(c: Floats) -> NDArray[np.bool_]:
    """Return which cells' decisions are those of the basic model, (n,).

    Parameters
    ----------
    c : array, (len(`DECISION_COLUMNS`), n)
    """
    zero = [
        _UNWATCHED_HIT_RATE, _PEER_REPORT_RATE, _PROBE_HIT_RATE, _PROBE_FALSE_ALARM_RATE, _CLAWBACK,
        _REINFORCED_ROTATION, _OFFERS_VOICE,
    ]  # fmt: skip
    steady = (c[_STAKES_KIND] == PROPORTIONAL) | (c[_STAKES_KIND] == FIXED)
    planned = (c[_PLANNING] == CHAIN) & (c[_DEPTH] == ENDLESS) & (c[_GOAL_WEIGHT] == 1.0)
    found: NDArray[np.bool_] = steady & planned & (c[FALSE_SIGNAL] == 1.0) & ~c[zero].any(axis=0)
    return found


def values_of_cells(columns: Floats, stakes: Stakes) -> Floats:
    """Return what is found for each of n cells, (len(`CELL_VALUES`), n).

    Parameters
    ----------
    columns : array, (len(`DECISION_COLUMNS`), n)
    stakes : Stakes
        Distribution of temptations, where stakes are random.
    """
    out = np.empty((len(CELL_VALUES), columns.shape[1]))
    basic = basic_cells(columns)
    # Two loops: who asks for the basic model alone does not wait for the compilation of the other.
    if basic.any():
        out[:, basic] = _basic_values(np.ascontiguousarray(columns[:, basic]))
    if not basic.all():
        out[:, ~basic] = general_values(np.ascontiguousarray(columns[:, ~basic]), stakes)
    return out


def best_classes(columns: Floats, stakes: Stakes) -> NDArray[np.int64]:
    """Return the class of the best rule in each of n cells, (n,), codes of `models.strategies.CLASS_NAMES`."""
    out = np.empty(columns.shape[1], np.int64)
    basic = basic_cells(columns)
    if basic.any():
        out[basic] = _basic_values(np.ascontiguousarray(columns[:, basic]))[CELL_VALUES.index("best")]
    if not basic.all():
        out[~basic] = _general_classes(np.ascontiguousarray(columns[:, ~basic]), stakes)
    return out


def best_replies(columns: Floats, stakes: Stakes) -> Floats:
    """Return the best rules alone, (4, n): P(act), P(comply) watched, then both unwatched."""
    out = np.empty((4, columns.shape[1]))
    basic = basic_cells(columns)
    if basic.any():
        found = _basic_values(np.ascontiguousarray(columns[:, basic]))
        out[:, basic] = found[[CELL_VALUES.index(name) for name in _REPLIES]]
    if not basic.all():
        out[:, ~basic] = _general_replies(np.ascontiguousarray(columns[:, ~basic]), stakes)
    return out


@compiled_loop
def _general_replies(c: Floats, stakes: Stakes) -> Floats:
    out = np.empty((4, c.shape[1]))
    for i in range(c.shape[1]):
        out[0, i], out[1, i], out[2, i], out[3, i] = general_reply(
            c[_ANGLE, i], outlook_of(c, i, stakes), c[_TRUE_HONEYPOTS, i]
        )
    return out


def _basic_values(c: Floats) -> Floats:
    rows = c[
        [
            _ANGLE, _STAKES_KIND, _SCALE, _ROTATION, _PENALTY, _GUARDING, _FORESIGHT, BELIEF, _HIT_RATE,
            _FALSE_ALARM_RATE, _CUE_KIND, _QUALITY, _RECKONED_HONEYPOTS, _TRUE_HONEYPOTS,
        ]
    ]  # fmt: skip
    rows[3] *= c[_INTERNALISATION]
    out = np.empty((_WIDTH, c.shape[1]))
    strategy_values_of_cells(rows, out[:_BASIC_WIDTH])
    out[9], out[10], out[11] = 1.0 - out[5], 1.0 - out[6], 0.0
    return out


@compiled_loop
def general_values(c: Floats, stakes: Stakes) -> Floats:
    """Return `CELL_VALUES` of each cell, whatever its mechanisms, (len(`CELL_VALUES`), n)."""
    out = np.empty((_WIDTH, c.shape[1]))
    for cell in range(c.shape[1]):
        _general_value(c, cell, stakes, out)
    return out


@compiled_loop
def rules_of_cell(c: Floats, stakes: Stakes) -> tuple[NDArray[np.bool_], Floats]:
    """Return which classes have a rule in the first cell, and their rules (`models.class_cue_rules`)."""
    return class_cue_rules(c[_ANGLE, 0], outlook_of(c, 0, stakes), c[_TRUE_HONEYPOTS, 0])


@compiled_loop
def _general_classes(c: Floats, stakes: Stakes) -> NDArray[np.int64]:
    out = np.empty(c.shape[1], np.int64)
    for i in range(out.size):
        out[i] = general_best_class(c[_ANGLE, i], outlook_of(c, i, stakes), c[_TRUE_HONEYPOTS, i])
    return out


@compiled_loop
def outlook_of(c: Floats, i: int, stakes: Stakes) -> Outlook:
    """Return what the agent of column i of `DECISION_COLUMNS` plans and judges with."""
    rates = Rates(
        c[_HIT_RATE, i], c[_FALSE_ALARM_RATE, i], c[_UNWATCHED_HIT_RATE, i], c[_PEER_REPORT_RATE, i],
        c[_PROBE_HIT_RATE, i], c[_PROBE_FALSE_ALARM_RATE, i],
    )  # fmt: skip
    return Outlook(
        c[BELIEF, i],
        Stakes(int(c[_STAKES_KIND, i]), c[_SCALE, i], stakes.draws, stakes.edges),
        Planner(int(c[_PLANNING, i]), int(c[_DEPTH, i]), c[_FORESIGHT, i], c[_GUARDING, i], c[_GOAL_WEIGHT, i]),
        Cue(int(c[_CUE_KIND, i]), c[_QUALITY, i], c[_RECKONED_HONEYPOTS, i], c[FALSE_SIGNAL, i]),
        flag_probabilities(rates, int(c[_NEIGHBOURS, i])),
        Response(
            c[_PENALTY, i],
            c[_CLAWBACK, i],
            flag_rotation(c[_ROTATION, i], c[_INTERNALISATION, i]),
            c[_REINFORCED_ROTATION, i],
            int(c[_OFFERS_VOICE, i]),
            c[_ANSWERED, i],
            c[_BONUS, i],
            c[_VOICE_KEPT, i],
            c[_VOICE_PENALTY, i],
        ),
    )


@compiled_loop
def _general_value(c: Floats, i: int, stakes: Stakes, out: Floats) -> None:
    outlook = outlook_of(c, i, stakes)
    found = general_strategy_values(
        c[_ANGLE, i], outlook.belief, outlook.stakes, outlook.planner, outlook.cue, outlook.detector, outlook.response,
        c[_TRUE_HONEYPOTS, i],
    )  # fmt: skip
    out[0, i], out[1, i], out[2, i], out[3, i] = found.honest, found.compliant, found.faking, float(found.best)
    out[4, i], out[5, i], out[6, i] = found.threshold, found.act_watched, found.act_unwatched
    out[7, i], out[8, i], out[9, i] = found.loss_flag, _NAN, found.comply_watched
    out[10, i], out[11, i] = found.comply_unwatched, found.loss_comply
