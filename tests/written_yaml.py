"""YAML that a page shows: whole files are loaded, fragments as part of what they are a fragment of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from models.refusals import InputError, known_keys
from models.regime_parameters import Regime
from models.scenario import Scenario
from parameter_sweeps.calibration_file import KEYS, CalibrationFile
from parameter_sweeps.catalogue import load_scenario
from parameter_sweeps.regime_file import RegimeFile
from parameter_sweeps.study import Study
from parameter_sweeps.yaml_loader import parse_yaml
from tests.code_blocks import Block

_OF_REGIMES = {*Regime.model_fields, "expects"}


def mistake_in_yaml(block: Block, folder: Path) -> str:
    """Return why what a block shows would not be loaded, or nothing.

    Parameters
    ----------
    block
        A whole file, or keys of one.
    folder
        Where relative paths start.
    """
    try:
        written: Any = parse_yaml(block.text, f"{block.page}:{block.line}")
        loader = loader_of({*written})
        if loader is None:
            return f"no file has the keys {', '.join(written)} together"
        loader(written, folder)
    except InputError as error:
        return str(error)
    return ""


def loader_of(keys: set[str]) -> Callable[[Any, Path], object] | None:
    """Return what loads a mapping with some keys."""
    if keys == {*KEYS}:
        return lambda written, folder: CalibrationFile.from_mapping(written, folder=folder)
    if keys <= _OF_REGIMES:
        return lambda written, _: RegimeFile.from_mapping(written)
    if keys <= {*Scenario.model_fields}:
        return _scenario
    if keys <= {*Study.model_fields}:
        return lambda written, folder: Study.from_mapping({"base": "base"} | written, folder=folder)
    # what stands at set
    return (lambda written, _: Scenario().with_values(written)) if keys <= known_keys(Scenario) else None


def _scenario(written: dict[str, Any], folder: Path) -> Scenario:
    """Return the base case with the parts that are written, or a whole scenario if it has a name."""
    if "name" in written or isinstance(written.get("regime"), str):
        path = folder / ".shown.yaml"
        import yaml

        path.write_text(yaml.safe_dump(written, sort_keys=False))
        return load_scenario(path)
    return Scenario.from_mapping(merged(load_scenario("base").model_dump(), written))


def merged(base: dict[str, Any], written: dict[str, Any]) -> dict[str, Any]:
    """Return nested mappings in which what is written takes the place of what was there; another kind replaces all."""
    found = dict(base)
    for key, value in written.items():
        found[key] = merged(base[key], value) if _are_of_one_kind(base.get(key), value) else value
    return found


def _are_of_one_kind(old: object, new: object) -> bool:
    return isinstance(old, dict) and isinstance(new, dict) and new.get("kind", old.get("kind")) == old.get("kind")
