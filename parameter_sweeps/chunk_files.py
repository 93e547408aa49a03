"""The file of a chunk: one row a run, in the order of cells and replicates; equal rows make equal bytes."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.refusals import InputError, shortened
from parameter_sweeps.chunks import FAILURE_COLUMNS, Chunk
from parameter_sweeps.failures import Failure
from parameter_sweeps.grids import varied_columns
from parameter_sweeps.log import digest_of
from parameter_sweeps.plain_files import plain_bytes
from parameter_sweeps.study import Study

if TYPE_CHECKING:
    import pyarrow as pa

#: What is to be done about a damaged file.
ADVICE = "delete it and run the sweep again"
#: What a file may take unpacked; the longest entries are tracebacks.
MOST_BYTES, MOST_BYTES_OF_A_ROW = 50_000_000, 100_000


def chunk_content(
    study: Study, measures: Sequence[str], chunk: Chunk, found: Sequence[tuple[Mapping[str, float], Failure]]
) -> bytes:
    """Return the rows of a chunk as a Parquet file; equal rows give equal bytes.

    Parameters
    ----------
    study, measures, chunk
        What was run.
    found
        The measures and the failure of each run, `NO_FAILURE` if there is none, in the order of cells and replicates;
        what a run does not give is NaN.
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
    columns += [[getattr(failure, name) for _, failure in found] for name in FAILURE_COLUMNS]
    schema = chunk_schema(study, measures)
    table = pa.table([pa.array(column) for column in columns], schema=schema)
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd", write_page_checksum=True)
    return buffer.getvalue()


def chunk_schema(study: Study, measures: Sequence[str], failures: Sequence[str] = FAILURE_COLUMNS) -> pa.Schema:
    """Return the columns of a file: the varied keys, the replicate, the measures, and why a run failed."""
    import pyarrow as pa

    kinds = {key: column.dtype.kind for factor in study.factors for key, column in factor.written.items()}
    varied = [(key, pa.float64() if kind == "f" else pa.string()) for key, kind in kinds.items()]
    measured = [(name, pa.float64()) for name in measures]
    told = [(name, pa.string()) for name in failures]
    return pa.schema([*varied, ("replicate", pa.int64()), *measured, *told])


def read_chunk(path: Path, chunk: Chunk, schema: pa.Schema, sha256: str | None = None) -> pa.Table:
    """Return the rows of a chunk.

    Parameters
    ----------
    path, chunk, schema
        The file, and what it must hold.
    sha256
        Digest of the bytes that were written; None where it is not known.

    Raises
    ------
    InputError
        If the file cannot be read, is another than was written, or holds other rows.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        content = plain_bytes(path)
        # before it is unpacked: what is inside a damaged file can be anything
        if sha256 is not None and digest_of(content) != sha256:
            raise InputError([f"{path} must be as it was written, got other bytes: {ADVICE}"])
        file = pq.ParquetFile(pa.BufferReader(content), page_checksum_verification=True)
        # before anything is unpacked: a few bytes may stand for more than a computer holds
        if file.metadata.num_rows != chunk.runs or not file.schema_arrow.equals(schema) or is_bloated(file):
            raise InputError([f"{path} must hold {chunk.runs} rows of this study, got others: {ADVICE}"])
        # a thread of the reader that lets go of the bytes as the interpreter ends would abort the process
        table = file.read(use_threads=False)
    except (InputError, MemoryError):
        raise
    # a damaged head makes the reader raise nearly anything, a UnicodeDecodeError for one
    except Exception as error:
        problem = shortened(str(error))
        raise InputError([f"{path} must be a file of results, got {problem}: {ADVICE}"]) from None
    return table


def is_bloated(file: Any) -> bool:
    """Return whether a Parquet file would take far more memory than its rows can need."""
    groups = range(file.metadata.num_row_groups)
    unpacked = sum(file.metadata.row_group(number).total_byte_size for number in groups)
    return bool(unpacked > MOST_BYTES + MOST_BYTES_OF_A_ROW * file.metadata.num_rows)
