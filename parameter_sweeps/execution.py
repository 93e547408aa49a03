"""Sweeps: every cell of a study is run, chunk by chunk, and what is finished is never run again."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.refusals import InputError, nearest_key, shortened
from models.scenario import Scenario
from parameter_sweeps.advance import Advance, Tally, chunk_costs
from parameter_sweeps.chunks import STEP_OF_EVERYTHING, Chunk, Prices
from parameter_sweeps.directory import Store, locked, unfinished
from parameter_sweeps.executors import Executor, chosen_executor
from parameter_sweeps.factors import values_at
from parameter_sweeps.failures import FailedRunError, Failure
from parameter_sweeps.grids import scenario_with
from parameter_sweeps.loading import results_of
from parameter_sweeps.maps import MAP_VARIABLES
from parameter_sweeps.own_measures import Measure, admitted_measures, source_digests
from parameter_sweeps.pool import MOST_DEATHS
from parameter_sweeps.provenance import current_basis, note_beginning, note_end
from parameter_sweeps.records import RecordWriter
from parameter_sweeps.runs import Computed, compute_chunk, counts_classes, exact_values, packed
from parameter_sweeps.sharding import admitted_part
from parameter_sweeps.small_scenarios import in_small
from parameter_sweeps.store import begin, renewed
from parameter_sweeps.study import Study, admitted_study
from simulation.growth import at_birth
from simulation.measures import MEASURE_NAMES
from simulation.mechanisms import is_basic
from simulation.preparation import prepare
from simulation.replicates import run_replicate

if TYPE_CHECKING:
    import pandas as pd

#: Names that are those of columns, so that no measure of the user's own can have them.
COLUMN_NAMES = ("cell", "replicate", "seed", "episode", "agent", "stage", "error", "traceback")

_LOST = Failure("worker", f"the worker process died {MOST_DEATHS} times")

_CELLS_LOOKED_AT = 16

Compute = Callable[..., Computed]


def run_sweep(
    study: Study,
    out: Path | str,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    *,
    measures: Mapping[str, Measure] | None = None,
    fail_fast: bool = False,
    accept_other_code: bool = False,
    report: Callable[[Advance], None] | None = None,
    part: tuple[int, int] | None = None,
    cluster: str | None = None,
    compute: Compute = compute_chunk,
) -> pd.DataFrame:
    """Run every cell of a study, or go on where an earlier sweep of it stopped, and return the results.

    Where the folder holds a shorter study (fewer values, points, regimes or replicates, all else as it is), only what
    is new is run, and no row that is there changes.

    A run that fails is a row with its error. So is one that is lost because its worker died three times; to
    have such a run tried again, delete its file. The same study gives the same files in ``cells/`` and the
    same table, whatever the number of workers and however often the sweep was interrupted.

    Parameters
    ----------
    study
        The study.
    out
        The study directory: a folder that is empty, still to be made, or holds this study or a shorter one.
    workers
        Number of processes. With 1 everything is run in this process. By default one a core; where cells are short,
        this process then begins itself, and starts others only if there is enough to do.
    progress
        Called with (runs done, runs) whenever some more are kept.
    measures
        Measures of your own beside the study's: functions by name, each of a
        `parameter_sweeps.own_measures.RecordedRun`, which return a number. They cross processes, so they stand at the
        top level of a module. A function whose source has changed is computed anew.
    fail_fast
        Whether the first run that fails stops the sweep.
    accept_other_code
        Whether a directory that was begun by other code or packages is gone on with; it is noted there.
    report
        Called with an `Advance` whenever some more runs are kept.
    part
        (k, n) to run the k-th of n parts of the plan only, k from 1.
    cluster
        Address of the dask.distributed scheduler whose workers compute, such as ``tcp://host:8786``; or "local", which
        starts a scheduler and `workers` workers on this machine. Files are written by this process alone.
    compute
        How the rows of a chunk are computed; crosses processes.

    Returns
    -------
    DataFrame
        As `parameter_sweeps.loading.load_results` returns it; of a part, the rows of the part.

    Raises
    ------
    InputError
        If a measure, the number of workers or the cluster is wrong, or the folder cannot be used. Nothing is written
        then. Also if the cluster is lost on the way; what is finished is kept.
    FailedRunError
        If a run failed and `fail_fast` is true; rows that are finished are kept.
    OSError
        If the disk is full or fails on the way; what is finished is kept.
    RuntimeError
        If worker processes cannot be started.
    """
    admitted_study(study)
    functions = admitted_measures(measures, (*MEASURE_NAMES, *MAP_VARIABLES, *COLUMN_NAMES))
    names = (*measure_names(study), *functions)
    part = None if part is None else admitted_part(part)
    digests = source_digests(functions)
    with chosen_executor(workers, cluster) as executor:
        prices = admitted_prices(study, names, bool(functions))
        store = begin(study, out, names, prices, digests, part, accept_other_code)
        options = {"functions": functions} if functions else {}
        # what others have written may end the process that computes it
        is_ours = compute is compute_chunk and not functions
        with locked(store):
            store = renewed(store, digests)
            tally, tell = Tally(store), _reporting(progress, report)
            for stage, missing in unfinished(store):
                work = partial(compute, stage.study, stage.measures, **options)
                is_light = is_ours and _is_basic_throughout(study) and _are_short(stage, missing)
                _run_missing(stage, missing, tally, executor, work, is_light, fail_fast, tell)
    return results_of(store, part is not None)


def measure_names(study: Study) -> tuple[str, ...]:
    """Return the measures that a study asks for: names of measures, of variables of a map, or all measures.

    Raises
    ------
    InputError
        For each name that is neither, with the nearest that is.
    """
    known = (*MEASURE_NAMES, *MAP_VARIABLES)
    messages = []
    for name in study.measures:
        if name not in known:
            nearest = nearest_key(name, known)
            suggestion = f"; did you mean {nearest}?" if nearest else ""
            messages.append(f"measures must be names of measures, got {shortened(name)}{suggestion}")
    if messages:
        raise InputError(messages)
    return study.measures or MEASURE_NAMES


def _reporting(
    progress: Callable[[int, int], None] | None, report: Callable[[Advance], None] | None
) -> Callable[[Advance], None]:
    def tell(advance: Advance) -> None:
        if report is not None:
            report(advance)
        if progress is not None:
            progress(advance.runs_done, advance.runs)

    return tell


def admitted_prices(study: Study, measures: Sequence[str], is_recorded: bool = False) -> Prices:
    """Return the prices by which a study is cut into chunks."""
    prices = Prices() if _is_basic_throughout(study) else Prices(step=STEP_OF_EVERYTHING)
    # a recorded run counts classes, whether they are asked for or not
    return prices if is_recorded or counts_classes(measures) else prices._replace(noisy_agent=0.0)


def _are_short(store: Store, chunks: Sequence[Chunk]) -> bool:
    """Return whether none of the chunks is one heavy run."""
    prices = store.manifest.prices
    return max(chunk_costs(store.study, prices, chunks).values(), default=0.0) <= 2 * prices.chunk


def _is_basic_throughout(study: Study) -> bool:
    """Return whether the loops of the basic model serve the cells of a study, by some cells from end to end."""
    last = study.cell_count - 1
    for index in {last * number // _CELLS_LOOKED_AT for number in range(_CELLS_LOOKED_AT + 1)}:
        # values that are not right together are a row with an error, and cost nothing
        with suppress(InputError):
            if not is_basic(at_birth(scenario_with(study, values_at(study, index)))):
                return False
    return True


def _lost(store: Store, chunk: Chunk) -> Computed:
    """Return the rows of a chunk whose worker died again and again."""
    records = RecordWriter(with_agents=False).content() if store.is_recorded else None
    rows: list[tuple[dict[str, float], Failure]] = [({}, _LOST)] * chunk.runs
    return packed(store.study, store.measures, chunk, rows, records, time.perf_counter())


def _run_missing(
    store: Store,
    missing: Sequence[Chunk],
    tally: Tally,
    executor: Executor,
    work: Callable[[Chunk], Computed],
    is_light: bool,
    fail_fast: bool,
    tell: Callable[[Advance], None],
) -> None:
    basis = current_basis()
    about: dict[str, Any] = {
        "seed": store.study.seed,
        "executor": type(executor).__name__,
        "workers": getattr(executor, "workers", 1),
        "part": store.manifest.part,
    }
    sweep = uuid.uuid4().hex[:12]
    about |= {"sweep": sweep, "runs_missing": tally.runs_left, "files_missing": len(missing)}
    note_beginning(store.folder, basis, **about)
    failed_before = tally.failed
    try:
        with closing(_computed(work, store.study, missing, executor, is_light)) as found:
            for chunk, returned in found:
                computed = returned or _lost(store, chunk)
                content, records, failures, first_failure, *_ = computed
                took = {"seconds": computed.seconds, "worker": computed.worker, "host": computed.host}
                store.keep(chunk, content, records, failures=failures, code=basis["code"], **took)
                tell(tally.finish(store, chunk, failures))
                if fail_fast and failures:
                    raise FailedRunError(f"{first_failure}; the sweep was stopped, and what is finished is kept")
    finally:
        # where the disk is full, that is what is told
        with suppress(OSError):
            note_end(store.folder, sweep=sweep, runs_missing=tally.runs_left, failed_runs=tally.failed - failed_before)


def _computed(
    work: Callable[[Chunk], Computed], study: Study, chunks: Sequence[Chunk], executor: Executor, is_light: bool
) -> Generator[tuple[Chunk, Computed | None], None, None]:
    yield from executor.finished(work, chunks, partial(warm_up, study.scenario), is_light)


def warm_up(scenario: Scenario) -> None:
    """Run one agent for one episode, which compiles what a run needs."""
    small = in_small(scenario, 1, 1)
    exact_values(small)
    run_replicate(prepare(small), 0, 0)
