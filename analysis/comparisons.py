"""Where simulation and theory disagree: simulated compliance against that of the exactly best rule, cell by cell.

Agents converted by a modification are in conflict no more, so compliance, which counts conflict episodes, is that
of agents whose goals are as they were. Where nothing else changes what an agent does (`departures` is empty) it
complies in each of them with the exact probability r, whatever came before, and the mean number n of conflict
episodes of a run is known. Episodes complied in, less r times the conflict episodes, is then a martingale whose
variance is n r (1 - r), so that mean compliance over R replicates has variance r (1 - r)/(R n), up to the bias of a
ratio, which is of order 1/n. Elsewhere the exact value is that of an optimiser at the belief before the first
episode, a benchmark rather than a prediction, and the deviation is judged by Student's t over replicates.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.scenario import Scenario
from parameter_sweeps.axes import covers
from parameter_sweeps.grids import scenario_with, scenarios_over, touching_axes, values_over, varied_columns
from parameter_sweeps.study import Study
from simulation.decision_numbers import heterogeneous_keys
from simulation.intervals import mean_interval

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]

SIDES = ("watched", "unwatched")
EXACT_VALUES = ("honest", "compliant", "faking", "faking_advantage", "threshold", "loss")
#: The least variance of a count, n r (1 - r), at which its deviation is compared with a normal one.
LEAST_VARIANCE = 10.0
#: A deviation counts as agreement up to so many standard errors.
AGREEMENT = 2.0
#: Arguments of `expected_conflict_episodes`: the part of a scenario, and what is read off it.
_RUN_SETTINGS: dict[str, tuple[str, Callable[[Scenario], float]]] = {
    "agents": ("agents.count", lambda scenario: scenario.agents.count),
    "episodes": ("run.episodes", lambda scenario: scenario.run.episodes),
    "watching_rate": ("regime.schedule", lambda scenario: scenario.watching_rate),
    "hit_rate": ("regime.detector", lambda scenario: scenario.regime.detector.hit_rate),
    "false_alarm_rate": ("regime.detector", lambda scenario: scenario.regime.detector.false_alarm_rate),
    "rotation": ("regime.response.rotation", lambda scenario: scenario.regime.response.rotation),
}


def cell_table(study: Study, exact: xr.Dataset, results: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return one row a cell: varied values, best strategy, what each is worth, and compliance by theory and simulation.

    Parameters
    ----------
    study : Study
    exact : Dataset
        Its strategy map.
    results : DataFrame, optional
        Its results, one row a run, with columns cell, replicate, error and the measures; without them there are
        no columns of simulated compliance.

    Returns
    -------
    DataFrame
        cell, the varied keys, best, `EXACT_VALUES`, and for each side s of watched and unwatched:
        exact_compliance_s and, with results, compliance_s with its 95 % interval (``_low``, ``_high``, Student t
        over replicates) and z_s, the deviation from the exact value in standard errors, NaN where there is
        nothing to compare or next to no variation. With results also replicates (runs that ended well) and holes
        (runs missing or failed).
    """
    table = pd.DataFrame({"cell": np.arange(study.cell_count)})
    for key, column in varied_columns(study, table["cell"].to_numpy()).items():
        table[key] = column
    order = list(study.axes) if study.is_grid else []
    exact = exact.transpose(*order) if order else exact
    table["best"] = exact["best"].to_numpy().astype(str).ravel()
    for name in EXACT_VALUES:
        table[name] = exact[name].to_numpy().ravel()
    for side in SIDES:
        table[f"exact_compliance_{side}"] = exact[f"comply_probability_{side}"].to_numpy().ravel()
    return table if results is None else _with_simulation(study, table, results)


def departures(study: Study) -> list[str]:
    """Return why simulated behaviour need not be that of the best rule at the start; empty if it must be."""
    reasons = {
        "choices are noisy": _anywhere(study, "agents.rationality", _is_noisy),
        "beliefs move": _anywhere(study, "agents.beliefs", _learns),
        "goals turn by degrees": _anywhere(study, "regime.response.rotation", _turns_by_degrees),
        "agents differ": _agents_differ(study),
    }
    return [reason for reason, holds in reasons.items() if holds]


def expected_conflict_episodes(
    agents: Floats,
    episodes: Floats,
    watching_rate: Floats,
    hit_rate: Floats,
    false_alarm_rate: Floats,
    rotation: Floats,
    comply_watched: Floats,
) -> Floats:
    """Return how many conflict episodes a run has in the mean, where a flag converts or changes nothing.

    An agent that complies when watched with probability r is converted with probability
    h = m (tau (1 - r) + phi r) an episode, so N agents have N (1 - (1 - h)^T)/h conflict episodes among T.

    Parameters
    ----------
    agents, episodes
        N and T.
    watching_rate, hit_rate, false_alarm_rate
        m, tau and phi.
    rotation
        1 where a flag converts, 0 where it changes nothing.
    comply_watched
        r.
    """
    hazard = rotation * watching_rate * (hit_rate * (1.0 - comply_watched) + false_alarm_rate * comply_watched)
    with np.errstate(divide="ignore", invalid="ignore"):
        # 1 - (1 - h)^T without loss of digits where h is small
        each = -np.expm1(episodes * np.log1p(-hazard)) / hazard
    return agents * np.where(hazard > 0.0, each, episodes)


