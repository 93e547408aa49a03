"""Tables of measured compliance rates: a CSV file, one rate a row, checked before anything is fitted.

    context      monitored (watched) or unmonitored
    rate         share of the episodes complied in, 0 to 1; or
    percent      the same in percent, 0 to 100
    n            number of episodes; or
    sem          standard error, in the unit of the rate: worth p (1 - p)/sem^2 episodes
    label        optional: what it is of
    held_out     optional: true or false; a rate that is held out is predicted, and not fitted to
    other keys   dotted keys of parameters that were set when it was measured; an empty field leaves the scenario's

A table may have both n and sem; n counts where it is given. A standard error says nothing about n at a rate of 0 or 1,
or where it is printed as 0: such a row takes the median number of episodes of the rows that tell theirs.
"""

from __future__ import annotations

import csv
import io
import math
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis.rates import CONTEXTS, Rate, effective_episodes, with_untold_episodes
from models.refusals import LONGEST_VALUE, InputError, known_keys, nearest_key, shortened
from models.scenario import Scenario
from parameter_sweeps.plain_files import plain_bytes
from parameter_sweeps.yaml_loader import parse_yaml, printable, shown

#: Largest table of rates, in bytes.
LARGEST_TABLE = 10_000_000
MOST_MISTAKES = 10
_OWN_COLUMNS = ("context", "rate", "percent", "n", "sem", "label", "held_out")
_WORDS = {"true": True, "false": False, "": False}


def read_rates(path: str | os.PathLike[str], scenario: Scenario) -> list[Rate]:
    """Return the rates of a table.

    Parameters
    ----------
    path : str or path
        A CSV file in UTF-8, with a header.
    scenario : Scenario
        The base, in which each row's settings are tried.

    Raises
    ------
    InputError
        For a file that cannot be read, missing or unknown columns, and each row that is wrong, with its number (the
        first below the header is row 1).
    """
    where = printable(str(path))
    try:
        text = plain_bytes(Path(path), LARGEST_TABLE).decode("utf-8-sig")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not in UTF-8, or no path"
        raise InputError([f"{where}: this must be a table that can be read, got {reason}"]) from None
    return rates_of_text(text, scenario, where)


def rates_of_text(text: str, scenario: Scenario, where: str = "table") -> list[Rate]:
    """Return the rates of a table given as text; otherwise as `read_rates`."""
    try:
        header, *rows = list(csv.reader(io.StringIO(text), strict=False)) or [[]]
    except csv.Error as error:
        raise InputError([f"{where}: this must be a table in CSV, got a mistake in it: {error}"]) from None
    columns = [name.strip() for name in header]
    _refuse(where, list(_mistakes_of_header(columns)))
    written = [(number, row) for number, row in enumerate(rows, start=1) if any(entry.strip() for entry in row)]
    if not written:
        raise InputError([f"{where}: the table must have at least one row, got none"])
    reader = _Reader(columns, scenario)
    read = [reader.row(number, row) for number, row in written]
    _refuse(where, reader.mistakes)
    episodes = with_untold_episodes(row.episodes for row in read)
    if episodes is None:
        needed = "n in some row, where no standard error tells how many episodes there were"
        raise InputError([f"{where}: the table must have {needed}, got none"])
    return [_with_episodes(row, count) for row, count in zip(read, episodes, strict=True)]


def _with_episodes(row: Rate, episodes: float) -> Rate:
    return Rate(row.place, row.label, row.context, row.rate, episodes, row.settings, row.held_out)


def _mistakes_of_header(columns: list[str]) -> Iterator[str]:
    for name in dict.fromkeys(name for name in columns if columns.count(name) > 1):
        yield f"the header must have each column once, got {shown(name)} {columns.count(name)} times"
    known = known_keys(Scenario)
    for name in columns:
        if name not in _OWN_COLUMNS and name not in known:
            nearest = nearest_key(name, [*_OWN_COLUMNS, *known])
            yield f"column {shown(name) or 'without a name'} is not known" + (
                f"; did you mean {nearest}?" if nearest else ""
            )
    if "context" not in columns:
        yield "the header must have the column context, got none"
    for one, other, both in (("rate", "percent", False), ("n", "sem", True)):
        if one not in columns and other not in columns:
            yield f"the header must have a column {one} or {other}, got neither"
        if one in columns and other in columns and not both:
            yield f"the header must have a column {one} or {other}, got both"


