"""Boundaries: cells close in on where the best class changes, and say the same as a grid that is fine everywhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.refusals import InputError
from models.strategies import CLASS_NAMES
from parameter_sweeps.boundary import Lattice, cells_of_full_grid
from parameter_sweeps.execution import run_sweep
from parameter_sweeps.maps import strategy_map
from parameter_sweeps.store import begin, open_store
from parameter_sweeps.study import Study
from parameter_sweeps.study_file import kept_cells

FORESIGHT, RATE, PENALTY = "agents.foresight", "regime.schedule.rate", "regime.response.penalty"
HARM, DISCRIMINATION = "overseer.harm", "agents.cue.discrimination"
RANGES = {FORESIGHT: {"uniform": [0.0, 0.95]}, RATE: {"uniform": [0.02, 0.98]}}


def study_of(tolerance: float = 0.02, start: int = 5, **keys: object) -> Study:
    design = {"kind": "boundary", "tolerance": tolerance, "start": start}
    return Study.from_mapping({"base": "base", "design": design, "vary": RANGES, **keys})


def refusal_of(**keys: object) -> list[str]:
    with pytest.raises(InputError) as caught:
        _ = study_of(**keys).factors
    return caught.value.messages


def full_map(study: Study) -> tuple[np.ndarray, dict[str, list[float]]]:
    """Return the class in every cell of a grid that is everywhere as fine, (regimes, side, ...)."""
    axes = {key: values.tolist() for key, values in Lattice.of(study).axes.items()}
    fields = {"base": study.base, "set": study.set, "regimes": study.regimes, "vary": axes}
    best = strategy_map(Study.from_mapping(fields))["best"].values
    return best if study.regimes else best[None], axes


def says_the_same_as_the_full_grid(study: Study) -> float:
    """Return the share of cells that it takes."""
    lattice = Lattice.of(study).closed_in()
    full, _ = full_map(study)
    assert full.size == cells_of_full_grid(study)
    assert (np.array(CLASS_NAMES)[lattice.everywhere()] == full).all()
    return study.cell_count / full.size


def test_told_agents_fake_from_one_foresight_on():
    # told cue, K = 0: fake iff b <= tau gamma (1 - m) b/(1 - gamma): gamma* = 1/(1 + tau (1 - m)), whatever the harm;
    # tau = .8, m = .2: gamma* = 1/1.64 = .6098. Coarse: 0, .475, .95; so between .59375 and .623 after 4 bisections
    vary = {FORESIGHT: {"uniform": [0.0, 0.95]}, HARM: {"uniform": [0.0, 1.0]}}
    settings = {DISCRIMINATION: "inf", RATE: 0.2}
    found = strategy_map(study_of(tolerance=1 / 32, start=3, vary=vary, set=settings))
    foresight, best = found[FORESIGHT].values, found["best"].values
    assert best[foresight < 0.6098].tolist() == ["honest"] * (foresight < 0.6098).sum()
    assert best[foresight > 0.6098].tolist() == ["faking"] * (foresight > 0.6098).sum()
    below, above = foresight[foresight < 0.6098].max(), foresight[foresight > 0.6098].min()
    assert above - below == pytest.approx(0.95 / 32)
    # coarse grid 3 x 3, then two columns of boxes of 1/4 ... 1/32: at the last level 33 points on either side
    assert (foresight == below).sum() == (foresight == above).sum() == 33


def test_what_is_found_is_that_of_a_full_grid_and_takes_few_cells():
    study = study_of(tolerance=0.005, start=9, set={DISCRIMINATION: 1.0, PENALTY: 1.5})
    assert says_the_same_as_the_full_grid(study) < 0.06
    assert strategy_map(study).attrs["cells_of_full_grid"] == str(257 * 257)


@settings(max_examples=12)
@given(
    st.sampled_from([0.5, 1.0, 2.0, "inf"]),
    st.sampled_from([0.0, 0.7, 1.5, 3.0]),
    st.sampled_from([0.02, 0.05, 0.1]),
    st.sampled_from(["uniform", "logspace"]),
)
def test_any_boundary_is_that_of_a_full_grid(discrimination, penalty, tolerance, spacing):
    rates = {"uniform": [0.02, 0.98]} if spacing == "uniform" else {"logspace": [0.01, 0.9, 2]}
    vary = {FORESIGHT: {"linspace": [0.0, 0.95, 2]}, RATE: rates}
    fixed = {DISCRIMINATION: discrimination, PENALTY: penalty}
    says_the_same_as_the_full_grid(study_of(tolerance, start=17, vary=vary, set=fixed))


def test_three_ranges():
    vary = RANGES | {PENALTY: {"uniform": [0, 2]}}
    assert says_the_same_as_the_full_grid(study_of(0.04, 7, vary=vary, set={DISCRIMINATION: 1.0})) < 0.5


def test_regimes_share_their_points():
    vary = {FORESIGHT: {"uniform": [0.0, 0.95]}, "agents.beliefs.mean": {"uniform": [0.05, 0.95]}}
    study = study_of(0.05, 5, vary=vary, regimes=["random_audit", "panopticon"])
    says_the_same_as_the_full_grid(study)
    first, second = (np.array(study.axes[key]) for key in vary)
    assert study.cell_count == 2 * len(first) == 2 * len(second)


def test_points_are_known_before_the_first_run_and_are_the_same_again(tmp_path):
    studies = [study_of(set={"agents.count": 5, "run.episodes": 2}, replicates=1) for _ in range(2)]
    assert kept_cells(studies[0]) == kept_cells(studies[1])
    run_sweep(studies[0].with_values({PENALTY: 1}), tmp_path / "other", 1)
    store = begin(studies[0], tmp_path / "out", ("flag_rate",), _prices())
    assert len(store.missing()) == len(store.files)
    assert (tmp_path / "out" / "cells.csv").read_text() == kept_cells(studies[0])
    assert list(store.study.cells()) == list(studies[1].cells())


def test_a_directory_keeps_the_points_that_it_began_with_and_no_others(tmp_path):
    study = study_of(set={"agents.count": 5, "run.episodes": 2}, replicates=1, measures=["flag_rate"])
    begin(study, tmp_path / "out", ("flag_rate",), _prices())
    kept = tmp_path / "out" / "cells.csv"
    lines = kept.read_text().splitlines(keepends=True)
    assert open_store(tmp_path / "out").study.cell_count == len(lines) - 1 == study.cell_count
    kept.write_text("".join(lines[:10]))
    with pytest.raises(InputError, match="must be the study that was run, got another: it was changed"):
        open_store(tmp_path / "out")


def test_points_found_earlier_are_found_anew_where_values_are_set(tmp_path):
    (tmp_path / "cells.csv").write_text(f"{FORESIGHT},{RATE}\n0.5,0.5\n", encoding="utf-8")
    design = {"kind": "boundary", "tolerance": 0.1, "path": "cells.csv"}
    study = Study.from_mapping({"base": "base", "design": design, "vary": RANGES}, folder=tmp_path)
    assert study.cell_count == 1
    assert study.with_values({PENALTY: 1}).cell_count > 80
    turned = Study.from_mapping(
        {"base": "base", "design": design, "vary": dict([*RANGES.items()][::-1])}, folder=tmp_path
    )
    with pytest.raises(
        InputError, match=rf"^design.path must be a table of {RATE}, {FORESIGHT}, got {FORESIGHT}, {RATE}$"
    ):
        _ = turned.factors


def _prices():
    from parameter_sweeps.chunks import Prices

    return Prices()


def test_the_coarse_lattice_comes_first():
    study = study_of(start=5)
    first = {*zip(*(study.axes[key][:25] for key in study.axes), strict=True)}
    grid = [np.linspace(0, 0.95, 5).round(12), np.linspace(0.02, 0.98, 5).round(12)]
    assert first == {(one, other) for one in grid[0].tolist() for other in grid[1].tolist()}


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (
            {"vary": {FORESIGHT: RANGES[FORESIGHT]}},
            "vary must be two or more ranges of numbers where design is boundary, got 1",
        ),
        (
            {"vary": RANGES | {"agents.count": {"uniform": [1, 9]}}},
            "vary.agents.count must be a number that is not whole where design is boundary, got a whole-numbered",
        ),
        ({"vary": RANGES | {PENALTY: [1, 2]}}, f"vary.{PENALTY} must be {{uniform: [a, b]}}, {{loguniform: [a, b]}},"),
        ({"start": 1}, "design.start must be a whole number in [2, 1001], got 1"),
        ({"tolerance": 0}, "design.tolerance must be a number in (0, 1], got 0"),
        ({"tolerance": 1e-12}, "design.tolerance must be so large that points of the finest lattice can be numbered"),
        (
            {"start": 1001, "vary": RANGES | {PENALTY: {"uniform": [0, 1]}}},
            "design.start must be so small that the coarse grid has at most 2000000 points, got 1001 on each of 3 axes",
        ),
    ],
)
def test_a_mistake_is_one_sentence(keys, message):
    (found,) = refusal_of(**keys)
    assert found.startswith(message)


def test_values_that_are_not_right_together_are_refused():
    vary = {
        "regime.detector.hit_rate": {"uniform": [0.1, 0.9]},
        "regime.detector.false_alarm_rate": {"uniform": [0, 0.5]},
    }
    messages = refusal_of(vary=vary)
    assert messages[0].startswith("vary: regime.detector.false_alarm_rate must be at most hit_rate")
