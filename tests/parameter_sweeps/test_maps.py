"""Strategy maps: each cell is that of `strategy_values`, however the columns are put together."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.refusals import InputError
from parameter_sweeps.maps import MAP_VARIABLES, strategy_map
from parameter_sweeps.study import Study
from simulation.valuation import strategy_values

FORESIGHT, RATE, MEAN = "agents.foresight", "regime.schedule.rate", "agents.beliefs.mean"
HIT, FALSE_ALARM = "regime.detector.hit_rate", "regime.detector.false_alarm_rate"
ANGLES = [0.0, 1.0, {"distribution": "beta", "a": 2, "b": 3, "scale": 3.14}]
CUES = [{"kind": "gaussian", "discrimination": 1.5}, {"kind": "binary", "accuracy": 0.8}, {"kind": "gaussian"}]

AXES = {
    FORESIGHT: [0.0, 0.5, 0.9, 0.95],
    RATE: [0.05, 0.2, 0.6, 0.9],
    MEAN: [0.3, "true_rate", 0.7, {"distribution": "beta", "a": 2, "b": 3}],
    "agents.beliefs": [{"mean": 0.4}, {"mean": "true_rate", "strength": 5}],
    "agents.beliefs.honeypot_share": [0.0, 0.3],
    "agents.cue": CUES,
    "agents.cue.discrimination": [0.0, 1.0, "inf"],
    "agents.goals.angle": ANGLES,
    "agents.terminal_guarding": [0.0, 0.4],
    "stakes.kind": ["fixed", "proportional"],
    "stakes.scale": [1, 2.5],
    "regime.schedule": [{"kind": "none"}, {"rate": 0.4}],
    "regime.detector": [{"hit_rate": 0.9, "false_alarm_rate": 0.2}, {"hit_rate": 0.4}],
    HIT: [0.5, 0.8],
    FALSE_ALARM: [0.0, 0.1],
    "regime.response.penalty": [0.0, 1.5, 3],
    "regime.response.rotation": [0.0, 0.3, 1.0],
    "regime.visibility.honeypot_share": [0.0, 0.25],
    "overseer.harm": [1.0, 2.0],
    "agents.count": [10, 20],
}


def study_of(**keys: object) -> Study:
    return Study.from_mapping({"base": "base", **keys})


def agrees_in_every_cell(study: Study) -> None:
    found = strategy_map(study)
    assert found["best"].dims == tuple(study.axes)
    flat = {name: found[name].values.ravel() for name in ("best", *MAP_VARIABLES)}
    for cell in study.cells():
        exact = strategy_values(study.cell_scenario(cell)).as_dict()
        exact |= exact.pop("values")
        assert flat["best"][cell.index] == exact["best"]
        for name in MAP_VARIABLES:
            np.testing.assert_array_equal(flat[name][cell.index], exact[name], err_msg=f"{name} of {cell}")


def test_a_map_is_labelled_and_worked_by_hand():
    # told cue, K = 0: fake iff b <= tau gamma (1-m) b/(1-gamma), so from gamma* = 1/(1 + .5 * .8) = .714 on
    study = study_of(
        name="told",
        set={"agents.cue.discrimination": "inf", RATE: 0.2, HIT: 0.5},
        vary={FORESIGHT: [0.71, 0.72], "run.episodes": [10, 20, 30]},
    )
    found = strategy_map(study)
    assert found["best"].sel({FORESIGHT: 0.71}).values.tolist() == ["honest"] * 3
    assert found["best"].sel({FORESIGHT: 0.72}).values.tolist() == ["faking"] * 3
    assert (found["faking_advantage"].values[1] > 0).all()
    assert found["run.episodes"].values.tolist() == [10.0, 20.0, 30.0]
    assert found.attrs == {"study": "told", "digest": study.digest(), "base": "base"}


@pytest.mark.parametrize(
    "keys",
    [
        (MEAN, RATE),
        ("agents.cue", FORESIGHT),
        (HIT, FALSE_ALARM, RATE),
        ("stakes.scale", "stakes.kind", "agents.goals.angle"),
        ("agents.beliefs", "regime.schedule"),
        ("overseer.harm", "agents.count"),
        (),
    ],
)
def test_named_grids_agree_with_each_cell(keys):
    agrees_in_every_cell(study_of(vary={key: AXES[key] for key in keys}))


def admissible(keys: set[str]) -> bool:
    return not any(other.startswith(f"{key}.") for key in keys for other in keys)


@settings(deadline=None, max_examples=40)
@given(
    st.sets(st.sampled_from(sorted(AXES)), min_size=2, max_size=4).filter(admissible).map(sorted),
    st.randoms(use_true_random=False),
)
def test_random_grids_agree_with_each_cell(keys, random):
    random.shuffle(keys)
    vary = {key: random.sample(AXES[key], random.randint(1, min(3, len(AXES[key])))) for key in keys}
    agrees_in_every_cell(study_of(vary=vary))


def test_an_axis_with_words_or_parts_has_coordinates_of_text():
    found = strategy_map(study_of(vary={MEAN: [0.3, "true_rate"], "agents.cue": CUES[:2]}))
    assert found[MEAN].values.tolist() == ["0.3", "true_rate"]
    assert [json.loads(text)["kind"] for text in found["agents.cue"].values.tolist()] == ["gaussian", "binary"]


def test_an_infinite_coordinate_is_a_number():
    assert strategy_map(study_of(vary={"agents.rationality": [1, "inf"]}))["agents.rationality"].values[1] == np.inf


def test_values_that_are_not_right_together_are_refused():
    study = study_of(vary={HIT: [0.9, 0.4], FALSE_ALARM: [0.1, 0.5]})
    with pytest.raises(InputError) as caught:
        strategy_map(study)
    assert caught.value.messages == [
        f"vary: {FALSE_ALARM} must be at most hit_rate, 0.4, got 0.5 (at {HIT} 0.4, {FALSE_ALARM} 0.5)"
    ]


def test_a_map_is_made_in_stretches_and_says_how_far_it_is(monkeypatch):
    study = study_of(vary={FORESIGHT: {"linspace": [0, 0.9, 10]}, RATE: {"linspace": [0.1, 0.9, 5]}})
    whole, told = strategy_map(study), []
    monkeypatch.setattr("parameter_sweeps.maps._CELLS_AT_ONCE", 7)
    assert strategy_map(study, lambda done, cells: told.append((done, cells))).identical(whole)
    assert told == [(min(stop, 50), 50) for stop in range(7, 57, 7)]


def test_scenarios_are_read_along_the_axes_that_matter_and_nowhere_else(monkeypatch):
    count, real = [0], Study.cell_scenario
    monkeypatch.setattr(Study, "cell_scenario", lambda *arguments: count.__setitem__(0, 1) or real(*arguments))
    vary = {FORESIGHT: {"linspace": [0, 0.95, 200]}, "regime.response.penalty": {"linspace": [0, 3, 200]}}
    study = study_of(vary=vary | {RATE: [0.1, 0.2, 0.3]}, set={"agents.cue.discrimination": "inf"})
    found = strategy_map(study)
    assert found["best"].shape == (200, 200, 3)
    assert count == [0]
