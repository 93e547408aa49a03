"""Runs that failed, in words that are the same wherever and whenever the run fails again."""

from __future__ import annotations

import re
import sysconfig
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

#: So many calls of a traceback are kept: the outermost few, and the innermost.
OUTERMOST_CALLS, INNERMOST_CALLS = 4, 16

_ROOT = Path(__file__).resolve().parent.parent
_PACKAGES = ("site-packages", "dist-packages")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{6,}")


class Failure(NamedTuple):
    """Why a run has no results.

    Attributes
    ----------
    stage
        What was done then: ``scenario`` (the values of the cell are not right together), ``values`` (exact ones),
        ``preparation``, ``run``, ``record``, ``measures.NAME`` (a measure of the user's own) or ``worker``.
    error
        Kind of the error and its message, on one line.
    traceback
        The calls that led to it, one a line, innermost last; no file name says on which machine that was.
    """

    stage: str
    error: str
    traceback: str = ""


NO_FAILURE = Failure("", "")


def failure_of(stage: str, error: Exception) -> Failure:
    """Return what is kept of an error."""
    return Failure(stage, _told(error), "\n".join(_lines(error)))


def _told(error: BaseException) -> str:
    """Return kind and message on one line; addresses in memory, other in each process, are left out."""
    return _ADDRESS.sub("0x...", f"{type(error).__name__}: {' '.join(str(error).split())}")


def _lines(error: BaseException) -> Iterator[str]:
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield from _lines(cause)
        yield "which led to"
    calls = [
        f"{_place(call.filename)}:{call.lineno} in {call.name}: {call.line or ''}".rstrip(": ")
        for call in traceback.extract_tb(error.__traceback__)
    ]
    left_out = len(calls) - OUTERMOST_CALLS - INNERMOST_CALLS
    if left_out > 0:
        calls[OUTERMOST_CALLS : OUTERMOST_CALLS + left_out] = [f"... {left_out} more calls"]
    yield from calls
    yield _told(error)


def _place(filename: str) -> str:
    """Return a file below the project, below the installed packages or below Python's own modules; else its name."""
    path = Path(filename)
    for parent in (_ROOT, Path(sysconfig.get_path("stdlib"))):
        # packages may be installed below either of them
        if path.is_relative_to(parent) and not set(_PACKAGES).intersection(path.parts):
            return path.relative_to(parent).as_posix()
    for position, part in enumerate(path.parts):
        if part in _PACKAGES:
            return Path(*path.parts[position + 1 :]).as_posix()
    return path.name


class FailedRunError(RuntimeError):
    """A sweep stopped at a run that failed; what was finished, that run included, is kept."""
