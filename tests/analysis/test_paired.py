"""Paired differences between levels of an axis: by hand, their intervals' coverage, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.paired import paired_differences
from models.refusals import InputError

REGIMES = ["random_audit", "covert", "amnesty"]
COLUMNS = ["level", "measure", "difference", "low", "high", "bootstrap_low", "bootstrap_high", "p_value", "p_holm"]


def results_of(values: np.ndarray) -> pd.DataFrame:
    """Return results of a gap, (regimes, cells under each, replicates)."""
    regimes, cells, replicates = values.shape
    rows = [
        {
            "cell": regime * cells + cell, "regime": REGIMES[regime], "foresight": cell / 10, "replicate": replicate,
            "seed": 1, "gap": values[regime, cell, replicate], "stage": "", "error": "", "traceback": "",
        }
        for regime in range(regimes) for cell in range(cells) for replicate in range(replicates)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_differences_worked_by_hand():
    # pairs (cell, replicate) of covert less random_audit: .1, .3 and .3, .5; means over cells .2, .4 by replicate;
    # mean .3, standard error sqrt(.02)/sqrt(2) = .1, t = 3 with one degree of freedom: p = 2 (1/2 - arctan(3)/pi)
    base = np.array([[0.5, 0.1], [0.2, 0.4]])
    values = np.array([base, base + np.array([[0.1, 0.3], [0.3, 0.5]])])
    found = paired_differences(results_of(values), "regime", "random_audit", ["gap"])
    (row,) = found.to_dict("records")
    assert list(found)[:9] == COLUMNS
    assert (row["level"], row["measure"], row["n_pairs"], row["replicates"], row["holes"]) == ("covert", "gap", 4, 2, 0)
    assert row["difference"] == pytest.approx(0.3)
    # the 97.5 % point of t with one degree of freedom is tan(.475 pi) = 12.706
    assert (row["low"], row["high"]) == pytest.approx((0.3 - 1.2706205, 0.3 + 1.2706205))
    assert row["p_value"] == pytest.approx(1 - 2 * math.atan(3) / math.pi)
    # of two replicates a resample has one of three means, .2, .3 and .4, each end in a quarter of them
    assert (row["bootstrap_low"], row["bootstrap_high"]) == pytest.approx((0.2, 0.4))
    assert row["direction"] == "undecided"


def test_luck_that_cells_share_does_not_matter():
    random = np.random.default_rng(1)
    luck = 50.0 * random.standard_normal((4, 6))
    values = np.array([luck, luck + 0.25, luck - 0.5])
    found = paired_differences(results_of(values), "regime", "random_audit", ["gap"]).set_index("level")
    assert found["difference"].to_dict() == pytest.approx({"covert": 0.25, "amnesty": -0.5})
    assert found["direction"].to_dict() == {"covert": "higher", "amnesty": "lower"}


def test_it_is_the_paired_test_of_scipy():
    values = np.random.default_rng(2).random((2, 3, 8))
    (row,) = paired_differences(results_of(values), "regime", "random_audit", ["gap"]).to_dict("records")
    theirs = stats.ttest_rel(values[1].mean(axis=0), values[0].mean(axis=0))
    assert row["p_value"] == pytest.approx(theirs.pvalue)
    assert (row["low"], row["high"]) == pytest.approx(tuple(theirs.confidence_interval()))


def test_intervals_cover_as_often_as_they_say():
    # 400 tables; luck is shared by the cells of a replicate, and regimes have luck of their own beside it. A 95 %
    # interval misses in 20 +- 4.36: |z| < 4 is missed by luck in 6 of 100,000. Cells as if independent would miss
    # far more: the standard error over 5 cells x 8 replicates is about 2.2 times too small
    random, missed, rejected = np.random.default_rng(3), 0, 0
    for _ in range(400):
        luck = random.standard_normal((2, 1, 8)) + 0.1 * random.standard_normal((2, 5, 8))
        luck[1] += 0.3
        (row,) = paired_differences(results_of(luck), "regime", "random_audit", ["gap"], resamples=2).to_dict("records")
        missed += not row["low"] <= 0.3 <= row["high"]
        rejected += row["p_value"] < 0.05
    assert abs(missed - 20) < 4 * math.sqrt(400 * 0.05 * 0.95)
    assert rejected > missed


def test_bootstrap_intervals_miss_as_often_as_theory_says():
    # percentiles of resampled means of 40 are as wide as those of a normal law with variance 39/40 of the right one:
    # a normal sample misses with P(|t_39| > 1.96 sqrt(39/40)) = .0602, of 400 in 24 +- 4.75; |z| < 4
    rate = 2 * stats.t.sf(1.959964 * math.sqrt(39 / 40), 39)
    assert rate == pytest.approx(0.0602, abs=1e-4)
    random, missed = np.random.default_rng(4), 0
    for _ in range(400):
        values = np.stack([np.zeros((1, 40)), random.standard_normal((1, 40)) + 0.3])
        asked = (results_of(values), "regime", "random_audit", ["gap"])
        (row,) = paired_differences(*asked, resamples=1000).to_dict("records")
        missed += not row["bootstrap_low"] <= 0.3 <= row["bootstrap_high"]
    assert abs(missed - 400 * rate) < 4 * math.sqrt(400 * rate * (1 - rate))


def test_ends_without_variation_and_with_one_replicate():
    values = np.stack([np.zeros((2, 3)), np.zeros((2, 3)), np.ones((2, 3))])
    found = paired_differences(results_of(values), "regime", "random_audit", ["gap"]).set_index("level")
    assert found.loc["covert", ["difference", "low", "high", "p_value"]].tolist() == [0, 0, 0, 1]
    assert found.loc["amnesty", ["difference", "low", "high", "p_value"]].tolist() == [1, 1, 1, 0]
    one = paired_differences(results_of(values[:, :, :1]), "regime", "random_audit", ["gap"])
    assert one[["low", "p_value", "p_holm", "bootstrap_low"]].isna().all(axis=None)
    assert (one["direction"] == "undecided").all()


def test_the_order_of_rows_does_not_matter():
    values = np.random.default_rng(6).random((3, 4, 5))
    results = results_of(values)
    one = paired_differences(results, "regime", "covert", ["gap"])
    other = paired_differences(results.sample(frac=1, random_state=1), "regime", "covert", ["gap"])
    pd.testing.assert_frame_equal(one, other, check_exact=True)
    assert one["level"].tolist() == ["random_audit", "amnesty"]


def test_an_axis_of_numbers_alone():
    results = results_of(np.random.default_rng(7).random((1, 3, 4))).drop(columns="regime")
    found = paired_differences(results, "foresight", "0.1", ["gap"])
    assert found["level"].tolist() == [0.0, 0.2]
    assert found["n_pairs"].tolist() == [4, 4]


def holed() -> pd.DataFrame:
    results = results_of(np.random.default_rng(8).random((2, 3, 4)))
    results.loc[(results["cell"] == 4) & (results["replicate"] == 2), ["gap", "error"]] = [9.0, "lost"]
    return results


def test_cells_with_holes_are_left_out_whole_when_asked():
    results = holed()
    found = paired_differences(results, "regime", "random_audit", ["gap"], partial=True)
    assert found[["n_pairs", "holes"]].to_numpy().tolist() == [[8, 4]]
    kept = results[~results["cell"].isin([1, 4])]
    without = paired_differences(kept, "regime", "random_audit", ["gap"])
    assert found["difference"].tolist() == without["difference"].tolist()


@pytest.mark.parametrize(
    ("change", "arguments", "message"),
    [
        (None, {}, "results must be whole to be compared, got 4 of 12 pairs of covert without gap: --partial leaves"),
        (
            "missing",
            {},
            "results must be whole to be compared, got 4 of 12 pairs of covert without gap: --partial leaves",
        ),
        ("twice", {}, "results must hold each run once, got one again: pairs are found by varied values"),
        (None, {"axis": "regme"}, "axis must be regime or foresight, got 'regme'"),
        (None, {"against": "none"}, "against must be a level of regime (random_audit, covert), got 'none'"),
        (None, {"measures": ["gp"]}, "measure gp is not among the results; "),
        (None, {"measures": []}, "measures must be given, got none"),
    ],
)
def test_a_mistake_is_one_sentence(change, arguments, message):
    results = holed()
    if change == "missing":
        results = results[results["error"] == ""]
    if change == "twice":
        results = pd.concat([results, results[:1]])
    asked = {"axis": "regime", "against": "random_audit", "measures": ["gap"], **arguments}
    with pytest.raises(InputError) as caught:
        paired_differences(results, **asked)
    (found,) = caught.value.messages
    assert found.startswith(message)