def agreement(table: pd.DataFrame) -> dict[str, float]:
    """Return how far simulation agrees with theory, over the sides and cells of a table with results.

    Returns
    -------
    dict
        cells; compared: cells with simulated compliance watched and unwatched; same_side_share: the share of them
        in which both lie on the exact one's side of 1/2; judged: number of deviations with a z; within: those
        below `AGREEMENT`; largest_z: the largest size of a z; largest_difference: the largest deviation of all;
        holes: cells with missing or failed runs.
    """
    simulated = table[[f"compliance_{side}" for side in SIDES]].to_numpy()
    exact = table[[f"exact_compliance_{side}" for side in SIDES]].to_numpy()
    known = ~np.isnan(simulated).any(axis=1)
    same = ((simulated >= 0.5) == (exact >= 0.5)).all(axis=1)
    size = np.abs(table[[f"z_{side}" for side in SIDES]].to_numpy())
    judged = ~np.isnan(size)
    differences = np.abs(simulated - exact)
    return {
        "cells": len(table),
        "compared": int(known.sum()),
        "same_side_share": float(same[known].mean()) if known.any() else math.nan,
        "judged": int(judged.sum()),
        "within": int((size[judged] < AGREEMENT).sum()),
        "largest_z": float(size[judged].max()) if judged.any() else math.nan,
        "largest_difference": float(np.nanmax(differences)) if known.any() else math.nan,
        "holes": int((table["holes"] > 0).sum()),
    }


def _with_simulation(study: Study, table: pd.DataFrame, results: pd.DataFrame) -> pd.DataFrame:
    well = results[results["error"] == ""]
    table["replicates"] = well.groupby("cell").size().reindex(table["cell"], fill_value=0).to_numpy()
    planned = _by_cell(study, "run.replicates", lambda scenario: scenario.run.replicates)
    table["holes"] = planned.astype(np.int64) - table["replicates"]
    is_prediction = not departures(study)
    for side in SIDES:
        name = f"compliance_{side}"
        intervals = _intervals(table, well, name)
        table[name], table[f"{name}_low"], table[f"{name}_high"], known = intervals.T
        table[f"z_{side}"] = _exact_z(study, table, side, known) if is_prediction else _student_t(table, well, side)
    return table


def _intervals(table: pd.DataFrame, well: pd.DataFrame, name: str) -> Floats:
    """Return mean, low, high and number of a measure by cell."""
    by_cell = {index: group.to_numpy(dtype=np.float64) for index, group in well.groupby("cell")[name]}
    nothing = np.empty(0)
    return np.array([mean_interval(by_cell.get(index, nothing)) for index in table["cell"]])


def _exact_z(study: Study, table: pd.DataFrame, side: str, known: Floats) -> Floats:
    """Return deviations in exact standard errors; infinite where the theory admits none and there is one."""
    exact = table[f"exact_compliance_{side}"].to_numpy()
    settings = {name: _by_cell(study, part, read) for name, (part, read) in _RUN_SETTINGS.items()}
    conflict = expected_conflict_episodes(**settings, comply_watched=table["exact_compliance_watched"].to_numpy())
    rates = settings["watching_rate"]
    number = known * conflict * (rates if side == "watched" else 1.0 - rates)
    difference = table[f"compliance_{side}"].to_numpy() - exact
    spread = number * exact * (1.0 - exact)
    with np.errstate(divide="ignore", invalid="ignore"):
        z: Floats = np.where(spread >= LEAST_VARIANCE, difference * number / np.sqrt(spread), np.nan)
    certain = (exact == 0.0) | (exact == 1.0)
    return np.where(certain & (difference != 0.0) & ~np.isnan(difference), np.copysign(np.inf, difference), z)


def _student_t(table: pd.DataFrame, well: pd.DataFrame, side: str) -> Floats:
    name = f"compliance_{side}"
    error = well.groupby("cell")[name].sem().reindex(table["cell"]).to_numpy(dtype=np.float64)
    difference = (table[name] - table[f"exact_{name}"]).to_numpy()
    t = np.full(len(table), np.nan)
    np.divide(difference, error, out=t, where=error > 0.0)
    return t


def _by_cell(study: Study, part: str, read: Callable[[Scenario], float]) -> Floats:
    """Return what is read off a part of a scenario, for each cell."""
    (values,) = values_over(study, touching_axes(study, (part,)), lambda scenario: (read(scenario),))
    return np.broadcast_to(values, study.shape).ravel()


def _anywhere(study: Study, part: str, holds: Callable[[Scenario], bool]) -> bool:
    return any(holds(scenario) for scenario in scenarios_over(study, touching_axes(study, (part,))))


def _is_noisy(scenario: Scenario) -> bool:
    return scenario.agents.rationality != math.inf


def _learns(scenario: Scenario) -> bool:
    return scenario.agents.beliefs.feedback != "none" and scenario.agents.beliefs.strength != math.inf


def _turns_by_degrees(scenario: Scenario) -> bool:
    return scenario.regime.response.rotation not in (0.0, 1.0)


def _agents_differ(study: Study) -> bool:
    fixed = heterogeneous_keys(study.scenario)
    if not all(any(covers(axis, key) for axis in study.axes) for key in fixed):
        return True
    return any(
        covers(axis, key)
        for axis, values in study.axes.items()
        # a number is the same for all agents
        for value in (value for value in values if not isinstance(value, int | float))
        for key in heterogeneous_keys(scenario_with(study, {axis: value}))
    )
