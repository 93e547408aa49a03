"""Files that appear whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

#: How the name of a file ends that is not finished.
UNFINISHED = ".unfinished"


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, whatever happens, and survives a power cut."""
    unfinished = path.with_name(f".{path.name}{UNFINISHED}")
    # made anew: a link that stands there would lead what is written to another place
    unfinished.unlink(missing_ok=True)
    with unfinished.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
