"""A study directory: what was run, on what, and the results, each chunk of them in a file of its own.

    manifest.json   format, versions, digest of the study, seed, measures, plan, when it was begun
    study.yaml      the study as run, which makes the same study again
    cells.csv       its cells, if they are those of a table, or were found before the first run
    cells/          one Parquet file a chunk, named by a digest of what determines its rows

A file appears whole or not at all: it is written under another name in the same folder, reaches the disk, and is
renamed. What stands in ``cells/`` depends on the study alone, and not on time, machine or worker.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.refusals import InputError, shortened
from parameter_sweeps.chunk_files import chunk_schema, read_chunk
from parameter_sweeps.chunks import Chunk, Prices, chunk_names, planned_chunks
from parameter_sweeps.study import Study
from parameter_sweeps.study_file import CELLS_FILE, kept_cells, study_text
from parameter_sweeps.yaml_loader import read_yaml

if TYPE_CHECKING:
    import pandas as pd

FORMAT = 1
PACKAGES = ("numpy", "numba", "pandas", "pyarrow", "scipy")
_MANIFEST, _STUDY, _CELLS = "manifest.json", "study.yaml", "cells"
_UNFINISHED = ".unfinished"
_DIFFERENCES = 5


@dataclass(frozen=True)
class Store:
    """A study directory.

    Attributes
    ----------
    folder
        Where it is.
    study
        The study that it holds.
    measures
        Names of the measures that it holds, in the order of its columns.
    files
        The file of each chunk, in the order of cells and replicates.
    """

    folder: Path
    study: Study
    measures: tuple[str, ...]
    files: dict[Chunk, Path]

    def missing(self) -> list[Chunk]:
        """Return the chunks without results, in order."""
        # one listing, because asking for each file takes as long as a short run
        present = {path.name for path in (self.folder / _CELLS).glob("*.parquet")}
        return [chunk for chunk, path in self.files.items() if path.name not in present]

    def keep(self, chunk: Chunk, content: bytes) -> None:
        """Keep the rows of a chunk, as `parameter_sweeps.chunk_files.chunk_content` returns them."""
        write_whole(self.files[chunk], content)


def begin(study: Study, out: Path | str, measures: Sequence[str], prices: Prices) -> Store:
    """Return the directory of a study, which is begun if it is new.

    Parameters
    ----------
    study
        The study.
    out
        A folder that holds this study, is empty, or is still to be made.
    measures, prices
        Names of the measures, each known, and what decides how chunks are cut; a directory that was begun earlier
        keeps its own.

    Raises
    ------
    InputError
        If the folder is none of these or cannot be written, or if YAML cannot hold the study. Nothing is
        written then.
    """
    folder, text = Path(out), study_text(study)
    try:
        if (folder / _MANIFEST).exists():
            manifest = _read_manifest(folder)
            _refuse_other_study(folder, manifest, study)
        else:
            _refuse_foreign_folder(folder)
            folder.mkdir(parents=True, exist_ok=True)
            manifest = _new_manifest(study, measures, prices)
            # first of all, so that a folder with anything in it is known as ours
            write_whole(folder / _MANIFEST, (json.dumps(manifest, indent=2) + "\n").encode())
        if (kept := kept_cells(study)) and not (folder / CELLS_FILE).exists():
            write_whole(folder / CELLS_FILE, kept.encode())
        if not (folder / _STUDY).exists():
            write_whole(folder / _STUDY, text.encode())
        (folder / _CELLS).mkdir(exist_ok=True)
    except OSError as error:
        raise InputError([f"out must be a folder that can be written, got {out}: {error.strerror}"]) from None
    # cells that were found when the directory was begun are not found anew
    return open_store(folder) if kept else _store(folder, manifest, study)


def open_store(out: Path | str) -> Store:
    """Return a study directory as it stands.

    Raises
    ------
    InputError
        If it is none, was written by a newer version, or its study was changed.
    """
    folder = Path(out)
    if not (folder / _MANIFEST).is_file():
        raise InputError([f"{out} must be a study directory, got no {_MANIFEST} in it"])
    manifest = _read_manifest(folder)
    study = Study.from_mapping(read_yaml(folder / _STUDY), where=str(folder / _STUDY), folder=folder)
    if study.digest() != manifest["digest"]:
        raise InputError([f"{folder / _STUDY} must be the study that was run, got another: it was changed"])
    return _store(folder, manifest, study)


def load_results(out: Path | str, partial: bool = False) -> pd.DataFrame:
    """Return the results of a sweep, one row a cell and replicate, sorted by both.

    Parameters
    ----------
    out
        A study directory.
    partial
        Whether a sweep that is not finished is loaded too; rows that are missing are left out, and
        ``attrs["missing_cells"]`` says in how many cells.

    Returns
    -------
    DataFrame
        Columns: ``cell``, the varied keys in the order of the axes (numbers, or text where any value is none),
        ``replicate``, the measures, and ``error``, empty where a run went well.

    Raises
    ------
    InputError
        If there is no study directory, a file in it cannot be read, or cells are missing.
    """
    return results_of(open_store(out), partial)


def results_of(store: Store, partial: bool = False) -> pd.DataFrame:
    """Return what `load_results` returns, of a directory that is open."""
    missing = store.missing()
    cells = sum(end - first for first, end in {(chunk.first_cell, chunk.end_cell) for chunk in missing})
    if missing and not partial:
        counted = f"{cells} of {store.study.cell_count} cells missing"
        raise InputError([f"{store.folder} must be finished, got {counted}: run the sweep again"])
    table = _read_chunks(store, [chunk for chunk in store.files if chunk not in {*missing}])
    table.attrs["missing_cells"] = cells
    return table


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, whatever happens, and survives a power cut."""
    unfinished = path.with_name(f".{path.name}{_UNFINISHED}")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def locked(store: Store) -> Iterator[None]:
    """Hold a study directory for one sweep at a time; the lock ends with the process, however it ends.

    Raises
    ------
    InputError
        If another sweep holds it.
    """
    import fcntl

    with (store.folder / _MANIFEST).open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError([f"{store.folder} must be free, got another sweep at work in it"]) from None
        yield


