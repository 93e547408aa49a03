"""A calibration in a file: what is fitted to which measured rates, and what each prompt is taken to move.

Split and mapping are data, so that they can be fixed, and looked at, before anything is fitted.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.refusals import InputError, known_keys, nearest_key, shortened, unknown_key
from models.scenario import Scenario
from parameter_sweeps.axes import is_whole
from parameter_sweeps.yaml_loader import read_yaml

MOST_PARAMETERS = 8
DEFAULT = "default"
#: Keys of a file, each of which is needed.
KEYS = (
    "name", "claim", "data", "base", "parameters", "wordings", "variations", "other_models", "scopes", "training",
    "error",
)  # fmt: skip
SCOPES, HALVES = ("same_model", "all_models"), ("odd", "even")
#: As digits of other scripts are none.
_NUMBER = re.compile("[0-9]{1,9}")
ERRORS = ("mean_absolute", "root_mean_square", "deviance_per_rate")


@dataclass(frozen=True)
class SearchedRange:
    """Ends of the range in which a parameter is looked for, and whether equal steps are equal ratios."""

    low: float
    high: float
    is_logarithmic: bool


@dataclass(frozen=True)
class CalibrationFile:
    """What a calibration's file says.

    Attributes
    ----------
    name, claim : str
    data : Path
        File of the measured rates.
    base : Scenario
    parameters : dict of SearchedRange
        Free parameters by name.
    wordings : dict of dict
        What each wording sets: by dotted key a value, or the name of a free parameter.
    variations : dict of tuple of str
        Wordings beside the default, by number of the variation.
    other_models : frozenset of int
        Variations that were put to another language model.
    scopes : tuple of str
        ``same_model`` leaves these out; ``all_models`` does not.
    training : {"odd", "even"}
        Variations that are fitted to; the others are predicted.
    error : str
        What predictions are judged by.
    """

    name: str
    claim: str
    data: Path
    base: Scenario
    parameters: dict[str, SearchedRange]
    wordings: dict[str, dict[str, Any]]
    variations: dict[int, tuple[str, ...]]
    other_models: frozenset[int]
    scopes: tuple[str, ...]
    training: str
    error: str

    def is_training(self, variation: int) -> bool:
        """Tell whether a variation is fitted to."""
        return variation % 2 == (1 if self.training == "odd" else 0)

    def settings_of(self, variation: int) -> dict[str, Any]:
        """Return what the prompt of a variation sets: the default, then each wording over it."""
        settings = dict(self.wordings[DEFAULT])
        for wording in self.variations.get(variation, ()):
            settings |= self.wordings[wording]
        return settings

    @classmethod
    def from_file(cls, path: Path) -> CalibrationFile:
        """Return what a file says; an `InputError` with one sentence per mistake, each with the file and the key."""
        return cls.from_mapping(read_yaml(path), str(path), path.parent)

    @classmethod
    def from_mapping(cls, mapping: object, where: str = "calibration", folder: Path = Path()) -> CalibrationFile:
        """Return the calibration written in a mapping.

        Parameters
        ----------
        mapping
            As a file has it.
        where
            Name of that file, put before each message.
        folder
            Where the path of its data starts.

        Raises
        ------
        InputError
            With one sentence per mistake.
        """
        reader = _Reader(mapping, where)
        base = Scenario.from_mapping(reader.part("base"), f"{where}: base")
        parameters = reader.parameters()
        wordings = reader.wordings(base, parameters)
        found = cls(
            name=reader.text("name"),
            claim=reader.text("claim"),
            data=folder / reader.text("data"),
            base=base,
            parameters=parameters,
            wordings=wordings,
            variations=reader.variations(wordings),
            other_models=frozenset(reader.numbers("other_models")),
            scopes=reader.scopes(),
            training=reader.one_of("training", HALVES),
            error=reader.one_of("error", ERRORS),
        )
        reader.refuse()
        return found


class _Reader:
    """Reads the parts of a mapping, and keeps what is wrong with them."""

    def __init__(self, mapping: object, where: str) -> None:
        self._where = where
        self.mistakes: list[str] = []
        if not isinstance(mapping, Mapping):
            raise InputError(
                [f"{where}: the calibration must be a mapping of keys to values, got {shortened(mapping)}"]
            )
        self._written = mapping
        for key in mapping:
            if key not in KEYS:
                nearest = nearest_key(str(key), KEYS)
                self.mistakes.append(f"{key} is not a known key" + (f"; did you mean {nearest}?" if nearest else ""))
        self.mistakes += [f"{key} must be given, got nothing" for key in KEYS if key not in mapping]
        self.refuse()

    def refuse(self) -> None:
        if self.mistakes:
            raise InputError(f"{self._where}: {mistake}" for mistake in self.mistakes)

    def _must(self, key: str, needed: str, got: object) -> None:
        self.mistakes.append(f"{key} must be {needed}, got {shortened(got)}")

    def part(self, key: str) -> Mapping[Any, Any]:
        value = self._written[key]
        if not isinstance(value, Mapping):
            self._must(key, "a mapping of keys to values", value)
            return {}
        return value

    def text(self, key: str) -> str:
        value = self._written[key]
        if not isinstance(value, str) or not value.strip():
            self._must(key, "text", value)
        return str(value)

    def one_of(self, key: str, allowed: tuple[str, ...]) -> str:
        value = self._written[key]
        if value not in allowed:
            self._must(key, " or ".join(allowed), value)
        return str(value)

    def numbers(self, key: str) -> list[int]:
        value = self._written[key]
        if not isinstance(value, list) or not all(is_whole(entry) for entry in value):
            self._must(key, "a list of numbers of variations", value)
            return []
        return value

    def scopes(self) -> tuple[str, ...]:
        value = self._written["scopes"]
        if not isinstance(value, list) or not value or not all(entry in SCOPES for entry in value):
            self._must("scopes", f"a list of {' and '.join(SCOPES)}, or of one of them", value)
            return ()
        return tuple(value)

    def parameters(self) -> dict[str, SearchedRange]:
        written = self.part("parameters")
        if not 1 <= len(written) <= MOST_PARAMETERS:
            self._must("parameters", f"a mapping of 1 to {MOST_PARAMETERS} names to ranges", len(written))
        found = {}
        for name, ends in written.items():
            if (searched := _range(ends)) is None:
                needed = "{from: low, to: high}, two finite numbers, or with spaced: log, both above 0"
                self._must(f"parameters.{name}", needed, ends)
            else:
                found[str(name)] = searched
        return found

    def wordings(self, base: Scenario, parameters: Mapping[str, SearchedRange]) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {DEFAULT: {}}
        for name, settings in self.part("wordings").items():
            if not isinstance(settings, Mapping):
                self._must(f"wordings.{name}", "a mapping of keys to values", settings)
                continue
            found[str(name)] = dict(settings)
            self._try(f"wordings.{name}", settings, base, parameters)
        return found

    def _try(
        self, place: str, settings: Mapping[Any, Any], base: Scenario, parameters: Mapping[str, SearchedRange]
    ) -> None:
        for key, value in settings.items():
            if key not in known_keys(Scenario):
                self.mistakes.append(f"{place}: {unknown_key(str(key), Scenario)}")
                continue
            searched = parameters.get(value) if isinstance(value, str) else None
            for tried in (value,) if searched is None else (searched.low, searched.high):
                try:
                    base.with_values({key: tried})
                except InputError as error:
                    self.mistakes += [f"{place}: {message}" for message in error.messages]

    def variations(self, wordings: Mapping[str, Any]) -> dict[int, tuple[str, ...]]:
        found: dict[int, tuple[str, ...]] = {}
        for number, names in self.part("variations").items():
            if not _NUMBER.fullmatch(str(number)) or not isinstance(names, list):
                self._must(f"variations.{number}", "the number of a variation and a list of wordings", names)
                continue
            for name in names:
                if not isinstance(name, str) or name not in wordings:
                    self._must(f"variations.{number}", f"a list of wordings ({', '.join(wordings)})", name)
            found[int(number)] = tuple(names)
        return found


def _range(written: object) -> SearchedRange | None:
    if not isinstance(written, Mapping) or not {"from", "to"} <= set(written) <= {"from", "to", "spaced"}:
        return None
    low, high, spaced = written["from"], written["to"], written.get("spaced", "evenly")
    for end in (low, high):
        if isinstance(end, bool) or not isinstance(end, int | float) or not math.isfinite(end):
            return None
    is_logarithmic = spaced == "log"
    if spaced not in ("evenly", "log") or not low < high or (is_logarithmic and low <= 0.0):
        return None
    return SearchedRange(float(low), float(high), is_logarithmic)
