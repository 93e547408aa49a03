"""Rules in words: known ones are found, none are found in noise, and readable numbers select the same cells."""

from __future__ import annotations

import math
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.conditions import Condition, condition_from
from analysis.discovery import discovered
from analysis.findings import discovery_in_words
from analysis.outcomes_by_cell import groups_of_cells
from analysis.rules import Split, between, in_words, selected
from models.refusals import InputError
from parameter_sweeps.study import Study


def cells(number: int = 400, seed: int = 0) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "rate": random.random(number),
            "kind": random.choice(["chain", "myopic", "naive"], number),
            "depth": random.choice([1.0, 2.0, math.inf], number),
        }
    )


def test_a_known_rule_is_found():
    varied = cells()
    holds = ((varied["rate"] > 0.6) & (varied["kind"] == "myopic")).to_numpy(dtype=float)
    found = discovered(varied, holds)
    best = found.rules.iloc[0]
    # the rule that was put in, with a number between the two values of the rate next to .6
    inside = varied["rate"][varied["kind"] == "myopic"]
    low, high = inside[inside <= 0.6].max(), inside[inside > 0.6].min()
    words, number = best["rule"].rsplit(" ", 1)
    assert words == "kind is myopic and rate is above"
    assert low <= float(number) < high
    assert (best["density"], best["coverage"], best["cells"]) == (1.0, 1.0, holds.sum())
    assert best["holds"]
    assert found.is_found
    assert found.base_rate == holds.mean()
    assert found.accuracy > 0.98 > found.base_accuracy
    lines = discovery_in_words(found, "gap > 0.2", "mine")
    assert lines[0] == f"mine: gap > 0.2 in {100 * holds.mean():.1f} % of 400 cells."
    assert lines[2].startswith(f"Where {best['rule']}: in 100.0 % of {best['cells']} cells [")
    assert lines[2].endswith("100.0 % of all such cells.")


def test_infinity_is_a_value_like_others():
    varied = cells()
    found = discovered(varied, (varied["depth"] == math.inf).to_numpy(dtype=float))
    assert found.rules["rule"].tolist() == ["depth is above 2", "depth is at most 2"]
    assert found.depth == 1


def test_density_and_coverage_worked_by_hand():
    # of 100 cells with x = 0 it holds in 90, of 300 with x = 1 in 10: densities .9 and 1/30, coverages .9 and .1
    varied = pd.DataFrame({"x": [0.0] * 100 + [1.0] * 300})
    holds = np.array([1.0] * 90 + [0.0] * 10 + [1.0] * 10 + [0.0] * 290)
    found = discovered(varied, holds, depth=1)
    assert found.rules["density"].tolist() == [0.9, pytest.approx(1 / 30)]
    assert found.rules["coverage"].tolist() == [0.9, 0.1]
    assert found.rules["cells"].tolist() == [100, 300]
    # Wilson at 90 of 100: (.9 + 1.9207/100 -+ 1.96 sqrt(.09/100 + 3.8415/40000))/(1 + 3.8415/100)
    assert found.rules.loc[0, ["low", "high"]].tolist() == pytest.approx([0.8256343, 0.9447709], abs=1e-6)
    assert (found.accuracy, found.base_accuracy) == (pytest.approx(380 / 400), pytest.approx(300 / 400))


def test_nothing_is_found_in_noise():
    # z > 3 by luck in at most 1 of 700 studies: of 40, one or more in at most 6 of 100 runs of this test
    random, varied = np.random.default_rng(5), cells()
    found = [discovered(varied, (random.random(400) < share).astype(float)) for share in (0.3, 0.5) * 20]
    assert not any(one.is_found for one in found)
    assert discovery_in_words(found[0], "gap > 0", "mine")[-1] == (
        "Nothing was found: no rule says more than the base rate does."
    )


def test_cells_of_one_point_are_judged_as_one():
    # each point stands 20 times: cells without groups would be predicted from their own copies
    random = np.random.default_rng(3)
    points, groups = random.random((30, 3)), np.repeat(np.arange(30), 20)
    varied = pd.DataFrame(points[groups], columns=["a", "b", "c"])
    holds = (random.random(30) < 0.5).astype(float)[groups]
    assert discovered(varied, holds).is_found
    assert not discovered(varied, holds, groups=groups).is_found


def test_points_of_designs_are_groups():
    vary = {"agents.foresight": {"uniform": [0, 0.9]}, "regime.response.penalty": {"uniform": [0, 1]}}

    def groups(design: object, **keys: object) -> list[int]:
        return groups_of_cells(Study.from_mapping({"base": "base", "vary": vary, "design": design, **keys})).tolist()

    assert groups({"kind": "saltelli", "points": 2}) == [0] * 4 + [1] * 4
    assert groups({"kind": "morris", "trajectories": 2}) == [0] * 3 + [1] * 3
    assert groups({"kind": "sobol", "cells": 2}) == [0, 1]