def _store(folder: Path, manifest: Mapping[str, Any], study: Study) -> Store:
    measures = tuple(manifest["measures"])
    chunks = planned_chunks(study, Prices(**manifest["plan"]))
    names = chunk_names(study, measures, chunks)
    files = {chunk: folder / _CELLS / f"{name}.parquet" for chunk, name in zip(chunks, names, strict=True)}
    return Store(folder, study, measures, files)


def _new_manifest(study: Study, measures: Sequence[str], prices: Prices) -> dict[str, Any]:
    packages = {name: version(name) for name in PACKAGES}
    return {
        "format": FORMAT,
        "version": version("strategic-compliance"),
        "packages": {"python": platform.python_version(), **packages},
        "digest": study.digest(),
        "seed": study.seed,
        "measures": list(measures),
        "plan": prices._asdict(),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _read_manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((folder / _MANIFEST).read_text())
        written = manifest["format"]
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError([f"{folder / _MANIFEST} must be that of a study directory, got another file"]) from None
    if written != FORMAT:
        raise InputError([f"{folder} must have format {FORMAT}, got {shortened(written)}"])
    return manifest


def _refuse_other_study(folder: Path, manifest: Mapping[str, Any], study: Study) -> None:
    if manifest["digest"] == study.digest():
        return
    held = open_store(folder).study
    found = list(_differences(held.canonical(), study.canonical())) or ["the order of vary differs"]
    rest = [f"... and {len(found) - _DIFFERENCES} more"] if len(found) > _DIFFERENCES else []
    raise InputError([f"{folder} holds another study: {difference}" for difference in found[:_DIFFERENCES]] + rest)


def _differences(held: Any, given: Any, key: str = "") -> Iterator[str]:
    """Yield a sentence for each place in which two studies differ."""
    if not isinstance(held, Mapping) or not isinstance(given, Mapping):
        if held != given:
            yield f"{key} is {shortened(held)} there, got {shortened(given)}"
        return
    for name in {**held, **given}:
        yield from _differences(held.get(name), given.get(name), f"{key}.{name}" if key else name)


def _refuse_foreign_folder(folder: Path) -> None:
    if not os.path.lexists(folder):
        return
    if not folder.is_dir():
        raise InputError([f"out must be a folder, got the file {folder}"])
    # a manifest that was not finished is all that an interrupted beginning leaves
    if {path.name for path in folder.iterdir()} - {f".{_MANIFEST}{_UNFINISHED}"}:
        raise InputError([f"out must be a study directory or an empty folder, got {folder} with other files"])


def _read_chunks(store: Store, chunks: Sequence[Chunk]) -> pd.DataFrame:
    import numpy as np
    import pyarrow as pa

    schema = chunk_schema(store.study, store.measures)
    tables = [read_chunk(store.files[chunk], chunk, schema) for chunk in chunks]
    cells = [
        np.repeat(np.arange(chunk.first_cell, chunk.end_cell), chunk.end_replicate - chunk.first_replicate)
        for chunk in chunks
    ]
    frame: pd.DataFrame = pa.concat_tables([schema.empty_table(), *tables]).to_pandas()
    frame.insert(0, "cell", np.concatenate([np.empty(0, np.int64), *cells]))
    return frame
