"""Closed forms that a figure draws and a statistic compares with, evaluated in each cell of a study."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.wording import words_of
from models.literature import gap_bound
from models.refusals import InputError
from models.scenario import Scenario
from parameter_sweeps.grids import touching_axes, values_over

if TYPE_CHECKING:
    from analysis.outcome import Outcome

Floats = NDArray[np.float64]

_EXACT_OF = {f"compliance_{side}": f"exact_compliance_{side}" for side in ("watched", "unwatched", "gap")}


def reference_values(outcome: Outcome, reference: str, measure: str) -> Floats:
    """Return a closed form in each cell.

    Parameters
    ----------
    outcome : Outcome
    reference : {"gap_bound", "exact"}
        As `parameter_sweeps.support_conditions.REFERENCES` says.
    measure : str
        What is compared with it; of ``exact`` compliance_watched, compliance_unwatched or compliance_gap.

    Raises
    ------
    InputError
        If there is no exact value of the measure, or no cue of a discrimination.
    """
    if reference == "exact":
        if measure not in _EXACT_OF:
            raise InputError(
                [f"measure must be {' or '.join(_EXACT_OF)} where it is compared with exact, got {measure}"]
            )
        if outcome.exact is None:
            raise InputError(["reference must be one that the study has, got exact without an exact map"])
        return outcome.cells_of_map[_EXACT_OF[measure]].to_numpy(dtype=np.float64)
    return _in_each_cell(outcome)


def reference_words(reference: str, measure: str) -> str:
    """Return what a closed form is called in a legend."""
    return r"$2\,\Phi(d/2)-1$" if reference == "gap_bound" else f"exact {words_of(measure)}"


def _in_each_cell(outcome: Outcome) -> Floats:
    study = outcome.study
    keys = touching_axes(study, ("agents.cue",))
    (values,) = values_over(study, keys, lambda scenario: (gap_bound(_discrimination(scenario)),))
    return np.broadcast_to(values, study.shape).ravel()


def _discrimination(scenario: Scenario) -> float:
    discrimination = getattr(scenario.agents.cue, "discrimination", None)
    if not isinstance(discrimination, int | float):
        raise InputError(["reference must be of a gaussian cue with one discrimination, got another cue"])
    return float(discrimination)
