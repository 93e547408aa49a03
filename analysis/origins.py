"""Where the results of a sweep come from, in a few lines for readers."""

from __future__ import annotations

from typing import Any

from parameter_sweeps.directory import Store
from parameter_sweeps.provenance import read_entries


def origins(store: Store) -> dict[str, Any]:
    """Return what says where the results in a study directory come from, by what it is called."""
    entries = read_entries(store.folder)
    begun = [entry for entry in entries if entry.get("event") == "began"]
    ended = [entry for entry in entries if entry.get("event") == "ended"]
    rows: dict[str, Any] = {"digest of the study": store.study.digest(), "seed": store.study.seed}
    if begun:
        first = begun[0]
        git, machine = first.get("git") or {}, first.get("machine") or {}
        changes = " with changes" if git.get("is_dirty") else ""
        rows |= {
            "begun": first.get("at", "–"),
            "code": f"{git.get('commit', 'no git checkout')}{changes}",
            "digest of the code": (first.get("basis") or {}).get("code", "–"),
            "lock file (SHA-256)": first.get("lock_sha256") or "–",
            "machine": ", ".join(str(machine.get(name, "–")) for name in ("processor", "cores", "system")),
            "packages": ", ".join(f"{name} {number}" for name, number in (first.get("packages") or {}).items()),
            "starts of the sweep": len(begun),
        }
    if ended:
        rows["ended"] = ended[-1].get("at", "–")
    return rows
