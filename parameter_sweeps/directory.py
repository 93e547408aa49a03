"""An open study directory: its files, what is missing, and keeping what is finished; one sweep at a time."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.refusals import InputError
from parameter_sweeps.chunks import Chunk
from parameter_sweeps.json_lines import mend
from parameter_sweeps.log import LOG, Entry, append, digest_of
from parameter_sweeps.manifest import MANIFEST, Manifest
from parameter_sweeps.plain_files import unfit_in
from parameter_sweeps.provenance import PROVENANCE, now
from parameter_sweeps.study import Study
from parameter_sweeps.whole_files import write_whole

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STUDY, CELLS, RECORDS = "study.yaml", "cells", "records"
#: Folder of what a directory held before its study was extended: manifest, study and its table of cells, by number.
EARLIER = "earlier"
_ATTEMPTS = 5


@dataclass(frozen=True)
class Grown:
    """What has become of an earlier study.

    Attributes
    ----------
    study
        The study that it was extended to.
    places : (cells of the earlier study,)
        The number that each of its cells has there.
    """

    study: Study
    places: NDArray[np.int64]


@dataclass(frozen=True)
class Store:
    """A study directory, or what one held before its study was extended.

    Attributes
    ----------
    folder
        Where it is.
    home
        The folder of its manifest and study.
    study
        The study that it holds.
    measures
        Names of the measures that it holds, in the order of its columns.
    files
        The file of each chunk that the directory is to hold, in the order of cells and replicates; without those of
        earlier plans.
    manifest
        What it was begun with.
    earlier
        What it held before its study was extended, the oldest first.
    grown
        Of what is earlier, what has become of it.
    """

    folder: Path
    home: Path
    study: Study
    measures: tuple[str, ...]
    files: dict[Chunk, Path]
    manifest: Manifest
    earlier: tuple[Store, ...] = ()
    grown: Grown | None = None

    @property
    def stages(self) -> tuple[Store, ...]:
        """What it held before its study was extended, the oldest first, and what it holds beyond that."""
        return (*self.earlier, self)

    @property
    def whole_study(self) -> Study:
        """The study with all cells, those of later extensions too."""
        return self.study if self.grown is None else self.grown.study

    def places(self, cells: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the numbers that some of its cells have in the whole study."""
        return cells if self.grown is None else self.grown.places[cells]

    @property
    def is_recorded(self) -> bool:
        """Whether runs are recorded, so that a chunk has a file of records too."""
        return self.study.record != "none"

    def records_path(self, chunk: Chunk) -> Path:
        """Return where the records of a chunk stand."""
        return self.folder / RECORDS / self.files[chunk].name

    def missing(self) -> list[Chunk]:
        """Return the chunks without results, or without records where runs are recorded, in order."""
        # one listing, because asking for each file takes as long as a short run
        present = _names_in(self.folder / CELLS)
        if self.is_recorded:
            present &= _names_in(self.folder / RECORDS)
        return [chunk for chunk, path in self.files.items() if path.name not in present]

    def keep(self, chunk: Chunk, content: bytes, records: bytes | None = None, **about: Any) -> Entry:
        """Keep the rows of a chunk, as `parameter_sweeps.chunk_files.chunk_content` returns them.

        Parameters
        ----------
        chunk, content, records
            The chunk, its file of results, and that of its records.
        about
            What the log says of it: ``failures``, ``seconds``, ``worker``, ``host``.

        Returns
        -------
        Entry
            Its line in the log.
        """
        path = self.files[chunk]
        if records is not None:
            (self.folder / RECORDS).mkdir(exist_ok=True)
            write_whole(self.records_path(chunk), records)
        said: dict[str, Any] = {"failures": 0, "seconds": 0.0, "worker": "", "host": "", "code": ""} | about
        record_digest = None if records is None else digest_of(records)
        entry = Entry(
            path.stem, digest_of(content), len(content), chunk.runs, at=now(), records_sha256=record_digest, **said
        )
        append(self.folder, entry)
        write_whole(path, content)
        return entry


def finished(store: Store) -> list[tuple[Store, list[Chunk]]]:
    """Return each stage of a directory with its chunks that are finished."""
    found = []
    for stage in store.stages:
        missing = {*stage.missing()}
        found.append((stage, [chunk for chunk in stage.files if chunk not in missing]))
    return found


def unfinished(store: Store) -> list[tuple[Store, list[Chunk]]]:
    """Return the stages of a directory in which chunks are missing, with these chunks."""
    found = ((stage, stage.missing()) for stage in store.stages)
    return [(stage, chunks) for stage, chunks in found if chunks]


def chunks_of_cells(store: Store, chunks: Iterable[tuple[Store, Iterable[Chunk]]]) -> NDArray[np.int32]:
    """Return how many of some chunks each cell of the whole study is in, (cells,)."""
    import numpy as np

    counts = np.zeros(store.whole_study.cell_count, dtype=np.int32)
    for stage, some in chunks:
        for chunk in some:
            counts[stage.places(np.arange(chunk.first_cell, chunk.end_cell))] += 1
    return counts


@contextmanager
def locked(store: Store) -> Iterator[None]:
    """Hold a study directory for one sweep at a time; the lock ends with the process, however it ends.

    Raises
    ------
    InputError
        If another sweep holds it.
    """
    import fcntl

    refuse_links(store.folder)
    # the log, because it is never replaced as a whole
    try:
        file = (store.folder / LOG).open("ab")
    except OSError as error:
        raise InputError([f"out must be a folder that can be written, got {store.folder}: {error.strerror}"]) from None
    with file:
        for attempt in range(_ATTEMPTS):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                # whoever looks whether a sweep is at work holds the lock for a moment
                if attempt == _ATTEMPTS - 1:
                    raise InputError([f"{store.folder} must be free, got another sweep at work in it"]) from None
                time.sleep(0.05)
        for name in (LOG, PROVENANCE):
            mend(store.folder / name)
        yield


def refuse_links(folder: Path) -> None:
    """Refuse to write in a directory in which a link would lead what is written to another place, or a pipe stands.

    Raises
    ------
    InputError
    """
    if names := unfit_in(folder, (MANIFEST, STUDY, LOG, PROVENANCE), (CELLS, RECORDS, EARLIER)):
        needed = "must hold plain files and folders of its own to be written in"
        raise InputError([f"{folder} {needed}, got links, or others: {', '.join(names)}"])


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a folder while a directory is begun in it: a moment, for which others wait."""
    import fcntl

    # the folder itself, because a lock is that of a file, and files in it are still to come
    number = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(number, fcntl.LOCK_EX)
        yield
    finally:
        os.close(number)


def is_at_work(store: Store) -> bool:
    """Return whether a sweep is at work in a study directory now."""
    import fcntl

    if not (store.folder / LOG).is_file():
        return False
    try:
        with (store.folder / LOG).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*.parquet")}
