"""Where results come from: a line for each start of a sweep, and one for its end, in ``provenance.jsonl``.

What decides results beside the study (the model's sources, the packages that compute and write, the kind of machine)
is its *basis*. The manifest has the basis with which a directory was begun. Another one is refused, or noted here when
the user accepts it.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from models.refusals import InputError
from parameter_sweeps.json_lines import append_line, whole_lines
from parameter_sweeps.manifest_checks import is_time

PROVENANCE = "provenance.jsonl"
PACKAGES = ("numpy", "numba", "llvmlite", "networkx", "pandas", "pyarrow", "scipy")
LONGEST_PATCH = 200_000
MOST_NAMES = 200

#: Packages that compute or write results; another version of pandas only reads them.
DECIDING = ("numpy", "numba", "llvmlite", "networkx", "scipy", "pyarrow")
_ROOT = Path(__file__).resolve().parent.parent
_SECONDS_FOR_GIT = 20

Basis = dict[str, Any]

#: Kept, because what is imported stays as it is.
_version = cache(version)


def packages() -> dict[str, str]:
    """Return the versions of Python and of the packages that a sweep uses."""
    return {"python": platform.python_version(), **{name: _version(name) for name in PACKAGES}}


def current_basis() -> Basis:
    """Return what decides results beside the study: digest of the model's sources, versions, kind of machine."""
    from models.compilation import model_digest

    deciding = {name: _version(name) for name in DECIDING}
    return {"code": model_digest(), "packages": deciding, "machine": platform.machine()}


def basis_differences(held: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[str]:
    """Yield a phrase for each part in which two bases differ: *what is it there, got what*."""
    if held["code"] != given["code"]:
        yield f"the digest of models/ and simulation/ is {held['code'][:12]} there, got {given['code'][:12]}"
    for name in {**held["packages"], **given["packages"]}:
        ours, theirs = held["packages"].get(name), given["packages"].get(name)
        if ours != theirs:
            yield f"{name} is {ours} there, got {theirs}"
    if held["machine"] != given["machine"]:
        yield f"the machine is of kind {held['machine']} there, got {given['machine']}"


def refuse_other_basis(folder: Path, held: Basis, given: Basis) -> None:
    """Refuse to go on with results of other code, unless that code was accepted before.

    Raises
    ------
    InputError
        With what differs.
    """
    accepted = (entry.get("basis") for entry in read_entries(folder) if entry.get("event") == "began")
    if given in (held, *accepted):
        return
    differences = "; ".join(basis_differences(held, given))
    advice = "give another folder, or --accept-other-code (accept_other_code=True) to have rows of both, which is noted"
    raise InputError(
        [f"{folder} must be gone on with by the code that began it, got other code: {differences}: {advice}"]
    )


def note_beginning(folder: Path, basis: Basis, **about: Any) -> None:
    """Add the line of a sweep that begins: code, packages, lock, processor, machine, time, and what else is given."""
    from models.compilation import processor_target

    entry = {
        "event": "began",
        "at": now(),
        **about,
        "version": _version("strategic-compliance"),
        "basis": basis,
        "packages": packages(),
        "lock_sha256": _lock_digest(),
        "git": git_state(_ROOT),
        "processor": processor_target(),
        "machine": _machine(),
    }
    append_entry(folder, entry)


def note_end(folder: Path, **about: Any) -> None:
    """Add the line of a sweep that ends, however it ends; a killed one has none."""
    append_entry(folder, {"event": "ended", "at": now(), **about})


def read_entries(folder: Path) -> list[dict[str, Any]]:
    """Return the lines of a directory's provenance; those that a crash has torn, or that are none, are left out."""
    return [entry for entry in whole_lines(folder / PROVENANCE) if _is_entry(entry)]


def _is_entry(written: Mapping[str, Any]) -> bool:
    if not is_time(written.get("at")) or not isinstance(written.get("event"), str):
        return False
    return all(isinstance(written.get(name), dict | None) for name in ("basis", "packages", "git", "machine"))


def append_entry(folder: Path, entry: Mapping[str, Any]) -> None:
    """Add a line to a directory's provenance."""
    append_line(folder / PROVENANCE, entry)


def now() -> str:
    """Return the time now, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def git_state(root: Path) -> dict[str, Any] | None:
    """Return commit, changes and new files of a git checkout, or None if a folder is none.

    A patch of over 200,000 characters is cut; its digest is that of the whole.
    """
    top = _git(root, "rev-parse", "--show-toplevel")
    if top is None or Path(top.strip()).resolve() != root:
        return None
    asked = ("rev-parse HEAD", "diff HEAD --no-color --no-ext-diff", "ls-files --others --exclude-standard")
    # side by side: to ask is most of what it takes to begin
    with ThreadPoolExecutor(len(asked)) as aside:
        commit, patch, names = aside.map(lambda command: _git(root, *command.split()), asked)
    patch, new = patch or "", (names or "").splitlines()
    return {
        "commit": None if commit is None else commit.strip(),
        "is_dirty": bool(patch or new),
        "patch": patch[:LONGEST_PATCH],
        "patch_characters": len(patch),
        "patch_sha256": hashlib.sha256(patch.encode()).hexdigest() if patch else None,
        "new_files": new[:MOST_NAMES],
    }


def _git(root: Path, *arguments: str) -> str | None:
    git = shutil.which("git")
    if git is None:
        return None
    # without locks, so that it disturbs nobody who works in the checkout
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        found = subprocess.run(  # noqa: S603 (fixed arguments)
            [git, "-C", str(root), *arguments],
            capture_output=True, env=environment, timeout=_SECONDS_FOR_GIT, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return found.stdout.decode("utf-8", errors="replace")


def _lock_digest() -> str | None:
    lock = _ROOT / "requirements" / "full.lock"
    try:
        return hashlib.sha256(lock.read_bytes()).hexdigest()
    except OSError:
        return None


def _machine() -> dict[str, Any]:
    return {
        "host": platform.node(),
        "system": platform.platform(),
        "kind": platform.machine(),
        "processor": _processor_name(),
        "cores": os.cpu_count(),
        "memory_bytes": _memory(),
    }


def _processor_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor())


def _memory() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None
