"""Files of JSON lines that only grow: each line is whole and unchanged, or known not to be.

A line holds a digest of itself. A crash can tear the last line; whoever next holds the directory mends the file.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from models.refusals import InputError
from parameter_sweeps.canonical import canonical_json
from parameter_sweeps.plain_files import plain_bytes

_DIGEST = "line_sha256"


def append_line(path: Path, entry: Mapping[str, Any]) -> None:
    """Add a line to a file so that it survives a power cut."""
    line = canonical_json({**entry, _DIGEST: _digest(entry)})
    with path.open("ab") as file:
        file.write(f"{line}\n".encode())
        file.flush()
        os.fsync(file.fileno())


def whole_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield what stands in each line of a file that is whole and unchanged; nothing of a file that is not there.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    yield from (entry for line in _lines(path) if (entry := _entry(line)) is not None)


def wrong_lines(path: Path) -> Iterator[tuple[int, bool]]:
    """Yield the number, from 1, of each line that is not as it was written, and whether a crash may have torn it."""
    lines = _lines(path)
    for number, line in enumerate(lines, start=1):
        is_last = number == len(lines)
        if _entry(line) is None or (is_last and not line.endswith(b"\n")):
            yield number, is_last and not line.endswith(b"\n")


def mend(path: Path) -> None:
    """Take away the end of a last line that a crash has torn, so that the next line stands alone."""
    lines = _lines(path)
    if not lines or lines[-1].endswith(b"\n"):
        return
    with path.open("rb+") as file:
        if _entry(lines[-1]) is None:
            file.truncate(sum(map(len, lines[:-1])))
        else:
            file.seek(0, os.SEEK_END)
            file.write(b"\n")
        file.flush()
        os.fsync(file.fileno())


def _lines(path: Path) -> list[bytes]:
    try:
        return plain_bytes(path).splitlines(keepends=True)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise InputError([f"{path} must be a file that can be read, got {error.strerror}"]) from None


def _entry(line: bytes) -> dict[str, Any] | None:
    """Return what stands in a line, without its digest, or None if that is not the line's."""
    try:
        entry = json.loads(line)
        digest = entry.pop(_DIGEST)
        # the same entry may be written in many ways: any other byte counts
        is_whole = line.rstrip(b"\n") == canonical_json({**entry, _DIGEST: digest}).encode()
    # nesting without end is an error of the reader of JSON too
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return None
    return entry if is_whole and digest == _digest(entry) else None


def _digest(entry: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical_json(entry).encode()).hexdigest()[:16]
