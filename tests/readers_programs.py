"""The programs of a reader: a shell's environment, an interpreter, servers that run meanwhile."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.code_blocks import ROOT

PATIENCE = 60.0

#: What stands in ``.venv/bin``. As the console command does, two leave the working directory out of the path; dask
#: looks there all the same, and is started elsewhere.
_PROGRAMS = {
    "compliance": '#!/bin/sh\nexec "{python}" -P -m compliance "$@"\n',
    "python": '#!/bin/sh\nexec "{python}" "$@"\n',
    "dask": '#!/bin/sh\ncd "{folder}"\nexec "{python}" -P -m dask "$@"\n',
    "copy-of-the-tree": '#!/bin/sh\nexec "{python}" "{root}/tests/tree_copy.py" "$@"\n',
}
_LINKED = ("ruff", "mypy", "lint-imports")


class Outcome(NamedTuple):
    """What became of a step: what was wrong, if anything, and what it printed."""

    mistake: str
    printed: str = ""


def environment_of(folder: Path) -> dict[str, str]:
    """Return the environment of a reader: the programs of ``.venv/bin``, which run the code of the tree."""
    programs = folder / ".venv" / "bin"
    programs.mkdir(parents=True, exist_ok=True)
    for name, run in _PROGRAMS.items():
        (programs / name).write_text(run.format(python=sys.executable, folder=programs, root=ROOT))
        (programs / name).chmod(0o755)
    for name in _LINKED:
        if (program := Path(sys.executable).parent / name).exists():
            (programs / name).symlink_to(program)
    path = os.pathsep.join([str(programs), os.environ.get("PATH", "")])
    own = {
        "PATH": path,
        "PYTHONPATH": str(ROOT),
        # a browser that is content with anything, and no drawing on a screen
        "BROWSER": "true",
        "MPLBACKEND": "agg",
        # a patch is for the reader's folder, whatever repository that may lie in
        "GIT_CEILING_DIRECTORIES": str(folder.parent),
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    return kept | own


@contextmanager
def interpreter(folder: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Give an interpreter that runs the files that it is told, in a folder; it is ended afterwards."""
    program = Path(__file__).with_name("page_interpreter.py")
    with tempfile.TemporaryFile("w+") as complaints, subprocess.Popen(
        [sys.executable, "-P", str(program)],
        cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints, text=True,
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def running(text: str, folder: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Give a command that runs meanwhile; it and what it started is ended afterwards."""
    with subprocess.Popen(
        ["bash", "-c", text],
        cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, start_new_session=True,
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            for number in (signal.SIGTERM, signal.SIGKILL):
                if _alive(process.pid):
                    os.killpg(process.pid, number)
                    _ended(process, 20)


def _alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _ended(process: subprocess.Popen[str], seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def reached(port: int, process: subprocess.Popen[str]) -> Outcome:
    """Wait until something listens on a port of this machine."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as caller:
            if caller.connect_ex(("127.0.0.1", port)) == 0:
                return Outcome("")
        time.sleep(0.05)
    return Outcome("nothing listened")


def answered(address: str, process: subprocess.Popen[str]) -> Outcome:
    """Ask for a page, then interrupt who serves it, as ctrl-C does."""
    with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
        content = answer.read().decode()
    os.killpg(process.pid, signal.SIGINT)
    if not _ended(process, PATIENCE):
        return Outcome("went on after ctrl-C")
    expected = "<html" in content.lower() and process.returncode == 130
    return Outcome("" if expected else f"status {process.returncode}: {content[:1000]}")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
