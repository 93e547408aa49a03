"""Indices of sensitivity against functions whose indices are known, and what luck does to them."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from analysis.outcomes_by_cell import varied_table
from analysis.sensitivity import elementary_effects, noise_share, noise_variance, sensitivity
from models.refusals import InputError
from parameter_sweeps.study import Study

KEYS = ["regime.response.penalty", "regime.response.clawback", "regime.response.habit"]
SALTELLI = {"kind": "saltelli", "points": 1024}


def study_of(design: object = SALTELLI, **keys: object) -> Study:
    vary = {key: {"uniform": [0, 1]} for key in KEYS}
    return Study.from_mapping({"name": "mine", "base": "base", "vary": vary, "design": design, **keys})


def results_of(study: Study, outcome: object, replicates: int = 1, noise: float = 0.0) -> pd.DataFrame:
    """Return results in which a function of the three varied values is the gap, with luck added."""
    random, varied = np.random.default_rng(11), varied_table(study)
    exact = outcome(*varied[KEYS].to_numpy().T)
    parts = [
        pd.DataFrame({"cell": np.arange(study.cell_count)}).join(varied).assign(
            replicate=replicate,
            seed=1,
            compliance_gap=exact + noise * random.standard_normal(study.cell_count) + 7.0 * replicate,
            stage="",
            error="",
            traceback="",
        )
        for replicate in range(replicates)
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def ishigami(one, two, three):
    first, second, third = (math.pi * (2 * share - 1) for share in (one, two, three))
    return np.sin(first) + 7 * np.sin(second) ** 2 + 0.1 * third**4 * np.sin(first)


def linear(one, two, three):
    return 3 * one + 4 * two + 0 * three


def by_index(found, name: str, column: str = "value") -> np.ndarray:
    return found.table[found.table["index"] == name][column].to_numpy()


def test_the_indices_of_a_sum_worked_by_hand():
    # 3 u + 4 v of uniform u, v has variance (9 + 16)/12, of which u gives 9/25 and v 16/25, alone and in all
    study = study_of()
    found = sensitivity(study, results_of(study, linear), "compliance_gap")
    for name in ("S1", "ST"):
        assert by_index(found, name) == pytest.approx([0.36, 0.64, 0.0], abs=0.01)
    assert by_index(found, "ST")[2] == 0.0
    assert by_index(found, "S1", "remark").tolist() == ["", "", "covers zero"]


def test_the_indices_of_the_ishigami_function():
    # Y = sin x1 + a sin^2 x2 + b x3^4 sin x1 on [-pi, pi]^3. E[Y | x1] = sin x1 (1 + b pi^4/5) + a/2, so that
    # V1 = (1 + b pi^4/5)^2/2; V2 = a^2 Var sin^2 = a^2/8; V13 = b^2 (E x^8 - (E x^4)^2)/2 = b^2 pi^8 (1/9 - 1/25)/2;
    # nothing else. With a = 7, b = .1: S1 = .3139, .4424, 0, ST = .5576, .4424, .2437
    a, b = 7.0, 0.1
    v1 = (1 + b * math.pi**4 / 5) ** 2 / 2
    v2, v13 = a**2 / 8, b**2 * math.pi**8 * (1 / 9 - 1 / 25) / 2
    total = v1 + v2 + v13
    assert [v1 / total, v2 / total] == pytest.approx([0.3139, 0.4424], abs=5e-5)
    study = study_of({**SALTELLI, "second_order": True})
    found = sensitivity(study, results_of(study, ishigami), "compliance_gap")
    expected = {
        "S1": [v1 / total, v2 / total, 0.0],
        "ST": [(v1 + v13) / total, v2 / total, v13 / total],
        "S2": [0.0, v13 / total, 0.0],
    }
    for name, values in expected.items():
        assert by_index(found, name) == pytest.approx(values, abs=0.03)
        assert (by_index(found, name, "low") <= values).all()
        assert (by_index(found, name, "high") >= values).all()
    pairs = found.table[found.table["index"] == "S2"][["parameter", "other"]].to_numpy().tolist()
    assert pairs == [[KEYS[0], KEYS[1]], [KEYS[0], KEYS[2]], [KEYS[1], KEYS[2]]]


def test_elementary_effects_worked_by_hand():
    # from (0, 1/3): first u by 2/3, Y from 1 to 3; then v by 2/3, Y from 3 to 2
    shares = np.array([[0, 1 / 3], [2 / 3, 1 / 3], [2 / 3, 1]])
    assert elementary_effects(shares, np.array([1.0, 3.0, 2.0])) == pytest.approx(np.array([[3.0, -1.5]]))
    # a step down, v before u: the change over a negative step
    down = np.array([[1.0, 1.0], [1.0, 1 / 3], [1 / 3, 1 / 3]])
    assert elementary_effects(down, np.array([1.0, 3.0, 2.0])) == pytest.approx(np.array([[1.5, -3.0]]))


def test_the_effects_of_a_sum_are_its_factors():
    study = study_of({"kind": "morris", "trajectories": 10})
    found = sensitivity(study, results_of(study, linear), "compliance_gap")
    assert by_index(found, "mu_star") == pytest.approx([3, 4, 0])
    assert by_index(found, "mu") == pytest.approx([3, 4, 0])
    assert by_index(found, "sigma") == pytest.approx([0, 0, 0], abs=1e-9)
    assert by_index(found, "mu_star", "remark").tolist() == ["", "", "covers zero"]


def test_they_are_those_of_salib():
    from SALib.analyze import morris, sobol

    problem = {"num_vars": 3, "names": KEYS, "bounds": [[0, 1]] * 3}
    study = study_of({"kind": "saltelli", "points": 64})
    results = results_of(study, ishigami)
    theirs = sobol.analyze(problem, results["compliance_gap"].to_numpy(), calc_second_order=False, seed=1)
    ours = sensitivity(study, results, "compliance_gap")
    assert by_index(ours, "S1") == pytest.approx(theirs["S1"])
    assert by_index(ours, "ST") == pytest.approx(theirs["ST"])
    study = study_of({"kind": "morris", "trajectories": 12, "levels": 6})
    results = results_of(study, ishigami)
    theirs = morris.analyze(
        problem, results[KEYS].to_numpy(), results["compliance_gap"].to_numpy(), num_levels=6, seed=1
    )
    ours = sensitivity(study, results, "compliance_gap")
    for name in ("mu", "mu_star", "sigma"):
        assert by_index(ours, name) == pytest.approx(np.array(theirs[name], dtype=float))


def test_luck_worked_by_hand():
    # a luck that all cells share is none of it
    assert noise_variance(np.array([[0.0, 2.0], [4.0, 6.0]])) == 0.0
    # residuals -1/2, 1/2, 1/2, -1/2: s^2 = 1 with one degree of freedom, half of it in a mean of two;
    # means 1 and 4 have the variance 4.5
    values = np.array([[0.0, 2.0], [4.0, 4.0]])
    assert noise_variance(values) == pytest.approx(0.5)
    assert noise_share(values) == pytest.approx(0.5 / 4.5)
    assert math.isnan(noise_variance(values[:, :1]))


def test_what_is_luck_alone_is_flagged():
    # luck of variance 1 in each of 4 replicates: 1/4 of a mean, beside (9 + 16)/12: a share of .107 of all
    study = study_of({"kind": "saltelli", "points": 256})
    found = sensitivity(study, results_of(study, linear, 4, noise=1.0), "compliance_gap")
    # 1,280 cells: the standard error of the share is about .107 (sqrt(2/3840) + sqrt(2/1280)) = .007
    assert found.noise_share == pytest.approx(0.25 / (25 / 12 + 0.25), abs=4 * 0.007)
    assert by_index(found, "ST", "remark").tolist()[:2] == ["", ""]
    assert by_index(found, "ST", "remark")[2] == "no more than noise"
    # a difference of two means has variance 2/4 and mean size sqrt(2/pi) sqrt(2/4); the step is 2/3
    screened = study_of({"kind": "morris", "trajectories": 400})
    effects = sensitivity(screened, results_of(screened, linear, 4, noise=1.0), "compliance_gap")
    assert by_index(effects, "mu_star", "noise")[2] == pytest.approx(math.sqrt(4 * 0.25 / math.pi) / (2 / 3), rel=0.1)
    assert by_index(effects, "mu_star")[2] == pytest.approx(math.sqrt(4 * 0.25 / math.pi) / (2 / 3), rel=0.15)
    assert by_index(effects, "mu_star", "remark").tolist() == ["", "", "no more than noise"]


@pytest.mark.parametrize("design", [{"kind": "saltelli", "points": 16}, {"kind": "morris", "trajectories": 5}])
def test_a_shuffled_table_has_the_same_indices(design):
    study = study_of(design)
    results = results_of(study, ishigami, 3, noise=0.1)
    one = sensitivity(study, results, "compliance_gap")
    other = sensitivity(study, results.sample(frac=1.0, random_state=5), "compliance_gap")
    pd.testing.assert_frame_equal(one.table, other.table, check_exact=True)
    assert one.noise_share == other.noise_share


def test_regimes_have_indices_of_their_own():
    vary = {f"agents.{key}": {"uniform": [0.1, 0.9]} for key in ("foresight", "current_goal_weight")}
    study = study_of({"kind": "saltelli", "points": 8}, vary=vary, regimes=["random_audit", "panopticon"])
    found = sensitivity(study, None, "honest")
    assert found.table["regime"].unique().tolist() == ["random_audit", "panopticon"]
    alone = sensitivity(study_of({"kind": "saltelli", "points": 8}, vary=vary, regimes=["panopticon"]), None, "honest")
    pd.testing.assert_frame_equal(
        found.table[found.table["regime"] == "panopticon"].reset_index(drop=True), alone.table
    )
    assert found.noise_share == 0.0


# --- what is refused


def refusal_of(study: Study, results: pd.DataFrame | None, measure: str = "compliance_gap") -> str:
    with pytest.raises(InputError) as caught:
        sensitivity(study, results, measure)
    (message,) = caught.value.messages
    return message


def test_holes_and_foreign_tables_are_refused():
    study = study_of({"kind": "saltelli", "points": 2})
    results = results_of(study, linear, 2)
    assert refusal_of(study, results[1:]) == "results must be whole, got 19 of 20 runs"
    failed = results.assign(error=["lost", *[""] * 19])
    assert refusal_of(study, failed) == "results must be whole, got 1 of 20 runs that failed"
    doubled = pd.concat([results, results[:1]])
    assert refusal_of(study, doubled) == "results must hold each run once, got one again"
    absent = results.assign(compliance_gap=results["compliance_gap"].where(results["cell"] != 3))
    assert refusal_of(study, absent) == "compliance_gap must be a number in every cell, got 1 of 10 cells without"
    moved = results.assign(cell=results["cell"].to_numpy()[::-1])
    assert refusal_of(study, moved) == f"results must be of the cells of mine, got other values of {KEYS[0]}"


def test_other_designs_and_outcomes_are_refused():
    study = study_of({"kind": "saltelli", "points": 2})
    results = results_of(study, linear)
    assert (
        refusal_of(study_of("sobol"), None, "faking") == "design must be saltelli or morris for sensitivity, got sobol"
    )
    assert refusal_of(study, results, "compliance_gp") == (
        "compliance_gp is no outcome of mine; did you mean compliance_gap?"
    )
    assert refusal_of(study, results, "best") == "measure must be a number for sensitivity, got best, which is a word"
    constant = results.assign(compliance_gap=0.25)
    assert refusal_of(study, constant) == "compliance_gap must differ between cells, got 0.25 in all 10"
