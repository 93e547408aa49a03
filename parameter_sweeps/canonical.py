"""One text for equal data, so that what determines a result can be compared by its digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from models.written import as_json


def strict(value: Any) -> Any:
    """Return plain data as strict JSON holds it: infinity as the text "inf", tuples as lists."""
    if isinstance(value, Mapping):
        return {key: strict(item) for key, item in value.items()}
    return [strict(item) for item in value] if isinstance(value, list | tuple) else as_json(value)


def canonical_json(value: object) -> str:
    """Return the JSON text of strict data, with sorted keys and no spaces."""
    return json.dumps(value, sort_keys=True, allow_nan=False, separators=(",", ":"))


def sha256(value: object) -> str:
    """Return the SHA-256 of strict data in hexadecimal, which does not depend on the order of keys."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()
