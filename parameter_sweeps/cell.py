"""One cell of a study."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Cell:
    """One combination of the varied values, in the order of the varied keys, and its index from 0."""

    index: int
    values: dict[str, Any]
