"""Designs: which cells each makes, and what is refused."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.refusals import InputError
from parameter_sweeps.grids import cells_between
from parameter_sweeps.study import Study
from tests.parameter_sweeps.test_table_of_cells import table

FORESIGHT, PENALTY = "agents.foresight", "regime.response.penalty"
COUNT, PLANNING = "agents.count", "agents.planning"
UNIFORM = {FORESIGHT: {"uniform": [0.1, 0.9]}, PENALTY: {"uniform": [0, 2]}}
LISTED = "a list of values, {linspace: [a, b, n]} or {logspace: [a, b, n]}"


def study_of(**keys: object) -> Study:
    return Study.from_mapping({"base": "base", **keys})


def refusal_of(folder: Path | None = None, **keys: object) -> list[str]:
    with pytest.raises(InputError) as caught:
        Study.from_mapping({"base": "base", **keys}, folder=folder)
    return caught.value.messages


def columns_of(study: Study) -> dict[str, list[object]]:
    cells = list(study.cells())
    return {key: [cell.values[key] for cell in cells] for key in study.axes}


# --- one axis at a time


def test_one_at_a_time_is_the_base_and_each_value_alone():
    # base: foresight .9, penalty 0; .9 and 0 are the base itself and no cells of their own
    study = study_of(design="one_at_a_time", vary={FORESIGHT: [0.5, 0.9], PENALTY: [0, 1, 2]})
    assert columns_of(study) == {FORESIGHT: [0.9, 0.5, 0.9, 0.9], PENALTY: [0.0, 0.0, 1.0, 2.0]}
    assert study.shape == (4,)
    assert study.cell_scenario(next(study.cells())) == study.scenario


def test_one_at_a_time_needs_keys_that_the_base_has():
    (message,) = refusal_late(study_of(design="one_at_a_time", vary={"regime.response.voice.bonus": [1]}))
    needed = "must stand in the base where axes are varied one at a time, got a part without it"
    assert message == f"vary.regime.response.voice.bonus {needed}"


def refusal_late(study: Study) -> list[str]:
    with pytest.raises(InputError) as caught:
        _ = study.factors
    return caught.value.messages


# --- points that fill ranges


def test_each_stratum_of_a_latin_hypercube_holds_one_point():
    study = study_of(design={"kind": "latin_hypercube", "cells": 40}, vary=UNIFORM)
    columns = columns_of(study)
    for values, (first, last) in zip(columns.values(), [(0.1, 0.9), (0, 2)], strict=True):
        strata = np.floor((np.array(values) - first) / (last - first) * 40).astype(int)
        assert sorted(strata) == list(range(40))
    assert study.cell_count == 40


@settings(max_examples=25)
@given(st.integers(1, 60), st.integers(0, 2**32 - 1), st.sampled_from(["uniform", "loguniform"]))
def test_any_latin_hypercube_has_a_point_in_each_stratum(cells, seed, spacing):
    vary = {PENALTY: {spacing: [0.01, 100]}, FORESIGHT: {"uniform": [0, 0.5]}}
    study = study_of(design={"kind": "latin_hypercube", "cells": cells, "seed": seed}, vary=vary)
    values = np.array(study.axes[PENALTY])
    share = np.log(values / 0.01) / np.log(1e4) if spacing == "loguniform" else (values - 0.01) / 99.99
    # 12 digits may carry a point over the edge of its stratum
    strata = np.floor(share * cells + 1e-9 * np.sign(0.5 - share))
    assert len({*strata.tolist()}) >= cells - 1
    assert ((values >= 0.01) & (values <= 100)).all()


def test_sobol_points_are_balanced():
    # a net: of 64 points, each of the 8 x 8 boxes holds one, as any two coordinates of the first few do
    study = study_of(design={"kind": "sobol", "cells": 64}, vary=UNIFORM)
    boxes = {
        (math.floor((foresight - 0.1) / 0.8 * 8), math.floor(penalty / 2 * 8))
        for foresight, penalty in zip(*study.axes.values(), strict=True)
    }
    assert len(boxes) == 64


def test_sobol_points_are_more_even_than_luck():
    from scipy.stats import qmc

    study = study_of(design={"kind": "sobol", "cells": 128}, vary=UNIFORM)
    points = np.column_stack([(np.array(study.axes[FORESIGHT]) - 0.1) / 0.8, np.array(study.axes[PENALTY]) / 2])
    # a random one of 128 points in the plane has about 1/(128 * 4) * (9/4 - 1 ...) >= .001; Sobol far less
    assert qmc.discrepancy(points) < 0.0005


@settings(max_examples=20)
@given(st.integers(0, 6), st.integers(0, 3), st.integers(0, 2**32 - 1))
def test_the_first_cells_of_a_longer_sobol_design_are_those_of_a_shorter_one(log, more, seed):
    vary = UNIFORM | {COUNT: {"uniform": [1, 9]}, PLANNING: ["chain", "myopic"]}
    short, long = (
        study_of(design={"kind": "sobol", "cells": 2**power}, vary=vary, seed=seed) for power in (log, log + more)
    )
    assert list(cells_between(long, 0, 2**log)) == list(short.cells())


def test_points_are_scrambled_with_the_seed_of_the_study_or_their_own():
    def points(**keys: object) -> tuple[object, ...]:
        return study_of(vary=UNIFORM, **keys).axes[FORESIGHT]

    own = {"kind": "latin_hypercube", "seed": 7}
    assert points(design="latin_hypercube", seed=7) == points(design=own) == points(design=own, seed=3)
    assert points(design="latin_hypercube", seed=3) != points(design=own)
    assert points(design={"kind": "sobol", "seed": 7}) != points(design="sobol")


def test_whole_numbers_and_words_are_picked_evenly():
    vary = {COUNT: {"uniform": [1, 5]}, PLANNING: ["chain", "naive", "myopic"], "agents.depth": [3, "inf"]}
    columns = columns_of(study_of(design={"kind": "latin_hypercube", "cells": 60}, vary=vary))
    assert {value: columns[COUNT].count(value) for value in {*columns[COUNT]}} == dict.fromkeys(range(1, 6), 12)
    assert {columns[PLANNING].count(word) for word in vary[PLANNING]} == {20}
    assert {columns["agents.depth"].count(depth) for depth in (3, math.inf)} == {30}
    assert all(isinstance(count, int) for count in columns[COUNT])


def test_logarithms_of_whole_numbers_reach_both_ends():
    columns = columns_of(study_of(design={"kind": "sobol", "cells": 256}, vary={COUNT: {"logspace": [1, 100, 3]}}))
    assert (min(columns[COUNT]), max(columns[COUNT])) == (1, 100)


def test_distributions_are_filled_by_their_quantiles():
    law = {"distribution": "beta", "a": 2, "b": 5}
    study = study_of(design={"kind": "latin_hypercube", "cells": 500}, vary={FORESIGHT: law})
    # mean a/(a + b) = 2/7; of 500 strata the mean is exact to 1/500
    assert abs(np.mean(study.axes[FORESIGHT]) - 2 / 7) < 0.002


@pytest.mark.parametrize("written", [{"linspace": [0.1, 0.9, 5]}, {"linspace": [0.9, 0.1, 2]}, {"uniform": [0.1, 0.9]}])
def test_a_linspace_stands_for_its_range(written):
    studies = [study_of(design="sobol", vary={FORESIGHT: value}) for value in (written, UNIFORM[FORESIGHT])]
    assert studies[0].digest() == studies[1].digest()
    assert studies[0].axes == studies[1].axes


# --- what is refused


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"design": "sobol"}, "vary must be given where design is sobol, got nothing"),
        ({"design": "table"}, "design.path must be the path of a CSV file, got null"),
        ({"design": {"kind": "sobl"}}, "design.kind must be grid, latin_hypercube, sobol, table, one_at_a_time, bound"),
        (
            {"design": {"kind": "sobol", "cells": 200}, "vary": UNIFORM},
            "design.cells must be a power of two, as Sobol points are balanced in no other number (128 or 256), got",
        ),
        ({"design": {"kind": "latin_hypercube", "cells": 0}}, "design.cells must be a whole number in [1, 10000000]"),
        ({"design": {"kind": "latin_hypercube", "cels": 9}}, "design.cels is not a known key; did you mean design.cel"),
        ({"design": {"kind": "grid", "cells": 9}}, "design.kind must be latin_hypercube or sobol for design.cells to"),
        (
            {"vary": {FORESIGHT: {"uniform": [0, 1]}}},
            f"vary.{FORESIGHT} must be {LISTED}; a range is for design latin_hypercube, sobol, saltelli, morris or",
        ),
        (
            {"design": "sobol", "vary": {FORESIGHT: {"uniform": [1, 0]}}},
            f"vary.{FORESIGHT} must be {{uniform: [a, b]}} with finite numbers a < b, got {{'uniform': [1, 0]}}",
        ),
        (
            {"design": "sobol", "vary": {FORESIGHT: {"loguniform": [0, 1]}}},
            f"vary.{FORESIGHT} must be {{loguniform: [a, b]}} with positive numbers a < b, got",
        ),
        (
            {"design": "sobol", "vary": {FORESIGHT: {"uniform": [0, 2]}}},
            f"vary: {FORESIGHT} must be a number in [0, 1]",
        ),
        ({"design": "sobol", "vary": {COUNT: {"uniform": [1, 2.5]}}}, f"vary: {COUNT} must be a whole number in"),
        (
            {"design": "sobol", "vary": {FORESIGHT: {"distribution": "bta"}}},
            f"vary.{FORESIGHT} must be a distribution whose name is one of arcsine",
        ),
        (
            {"design": "sobol", "vary": {PENALTY: {"distribution": "norm"}}},
            f"vary: {PENALTY} must be a number >= 0, got",
        ),
        ({"design": "sobol", "vary": {FORESIGHT: 3}}, f"vary.{FORESIGHT} must be a list of values, a range ("),
    ],
)
def test_a_mistake_is_one_sentence(keys, message):
    (found,) = refusal_of(**keys)
    assert found.startswith(message)


def test_a_table_brings_its_own_keys(tmp_path):
    messages = refusal_of(tmp_path, design=table(tmp_path, f"{FORESIGHT}\n0.5\n"), vary=UNIFORM)
    assert messages == ["vary must be left out where design is table, whose columns are what varies"]


def test_too_many_points_are_refused():
    messages = refusal_of(
        design={"kind": "latin_hypercube", "cells": 10**7},
        vary={FORESIGHT: UNIFORM[FORESIGHT]},
        regimes=["none", "covert"],
    )
    assert messages == ["vary must make at most 10000000 cells, got 20000000"]
