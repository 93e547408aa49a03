"""How far a sweep has come: runs and cells done, failures, and the time that is left by predicted work."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from models.refusals import InputError
from parameter_sweeps.chunks import STEP_OF_EVERYTHING, Chunk, Prices, predicted_work
from parameter_sweeps.directory import Store, chunks_of_cells, unfinished
from parameter_sweeps.factors import REGIME
from parameter_sweeps.grids import scenario_with
from parameter_sweeps.study import Study

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Advance(NamedTuple):
    """How far a sweep has come.

    Attributes
    ----------
    runs_done, runs : those of earlier sweeps in the same directory included
    cells_done, cells : cells of which every run is done
    failed_runs : of those that were run now
    runs_per_second : since this sweep began; 0 before the first
    seconds_left : NaN before the first
    """

    runs_done: int
    runs: int
    cells_done: int
    cells: int
    failed_runs: int
    runs_per_second: float
    seconds_left: float


class Tally:
    """Counts what a sweep finishes, from its beginning.

    Parameters
    ----------
    store
        The study directory, whose missing chunks are to be run.
    """

    def __init__(self, store: Store) -> None:
        missing = unfinished(store)
        self.costs = {stage.home: chunk_costs(stage.study, stage.manifest.prices, chunks) for stage, chunks in missing}
        self.left = sum(sum(costs.values()) for costs in self.costs.values())
        self.chunks_left = chunks_of_cells(store, missing)
        self.runs = sum(chunk.runs for stage in store.stages for chunk in stage.files)
        self.cells = int((chunks_of_cells(store, [(stage, stage.files) for stage in store.stages]) > 0).sum())
        self.cells_left = int((self.chunks_left > 0).sum())
        self.runs_left = sum(chunk.runs for _, chunks in missing for chunk in chunks)
        self.to_run, self.work = self.runs_left, self.left
        self.failed = 0
        self.began = time.monotonic()

    def finish(self, stage: Store, chunk: Chunk, failures: int) -> Advance:
        """Count a chunk of a stage that is finished, and return how far the sweep has come."""
        import numpy as np

        self.left -= self.costs[stage.home][chunk]
        self.runs_left -= chunk.runs
        self.failed += failures
        places = stage.places(np.arange(chunk.first_cell, chunk.end_cell))
        self.chunks_left[places] -= 1
        self.cells_left -= int((self.chunks_left[places] == 0).sum())
        return self.so_far()

    def so_far(self) -> Advance:
        """Return how far the sweep has come."""
        elapsed, done = time.monotonic() - self.began, self.work - self.left
        return Advance(
            self.runs - self.runs_left,
            self.runs,
            self.cells - self.cells_left,
            self.cells,
            self.failed,
            (self.to_run - self.runs_left) / elapsed if elapsed > 0 else 0.0,
            max(self.left, 0.0) * elapsed / done if done > 0 else float("nan"),
        )


def chunk_costs(study: Study, prices: Prices, chunks: Iterable[Chunk]) -> dict[Chunk, float]:
    """Return the predicted time of each chunk on one core, nanoseconds."""
    import numpy as np

    work = predicted_work(study, prices)
    nanoseconds = work.nanoseconds + (_steps_of_regimes(study, prices) - prices.step) * work.steps
    # of all runs of a cell there is one price, so that sums over cells are differences of two running sums
    until = np.concatenate([[0.0], np.cumsum(nanoseconds)])
    costs = {}
    for chunk in chunks:
        replicates = chunk.end_replicate - chunk.first_replicate
        runs = float(until[chunk.end_cell] - until[chunk.first_cell]) * replicates
        costs[chunk] = runs + prices.cell * (chunk.end_cell - chunk.first_cell)
    return costs


def _steps_of_regimes(study: Study, prices: Prices) -> NDArray[np.float64] | float:
    """Return the price of a step in each cell, (cells,): some regimes need every mechanism, and others do not."""
    if not study.regimes:
        return prices.step
    import numpy as np

    from simulation.growth import at_birth
    from simulation.mechanisms import is_basic

    found = []
    for name in study.regimes:
        basic = False
        # a regime may be right only with the rest of a cell
        with suppress(InputError):
            basic = is_basic(at_birth(scenario_with(study, {REGIME: name})))
        found.append(Prices().step if basic else STEP_OF_EVERYTHING)
    # regimes run slowest
    return np.repeat(found, study.cell_count // len(found))
