"""Sweeps: every cell of a study is run, chunk by chunk, and what is finished is never run again."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.refusals import InputError, nearest_key
from models.scenario import Scenario
from parameter_sweeps.axes import is_whole
from parameter_sweeps.chunk_files import chunk_content
from parameter_sweeps.chunks import Chunk, Prices, planned_chunks, predicted_work
from parameter_sweeps.grids import cells_between
from parameter_sweeps.maps import MAP_VARIABLES
from parameter_sweeps.pool import MOST_DEATHS, finished_tasks
from parameter_sweeps.store import Store, begin, locked, results_of
from parameter_sweeps.study import Cell, Study
from simulation.measures import CLASS_MEASURES, MEASURE_NAMES
from simulation.preparation import Prepared, prepare
from simulation.run import run_replicate
from simulation.valuation import strategy_values

if TYPE_CHECKING:
    import pandas as pd

Row = tuple[dict[str, float], str]
Compute = Callable[[Study, Sequence[str], Chunk], bytes]

_LOST = f"worker: BrokenProcessPool: the worker process died {MOST_DEATHS} times"


def compute_chunk(study: Study, measures: Sequence[str], chunk: Chunk) -> bytes:
    """Return the rows of a chunk, run in this process, as a Parquet file."""
    replicates = range(chunk.first_replicate, chunk.end_replicate)
    cells = cells_between(study, chunk.first_cell, chunk.end_cell)
    rows = [row for cell in cells for row in cell_rows(study, measures, cell, replicates)]
    return chunk_content(study, measures, chunk, rows)


def run_sweep(
    study: Study,
    out: Path | str,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    *,
    compute: Compute = compute_chunk,
) -> pd.DataFrame:
    """Run every cell of a study, or go on where an earlier sweep of it stopped, and return the results.

    A run that fails is a row with its error. So is one that is lost because its worker died three times; to
    have such a run tried again, delete its file. The same study gives the same files in ``cells/`` and the
    same table, whatever the number of workers and however often the sweep was interrupted.

    Parameters
    ----------
    study
        The study.
    out
        The study directory: a folder that is empty, still to be made, or holds this study.
    workers
        Number of processes; by default one a core. With 1 everything is run in this process.
    progress
        Called with (runs done, runs) whenever some more are kept.
    compute
        How the rows of a chunk are computed; crosses processes.

    Returns
    -------
    DataFrame
        As `parameter_sweeps.store.load_results` returns it.

    Raises
    ------
    InputError
        If a measure or the number of workers is wrong, or the folder cannot be used. Nothing is written then.
    RuntimeError
        If worker processes cannot be started.
    """
    measures, count = measure_names(study), _worker_count(workers)
    store = begin(study, out, measures, _prices(measures))
    with locked(store):
        _run_missing(store, count, progress, compute)
    return results_of(store)


def dry_run(study: Study) -> dict[str, Any]:
    """Return what a sweep of a study would cost; nothing is run.

    Returns
    -------
    dict
        ``cells``, ``runs``, ``agent_steps``, ``files``, ``seconds`` on one core, and ``bytes`` on disk; the last
        two are rough.

    Raises
    ------
    InputError
        If there is no such measure.
    """
    measures = measure_names(study)
    prices = _prices(measures)
    work, files = predicted_work(study, prices), len(planned_chunks(study, prices))
    runs = int(work.replicates.sum())
    nanoseconds = study.cell_count * prices.cell + float((work.replicates * work.nanoseconds).sum())
    # a number hardly compresses, a column of a file has a head
    size = 8 * runs * len(measures) + files * (4_000 + 250 * len(measures))
    return {
        "cells": study.cell_count,
        "runs": runs,
        "agent_steps": int((work.replicates * work.steps.astype(float)).sum()),
        "files": files,
        "seconds": nanoseconds / 1e9,
        "bytes": size,
    }


def measure_names(study: Study) -> tuple[str, ...]:
    """Return the measures that a study asks for: names of measures, of variables of a map, or all measures.

    Raises
    ------
    InputError
        For each name that is neither, with the nearest that is.
    """
    known = (*MEASURE_NAMES, *MAP_VARIABLES)
    messages = []
    for name in study.measures:
        if name not in known:
            nearest = nearest_key(name, known)
            suggestion = f"; did you mean {nearest}?" if nearest else ""
            messages.append(f"measures must be names of measures, got {name!r}{suggestion}")
    if messages:
        raise InputError(messages)
    return study.measures or MEASURE_NAMES


def cell_rows(study: Study, measures: Sequence[str], cell: Cell, replicates: Sequence[int]) -> list[Row]:
    """Return the measures and the error, empty if there is none, of each replicate of a cell."""
    stage = "scenario"
    try:
        scenario = study.cell_scenario(cell)
        stage = "values"
        exact = _exact_values(scenario) if not set(MAP_VARIABLES).isdisjoint(measures) else {}
        stage = "preparation"
        prepared = prepare(scenario)
    except Exception as error:
        return [({}, _told(stage, error)) for _ in replicates]
    stream = study.stream_of(cell)
    return [_run_row(study, measures, prepared, exact, replicate, stream) for replicate in replicates]


def _prices(measures: Sequence[str]) -> Prices:
    return Prices() if _counts_classes(measures) else Prices(noisy_agent=0.0)


def _counts_classes(measures: Sequence[str]) -> bool:
    return not CLASS_MEASURES.isdisjoint(measures)


def _run_row(
    study: Study, measures: Sequence[str], prepared: Prepared, exact: dict[str, float], replicate: int, stream: int
) -> Row:
    # nothing is simulated for what is exact, and classes are counted only if they are asked for
    if set(MAP_VARIABLES).issuperset(measures):
        return exact, ""
    try:
        with_classes = _counts_classes(measures)
        found = run_replicate(prepared, study.seed, replicate, stream=stream, with_classes=with_classes).measures
    except Exception as error:
        return {}, _told("run", error)
    return found | exact, ""


def _exact_values(scenario: Scenario) -> dict[str, float]:
    if scenario.agents.groups:
        # one number for agents of several groups would speak of none of them
        return dict.fromkeys(MAP_VARIABLES, float("nan"))
    values = strategy_values(scenario, method="exact")
    return {**values.values, **{name: getattr(values, name) for name in MAP_VARIABLES.keys() - values.values}}


def _told(stage: str, error: Exception) -> str:
    return f"{stage}: {type(error).__name__}: {' '.join(str(error).split())}"


def _run_missing(store: Store, workers: int, progress: Callable[[int, int], None] | None, compute: Compute) -> None:
    missing = store.missing()
    total = sum(chunk.runs for chunk in store.files)
    done = total - sum(chunk.runs for chunk in missing)
    work = partial(compute, store.study, store.measures)
    with closing(_computed(work, store.study, missing, workers)) as found:
        for chunk, content in found:
            lost: list[Row] = [({}, _LOST)] * chunk.runs
            store.keep(chunk, content or chunk_content(store.study, store.measures, chunk, lost))
            done += chunk.runs
            if progress is not None:
                progress(done, total)


def _computed(
    work: Callable[[Chunk], bytes], study: Study, chunks: Sequence[Chunk], workers: int
) -> Generator[tuple[Chunk, bytes | None], None, None]:
    if workers == 1 or len(chunks) <= 1:
        for chunk in chunks:
            yield chunk, work(chunk)
        return
    warm_up = partial(_warm_up, study.scenario)
    yield from finished_tasks(work, chunks, min(workers, len(chunks)), warm_up, [__name__])


def _warm_up(scenario: Scenario) -> None:
    """Run one agent for one episode, which compiles what a run needs."""
    # groups, goals given one by one and a graph from a file need all their agents
    needs_all = scenario.agents.groups or scenario.agents.goals.kind == "vectors" or scenario.society.graph == "file"
    small = scenario.with_values({"run.episodes": 1} if needs_all else {"agents.count": 1, "run.episodes": 1})
    _exact_values(small)
    run_replicate(prepare(small), 0, 0)


def _worker_count(workers: int | None) -> int:
    if workers is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not is_whole(workers) or workers < 1:
        raise InputError([f"workers must be a whole number of at least 1, got {workers!r}"])
    return workers
