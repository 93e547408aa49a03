"""Results of a study directory, as one tidy table: a row for each cell and replicate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from models.refusals import InputError
from parameter_sweeps.chunk_files import chunk_schema, read_chunk
from parameter_sweeps.chunks import Chunk
from parameter_sweeps.directory import Store, chunks_of_cells, finished, unfinished
from parameter_sweeps.first_format import read_first_format
from parameter_sweeps.grids import varied_columns
from parameter_sweeps.log import read_log
from parameter_sweeps.store import open_store

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


def load_results(out: Path | str, partial: bool = False) -> pd.DataFrame:
    """Return the results of a sweep, one row a cell and replicate, sorted by both.

    Parameters
    ----------
    out
        A study directory.
    partial
        Whether a sweep that is not finished is loaded too; rows that are missing are left out, and
        ``attrs["missing_cells"]`` says in how many cells.

    Returns
    -------
    DataFrame
        Columns: ``cell``, the varied keys in the order of the axes (numbers, or text where any value is none),
        ``replicate``, ``seed``, the measures, and ``stage``, ``error`` and ``traceback``, empty where a run went
        well.

    Raises
    ------
    InputError
        If there is no study directory, a file in it cannot be read, or cells are missing.
    """
    return results_of(open_store(out), partial)


def results_of(store: Store, is_partial: bool = False) -> pd.DataFrame:
    """Return what `load_results` returns, of a directory that is open."""
    missing = unfinished(store)
    cells = int((chunks_of_cells(store, missing) > 0).sum()) if missing else 0
    if store.manifest.part and not is_partial:
        number, parts = store.manifest.part
        raise InputError([f"{store.folder} must hold a whole study, got part {number} of {parts}: merge the parts"])
    if missing and not is_partial:
        counted = f"{cells} of {store.study.cell_count} cells missing"
        raise InputError([f"{store.folder} must be finished, got {counted}: run the sweep again"])
    table = rows_of_stages([(stage, chunks) for stage, chunks in finished(store)])
    table.attrs["missing_cells"] = cells
    return table


def rows_of_stages(chunks: Sequence[tuple[Store, Sequence[Chunk]]]) -> pd.DataFrame:
    """Return the rows of some chunks of each stage of a directory, sorted by cell and replicate."""
    import pandas as pd

    tables = [rows_of(stage, some) for stage, some in chunks]
    if len(tables) == 1:
        return tables[0]
    return pd.concat(tables, ignore_index=True).sort_values(["cell", "replicate"], kind="stable", ignore_index=True)


def rows_of(store: Store, chunks: Sequence[Chunk]) -> pd.DataFrame:
    """Return the rows of some chunks of a stage, in their order, with the columns of `load_results`.

    Cells have the numbers, and varied values the form, that they have in the whole study.
    """
    import numpy as np
    import pyarrow as pa

    read = _reader(store)
    tables = [read(chunk) for chunk in chunks]
    cells = [
        np.repeat(np.arange(chunk.first_cell, chunk.end_cell), chunk.end_replicate - chunk.first_replicate)
        for chunk in chunks
    ]
    empty = chunk_schema(store.study, store.measures).empty_table()
    numbers = store.places(np.concatenate([np.empty(0, np.int64), *cells]))
    table = pa.concat_tables([empty, *tables])
    if store.grown is not None:
        schema = chunk_schema(store.whole_study, store.measures)
        for place, (key, column) in enumerate(varied_columns(store.whole_study, numbers).items()):
            table = table.set_column(place, schema.field(key), pa.array(column, schema.field(key).type))
    frame: pd.DataFrame = table.to_pandas()
    frame.insert(0, "cell", numbers)
    frame.insert(int(frame.columns.get_loc("replicate")) + 1, "seed", np.int64(store.study.seed))  # type: ignore[arg-type]
    return frame


def _reader(store: Store) -> Callable[[Chunk], pa.Table]:
    """Return a function that reads the rows of a chunk and compares them with the digest in the log."""
    if store.manifest.format == 1:
        return lambda chunk: read_first_format(store.files[chunk], chunk, store.study, store.measures)
    log, schema = read_log(store.folder), chunk_schema(store.study, store.measures)

    def read(chunk: Chunk) -> pa.Table:
        path = store.files[chunk]
        entry = log.get(path.stem)
        return read_chunk(path, chunk, schema, None if entry is None else entry.sha256)

    return read
