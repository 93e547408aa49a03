"""What determines results besides the study: the sources of this project, Python, and the packages that compute."""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from parameter_sweeps.provenance import DECIDING

#: Floors whose code decides what stands in a file of results.
FLOORS = ("models", "simulation", "parameter_sweeps")
#: Packages that compute numbers or write them, and the one that reads what crosses to a worker.
PACKAGES = (*DECIDING, "pydantic")

_ROOT = Path(__file__).resolve().parent.parent


@cache
def fingerprint() -> dict[str, str]:
    """Return what must be the same wherever chunks of one study are computed.

    Returns
    -------
    dict
        ``sources``, the start of a SHA-256 of all sources of `FLOORS`; ``python``, its version; ``machine``, the kind
        of processor; and the version of each of `PACKAGES`, "none" where it is missing. Which processor it is does not
        count: results are the same on all of a kind.
    """
    packages = {name: _version(name) for name in PACKAGES}
    return {
        "sources": _digest(_ROOT),
        "python": platform.python_version(),
        "machine": platform.machine(),
        **packages,
    }


def _digest(root: Path) -> str:
    digest = hashlib.sha256()
    for floor in FLOORS:
        for source in sorted((root / floor).rglob("*.py")):
            content = source.read_bytes()
            digest.update(f"{source.relative_to(root).as_posix()} {len(content)}\n".encode())
            digest.update(content)
    return digest.hexdigest()[:12]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"
