"""What is recorded of runs beside their measures: one more file a chunk, a row an episode or an agent in an episode.

A record is there before the results of its chunk are, so that what is finished has its records. Recording reads the
sums of a run and changes nothing: the files of results are the same, to the byte, with it and without.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.refusals import InputError, shortened
from models.scenario import Scenario
from parameter_sweeps.chunk_files import ADVICE, is_bloated
from parameter_sweeps.log import digest_of
from parameter_sweeps.plain_files import plain_bytes
from parameter_sweeps.study import Study
from simulation.census import census_episodes
from simulation.measures import CLASS_MEASURES
from simulation.run import LONGEST_TRAJECTORY

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from simulation.replicates import ReplicateRun

#: Rows are written when there are so many, so that memory stays flat.
_ROWS_AT_ONCE = 100_000
_INDEX = ("cell", "replicate", "episode")


def stretch(study: Study, episodes: int) -> int:
    """Return the episodes in a row of a record: the study's `record_every`, or as many as give at most 1,000 rows."""
    return study.record_every or standard_stretch(episodes)


def standard_stretch(episodes: int) -> int:
    """Return the episodes in a stretch of a trajectory of at most 1,000 stretches."""
    return -(-episodes // LONGEST_TRAJECTORY)


class RecordWriter:
    """Collects the records of a chunk and writes them as a Parquet file, in the order in which they are given.

    Parameters
    ----------
    with_agents : bool
        Whether a row is an agent in a stretch of episodes, and not the stretch.
    """

    def __init__(self, with_agents: bool) -> None:
        self.with_agents = with_agents
        self.buffer = io.BytesIO()
        self.writer: Any = None
        self.waiting: list[pa.Table] = []
        self.rows = 0

    def add_run(
        self, cell: int, replicate: int, every: int, scenario: Scenario, burn_in: int, run: ReplicateRun
    ) -> None:
        """Add the record of a run with `every` episodes in a stretch."""
        if run.recorder is None:
            raise RuntimeError("the run was not recorded")
        variables, censuses = run.recorder.variables(), census_episodes(scenario.run.episodes, burn_in)
        table = _agent_table(variables, every) if self.with_agents else _episode_table(variables, every, censuses)
        self.waiting.append(_headed(table, cell, replicate))
        self.rows += table.num_rows
        if sum(part.num_rows for part in self.waiting) >= _ROWS_AT_ONCE:
            self._write()

    def content(self) -> bytes:
        """Return the file; without a run that went well it has no rows and no variables."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        if self.waiting:
            self._write()
        if self.writer is None:
            empty = pa.schema([(name, pa.int64()) for name in _INDEX]).empty_table()
            pq.write_table(empty, self.buffer, compression="zstd")
        else:
            self.writer.close()
        return self.buffer.getvalue()

    def _write(self) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        table = pa.concat_tables(self.waiting, promote_options="default")
        if self.writer is None:
            self.writer = pq.ParquetWriter(self.buffer, table.schema, compression="zstd")
        self.writer.write_table(table.select(self.writer.schema.names))
        self.waiting.clear()


def read_records(path: Path, sha256: str | None = None) -> pa.Table:
    """Return the records of a chunk.

    Parameters
    ----------
    path
        The file.
    sha256
        Digest of the bytes that were written; None where it is not known.

    Raises
    ------
    InputError
        If the file cannot be read, is another than was written, or holds no records.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        content = plain_bytes(path)
        if sha256 is not None and digest_of(content) != sha256:
            raise InputError([f"{path} must be as it was written, got other bytes: {ADVICE}"])
        file = pq.ParquetFile(pa.BufferReader(content))
        if problem := _unlike_records(file):
            raise InputError([f"{path} must be a file of records, got {problem}: {ADVICE}"])
        # what is said of pandas there could make other columns of them
        return file.read(use_threads=False).replace_schema_metadata(None)
    except (InputError, MemoryError):
        raise
    # a damaged head makes the reader raise nearly anything, a UnicodeDecodeError for one
    except Exception as error:
        problem = shortened(str(error))
        raise InputError([f"{path} must be a file of records, got {problem}: {ADVICE}"]) from None


def _unlike_records(file: Any) -> str | None:
    """Return why a Parquet file holds no records, or None."""
    import pyarrow as pa

    schema = file.schema_arrow
    numbers = (pa.int64(), pa.float64(), pa.int32(), pa.int8(), pa.bool_())
    if len({*schema.names}) < len(schema.names) or any(name not in schema.names for name in _INDEX):
        return "other columns"
    if any(schema.field(name).type != pa.int64() for name in _INDEX) or any(
        kind not in numbers for kind in schema.types
    ):
        return "columns of another kind"
    return "far more than its rows can need" if is_bloated(file) else None


def frame_of(tables: Sequence[pa.Table]) -> pd.DataFrame:
    """Return records as one table, sorted by cell, replicate, episode and agent."""
    import pyarrow as pa

    kept = [table for table in tables if table.num_rows] or list(tables[:1])
    frame: pd.DataFrame = pa.concat_tables(kept, promote_options="default").to_pandas()
    keys = [name for name in (*_INDEX, "agent") if name in frame]
    return frame.sort_values(keys, kind="stable", ignore_index=True)


def _episode_table(variables: dict[str, Any], every: int, censuses: Sequence[int]) -> pa.Table:
    """Return a row a stretch; shares of classes stand at the stretch in which they were counted, else they are NaN."""
    import numpy as np
    import pyarrow as pa

    stretches = next(values.shape[0] for dims, values in variables.values() if dims == ("episode",))
    columns: dict[str, Any] = {"episode": np.arange(stretches, dtype=np.int64) * every}
    for name, (dims, values) in variables.items():
        if dims == ("census",):
            spread = np.full(stretches, np.nan)
            spread[np.asarray(censuses) // every] = values
            columns[name] = spread
        else:
            columns[name] = values
    # in one order, whatever the recorder's
    own = [name for name in columns if name not in CLASS_MEASURES]
    return pa.table({name: columns[name] for name in [*own, *sorted(CLASS_MEASURES & columns.keys())]})


def _agent_table(variables: dict[str, Any], every: int) -> pa.Table:
    """Return a row an agent in a stretch."""
    import numpy as np
    import pyarrow as pa

    own = {name: values for name, (dims, values) in variables.items() if dims == ("episode", "agent")}
    stretches, agents = next(iter(own.values())).shape
    columns: dict[str, Any] = {
        "episode": np.repeat(np.arange(stretches, dtype=np.int64) * every, agents),
        "agent": np.tile(np.arange(agents, dtype=np.int64), stretches),
    }
    return pa.table(columns | {name: values.ravel() for name, values in own.items()})


def _headed(table: pa.Table, cell: int, replicate: int) -> pa.Table:
    import numpy as np
    import pyarrow as pa

    for name, number in (("replicate", replicate), ("cell", cell)):
        table = table.add_column(0, name, pa.array(np.full(table.num_rows, number, np.int64)))
    return table
