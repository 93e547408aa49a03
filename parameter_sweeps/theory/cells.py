"""Closed forms beside simulation on a map of foresight by rate of watching, cell by cell.

In the first episode nothing has changed yet, so that of n_M episodes in a context agents act in a binomial number. A
cell whose exact P(comply | M) is farther than two standard errors from 1/2, in both contexts, must show its class: the
sides on which they lie. Of right cells, the mean number that do not by chance is at most the sum of Phi(-distance).
"""

from __future__ import annotations

from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from parameter_sweeps.maps import strategy_map
from parameter_sweeps.study import Study
from parameter_sweeps.theory.checks import Check, Effort, Sample
from parameter_sweeps.theory.probing import TOLD, Values, agents_of
from simulation.run import simulate

Floats = NDArray[np.float64]

#: A cell whose compliance should be farther from 1/2 must be on its side.
FAR = 2.0
#: Below it a count is too small to be compared with a normal one.
_LEAST_VARIANCE = 10.0
_SOURCE = "strategy_map beside simulate"
_CASES: dict[str, Values] = {
    "told": {**TOLD, "regime.response.penalty": 0.5},
    "d = 1, F = 1.5": {"agents.cue.discrimination": 1.0, "regime.response.penalty": 1.5},
}


def results() -> list[Check]:
    """Return the checks of maps, cell by cell."""
    checks = []
    for label, changes in _CASES.items():
        checks.append(
            Check(
                "map",
                f"cells of foresight by rate that show another class than theirs, {label}",
                "0",
                None,
                partial(_wrong_classes, changes=changes),
                _SOURCE,
            )
        )
    gaussian = _CASES["d = 1, F = 1.5"]
    checks += [
        Check(
            "map",
            "cells with exact compliance of 0 or 1 and simulated compliance of another value",
            "0",
            None,
            lambda effort: _broken_certainties(effort, gaussian),
            _SOURCE,
        ),
        Check(
            "map",
            "deviation of compliance that is largest in standard errors, of all cells and both contexts",
            "0",
            None,
            lambda effort: _largest_deviation(effort, gaussian),
            _SOURCE,
        ),
    ]
    return checks


def _wrong_classes(effort: Effort, changes: Values) -> Sample:
    exact, complied, episodes = _compared(effort, tuple(changes.items()))
    is_far = (_distances(exact, episodes) > FAR).all(axis=0) & (episodes > 0).all(axis=0)
    shown = complied >= 0.5 * episodes
    return Sample(float(((shown != (exact >= 0.5)).any(axis=0) & is_far).sum()))


def false_alarms(effort: Effort) -> float:
    """Return the expected number of cells that show another class than theirs by chance, if the theory holds.

    It bounds the probability that `results` report any such cell: nothing is corrected there, every cell must agree.
    """
    expected = 0.0
    for changes in _CASES.values():
        exact, _, episodes = _compared(effort, tuple(changes.items()))
        distance = _distances(exact, episodes)
        is_far = (distance > FAR).all(axis=0) & (episodes > 0).all(axis=0)
        expected += float(ndtr(-distance[:, is_far]).sum())
    return expected


def _distances(exact: Floats, episodes: Floats) -> Floats:
    """Return how far compliance is from 1/2 in standard errors; infinite where no luck is left."""
    error = np.sqrt(exact * (1.0 - exact) / np.maximum(episodes, 1.0))
    found: Floats = np.divide(np.abs(exact - 0.5), error, out=np.full(exact.shape, np.inf), where=error > 0.0)
    return found


def _broken_certainties(effort: Effort, changes: Values) -> Sample:
    exact, complied, episodes = _compared(effort, tuple(changes.items()))
    certain = (exact == 0.0) | (exact == 1.0)
    return Sample(float((certain & (complied != exact * episodes)).sum()))


def _largest_deviation(effort: Effort, changes: Values) -> Sample:
    """Return the deviation of compliance that is largest in standard errors, its probability times their number."""
    exact, complied, episodes = _compared(effort, tuple(changes.items()))
    variance = episodes * exact * (1.0 - exact)
    judged = variance >= _LEAST_VARIANCE
    difference = (complied - episodes * exact)[judged] / episodes[judged]
    error = np.sqrt(variance[judged]) / episodes[judged]
    worst = int(np.argmax(np.abs(difference) / error))
    chance = min(1.0, 2.0 * float(ndtr(-abs(difference[worst]) / error[worst])) * error.size)
    return Sample(float(difference[worst]), float(error[worst]), probability=chance)


@lru_cache(maxsize=4)
def _compared(effort: Effort, changes: tuple[tuple[str, object], ...]) -> tuple[Floats, Floats, Floats]:
    """Return P(comply | M), episodes complied in and episodes, (2, cells), watched first."""
    study = _study(effort, dict(changes))
    found = strategy_map(study)
    exact = np.array([1.0 - found[f"act_probability_{side}"].to_numpy().ravel() for side in ("watched", "unwatched")])
    counted = []
    for cell in study.cells():
        run = simulate(study.cell_scenario(cell), seed=effort.seed, replicates=2, record="agents")
        agents = agents_of(run)
        watched, complied = agents["watched"] > 0, agents["acted"] == 0
        counted.append([(complied & watched).sum(), (complied & ~watched).sum(), watched.sum(), (~watched).sum()])
    counts = np.array(counted, dtype=np.float64).T
    return exact, counts[:2], counts[2:]


def _study(effort: Effort, changes: dict[str, object]) -> Study:
    axes = {
        "agents.foresight": {"linspace": [0.0, 0.975, effort.cells]},
        "regime.schedule.rate": {"linspace": [0.02, 0.98, effort.cells]},
    }
    size = {"agents.count": effort.agents, "run.episodes": 1}
    return Study.from_mapping({"name": "theory", "base": "base", "set": {**changes, **size}, "vary": axes})
