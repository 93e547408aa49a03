"""What a sweep costs besides its work: ``python -m tests.bench.sweep``.

A cell that does nothing shows the overhead of a chunk; one that computes for 50 ms shows how busy both cores are kept;
each in this process, on a pool, and on a cluster of this machine.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

from parameter_sweeps.chunk_files import chunk_content
from parameter_sweeps.chunks import Chunk, Prices
from parameter_sweeps.execution import run_sweep, warm_up
from parameter_sweeps.executors import chosen_executor
from parameter_sweeps.failures import NO_FAILURE
from parameter_sweeps.loading import load_results
from parameter_sweeps.maps import MAP_VARIABLES, strategy_map
from parameter_sweeps.runs import Computed, exact_values, packed
from parameter_sweeps.store import begin
from parameter_sweeps.study import Study
from simulation.preparation import prepare
from simulation.replicates import run_replicate

CELL_SECONDS = 0.05
MEASURE = ("compliance_gap",)


class Size(NamedTuple):
    """How much is run."""

    tasks: int
    busy_cells: int
    small: int
    large: int
    map_cells: int


FULL = Size(tasks=400, busy_cells=300, small=1_000, large=100_000, map_cells=100_000)
QUICK = Size(tasks=4, busy_cells=4, small=4, large=8, map_cells=16)
#: Where chunks are computed: names, and what chooses them.
WHERE: dict[str, dict[str, Any]] = {
    "in process": {"workers": 1},
    "pool, 2 workers": {"workers": 2},
    "cluster, 2 workers": {"workers": 2, "cluster": "local"},
}


def study_of(cells: int, measures: Sequence[str] = MEASURE) -> Study:
    """Return a study of so many cells, in two axes, each of one run of one agent for one episode."""
    rows = max(1, int(cells**0.5) // 10 * 10 or 1)
    vary = {
        "agents.foresight": {"linspace": [0, 0.9, cells // rows]},
        "regime.schedule.rate": {"linspace": [0.05, 0.95, rows]} if rows > 1 else [0.3],
    }
    settings = {"agents.count": 1, "run.episodes": 1}
    return Study.from_mapping({"base": "base", "set": settings, "vary": vary, "replicates": 1, "measures": [*measures]})


# These cross processes, so they are functions of a module.


def nothing(*_: object) -> bytes:
    """Return a result of the size of a small file."""
    return bytes(4000)


def computing(cells: int) -> float:
    """Keep a core busy for so many cells, in its own time; return the seconds of that."""
    start = time.process_time()
    while time.process_time() < start + cells * CELL_SECONDS:
        sum(range(500))
    return time.process_time() - start


def empty_rows(study: Study, measures: Sequence[str], chunk: Chunk) -> Computed:
    """Return the file of a chunk that nothing was computed for."""
    return packed(study, measures, chunk, [({}, NO_FAILURE)] * chunk.runs, None, time.perf_counter())


def timed(run: Callable[[], object]) -> float:
    """Return how long something takes."""
    gc.collect()
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def overheads(size: Size) -> Table:
    """Return the table of what a chunk costs where nothing is computed."""
    table = Table(title=f"A chunk of nothing: {size.tasks} of them")
    table.add_column("where")
    for heading in ("ms to start", "ms a chunk"):
        table.add_column(heading, justify="right")
    for name, keys in WHERE.items():
        start = time.perf_counter()
        with chosen_executor(**keys) as executor:
            found = executor.finished(nothing, range(size.tasks), nothing)
            next(iter(found))
            first = time.perf_counter() - start
            each = timed(lambda found=found: list(found)) / max(1, size.tasks - 1)
        table.add_row(name, f"{1e3 * first:.0f}", f"{1e3 * each:.2f}")
    return table


def busy_shares(size: Size) -> Table:
    """Return the table of the share of time in which cores compute; from the first chunk to the last, and of all."""
    table = Table(title=f"Cells of {1e3 * CELL_SECONDS:.0f} ms: {size.busy_cells} of them, 15 a chunk")
    table.add_column("where")
    for heading in ("wall seconds", "core seconds", "cores busy, with the start", "without"):
        table.add_column(heading, justify="right")
    cells = 15 if size.busy_cells > 15 else 1
    chunks = [(number, cells) for number in range(size.busy_cells // cells)]
    for name, keys in WHERE.items():
        begin_all = time.perf_counter()
        with chosen_executor(**keys) as executor:
            computed, started = 0.0, 0.0
            for _, seconds in executor.finished(_chunk, chunks, nothing):
                started = started or time.perf_counter() - cells * CELL_SECONDS
                computed += seconds or 0.0
            wall, steady = time.perf_counter() - begin_all, time.perf_counter() - started
        cores = keys["workers"]
        shares = (f"{100 * computed / cores / seconds:.0f} %" for seconds in (wall, steady))
        table.add_row(name, f"{wall:.1f}", f"{computed:.1f}", *shares)
    bare = _side_by_side(size.busy_cells)
    share = f"{100 * size.busy_cells * CELL_SECONDS / 2 / bare:.0f} %"
    table.add_row("two bare processes", f"{bare:.1f}", f"{size.busy_cells * CELL_SECONDS:.1f}", "", share)
    return table


def _side_by_side(cells: int) -> float:
    """Return how long two bare processes take, each half of the cells: the most that this machine gives just now."""
    command = [sys.executable, "-m", "tests.bench.sweep", "--compute", str(cells // 2)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    return max(float(process.communicate()[0]) for process in both)


def _chunk(task: tuple[int, int]) -> float:
    return computing(task[1])


def cells_table(size: Size) -> Table:
    """Return the table of what a cell costs besides its run."""
    cells = 20 * size.tasks
    study = study_of(cells)
    warm_up(study.scenario)
    prepared = prepare(study.scenario)
    with tempfile.TemporaryDirectory() as folder:
        # the first of all imports what writes and reads files
        run_sweep(study_of(4), Path(folder) / "first", 1)
        swept = timed(lambda: run_sweep(study, Path(folder) / "swept", 1)) / study.cell_count
    run = timed(lambda: [run_replicate(prepared, 1, 0) for _ in range(500)]) / 500
    table = Table(title=f"A cell of one agent and one episode: {study.cell_count:,} of them, in process")
    table.add_column("what")
    table.add_column("ms", justify="right")
    for name, seconds in (("a cell of a sweep", swept), ("its run alone", run), ("overhead", swept - run)):
        table.add_row(name, f"{1e3 * seconds:.2f}")
    return table


def memory_table(size: Size) -> Table:
    """Return the table of the main process's memory and of files, for few cells and many."""
    table = Table(title="Cells that are not computed, pool of 2 workers")
    table.add_column("cells", justify="right")
    for heading in ("files", "swept s", "resumed s", "loaded s", "peak MB while it sweeps", "MB after loading"):
        table.add_column(heading, justify="right")
    peaks = []
    for cells in (size.small, size.large):
        command = [sys.executable, "-m", "tests.bench.sweep", "--memory", str(cells)]
        told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        peaks.append(told["peak"])
        seconds = (f"{told[key]:.2f}" for key in ("swept", "resumed", "loaded"))
        table.add_row(f"{cells:,}", str(told["files"]), *seconds, f"{told['peak']:.0f}", f"{told['after']:.0f}")
    table.caption = f"growth of the peak: {peaks[1] - peaks[0]:.0f} MB"
    return table


