"""The log of a study directory: a line for each finished chunk, with the digest of what was written.

A line is added before the chunk's file is put in place, so every file has its line. What was torn by a crash belongs
to a file that is not there.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from parameter_sweeps.json_lines import append_line, whole_lines
from parameter_sweeps.manifest_checks import is_digest, is_time

LOG = "log.jsonl"


class Entry(NamedTuple):
    """A finished chunk.

    Attributes
    ----------
    name : that of its files, without ending
    sha256, bytes : digest and size of its results
    rows, failures : number of runs, and of those that failed
    seconds : time that it took its worker
    worker, host : who ran it: number of the process, name of the machine
    code : digest of the model's sources
    at : when it was finished, UTC
    records_sha256 : digest of its records, None without
    """

    name: str
    sha256: str
    bytes: int
    rows: int
    failures: int
    seconds: float
    worker: str
    host: str
    code: str
    at: str
    records_sha256: str | None = None


def _is_entry(written: Mapping[str, Any]) -> bool:
    """Return whether a line says what an entry says: names are those of files in the directory, and no others."""
    counts = [written[name] for name in ("bytes", "rows", "failures")]
    digests = [written["name"], written["sha256"], *([recorded] if (recorded := written.get("records_sha256")) else [])]
    seconds = written["seconds"]
    return (
        all(is_digest(digest) for digest in digests)
        and all(isinstance(count, int) and not isinstance(count, bool) and count >= 0 for count in counts)
        and isinstance(seconds, int | float) and math.isfinite(seconds) and seconds >= 0
        and all(isinstance(written[name], str) for name in ("worker", "host", "code"))
        and is_time(written["at"])
    )  # fmt: skip


def digest_of(content: bytes) -> str:
    """Return the SHA-256 of a file's content in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def append(folder: Path, entry: Entry) -> None:
    """Add a finished chunk to the log of a directory."""
    append_line(folder / LOG, entry._asdict())


def read_log(folder: Path) -> dict[str, Entry]:
    """Return the finished chunks in the log of a directory by name, of one that was run twice the later.

    Empty if there is no log, as in directories of the first format.

    Raises
    ------
    InputError
        If there is a log that cannot be read.
    """
    return {entry.name: entry for entry in entries(folder)}


def entries(folder: Path) -> list[Entry]:
    """Return the lines of the log in order; what is no entry is left out."""
    needed = {*Entry._fields} - {*Entry._field_defaults}
    return [
        Entry._make(written.get(name) for name in Entry._fields)
        for written in whole_lines(folder / LOG)
        if needed <= {*written} and _is_entry(written)
    ]
