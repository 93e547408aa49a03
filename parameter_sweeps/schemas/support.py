"""JSON schema of the conditions under which a study supports its claim."""

from __future__ import annotations

from models.strategies import CLASS_NAMES
from parameter_sweeps.schemas.records import Schema, any_of, mapping
from parameter_sweeps.schemas.scenarios import ANY_MEASURE
from parameter_sweeps.support_conditions import (
    BOUNDS,
    REFERENCES,
    SIDES_OF_AGREEMENT,
    STATISTICS,
)

_INFINITE: Schema = {"enum": ["inf", "-inf"]}
_NUMBER = any_of({"type": "number"}, _INFINITE)
_LEVEL: Schema = {"type": ["number", "string", "boolean", "null"]}


def support_schema() -> Schema:
    """Return the schema of what stands at ``supports_if``: a condition, or a list of them under ``all``."""
    condition: Schema = {"anyOf": [_condition(name) for name in STATISTICS]}
    return any_of(condition, mapping({"all": {"type": "array", "minItems": 1, "items": condition}}, "all"))


def _condition(name: str) -> Schema:
    statistic = STATISTICS[name]
    keys = {key: _keys()[key] for key in ("where", *BOUNDS, *statistic.needs, *statistic.admits)}
    schema = mapping({"statistic": {"const": name}} | keys, "statistic", *statistic.needs, about=statistic.about)
    return schema | {"oneOf": [{"required": [bound]} for bound in BOUNDS]}


def _keys() -> dict[str, Schema]:
    return {
        "where": {"type": ["object", "null"], "description": "Varied keys, each to a value, [low, high] or levels."},
        "above": _NUMBER,
        "below": _NUMBER,
        "within": {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2},
        "measure": ANY_MEASURE,
        "axis": {"type": "string"},
        "from": _LEVEL,
        "to": _LEVEL,
        "level": _NUMBER,
        "logarithmic": {"type": "boolean"},
        "reference": {"enum": [*REFERENCES]},
        "of": {"enum": [*SIDES_OF_AGREEMENT]},
        "class": {"enum": [*CLASS_NAMES]},
    }
