"""A scheduler and workers, each a command of its own, that listen on loopback only."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

QUIET = ("--no-dashboard", "--dashboard-address", "127.0.0.1:0", "--host", "127.0.0.1")
PATIENCE = 60.0


@contextmanager
def running(*arguments: str, environment: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """Give a command of dask that runs meanwhile."""
    shown = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **(environment or {})}
    command = [sys.executable, "-m", "dask", *arguments]
    # dask looks for modules in its working directory first
    folder, nowhere = tempfile.gettempdir(), subprocess.DEVNULL
    with subprocess.Popen(command, env=shown, cwd=folder, stdout=nowhere, stderr=nowhere) as process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


@contextmanager
def scheduler(folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Give the address of a scheduler without workers, and its process."""
    file = folder / "scheduler.json"
    with running("scheduler", *QUIET, "--port", "0", "--scheduler-file", str(file)) as process:
        yield _address(file), process


@contextmanager
def workers(address: str, count: int, *more: str, **environment: str) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Give worker processes, each with a nurse that starts it anew when it dies."""
    command = ("worker", address, *QUIET, "--nthreads", "1", *more)
    with ExitStack() as stack:
        yield [stack.enter_context(running(*command, environment=environment)) for _ in range(count)]


def _address(file: Path) -> str:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            return json.loads(file.read_text())["address"]
        except (OSError, ValueError, KeyError):
            time.sleep(0.05)
    raise TimeoutError(file)
