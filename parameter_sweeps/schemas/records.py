"""JSON schemas of the records of a scenario, as a YAML file may have them.

Draft 7, since every editor knows it: a ``$ref`` there has no neighbours, and definitions stand under ``definitions``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel

from models.parameters import Parameter, parameter_of
from models.refusals import ANY_ENTRY, branches, entries, walk
from models.scenario import Scenario
from models.schedule_parameters import Unwatched
from models.written import INFINITY_AS_TEXT, listed

Schema = dict[str, Any]

DRAFT = "http://json-schema.org/draft-07/schema#"
_REFERENCE = "#/definitions/{model}"
#: A number beyond the largest float is infinite.
_LARGEST = sys.float_info.max
#: Keys that a record takes in and drops: nobody is watched at the rate 0.
_ADMITTED: dict[type[BaseModel], Schema] = {Unwatched: {"rate": {"const": 0}}}
#: Of each parameter's schema; they go into its description, which is what editors show.
_FACTS = ("unit", "symbol", "neutral", "built", "title")


def definitions(*models: type[BaseModel]) -> dict[str, Schema]:
    """Return the schemas of records and of all that they hold, by the names of their classes."""
    found: dict[str, Schema] = {}
    for model in models:
        written = model.model_json_schema(ref_template=_REFERENCE)
        found |= written.pop("$defs", {})
        found[model.__name__] = written
    for record in _records(*models):
        schema = found[record.__name__]
        for name in record.model_fields:
            schema["properties"][name] = _field(record, name, schema["properties"][name])
        schema["properties"] |= _ADMITTED.get(record, {})
    return {name: _drawn(schema) for name, schema in sorted(found.items())}


def reference(model: type[BaseModel]) -> Schema:
    """Return the schema that stands for a record."""
    return {"$ref": _REFERENCE.format(model=model.__name__)}


def scenario_values() -> dict[str, Schema]:
    """Return what each dotted key of a scenario may be set to; of a key that several kinds have, what any may."""
    found: dict[str, list[Schema]] = {}
    for key, record, name in walk(Scenario):
        if ANY_ENTRY not in key:
            found.setdefault(key, []).append({"$ref": f"{reference(record)['$ref']}/properties/{name}"})
    return {key: any_of(*options) for key, options in found.items()}


def named_values() -> dict[str, Schema]:
    """Return the definitions that `value_of` refers to."""
    return {_value_name(key): value for key, value in scenario_values().items()}


def value_of(key: str) -> Schema:
    """Return the schema that stands for what a dotted key may be set to."""
    return {"$ref": f"#/definitions/{_value_name(key)}"}


def _value_name(key: str) -> str:
    return f"value.{key}"


def group_values() -> Schema:
    """Return the schema of what a group of agents sets: parts may be given in part, since they are not replaced."""
    parts = {key.rpartition(".")[0] for key in scenario_values()}
    of_agents = {key: value for key, value in scenario_values().items() if key.startswith("agents.")}
    values = {key: {"type": ["object", "null"]} if key in parts else value for key, value in of_agents.items()}
    return mapping(values | {"agents": {"type": "object"}})


def any_of(*options: Schema) -> Schema:
    """Return the schema of what any of some schemas admits."""
    return options[0] if len(options) == 1 else {"anyOf": list(options)}


def mapping(properties: dict[str, Schema], *required: str, about: str = "") -> Schema:
    """Return the schema of a mapping that has no other keys."""
    schema: Schema = {"type": "object", "additionalProperties": False, "properties": properties}
    return schema | ({"required": list(required)} if required else {}) | ({"description": about} if about else {})


def _records(*models: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Yield the records themselves and each that stands in them, once."""
    yield from dict.fromkeys([*models, *(record for model in models for _, record, _ in walk(model))])


def _field(record: type[BaseModel], name: str, schema: Schema) -> Schema:
    annotation = record.model_fields[name].annotation
    parameter = parameter_of(record, name)
    if parameter is not None and parameter.numeric:
        schema = _number(parameter, schema)
    if parameter is not None:
        schema = schema | {"description": _hover(parameter)}
    kinds = [] if entries(annotation) else branches(annotation)
    if len(kinds) > 1:
        null = [{"type": "null"}] if type(None) in get_args(annotation) else []
        schema = schema | {"anyOf": [*(_of_kind(kind, is_default=kind is kinds[0]) for kind in kinds), *null]}
    return schema


def _number(parameter: Parameter, schema: Schema) -> Schema:
    """Return the schema of a number that is finite unless it may be infinite, and whole if it must be."""
    if not parameter.infinity:
        no_end = parameter.le is None and parameter.lt is None
        return schema | ({"maximum": _LARGEST} if no_end else {})
    if not parameter.whole:
        return schema
    whole_or_not = [{"type": "integer"}, {"type": "number", "exclusiveMinimum": _LARGEST}]
    return schema | {"anyOf": [*whole_or_not, {"const": INFINITY_AS_TEXT}]}


def _of_kind(record: type[BaseModel], is_default: bool) -> Schema:
    """Return the schema of a record among others: without its kind written it is of the first kind."""
    return reference(record) if is_default else {"allOf": [reference(record), {"required": ["kind"]}]}


def _hover(parameter: Parameter) -> str:
    facts = [fact for fact in (parameter.unit, parameter.symbol) if fact]
    facts += [f"neutral: {listed([parameter.neutral])}"] if parameter.numeric else []
    return f"{parameter.description} ({'; '.join(facts)})" if facts else parameter.description


def _drawn(schema: Any) -> Any:
    """Return a schema without what editors do not read, and without neighbours of references."""
    if isinstance(schema, list):
        return [_drawn(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {name: _part(name, part) for name, part in schema.items() if name not in _FACTS}
    return {"allOf": [{"$ref": kept.pop("$ref")}]} | kept if "$ref" in kept and len(kept) > 1 else kept


def _part(keyword: str, part: Any) -> Any:
    # below this keyword stand names of keys, one of which may be that of a fact
    return {key: _drawn(value) for key, value in part.items()} if keyword == "properties" else _drawn(part)
