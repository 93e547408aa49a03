"""Reading files that may be anything: what is no plain file, or too large, is refused before it is read."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

#: Of a file in a study directory, in bytes; the largest are manifests and logs of millions of chunks.
LARGEST = 2_000_000_000


def plain_bytes(path: Path, most: int = LARGEST) -> bytes:
    """Return the bytes of a file; a device or a pipe, which might never end, is not opened.

    Raises
    ------
    OSError
        If it cannot be read, is no plain file, or has more than `most` bytes; ``strerror`` says which.
    ValueError
        If this is no file name.
    """
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        what = "a folder" if stat.S_ISDIR(status.st_mode) else "a device or a pipe"
        raise OSError(errno.EINVAL, f"{what}, not a file")
    if status.st_size > most:
        raise OSError(errno.EFBIG, f"over {most} bytes")
    return path.read_bytes()


def unfit_in(folder: Path, files: tuple[str, ...], folders: tuple[str, ...]) -> list[str]:
    """Return which names in a folder are links, or neither the files nor the folders that they must be.

    What is written to a link is written in another place, and what is written to a pipe waits for ever.
    """
    kinds = {**dict.fromkeys(files, stat.S_ISREG), **dict.fromkeys(folders, stat.S_ISDIR)}
    return [
        name
        for name, is_right in kinds.items()
        if os.path.lexists(folder / name) and not is_right((folder / name).lstat().st_mode)
    ]
