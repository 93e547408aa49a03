"""Whether a folder may be used for a study: each mistake is refused before anything is written."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from models.refusals import InputError, shortened
from parameter_sweeps.manifest import MANIFEST, Manifest
from parameter_sweeps.study import Study
from parameter_sweeps.whole_files import UNFINISHED

_DIFFERENCES = 5


def refuse_other_study(folder: Path, held: Study, study: Study, advice: Sequence[str] = ()) -> None:
    """Refuse another study than the one that a directory holds, with what differs, and then with lines of advice."""
    # by today's code: parameters that were built since are in neither digest of the manifest
    if held.digest() == study.digest():
        return
    found = list(_differences(_by_regime(held), _by_regime(study))) or ["the order of vary differs"]
    rest = [f"... and {len(found) - _DIFFERENCES} more"] if len(found) > _DIFFERENCES else []
    raise InputError(
        [f"{folder} holds another study: {difference}" for difference in found[:_DIFFERENCES]] + rest + [*advice]
    )


def refuse_other_share(
    folder: Path, manifest: Manifest, functions: Mapping[str, str], part: tuple[int, int] | None
) -> None:
    """Refuse another part of a study than the one that a directory holds, and other measures of the user's own."""
    if manifest.part != part:
        ours, theirs = (
            "the whole" if share is None else f"part {share[0]} of {share[1]}" for share in (manifest.part, part)
        )
        raise InputError([f"{folder} holds {ours} of the study, got {theirs}"])
    if {*manifest.functions} != {*functions}:
        ours, theirs = (", ".join(names) or "none" for names in (manifest.functions, functions))
        raise InputError([f"measures of your own must be those that {folder} holds, {ours}, got {theirs}"])


def _differences(held: Any, given: Any, key: str = "") -> Iterator[str]:
    """Yield a sentence for each place in which two studies differ."""
    if not isinstance(held, Mapping) or not isinstance(given, Mapping):
        if held != given:
            yield f"{key} is {shortened(held)} there, got {shortened(given)}"
        return
    for name in {**held, **given}:
        yield from _differences(held.get(name), given.get(name), f"{key}.{name}" if key else name)


def _by_regime(study: Study) -> dict[str, Any]:
    """Return what determines a study, with regimes by name where their order says nothing of what differs."""
    written = study.canonical()
    return written | {"regimes": {regime["name"]: regime for regime in written.get("regimes") or ()}}


def refuse_foreign_folder(folder: Path) -> None:
    """Refuse a folder that is neither empty nor a study directory that was hardly begun."""
    if not os.path.lexists(folder):
        return
    if not folder.is_dir():
        raise InputError([f"out must be a folder, got the file {folder}"])
    # a manifest that was not finished is all that an interrupted beginning leaves
    if {path.name for path in folder.iterdir()} - {f".{MANIFEST}{UNFINISHED}"}:
        raise InputError([f"out must be a study directory or an empty folder, got {folder} with other files"])