def _refuse(where: str, mistakes: list[str]) -> None:
    rest = len(mistakes) - MOST_MISTAKES
    shown = mistakes if rest <= 0 else [*mistakes[:MOST_MISTAKES], f"... and {rest} more"]
    if shown:
        raise InputError(f"{where}: {mistake}" for mistake in shown)


@dataclass
class _Reader:
    """Reads rows, and keeps what is wrong with them."""

    columns: list[str]
    scenario: Scenario
    mistakes: list[str] = field(default_factory=list)

    def row(self, number: int, entries: list[str]) -> Rate:
        place = f"row {number}"
        if len(entries) != len(self.columns):
            self.mistakes.append(f"{place} must have {len(self.columns)} fields, got {len(entries)}")
            return Rate(place, "", "monitored", 0.5, 1.0)
        fields = dict(zip(self.columns, (entry.strip() for entry in entries), strict=True))
        context = fields["context"]
        if context not in CONTEXTS:
            self.mistakes.append(f"context in {place} must be {' or '.join(CONTEXTS)}, got {shortened(context)}")
        held = self._one_of(fields.get("held_out", "").lower(), place)
        rate, episodes = self._rate_and_episodes(fields, place)
        settings = self._settings(fields, place)
        label = fields.get("label") or place
        return Rate(place, label, context, rate, episodes, settings, held)  # type: ignore[arg-type]

    def _one_of(self, text: str, place: str) -> bool:
        if text not in _WORDS:
            self.mistakes.append(f"held_out in {place} must be true or false, got {shortened(text)}")
        return _WORDS.get(text, False)

    def _rate_and_episodes(self, fields: dict[str, str], place: str) -> tuple[float, float]:
        unit, most = ("percent", 100.0) if "percent" in fields else ("rate", 1.0)
        needed = f"a number from 0 to {most:g}"
        rate = self._number(fields[unit], f"{unit} in {place}", needed, lambda x: 0.0 <= x <= most) / most
        if fields.get("n"):
            return rate, self._number(fields["n"], f"n in {place}", "a number above 0", lambda x: x > 0.0)
        if not fields.get("sem"):
            columns = " or ".join(name for name in ("n", "sem") if name in self.columns)
            self.mistakes.append(f"{columns} in {place} must be given, got nothing")
            return rate, 1.0
        needed = f"a number from 0 to {0.5 * most:g}"
        error = self._number(fields["sem"], f"sem in {place}", needed, lambda x: 0.0 <= x <= 0.5 * most)
        return rate, effective_episodes(rate, error / most)

    def _number(self, text: str, what: str, needed: str, allowed: Callable[[float], bool]) -> float:
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if math.isfinite(number) and allowed(number):
            return number
        # a number as it is written there, anything else in quotes
        is_number = math.isfinite(number) or text == "nan"
        told = text if is_number and len(text) <= LONGEST_VALUE else shortened(text)
        self.mistakes.append(f"{what} must be {needed}, got {told if text else 'nothing'}")
        return 0.25

    def _settings(self, fields: dict[str, str], place: str) -> dict[str, Any]:
        keys = [key for key in fields if key not in _OWN_COLUMNS and fields[key]]
        settings: dict[str, Any] = {}
        for key in keys:
            try:
                settings[key] = math.inf if fields[key] == "inf" else parse_yaml(fields[key])
            except InputError:
                self.mistakes.append(
                    f"{key} in {place} must be a value as in a YAML file, got {shortened(fields[key])}"
                )
        try:
            self.scenario.with_values(settings)
        except InputError as error:
            self.mistakes += [f"{place}: {message}" for message in error.messages]
        return settings
