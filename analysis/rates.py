"""A measured compliance rate: whose, how many episodes it is worth, and what was set when it was measured."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Literal, NamedTuple

Context = Literal["monitored", "unmonitored"]
CONTEXTS: tuple[Context, ...] = ("monitored", "unmonitored")


class Free(NamedTuple):
    """In place of a value: the free parameter of this name."""

    name: str


@dataclass(frozen=True)
class Rate:
    """One measured rate.

    Attributes
    ----------
    place : str
        Where it stands, for messages: "row 7".
    label : str
        What it is of, in words.
    context : {"monitored", "unmonitored"}
    rate : float
        Share of the episodes that were complied in, [0, 1].
    episodes : float
        Number of them, > 0; need not be whole (`effective_episodes`).
    settings : dict
        By dotted key: a value, or `Free`.
    held_out : bool
        Whether it is predicted, and not fitted to.
    """

    place: str
    label: str
    context: Context
    rate: float
    episodes: float
    settings: dict[str, Any] = field(default_factory=dict)
    held_out: bool = False


def effective_episodes(rate: float, standard_error: float) -> float:
    """Return ``p (1 - p)/sem^2``: how many episodes a printed standard error is worth.

    NaN where it tells nothing: at a rate of 0 or 1, where every number of episodes gives the standard error 0, and
    where the standard error is printed as 0.

    Parameters
    ----------
    rate, standard_error : float
        ``p`` in [0, 1] and ``sem >= 0``, both as shares.
    """
    if standard_error <= 0.0 or rate <= 0.0 or rate >= 1.0:
        return math.nan
    return rate * (1.0 - rate) / standard_error**2


def with_untold_episodes(episodes: Iterable[float]) -> list[float] | None:
    """Return numbers of episodes, each that is not known (NaN) the median of the others; None without any."""
    counts = list(episodes)
    known = [count for count in counts if not math.isnan(count)]
    if not known:
        return None
    middle = float(median(known))
    return [middle if math.isnan(count) else count for count in counts]