def memory_of(cells: int) -> dict[str, float]:
    """Sweep, resume and load so many cells; return seconds, and the peak of this process's memory in MB."""
    study = study_of(cells)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        # a small study too is cut into several chunks, so that a pool is used
        begin(study, out, MEASURE, Prices(noisy_agent=0.0, chunk=min(7.5e8, 3e5 * cells)))
        peaks: list[float] = []
        swept = timed(lambda: run_sweep(study, out, 2, lambda *_: peaks.append(_peak()), compute=empty_rows))
        resumed = timed(lambda: run_sweep(study, out, 2, compute=empty_rows))
        loaded = timed(lambda: load_results(out))
        files = len(list((out / "cells").iterdir()))
    return {
        "files": files, "swept": swept, "resumed": resumed, "loaded": loaded, "peak": peaks[-1], "after": _peak()
    }  # fmt: skip


def _peak() -> float:
    # not ru_maxrss, which begins with the memory of the process that started this one
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))


def map_table(size: Size) -> Table:
    """Return the table of a strategy map: computed, and written and read back as a sweep's files."""
    study = study_of(size.map_cells, MAP_VARIABLES)
    found: list[Any] = []
    computed = timed(lambda: found.append(strategy_map(study)))
    values = {name: found[0][name].values.ravel() for name in MAP_VARIABLES}
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        store = begin(study, out, MAP_VARIABLES, Prices(noisy_agent=0.0))

        def write() -> None:
            for chunk in store.missing():
                cells = range(chunk.first_cell, chunk.end_cell)
                rows = [({name: column[cell] for name, column in values.items()}, NO_FAILURE) for cell in cells]
                store.keep(chunk, chunk_content(study, MAP_VARIABLES, chunk, rows))

        written, read = timed(write), timed(lambda: load_results(out))
    one = timed(lambda: [exact_values(study.scenario) for _ in range(100)]) / 100
    table = Table(title=f"Strategy map of {study.cell_count:,} cells")
    table.add_column("what")
    table.add_column("seconds", justify="right")
    rows = {"computed as a map": computed, "written": written, "read back": read, "one cell alone, exact": one}
    for name, seconds in rows.items():
        table.add_row(name, f"{seconds:.3g}")
    return table


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables; `arguments` are those of the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.sweep", description="What a sweep costs.")
    parser.add_argument("--quick", action="store_true", help="a little of everything: does it run?")
    parser.add_argument("--memory", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--compute", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.compute:
        sys.stdout.write(str(timed(lambda: computing(given.compute))))
        return
    if given.memory:
        sys.stdout.write(json.dumps(memory_of(given.memory)))
        return
    size, console = QUICK if given.quick else FULL, Console()
    console.print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before it begins", highlight=False)
    for table in (overheads, cells_table, memory_table, map_table, busy_shares):
        console.print(table(size))


if __name__ == "__main__":
    main()
