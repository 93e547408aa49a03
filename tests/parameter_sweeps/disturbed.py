"""Sweeps that are disturbed: forks of one process in which all is imported and compiled, each the command itself.

A fork starts within milliseconds, so that hundreds of sweeps can be interrupted. It leads a process group of its own.
"""

from __future__ import annotations

import builtins
import errno
import importlib
import io
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, Self

from compliance.__main__ import app
from parameter_sweeps.chunks import Chunk, Prices
from parameter_sweeps.execution import compute_chunk, measure_names, warm_up
from parameter_sweeps.store import begin
from parameter_sweeps.study import Study
from parameter_sweeps.study_file import study_text

SMALL = {"agents.count": 60, "run.episodes": 40}


class Outcome(NamedTuple):
    """How a sweep ended: its exit status, negative for a signal, and what it said on standard error."""

    status: int
    said: str


class Site(NamedTuple):
    """A study, its file, and what stands in ``cells/`` after a sweep that nothing disturbs.

    Attributes
    ----------
    folder
        For directories of studies.
    seconds
        How long the sweep takes in one process.
    """

    folder: Path
    study: Path
    prices: Prices
    cells: dict[str, bytes]
    seconds: float

    def begun(self, name: str) -> Path:
        """Return a directory in which nothing is finished, with its plan of small chunks."""
        out = self.folder / name
        study = study_of_size(len(self.cells))
        begin(study, out, measure_names(study), self.prices)
        return out

    def command(self, out: Path, workers: int | None = 1, *more: str) -> list[str]:
        """Return the arguments of the command; without a number of workers chunks are computed in threads."""
        asked = [] if workers is None else ["--workers", str(workers)]
        return ["sweep", str(self.study), "--out", str(out), *asked, *more]


def study_of_size(chunks: int) -> Study:
    """Return a study of which two cells make a chunk."""
    vary = {"agents.foresight": {"linspace": [0, 0.9, 2 * chunks]}}
    fields = {"base": "base", "set": SMALL, "vary": vary, "replicates": 2, "measures": ["compliance_gap"]}
    return Study.from_mapping(fields)


def prepared(folder: Path, chunks: int = 30) -> Site:
    """Return a site for disturbed sweeps; what they need is compiled by then."""
    study = study_of_size(chunks)
    file = folder / "disturbed.yaml"
    file.write_text(study_text(study))
    # two cells a chunk, however dear a run is reckoned
    prices = Prices(cell=1e6, run=0.0, step=0.0, noisy_agent=0.0, chunk=2e6)
    warm_up(study.scenario)
    # imported here once, else by each fork; run there, because threads would not survive a fork
    for name in ("pandas", "pyarrow.parquet", "rich.progress", "xarray", "scipy.stats"):
        importlib.import_module(name)
    compute_chunk(study, ["compliance_gap"], Chunk(0, 2, 0, 2))
    site = Site(folder, file, prices, dict.fromkeys(map(str, range(chunks)), b""), 0.0)
    out = site.begun("undisturbed")
    finished(started(site.command(site.begun("first"))))
    start = time.monotonic()
    outcome = finished(started(site.command(out)))
    assert outcome == Outcome(0, outcome.said), outcome
    cells = cells_of(out)
    assert len(cells) == chunks, len(cells)
    return site._replace(cells=cells, seconds=time.monotonic() - start)


def cells_of(out: Path) -> dict[str, bytes]:
    """Return the finished chunks of a directory."""
    return {path.name: path.read_bytes() for path in (out / "cells").glob("*.parquet")}


class Started(NamedTuple):
    """A sweep under way, and the file of what it says."""

    process: int
    errors: Path


