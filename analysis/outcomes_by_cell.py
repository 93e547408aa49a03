"""What came out of each cell of a study: a measure of its runs, or what its exact map says, bound to cells by number.

Rows of a table are told apart by their columns ``cell`` and ``replicate`` alone, never by their order, and the varied
values that stand beside them must be those of the study's cell.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.refusals import InputError, nearest_key
from parameter_sweeps.catalogue import load_study, shipped_studies
from parameter_sweeps.design_kinds import Morris, Saltelli
from parameter_sweeps.grids import varied_columns
from parameter_sweeps.loading import load_results
from parameter_sweeps.maps import MAP_VARIABLES, strategy_map
from parameter_sweeps.shares import cells_of_base_point
from parameter_sweeps.store import open_store
from parameter_sweeps.study import Study

if TYPE_CHECKING:
    from collections.abc import Iterable

#: The class of the best rule, the one outcome that is a word.
BEST = "best"
_BESIDE = ("cell", "replicate", "seed", "stage", "error", "traceback")


def study_and_results(source: Study | str | Path) -> tuple[Study, pd.DataFrame | None]:
    """Return a study and its results: None of a study or its file, the whole table of a sweep's directory.

    Raises
    ------
    InputError
        For an unknown study, and for a directory that is none of a sweep or is not finished.
    """
    if isinstance(source, Study):
        return source, None
    if (isinstance(source, str) and source in shipped_studies()) or not Path(source).is_dir():
        return load_study(source), None
    return open_store(source).study, load_results(source)


def outcomes(study: Study, results: pd.DataFrame | None, name: str) -> pd.DataFrame:
    """Return an outcome of every cell, one row a cell in the order of their numbers.

    Parameters
    ----------
    study : Study
    results : DataFrame, optional
        Its results, one row a run, in any order.
    name : str
        A measure in the results, one of `MAP_VARIABLES`, which is exact and needs no run, or ``best``.

    Returns
    -------
    DataFrame
        Index ``cell``; one column a replicate, or of an exact outcome one column. Values may be NaN, where a run has
        nothing to count, or no rule is of a class.

    Raises
    ------
    InputError
        For an unknown outcome; for runs that are missing or failed; for varied values that are not the study's.
    """
    if results is not None and name in results and name not in (*_BESIDE, *study.axes):
        return _by_replicate(study, results, name)
    if name == BEST or name in MAP_VARIABLES:
        exact = strategy_map(study)[name].to_numpy().ravel()
        return pd.DataFrame({0: exact}, index=pd.RangeIndex(study.cell_count, name="cell"))
    known = [*MAP_VARIABLES, BEST, *(() if results is None else measured_names(study, results))]
    nearest = nearest_key(name, known)
    advice = f"; did you mean {nearest}?" if nearest else f"; there are {', '.join(sorted({*known}))}"
    raise InputError([f"{name} is no outcome of {study.name}{advice}"])


def measured_names(study: Study, results: pd.DataFrame) -> list[str]:
    """Return the names of the measures in a table of results."""
    return [str(name) for name in results if name not in (*_BESIDE, *study.axes)]


def first_outcome(study: Study, results: pd.DataFrame | None) -> str:
    """Return the first measure in the results; of an exact map the study's first that it has, else the advantage."""
    if results is not None:
        return measured_names(study, results)[0]
    return next((name for name in study.measures if name in MAP_VARIABLES), "faking_advantage")


def varied_table(study: Study) -> pd.DataFrame:
    """Return the varied values of every cell, one row a cell: numbers, or text where any value is none."""
    return pd.DataFrame(varied_columns(study, np.arange(study.cell_count)))


def groups_of_cells(study: Study) -> NDArray[np.int64]:
    """Return for each cell the number of the point, pair of points or trajectory that it was made of, (cells,)."""
    points = study.cell_count // max(1, len(study.regimes))
    place = np.arange(study.cell_count) % points
    if isinstance(study.design, Saltelli):
        return place // cells_of_base_point(study.design, len(study.vary))
    return place // (len(study.vary) + 1) if isinstance(study.design, Morris) else place


def refuse_holes(results: pd.DataFrame, planned: int) -> None:
    """Refuse results in which runs failed, are missing, or stand more than once.

    Parameters
    ----------
    results : DataFrame
        One row a run.
    planned : int
        How many runs there must be.
    """
    failed = int((results["error"].fillna("") != "").sum())
    if failed:
        raise InputError([f"results must be whole, got {failed} of {planned} runs that failed"])
    if results.duplicated(["cell", "replicate"]).any():
        raise InputError(["results must hold each run once, got one again"])
    if len(results) != planned:
        raise InputError([f"results must be whole, got {len(results)} of {planned} runs"])


def _by_replicate(study: Study, results: pd.DataFrame, name: str) -> pd.DataFrame:
    replicates = int(results["replicate"].max()) + 1 if len(results) else 1
    refuse_holes(results, study.cell_count * replicates)
    _refuse_other_cells(study, results)
    laid = results.pivot(index="cell", columns="replicate", values=name)
    return laid.reindex(pd.RangeIndex(study.cell_count, name="cell")).astype(np.float64)


def _refuse_other_cells(study: Study, results: pd.DataFrame) -> None:
    cells = results["cell"].to_numpy()
    if not np.isin(cells, np.arange(study.cell_count)).all():
        raise InputError([f"results must be of the {study.cell_count} cells of {study.name}, got another cell"])
    for key, column in varied_columns(study, cells).items():
        if not _equal(results[key].to_numpy(), column):
            raise InputError([f"results must be of the cells of {study.name}, got other values of {key}"])


def _equal(found: Any, expected: NDArray[Any]) -> bool:
    values: Iterable[Any] = expected.astype(found.dtype) if found.dtype.kind in "fiu" else expected.astype(str)
    return bool(np.array_equal(np.asarray(found, dtype=getattr(values, "dtype", None)), np.asarray(values)))
