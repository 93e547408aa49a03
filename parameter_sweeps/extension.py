"""A study that has become longer, in the directory of the shorter one: every row that was there stays as it is.

More values on an axis, more points, regimes or replicates: what is new is cut into chunks of its own, by a plan that is
added to the first. What the directory held before is kept in ``earlier/1``, ``earlier/2`` and so on, each with the
manifest, the study and its table of cells, so that its chunks are those of the study they were planned for. Cells have
other numbers in a longer study, and rows are numbered anew when they are read; files are not touched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.refusals import InputError
from parameter_sweeps.canonical import canonical_json
from parameter_sweeps.chunks import Prices, determining, predicted_work, shared_by_cells, written_regimes
from parameter_sweeps.directory import EARLIER, STUDY, Store, is_at_work
from parameter_sweeps.factors import Factor
from parameter_sweeps.manifest import MANIFEST
from parameter_sweeps.plain_files import plain_bytes
from parameter_sweeps.record_keys import given_keys
from parameter_sweeps.study import Study
from parameter_sweeps.study_file import CELLS_FILE
from parameter_sweeps.whole_files import write_whole

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def places_in(shorter: Study, longer: Study) -> NDArray[np.int64] | None:
    """Return the number that each cell of a study has in a longer one, or None if that is another study.

    Both have the same base, keys, seed and records; the longer one has each cell of the shorter, with as many
    replicates or more.
    """
    import numpy as np

    if _shared(shorter) != _shared(longer):
        return None
    if [tuple(factor.columns) for factor in shorter.factors] != [tuple(factor.columns) for factor in longer.factors]:
        return None
    known = written_regimes(shorter), written_regimes(longer)
    places = np.zeros(1, dtype=np.int64)
    for factor, of_longer in zip(shorter.factors, longer.factors, strict=True):
        rows = _rows_in(factor, of_longer, *known)
        if rows is None:
            return None
        # the last factor runs fastest
        places = (places[:, np.newaxis] * of_longer.length + rows).ravel()
    before, after = (predicted_work(study, Prices()).replicates for study in (shorter, longer))
    return places if bool((after[places] >= before).all()) else None


def planned_replicates(earlier: Sequence[Store], cells: int) -> NDArray[np.int64] | None:
    """Return how many replicates of each of the cells of the whole study are in chunks of earlier plans, (cells,).

    None if there are no earlier plans.
    """
    import numpy as np

    if not earlier:
        return None
    planned = np.zeros(cells, dtype=np.int64)
    for stage in earlier:
        for chunk in stage.files:
            places = stage.places(np.arange(chunk.first_cell, chunk.end_cell))
            planned[places] = np.maximum(planned[places], chunk.end_replicate)
    return planned


def set_aside(store: Store) -> None:
    """Copy what says what a directory holds to where it is found once the study is extended."""
    home = earlier_home(store.folder, store.manifest.earlier + 1)
    home.mkdir(parents=True, exist_ok=True)
    _copy_heads(store.home, home)


def bring_back(folder: Path, home: Path) -> None:
    """Undo an extension that was interrupted before it was valid, so that the directory is as it was."""
    if home != folder:
        _copy_heads(home, folder)


def _copy_heads(source: Path, target: Path) -> None:
    for name in (MANIFEST, CELLS_FILE, STUDY):
        if (source / name).exists():
            write_whole(target / name, plain_bytes(source / name))


def earlier_home(folder: Path, number: int) -> Path:
    """Return where the manifest and the study of an earlier stage of a directory stand; the first has the number 1."""
    return folder / EARLIER / str(number)


def refuse_unfit_for_extension(store: Store) -> None:
    """Refuse to extend a part of a study, or a directory that a sweep is at work in."""
    folder, part = store.folder, store.manifest.part
    if part is not None:
        advice = "merge the parts first"
        raise InputError(
            [f"{folder} must hold a whole study to be extended, got part {part[0]} of {part[1]}: {advice}"]
        )
    if is_at_work(store):
        raise InputError([f"{folder} must be free, got another sweep at work in it"])


def _shared(study: Study) -> dict[str, Any]:
    kinds = {"design": study.design.kind, "measures": list(study.measures)}
    return shared_by_cells(study) | given_keys(study) | kinds


def _rows_in(
    shorter: Factor, longer: Factor, regimes: Mapping[str, Any], longer_regimes: Mapping[str, Any]
) -> NDArray[np.int64] | None:
    """Return where each row of a factor stands in a longer one, equal rows in their order; None if one does not."""
    import numpy as np

    places: dict[str, list[int]] = {}
    for place, text in enumerate(_texts(longer, longer_regimes)):
        places.setdefault(text, []).append(place)
    left = {text: iter(found) for text, found in places.items()}
    rows = [next(left.get(text, iter(())), -1) for text in _texts(shorter, regimes)]
    return None if -1 in rows else np.array(rows, dtype=np.int64)


def _texts(factor: Factor, regimes: Mapping[str, Any]) -> list[str]:
    written = [[determining(key, value, regimes) for value in values] for key, values in factor.columns.items()]
    return [canonical_json(row) for row in zip(*written, strict=True)]
