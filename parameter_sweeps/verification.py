"""Whether a study directory is as it was written: every file against its digest, the plan, and the study."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from models.refusals import InputError
from parameter_sweeps.chunk_files import chunk_schema, read_chunk
from parameter_sweeps.chunks import Chunk
from parameter_sweeps.directory import CELLS, RECORDS, STUDY, Store, is_at_work, unfinished
from parameter_sweeps.extension import planned_replicates
from parameter_sweeps.first_format import read_first_format
from parameter_sweeps.json_lines import wrong_lines
from parameter_sweeps.log import LOG, Entry, digest_of, read_log
from parameter_sweeps.manifest import MANIFEST, is_as_written, named_chunks
from parameter_sweeps.plain_files import plain_bytes
from parameter_sweeps.provenance import PROVENANCE, current_basis
from parameter_sweeps.records import read_records
from parameter_sweeps.store import open_stage, open_store
from parameter_sweeps.study_file import written_study
from parameter_sweeps.whole_files import UNFINISHED


class Checked(NamedTuple):
    """What a check of a study directory found.

    Attributes
    ----------
    findings : what is wrong, one sentence each; nothing if all is as it was written
    notes : what could not be checked, and why
    files, finished, planned : files that were read, and chunks that are finished, of those planned
    """

    findings: list[str]
    notes: list[str]
    files: int
    finished: int
    planned: int


def check_directory(out: Path | str) -> Checked:
    """Return what is wrong in a study directory: any changed byte, any file too many or missing.

    A chunk that was never run is not wrong. A sweep may be at work meanwhile.

    Raises
    ------
    InputError
        If there is no study directory.
    """
    folder = Path(out)
    try:
        store = open_store(folder)
    except InputError as error:
        if not (folder / MANIFEST).is_file():
            raise
        return Checked(list(error.messages), [], 0, 0, 0)
    if store.manifest.format == 1:
        return _checked_first_format(store)
    log, at_work = read_log(folder), is_at_work(store)
    findings = [*_lines(folder, at_work)]
    for number in range(1, store.manifest.earlier + 1):
        stage = open_stage(folder, number)
        findings += [*_heads(stage), *_plan(stage)]
    findings += [*_heads(store), *_plan(store)]
    files = {path.stem for stage in store.stages for path in stage.files.values()}
    findings += _placed(files, log, folder / CELLS, at_work)
    if store.is_recorded:
        findings += _placed(files, log, folder / RECORDS, at_work)
    missing, wrong = sum(len(chunks) for _, chunks in unfinished(store)), [*_contents(store, log)]
    known = all(current_basis() == stage.manifest.basis for stage in store.stages)
    notes = [] if known else ["names of files cannot be made again: the study was run by other code"]
    present = sum(1 for name in (CELLS, RECORDS) for _ in (folder / name).glob("*.parquet"))
    return Checked(findings + wrong, notes, present, len(files) - missing, len(files))


def _checked_first_format(store: Store) -> Checked:
    findings, missing = [], {*store.missing()}
    for chunk in store.files:
        if chunk not in missing:
            try:
                read_first_format(store.files[chunk], chunk, store.study, store.measures)
            except InputError as error:
                findings += error.messages
    known = {path.name for path in store.files.values()}
    strays = sorted(path for path in (store.folder / CELLS).iterdir() if path.name not in known)
    findings += [f"{path} must not be there, got a file that is no part of the study" for path in strays]
    finished = len(store.files) - len(missing)
    notes = ["the first format has no digests: only what cannot be read, or is not of the study, is found"]
    return Checked(findings, notes, finished, finished, len(store.files))


def _heads(store: Store) -> Iterator[str]:
    """Yield what is wrong with the manifest and the study."""
    if not is_as_written(store.home):
        yield f"{store.home / MANIFEST} must be as it was written, got other bytes"
    if digest_of(written_study(store.home)) != store.manifest.study_sha256:
        yield f"{store.home / STUDY}, and its cells, must be as they were written, got other bytes"


def _lines(folder: Path, at_work: bool) -> Iterator[str]:
    """Yield what is wrong with the lines of the log and of the provenance."""
    for name in (LOG, PROVENANCE):
        for number, is_torn in wrong_lines(folder / name):
            if is_torn and not at_work:
                yield f"{folder / name} line {number} must be whole, got a torn one: the next sweep mends it"
            elif not is_torn:
                yield f"{folder / name} line {number} must be as it was written, got another text"


def _plan(store: Store) -> Iterator[str]:
    """Yield a sentence if the names of the chunks are not those that the study has, where the code is the same."""
    manifest = store.manifest
    if current_basis() != manifest.basis:
        return
    before = planned_replicates(store.earlier, store.study.cell_count)
    planned = named_chunks(store.study, manifest.measures, manifest.prices, manifest.functions, before)
    if planned != manifest.chunks:
        yield f"{store.home / MANIFEST} must have the chunks of its study, got others"


def _placed(planned: set[str], log: dict[str, Entry], folder: Path, at_work: bool) -> Iterator[str]:
    """Yield a sentence for each file that is too many in a folder of the directory, and for each that is missing."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if path.name.endswith(UNFINISHED):
            if not at_work:
                yield f"{path} must not be there, got an unfinished file of a sweep that was killed: delete it"
        elif path.suffix != ".parquet" or path.stem not in planned | log.keys():
            yield f"{path} must not be there, got a file that is no part of the study"
        elif path.stem not in log:
            yield f"{path} must have a line in {LOG}, got none: delete it and run the sweep again"
    for name, entry in log.items():
        is_wanted = folder.name == CELLS or entry.records_sha256 is not None
        if is_wanted and name in planned and not (folder / f"{name}.parquet").exists() and not at_work:
            yield f"{folder / name}.parquet must be there, got no such file: run the sweep again"


def _contents(store: Store, log: dict[str, Entry]) -> Iterator[str]:
    """Yield a sentence for each file that is not as it was written, or does not hold the rows of its chunk."""
    schemas = [(stage, chunk_schema(stage.study, stage.measures)) for stage in store.stages]
    chunks = {path.stem: (chunk, schema) for stage, schema in schemas for chunk, path in stage.files.items()}
    for name, entry in log.items():
        for folder, digest in ((CELLS, entry.sha256), (RECORDS, entry.records_sha256)):
            path = store.folder / folder / f"{name}.parquet"
            if digest is not None and path.exists():
                yield from _content(path, digest, chunks.get(name) if folder == CELLS else None, folder == RECORDS)


def _content(path: Path, digest: str, planned: tuple[Chunk, object] | None, is_of_records: bool) -> Iterator[str]:
    try:
        if planned is not None:
            read_chunk(path, *planned, digest)
        elif digest_of(plain_bytes(path)) != digest:
            yield f"{path} must be as it was written, got other bytes: delete it and run the sweep again"
        elif is_of_records:
            read_records(path)
    except InputError as error:
        yield from error.messages
    except OSError as error:
        yield f"{path} must be a file that can be read, got {error.strerror}"
