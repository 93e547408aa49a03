"""What a manifest, and lines of the log, must say: whatever is in a directory that somebody else has sent.

Names of chunks are names of files. They are digests, so that none leads out of the directory.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from parameter_sweeps.chunks import Prices

MOST_EXTENSIONS = 10_000
#: As the limits of `parameter_sweeps.study.MAXIMAL_CELLS` and of ``run.replicates``.
MOST_CELLS, MOST_REPLICATES = 10**7, 10**6
_DIGEST = re.compile("[0-9a-f]{64}")


def is_digest(value: object) -> bool:
    """Return whether a value is a SHA-256 in hexadecimal."""
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


def is_time(value: object) -> bool:
    """Return whether a value is the text of a time with its distance from UTC."""
    if not isinstance(value, str):
        return False
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def refuse_wrong_manifest(written: Mapping[str, Any]) -> None:
    """Raise a ValueError if a manifest says something that none that was written here says."""
    is_first = written["format"] == 1
    right = [
        is_digest(written["digest"]),
        _is_count(written["seed"], 2**32),
        isinstance(written["measures"], list) and all(isinstance(name, str) and name for name in written["measures"]),
        _are_prices(written["plan"]),
        _is_count(written.get("earlier", 0), MOST_EXTENSIONS),
        is_first or _is_part(written["part"]),
        is_first or _are_texts(written["functions"]),
        is_first or _is_basis(written["basis"]),
        is_first or written["study_sha256"] is None or is_digest(written["study_sha256"]),
        is_first or all(is_digest(name) and _is_chunk(numbers) for name, numbers in written["chunks"].items()),
    ]
    if not all(right):
        raise ValueError("a manifest must be as it is written here")


def _is_count(value: object, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < most


def _are_texts(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())


def _is_basis(value: object) -> bool:
    if not isinstance(value, dict) or not _are_texts(value.get("packages")):
        return False
    return isinstance(value.get("code"), str) and isinstance(value.get("machine"), str)


def _are_prices(value: object) -> bool:
    if not isinstance(value, dict) or not all(
        isinstance(price, int | float) and math.isfinite(price) and 0 <= price <= 1e18 for price in value.values()
    ):
        return False
    # chunks are cut by division by that of a chunk, and, if a cell is dearer than one, by that of a run
    whole = Prices()._asdict() | value
    return bool(whole["chunk"] >= 1.0 and (whole["run"] > 0.0 or whole["cell"] <= whole["chunk"]))


def _is_part(value: object) -> bool:
    if value is None:
        return True
    if not isinstance(value, list) or len(value) != 2 or not all(_is_count(number, 10**6 + 1) for number in value):
        return False
    return bool(1 <= value[0] <= value[1])


def _is_chunk(numbers: object) -> bool:
    if (
        not isinstance(numbers, list)
        or len(numbers) != 4
        or not all(_is_count(number, 10**7 + 1) for number in numbers)
    ):
        return False
    first, end, first_replicate, end_replicate = numbers
    return bool(first < end <= MOST_CELLS and first_replicate < end_replicate <= MOST_REPLICATES)
