"""One row run again from itself, and compared with what is kept, bit for bit."""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from models.refusals import InputError
from parameter_sweeps.axes import is_whole
from parameter_sweeps.chunks import Chunk
from parameter_sweeps.directory import Store, finished
from parameter_sweeps.grids import cells_between
from parameter_sweeps.loading import rows_of
from parameter_sweeps.own_measures import Measure, source_digests
from parameter_sweeps.provenance import basis_differences, current_basis
from parameter_sweeps.runs import Asked, cell_rows
from parameter_sweeps.store import open_store

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ROW = "ROW must be the index of a row in the table, or cell,replicate"


class Replay(NamedTuple):
    """A row that was run again.

    Attributes
    ----------
    row, cell, replicate, seed : which it is
    measures : (kept, found again) by name; NaN where a run gives nothing
    differences : names of the measures, or ``stage`` and ``error``, that are not the same to the bit
    not_run : measures of the user's own that were not run again, because they were not given or have changed
    other_code : in what the code differs from that which began the directory; nothing if it is the same
    failure : (kept, found again), each as *stage: error*; empty where the run went well
    """

    row: int
    cell: int
    replicate: int
    seed: int
    measures: dict[str, tuple[float, float]]
    differences: list[str]
    not_run: list[str]
    other_code: list[str]
    failure: tuple[str, str]

    @property
    def matches(self) -> bool:
        """Whether everything that was run again is the same to the bit."""
        return not self.differences


def replay_row(
    out: Path | str, row: int | tuple[int, int] | str, measures: Mapping[str, Measure] | None = None
) -> Replay:
    """Run one row of a study directory again and compare it with what is kept.

    Parameters
    ----------
    out
        A study directory; it need not be finished.
    row
        Index in the table of `load_results`, (cell, replicate), or either as text: ``12`` or ``3,0``.
    measures
        Measures of your own by name, to be run again too.

    Raises
    ------
    InputError
        If there is no such directory or row, or the file that it stands in is damaged.
    """
    store = open_store(out)
    index, stage, chunk, place = _found(store, _wanted(row))
    kept = rows_of(stage, [chunk]).iloc[place]
    functions, not_run = _functions(store, measures or {})
    names = [name for name in store.measures if name not in not_run]
    cell, replicate = int(kept["cell"]), int(kept["replicate"])
    asked = Asked(store.study, names, functions, None)
    found, failure = cell_rows(asked, next(cells_between(store.study, cell, cell + 1)), [replicate])[0]
    pairs = {name: (float(kept[name]), found.get(name, float("nan"))) for name in names}
    differences = [name for name, (ours, theirs) in pairs.items() if not _same(ours, theirs)]
    differences += [name for name in ("stage", "error") if kept[name] != getattr(failure, name)]
    basis = store.manifest.basis
    other = ["the first format does not say by which code it was written"] if basis is None else []
    other += [] if basis is None else basis_differences(basis, current_basis())
    failed = (_told(kept["stage"], kept["error"]), _told(failure.stage, failure.error))
    return Replay(index, cell, replicate, store.study.seed, pairs, differences, not_run, other, failed)


def _wanted(row: object) -> int | tuple[int, int]:
    if isinstance(row, str):
        match = re.fullmatch(r"\s*(\d{1,18})\s*(?:,\s*(\d{1,18})\s*)?", row)
        if match is None:
            raise InputError([f"{_ROW}, got {row!r}"])
        return int(match[1]) if match[2] is None else (int(match[1]), int(match[2]))
    if is_whole(row):
        return int(row)
    if isinstance(row, tuple) and len(row) == 2 and all(is_whole(number) for number in row):
        return int(row[0]), int(row[1])
    raise InputError([f"{_ROW}, got {row!r}"])


def _found(store: Store, wanted: int | tuple[int, int]) -> tuple[int, Store, Chunk, int]:
    """Return the index of a row in the table, the stage and the chunk that it stands in, and its place there."""
    import numpy as np

    chunks = [(stage, chunk) for stage, some in finished(store) for chunk in some]
    cells, replicates, begins = _numbers(chunks)
    order = np.lexsort([replicates, cells])
    if isinstance(wanted, int):
        rows = np.array([wanted] if 0 <= wanted < order.size else [], dtype=np.int64)
    else:
        rows = np.flatnonzero((cells[order] == wanted[0]) & (replicates[order] == wanted[1]))
    if not rows.size:
        asked = f"row {wanted}" if isinstance(wanted, int) else f"cell {wanted[0]}, replicate {wanted[1]}"
        raise InputError([f"{_ROW}; there are {order.size} rows in {store.folder}, numbered from 0, got {asked}"])
    row = int(order[rows[0]])
    number = int(np.searchsorted(begins, row, side="right")) - 1
    return int(rows[0]), *chunks[number], row - int(begins[number])


def _numbers(chunks: Sequence[tuple[Store, Chunk]]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the cell and the replicate of each row of some chunks, in their order, and where each chunk begins."""
    import numpy as np

    cells, replicates = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for stage, chunk in chunks:
        own, times = stage.places(np.arange(chunk.first_cell, chunk.end_cell)), chunk.runs
        of_chunk = np.arange(chunk.first_replicate, chunk.end_replicate)
        cells.append(np.repeat(own, of_chunk.size))
        replicates.append(np.resize(of_chunk, times))
    begins = np.cumsum([0, *(chunk.runs for _, chunk in chunks)], dtype=np.int64)[:-1]
    return np.concatenate(cells), np.concatenate(replicates), begins


def _functions(store: Store, given: Mapping[str, Measure]) -> tuple[dict[str, Measure], list[str]]:
    held, digests = store.manifest.functions, source_digests(given)
    functions = {name: function for name, function in given.items() if held.get(name) == digests[name]}
    return functions, [name for name in held if name not in functions]


def _same(ours: float, theirs: Any) -> bool:
    """Return whether two numbers are the same to the bit; any NaN is like any other."""
    return struct.pack("<d", ours) == struct.pack("<d", theirs) or (ours != ours and theirs != theirs)


def _told(stage: str, error: str) -> str:
    return f"{stage}: {error}" if stage or error else ""
