"""Cells from a table: a CSV file whose header has the dotted keys, and whose rows are the cells."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

from models.refusals import InputError, shortened
from models.scenario import Scenario
from parameter_sweeps.axes import MAXIMAL_MISTAKES, admitted, key_conflicts
from parameter_sweeps.canonical import canonical_json, strict
from parameter_sweeps.design_kinds import Boundary, Table
from parameter_sweeps.yaml_loader import LONGEST_KEY, parse_yaml, printable

# whatever else is written is left to the reader of YAML: 010, 1_000, inf, words, mappings
_WHOLE = re.compile(r"[+-]?(0|[1-9]\d*)")
_DECIMAL = re.compile(r"[+-]?(0|[1-9]\d*)(\.\d*)?([eE][+-]?\d+)?")


def table_columns(scenario: Scenario, table: Table | Boundary) -> dict[str, tuple[Any, ...]]:
    """Return the columns of a table by key, in the form in which the scenario keeps the values.

    A field is written as a value in a YAML file: a number, a word, or ``{kind: binary, accuracy: 0.9}`` in quotes.

    Raises
    ------
    InputError
        For a header that is wrong, rows of another length, repeated rows, and values that are refused.
    """
    place = printable(table.path or "design")
    header, *rows = table.rows
    keys = [key.strip() for key in header]
    if mistakes := list(_of_shape(keys, rows)):
        raise InputError(f"{place}: {mistake}" for mistake in _first(mistakes))
    written = _written(place, keys, rows)
    columns, messages = {}, []
    for key, values in written.items():
        try:
            columns[key] = _kept(scenario, key, values)
        except InputError as error:
            messages += [f"{place}: {message.removeprefix('vary: ')}" for message in error.messages]
    messages = messages or [f"{place}: {mistake}" for mistake in _repeated(columns)]
    if messages:
        raise InputError(messages)
    return columns


def _of_shape(keys: list[str], rows: list[list[str]]) -> Iterator[str]:
    if not all(_is_key(key) for key in keys) or len({*keys}) < len(keys):
        yield f"the header must be dotted keys, each once, got {shortened(keys)}"
        return
    yield from (sentence.removeprefix("vary.") for sentence in key_conflicts((), keys))
    if not rows:
        yield "the table must have at least one row, got none"
    for number, row in enumerate(rows, start=1):
        if len(row) != len(keys):
            yield f"row {number} must have {len(keys)} fields, got {len(row)}"


def _is_key(text: str) -> bool:
    return 0 < len(text) <= LONGEST_KEY and text.isprintable()


def _written(place: str, keys: list[str], rows: list[list[str]]) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {key: [] for key in keys}
    mistakes = []
    for number, row in enumerate(rows, start=1):
        for key, text in zip(keys, row, strict=True):
            try:
                columns[key].append(_value(text))
            except InputError:
                got = shortened(text) if text.strip() else "nothing"
                mistakes.append(f"{place}: {key} in row {number} must be a value as in a YAML file, got {got}")
    if mistakes:
        raise InputError(_first(mistakes))
    return columns


def _first(mistakes: list[str]) -> list[str]:
    rest = len(mistakes) - MAXIMAL_MISTAKES
    return mistakes if rest <= 0 else [*mistakes[:MAXIMAL_MISTAKES], f"... and {rest} more"]


def _value(text: str) -> Any:
    plain = text.strip()
    if _WHOLE.fullmatch(plain):
        return int(plain)
    if _DECIMAL.fullmatch(plain):
        return float(plain)
    if plain in ("inf", ".inf"):
        return math.inf
    value = parse_yaml(plain)
    if value is None and plain != "null":
        raise InputError(["a field must be a value, got nothing"])
    return value


def _kept(scenario: Scenario, key: str, values: list[Any]) -> tuple[Any, ...]:
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        # the values that a parameter may have are an interval of whole or of all numbers: these speak for the others
        broken = [value for value in values if isinstance(value, float) and math.isfinite(value)]
        kept = admitted(scenario, {key: sorted({min(values), max(values), *broken[:1]})})[key]
        whole = any(isinstance(value, int) for value in kept)
        return tuple(int(value) if whole and math.isfinite(value) else float(value) for value in values)
    texts = [canonical_json(strict(value)) for value in values]
    distinct = dict(zip(texts, values, strict=True))
    by_text = dict(zip(distinct, admitted(scenario, {key: list(distinct.values())})[key], strict=True))
    return tuple(by_text[text] for text in texts)


def _repeated(columns: dict[str, tuple[Any, ...]]) -> list[str]:
    seen: dict[str, int] = {}
    mistakes = []
    for number, row in enumerate(zip(*columns.values(), strict=True), start=1):
        text = canonical_json(strict(row))
        if text in seen:
            mistakes.append(f"row {number} must be another than row {seen[text]}, got the same values")
        seen.setdefault(text, number)
    return _first(mistakes)
