"""Compliance rates that a scenario predicts at its start, exactly: nothing is simulated.

The plan is that of an optimiser (`simulation.cells`); the choice that rests on it has the agents' noise, akrasia,
conformity and weighting of probabilities (`models.rule_rates`). Where stakes are random, rates are means over them:
temptations differ between episodes, and a table of rates does not show which had which.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.mean_rates import mean_rates, quantiles_of
from models.goals import ALIGNED_ANGLE, temptation
from models.perception import GAUSSIAN
from models.refusals import InputError
from models.rule_rates import Rule
from models.scenario import Scenario
from models.stakes_parameters import RandomStakes
from simulation.cells import CELL_VALUES, values_of_cells
from simulation.decision_numbers import DECISION_COLUMNS, cue_from, heterogeneous_keys, median_value
from simulation.first_rule import first_rule
from simulation.random_stakes import stakes_of
from simulation.resolution import settled_column
from simulation.settings import settings_of
from simulation.valuation import has_exact_values

Floats = NDArray[np.float64]

_TRUE_HONEYPOTS = DECISION_COLUMNS.index("true_honeypots")
_KEPT_PLANS = 20_000
_plans: dict[tuple[bytes, object], Floats] = {}


class PredictedRates(NamedTuple):
    """Probabilities over the episodes with something to gain by acting, honeypots counted as watched.

    Attributes
    ----------
    watched, unwatched : float
        Of complying.
    unafraid_watched, unafraid_unwatched : float
        Of complying with nothing at stake: no penalty, no modification; the same noise.
    strategic_watched, strategic_unwatched : float
        Of complying although acting would be worth more with nothing to fear: of a planner without conformity these
        are `watched` and `unwatched`, its slips included.
    """

    watched: float
    unwatched: float
    unafraid_watched: float
    unafraid_unwatched: float
    strategic_watched: float
    strategic_unwatched: float


def predicted_rates(scenario: Scenario, habit: float = 0.0) -> PredictedRates:
    """Return the compliance rates of a scenario's agents in their first episode.

    Parameters
    ----------
    scenario : Scenario
        Of planners; groups are weighted by their shares.
    habit : float
        ``H >= 0``: habit that earlier training has left, in units of payoff.

    Raises
    ------
    InputError
        Where rates have no closed form (`unpredictable`).
    """
    if mistakes := unpredictable(scenario):
        raise InputError(mistakes)
    return exact_rates(scenario, habit)


def exact_rates(scenario: Scenario, habit: float = 0.0) -> PredictedRates:
    """Return the same of a scenario that is known to be predictable: a fit asks for it thousands of times."""
    if not scenario.agents.groups:
        return _rates_of_group(scenario, habit)
    shares = np.array([group.share for group in scenario.agents.groups])
    rates = np.array([_rates_of_group(group, habit) for group in scenario.group_scenarios])
    return PredictedRates(*(shares @ rates).tolist())


def unpredictable(scenario: Scenario) -> list[str]:
    """Return why the compliance rates of a scenario have no closed form, one sentence a reason."""
    kind, reasons = scenario.regime.schedule.kind, []
    if not has_exact_values(scenario):
        needed = "a kind that does not answer to what agents have done, where rates are predicted"
        reasons.append(f"regime.schedule.kind must be {needed}, got {kind}")
    for group in scenario.group_scenarios:
        reasons += _unpredictable_group(group)
    return list(dict.fromkeys(reasons))


def is_all_or_nothing(scenario: Scenario) -> bool:
    """Tell whether rates are 0 or 1, and steps in every parameter: best options, the same stakes, and few cues."""
    if scenario.agents.groups:
        return any(is_all_or_nothing(group) for group in scenario.group_scenarios)
    smooth_cue = scenario.cue.kind == "gaussian" and scenario.cue.discrimination not in (0.0, math.inf)
    return scenario.agents.rationality == math.inf and scenario.stakes.kind != "random" and not smooth_cue


def _unpredictable_group(scenario: Scenario) -> list[str]:
    agents, reasons = scenario.agents, []
    if agents.decision != "planner":
        reasons.append(f"agents.decision must be planner where rates are predicted, got {agents.decision}")
    if scenario.stakes.kind == "tasks":
        reasons.append("stakes.kind must be proportional, fixed or random where rates are predicted, got tasks")
    for key in heterogeneous_keys(scenario):
        needed = "one number where rates are predicted (groups of agents may differ in it)"
        reasons.append(f"{key} must be {needed}, got a distribution over agents")
    if _has_steps_over_stakes(scenario) and (agents.conformity != 0.0 or agents.beliefs.weighting != 1.0):
        needed = "finite where rates under random stakes, with conformity or weighted probabilities, are predicted"
        reasons.append(f"agents.rationality must be {needed}, got inf")
    return reasons


def _has_steps_over_stakes(scenario: Scenario) -> bool:
    return scenario.agents.rationality == math.inf and scenario.stakes.kind == "random"


def _rates_of_group(scenario: Scenario, habit: float) -> PredictedRates:
    column = settled_column(scenario)
    columns = dict(zip(DECISION_COLUMNS, column[:, 0].tolist(), strict=True))
    if columns["angle"] < ALIGNED_ANGLE:
        return PredictedRates(1.0, 1.0, 1.0, 1.0, 0.0, 0.0)
    if _has_steps_over_stakes(scenario):
        return _sharp_rates(scenario, column, habit)
    plan = _plan(scenario, column)
    # as yet without a temptation
    rule = first_rule(scenario, columns, 0.0, plan["loss"], plan["turn_loss"], habit)
    tempted, shares = _temptations(scenario, columns)
    seen = columns["belief"], cue_from(columns), columns["true_honeypots"], columns["false_signal"]
    afraid = mean_rates(rule, tempted, shares, *seen)
    unafraid = mean_rates(_unafraid(rule), tempted, shares, *seen)
    return PredictedRates(afraid[0], afraid[1], unafraid[0], unafraid[1], afraid[2], afraid[3])


def _sharp_rates(scenario: Scenario, column: Floats, habit: float) -> PredictedRates:
    """Return rates of the best rule, which has one step in the temptation; who gives in to a temptation acts."""
    if habit != 0.0:
        raise InputError(["agents.rationality must be finite where a habit meets random stakes, got inf"])
    # what a rule does depends on the true honeypots, which a kept plan leaves out
    found = dict(zip(CELL_VALUES, _solved(scenario, column).tolist(), strict=True))
    steady = 1.0 - median_value(scenario, "agents.akrasia")
    watched, unwatched = (steady * found[f"comply_probability_{side}"] for side in ("watched", "unwatched"))
    return PredictedRates(watched, unwatched, 0.0, 0.0, watched, unwatched)


def _plan(scenario: Scenario, column: Floats) -> dict[str, float]:
    """Return `simulation.cells.CELL_VALUES` of a plan, kept: rows of a table often differ in nothing that plans do."""
    column = column.copy()
    column[_TRUE_HONEYPOTS] = 0.0
    key = (column.tobytes(), scenario.stakes)
    if key not in _plans:
        if len(_plans) >= _KEPT_PLANS:
            _plans.clear()
        _plans[key] = _solved(scenario, column)
    return dict(zip(CELL_VALUES, _plans[key].tolist(), strict=True))


def _solved(scenario: Scenario, column: Floats) -> Floats:
    return values_of_cells(column, stakes_of(scenario, settings_of(scenario)))[:, 0]


def _unafraid(rule: Rule) -> Rule:
    harmless = rule.response._replace(penalty=0.0, clawback=0.0, voice_penalty=0.0)
    return rule._replace(guarding=0.0, loss=0.0, turn_loss=0.0, response=harmless)


def _temptations(scenario: Scenario, columns: dict[str, float]) -> tuple[Floats, Floats]:
    """Return the temptations of an episode in units of payoff, and the share of each."""
    if isinstance(scenario.stakes, RandomStakes):
        # a cue that is graded blurs what a temptation decides
        sharp = int(columns["cue_kind"]) != GAUSSIAN or columns["quality"] == 0.0
        ratios, shares = quantiles_of(scenario.stakes.distribution, sharp=sharp)
        return scenario.stakes.scale * ratios, shares
    only = temptation(int(columns["stakes_kind"]), columns["scale"], columns["angle"])
    return np.array([only]), np.ones(1)
