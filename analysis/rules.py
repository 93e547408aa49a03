"""Rules about varied values in words, and the readable numbers in them.

A split separates two neighbouring values of a parameter. Any number between them says the same of all cells, so the
one with the fewest digits is written.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Split:
    """One condition on a varied key.

    Attributes
    ----------
    key : str
    value : float or str
        A number that separates two values of the key, or a word.
    is_at_most : bool
        Whether the number or less is meant, else more; of a word, whether another word is meant.
    """

    key: str
    value: float | str
    is_at_most: bool

    def selects(self, varied: pd.DataFrame) -> Mask:
        """Return where it holds, (cells,)."""
        column = varied[self.key]
        if isinstance(self.value, str):
            selected = (column.astype(str) == self.value).to_numpy()
            return ~selected if self.is_at_most else selected
        return (column <= self.value).to_numpy() if self.is_at_most else (column > self.value).to_numpy()


def between(below: float, above: float) -> float:
    """Return the number t with below <= t < above that has the fewest digits; of several the one nearest the middle."""
    if math.isinf(above) or math.isinf(below):
        return below
    middle = below + 0.5 * (above - below)
    for digits in range(1, 18):
        written = float(f"{middle:.{digits}g}")
        if below <= written < above:
            return written
    return below


def selected(splits: Iterable[Split], varied: pd.DataFrame) -> Mask:
    """Return where all of some splits hold, (cells,)."""
    found = np.ones(len(varied), dtype=np.bool_)
    for split in splits:
        found &= split.selects(varied)
    return found


def in_words(splits: Sequence[Split]) -> str:
    """Return a rule, each key once: above one number, at most another; ``always`` of no splits."""
    phrases = []
    for key in dict.fromkeys(split.key for split in splits):
        own = [split for split in splits if split.key == key]
        phrases.append(_words(key, own) if isinstance(own[0].value, str) else _bounds(key, own))
    return " and ".join(phrases) or "always"


def _words(key: str, splits: Sequence[Split]) -> str:
    is_one = [split.value for split in splits if not split.is_at_most]
    if is_one:
        return f"{key} is {is_one[0]}"
    return f"{key} is not {' or '.join(str(split.value) for split in splits)}"


def _bounds(key: str, splits: Sequence[Split]) -> str:
    above: list[Any] = [split.value for split in splits if not split.is_at_most]
    most: list[Any] = [split.value for split in splits if split.is_at_most]
    phrases = [f"above {_in_full(max(above))}"] if above else []
    phrases += [f"at most {_in_full(min(most))}"] if most else []
    return f"{key} is {' and '.join(phrases)}"


def _in_full(value: float) -> str:
    # all digits that it has: rounding once more might move it over a value
    return repr(float(value)).removesuffix(".0")
