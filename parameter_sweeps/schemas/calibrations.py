"""JSON schema of the file of a calibration."""

from __future__ import annotations

from models.scenario import Scenario
from parameter_sweeps.calibration_file import ERRORS, HALVES, KEYS, MOST_PARAMETERS, SCOPES
from parameter_sweeps.schemas.records import (
    DRAFT,
    Schema,
    any_of,
    mapping,
    named_values,
    reference,
    scenario_values,
    value_of,
)
from parameter_sweeps.schemas.scenarios import scenario_definitions

_TEXT: Schema = {"type": "string", "pattern": r"\S"}


def calibration_schema() -> Schema:
    """Return the schema of a calibration's file."""
    keys: dict[str, Schema] = {
        "name": _TEXT,
        "claim": _TEXT,
        "data": _TEXT | {"description": "Table of the measured rates; a relative path starts at this file's folder."},
        "base": reference(Scenario),
        "parameters": _searched(),
        "wordings": {"type": "object", "additionalProperties": _wording()},
        "variations": _variations(),
        "other_models": {"type": "array", "items": {"type": "integer"}},
        "scopes": {"type": "array", "minItems": 1, "items": {"enum": [*SCOPES]}},
        "training": {"enum": [*HALVES]},
        "error": {"enum": [*ERRORS]},
    }
    root = mapping({key: keys[key] for key in KEYS}, *KEYS)
    return {"$schema": DRAFT, "title": "Calibration", **root, "definitions": scenario_definitions() | named_values()}


def _searched() -> Schema:
    ends: dict[str, Schema] = {"from": {"type": "number"}, "to": {"type": "number"}}
    spaced = {"enum": ["evenly", "log"], "description": "Whether equal steps are equal differences or equal ratios."}
    searched = mapping(ends | {"spaced": spaced}, "from", "to")
    bounds = {"minProperties": 1, "maxProperties": MOST_PARAMETERS}
    return {"type": "object", **bounds, "additionalProperties": searched}


def _wording() -> Schema:
    """Return the schema of what a wording sets: by dotted key a value, or the name of a free parameter."""
    free: Schema = {"type": "string", "description": "Name of a free parameter."}
    return mapping({key: any_of(value_of(key), free) for key in scenario_values()})


def _variations() -> Schema:
    wordings = {"type": "array", "items": {"type": "string"}}
    return {"type": "object", "additionalProperties": False, "patternProperties": {"^[0-9]+$": wordings}}
