"""Results as a labelled grid, and as files for other programs."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.refusals import InputError
from parameter_sweeps.chunk_files import ADVICE
from parameter_sweeps.chunks import Chunk
from parameter_sweeps.directory import Store, finished, unfinished
from parameter_sweeps.factors import varied_keys
from parameter_sweeps.grids import varied_columns
from parameter_sweeps.loading import load_results, results_of
from parameter_sweeps.log import Entry, read_log
from parameter_sweeps.maps import MAP_VARIABLES
from parameter_sweeps.records import frame_of, read_records
from parameter_sweeps.store import open_store
from parameter_sweeps.whole_files import write_whole
from simulation.measures import MEASURES

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    import xarray as xr
    from numpy.typing import NDArray

#: What became of a run, by its code in the variable ``outcome``.
OUTCOMES = ("ended_well", "failed", "missing", "not_in_the_study")
SUFFIXES = (".csv", ".parquet", ".nc")


def load_grid(out: Path | str, partial: bool = False) -> xr.Dataset:
    """Return the results of a sweep of a grid, labelled.

    Parameters
    ----------
    out
        A study directory.
    partial
        Whether a sweep that is not finished is loaded too.

    Returns
    -------
    Dataset
        Dimensions: of a grid the varied keys, with their values, of another design ``cell``, with them as coordinates;
        and ``replicate``. Variables: the
        measures, NaN where a run has no results, and ``outcome``, a code of `OUTCOMES`. Attributes of a measure say
        what it is (``long_name``) and over what it is counted (``per``).

    Raises
    ------
    InputError
        If there is no study directory, a file in it cannot be read, or cells are missing.
    """
    return _grid_of(open_store(out), partial)


def load_records(out: Path | str, partial: bool = False) -> pd.DataFrame:
    """Return what was recorded of the runs of a sweep, sorted by cell, replicate, episode and agent.

    Parameters
    ----------
    out
        A study directory.
    partial
        Whether a sweep that is not finished is loaded too.

    Returns
    -------
    DataFrame
        Columns ``cell``, ``replicate`` and ``episode``, the first of its stretch. With ``record: episodes`` then the
        measures of the stretch; shares of the classes, where they were counted. With ``record: agents`` then ``agent``,
        and what it did in the stretch and its state at the start. Runs that failed have no rows.

    Raises
    ------
    InputError
        If there is no study directory, nothing was recorded, a file in it cannot be read, or cells are missing.
    """
    store = open_store(out)
    if not store.is_recorded:
        raise InputError([f"{store.folder} must hold records, got a study with record none"])
    missing = sum(len(chunks) for _, chunks in unfinished(store))
    if missing and not partial:
        raise InputError([f"{store.folder} must be finished, got {missing} files missing: run the sweep again"])
    log = read_log(store.folder)
    return frame_of([_renumbered(stage, chunk, log) for stage, chunks in finished(store) for chunk in chunks])


def export_results(out: Path | str, file: Path | str, partial: bool = False) -> int:
    """Write the canonical table, sorted by cell and replicate, or the labelled grid, as one file.

    Parameters
    ----------
    out
        A study directory.
    file
        Ends in ``.csv`` or ``.parquet`` for the table, or in ``.nc`` for the grid, as netCDF 3. Equal results make
        equal bytes. Its folder is made where there is none.
    partial
        Whether a sweep that is not finished is exported too.

    Returns
    -------
    int
        The number of rows, or of runs in the grid.

    Raises
    ------
    InputError
        If the file has another ending or cannot be written, or for what `load_results` and `load_grid` refuse.
    """
    path = Path(file)
    if path.suffix not in SUFFIXES:
        raise InputError([f"out must be a file that ends in {', '.join(SUFFIXES)}, got {path}"])
    if path.suffix == ".nc":
        grid = load_grid(out, partial)
        rows, content = int(grid["outcome"].size), bytes(grid.to_netcdf(engine="scipy"))
    else:
        table = load_results(out, partial)
        rows, content = len(table), _csv(table) if path.suffix == ".csv" else _parquet(table)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
    except OSError as error:
        raise InputError([f"out must be a file that can be written, got {path}: {error.strerror}"]) from None
    return rows


def _renumbered(stage: Store, chunk: Chunk, log: Mapping[str, Entry]) -> pa.Table:
    """Return the records of a chunk, with the numbers that cells have in the whole study."""
    import pyarrow as pa

    path = stage.records_path(chunk)
    entry = log.get(path.stem)
    records = read_records(path, None if entry is None else entry.records_sha256)
    place = records.schema.get_field_index("cell")
    cells = records.column(place).to_numpy()
    if cells.size and not (cells.min() >= chunk.first_cell and cells.max() < chunk.end_cell):
        raise InputError([f"{path} must hold records of its own cells, got others: {ADVICE}"])
    return records.set_column(place, "cell", pa.array(stage.places(cells)))


def _csv(table: pd.DataFrame) -> bytes:
    return table.to_csv(index=False, lineterminator="\n").encode()


def _parquet(table: pd.DataFrame) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    plain = pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata(None)
    pq.write_table(plain, buffer, compression="zstd")
    return buffer.getvalue()


def _grid_of(store: Store, partial: bool) -> xr.Dataset:
    import numpy as np
    import xarray as xr

    study, table = store.study, results_of(store, partial)
    cells = study.shape if study.is_grid else (study.cell_count,)
    shape = (*cells, max(chunk.end_replicate for stage in store.stages for chunk in stage.files))
    place = table["cell"].to_numpy() * shape[-1] + table["replicate"].to_numpy()

    def spread(values: NDArray[Any], rest: NDArray[Any]) -> NDArray[Any]:
        rest[place] = values
        return rest.reshape(shape)

    dims = (*varied_keys(study), "replicate") if study.is_grid else ("cell", "replicate")
    outcome = spread((table["error"] != "").to_numpy().astype(np.int8), _planned(store, shape))
    codes = {"flag_values": np.arange(len(OUTCOMES), dtype=np.int8), "flag_meanings": " ".join(OUTCOMES)}
    variables: dict[str, Any] = {"outcome": (dims, outcome, {"long_name": "what became of the run", **codes})}
    for name in store.measures:
        values = spread(table[name].to_numpy(), np.full(int(np.prod(shape)), np.nan))
        variables[name] = (dims, values, _described(store, name))
    if study.is_grid:
        columns = {key: column for factor in study.factors for key, column in factor.written.items()}
    else:
        columns = varied_columns(study, np.arange(study.cell_count))
    coordinates: dict[str, Any] = {
        key: (key if study.is_grid else "cell", column, _of_parameter(key)) for key, column in columns.items()
    }
    head = {"study": study.name, "claim": study.claim, "seed": study.seed, "digest": study.digest()}
    return xr.Dataset(variables, coords={**coordinates, "replicate": np.arange(shape[-1])}, attrs=head)


def _planned(store: Store, shape: tuple[int, ...]) -> NDArray[np.int8]:
    """Return the code of a missing run for each run of the study, that of a run that is not in it for the others."""
    import numpy as np

    cells = np.full((int(np.prod(shape[:-1])), shape[-1]), OUTCOMES.index("not_in_the_study"), np.int8)
    for stage in store.stages:
        for chunk in stage.files:
            rows = stage.places(np.arange(chunk.first_cell, chunk.end_cell))
            cells[rows, chunk.first_replicate : chunk.end_replicate] = OUTCOMES.index("missing")
    return cells.ravel()


def _described(store: Store, name: str) -> dict[str, str]:
    for measure in MEASURES:
        if measure.name == name:
            return {"long_name": measure.meaning, "per": measure.denominator}
    if name in store.manifest.functions:
        return {"long_name": "a measure of the user's own", "source_sha256": store.manifest.functions[name]}
    return {"long_name": MAP_VARIABLES[name]}


def _of_parameter(key: str) -> dict[str, str]:
    from models.scenario import fields_table

    described = {row.key: {"long_name": row.description, "units": row.unit} for row in fields_table()}
    return described.get(key, {})
