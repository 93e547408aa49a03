"""A study as YAML text that makes the same study again."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from models.refusals import InputError, shortened
from parameter_sweeps.axes import is_whole
from parameter_sweeps.canonical import strict
from parameter_sweeps.design_kinds import Boundary, Table
from parameter_sweeps.plain_files import plain_bytes
from parameter_sweeps.study import Study
from parameter_sweeps.yaml_loader import parse_yaml

#: Name of a study's text in its directory, and of the table of cells that it may refer to.
STUDY_FILE, CELLS_FILE = "study.yaml", "cells.csv"


def study_text(study: Study) -> str:
    """Return a study as YAML, with keys in the order that numbers the cells.

    The base is written out. The cells of a table, and those planned at a boundary, stand in a file beside it,
    `CELLS_FILE`. An axis is a list of its values, or a linspace or logspace as it was written: written
    out, a long one would be more than a YAML file may hold.

    Raises
    ------
    InputError
        If the text would not make the same study, as with a figure that is no plain data.
    """
    canonical = study.canonical()
    canonical["base"] = {"name": study.base.name} | canonical["base"]
    if kept_cells(study):
        canonical["design"] = study.design.model_dump(exclude={"content"}) | {"path": CELLS_FILE}
    for key, axis in study.vary.items():
        if isinstance(axis, Mapping) and not {"linspace", "logspace"}.isdisjoint(axis):
            canonical["vary"][key] = _spacing(axis)
    head = {"name": study.name, "claim": study.claim}
    content = head | canonical | {"figure": strict(study.figure)} | _said_of_results(study)
    try:
        text = yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
        written: Any = parse_yaml(text, "study.yaml")
        if kept := kept_cells(study):
            # which is written beside the text
            written["design"]["content"] = kept
        again = Study.from_mapping(written)
    except yaml.YAMLError as error:
        raise InputError([f"study must be plain data, got a mistake: {error}"]) from None
    if _identity(again) != _identity(study):
        raise InputError(["study must be plain data that YAML can hold, got something else"])
    return text


def written_study(folder: Path) -> bytes:
    """Return the bytes of a directory's study, and of its table of cells if it has one."""
    cells = folder / CELLS_FILE
    return plain_bytes(folder / STUDY_FILE) + (plain_bytes(cells) if cells.exists() else b"")


def refuse_other_files(path: Path, written: object) -> None:
    """Refuse a study in a directory that names other files: it is written out, and a sent one must not lead elsewhere.

    Raises
    ------
    InputError
        For a base, a regime or a table of cells that stands in another file. The graph of a society may.
    """
    if not isinstance(written, Mapping):
        return
    regimes, design = written.get("regimes"), written.get("design")
    listed = regimes if isinstance(regimes, list) else []
    named = [("base", written.get("base")), *(("regimes", regime) for regime in listed)]
    table = design.get("path") if isinstance(design, Mapping) else None
    mistakes = [f"{key} must be written out, got {shortened(value)}" for key, value in named if isinstance(value, str)]
    if table not in (None, "", CELLS_FILE):
        mistakes.append(f"design.path must be {CELLS_FILE}, got {shortened(table)}")
    if mistakes:
        raise InputError(f"{path}: {mistake}" for mistake in mistakes)


def kept_cells(study: Study) -> str:
    """Return the table of cells that is kept beside a study, as CSV: a table's, or a boundary's plan; else nothing."""
    if isinstance(study.design, Table):
        return study.design.content
    if not isinstance(study.design, Boundary):
        return ""
    columns = study.factors[-1].columns
    rows = [",".join(map(repr, row)) for row in zip(*columns.values(), strict=True)]
    return "\n".join([",".join(columns), *rows, ""])


def _identity(study: Study) -> tuple[Any, ...]:
    said = strict(study.figure), _said_of_results(study)
    return study.digest(), study.name, study.claim, study.base.name, said


def _said_of_results(study: Study) -> dict[str, Any]:
    """Return the keys that say what is made of results, where they are given."""
    conditions = {} if study.supports_if is None else {"supports_if": strict(study.supports_if)}
    return conditions | ({"quick": True} if study.quick else {})


def _spacing(axis: Mapping[str, Any]) -> dict[str, list[float]]:
    return {
        spacing: [int(number) if is_whole(number) else float(number) for number in numbers]
        for spacing, numbers in axis.items()
    }


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        """Return True: equal lists are written out each time, since aliases are refused."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if _is_plain(text) else '"')


@lru_cache(maxsize=1024)
def _is_plain(text: str) -> bool:
    """Return whether a text without quotes is read as that text: inf and 010 are refused, 1e-3 is a number."""
    try:
        return parse_yaml(text) == text
    except InputError:
        return False


_Dumper.add_representer(str, _text)
