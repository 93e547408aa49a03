"""JSON schema of what a study's file may say of its figure."""

from __future__ import annotations

from typing import Any

from analysis.figures import options
from analysis.figures.kinds import KINDS
from analysis.figures.options import Check, Option
from analysis.style import WIDTHS
from parameter_sweeps.schemas.records import any_of, mapping
from parameter_sweeps.schemas.scenarios import ANY_MEASURE
from parameter_sweeps.support_conditions import REFERENCES

Schema = dict[str, Any]


def figure_schema() -> Schema:
    """Return the schema of what stands at ``figure``: the name of a kind, or a kind and its options."""
    checked = _checked()
    written = [_written(name, checked) for name in KINDS]
    return any_of({"enum": [*KINDS]}, *written, {"type": "null"})


def _written(name: str, checked: dict[Check, Schema]) -> Schema:
    kind = KINDS[name]
    keys = {option: _option(known, checked) for option, known in kind.options.items()}
    needed = [option for option, known in kind.options.items() if known.needed]
    return mapping({"kind": {"const": name}} | keys, "kind", *needed, about=kind.about)


def _option(known: Option, checked: dict[Check, Schema]) -> Schema:
    return checked[known.check] | {"description": known.about}


def _checked() -> dict[Check, Schema]:
    """Return what each check of an option admits, as far as it can be told without the study."""
    return {
        options.is_measure: ANY_MEASURE,
        options.are_measures: any_of(ANY_MEASURE, {"type": "array", "minItems": 1, "items": ANY_MEASURE}),
        options.is_axis: {"type": "string"},
        options.is_numeric_axis: {"type": "string"},
        options.is_selection: {"type": "object"},
        options.is_flag: {"type": "boolean"},
        options.is_number: {"type": "number"},
        options.is_text: {"type": "string"},
        options.is_width: {"enum": [*WIDTHS]},
        options.is_reference: {"enum": [*REFERENCES]},
        options.is_better: {"enum": ["low", "high"]},
        options.is_level: {"type": ["string", "number"]},
    }
