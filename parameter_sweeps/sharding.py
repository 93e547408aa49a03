"""A study in parts, each in a directory of its own on any machine, and the parts put together again.

A part is every n-th chunk of the plan, so that parts have about equal work. Put together they are the directory of an
undivided sweep, byte for byte but for the log and the provenance, which say who ran what.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from models.refusals import InputError, shortened
from parameter_sweeps.axes import is_whole
from parameter_sweeps.directory import CELLS, RECORDS, STUDY, Store, is_at_work, locked
from parameter_sweeps.log import Entry, append, digest_of, read_log
from parameter_sweeps.manifest import MANIFEST, Manifest
from parameter_sweeps.plain_files import plain_bytes
from parameter_sweeps.provenance import append_entry, basis_differences, now, read_entries
from parameter_sweeps.store import begin_as, open_store
from parameter_sweeps.study_file import kept_cells
from parameter_sweeps.study_match import refuse_other_study
from parameter_sweeps.whole_files import write_whole

MOST_PARTS = 10**6


class Merged(NamedTuple):
    """What was put together: chunks that are there now, chunks of the whole study, and files that were copied."""

    finished: int
    planned: int
    copied: int


def part_of(text: str) -> tuple[int, int]:
    """Return (k, n) of the text ``k/n``, the k-th of n parts.

    Raises
    ------
    InputError
        If it is none.
    """
    match = re.fullmatch(r"\s*(\d{1,9})\s*/\s*(\d{1,9})\s*", text)
    return admitted_part((int(match[1]), int(match[2])) if match else text)


def admitted_part(part: object) -> tuple[int, int]:
    """Return (k, n), or refuse what is no part."""
    if isinstance(part, tuple) and len(part) == 2 and all(is_whole(number) for number in part):
        number, parts = part
        if 1 <= number <= parts <= MOST_PARTS:
            return int(number), int(parts)
        part = f"{number}/{parts}"
    raise InputError([f"the part must be K/N, with whole numbers 1 <= K <= N <= {MOST_PARTS}, got {shortened(part)}"])


def merge_directories(
    parts: Sequence[Path | str], out: Path | str, progress: Callable[[int, int], None] | None = None
) -> Merged:
    """Put directories of one study together: its parts, or whole directories that are not finished.

    Parameters
    ----------
    parts
        Study directories; they are only read.
    out
        A folder that is empty or still to be made, or a directory of the whole study, which is added to.
    progress
        Called with (files looked at, files).

    Raises
    ------
    InputError
        If there is no directory; one is of another study, plan, code or packages, of the first format, or in use; a
        file in one is damaged; or two have the same chunk with other bytes. Nothing is written then.
    """
    if not parts:
        raise InputError(["DIR must be given, the study directories that are put together"])
    stores = [open_store(part) for part in parts]
    held = [open_store(out)] if (Path(out) / MANIFEST).is_file() else []
    for store in (*stores, *held):
        _refuse_unlike(stores[0], store)
    if held and held[0].manifest.part is not None:
        raise InputError([f"{out} must hold a whole study to be added to, got a part of one"])
    taken = _gathered([*held, *stores])
    first = stores[0]
    text = (first.folder / STUDY).read_text(encoding="utf-8")
    whole = held[0] if held else begin_as(out, replace(first.manifest, part=None), text, kept_cells(first.study))
    with locked(whole):
        copied = _copy(whole, taken, progress)
        _note(whole, stores, copied)
    return Merged(len(whole.files) - len(whole.missing()), len(whole.files), copied)


def _refuse_unlike(first: Store, other: Store) -> None:
    """Refuse a directory that cannot be put together with another one."""
    for store in (first, other):
        if store.manifest.basis is None:
            raise InputError([f"{store.folder} must have format 2 to be put together, got the first format"])
        if store.earlier:
            raise InputError([f"{store.folder} must be as it was begun to be put together, got an extended study"])
    if first.study.digest() != other.study.digest():
        refuse_other_study(first.folder, first.study, other.study)
    differences = list(basis_differences(first.manifest.basis or {}, other.manifest.basis or {}))
    if differences:
        told = "; ".join(differences)
        raise InputError([f"{other.folder} must be by the same code as {first.folder}, got other code: {told}"])
    for name in ("measures", "functions", "prices", "chunks"):
        if getattr(first.manifest, name) != getattr(other.manifest, name):
            raise InputError([f"{other.folder} must have the {name} of {first.folder}, got others"])
    if is_at_work(other):
        raise InputError([f"{other.folder} must be free, got a sweep at work in it"])


def _gathered(stores: Sequence[Store]) -> dict[str, tuple[Store, Entry]]:
    """Return for each chunk that is finished in any directory the first that has it, and its line in the log."""
    taken: dict[str, tuple[Store, Entry]] = {}
    messages: list[str] = []
    for store in stores:
        log, missing = read_log(store.folder), {*store.missing()}
        for chunk, path in store.files.items():
            if chunk in missing:
                continue
            entry = log.get(path.stem)
            if entry is None:
                messages.append(f"{path} must have a line in the log, got none: delete it and run the sweep again")
                continue
            messages += _damaged(store, entry)
            _, other = taken.setdefault(path.stem, (store, entry))
            if (other.sha256, other.records_sha256) != (entry.sha256, entry.records_sha256):
                messages.append(f"{path} must be as in {taken[path.stem][0].folder}, got other bytes")
    if messages:
        raise InputError(messages)
    return taken


def _damaged(store: Store, entry: Entry) -> Iterator[str]:
    for folder, digest in ((CELLS, entry.sha256), (RECORDS, entry.records_sha256)):
        path = store.folder / folder / f"{entry.name}.parquet"
        if digest is not None and digest_of(plain_bytes(path)) != digest:
            yield f"{path} must be as it was written, got other bytes: delete it and run the sweep again"


def _copy(whole: Store, taken: dict[str, tuple[Store, Entry]], progress: Callable[[int, int], None] | None) -> int:
    """Copy what is missing in the whole directory, in the order of the plan, and return how many chunks that was."""
    missing = [whole.files[chunk].stem for chunk in whole.missing()]
    copied = [name for name in missing if name in taken]
    for number, name in enumerate(copied, start=1):
        store, entry = taken[name]
        if entry.records_sha256 is not None:
            (whole.folder / RECORDS).mkdir(exist_ok=True)
            write_whole(whole.folder / RECORDS / f"{name}.parquet", _bytes(store, RECORDS, name))
        append(whole.folder, entry)
        write_whole(whole.folder / CELLS / f"{name}.parquet", _bytes(store, CELLS, name))
        if progress is not None:
            progress(number, len(copied))
    return len(copied)


def _bytes(store: Store, folder: str, name: str) -> bytes:
    return plain_bytes(store.folder / folder / f"{name}.parquet")


def _note(whole: Store, stores: Sequence[Store], copied: int) -> None:
    """Take over what the parts say of where their results come from."""
    known = read_entries(whole.folder)
    for store in stores:
        for entry in read_entries(store.folder):
            if entry not in known:
                known.append(entry)
                append_entry(whole.folder, entry)
    names = [_named(store.manifest) for store in stores]
    append_entry(whole.folder, {"event": "merged", "at": now(), "parts": names, "files": copied})


def _named(manifest: Manifest) -> str:
    return "whole" if manifest.part is None else "{}/{}".format(*manifest.part)
