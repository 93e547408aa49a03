"""One agent's decision, in numbers and in words."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from models.choice import act_flag_belief, act_utility, comply_utility, flag_cost
from models.cue_rules import is_informative
from models.goals import temptation
from models.noise import compliance_probabilities, comply_probability
from models.perception import (
    GAUSSIAN,
    binary_likelihood_unwatched,
    binary_likelihood_watched,
    gaussian_likelihood_ratio,
    posterior,
)
from models.response import guarding_cost
from models.scenario import Scenario
from simulation.decision_axes import searched_keys
from simulation.strict_json import strict_json
from simulation.turning_points import Change, changes_of_mind
from simulation.valuation import (
    StrategyValues,
    decision_columns,
    heterogeneous_keys,
    strategy_values,
)

_NAN = float("nan")


@dataclass(frozen=True)
class Look:
    """What an agent makes of one cue.

    Attributes
    ----------
    sight : str
        What is seen, in words.
    cue : float
        ``y``; NaN where the cue says nothing.
    posterior : float
        ``q``: probability of being watched, after the cue.
    act_utility, comply_utility : float
        Expected utilities of the two options, in units of payoff.
    choice : str
        ``act`` or ``comply``: the better option; a tie goes to complying.
    comply_probability : float
        Of a choice as noisy as the agent's.
    """

    sight: str
    cue: float
    posterior: float
    act_utility: float
    comply_utility: float
    choice: str
    comply_probability: float


@dataclass(frozen=True)
class Explanation:
    """Why an agent decides as it does; utilities in units of payoff, angles in radians.

    Where agents differ, the agent is the median one.

    Attributes
    ----------
    scenario : str
        Name of the scenario.
    differing_keys : tuple of str
        Dotted keys in which agents differ; empty if they are all alike.
    columns : dict
        The plain numbers that the decision rests on, as `simulation.valuation.decision_columns` gives them.
    discrimination : float
        ``d`` of a graded cue, infinite for one that tells for certain; NaN for another two-valued cue.
    temptation : float
        ``b``.
    rationality : float
        ``lambda``.
    flag_cost : float
        ``D = F + Omega + gamma L``.
    values : StrategyValues
        What each class is worth, the best rule, its thresholds and ``L``.
    looks : tuple of Look
        The decision at typical cues.
    noisy_compliance : tuple of float
        Probabilities of complying watched and unwatched of a choice as noisy as the agent's.
    changes : tuple of Change
        The nearest changes of single parameters that make another class the best.
    searched : tuple of str
        Dotted keys that such changes were looked for in.
    """

    scenario: str
    differing_keys: tuple[str, ...]
    columns: dict[str, float]
    discrimination: float
    temptation: float
    rationality: float
    flag_cost: float
    values: StrategyValues
    looks: tuple[Look, ...]
    noisy_compliance: tuple[float, float]
    changes: tuple[Change, ...]
    searched: tuple[str, ...]

    @property
    def best(self) -> str:
        """Class of the best rule."""
        return self.values.best

    @property
    def angle(self) -> float:
        """Misalignment, radians."""
        return self.columns["angle"]

    @property
    def belief(self) -> float:
        """Prior probability of being watched."""
        return self.columns["belief"]

    @property
    def compliance(self) -> tuple[float, float]:
        """Probabilities of complying watched and unwatched under the best rule."""
        return 1.0 - self.values.act_probability_watched, 1.0 - self.values.act_probability_unwatched

    @cached_property
    def unmoved_keys(self) -> tuple[str, ...]:
        """Searched keys no value of which makes another class the best."""
        moving = {change.key for change in self.changes}
        return tuple(key for key in self.searched if key not in moving)

    def as_dict(self) -> dict[str, Any]:
        """Return all of it as strict JSON can hold it: infinities are the text "inf", NaN is null."""
        found = {
            "scenario": self.scenario,
            "is_median": bool(self.differing_keys),
            "differing_keys": self.differing_keys,
            "angle": self.angle,
            "angle_degrees": math.degrees(self.angle),
            "temptation": self.temptation,
            "foresight": self.columns["foresight"],
            "rationality": self.rationality,
            "cue": self._cue(),
            "belief": self.belief,
            "looks": [asdict(look) for look in self.looks],
            "flag_cost": self.flag_cost,
            "compliance_watched": self.compliance[0],
            "compliance_unwatched": self.compliance[1],
            "noisy_compliance_watched": self.noisy_compliance[0],
            "noisy_compliance_unwatched": self.noisy_compliance[1],
            **self.values.as_dict(),
            "changes": [change.as_dict() for change in self.changes],
            "unmoved_keys": self.unmoved_keys,
        }
        plain: dict[str, Any] = strict_json(found)
        return plain

    def _cue(self) -> dict[str, Any]:
        if math.isnan(self.discrimination):
            return {"kind": "binary", "accuracy": self.columns["quality"]}
        return {"kind": "gaussian", "discrimination": self.discrimination}

    def text(self) -> str:
        """Return the explanation in sentences."""
        from simulation.wording import sentences

        return "\n".join(sentences(self))


def explain(scenario: Scenario) -> Explanation:
    """Return why an agent of a scenario decides as it does at the start, and what would change its mind.

    Parameters
    ----------
    scenario : Scenario
        Where its agents differ, the median agent is explained.
    """
    columns, values = decision_columns(scenario), strategy_values(scenario)
    tempted = temptation(int(columns["stakes_kind"]), columns["scale"], columns["angle"])
    guarding = guarding_cost(columns["terminal_guarding"], columns["angle"], columns["rotation"])
    cost = flag_cost(columns["penalty"], guarding, columns["foresight"], values.loss)
    rationality = float(scenario.drawn_values("agents.rationality", _half())[0])
    return Explanation(
        scenario=scenario.name,
        differing_keys=tuple(heterogeneous_keys(scenario)),
        columns=columns,
        discrimination=_discrimination(scenario, columns),
        temptation=tempted,
        rationality=rationality,
        flag_cost=cost,
        values=values,
        looks=tuple(_looks(columns, tempted, cost, rationality)),
        noisy_compliance=_noisy_compliance(columns, tempted, cost, rationality),
        changes=changes_of_mind(scenario),
        searched=searched_keys(scenario),
    )


def _half() -> Any:
    import numpy as np

    return np.array([0.5])


def _discrimination(scenario: Scenario, columns: dict[str, float]) -> float:
    if columns["cue_kind"] == GAUSSIAN:
        return columns["quality"]
    return math.inf if scenario.agents.cue.kind == "gaussian" else _NAN


def _looks(columns: dict[str, float], tempted: float, cost: float, rationality: float) -> Iterable[Look]:
    for sight, cue in _typical_cues(int(columns["cue_kind"]), columns["quality"]):
        q = _posterior(columns, cue)
        hit, false_alarm = columns["hit_rate"], columns["false_alarm_rate"]
        # adding 0 turns -0, which nobody writes, into 0
        act = act_utility(tempted, act_flag_belief(q, hit), cost) + 0.0
        comply = comply_utility(q, false_alarm, cost) + 0.0
        # without a temptation there is no choice, whatever the noise
        acts = tempted > 0.0 and act > comply
        noisy = comply_probability(q, tempted, hit, false_alarm, cost, rationality) if tempted > 0.0 else 1.0
        yield Look(sight, cue, q, act, comply, "act" if acts else "comply", noisy)


def _typical_cues(kind: int, quality: float) -> list[tuple[str, float]]:
    if not is_informative(kind, quality):
        return [("whatever it sees", _NAN)]
    if kind == GAUSSIAN:
        half = 0.5 * quality
        return [
            ("a typical cue of a watched episode", half),
            ("a cue that speaks for neither", 0.0),
            ("a typical cue of an unwatched episode", -half),
        ]
    return [("the cue that says watched", 1.0), ("the cue that says unwatched", 0.0)]


def _posterior(columns: dict[str, float], cue: float) -> float:
    belief, quality, honeypots = columns["belief"], columns["quality"], columns["reckoned_honeypots"]
    if math.isnan(cue):
        return belief
    if columns["cue_kind"] == GAUSSIAN:
        return posterior(belief, gaussian_likelihood_ratio(cue, quality, honeypots), 1.0)
    watched = binary_likelihood_watched(cue, quality, honeypots)
    return posterior(belief, watched, binary_likelihood_unwatched(cue, quality))


def _noisy_compliance(
    columns: dict[str, float], tempted: float, cost: float, rationality: float
) -> tuple[float, float]:
    if not tempted > 0.0:
        return 1.0, 1.0
    watched, unwatched = compliance_probabilities(
        tempted,
        cost,
        rationality,
        columns["belief"],
        columns["hit_rate"],
        columns["false_alarm_rate"],
        int(columns["cue_kind"]),
        columns["quality"],
        columns["reckoned_honeypots"],
        columns["true_honeypots"],
    )
    return watched, unwatched
