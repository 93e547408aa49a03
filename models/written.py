"""Values of parameters as files hold them: infinity as text, a distribution as it is given."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

INFINITY_AS_TEXT = "inf"


def as_json(value: Any) -> Any:
    """Return ``value`` as strict JSON can hold it: infinity as text, a distribution as it is written."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    return INFINITY_AS_TEXT if value == math.inf else value


def listed(values: Iterable[object]) -> str:
    """Return ``values`` as they are written in a file, separated by commas."""
    return ", ".join(written(value) for value in values)


def written(value: object) -> str:
    """Return a value as it is written in a file."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return "pi" if value == math.pi else f"{value:g}"
    if isinstance(value, BaseModel):
        return written(value.model_dump())
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {written(inner)}' for key, inner in value.items())}}}"
    return str(value)
