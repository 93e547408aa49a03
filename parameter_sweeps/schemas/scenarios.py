"""JSON schemas of the files of scenarios and of regimes."""

from __future__ import annotations

from models.regime_parameters import Regime
from models.scenario import Scenario
from parameter_sweeps.regime_file import WrittenRegime
from parameter_sweeps.schemas.records import (
    DRAFT,
    Schema,
    any_of,
    definitions,
    group_values,
    mapping,
    reference,
)
from parameter_sweeps.support_conditions import EXACT_MEASURES


def scenario_schema() -> Schema:
    """Return the schema of a scenario's file, whose regime may be named."""
    return {"$schema": DRAFT, "title": "Scenario", **written_scenario(), "definitions": scenario_definitions()}


def regime_schema() -> Schema:
    """Return the schema of a regime's file."""
    found = definitions(WrittenRegime)
    found["Expected"] = _expected()
    return {"$schema": DRAFT, "title": "Regime", **found.pop("WrittenRegime"), "definitions": found}


def scenario_definitions() -> dict[str, Schema]:
    """Return the schemas of a scenario's records."""
    return definitions(Scenario) | {"Changes": group_values()}


def written_scenario() -> Schema:
    """Return the schema of a scenario written out, by the definitions of its parts."""
    schema = definitions(Scenario)["Scenario"]
    named = {"type": "string", "description": "A shipped regime's name, or a YAML file."}
    regime = any_of(named, reference(Regime))
    return schema | {"properties": schema["properties"] | {"regime": regime}}


#: Stands for the name of a measure; `measure_definitions` says what it is.
MEASURE: Schema = {"$ref": "#/definitions/measure"}
#: Stands for the name of a measure, or of one under the exactly best rule.
ANY_MEASURE: Schema = {"anyOf": [MEASURE, {"enum": [*EXACT_MEASURES]}]}


def measure_definitions() -> dict[str, Schema]:
    """Return the definition of the names of what a study may measure."""
    from parameter_sweeps.maps import MAP_VARIABLES
    from simulation.measures import MEASURE_NAMES

    return {"measure": {"enum": list(dict.fromkeys([*MEASURE_NAMES, *MAP_VARIABLES]))}}


def _expected() -> Schema:
    from simulation.measures import MEASURE_NAMES

    sign = {"enum": ["+", "-"], "description": "Sign of its difference from random audits."}
    return mapping({"measure": {"enum": [*MEASURE_NAMES]}, "sign": sign}, "measure", "sign")
