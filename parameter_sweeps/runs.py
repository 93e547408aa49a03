"""The runs of a chunk, each a row: its measures, or why it has none; and what is recorded of them."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from models.scenario import Scenario
from parameter_sweeps.chunk_files import chunk_content
from parameter_sweeps.chunks import Chunk
from parameter_sweeps.failures import NO_FAILURE, Failure, failure_of
from parameter_sweeps.grids import ConsecutiveScenarios, cells_between
from parameter_sweeps.maps import MAP_VARIABLES
from parameter_sweeps.own_measures import Measure, measured
from parameter_sweeps.recorded_runs import recorded_run, recording_options
from parameter_sweeps.records import RecordWriter
from parameter_sweeps.study import Cell, Study
from simulation.measures import CLASS_MEASURES, Told, measures_of
from simulation.preparation import Prepared, prepare
from simulation.replicates import run_replicate
from simulation.valuation import strategy_values

Row = tuple[dict[str, float], Failure]


class Found(NamedTuple):
    """What a run gives before it is a row: what its measures are made of, None without a run, and other values."""

    told: Told | None
    others: dict[str, float]


NOTHING = Found(None, {})


class Computed(NamedTuple):
    """What a worker returns of a chunk: its files, what failed, and what it took.

    Attributes
    ----------
    content, records : the file of results, and that of records, None where nothing is recorded
    failures, first_failure : number of runs that failed, and the first of them in words
    seconds, worker, host : time that it took, number of the process, name of the machine
    """

    content: bytes
    records: bytes | None
    failures: int
    first_failure: str
    seconds: float
    worker: str
    host: str


@dataclass(frozen=True)
class Asked:
    """What is asked of each run of a chunk: measures, the user's own among them, and whether it is recorded."""

    study: Study
    measures: Sequence[str]
    functions: Mapping[str, Measure]
    writer: RecordWriter | None

    @cached_property
    def scenarios(self) -> ConsecutiveScenarios:
        """The scenarios of its cells."""
        return ConsecutiveScenarios(self.study)

    @cached_property
    def some_exact(self) -> bool:
        """Whether any measure is a variable of a map."""
        return not set(MAP_VARIABLES).isdisjoint(self.measures)

    @cached_property
    def needs_no_run(self) -> bool:
        """Whether all measures are exact, and nothing is recorded."""
        return set(MAP_VARIABLES).issuperset(self.measures) and self.writer is None

    @cached_property
    def options(self) -> dict[str, Any]:
        """How runs are made; classes are counted only if they are asked for."""
        return {"with_classes": counts_classes(self.measures), "burn_in": self.study.burn_in}


def compute_chunk(
    study: Study, measures: Sequence[str], chunk: Chunk, functions: Mapping[str, Measure] | None = None
) -> Computed:
    """Return the rows of a chunk, run in this process, as a Parquet file, and their records."""
    began = time.perf_counter()
    writer = None if study.record == "none" else RecordWriter(study.record == "agents")
    asked = Asked(study, measures, functions or {}, writer)
    replicates = range(chunk.first_replicate, chunk.end_replicate)
    cells = cells_between(study, chunk.first_cell, chunk.end_cell)
    rows = _settled([found for cell in cells for found in _of_cell(asked, cell, replicates)])
    return packed(study, measures, chunk, rows, None if writer is None else writer.content(), began)


def cell_rows(asked: Asked, cell: Cell, replicates: Sequence[int]) -> list[Row]:
    """Return the measures and the failure, if there is one, of each replicate of a cell."""
    return _settled(_of_cell(asked, cell, replicates))


def _settled(found: Sequence[tuple[Found, Failure]]) -> list[Row]:
    """Return rows; the measures of all are computed at once."""
    measures = iter(measures_of([told for (told, _), _ in found if told is not None]))
    return [({**({} if told is None else next(measures)), **others}, failure) for (told, others), failure in found]


def _of_cell(asked: Asked, cell: Cell, replicates: Sequence[int]) -> list[tuple[Found, Failure]]:
    stage = "scenario"
    try:
        # the study's own cell, whose values were admitted and are not checked anew
        scenario = asked.scenarios.of(cell.values)
        stage = "values"
        exact = exact_values(scenario) if asked.some_exact else {}
        stage = "preparation"
        prepared = prepare(scenario)
    except Exception as error:
        return [(NOTHING, failure_of(stage, error)) for _ in replicates]
    stream = asked.study.stream_of(cell)
    return [_of_run(asked, prepared, exact, cell.index, replicate, stream) for replicate in replicates]


def packed(
    study: Study, measures: Sequence[str], chunk: Chunk, rows: Sequence[Row], records: bytes | None, began: float
) -> Computed:
    """Return a chunk's rows and records as a worker returns them; `began` is when it began, `time.perf_counter`."""
    failed = [(number, failure) for number, (_, failure) in enumerate(rows) if failure != NO_FAILURE]
    first = ""
    if failed:
        number, failure = failed[0]
        cell, replicate = divmod(number, chunk.end_replicate - chunk.first_replicate)
        where = f"cell {chunk.first_cell + cell}, replicate {chunk.first_replicate + replicate}"
        first = f"{where}: {failure.stage}: {failure.error}"
    content = chunk_content(study, measures, chunk, rows)
    seconds = round(time.perf_counter() - began, 6)
    return Computed(content, records, len(failed), first, seconds, str(os.getpid()), platform.node())


def counts_classes(measures: Sequence[str]) -> bool:
    """Return whether any measure is a share of a class, for which agents are counted."""
    return not CLASS_MEASURES.isdisjoint(measures)


def _of_run(
    asked: Asked, prepared: Prepared, exact: dict[str, float], cell: int, replicate: int, stream: int
) -> tuple[Found, Failure]:
    if asked.needs_no_run:
        return Found(None, exact), NO_FAILURE
    study, stage, options = asked.study, "run", {**asked.options, "stream": stream}
    shown, kept = recording_options(study, prepared.scenario.run.episodes, bool(asked.functions))
    try:
        run = run_replicate(prepared, study.seed, replicate, **options, **shown)
        found = Found(run.told, dict(exact))
        if asked.functions:
            seen = recorded_run(study, prepared, replicate, run, shown["record_every"])
            for name, function in asked.functions.items():
                stage = f"measures.{name}"
                found.others[name] = measured(function, seen)
        stage = "record"
        if asked.writer is not None:
            if kept != shown:
                run = run_replicate(prepared, study.seed, replicate, **options, **kept)
            asked.writer.add_run(cell, replicate, kept["record_every"], prepared.scenario, study.burn_in, run)
    except Exception as error:
        return NOTHING, failure_of(stage, error)
    return found, NO_FAILURE


def exact_values(scenario: Scenario) -> dict[str, float]:
    """Return the variables of a map of one scenario, by name."""
    if scenario.agents.groups:
        # one number for agents of several groups would speak of none of them
        return dict.fromkeys(MAP_VARIABLES, float("nan"))
    values = strategy_values(scenario, method="exact")
    return {**values.values, **{name: getattr(values, name) for name in MAP_VARIABLES.keys() - values.values}}
