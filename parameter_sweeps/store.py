"""A study directory: what was run, on what, and the results, each chunk of them in a file of its own.

    manifest.json      format, versions, digest of study and code, seed, measures, plan: the name of each chunk
    study.yaml         the study as run, which makes the same study again
    cells.csv          its cells, if they are those of a table, or were found before the first run
    cells/             one Parquet file a chunk, named by a digest of what determines its rows
    records/           where something is recorded, one more file a chunk, of the same name
    log.jsonl          a line a finished chunk: digest, failures, time, worker
    provenance.jsonl   a line for each start and end of a sweep: code, packages, machine

A file appears whole or not at all: it is written under another name in the same folder, reaches the disk, and is
renamed. What stands in ``cells/`` depends on the study alone, and not on time, machine or worker. A chunk's records
and its line in the log are there before its file in ``cells/``, so that what is finished has both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from models.refusals import InputError
from parameter_sweeps.chunk_files import chunk_schema, read_chunk
from parameter_sweeps.chunks import Chunk, Prices, planned_chunks
from parameter_sweeps.directory import CELLS, STUDY, cells_of, held
from parameter_sweeps.directory import Store as Store
from parameter_sweeps.directory import locked as locked
from parameter_sweeps.first_format import files_by_content, read_first_format
from parameter_sweeps.log import digest_of, read_log
from parameter_sweeps.manifest import MANIFEST, Manifest, manifest_text, new_manifest, read_manifest, with_functions
from parameter_sweeps.study import Study
from parameter_sweeps.study_file import CELLS_FILE, kept_cells, study_text, written_study
from parameter_sweeps.study_match import refuse_foreign_folder, refuse_other_share, refuse_other_study
from parameter_sweeps.whole_files import write_whole
from parameter_sweeps.yaml_loader import read_yaml

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


def begin(
    study: Study,
    out: Path | str,
    measures: Sequence[str],
    prices: Prices,
    functions: Mapping[str, str] | None = None,
    part: tuple[int, int] | None = None,
) -> Store:
    """Return the directory of a study, which is begun if it is new.

    Parameters
    ----------
    study
        The study.
    out
        A folder that holds this study, is empty, or is still to be made.
    measures, prices
        Names of the measures, each known, and what decides how chunks are cut; a directory that was begun earlier
        keeps its own.
    functions
        Digest of the source of each measure of the user's own, by name.
    part
        (k, n) to hold the k-th of n parts of the plan only.

    Raises
    ------
    InputError
        If the folder is none of these or cannot be written, or if YAML cannot hold the study. Nothing is
        written then.
    """
    folder, text = Path(out), study_text(study)
    try:
        if not (folder / MANIFEST).exists():
            refuse_foreign_folder(folder)
            folder.mkdir(parents=True, exist_ok=True)
        kept = kept_cells(study)
        # two sweeps that begin at once would each write a manifest of their own
        with held(folder):
            if (folder / MANIFEST).exists():
                manifest = read_manifest(folder)
                if manifest.digest != study.digest():
                    refuse_other_study(folder, open_store(folder).study, study)
                refuse_other_share(folder, manifest, functions or {}, part)
            else:
                manifest = new_manifest(study, text + kept, measures, prices, functions or {}, part)
            _lay_out(folder, manifest, text, kept)
    except OSError as error:
        raise InputError([f"out must be a folder that can be written, got {out}: {error.strerror}"]) from None
    # cells that were found when the directory was begun are not found anew
    return open_store(folder) if kept else _store(folder, manifest, study)


def begin_as(out: Path | str, manifest: Manifest, text: str, kept: str) -> Store:
    """Return a new directory with a manifest, the text of a study, and its table of cells, that another directory has.

    Raises
    ------
    InputError
        If the folder is not empty or cannot be written.
    """
    folder = Path(out)
    try:
        refuse_foreign_folder(folder)
        _lay_out(folder, manifest, text, kept)
    except OSError as error:
        raise InputError([f"out must be a folder that can be written, got {out}: {error.strerror}"]) from None
    return open_store(folder)


def open_store(out: Path | str) -> Store:
    """Return a study directory as it stands.

    Raises
    ------
    InputError
        If it is none, was written by a newer version, or its study was changed.
    """
    folder = Path(out)
    manifest = read_manifest(folder)
    study = Study.from_mapping(read_yaml(folder / STUDY), where=str(folder / STUDY), folder=folder)
    was_changed = study.seed != manifest.seed
    if manifest.study_sha256 is not None:
        # the same text may have another digest by now, as a study with parameters that were built since
        was_changed = digest_of(written_study(folder)) != manifest.study_sha256
    # cells found at a boundary are no part of the study's digest
    if was_changed and (study.digest() != manifest.digest or (folder / CELLS_FILE).exists()):
        raise InputError([f"{folder / STUDY} must be the study that was run, got another: it was changed"])
    return _store(folder, manifest, study)


def renewed(store: Store, functions: Mapping[str, str]) -> Store:
    """Return a directory in which measures of the user's own may have other sources now.

    What was computed by the former ones stays, under its own names.
    """
    if store.manifest.functions == functions:
        return store
    manifest = with_functions(store.manifest, store.study, functions)
    write_whole(store.folder / MANIFEST, manifest_text(manifest).encode())
    return _store(store.folder, manifest, store.study)


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


def results_of(store: Store, partial: bool = False) -> pd.DataFrame:
    """Return what `load_results` returns, of a directory that is open."""
    missing = store.missing()
    cells = cells_of(missing)
    if store.manifest.part and not partial:
        number, parts = store.manifest.part
        raise InputError([f"{store.folder} must hold a whole study, got part {number} of {parts}: merge the parts"])
    if missing and not partial:
        counted = f"{cells} of {store.study.cell_count} cells missing"
        raise InputError([f"{store.folder} must be finished, got {counted}: run the sweep again"])
    table = rows_of(store, [chunk for chunk in store.files if chunk not in {*missing}])
    table.attrs["missing_cells"] = cells
    return table


def _lay_out(folder: Path, manifest: Manifest, text: str, kept: str) -> None:
    """Write what a directory has before its first chunk, where it is not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / MANIFEST).exists():
        # first of all, so that a folder with anything in it is known as ours
        write_whole(folder / MANIFEST, manifest_text(manifest).encode())
    # before the text that names it
    if kept and not (folder / CELLS_FILE).exists():
        write_whole(folder / CELLS_FILE, kept.encode())
    if not (folder / STUDY).exists():
        write_whole(folder / STUDY, text.encode())
    (folder / CELLS).mkdir(exist_ok=True)


def _store(folder: Path, manifest: Manifest, study: Study) -> Store:
    if manifest.chunks is None:
        files = files_by_content(folder / CELLS, study, planned_chunks(study, manifest.prices))
    else:
        files = {chunk: folder / CELLS / f"{name}.parquet" for chunk, name in manifest.of_part().items()}
    return Store(folder, study, manifest.measures, files, manifest)


def rows_of(store: Store, chunks: Sequence[Chunk]) -> pd.DataFrame:
    """Return the rows of some chunks of a directory, in their order, with the columns of `load_results`."""
    import numpy as np
    import pyarrow as pa

    read = _reader(store)
    tables = [read(chunk) for chunk in chunks]
    cells = [
        np.repeat(np.arange(chunk.first_cell, chunk.end_cell), chunk.end_replicate - chunk.first_replicate)
        for chunk in chunks
    ]
    empty = chunk_schema(store.study, store.measures).empty_table()
    frame: pd.DataFrame = pa.concat_tables([empty, *tables]).to_pandas()
    frame.insert(0, "cell", np.concatenate([np.empty(0, np.int64), *cells]))
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
