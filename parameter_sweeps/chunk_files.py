"""The file of a chunk: one row a run, in the order of cells and replicates; equal rows make equal bytes."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.refusals import InputError, shortened
from parameter_sweeps.chunks import Chunk
from parameter_sweeps.grids import varied_columns
from parameter_sweeps.study import Study

if TYPE_CHECKING:
    import pyarrow as pa


def chunk_content(
    study: Study, measures: Sequence[str], chunk: Chunk, found: Sequence[tuple[Mapping[str, float], str]]
) -> bytes:
    """Return the rows of a chunk as a Parquet file; equal rows give equal bytes.

    Parameters
    ----------
    study, measures, chunk
        What was run.
    found
        The measures and the error of each run, in the order of cells and replicates; what a run does not give
        is NaN.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    cells = np.arange(chunk.first_cell, chunk.end_cell)
    replicates = np.arange(chunk.first_replicate, chunk.end_replicate)
    varied = varied_columns(study, cells)
    columns: list[Any] = [np.repeat(column, replicates.size) for column in varied.values()]
    columns.append(np.tile(replicates, cells.size))
    columns += [np.array([row.get(name, np.nan) for row, _ in found], dtype=np.float64) for name in measures]
    columns.append([error for _, error in found])
    schema = chunk_schema(study, measures)
    table = pa.table([pa.array(column) for column in columns], schema=schema)
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def chunk_schema(study: Study, measures: Sequence[str]) -> pa.Schema:
    """Return the columns of a file: the varied keys, the replicate, the measures, the error."""
    import pyarrow as pa

    kinds = {key: column.dtype.kind for factor in study.factors for key, column in factor.written.items()}
    varied = [(key, pa.float64() if kind == "f" else pa.string()) for key, kind in kinds.items()]
    measured = [(name, pa.float64()) for name in measures]
    return pa.schema([*varied, ("replicate", pa.int64()), *measured, ("error", pa.string())])


def read_chunk(path: Path, chunk: Chunk, schema: pa.Schema) -> pa.Table:
    """Return the rows of a chunk.

    Raises
    ------
    InputError
        If the file cannot be read or holds other rows.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    advice = "delete it and run the sweep again"
    try:
        table = pq.ParquetFile(path).read()
    except (OSError, pa.ArrowException) as error:
        problem = shortened(str(error))
        raise InputError([f"{path} must be a file of results, got {problem}: {advice}"]) from None
    if table.num_rows != chunk.runs or not table.schema.equals(schema):
        raise InputError([f"{path} must hold {chunk.runs} rows of this study, got others: {advice}"])
    return table
