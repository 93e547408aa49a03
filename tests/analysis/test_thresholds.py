"""Exact boundaries: against closed forms, and the distance of contours."""

from __future__ import annotations

import math

import numpy as np
import pytest

from analysis.thresholds import contour_distances, exact_boundaries, numeric_axes, refined, zero_lines
from models.refusals import InputError
from parameter_sweeps.study import Study

FORESIGHT, RATE, PENALTY = "agents.foresight", "regime.schedule.rate", "regime.response.penalty"
DISCRIMINATION = "agents.cue.discrimination"
TOLD, HALF = {DISCRIMINATION: "inf"}, {"regime.detector.hit_rate": 0.5}


def study_of(**keys: object) -> Study:
    return Study.from_mapping({"base": "base", **keys})


def logit(share: np.ndarray | float) -> np.ndarray:
    return np.log(share) - np.log1p(-np.asarray(share))


def test_distance_of_contours_by_hand():
    # points on y = 1 from x = 0 to 1, all 1 above the line y = 0; in units of (2, 4) they are 1/4 above it
    above, line = [np.array([[0.0, 1.0], [1.0, 1.0]])], [np.array([[-1.0, 0.0], [3.0, 0.0]])]
    assert contour_distances(above, line, np.array([1.0, 1.0])) == pytest.approx([1.0] * 5)
    assert contour_distances(above, line, np.array([2.0, 4.0])) == pytest.approx([0.25] * 5)
    # beyond the end of a line its end is nearest: (3, 4) from (0, 0) is 5
    ending = [np.array([[-1.0, 0.0], [0.0, 0.0]])]
    assert contour_distances([np.array([[3.0, 4.0], [3.0, 4.0]])], ending, np.ones(2)) == pytest.approx([5.0] * 5)


def test_no_contour_no_distance():
    assert contour_distances([], [np.zeros((2, 2))], np.ones(2)).size == 0
    assert zero_lines(np.arange(3.0), np.arange(2.0), np.ones((2, 3))) == []


def test_a_contour_leaves_out_what_is_not_known():
    field = np.array([[-1.0, 1.0, 1.0], [-1.0, 1.0, 1.0], [np.nan, np.nan, 1.0]])
    (line,) = zero_lines(np.arange(3.0), np.arange(3.0), field)
    assert line[:, 0] == pytest.approx([0.5, 0.5])
    assert line[:, 1].max() == 1.0


def test_told_agents_fake_above_one_over_one_plus_tau_times_one_minus_m():
    # closed form for K = 0: gamma* = 1/(1 + tau (1 - m)); 0.7142857143 at tau = 0.5, m = 0.2
    vary = {FORESIGHT: {"linspace": [0.6, 0.98, 14]}, RATE: {"linspace": [0.1, 0.9, 9]}}
    boundaries = exact_boundaries(study_of(set={**TOLD, **HALF}, vary=vary))
    lines = boundaries.lines()
    points = np.vstack(lines["watched"])
    assert points[:, 0] == pytest.approx(1.0 / (1.0 + 0.5 * (1.0 - points[:, 1])), abs=2e-4)
    assert points[:, 1].min() == pytest.approx(0.1)
    assert points[:, 1].max() == pytest.approx(0.9)
    assert lines["unwatched"] == []
    assert boundaries.classes() == ["faking", "honest"]


@pytest.mark.parametrize(("side", "sign"), [("watched", 1.0), ("unwatched", -1.0)])
def test_boundaries_of_a_graded_cue_without_foresight(side: str, sign: float):
    # half comply where the mean cue +-d/2 gives the posterior b/(tau F): logit m +- d^2/2 = logit(1/(tau F))
    vary = {RATE: {"linspace": [0.05, 0.95, 19]}, PENALTY: {"linspace": [1.6, 6.0, 20]}}
    lines = exact_boundaries(study_of(set={FORESIGHT: 0.0, DISCRIMINATION: 1.0}, vary=vary)).lines()
    points = np.vstack(lines[side])
    assert len(points) > 50
    odds = np.exp(logit(1.0 / (0.8 * points[:, 1])) - sign * 0.5)
    assert points[:, 0] == pytest.approx(odds / (1.0 + odds), abs=2e-3)


def test_regions_are_where_their_classes_are_best():
    vary = {FORESIGHT: {"linspace": [0.0, 0.95, 6]}, RATE: {"linspace": [0.02, 0.98, 7]}}
    boundaries = exact_boundaries(study_of(set={DISCRIMINATION: 1.0, PENALTY: 1.5}, vary=vary))
    assert boundaries.classes() == ["compliant", "faking", "honest"]
    for name in boundaries.classes():
        assert np.array_equal(boundaries.region(name) > 0.0, boundaries.best == name)


def test_aligned_agents_are_a_region_of_their_own():
    vary = {"agents.goals.angle": [0.0, 1.0, 2.0], FORESIGHT: [0.1, 0.5, 0.9]}
    boundaries = exact_boundaries(study_of(vary=vary))
    assert "aligned" in boundaries.classes()
    assert not (boundaries.region("compliant")[:, 0] > 0.0).any()
    assert (boundaries.region("aligned")[:, 0] > 0.0).all()


def test_where_nobody_is_watched_faking_ends_at_the_end_of_the_axis():
    # at m = 0 both are worth the same, so that the boundary is m = 0 itself, and not half a step above it
    vary = {FORESIGHT: [0.8, 0.85, 0.9], RATE: [0.0, 0.1, 0.2]}
    lines = exact_boundaries(study_of(set={**TOLD, **HALF}, vary=vary)).lines()["watched"]
    assert all(line[:, 1].max() < 1e-9 for line in lines)


def test_a_refined_study_keeps_the_values_of_the_study():
    study = study_of(vary={FORESIGHT: [0.9, 0.1, 0.5], PENALTY: {"logspace": [0.1, 10.0, 3]}})
    fine = refined(study, 4)
    assert fine.axes[FORESIGHT] == pytest.approx((0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9))
    assert fine.axes[PENALTY][::4] == pytest.approx((0.1, 1.0, 10.0))
    ratios = np.diff(np.log(fine.axes[PENALTY]))
    assert ratios == pytest.approx(math.log(100.0) / 8)


def test_whole_numbers_are_not_refined():
    study = study_of(vary={"agents.goals.dimension": [2, 4], FORESIGHT: [0.1, 0.5]})
    assert refined(study).axes["agents.goals.dimension"] == (2, 4)


@pytest.mark.parametrize(
    ("vary", "got"),
    [
        ({}, "nothing"),
        ({FORESIGHT: [0.1, 0.2]}, FORESIGHT),
        ({FORESIGHT: [0.1, 0.2], RATE: [0.5]}, f"{FORESIGHT}, {RATE}"),
        ({FORESIGHT: [0.1, 0.2], DISCRIMINATION: [1.0, "inf"]}, f"{FORESIGHT}, {DISCRIMINATION}"),
    ],
)
def test_a_map_needs_two_finite_numbers(vary: dict, got: str):
    with pytest.raises(InputError) as caught:
        numeric_axes(study_of(vary=vary))
    assert caught.value.messages == [
        f"vary must be two keys with at least two finite numbers each for a regime map, got {got}"
    ]