def test_the_same_rules_each_time():
    varied = cells()
    holds = (varied["rate"] + 0.3 * (varied["kind"] == "naive") > 0.7).to_numpy(dtype=float)
    one, other = discovered(varied, holds), discovered(varied, holds)
    pd.testing.assert_frame_equal(one.rules, other.rules, check_exact=True)
    assert (one.z, one.accuracy) == (other.z, other.accuracy)


@given(st.integers(0, 10**6), st.integers(1, 4))
def test_rules_in_readable_numbers_part_the_cells(seed, depth):
    varied = cells(150, seed)
    varied["rate"] = varied["rate"].round(3)
    holds = np.random.default_rng(seed + 1).random(150) < 0.2 + 0.5 * varied["rate"].to_numpy()
    found = discovered(varied, holds.astype(float), depth)
    masks = np.array([selected(way, varied) for way in found.splits])
    # each cell under one rule, as many under each as the tree has in that leaf
    assert (masks.sum(axis=0) == 1).all()
    assert masks.sum(axis=1).tolist() == found.rules["cells"].tolist()
    assert (found.rules["cells"] >= 0.02 * 150).all()
    assert [in_words(way) for way in found.splits] == found.rules["rule"].tolist()


@given(st.floats(-1e6, 1e6), st.floats(1e-9, 1e3))
def test_a_number_between_lies_between(below, width):
    above = below + width
    if above > below:
        assert below <= between(below, above) < above


def test_a_number_between_has_few_digits():
    assert between(0.5987, 0.6133) == 0.6
    assert between(0.25, 0.2501) == 0.25
    assert between(3.0, math.inf) == 3.0
    assert between(-0.2, 0.1) == -0.05


def test_rules_in_words():
    above, most = Split("rate", 0.123456789, False), Split("rate", 4.0, True)
    assert in_words([above, most]) == "rate is above 0.123456789 and at most 4"
    assert in_words([Split("kind", "a", True), Split("kind", "b", True)]) == "kind is not a or b"
    assert in_words([Split("kind", "a", True), Split("kind", "b", False)]) == "kind is b"
    assert in_words([]) == "always"


def test_conditions_are_read():
    assert condition_from(" compliance_gap>=-.2e1 ") == Condition("compliance_gap", ">=", -2.0)
    assert condition_from("best == faking") == Condition("best", "=", "faking")
    table = pd.DataFrame({0: [0.1, 0.3, np.nan], 1: [0.2, 0.5, 1.0]})
    # means .15, .4 and none
    assert condition_from("gap > 0.2").holds(table).tolist()[:2] == [0.0, 1.0]
    assert math.isnan(condition_from("gap > 0.2").holds(table)[2])
    classes = pd.DataFrame({0: ["faking", "honest"]})
    assert condition_from("best != faking").holds(classes).tolist() == [0.0, 1.0]


# --- what is refused


@pytest.mark.parametrize(
    "text",
    [
        "",
        "gap",
        "gap >",
        "> 1",
        "gap > x",
        "gap > 1 + 1",
        "__import__('os')",
        "gap > nan",
        "gap > 1e",
        "a.b > 1",
        "a>b>1",
    ],
)
def test_what_is_no_condition_is_refused(text):
    with pytest.raises(InputError, match=r"^where must be a name, >, >=, <, <=, = or != and a number, got "):
        condition_from(text)


def test_best_is_a_class():
    for text in ("best = fakin", "best > 1", "best = 1"):
        with pytest.raises(InputError, match=r"^where must be best = or != aligned, "):
            condition_from(text)


def test_what_cannot_be_split_is_refused():
    varied = cells(100)
    for holds, number in ((np.zeros(100), 0), (np.ones(100), 100)):
        with pytest.raises(InputError, match=rf"^the condition must hold in 10 cells or more .* got {number} of 100 "):
            discovered(varied, holds)
    with pytest.raises(InputError, match=r"^depth must be a whole number in \[1, 6\], got 0"):
        discovered(varied, np.ones(100), depth=0)
    with pytest.raises(InputError, match=r"^vary must be given for rules"):
        discovered(pd.DataFrame(index=range(5)), np.ones(5))


def test_cells_without_an_outcome_are_left_out_and_counted():
    varied = cells()
    holds = (varied["rate"] > 0.5).to_numpy(dtype=float)
    holds[:25] = np.nan
    found = discovered(varied, holds)
    assert (found.cells, found.left_out) == (375, 25)
    assert discovery_in_words(found, "x > 0", "mine")[1] == "25 cells without a value were left out."


def test_without_scikit_learn_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.tree", None)
    varied = cells()
    with pytest.raises(InputError) as caught:
        discovered(varied, (varied["rate"] > 0.5).to_numpy(dtype=float))
    advice = "pip install 'strategic-compliance[science]'"
    assert caught.value.messages == [f"scenario discovery must have scikit-learn, got none installed: {advice}"]
