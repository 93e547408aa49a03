"""Words in which mistakes in the input are refused: *key must be what, got what*, one line per mistake.

Validation finds where a mistake stands; this file says it in the user's keys.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

LONGEST_VALUE = 60

_REQUIREMENTS = {
    "model_type": "a mapping of keys to values",
    "model_attributes_type": "a mapping of keys to values",
    "dict_type": "a mapping of keys to values, or null",
    "string_type": "text",
    "string_too_short": "text of at least {min_length} character(s)",
    "string_too_long": "text of at most {max_length} characters",
    "literal_error": "{expected}",
}


class InputError(ValueError):
    """A user's mistakes, one sentence each.

    Parameters
    ----------
    messages
        One line per mistake, each with its place, what is expected there and what was found.
    """

    def __init__(self, messages: Iterable[str]) -> None:
        self.messages = list(messages)
        super().__init__(self.messages)

    def __str__(self) -> str:
        return "\n".join(self.messages)


def refusal(requirement: str) -> PydanticCustomError:
    """Return the error of a value that is not ``requirement``, a phrase that follows *must be*."""
    # the phrase travels as context because braces in it would be taken for a template
    return PydanticCustomError("refused", "must be {requirement}", {"requirement": requirement})


def refusal_at(field: str, requirement: str, value: object) -> ValidationError:
    """Return the error of ``field`` of a record whose fields are right one by one, but not together."""
    detail = InitErrorDetails(type=refusal(requirement), loc=(field,), input=value)
    return ValidationError.from_exception_data("refused", [detail])


def explain_errors(error: ValidationError, model: type[BaseModel], where: str = "") -> InputError:
    """Return one sentence per mistake, in the user's own keys.

    Parameters
    ----------
    error
        What validation against ``model`` raised.
    model
        The record that was validated, whose keys are suggested for misspelt ones.
    where
        File or other place the values came from, put before each sentence; may be empty.
    """
    place = f"{where}: " if where else ""
    found = error.errors(include_url=False)
    return InputError(dict.fromkeys(place + _sentence(detail, model) for detail in found))


def unknown_key(key: str, model: type[BaseModel]) -> str:
    """Return the sentence that refuses ``key``, with the nearest key of ``model`` if there is a near one."""
    nearest = nearest_key(key, known_keys(model))
    suggestion = f"; did you mean {nearest}?" if nearest else ""
    return f"{key} is not a known key{suggestion}"


def nearest_key(key: str, known: Iterable[str]) -> str | None:
    """Return the known key most like ``key``: a neighbour in the same part if any is like it, else any.

    Only the last names are compared: long equal beginnings would make every key of a part look alike.
    """
    keys = sorted(known)
    part, _, last = key.rpartition(".")
    siblings = [other for other in keys if other.rpartition(".")[0] == part]
    for pool in (siblings, keys):
        by_last = {other.rpartition(".")[2]: other for other in reversed(pool)}
        if close := difflib.get_close_matches(last, by_last, n=1):
            return by_last[close[0]]
    return None


def shortened(value: object) -> str:
    """Return ``value`` on one line, cut at 60 characters; text in quotes, to tell "1" from 1."""
    written = "null" if value is None else " ".join(repr(value).split())
    return written if len(written) <= LONGEST_VALUE else written[: LONGEST_VALUE - 3] + "..."


@lru_cache
def known_keys(model: type[BaseModel]) -> frozenset[str]:
    """Return every dotted key of ``model``: parts and leaves, and those of every kind of a part."""
    return frozenset(key for key, _, _ in walk(model))


def walk(model: type[BaseModel], part: str = "") -> Iterator[tuple[str, type[BaseModel], str]]:
    """Yield (dotted key, record it stands in, field of the record), a part before its own keys."""
    for name, field in model.model_fields.items():
        yield part + name, model, name
        for branch in branches(field.annotation):
            yield from walk(branch, f"{part}{name}.")


def branches(annotation: Any) -> tuple[type[BaseModel], ...]:
    """Return the records that a field of this type may hold as a part of the parameters.

    A record marked ``is_value`` is no part, as a distribution, which stands for a number.
    """
    options = get_args(annotation) or (annotation,)
    records = [option for option in options if isinstance(option, type) and issubclass(option, BaseModel)]
    return tuple(record for record in records if not getattr(record, "is_value", False))


def records_at(key: str, model: type[BaseModel]) -> tuple[type[BaseModel], ...]:
    """Return the records that the part ``key`` of ``model`` may be."""
    for other, record, name in walk(model):
        if other == key:
            return branches(record.model_fields[name].annotation)
    return ()


def kinds(records: Iterable[type[BaseModel]]) -> list[Any]:
    """Return what may be written for ``kind`` in any of ``records``."""
    return [kind for record in records for kind in get_args(record.model_fields["kind"].annotation)]


def record_of_kind(records: Iterable[type[BaseModel]], kind: object) -> type[BaseModel] | None:
    """Return the record among ``records`` whose field ``kind`` admits ``kind``, or None."""
    return next((record for record in records if kind in kinds([record])), None)


def _sentence(detail: ErrorDetails, model: type[BaseModel]) -> str:
    key = ".".join(str(name) for name in detail["loc"])
    value = detail["input"]
    if detail["type"] in ("extra_forbidden", "invalid_key"):
        return _foreign_key(key, model)
    return f"{key or f'the {model.__name__.lower()}'} must be {_requirement(detail)}, got {shortened(value)}"


def _requirement(detail: ErrorDetails) -> str:
    context = detail.get("ctx", {})
    if detail["type"] == "refused":
        return str(context["requirement"])
    if detail["type"] in _REQUIREMENTS:
        return _REQUIREMENTS[detail["type"]].format(**context).replace("'", "")
    return f"valid ({detail['msg']})"


def _foreign_key(key: str, model: type[BaseModel]) -> str:
    if key not in known_keys(model):
        return unknown_key(key, model)
    part, _, last = key.rpartition(".")
    owners = [record for other, record, _ in walk(model) if other == key]
    admitting = " or ".join(kinds(owners))
    return f"{part}.kind must be {admitting} for {key} to be set: set {part}.kind too, or leave {last} out"
