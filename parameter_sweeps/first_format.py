"""Study directories of the first format, which can be read but not gone on with.

They have no list of chunks, and the names of their files depend on all parameters that there were then. So each file
is known by the values and replicates in it.
"""

from __future__ import annotations

import errno
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from models.refusals import InputError, shortened
from parameter_sweeps.chunk_files import ADVICE, chunk_schema, is_bloated, read_chunk
from parameter_sweeps.chunks import Chunk
from parameter_sweeps.factors import axis_column
from parameter_sweeps.grids import cells_between
from parameter_sweeps.plain_files import plain_bytes
from parameter_sweeps.study import Study

if TYPE_CHECKING:
    import pyarrow as pa

_COLUMNS = ("error",)


def files_by_content(folder: Path, study: Study, chunks: Sequence[Chunk]) -> dict[Chunk, Path]:
    """Return the file of each chunk, in order; that of a chunk without results is not there."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    known = {}
    for path in sorted(folder.glob("*.parquet")):
        try:
            head = pq.ParquetFile(pa.BufferReader(plain_bytes(path)))
            if is_bloated(head):
                raise OSError(errno.EFBIG, "far more than its rows can need")
            head = head.read(columns=[*study.axes, "replicate"], use_threads=False)
        # a damaged head makes the reader raise nearly anything, a UnicodeDecodeError for one
        except Exception as error:
            problem = shortened(str(error))
            raise InputError([f"{path} must be a file of results, got {problem}: {ADVICE}"]) from None
        first = tuple(column[0].as_py() for column in head.slice(0, 1).columns)
        known[first, head.num_rows] = path
    files = {}
    for chunk in chunks:
        files[chunk] = known.get((_first_row(study, chunk), chunk.runs), folder / f"of_{chunk}.parquet")
    return files


def read_first_format(path: Path, chunk: Chunk, study: Study, measures: Sequence[str]) -> pa.Table:
    """Return the rows of a chunk with the columns of today: its error began with the stage, and had no traceback."""
    import pyarrow as pa

    table = read_chunk(path, chunk, chunk_schema(study, measures, _COLUMNS))
    told = [text.partition(": ") for text in table.column("error").to_pylist()]
    columns = [*table.columns[:-1], [stage for stage, _, _ in told], [error for _, _, error in told], [""] * len(told)]
    schema = chunk_schema(study, measures)
    return pa.table([column if isinstance(column, pa.ChunkedArray) else pa.array(column) for column in columns], schema)


def _first_row(study: Study, chunk: Chunk) -> tuple[object, ...]:
    cell = next(cells_between(study, chunk.first_cell, chunk.first_cell + 1))
    columns = [axis_column(axis) for axis in study.axes.values()]
    places = [axis.index(value) for axis, value in zip(study.axes.values(), cell.values.values(), strict=True)]
    values = [column[place].item() for column, place in zip(columns, places, strict=True)]
    return (*values, chunk.first_replicate)
