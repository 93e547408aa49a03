"""Results as strict JSON can hold them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any


def strict_json(value: Any) -> Any:
    """Return `value` with infinities as the texts "inf" and "-inf", and with null for what is not a number.

    Parameters
    ----------
    value : mapping, list, tuple, text, number or None
        Nested as deeply as wanted; numpy's numbers become plain ones.
    """
    if isinstance(value, Mapping):
        return {str(key): strict_json(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [strict_json(inner) for inner in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    return value
