"""How the runs of a study are cut into chunks: pieces of work that are done, kept and resumed as one.

A chunk is all replicates of some consecutive cells, or some replicates of one heavy cell. The cut is made before the
first run, from predicted work only, so that the same study gives the same files however fast, and on however
many workers, it is run. Of a study that has become longer only what is new is cut (`parameter_sweeps.extension`).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from models.scenario import Scenario
from models.written import as_json
from parameter_sweeps.canonical import sha256, strict
from parameter_sweeps.factors import REGIME, varied_keys
from parameter_sweeps.grids import cells_between, touching_axes, values_over
from parameter_sweeps.study import Study
from simulation.run import LONGEST_TRAJECTORY

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


#: Columns that say why a run has no results; in the names of chunks, because they are in the files.
FAILURE_COLUMNS = ("stage", "error", "traceback")


class Prices(NamedTuple):
    """Predicted times in nanoseconds, and how long a chunk should take.

    Of a cell, of a run, of an episode of an agent, and of counting the classes of an agent that chooses with noise.
    Rounded from those of one core of a desktop machine. They decide how chunks are cut, so they are kept with a
    study. Floats, because integers would overflow in the largest studies.
    """

    cell: float = 2e6
    run: float = 5e5
    step: float = 35.0
    noisy_agent: float = 27e3
    chunk: float = 7.5e8


#: Nanoseconds of an episode of an agent in the loops that know every mechanism, in place of `Prices.step`.
STEP_OF_EVERYTHING = 170.0


class Chunk(NamedTuple):
    """Cells from `first_cell` up to, but not including, `end_cell`; and likewise replicates of each of them."""

    first_cell: int
    end_cell: int
    first_replicate: int
    end_replicate: int

    @property
    def runs(self) -> int:
        """The number of runs, which is that of rows."""
        return (self.end_cell - self.first_cell) * (self.end_replicate - self.first_replicate)


class Work(NamedTuple):
    """Predicted work of each cell, (cells,): replicates, agent-steps of a run, nanoseconds of a run."""

    replicates: NDArray[np.int64]
    steps: NDArray[np.int64]
    nanoseconds: NDArray[np.float64]


def predicted_work(study: Study, prices: Prices) -> Work:
    """Return what the cells of a study will cost."""
    import numpy as np

    agents, episodes = _along(study, "agents.count"), _along(study, "run.episodes")
    is_noisy = _along(study, "agents.rationality", lambda rationality: rationality != math.inf)
    steps = agents * episodes
    replicates = _along(study, "run.replicates")
    nanoseconds = prices.run + prices.step * steps + prices.noisy_agent * is_noisy * agents

    def of_cells(column: NDArray[Any]) -> NDArray[Any]:
        return np.broadcast_to(column, study.shape).ravel()

    return Work(of_cells(replicates), of_cells(steps), of_cells(nanoseconds))


def planned_chunks(study: Study, prices: Prices, planned: NDArray[np.int64] | None = None) -> list[Chunk]:
    """Return the chunks of a study, in the order of its cells and replicates.

    Parameters
    ----------
    study, prices
        The study, and what decides how it is cut.
    planned : (cells,)
        How many replicates of each cell are in chunks of an earlier plan, which are left out; none by default.
    """
    import numpy as np

    work = predicted_work(study, prices)
    begin = np.zeros_like(work.replicates) if planned is None else planned
    left = np.maximum(work.replicates - begin, 0)
    cost = np.where(left > 0, prices.cell + left * work.nanoseconds, 0.0)
    heavy = cost > prices.chunk
    piece = (np.cumsum(cost) - cost) // prices.chunk
    is_cut = (np.diff(piece) != 0) | heavy[1:] | heavy[:-1]
    # all cells of a chunk have the same replicates
    is_cut |= (np.diff(work.replicates) != 0) | (np.diff(begin) != 0)
    bounds = [0, *(np.flatnonzero(is_cut) + 1).tolist(), study.cell_count]
    chunks: list[Chunk] = []
    for first, end in pairwise(bounds):
        replicates = range(int(begin[first]), int(work.replicates[first]))
        at_once = max(1, int(prices.chunk // work.nanoseconds[first])) if heavy[first] else max(1, len(replicates))
        chunks += (
            Chunk(first, end, replicate, min(replicate + at_once, replicates.stop))
            for replicate in replicates[::at_once]
        )
    return chunks


def chunk_names(
    study: Study, measures: Sequence[str], chunks: Sequence[Chunk], functions: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Yield the name of each chunk: a SHA-256 of all that determines its rows, but not of the code.

    Of the code it has only the digest of each of the user's own measures, in `functions` by name. Of chunks with equal
    rows each but the first has its number among them in its name, since a name is that of one chunk.
    """
    common = sha256(shared_by_cells(study) | {"measures": list(measures), "functions": dict(functions or {})})
    regimes = written_regimes(study)
    seen: Counter[str] = Counter()
    for chunk in chunks:
        cells = cells_between(study, chunk.first_cell, chunk.end_cell)
        values = [[determining(key, value, regimes) for key, value in cell.values.items()] for cell in cells]
        name = sha256([common, values, chunk.first_replicate, chunk.end_replicate])
        yield sha256([name, seen[name]]) if seen[name] else name
        seen[name] += 1


def shared_by_cells(study: Study) -> dict[str, Any]:
    """Return what determines the rows of a study beside the values of their cells, their replicates and measures."""
    return {
        "scenario": study.scenario.model_dump(mode="json", exclude={"name": True, "run": {"replicates"}}),
        "keys": list(varied_keys(study)),
        "seed": study.seed,
        "burn_in": study.burn_in,
        "columns": FAILURE_COLUMNS,
        "independent": study.independent,
    }


def written_regimes(study: Study) -> dict[str, list[Any]]:
    """Return for the name of each regime of a study the name and what the regime is, as strict JSON."""
    return {name: [name, as_json(regime)] for name, regime in study.regimes.items()}


def determining(key: str, value: object, regimes: Mapping[str, Any]) -> Any:
    """Return a varied value as strict JSON holds it; a regime as its name and what it is."""
    return regimes[value] if key == REGIME and isinstance(value, str) and value in regimes else strict(value)


def recorded_rows(study: Study) -> float:
    """Return how many rows the records of a study have."""
    import numpy as np

    if study.record == "none":
        return 0.0
    episodes = _along(study, "run.episodes")
    every = np.maximum(-(-episodes // LONGEST_TRAJECTORY), 1) if study.record_every is None else study.record_every
    rows = _along(study, "run.replicates") * -(-episodes // every)
    if study.record == "agents":
        rows = rows * _along(study, "agents.count")
    return float(np.broadcast_to(rows, study.shape).sum(dtype=np.float64))


def _along(study: Study, key: str, read: Callable[[Any], float] = float) -> NDArray[np.int64]:
    """Return a whole number read off what stands at a key, over the grid."""
    import numpy as np

    def number(scenario: Scenario) -> list[float]:
        return [read(reduce(getattr, key.split("."), scenario))]

    return values_over(study, touching_axes(study, [key]), number)[0].astype(np.int64)
