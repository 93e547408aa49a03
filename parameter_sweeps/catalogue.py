"""The scenarios, regimes, studies and calibrations that come with the software, and loading by name or from a file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from models.refusals import InputError, nearest_key, shortened
from models.scenario import Scenario
from parameter_sweeps.calibration_file import CalibrationFile
from parameter_sweeps.regime_file import RegimeFile, comment_lines
from parameter_sweeps.yaml_loader import read_yaml

if TYPE_CHECKING:
    from parameter_sweeps.study import Study

_HERE = Path(__file__).parent
_SUFFIXES = (".yaml", ".yml")
#: Keys at the top of a file that only one kind has.
_MARKS = {
    "study": ("base", "claim", "vary", "regimes", "supports_if"),
    "scenario": ("agents", "stakes", "regime", "overseer", "society"),
    "regime": ("schedule", "visibility", "detector", "response"),
}


def shipped_scenarios() -> dict[str, Path]:
    """Return the file of each shipped scenario by its name, in alphabetical order."""
    return _shipped("scenarios")


def shipped_regimes() -> dict[str, Path]:
    """Return the file of each shipped regime by its name, in alphabetical order."""
    return _shipped("regimes")


def shipped_studies() -> dict[str, Path]:
    """Return the file of each shipped study by its name, in alphabetical order."""
    return _shipped("studies")


def shipped_calibrations() -> dict[str, Path]:
    """Return the file of each shipped calibration by its name, in alphabetical order."""
    return _shipped("calibrations")


def load_scenario(name_or_path: str | os.PathLike[str], folder: str | os.PathLike[str] = "") -> Scenario:
    """Return a shipped scenario, or the one in a YAML file.

    Text in place of the scenario's regime is a shipped regime's name or a file, whose relative path starts at the
    folder of the scenario's file.

    Parameters
    ----------
    name_or_path : str or path
        A shipped name, or a file. A shipped name goes before a file of the same name: ``./base`` is the file.
    folder : str or path
        Where a relative path starts; by default the working directory.

    Raises
    ------
    InputError
        If there is no such name or file, or for each mistake in the file.
    """
    path = _found(name_or_path, "scenario", shipped_scenarios(), folder)
    written = _read(path, "scenario")
    return Scenario.from_mapping(_with_regime(written, path.parent, f"{path}: "), where=str(path))


def load_regime(name_or_path: str | os.PathLike[str], folder: str | os.PathLike[str] = "") -> RegimeFile:
    """Return a shipped regime, or the one in a YAML file, with what it is about and what it is expected to do.

    Parameters
    ----------
    name_or_path : str or path
        A shipped name, or a file. A shipped name goes before a file of the same name: ``./none`` is the file.
    folder : str or path
        Where a relative path starts; by default the working directory.

    Raises
    ------
    InputError
        If there is no such name or file, or for each mistake in the file.
    """
    path = _found(name_or_path, "regime", shipped_regimes(), folder)
    return RegimeFile.from_mapping(_read(path, "regime"), str(path), comment_lines(path))


def load_study(name_or_path: str | os.PathLike[str]) -> Study:
    """Return a shipped study, or the one in a YAML file, whose relative paths start at the file's folder.

    Parameters
    ----------
    name_or_path : str or path
        A shipped name, or a file. A shipped name goes before a file of the same name.

    Raises
    ------
    InputError
        If there is no such name or file, or for each mistake in the file.
    """
    # a study loads its base through this module
    from parameter_sweeps.study import Study

    path = _found(name_or_path, "study", shipped_studies())
    written = _read(path, "study")
    if isinstance(written, dict) and "base" in written:
        written["base"] = _with_regime(written["base"], path.parent, f"{path}: base: ")
    return Study.from_mapping(written, where=str(path), folder=path.parent)


def load_calibration(name_or_path: str | os.PathLike[str]) -> CalibrationFile:
    """Return a shipped calibration, or the one in a YAML file, whose path of data starts at the file's folder.

    Raises
    ------
    InputError
        If there is no such name or file, or for each mistake in the file.
    """
    return CalibrationFile.from_file(_found(name_or_path, "calibration", shipped_calibrations()))


def _with_regime(scenario: object, folder: Path, place: str) -> object:
    """Return a scenario as it is written, with the regime that is named in it written out."""
    if not isinstance(scenario, dict) or not isinstance(named := scenario.get("regime"), str):
        return scenario
    try:
        path = _found(named, "regime", shipped_regimes(), folder)
    except InputError as error:
        raise InputError(place + message for message in error.messages) from None
    try:
        regime = RegimeFile.from_file(path).regime
    except InputError as error:
        raise InputError(f"{place}regime: {message}" for message in error.messages) from None
    return scenario | {"regime": regime.model_dump()}


def _read(path: Path, kind: str) -> object:
    """Return what a file holds; one of another kind, by the keys at its top, is refused in one line."""
    written = read_yaml(path)
    if not isinstance(written, dict) or any(mark in written for mark in _MARKS[kind]):
        return written
    for other, marks in _MARKS.items():
        if found := [mark for mark in marks if mark in written]:
            needed = ", ".join(_MARKS[kind])
            raise InputError([f"{path}: this must be a {kind} (keys: {needed}), got the key {found[0]} of a {other}"])
    return written


def _shipped(kind: str) -> dict[str, Path]:
    return {path.stem: path for path in sorted((_HERE / kind).glob("*.yaml"))}


def _found(
    name_or_path: str | os.PathLike[str],
    kind: str,
    shipped: Mapping[str, Path],
    folder: str | os.PathLike[str] = "",
) -> Path:
    """Return the file that a shipped name or a path stands for."""
    if not isinstance(name_or_path, str | os.PathLike):
        raise InputError([f"{kind} must be a name or a file, got {shortened(name_or_path)}"])
    if isinstance(name_or_path, str) and name_or_path in shipped:
        return shipped[name_or_path]
    path = Path(folder, name_or_path)
    if isinstance(name_or_path, str) and not _is_path(name_or_path) and not os.path.lexists(path):
        raise InputError([_unknown_name(name_or_path, kind, shipped)])
    return path


def _is_path(text: str) -> bool:
    """Return whether a text can only be meant as a path."""
    return text.endswith(_SUFFIXES) or any(mark in text for mark in {"/", os.sep})


def _unknown_name(name: str, kind: str, shipped: Mapping[str, Path]) -> str:
    nearest = nearest_key(name, shipped)
    suggestion = f"; did you mean {nearest}?" if nearest else ""
    listed = ", ".join(shipped)
    return f"{kind} must be a shipped name ({listed}) or a YAML file, got {shortened(name)}{suggestion}"
