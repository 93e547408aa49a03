"""What is known of a study: its cells by theory, its runs, what was recorded of them, and what is missing.

Every figure, statistic and table reads a study through this: a measure by name, whether it was simulated, recorded or
computed exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.comparisons import cell_table
from analysis.selection import chosen_rows
from models.refusals import InputError
from parameter_sweeps.grids import varied_columns
from parameter_sweeps.maps import MAP_VARIABLES, strategy_map
from parameter_sweeps.study import Study
from parameter_sweeps.support_conditions import EPISODE, EXACT_MEASURES

if TYPE_CHECKING:
    import xarray as xr

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Outcome:
    """A study with its results.

    Attributes
    ----------
    study : Study
    results : DataFrame or None
        One row a run, with columns cell, replicate, error and the measures; None where nothing was run.
    records : DataFrame or None
        As of `parameter_sweeps.results.load_records`.
    is_committed : bool
        Whether the conditions of the claim stood in the study when it was first run.
    progress : callable or None
        Called with (cells done, cells) while the exact map is computed.
    """

    study: Study
    results: pd.DataFrame | None = None
    records: pd.DataFrame | None = None
    is_committed: bool = True
    progress: Progress | None = field(default=None, compare=False)

    @cached_property
    def exact(self) -> xr.Dataset | None:
        """The strategy map; None where there is none, as of random stakes that are varied."""
        if self.study.scenario.agents.groups:
            # one number for agents of several groups would speak of none of them
            return None
        try:
            return strategy_map(self.study, self.progress)
        except InputError:
            return None

    @cached_property
    def cells(self) -> pd.DataFrame:
        """One row a cell, as of `analysis.comparisons.cell_table`."""
        wanted = {"compliance_watched", "compliance_unwatched"}
        if self.exact is not None and (self.results is None or wanted <= {*self.results.columns}):
            return cell_table(self.study, self.exact, self.results)
        table = pd.DataFrame({"cell": np.arange(self.study.cell_count), **self.varied})
        if self.exact is not None:
            table = cell_table(self.study, self.exact)
        if self.results is not None:
            table["replicates"] = self._ended_well
            table["holes"] = self._planned - self._ended_well
        return table

    @cached_property
    def varied(self) -> dict[str, NDArray[Any]]:
        """The varied values of each cell, by key."""
        return varied_columns(self.study, np.arange(self.study.cell_count))

    @cached_property
    def holes(self) -> NDArray[np.int64]:
        """The number of runs of each cell that are missing or failed; 0 where nothing was run."""
        if self.results is None:
            return np.zeros(self.study.cell_count, dtype=np.int64)
        found: NDArray[np.int64] = self._planned - self._ended_well
        return found

    @property
    def _ended_well(self) -> NDArray[np.int64]:
        runs = pd.DataFrame({"cell": [], "error": []}) if self.results is None else self.results
        counts = runs.loc[runs["error"] == "", "cell"].value_counts()
        return np.asarray(counts.reindex(range(self.study.cell_count), fill_value=0), dtype=np.int64)

    @property
    def _planned(self) -> NDArray[np.int64]:
        replicates = self.study.axes.get("run.replicates")
        if replicates is None:
            return np.full(self.study.cell_count, self.study.scenario.run.replicates, dtype=np.int64)
        return np.asarray(self.varied["run.replicates"]).astype(np.int64)

    def is_exact(self, measure: str) -> bool:
        """Return whether a measure is computed and not simulated."""
        return measure in MAP_VARIABLES or measure in EXACT_MEASURES

    def observed(
        self, measure: str, where: Mapping[str, Any] | None = None, over_episodes: bool = False
    ) -> pd.DataFrame:
        """Return what is known of a measure, one row a run, or a run and stretch of episodes.

        Parameters
        ----------
        measure : str
            A measure, a variable of the map, or one of `EXACT_MEASURES`.
        where : mapping, optional
            Varied keys, or ``episode``, to a value, the nearest of which is taken on an axis of numbers, a range
            ``[low, high]``, or a list of levels.
        over_episodes : bool
            Whether records are read, also where no episode is chosen.

        Returns
        -------
        DataFrame
            cell, replicate, the varied keys, episode if records were read, and ``value``. Runs that failed have no
            row; of what is exact the replicate is 0.

        Raises
        ------
        InputError
            If the measure is not among the results, or there is no exact map.
        """
        where = where or {}
        if over_episodes or EPISODE in where:
            rows = self._recorded(measure)
        elif self.is_exact(measure):
            rows = self._exact_rows(measure)
        else:
            rows = self._simulated(measure)
        for key, column in self.varied.items():
            rows[key] = column[rows["cell"].to_numpy()]
        return chosen_rows(rows, where)

    def with_lost_cells(self, rows: pd.DataFrame, where: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """Return rows of `observed` with holes, and one without a value for each chosen cell that has no run at all."""
        every = pd.DataFrame({"cell": np.arange(self.study.cell_count), **self.varied})
        known = {key: wanted for key, wanted in (where or {}).items() if key != EPISODE}
        chosen = chosen_rows(every, known)
        lost = chosen[~chosen["cell"].isin(rows["cell"]) & (self.holes[chosen["cell"].to_numpy()] > 0)]
        both = pd.concat([rows, lost.assign(replicate=0, value=np.nan)], ignore_index=True) if len(lost) else rows
        return both.assign(holes=self.holes[both["cell"].to_numpy()])

    def _exact_rows(self, measure: str) -> pd.DataFrame:
        if self.exact is None:
            raise InputError([f"{measure} must be that of an exact map, got a study without one"])
        values = self.cells_of_map[measure]
        return pd.DataFrame({"cell": np.arange(self.study.cell_count), "replicate": 0, "value": values})

    @cached_property
    def cells_of_map(self) -> pd.DataFrame:
        """The exact map, one row a cell, with `EXACT_MEASURES`."""
        if self.exact is None:
            raise InputError(["study must have an exact map, got one without"])
        order = list(self.study.axes) if self.study.is_grid else []
        exact = self.exact.transpose(*order) if order else self.exact
        table = pd.DataFrame({str(name): column.to_numpy().ravel() for name, column in exact.data_vars.items()})
        for side in ("watched", "unwatched"):
            table[f"exact_compliance_{side}"] = table[f"comply_probability_{side}"]
        table["exact_compliance_gap"] = table["exact_compliance_watched"] - table["exact_compliance_unwatched"]
        return table

    def _simulated(self, measure: str) -> pd.DataFrame:
        if self.results is None:
            raise InputError([f"{measure} must be simulated: run the study first"])
        if measure not in self.results:
            raise InputError([f"measures must include {measure}, got {', '.join(self.study.measures) or 'others'}"])
        well = self.results[self.results["error"] == ""]
        return well[["cell", "replicate", measure]].rename(columns={measure: "value"}).reset_index(drop=True)

    def _recorded(self, measure: str) -> pd.DataFrame:
        if self.records is None:
            raise InputError([f"record must be episodes for {measure} over episodes, got {self.study.record}"])
        if measure not in self.records:
            raise InputError([f"records must hold {measure}, got {', '.join(self.records.columns[3:])}"])
        known = self.records[["cell", "replicate", EPISODE, measure]].rename(columns={measure: "value"})
        # shares of classes stand at the stretches in which agents were counted, and are NaN elsewhere
        return known.dropna(subset="value").reset_index(drop=True)
