"""A study directory: what was run, on what, and the results, each chunk of them in a file of its own.

    manifest.json      format, versions, digest of study and code, seed, measures, plan: the name of each chunk
    study.yaml         the study as run, which makes the same study again
    cells.csv          its cells, if they are those of a table, or were found before the first run
    cells/             one Parquet file a chunk, named by a digest of what determines its rows
    records/           where something is recorded, one more file a chunk, of the same name
    log.jsonl          a line a finished chunk: digest, failures, time, worker
    provenance.jsonl   a line for each start and end of a sweep: code, packages, machine
    earlier/           where the study was extended: manifest and study as they were before

A file appears whole or not at all: it is written under another name in the same folder, reaches the disk, and is
renamed. What stands in ``cells/`` depends on the study alone, and not on time, machine or worker. A chunk's records
and its line in the log are there before its file in ``cells/``, so that what is finished has both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from models.refusals import InputError
from parameter_sweeps.axes import covers
from parameter_sweeps.chunks import Prices, planned_chunks
from parameter_sweeps.directory import CELLS, STUDY, Grown, held, refuse_links
from parameter_sweeps.directory import Store as Store
from parameter_sweeps.directory import locked as locked
from parameter_sweeps.extension import (
    bring_back,
    earlier_home,
    places_in,
    planned_replicates,
    refuse_unfit_for_extension,
    set_aside,
)
from parameter_sweeps.first_format import files_by_content
from parameter_sweeps.log import digest_of
from parameter_sweeps.manifest import MANIFEST, Manifest, manifest_text, new_manifest, read_manifest, with_functions
from parameter_sweeps.manifest_checks import MOST_REPLICATES
from parameter_sweeps.provenance import current_basis, refuse_other_basis
from parameter_sweeps.study import Study
from parameter_sweeps.study_file import CELLS_FILE, kept_cells, refuse_other_files, study_text, written_study
from parameter_sweeps.study_match import refuse_foreign_folder, refuse_other_share, refuse_other_study
from parameter_sweeps.whole_files import write_whole
from parameter_sweeps.yaml_loader import read_yaml

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ADVICE = "a folder goes on with what only adds values, regimes or replicates: another study needs another folder"


def begin(
    study: Study,
    out: Path | str,
    measures: Sequence[str],
    prices: Prices,
    functions: Mapping[str, str] | None = None,
    part: tuple[int, int] | None = None,
    accept_other_code: bool = False,
) -> Store:
    """Return the directory of a study, which is begun if it is new, and extended if its study has become longer.

    Parameters
    ----------
    study
        The study.
    out
        A folder that holds this study or a shorter one, is empty, or is still to be made.
    measures, prices
        Names of the measures, each known, and what decides how chunks are cut; a directory that was begun earlier
        keeps its own.
    functions
        Digest of the source of each measure of the user's own, by name.
    part
        (k, n) to hold the k-th of n parts of the plan only.
    accept_other_code
        Whether a directory that was begun by other code or packages is gone on with.

    Raises
    ------
    InputError
        If the folder is none of these or cannot be written, or if YAML cannot hold the study. Nothing is
        written then.
    """
    folder, text = Path(out), study_text(study)
    try:
        refuse_links(folder)
        if not (folder / MANIFEST).exists():
            refuse_foreign_folder(folder)
            folder.mkdir(parents=True, exist_ok=True)
        kept = kept_cells(study)
        # two sweeps that begin at once would each write a manifest of their own
        with held(folder):
            if (folder / MANIFEST).exists():
                manifest = read_manifest(folder)
                shorter = [] if manifest.digest == study.digest() else _shorter(open_store(folder), study)
                refuse_other_share(folder, manifest, functions or {}, part)
                _refuse_other_code(folder, manifest, accept_other_code)
                bring_back(folder, _home(folder, manifest))
                if shorter:
                    new = partial(new_manifest, study, text + kept, measures, prices, functions or {})
                    manifest = _extended(shorter, new, text, kept)
            else:
                manifest = new_manifest(study, text + kept, measures, prices, functions or {}, part)
            _lay_out(folder, manifest, text, kept)
    except OSError as error:
        raise InputError([f"out must be a folder that can be written, got {out}: {error.strerror}"]) from None
    # cells that were found when the directory was begun are not found anew
    return open_store(folder) if kept or manifest.earlier else _store(folder, folder, manifest, study)


def _refuse_other_code(folder: Path, manifest: Manifest, accept: bool) -> None:
    if manifest.basis is None:
        advice = "it can be read, but not gone on with: give another folder"
        raise InputError([f"{folder} must say by which code it was begun, got one of the first format: {advice}"])
    if not accept:
        refuse_other_basis(folder, manifest.basis, current_basis())


def _shorter(store: Store, study: Study) -> list[Store]:
    """Return the stages of a directory as parts of a longer study; none if it is the same, refuse any other."""
    # by today's code: parameters that were built since are in neither digest of the manifest
    if store.study.digest() == study.digest():
        return []
    places = places_in(store.study, study)
    if places is None:
        refuse_other_study(store.folder, store.study, study, [_ADVICE])
        return []
    return [replace(stage, grown=Grown(study, places[stage.places(_all_cells(stage))])) for stage in store.stages]


def _extended(stages: Sequence[Store], new: Callable[..., Manifest], text: str, kept: str) -> Manifest:
    """Return the manifest of a directory whose study has become longer, and write it."""
    latest = stages[-1]
    refuse_unfit_for_extension(latest)
    planned = planned_replicates(stages, latest.whole_study.cell_count)
    manifest = new(planned=planned, earlier=len(stages))
    set_aside(latest)
    # the study first: until the manifest is there, the directory is what it was, and is read from what was set aside
    if kept:
        write_whole(latest.folder / CELLS_FILE, kept.encode())
    write_whole(latest.folder / STUDY, text.encode())
    write_whole(latest.folder / MANIFEST, manifest_text(manifest).encode())
    return manifest


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
    return _opened(folder, _home(folder, manifest), manifest)


def open_stage(out: Path | str, number: int) -> Store:
    """Return a study directory as it stood before its study was extended for the time with that number, from 1.

    Raises
    ------
    InputError
        If what was kept of it was changed.
    """
    home = earlier_home(Path(out), number)
    return _opened(Path(out), home, read_manifest(home))


def _opened(folder: Path, home: Path, manifest: Manifest) -> Store:
    study = _study_in(home, manifest)
    stages = [_store(folder, part, *_manifest_and_study(part)) for part in _earlier_homes(folder, manifest)]
    earlier = tuple(replace(stage, grown=Grown(study, _places(stage, study))) for stage in stages)
    return replace(_store(folder, home, manifest, study), earlier=earlier)


def _earlier_homes(folder: Path, manifest: Manifest) -> list[Path]:
    return [earlier_home(folder, number) for number in range(1, manifest.earlier + 1)]


def _manifest_and_study(home: Path) -> tuple[Manifest, Study]:
    manifest = read_manifest(home)
    return manifest, _study_in(home, manifest)


def _study_in(home: Path, manifest: Manifest) -> Study:
    written = read_yaml(home / STUDY)
    refuse_other_files(home / STUDY, written)
    study = Study.from_mapping(written, where=str(home / STUDY), folder=home)
    was_changed = study.seed != manifest.seed
    if manifest.study_sha256 is not None:
        # the same text may have another digest by now, as a study with parameters that were built since
        was_changed = digest_of(written_study(home)) != manifest.study_sha256
    # cells found at a boundary are no part of the study's digest
    if was_changed and (study.digest() != manifest.digest or (home / CELLS_FILE).exists()):
        raise InputError([f"{home / STUDY} must be the study that was run, got another: it was changed"])
    return study


def _places(stage: Store, study: Study) -> NDArray[np.int64]:
    places = places_in(stage.study, study)
    if places is None:
        raise InputError([f"{stage.home / STUDY} must be extended by {stage.folder / STUDY}, got another study"])
    return places


def _home(folder: Path, manifest: Manifest) -> Path:
    """Return where the study of a manifest stands: where it was set aside, if an extension was interrupted."""
    aside = earlier_home(folder, manifest.earlier + 1)
    is_whole = all((aside / name).exists() for name in (MANIFEST, STUDY))
    if not is_whole or manifest.study_sha256 in (None, digest_of(written_study(folder))):
        return folder
    return aside if digest_of(written_study(aside)) == manifest.study_sha256 else folder


def renewed(store: Store, functions: Mapping[str, str]) -> Store:
    """Return a directory in which measures of the user's own may have other sources now.

    What was computed by the former ones stays, under its own names.
    """
    if all(stage.manifest.functions == functions for stage in store.stages):
        return store
    for number, stage in enumerate(store.stages):
        planned = planned_replicates(store.earlier[:number], store.whole_study.cell_count)
        own = None if planned is None else planned[stage.places(_all_cells(stage))]
        manifest = with_functions(stage.manifest, stage.study, functions, own)
        write_whole(stage.home / MANIFEST, manifest_text(manifest).encode())
    return open_store(store.folder)


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


def _store(folder: Path, home: Path, manifest: Manifest, study: Study) -> Store:
    if manifest.chunks is None:
        files = files_by_content(folder / CELLS, study, planned_chunks(study, manifest.prices))
    else:
        _refuse_other_chunks(home, manifest, study)
        files = {chunk: folder / CELLS / f"{name}.parquet" for chunk, name in manifest.of_part().items()}
    return Store(folder, home, study, manifest.measures, files, manifest)


def _refuse_other_chunks(home: Path, manifest: Manifest, study: Study) -> None:
    """Refuse a plan with cells that the study does not have, or with more runs than it can have."""
    chunks, cells = manifest.chunks or {}, study.cell_count
    varies = any(covers(key, "run.replicates") for key in study.axes)
    most = MOST_REPLICATES if varies else study.scenario.run.replicates
    outside = any(chunk.end_cell > cells or chunk.end_replicate > most for chunk in chunks)
    if outside or sum(chunk.runs for chunk in chunks) > cells * most:
        raise InputError([f"{home / MANIFEST} must have the chunks of its study, got others"])


def _all_cells(store: Store) -> NDArray[np.int64]:
    import numpy as np

    return np.arange(store.study.cell_count)
