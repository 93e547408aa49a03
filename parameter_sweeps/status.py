"""How far the sweep in a study directory has come, from its files and its log; nothing is run or written."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from parameter_sweeps.advance import chunk_costs
from parameter_sweeps.chunks import Chunk
from parameter_sweeps.directory import Store, chunks_of_cells, finished, is_at_work, unfinished
from parameter_sweeps.loading import rows_of_stages
from parameter_sweeps.log import Entry, entries
from parameter_sweeps.provenance import read_entries
from parameter_sweeps.store import open_store


class Status(NamedTuple):
    """How far a sweep has come.

    Attributes
    ----------
    study, part : name of the study, and which part of it the directory holds: (k, n), or None for the whole
    is_at_work : whether a sweep is at work in the directory now
    cells, cells_finished, cells_missing, cells_failed : a cell has failed if any of its runs has
    runs, runs_finished, runs_missing, runs_failed : failed ones are finished
    runs_per_second : of the latest sweep, NaN if it has finished nothing
    seconds_left : at the speed of the latest sweep, by predicted work; 0 if nothing is missing, NaN if unknown
    """

    study: str
    part: tuple[int, int] | None
    is_at_work: bool
    cells: int
    cells_finished: int
    cells_missing: int
    cells_failed: int
    runs: int
    runs_finished: int
    runs_missing: int
    runs_failed: int
    runs_per_second: float
    seconds_left: float


def directory_status(out: Path | str) -> Status:
    """Return how far the sweep in a study directory has come.

    Raises
    ------
    InputError
        If there is no study directory, or a file with failed runs is damaged.
    """
    store = open_store(out)
    missing, logged = unfinished(store), entries(store.folder)
    planned: list[tuple[Store, Iterable[Chunk]]] = [(stage, stage.files) for stage in store.stages]
    runs, runs_missing = (sum(_runs(chunks) for _, chunks in some) for some in (planned, missing))
    cells_failed, runs_failed = _failures(store, logged)
    rate, left = _speed(store, missing, logged)
    cells, cells_missing = (int((chunks_of_cells(store, some) > 0).sum()) for some in (planned, missing))
    return Status(
        study=store.study.name,
        part=store.manifest.part,
        is_at_work=is_at_work(store),
        cells=cells,
        cells_finished=cells - cells_missing,
        cells_missing=cells_missing,
        cells_failed=cells_failed,
        runs=runs,
        runs_finished=runs - runs_missing,
        runs_missing=runs_missing,
        runs_failed=runs_failed,
        runs_per_second=rate,
        seconds_left=left,
    )


def _runs(chunks: Iterable[Chunk]) -> int:
    return sum(chunk.runs for chunk in chunks)


def _failures(store: Store, logged: list[Entry]) -> tuple[int, int]:
    """Return the numbers of cells and of runs that failed; only files that have some are read."""
    failures = {entry.name: entry.failures for entry in logged}
    some = [
        (stage, [chunk for chunk in chunks if failures.get(stage.files[chunk].stem, 1)])
        for stage, chunks in finished(store)
    ]
    table = rows_of_stages(some)
    failed = table[table["error"] != ""]
    return int(failed["cell"].nunique()), len(failed)


def _speed(store: Store, missing: list[tuple[Store, list[Chunk]]], logged: list[Entry]) -> tuple[float, float]:
    """Return the runs a second of the latest sweep, and the seconds that are left at its speed."""
    begun = [entry["at"] for entry in read_entries(store.folder) if entry.get("event") == "began"]
    latest = [entry for entry in logged if begun and entry.at >= begun[-1]]
    computed = {entry.name for entry in latest}
    done = [(stage, [chunk for chunk, path in stage.files.items() if path.stem in computed]) for stage in store.stages]
    left = 0.0 if not missing else float("nan")
    if not any(chunks for _, chunks in done):
        return float("nan"), left
    end = datetime.now(UTC) if is_at_work(store) else datetime.fromisoformat(latest[-1].at)
    # times are to the second
    seconds = max(1.0, (end - datetime.fromisoformat(begun[-1])).total_seconds())
    speed = _costs(done) / seconds
    return sum(_runs(chunks) for _, chunks in done) / seconds, _costs(missing) / speed


def _costs(some: Iterable[tuple[Store, list[Chunk]]]) -> float:
    return sum(sum(chunk_costs(stage.study, stage.manifest.prices, chunks).values()) for stage, chunks in some)
