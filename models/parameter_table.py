"""The declared parameters of a record as a table, and what is known about each by its dotted key."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal, NamedTuple, get_args, get_origin

from pydantic import BaseModel

from models.parameters import Parameter, parameter_of
from models.refusals import walk
from models.written import listed


class ParameterRow(NamedTuple):
    """One row of the table; ``built`` is False where only the neutral value is built yet."""

    key: str
    symbol: str
    unit: str
    range: str
    default: Any
    neutral: Any
    description: str
    built: bool


class Declaration(NamedTuple):
    """What is known about a parameter, its default, and its choices where it has some."""

    parameter: Parameter
    default: Any
    choices: tuple[Any, ...]


@lru_cache
def declarations(model: type[BaseModel]) -> dict[str, Declaration]:
    """Return the declaration of each parameter by dotted key, in order.

    Those of the entries of a list stand under a key with ``[]``, as ``regime.schedule.rows[].rate``. Where several
    kinds of a part have the key, it is that of the first, with the choices of all.
    """
    found: dict[str, Declaration] = {}
    for key, record, name in walk(model):
        if (parameter := parameter_of(record, name)) is None:
            continue
        field = record.model_fields[name]
        choices = get_args(field.annotation) if get_origin(field.annotation) is Literal else ()
        first = found.get(key, Declaration(parameter, field.default, ()))
        found[key] = first._replace(choices=first.choices + choices)
    return found


def table(model: type[BaseModel]) -> list[ParameterRow]:
    """Return one row per parameter of ``model``."""
    return [_row(key, declaration) for key, declaration in declarations(model).items()]


def _row(key: str, declaration: Declaration) -> ParameterRow:
    parameter = declaration.parameter
    return ParameterRow(
        key=key,
        symbol=parameter.symbol,
        unit=parameter.unit,
        range=_range(declaration),
        default=declaration.default,
        neutral=parameter.neutral,
        description=parameter.description,
        built=parameter.built is not False,
    )


def _range(declaration: Declaration) -> str:
    parameter, choices = declaration.parameter, declaration.choices
    if parameter.requirement:
        return parameter.requirement
    if not choices:
        return listed([True, False]) if isinstance(declaration.default, bool) else "text"
    built = parameter.built_values or choices
    unbuilt = [value for value in choices if value not in built]
    return listed(choices) if not unbuilt else f"{listed(built)} (not built yet: {listed(unbuilt)})"
