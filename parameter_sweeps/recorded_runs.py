"""Runs with what is recorded of them, for records and for measures of the user's own."""

from __future__ import annotations

from typing import Any

from parameter_sweeps.own_measures import RecordedRun
from parameter_sweeps.records import standard_stretch, stretch
from parameter_sweeps.study import Study
from simulation.census import census_episodes
from simulation.ledger import COLUMNS
from simulation.preparation import Prepared
from simulation.recording import trajectory_dataset
from simulation.replicates import ReplicateRun

_UNRECORDED: dict[str, Any] = {"record": "none", "record_every": 1}


def recording_options(study: Study, episodes: int, for_functions: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return how a run is recorded for what is measured, and for what is kept: the same run if both are equal.

    What measures of the user's own see does not depend on what a study keeps: recording changes no result.
    """
    kept = _UNRECORDED
    if study.record != "none":
        kept = {"record": study.record, "record_every": stretch(study, episodes)}
    if for_functions:
        return {"record": "episodes", "record_every": standard_stretch(episodes)}, kept
    return kept, kept


def recorded_run(study: Study, prepared: Prepared, replicate: int, run: ReplicateRun, every: int) -> RecordedRun:
    """Return a run that was recorded by episodes, `every` episodes in a stretch, as a measure sees it."""
    scenario, recorder = prepared.scenario, run.recorder
    if recorder is None:
        raise RuntimeError("the run was not recorded")
    episodes = scenario.run.episodes
    attributes = {"scenario": scenario.name, "seed": study.seed, "record_every": every}
    censuses = census_episodes(episodes, study.burn_in)
    trajectory = trajectory_dataset([recorder.variables()], list(range(0, episodes, every)), censuses, attributes).isel(
        replicate=0, drop=True
    )
    sums = {name: run.sums[:, column] for column, name in enumerate(COLUMNS)}
    return RecordedRun(
        scenario, study.seed, replicate, study.burn_in, dict(run.measures), trajectory, sums, dict(run.states)
    )
