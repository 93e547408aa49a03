"""Words in which mistakes in the input are refused: *key must be what, got what*, one line per mistake.

Validation finds where a mistake stands; this file says it in the user's keys.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

LONGEST_VALUE = 60

# names less alike are no misspelling of each other; a key of another part must be more alike than a neighbour
_ALIKE, _ALIKE_ELSEWHERE = 0.6, 0.7

#: Stands in a key for the number of an entry of a list.
ANY_ENTRY = "[]"

_REQUIREMENTS = {
    "model_type": "a mapping of keys to values",
    "model_attributes_type": "a mapping of keys to values",
    "dict_type": "a mapping of keys to values, or null",
    "bool_type": "true or false",
    "string_type": "text",
    "string_too_short": "text of at least {min_length} character(s)",
    "string_too_long": "text of at most {max_length} characters",
    "literal_error": "{expected}",
}


#: Place of a field in a record, what the field must be, and the value that it has.
Mistake = tuple[tuple[str | int, ...], str, object]


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
    return refusals_at([((field,), requirement, value)])


def refusals_at(mistakes: Iterable[Mistake]) -> ValidationError:
    """Return the error of several fields of such a record."""
    details = [InitErrorDetails(type=refusal(needed), loc=place, input=value) for place, needed, value in mistakes]
    return ValidationError.from_exception_data("refused", details)


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
    general = _of_any_entry(key)
    if general in _declared_keys(model):
        return f"{key} cannot be set alone: set {general.partition(ANY_ENTRY)[0]} as a whole"
    nearest = nearest_key(general, _declared_keys(model))
    if nearest is None:
        return f"{key} is not a known key"
    part, _, last = nearest.rpartition(".")
    if part and part == general.rpartition(".")[0]:
        nearest = f"{key.rpartition('.')[0]}.{last}"
    return f"{key} is not a known key; did you mean {nearest}?"


def nearest_key(key: str, known: Iterable[str]) -> str | None:
    """Return the known key most like ``key``: a neighbour in the same part if any is like it, else any.

    Only the last names are compared: long equal beginnings would make every key of a part look alike. Of keys
    with the same last name it is the one in the fewest parts.
    """
    keys = sorted(known, key=lambda other: (other.count("."), other))
    part, _, last = key.rpartition(".")
    siblings = [other for other in keys if other.rpartition(".")[0] == part]
    for pool, alike in ((siblings, _ALIKE), (keys, _ALIKE_ELSEWHERE)):
        by_last = {other.rpartition(".")[2]: other for other in reversed(pool)}
        if close := difflib.get_close_matches(last, by_last, n=1, cutoff=alike):
            return by_last[close[0]]
    return None


def shortened(value: object) -> str:
    """Return ``value`` on one line, cut at 60 characters; text in quotes, to tell "1" from 1."""
    plain = value.model_dump() if isinstance(value, BaseModel) else value
    written = "null" if plain is None else " ".join(repr(plain).split())
    return written if len(written) <= LONGEST_VALUE else written[: LONGEST_VALUE - 3] + "..."


@lru_cache
def known_keys(model: type[BaseModel]) -> frozenset[str]:
    """Return every dotted key of ``model`` that can be set: parts and leaves, and those of every kind of a part.

    Keys inside a list are not among them: a list is set as a whole.
    """
    return frozenset(key for key in _declared_keys(model) if ANY_ENTRY not in key)


def walk(model: type[BaseModel], part: str = "") -> Iterator[tuple[str, type[BaseModel], str]]:
    """Yield (dotted key, record it stands in, field of the record), a part before its own keys.

    Keys of the entries of a list are written with ``[]``: ``regime.schedule.rows[].rate``.
    """
    for name, field in model.model_fields.items():
        yield part + name, model, name
        for branch in branches(field.annotation):
            yield from walk(branch, f"{part}{name}.")
        for entry in entries(field.annotation):
            yield from walk(entry, f"{part}{name}{ANY_ENTRY}.")


def branches(annotation: Any) -> tuple[type[BaseModel], ...]:
    """Return the records that a field of this type may hold as a part of the parameters.

    A record marked ``is_value`` is no part, as a distribution, which stands for a number.
    """
    if get_origin(annotation) is tuple:
        return ()
    return _records(get_args(annotation) or (annotation,))


def entries(annotation: Any) -> tuple[type[BaseModel], ...]:
    """Return the record that each entry is, if a field of this type holds a list of records."""
    return _records(get_args(annotation)[:1]) if get_origin(annotation) is tuple else ()


def _records(options: Iterable[Any]) -> tuple[type[BaseModel], ...]:
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


@lru_cache
def _declared_keys(model: type[BaseModel]) -> frozenset[str]:
    return frozenset(key for key, _, _ in walk(model))


def _of_any_entry(key: str) -> str:
    return re.sub(r"\[\d+\]", ANY_ENTRY, key)


def _sentence(detail: ErrorDetails, model: type[BaseModel]) -> str:
    place, value = detail["loc"], detail["input"]
    if detail["type"] in ("extra_forbidden", "invalid_key"):
        # the last name is a key even if it is a number
        return _foreign_key(_dotted(*place[:-1], str(place[-1])), model)
    key = _dotted(*place)
    return f"{key or f'the {model.__name__.lower()}'} must be {_requirement(detail)}, got {shortened(value)}"


def _dotted(*place: str | int) -> str:
    """Return a place as a key is written: names after dots, numbers of entries in brackets."""
    return "".join(f"[{name}]" if isinstance(name, int) else f".{name}" for name in place).removeprefix(".")


def _requirement(detail: ErrorDetails) -> str:
    context = detail.get("ctx", {})
    if detail["type"] == "refused":
        return str(context["requirement"])
    if detail["type"] in _REQUIREMENTS:
        return _REQUIREMENTS[detail["type"]].format(**context).replace("'", "")
    return f"valid ({detail['msg']})"


def _foreign_key(key: str, model: type[BaseModel]) -> str:
    if _of_any_entry(key) not in _declared_keys(model):
        return unknown_key(key, model)
    part, _, last = key.rpartition(".")
    owners = [record for other, record, _ in walk(model) if other == key]
    admitting = " or ".join(kinds(owners))
    return f"{part}.kind must be {admitting} for {key} to be set: set {part}.kind too, or leave {last} out"
