"""Recording a run: measures over stretches of episodes, and agents' states, as a labelled Dataset.

A stretch is the difference of two running sums: recording reads the ledger and changes nothing, so a run gives the same
measures to the bit whether it is recorded or not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.strategies import CLASS_NAMES
from simulation.ledger import COLUMNS, added_up
from simulation.measures import MEASURES, behaviour, classes, judgement

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]
_UNITS = {"stage_distance": "radians", "angle": "radians"}


class Recorder:
    """Collects one replicate's trajectory.

    Parameters
    ----------
    with_agents : bool
        Whether agents' own states and acts are kept too.
    """

    def __init__(self, with_agents: bool) -> None:
        self.with_agents = with_agents
        self.sums: list[Floats] = []
        self.judged: list[dict[str, float]] = []
        self.agents: list[dict[str, NDArray[Any]]] = []
        self.rows: list[Floats] = []
        self.counts: list[NDArray[np.int64]] = []

    def look(self, rows: Floats, states: dict[str, NDArray[Any]], is_end: bool) -> None:
        """Take the running sums at the start of a stretch, or at the end of the run, and the states there."""
        self.sums.append(added_up(rows))
        if not is_end:
            self.judged.append(judgement(rows, states["angle"]))
        if self.with_agents:
            self.rows.append(rows)
            if not is_end:
                self.agents.append(states)

    def count_classes(self, counts: NDArray[np.int64]) -> None:
        """Take a census."""
        self.counts.append(counts)

    def variables(self) -> dict[str, tuple[tuple[str, ...], NDArray[Any]]]:
        """Return name -> (dimensions, values) of this replicate."""
        found: dict[str, tuple[tuple[str, ...], NDArray[Any]]] = {
            name: (("episode",), values) for name, values in behaviour(np.diff(np.array(self.sums), axis=0)).items()
        }
        for name in ("trust", "suspicion_auc"):
            found[name] = (("episode",), np.array([judged[name] for judged in self.judged]))
        for name, values in classes(np.array(self.counts)).items():
            found[name] = (("census",), values)
        if self.with_agents:
            found.update(self._of_agents())
        return found

    def _of_agents(self) -> dict[str, tuple[tuple[str, ...], NDArray[Any]]]:
        dims = ("episode", "agent")
        stretch = np.diff(np.array(self.rows), axis=0)
        column = {name: stretch[..., COLUMNS.index(name)] for name in COLUMNS}
        acted = column["episodes"] - column["complied_watched"] - column["complied_unwatched"] - column["spoken"]
        found: dict[str, tuple[tuple[str, ...], NDArray[Any]]] = {
            "watched": (dims, column["watched"].astype(np.int64)),
            "acted": (dims, acted.astype(np.int64)),
            "spoke": (dims, column["spoken"].astype(np.int64)),
            "flagged": (dims, column["flags"].astype(np.int64)),
        }
        for name in self.agents[0]:
            found[name] = (dims, np.array([states[name] for states in self.agents]))
        return found


def trajectory_dataset(
    replicates: list[dict[str, tuple[tuple[str, ...], NDArray[Any]]]],
    episodes: list[int],
    censuses: list[int],
    attributes: dict[str, Any],
) -> xr.Dataset:
    """Return the trajectories of all replicates: dimensions replicate, episode, census and, if recorded, agent.

    ``episode`` is the first episode of a stretch, ``census`` the episode before which classes were counted. Measures
    speak of the stretch; trust, suspicion_auc and agents' states of its start.
    """
    import xarray as xr

    meaning = {measure.name: measure for measure in MEASURES}
    variables = {}
    for name, (dims, _) in replicates[0].items():
        values = np.stack([replicate[name][1] for replicate in replicates])
        noted = {"long_name": meaning[name].meaning, "per": meaning[name].denominator} if name in meaning else {}
        if name in _UNITS:
            noted["units"] = _UNITS[name]
        variables[name] = (("replicate", *dims), values, noted)
    coordinates = {"replicate": np.arange(len(replicates)), "episode": episodes, "census": censuses}
    return xr.Dataset(variables, coords=coordinates, attrs=attributes | {"classes": list(CLASS_NAMES)})
