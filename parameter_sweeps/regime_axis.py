"""Regimes as an axis: shipped names, files, or regimes written out, each known by its name in the tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from models.refusals import InputError, refusal, shortened
from models.regime_parameters import Regime
from models.scenario import Scenario
from models.written import as_json
from parameter_sweeps.catalogue import load_regime, shipped_regimes
from parameter_sweeps.factors import REGIME
from parameter_sweeps.regime_file import RegimeFile

#: Each is read, and tried in the scenario; its name is a value in tables and figures.
MOST_REGIMES, LONGEST_NAME = 200, 100


def named_regimes(written: object, folder: str | Path) -> dict[str, Regime]:
    """Return the regimes that a study lists, by name: the shipped name, the file's, or the key ``name``.

    Raises
    ------
    InputError
        With one sentence per mistake.
    """
    if isinstance(written, Mapping) and all(isinstance(regime, Regime) for regime in written.values()):
        return dict(written)
    if not isinstance(written, list | tuple):
        raise refusal("a list of regimes: shipped names, YAML files or regimes written out")
    found: dict[str, Regime] = {}
    mistakes: list[str] = []
    if len(written) > MOST_REGIMES:
        raise refusal(f"a list of at most {MOST_REGIMES} regimes")
    for number, entry in enumerate(written):
        try:
            name, regime = _named(entry, number, folder)
        except InputError as error:
            mistakes += error.messages
            continue
        if name in found:
            mistakes.append(f"regimes must be given each name once, got {shortened(name)} again")
        found[name] = regime
    if mistakes:
        raise InputError(mistakes)
    return found


def refused_regimes(scenario: Scenario, regimes: Mapping[str, Regime]) -> Iterator[str]:
    """Yield a sentence for each regime that the scenario cannot have."""
    for name, regime in regimes.items():
        try:
            scenario.with_values({REGIME: regime})
        except InputError as error:
            yield from (f"regimes: {name}: {message}" for message in error.messages)


def regimes_as_json(regimes: Mapping[str, Regime]) -> list[dict[str, Any]]:
    """Return regimes as a study lists them written out, as strict JSON holds them."""
    return [{"name": name} | as_json(regime) for name, regime in regimes.items()]


def _named(entry: object, number: int, folder: str | Path) -> tuple[str, Regime]:
    place = f"regimes[{number}]"
    if isinstance(entry, Mapping):
        rest = dict(entry)
        name = rest.pop("name", None)
        if not isinstance(name, str) or not name:
            raise InputError([f"{place}.name must be a text that names the regime, got {shortened(name)}"])
        if len(name) > LONGEST_NAME or not name.isprintable():
            needed = f"a name of one line, of at most {LONGEST_NAME} characters"
            raise InputError([f"{place}.name must be {needed}, got {shortened(name)}"])
        return name, RegimeFile.from_mapping(rest, f"{place} ({name})").regime
    if not isinstance(entry, str | PathLike):
        needed = "a shipped name, a YAML file or a mapping"
        raise InputError([f"{place} must be {needed}, got {shortened(entry)}"])
    try:
        regime = load_regime(entry, folder).regime
    except InputError as error:
        raise InputError(f"{place}: {message}" for message in error.messages) from None
    is_shipped = isinstance(entry, str) and entry in shipped_regimes()
    return entry if is_shipped and isinstance(entry, str) else Path(entry).stem, regime
