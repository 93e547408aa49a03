"""Whether a study's results support its claim: each condition's effect, and the bound that it must keep to.

A claim is supported only if every condition's interval keeps to its bound with its unfavourable end, and no run of the
cells that it is of is missing or failed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from analysis.claims import along_axes, over_cells
from analysis.claims.effects import Condition, Effect
from analysis.outcome import Outcome
from analysis.wording import capitalised, interval_words, level_words, number_words
from models.refusals import InputError
from parameter_sweeps.maps import is_simulated
from parameter_sweeps.support_conditions import STATISTICS, conditions_of

#: The function of each statistic of `STATISTICS`, which has its name.
FUNCTIONS: dict[str, Callable[[Outcome, Condition], Effect]] = {
    name: getattr(along_axes, name, None) or getattr(over_cells, name) for name in STATISTICS
}


@dataclass(frozen=True)
class Verdict:
    """A condition, its effect, and whether it holds; None where holes leave it open."""

    condition: Condition
    effect: Effect
    holds: bool | None

    @property
    def bound(self) -> str:
        """The bound in words, as *above 0.1*."""
        return bound_words(self.condition)

    def sentence(self) -> str:
        """Return the effect with its interval, its settings, and whether it keeps to the bound."""
        return f"{self._effect()}; {self._outcome()}"

    def _effect(self) -> str:
        effect = self.effect
        cells = f"{effect.cells} cell{'s' if effect.cells != 1 else ''}"
        if effect.number == 0 or effect.low == effect.high == effect.value:
            value, basis = number_words(effect.value), "exact" if effect.number == 0 else "no variation"
        else:
            value, basis = interval_words(effect.value, effect.low, effect.high)
        counted = [] if effect.number == 0 or effect.of == "cells" else [f"n = {effect.number} {effect.of}"]
        said = [basis, ", ".join([*counted, cells])]
        left = f", {effect.left_out} values without anything to count left out" if effect.left_out else ""
        return f"{capitalised(effect.words)}{_where_words(self.condition)} is {value} ({'; '.join(said)}{left})"

    def _outcome(self) -> str:
        if self.holds is None:
            return f"**{self.effect.holes} of its cells have missing or failed runs**, so that it is not judged."
        kept = "keeps to" if self.holds else "does not keep to"
        return f"it {kept} the bound committed beforehand, {self.bound}."


@dataclass(frozen=True)
class Judgement:
    """The verdicts of all conditions of a study, and what they come to."""

    verdicts: tuple[Verdict, ...]

    @property
    def supported(self) -> bool | None:
        """Whether all conditions hold; None if one is open and none fails, or there are none."""
        held = [verdict.holds for verdict in self.verdicts]
        if not held:
            return None
        return False if False in held else None if None in held else True

    def word(self) -> str:
        """Return *supported*, *not supported*, *not judged* or, without conditions, *no condition*."""
        if not self.verdicts:
            return "no condition"
        return {True: "supported", False: "not supported", None: "not judged"}[self.supported]


def judged(outcome: Outcome) -> Judgement:
    """Return whether results support the claim of a study; no verdict where it is yet to be simulated."""
    if outcome.results is None and is_simulated(outcome.study):
        return Judgement(())
    return Judgement(tuple(_verdict(outcome, condition) for condition in conditions_of(outcome.study.supports_if)))


def keeps_to(effect: Effect, condition: Condition) -> bool:
    """Return whether the unfavourable end of an interval satisfies a bound; without an interval it does not."""
    low, high = effect.low, effect.high
    if math.isnan(effect.value) or math.isnan(low) or math.isnan(high):
        return False
    if "above" in condition:
        return low > float(condition["above"])
    if "below" in condition:
        return high < float(condition["below"])
    least, most = condition["within"]
    return float(least) <= low and high <= float(most)


def bound_words(condition: Condition) -> str:
    """Return the bound of a condition, as *above 0.1*."""
    for name in ("above", "below"):
        if name in condition:
            return f"{name} {level_words(condition[name])}"
    least, most = condition["within"]
    return f"within {level_words(least)} and {level_words(most)}"


def _verdict(outcome: Outcome, condition: Condition) -> Verdict:
    try:
        effect = FUNCTIONS[condition["statistic"]](outcome, condition)
    except InputError:
        if not (outcome.holes > 0).any():
            raise
        # a whole level may be missing
        cells, unknown = int((outcome.holes > 0).sum()), math.nan
        effect = Effect(f"the {condition['statistic'].replace('_', ' ')}", unknown, unknown, unknown, 0, holes=cells)
    return Verdict(condition, effect, None if effect.holes else keeps_to(effect, condition))


def _where_words(condition: Condition) -> str:
    parts = []
    for key, wanted in (condition.get("where") or {}).items():
        if isinstance(wanted, list | tuple):
            numbers = all(isinstance(value, int | float) for value in wanted) and len(wanted) == 2
            join = " to " if numbers else ", "
            parts.append(f"{key} {join.join(level_words(value) for value in wanted)}")
        else:
            parts.append(f"{key} {level_words(wanted)}")
    return f" (where {', '.join(parts)})" if parts else ""