def started(arguments: list[str], disturb: Callable[[], None] = lambda: None) -> Started:
    """Start the command in a fork, which is disturbed from its first line on."""
    errors = Path(arguments[1]).with_name(f"{random.getrandbits(64):x}.errors")
    process = os.fork()
    if process:
        return Started(process, errors)
    status = 70
    try:
        os.setsid()
        # what is started in the background may have been told to ignore it
        signal.signal(signal.SIGINT, signal.default_int_handler)
        with errors.open("wb") as file:
            os.dup2(file.fileno(), 2)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.stderr = os.fdopen(2, "w", buffering=1)
        disturb()
        app(arguments)
    except SystemExit as ending:
        status = ending.code if isinstance(ending.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def finished(sweep: Started) -> Outcome:
    """Wait for the end of a sweep."""
    status = os.waitstatus_to_exitcode(os.waitpid(sweep.process, 0)[1])
    said = sweep.errors.read_text() if sweep.errors.exists() else ""
    sweep.errors.unlink(missing_ok=True)
    # neither progress, nor what the fork's way out, which runs no exit handlers, leaves to the resource tracker
    lines = [line for line in said.splitlines(keepends=True) if not line.startswith("runs:")]
    told = [line for line in lines if "resource_tracker" not in line and not line.startswith("  warnings.warn(")]
    return Outcome(status, "".join(told))


def is_over(sweep: Started) -> bool:
    """Tell whether a sweep has ended, without forgetting how."""
    return os.waitid(os.P_PID, sweep.process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def killed(sweep: Started) -> Outcome:
    """Kill the whole process group of a sweep."""
    try:
        os.killpg(sweep.process, signal.SIGKILL)
    except ProcessLookupError:
        # it does not lead a group yet
        os.kill(sweep.process, signal.SIGKILL)
    return finished(sweep)


def workers_of(sweep: Started) -> list[int]:
    """Return the worker processes of a sweep: children of the server that forks them."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    servers = {process for process, parent in parents.items() if parent == sweep.process}
    return [process for process, parent in parents.items() if parent in servers]


class Faults:
    """Counts operations on files that change something, and disturbs one of them or all from one on.

    Parameters
    ----------
    at
        The operation that is disturbed, from 1.
    code
        The error it raises, of `errno`; none means that the process is killed, in the midst of the operation if that
        can be.
    only
        Names of the operations that are counted; all, if there are none.
    """

    def __init__(self, at: int, code: int | None, only: tuple[str, ...] = ()) -> None:
        self.at, self.code, self.only, self.count = at, code, only, 0

    def install(self) -> None:
        """Disturb this process from here on."""
        for name in ("fsync", "replace", "mkdir", "open"):
            setattr(os, name, self.wrapped(name, getattr(os, name)))
        opened = io.open

        def faulty_open(file: Any, mode: str = "r", *rest: Any, **more: Any) -> Any:
            if not set(mode) & set("wa+x"):
                return opened(file, mode, *rest, **more)
            self.meet("open")
            found = opened(file, mode, *rest, **more)
            return _FaultyFile(found, self) if "b" in mode else found

        io.open = builtins.open = faulty_open

    def wrapped(self, name: str, operation: Callable[..., Any]) -> Callable[..., Any]:
        """Return an operation that is counted."""

        def counted(*arguments: Any, **more: Any) -> Any:
            self.meet(name)
            return operation(*arguments, **more)

        return counted

    def meet(self, name: str, half: Callable[[], object] = lambda: None) -> None:
        """Count an operation, and disturb it, half done, if it is its turn."""
        if self.only and name not in self.only:
            return
        self.count += 1
        if self.count < self.at:
            return
        if self.code is not None:
            half()
            raise OSError(self.code, os.strerror(self.code))
        if self.count == self.at:
            half()
            os.kill(os.getpid(), signal.SIGKILL)


class _FaultyFile:
    """A file whose writes are counted."""

    def __init__(self, file: Any, faults: Faults) -> None:
        self._file, self._faults = file, faults

    def write(self, content: bytes) -> int:
        def half() -> None:
            self._file.write(content[: len(content) // 2])
            self._file.flush()

        self._faults.meet("write", half)
        return int(self._file.write(content))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


FULL, BROKEN, READ_ONLY = errno.ENOSPC, errno.EIO, errno.EROFS
