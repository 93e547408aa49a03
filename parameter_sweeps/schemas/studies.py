"""JSON schema of the file of a study."""

from __future__ import annotations

import inspect
import re
from typing import Any, get_args

from models.distributions import Distribution
from parameter_sweeps.design_kinds import Boundary, Design, Grid, OneAtATime, Table
from parameter_sweeps.regime_file import WrittenRegime
from parameter_sweeps.schemas.records import (
    DRAFT,
    Schema,
    any_of,
    definitions,
    mapping,
    named_values,
    reference,
    scenario_values,
    value_of,
)
from parameter_sweeps.schemas.scenarios import (
    MEASURE,
    measure_definitions,
    regime_schema,
    scenario_definitions,
    written_scenario,
)
from parameter_sweeps.schemas.support import support_schema
from parameter_sweeps.study import Study
from parameter_sweeps.study_fields import LIMITS

_NUMBER: Schema = {"type": "number"}
_COUNT: Schema = {"type": "integer", "minimum": 1}
_NULL: Schema = {"type": "null"}
_LISTED = ("linspace", "logspace")
_RANGES = ("uniform", "loguniform")
#: Designs of which each value is written out, and the one that needs two ends.
_LISTED_DESIGNS, _BETWEEN = (Grid, OneAtATime), Boundary


def study_schema(figure: Schema) -> Schema:
    """Return the schema of a study's file.

    Parameters
    ----------
    figure
        Schema of what stands at ``figure``; figures are no business of this floor.
    """
    values = {key: value_of(key) for key in scenario_values()}
    keys: dict[str, Schema] = {
        "base": any_of(
            {"type": "string", "description": "A shipped scenario's name, or a YAML file."}, written_scenario()
        ),
        "set": _or_null(mapping(values)),
        "vary": _or_null(mapping({key: _axis(value) for key, value in values.items()})),
        "design": {"anyOf": [*map(_design, get_args(Design))]},
        "regimes": _or_null({"type": "array", "items": _regime()}),
        "measures": _or_null({"type": "array", "uniqueItems": True, "items": MEASURE}),
        "figure": figure,
        "supports_if": _or_null(support_schema()),
    }
    keys |= {key: _whole(key) for key in LIMITS}
    plain = definitions(Study)["Study"]["properties"]
    about = _said_of_fields()
    fields = {name: (keys.get(name) or plain[name]) | {"description": about[name]} for name in Study.model_fields}
    root = mapping(fields, "base")
    return {"$schema": DRAFT, "title": "Study", **root, "allOf": _of_designs(), "definitions": _definitions()}


def _definitions() -> dict[str, Schema]:
    of_regimes: dict[str, Schema] = regime_schema()["definitions"]
    records = scenario_definitions() | of_regimes | definitions(*get_args(Design))
    return records | named_values() | measure_definitions() | {"between": _between()}


def _named(kind: str) -> Schema:
    return {"type": "string", "description": f"A shipped {kind}'s name, or a YAML file."}


def _regime() -> Schema:
    """Return the schema of an entry of the list of regimes: a name, a file, or a regime written out with a name."""
    written = definitions(WrittenRegime)["WrittenRegime"]
    name = {"type": "string", "minLength": 1, "description": "Name of the regime in tables."}
    named = written | {"properties": {"name": name} | written["properties"], "required": ["name"]}
    return any_of(_named("regime"), named)


def _axis(value: Schema) -> Schema:
    """Return the schema of values that are varied: a list of what may be set, or what lies between two ends."""
    return any_of({"type": "array", "minItems": 1, "items": value}, {"$ref": "#/definitions/between"})


def _between() -> Schema:
    """Return the schema of a spacing, a range or a distribution."""
    spacings = [mapping({word: _tuple(_NUMBER, _NUMBER, _COUNT)}, word) for word in _LISTED]
    ranges = [mapping({word: _tuple(_NUMBER, _NUMBER)}, word) for word in _RANGES]
    return any_of(*spacings, *ranges, reference(Distribution))


def _design(record: Any) -> Schema:
    word = get_args(record.model_fields["kind"].annotation)[0]
    written = {"allOf": [reference(record), {"required": ["kind", "path"] if record is Table else ["kind"]}]}
    return {"anyOf": [{"const": word}, written]}


def _of_designs() -> list[Schema]:
    """Return what designs say of the values that are varied: only some fill ranges."""
    words = [get_args(record.model_fields["kind"].annotation)[0] for record in _LISTED_DESIGNS]
    listed = {"anyOf": [{"type": "array"}, *({"required": [word]} for word in _LISTED)]}
    between = {"type": "object", "anyOf": [{"required": [word]} for word in (*_LISTED, *_RANGES)]}
    return [
        {"if": _has_design(*words, is_default=True), "then": _varied(listed)},
        {"if": _has_design("boundary"), "then": _varied(between)},
        {"if": _has_design("table"), "then": {"properties": {"vary": {"anyOf": [{"maxProperties": 0}, _NULL]}}}},
    ]


def _has_design(*words: str, is_default: bool = False) -> Schema:
    kind = {"enum": list(words)}
    written = {"type": "object", "required": ["kind"], "properties": {"kind": kind}}
    condition: Schema = {"properties": {"design": any_of(kind, written)}}
    return condition if is_default else condition | {"required": ["design"]}


def _varied(value: Schema) -> Schema:
    return {"properties": {"vary": {"additionalProperties": value}}}


def _tuple(*items: Schema) -> Schema:
    return {"type": "array", "items": list(items), "minItems": len(items), "maxItems": len(items)}


def _whole(key: str) -> Schema:
    lower, upper = LIMITS[key]
    whole = {"type": "integer", "minimum": lower, "maximum": upper}
    return _or_null(whole) if Study.model_fields[key].default is None else whole


def _said_of_fields() -> dict[str, str]:
    """Return what the docstring of a study says of each field, whose names stand before the text."""
    lines = inspect.cleandoc(Study.__doc__ or "").partition("Parameters\n----------\n")[2]
    entries = re.findall(r"^(\w[\w, ]*)\n((?: +.*\n)+)", lines.partition("\nRaises\n")[0] + "\n", re.MULTILINE)
    return {name: " ".join(text.replace("`", "").split()) for names, text in entries for name in names.split(", ")}


def _or_null(schema: Schema) -> Schema:
    return any_of(schema, _NULL)
