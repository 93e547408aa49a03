"""Designs for indices of sensitivity: how their cells hang together, and what is refused."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from models.refusals import InputError
from parameter_sweeps.design_kinds import Morris, Saltelli
from parameter_sweeps.shares import shares_of_ranges
from parameter_sweeps.study import Study

FORESIGHT, PENALTY, COUNT = "agents.foresight", "regime.response.penalty", "agents.count"
VARY = {FORESIGHT: {"uniform": [0.1, 0.9]}, PENALTY: {"uniform": [0, 2]}, "agents.planning": ["chain", "myopic"]}


def study_of(**keys: object) -> Study:
    return Study.from_mapping({"base": "base", "vary": VARY, **keys})


def rows_of(study: Study) -> list[tuple[object, ...]]:
    return [tuple(cell.values.values()) for cell in study.cells()]


@pytest.mark.parametrize("second_order", [False, True])
def test_each_base_point_has_its_crossed_cells(second_order):
    # of D = 3 keys: A, three times A with one value of B, (three times B with one of A), B
    study = study_of(design={"kind": "saltelli", "points": 8, "second_order": second_order})
    block = 8 if second_order else 5
    rows = rows_of(study)
    assert len(rows) == study.cell_count == 8 * block
    for first in range(0, len(rows), block):
        a, b = rows[first], rows[first + block - 1]
        for key in range(3):
            assert rows[first + 1 + key] == a[:key] + b[key : key + 1] + a[key + 1 :]
            if second_order:
                assert rows[first + 4 + key] == b[:key] + a[key : key + 1] + b[key + 1 :]


def test_the_first_of_the_pairs_are_balanced():
    # 16 points of a net: each sixteenth of a range holds one
    shares = shares_of_ranges(Saltelli(kind="saltelli", points=16), 3, seed=5)[::5]
    assert [sorted(np.floor(16 * column).astype(int)) for column in shares.T] == [[*range(16)]] * 3


@pytest.mark.parametrize("levels", [4, 6, 10])
def test_a_trajectory_changes_each_key_once_by_the_same_step(levels):
    # the step is p/(2 (p - 1)) of the range, from a level to a level
    shares = shares_of_ranges(Morris(kind="morris", trajectories=7, levels=levels), 3, seed=2)
    steps = np.diff(shares.reshape(7, 4, 3), axis=1)
    changed = np.abs(steps) > 0.0
    assert (changed.sum(axis=1) == 1).all()
    assert (changed.sum(axis=2) == 1).all()
    assert np.abs(steps[changed]) == pytest.approx(levels / (2 * (levels - 1)))
    assert np.abs(shares * (levels - 1) - np.rint(shares * (levels - 1))).max() < 1e-12


def test_levels_reach_both_ends_and_all_words():
    vary = VARY | {COUNT: {"uniform": [1, 10]}}
    study = study_of(design={"kind": "morris", "trajectories": 40}, vary=vary)
    assert sorted({*study.axes[PENALTY]}) == pytest.approx([0, 2 / 3, 4 / 3, 2])
    assert (min(study.axes[COUNT]), max(study.axes[COUNT])) == (1, 10)
    assert {*study.axes["agents.planning"]} == {"chain", "myopic"}
    # half of the range apart, so that a step changes the word
    planning = np.array(study.axes["agents.planning"]).reshape(40, 5)
    assert all(len({*words}) == 2 for words in planning)


@pytest.mark.parametrize("design", ["saltelli", "morris"])
def test_points_follow_from_the_seed_alone(design):
    np.random.seed(3)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    rows = rows_of(study_of(design=design, seed=4))
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002
    np.random.seed(8)  # noqa: NPY002
    assert rows_of(study_of(design={"kind": design, "seed": 4}, seed=9)) == rows
    assert rows_of(study_of(design=design, seed=5)) != rows


@pytest.mark.parametrize(
    ("design", "message"),
    [
        (
            {"kind": "saltelli", "points": 100},
            "design.points must be a power of two, as Sobol points are balanced in no",
        ),
        ({"kind": "saltelli", "points": 1}, "design.points must be a whole number in [2, 10000000], got 1"),
        ({"kind": "morris", "levels": 5}, "design.levels must be an even number, as only of these each level is as"),
        ({"kind": "morris", "trajectories": 1}, "design.trajectories must be a whole number in [2, 10000000], got 1"),
    ],
)
def test_a_mistake_is_one_sentence(design, message):
    with pytest.raises(InputError) as caught:
        study_of(design=design)
    (found,) = caught.value.messages
    assert found.startswith(message)


def test_a_distribution_has_no_levels():
    with pytest.raises(InputError) as caught:
        study_of(design="morris", vary={FORESIGHT: {"distribution": "beta", "a": 2, "b": 5}})
    needed = "must be a range or a list where design is morris, whose levels reach both ends, got a distribution"
    assert caught.value.messages == [f"vary.{FORESIGHT} {needed}"]


@pytest.mark.parametrize(("design", "module"), [("saltelli", "SALib.sample.sobol"), ("morris", "SALib.sample.morris")])
def test_without_salib_the_extra_is_named(design, module, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)
    study = study_of(design=design)
    assert study_of(design="sobol").cell_count == 128
    with pytest.raises(InputError) as caught:
        list(study.cells())
    advice = "pip install 'strategic-compliance[science]'"
    assert caught.value.messages == [
        f"design {design} must have SALib to make its points, got none installed: {advice}"
    ]
