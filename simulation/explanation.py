"""One agent's decision, in numbers and in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from models.choice import flag_cost, option_probabilities
from models.cue_rules import is_informative
from models.decision import expected_utilities
from models.detection import Rates, flag_probabilities
from models.goals import ALIGNED_ANGLE, RANDOM, TASKS, temptation
from models.noise import compliance_probabilities
from models.outlook import Detector
from models.perception import (
    GAUSSIAN,
    binary_likelihood_unwatched,
    binary_likelihood_watched,
    gaussian_likelihood_ratio,
    posterior,
    signalled_belief,
)
from models.rule_rates import Rule, option_rates_at, rule_rates
from models.scenario import Scenario, admitted_scenario
from models.tasks import mean_conflict_temptation
from simulation.cells import basic_cells
from simulation.decision_axes import searched_keys
from simulation.decision_numbers import DECISION_COLUMNS, column_of, cue_from, heterogeneous_keys
from simulation.first_rule import first_rule
from simulation.probes import ProbedValues, probed_values
from simulation.resolution import settled_column
from simulation.strict_json import strict_json
from simulation.turning_points import Change, changes_of_mind
from simulation.valuation import StrategyValues, has_exact_values, strategy_values

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
    act_utility, comply_utility, voice_utility : float
        Expected utilities of the options, in units of payoff; NaN where one cannot speak up.
    choice : str
        ``act``, ``comply`` or ``speak``: the best option; ties go to complying, then to speaking up.
    comply_probability : float
        Of a choice as noisy as the agent's.
    """

    sight: str
    cue: float
    posterior: float
    act_utility: float
    comply_utility: float
    voice_utility: float
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
        The plain numbers that the decision rests on, as `simulation.decision_numbers.decision_columns` gives them.
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
    probed : ProbedValues or None
        What strategies earn in a regime that answers to what agents do; the agent's plan takes it as it stands.
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
    probed: ProbedValues | None

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
        return self.values.comply_probability_watched, self.values.comply_probability_unwatched

    @property
    def detector(self) -> Detector:
        """Probabilities of a flag, as the agent takes them to be."""
        columns = self.columns
        rates = Rates(
            columns["hit_rate"], columns["false_alarm_rate"], columns["unwatched_hit_rate"],
            columns["peer_report_rate"], columns["probe_hit_rate"], columns["probe_false_alarm_rate"],
        )  # fmt: skip
        return flag_probabilities(rates, int(columns["neighbours"]))

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
            "probed": None if self.probed is None else self.probed.as_dict(),
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


def explain(scenario: Scenario, progress: Callable[[int, int], None] | None = None) -> Explanation:
    """Return why an agent of a scenario decides as it does at the start, and what would change its mind.

    Parameters
    ----------
    scenario : Scenario
        Without groups (`Scenario.of_group` gives one of them). Where its agents differ, the median agent is explained.
    progress : callable, optional
        Called with (worlds done, worlds) of the probes that a regime without closed form needs.
    """
    admitted_scenario(scenario)
    columns = dict(zip(DECISION_COLUMNS, settled_column(scenario)[:, 0].tolist(), strict=True))
    values = strategy_values(scenario, method="exact")
    needs_probes = values.planned != "aligned" and not has_exact_values(scenario)
    # at the mean temptation in conflict
    rule = first_rule(scenario, columns, _temptation(columns), values.loss, values.turn_loss)
    return Explanation(
        scenario=scenario.name,
        differing_keys=tuple(heterogeneous_keys(scenario)),
        columns=columns,
        discrimination=_discrimination(scenario, columns),
        temptation=rule.tempted,
        rationality=rule.rationality,
        flag_cost=flag_cost(rule.response.penalty, rule.guarding, rule.foresight, rule.loss),
        values=values,
        looks=tuple(_looks(columns, rule)),
        noisy_compliance=_noisy_compliance(columns, rule, bool(basic_cells(column_of(scenario)).all())),
        changes=changes_of_mind(scenario),
        searched=searched_keys(scenario),
        probed=probed_values(scenario, progress=progress) if needs_probes else None,
    )


def _temptation(columns: dict[str, float]) -> float:
    kind, scale, angle = int(columns["stakes_kind"]), columns["scale"], columns["angle"]
    if angle < ALIGNED_ANGLE:
        return 0.0
    if kind == TASKS:
        return mean_conflict_temptation(scale, angle)
    return scale if kind == RANDOM else temptation(kind, scale, angle)


def _discrimination(scenario: Scenario, columns: dict[str, float]) -> float:
    if columns["cue_kind"] == GAUSSIAN:
        return columns["quality"]
    return math.inf if scenario.cue.kind == "gaussian" else _NAN


def _looks(columns: dict[str, float], rule: Rule) -> Iterable[Look]:
    for sight, cue in _typical_cues(int(columns["cue_kind"]), columns["quality"]):
        q = _posterior(columns, cue)
        act, comply, voice = expected_utilities(
            q, rule.tempted, rule.guarding, rule.foresight, rule.loss, rule.turn_loss, rule.habit, rule.pull,
            rule.weighting, rule.detector, rule.response,
        )  # fmt: skip
        # without a temptation there is no choice, whatever the noise
        acts, speaks = option_probabilities(act, comply, voice, math.inf) if rule.tempted > 0.0 else (0.0, 0.0)
        complies = option_rates_at(q, rule)[1] if rule.tempted > 0.0 else 1.0
        choice = "act" if acts else ("speak" if speaks else "comply")
        spoken = voice if rule.response.offers_voice else _NAN
        # adding 0 turns -0, which nobody writes, into 0
        yield Look(sight, cue, q, act + 0.0, comply + 0.0, spoken, choice, complies)


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
    quality, honeypots = columns["quality"], columns["reckoned_honeypots"]
    # Where there is a public signal, it says "watched".
    belief = signalled_belief(columns["belief"], 1, columns["false_signal"])
    if math.isnan(cue):
        return belief
    if columns["cue_kind"] == GAUSSIAN:
        return posterior(belief, gaussian_likelihood_ratio(cue, quality, honeypots), 1.0)
    watched = binary_likelihood_watched(cue, quality, honeypots)
    return posterior(belief, watched, binary_likelihood_unwatched(cue, quality))


def _noisy_compliance(columns: dict[str, float], rule: Rule, is_basic: bool) -> tuple[float, float]:
    if not rule.tempted > 0.0:
        return 1.0, 1.0
    if is_basic and rule.weighting == 1.0 and rule.akrasia == rule.pull == 0.0:
        # Compiled in a tenth of the time.
        watched, unwatched = compliance_probabilities(
            rule.tempted, flag_cost(rule.response.penalty, rule.guarding, rule.foresight, rule.loss), rule.rationality,
            columns["belief"], columns["hit_rate"], columns["false_alarm_rate"], int(columns["cue_kind"]),
            columns["quality"], columns["reckoned_honeypots"], columns["true_honeypots"],
        )  # fmt: skip
        return watched, unwatched
    rates = rule_rates(rule, columns["belief"], cue_from(columns), columns["true_honeypots"], columns["false_signal"])
    return rates[1], rates[3]
