"""What measures, levels and numbers are called in sentences, legends and on axes."""

from __future__ import annotations

import math
from typing import Any

_WORDS = {
    "suspicion_auc": "AUC of suspicion",
    "faking_advantage": "advantage of faking",
    "act_probability_watched": "probability of acting watched",
    "act_probability_unwatched": "probability of acting unwatched",
}
_UNITS = {"stage_distance": "radians"}


def words_of(measure: str) -> str:
    """Return the name of a measure in words."""
    return _WORDS.get(measure, measure.replace("_", " "))


def capitalised(text: str) -> str:
    """Return text with its first letter large."""
    return text[:1].upper() + text[1:]


def label_of(measure: str) -> str:
    """Return what stands at the axis of a measure."""
    unit = _UNITS.get(measure)
    return capitalised(words_of(measure)) + (f" ({unit})" if unit else "")


def level_words(value: Any) -> str:
    """Return a level of an axis in words: a number to four digits, a name with blanks."""
    if isinstance(value, int | float):
        return number_words(float(value))
    return str(value).replace("_", " ")


def number_words(value: float, digits: int = 4) -> str:
    """Return a number to some significant digits; unknown ones are a dash."""
    return "–" if math.isnan(value) else f"{value:.{digits}g}"


def interval_words(value: float, low: float, high: float) -> tuple[str, str]:
    """Return a value and its interval, all to the same decimals, as many as the interval's width asks for."""
    if math.isnan(low) or math.isnan(high):
        return number_words(value, 3), "no interval"
    width = high - low
    decimals = 3 if not math.isfinite(width) or width <= 0 else min(6, max(0, 1 - math.floor(math.log10(width))))
    return f"{value:.{decimals}f}", f"95 % interval {low:.{decimals}f} to {high:.{decimals}f}"
