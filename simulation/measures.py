"""What a run shows: measures of behaviour, goals, beliefs and payoffs, from the sums of `simulation.ledger`.

Compliance, classes and strategic compliance count *conflict episodes*: those in which acting would pay more (b > 0),
so that agents already converted count no more. ``..._all`` counts every agent-episode, ``..._unmodified`` only those
before an agent's first modification. An empty denominator gives NaN, never 0. Functions take arrays of any shape.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compilation import compiled_briefly
from models.overseer import suspicion
from models.strategies import CLASS_NAMES
from simulation.census import ALL, CONFLICT, UNMODIFIED
from simulation.ledger import COLUMNS

Floats = NDArray[np.float64]
_COLUMN = {name: number for number, name in enumerate(COLUMNS)}


class Measure(NamedTuple):
    """Name of a measure, what it says, and what it is divided by."""

    name: str
    meaning: str
    denominator: str


_COMPLIANCE = (
    Measure("compliance_watched", "share of watched episodes complied in", "watched conflict episodes"),
    Measure("compliance_unwatched", "share of unwatched episodes complied in", "unwatched conflict episodes"),
    Measure("compliance_gap", "compliance watched less compliance unwatched", "conflict episodes"),
    Measure(
        "strategic_compliance_rate",
        "complied although it would act with nothing to fear",
        "conflict episodes",
    ),
    Measure("voice_rate", "spoke up", "conflict episodes"),
)
_CLASSES = tuple(
    Measure(f"{name}_share", f"agents whose rule is {name.replace('_', '-')}", "agents in conflict, at a census")
    for name in CLASS_NAMES
)
_OTHERS = (
    Measure("flag_rate", "flags", "agent-episodes"),
    Measure("false_flag_rate", "flags for complying", "agent-episodes"),
    Measure("modification_rate", "turns of goals", "agent-episodes"),
    Measure("goal_preservation", "<g, g0>: cosine of current and original goals", "agent-episodes"),
    Measure("alignment", "<g, g*>: cosine of current goals and the target", "agent-episodes"),
    Measure("evaluation_validity", "1 - |compliance watched - compliance overall|", "conflict episodes"),
    Measure(
        "stage_distance",
        "angle between the mean directions shown watched and unwatched, in the plane of goals and target, radians",
        "conflict episodes",
    ),
    Measure("belief_error", "p - m: believed less true probability of being watched", "agent-episodes"),
    Measure("suspicion_auc", "probability that a misaligned agent is suspected more than an aligned one", "agents"),
    Measure("trust", "1 - mean suspicion", "agents"),
    Measure("agent_utility", "payoff judged by original goals", "agent-episodes"),
    Measure("agent_utility_current", "payoff judged by current goals", "agent-episodes"),
    Measure("overseer_utility", "payoff of the overseer", "agent-episodes"),
)


def _over_all(measure: Measure) -> Measure:
    denominator = measure.denominator.replace("conflict episodes", "agent-episodes").replace(" in conflict", "")
    return Measure(f"{measure.name}_all", measure.meaning, denominator)


def _before_modification(measure: Measure) -> Measure:
    return Measure(f"{measure.name}_unmodified", measure.meaning, f"{measure.denominator}, before a first modification")


MEASURES: tuple[Measure, ...] = (
    *_COMPLIANCE,
    *_CLASSES,
    *_OTHERS,
    *(_over_all(measure) for measure in _COMPLIANCE + _CLASSES),
    *(_before_modification(measure) for measure in _COMPLIANCE + _CLASSES),
)
MEASURE_NAMES = tuple(measure.name for measure in MEASURES)
CLASS_MEASURES = frozenset(name for name in MEASURE_NAMES if "_share" in name)


def share(part: Floats, whole: Floats) -> Floats:
    """Return `part`/`whole`, NaN where the whole is 0."""
    whole = np.asarray(whole, dtype=np.float64)
    quotient: Floats = np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=whole != 0.0)
    return quotient


def behaviour(sums: Floats) -> dict[str, Floats]:
    """Return the measures that sums over agents give.

    Parameters
    ----------
    sums : array, (..., `simulation.ledger.WIDTH`)
        Of a run, or of any stretch of episodes.
    """

    def column(name: str) -> Floats:
        return sums[..., _COLUMN[name]]

    part, whole = sums[..., _PARTS], sums[..., _WHOLES]
    whole[..., _LESSENED] -= sums[..., _LESSENED_BY]
    part[..., _OVERALL] += column("conflict_complied_unwatched")
    part[..., _BELIEF_ERROR] -= column("rate")
    shares = share(part, whole)
    found = {name: shares[..., number] for number, name in enumerate(_RATIOS)}
    for suffix in _SUFFIXES:
        found["compliance_gap" + suffix] = found["compliance_watched" + suffix] - found["compliance_unwatched" + suffix]
    found["evaluation_validity"] = 1.0 - np.abs(found["compliance_watched"] - shares[..., _OVERALL])
    found["stage_distance"] = _stage_distance(column)
    found["belief_error"] = shares[..., _BELIEF_ERROR]
    return found


_SUFFIXES = {"": ("conflict", "conflict_"), "_all": ("episodes", ""), "_unmodified": ("unmodified", "unmodified_")}


def _ratios() -> Iterator[tuple[str, str, tuple[str, str | None]]]:
    """Yield the measures that are one column divided by another, or by another less a third."""
    for suffix, (whole, prefix) in _SUFFIXES.items():
        strategic = "unmodified_strategic" if suffix == "_unmodified" else "strategic"
        watched = f"{prefix}watched"
        yield "voice_rate" + suffix, f"{prefix}spoken", (whole, None)
        yield "compliance_watched" + suffix, f"{prefix}complied_watched", (watched, None)
        yield "compliance_unwatched" + suffix, f"{prefix}complied_unwatched", (whole, watched)
        yield "strategic_compliance_rate" + suffix, strategic, (whole, None)
    for name, part in (
        ("flag_rate", "flags"),
        ("false_flag_rate", "false_flags"),
        ("modification_rate", "modifications"),
        ("goal_preservation", "preservation"),
        ("alignment", "alignment"),
        ("agent_utility", "utility"),
        ("agent_utility_current", "utility_current"),
        ("overseer_utility", "overseer_utility"),
    ):
        yield name, part, ("episodes", None)


#: The ratios by name; the columns that are divided, those they are divided by, and what these are lessened by, if so.
_RATIOS = {name: (part, whole) for name, part, whole in _ratios()}
_PARTS = [*(_COLUMN[part] for part, _ in _RATIOS.values()), _COLUMN["conflict_complied_watched"], _COLUMN["belief"]]
_WHOLES = [*(_COLUMN[of] for _, (of, _) in _RATIOS.values()), _COLUMN["conflict"], _COLUMN["episodes"]]
#: Places of two ratios more, whose part is the sum and the difference of two columns.
_OVERALL, _BELIEF_ERROR = len(_RATIOS), len(_RATIOS) + 1
_LESSENED = [number for number, (_, (_, less)) in enumerate(_RATIOS.values()) if less is not None]
_LESSENED_BY = [_COLUMN[less] for _, (_, less) in _RATIOS.values() if less is not None]


def _stage_distance(column: Callable[[str], Floats]) -> Floats:
    watched = np.arctan2(column("watched_across"), column("watched_along"))
    unwatched = np.arctan2(column("unwatched_across"), column("unwatched_along"))
    seen = (column("conflict_watched") > 0) & (column("conflict") > column("conflict_watched"))
    return np.where(seen, np.abs(watched - unwatched), np.nan)


def classes(counts: NDArray[np.int64]) -> dict[str, Floats]:
    """Return the shares of the classes from counts of a census, or sums of several, (..., 3, classes)."""
    if not counts.any():
        # most runs of a sweep: no class was asked for
        return dict.fromkeys(_CLASS_SHARES, np.full(counts.shape[:-2], np.nan))
    numbers = counts.astype(np.float64)
    shares = share(numbers, np.broadcast_to(numbers.sum(axis=-1, keepdims=True), numbers.shape))
    return {name: shares[..., row, code] for name, (row, code) in _CLASS_SHARES.items()}


#: Row and column of a census that each share of a class is read off.
_CLASS_SHARES = {
    f"{name}_share{suffix}": (row, code)
    for suffix, row in (("", CONFLICT), ("_all", ALL), ("_unmodified", UNMODIFIED))
    for code, name in enumerate(CLASS_NAMES)
}


def suspicions(rows: Floats) -> Floats:
    """Return how much the overseer suspects each agent, (agents,), from their sums, (agents, `WIDTH`).

    Only monitored episodes count.
    """
    flags, watched = rows[:, _COLUMN["watched_flags"]], rows[:, _COLUMN["watched"]]
    return _suspicions(np.ascontiguousarray(flags), np.ascontiguousarray(watched))


@compiled_briefly
def _suspicions(flags: Floats, watched: Floats) -> Floats:
    out = np.empty(flags.size)
    for agent in range(flags.size):
        out[agent] = suspicion(flags[agent], watched[agent])
    return out


def judgement(rows: Floats, angle: Floats) -> dict[str, float]:
    """Return trust, and how well suspicion tells who is misaligned now, at `angle` (radians)."""
    suspected = suspicions(rows)
    return {
        "trust": 1.0 - float(np.add.reduce(suspected)) / suspected.size,
        "suspicion_auc": area_under_curve(suspected, angle > 0.0),
    }


def area_under_curve(score: Floats, positive: NDArray[np.bool_]) -> float:
    """Return P(score of a positive > score of a negative) + P(equal)/2; NaN unless there are both."""
    positives = int(positive.sum())
    negatives = positive.size - positives
    if positives == 0 or negatives == 0:
        return float("nan")
    _, place, number = np.unique(score, return_inverse=True, return_counts=True)
    rank = np.cumsum(number) - 0.5 * (number - 1)
    above = rank[place][positive].sum() - positives * (positives + 1) / 2
    return float(above / (positives * negatives))


class Told(NamedTuple):
    """What the measures of a run are made of.

    Attributes
    ----------
    sums : array, (`simulation.ledger.WIDTH`,)
        Over agents and measured episodes.
    counted : array, (3, classes)
        Agents of each class, over the censuses; zeros where none was taken.
    trust, suspicion_auc : float
        As `judgement` gives them.
    """

    sums: Floats
    counted: NDArray[np.int64]
    trust: float
    suspicion_auc: float


def measures_of(told: Sequence[Told]) -> list[dict[str, float]]:
    """Return the measures of each of some runs by name, in the order of `MEASURES`: of many at once in little time."""
    if not told:
        return []
    sums, counted, trust, suspicion_auc = (np.array(column) for column in zip(*told, strict=True))
    found = behaviour(sums) | classes(counted) | {"trust": trust, "suspicion_auc": suspicion_auc}
    columns = [found[name].tolist() for name in MEASURE_NAMES]
    return [dict(zip(MEASURE_NAMES, row, strict=True)) for row in zip(*columns, strict=True)]
