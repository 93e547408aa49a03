"""What a sweep would cost: a few of its cells are tried in small, and the times are carried over to all of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

from models.refusals import InputError
from models.scenario import Scenario
from parameter_sweeps.advance import Tally, chunk_costs
from parameter_sweeps.cell import Cell
from parameter_sweeps.chunks import planned_chunks, predicted_work, recorded_rows
from parameter_sweeps.directory import Store
from parameter_sweeps.execution import admitted_prices, measure_names, warm_up
from parameter_sweeps.factors import values_at
from parameter_sweeps.manifest import MANIFEST
from parameter_sweeps.maps import MAP_VARIABLES
from parameter_sweeps.runs import counts_classes, exact_values
from parameter_sweeps.small_scenarios import in_small
from parameter_sweeps.store import open_store
from parameter_sweeps.study import Study
from simulation.preparation import prepare
from simulation.replicates import run_replicate

_CELLS_TRIED = 4
#: Of the first try; each further one has twice as many of both, until it takes so many seconds.
_AGENTS, _EPISODES, _LONG_ENOUGH = 40, 30, 0.02
# of a row, once it is packed
_BYTES_OF_A_RECORD = {"episodes": 150, "agents": 12}


def dry_run(study: Study, out: Path | str | None = None) -> dict[str, Any]:
    """Return what a sweep of a study would cost; nothing is written.

    A few cells are run with few agents for a few episodes. Where agents differ in number from cell to cell, or plans
    of a few agents are made in another way than those of many, the time is rough.

    Parameters
    ----------
    study
        The study.
    out
        A folder that may hold a part of it already.

    Returns
    -------
    dict
        ``cells``, ``runs``, ``agent_steps``, ``files``, ``seconds`` on one core of this machine, and ``bytes`` on disk;
        the last two are rough. Where the folder holds this study also ``runs_left`` and ``seconds_left``: what is not
        finished there, as far as it can be predicted.

    Raises
    ------
    InputError
        If there is no such measure, or the folder is a damaged directory.
    """
    measures = measure_names(study)
    plan = admitted_prices(study, measures)
    work, files = predicted_work(study, plan), len(planned_chunks(study, plan))
    runs, steps = int(work.replicates.sum()), float((work.replicates * work.steps.astype(float)).sum())
    tried = _tried(study, measures)
    seconds = study.cell_count * tried.cell + runs * tried.run + steps * tried.step
    # a number hardly compresses, a column of a file has a head
    size = 8 * runs * len(measures) + files * (4_000 + 250 * len(measures))
    recorded = _BYTES_OF_A_RECORD.get(study.record, 0) * recorded_rows(study)
    cost = {
        "cells": study.cell_count,
        "runs": runs,
        "agent_steps": int(steps),
        "files": files,
        "seconds": seconds,
        "bytes": size + int(recorded),
    }
    if out is not None and (Path(out) / MANIFEST).exists():
        cost |= _left(open_store(out), study, seconds)
    return cost


def _left(store: Store, study: Study, seconds: float) -> dict[str, Any]:
    """Return what is not finished in a directory of the study; nothing of another's, or of a share."""
    if store.study.digest() != study.digest() or store.manifest.part is not None:
        return {}
    advance = Tally(store)
    whole = sum(sum(chunk_costs(stage.study, stage.manifest.prices, stage.files).values()) for stage in store.stages)
    return {"runs_left": advance.runs_left, "seconds_left": seconds * advance.left / whole}


class _Times(NamedTuple):
    """Seconds of a cell, of a run, and of an episode of an agent."""

    cell: float
    run: float
    step: float


def _tried(study: Study, measures: Sequence[str]) -> _Times:
    """Return the mean times of some cells from end to end of a study; of cells that are refused there are none."""
    warm_up(study.scenario)
    last, found = study.cell_count - 1, []
    for index in sorted({last * number // (_CELLS_TRIED - 1) for number in range(_CELLS_TRIED)}):
        with suppress(InputError):
            found.append(_times(study.cell_scenario(Cell(index, values_at(study, index))), study, measures))
    return _Times(*map(fmean, zip(*found, strict=True))) if found else _Times(0.0, 0.0, 0.0)


def _times(scenario: Scenario, study: Study, measures: Sequence[str]) -> _Times:
    is_exact = not set(MAP_VARIABLES).isdisjoint(measures)
    valuing = _seconds(lambda: exact_values(scenario)) if is_exact else 0.0
    if set(MAP_VARIABLES).issuperset(measures) and study.record == "none":
        return _Times(valuing, 0.0, 0.0)
    classes = counts_classes(measures)
    preparing = _seconds(lambda: prepare(scenario))
    agents, episodes, long = _large_enough(scenario, classes)
    shorter = max(1, episodes // 3)
    short = _running(in_small(scenario, agents, shorter), classes)
    step = max(long - short, 0.0) / (agents * max(episodes - shorter, 1))
    beginning = max(long - step * agents * episodes, 0.0)
    # agents are counted, and learners live, one by one
    each = classes or any(group.agents.decision == "learner" for group in scenario.group_scenarios)
    return _Times(valuing + preparing, beginning * (scenario.agents.count / agents if each else 1.0), step)


def _large_enough(scenario: Scenario, classes: bool) -> tuple[int, int, float]:
    """Return agents and episodes of a run that takes long enough to be timed, and the seconds that it takes."""
    agents, episodes = _AGENTS, _EPISODES
    while True:
        small = in_small(scenario, agents, episodes)
        seconds = _running(small, classes)
        if (
            seconds >= _LONG_ENOUGH
            or small.agents.count * small.run.episodes >= scenario.agents.count * scenario.run.episodes
        ):
            return small.agents.count, small.run.episodes, seconds
        agents, episodes = 2 * agents, 2 * episodes


def _running(scenario: Scenario, classes: bool) -> float:
    prepared = prepare(scenario)
    return min(_seconds(lambda: run_replicate(prepared, 0, 0, with_classes=classes)) for _ in range(2))


def _seconds(function: Callable[[], object]) -> float:
    began = time.perf_counter()
    function()
    return time.perf_counter() - began
