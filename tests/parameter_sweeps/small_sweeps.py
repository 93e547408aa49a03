"""Small studies for tests of what a sweep keeps, and measures of a user's own, which other processes must find."""

from __future__ import annotations

from pathlib import Path

from parameter_sweeps.own_measures import RecordedRun
from parameter_sweeps.study import Study

FORESIGHT, HIT, FALSE_ALARM = "agents.foresight", "regime.detector.hit_rate", "regime.detector.false_alarm_rate"
#: The last of four cells has values that are not right together: its two runs are failures.
AXES = {HIT: [0.9, 0.4], FALSE_ALARM: [0.1, 0.5]}
MEASURES = ["compliance_gap", "flag_rate", "threshold"]
HALF = 0.5


def study_of(**keys: object) -> Study:
    small = {"agents.count": 10, "run.episodes": 6}
    given = {"base": "base", "set": small, "vary": AXES, "replicates": 2, "measures": MEASURES, **keys}
    return Study.from_mapping(given)


def files_of(out: Path, *folders: str) -> dict[str, bytes]:
    """Return the content of each file in the folders of a directory."""
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for name in folders
        for path in sorted((out / name).iterdir())
    }


def flagged(values: object) -> float:
    return HALF * float(sum(values))


def half_of_flags(run: RecordedRun) -> float:
    return flagged(run.sums["flags"])


def late_gap(run: RecordedRun) -> float:
    return run.trajectory["compliance_gap"].sel(episode=slice(3, None)).mean()


def number_of_agents(run: RecordedRun) -> int:
    return run.states["angle"].size


def failing_at_replicate_one(run: RecordedRun) -> float:
    if run.replicate == 1:
        raise LookupError("nothing\nto see")
    return 1.0


def not_a_number(run: RecordedRun) -> object:
    return [1.0, 2.0]
