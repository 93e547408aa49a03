"""Statistics of claims on results worked by hand, and when a claim counts as supported."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

from analysis.claims.along_axes import first_crossing
from analysis.claims.effects import share_interval
from analysis.claims.judgement import FUNCTIONS, judged, keeps_to
from analysis.outcome import Outcome
from analysis.references import reference_values
from models.literature import gap_bound
from models.refusals import InputError
from parameter_sweeps.study import Study
from parameter_sweeps.support_conditions import STATISTICS

FORESIGHT, GAP = "agents.foresight", "compliance_gap"
FORESIGHTS = [0.1, 0.5, 0.9]
#: Gaps by regime, foresight and replicate: 0.1 more under the second regime, 0.2 and then 0.4 more along foresight.
BY_CELL = np.array([[0.0, 0.2, 0.6], [0.1, 0.3, 0.7]])
LUCK = np.array([-0.03, 0.0, 0.03])


def study_of(**keys: object) -> Study:
    written = {
        "base": "base", "regimes": ["random_audit", "covert"], "vary": {FORESIGHT: FORESIGHTS},
        "measures": [GAP], "replicates": 3,
    }  # fmt: skip
    return Study.from_mapping({**written, **keys})


def outcome_of(values: np.ndarray | None = None, **keys: object) -> Outcome:
    """Return results in which replicate r of each cell has the value of the cell and the luck of r."""
    study = study_of(**keys)
    gaps = (BY_CELL[:, :, None] + LUCK) if values is None else values
    rows = [
        (cell, replicate, "", gap)
        for cell, of_cell in enumerate(gaps.reshape(study.cell_count, -1))
        for replicate, gap in enumerate(of_cell)
    ]
    return Outcome(study, pd.DataFrame(rows, columns=["cell", "replicate", "error", GAP]))


def effect(outcome: Outcome, statistic: str, **condition: object):
    return FUNCTIONS[statistic](outcome, {"statistic": statistic, **condition})


def test_a_paired_difference_is_freed_of_common_luck():
    # each pair differs by 0.1, whatever the luck: the interval has no width
    found = effect(outcome_of(), "difference", measure=GAP, axis="regime", **{"from": "random_audit", "to": "covert"})
    assert (found.value, found.low, found.high) == pytest.approx((0.1, 0.1, 0.1))
    assert (found.number, found.cells, found.holes) == (3, 6, 0)


def test_an_interval_is_that_of_student_over_replicates():
    # the mean of the cells is (0 + 0.2 + 0.6 + 0.1 + 0.3 + 0.7)/6 = 19/60; replicates are 0.03 apart: s = 0.03
    found = effect(outcome_of(), "value", measure=GAP)
    reach = float(student.ppf(0.975, 2)) * 0.03 / math.sqrt(3)
    assert found.value == pytest.approx(19 / 60)
    assert found.high - found.value == pytest.approx(reach)
    # of the nearest to 0.8 alone: 0.6 and 0.7
    assert effect(outcome_of(), "value", measure=GAP, where={FORESIGHT: 0.8}).value == pytest.approx(0.65)
    assert effect(outcome_of(), "value", measure=GAP, where={FORESIGHT: [0.0, 0.6]}).value == pytest.approx(0.15)


def test_a_slope_and_a_rank_correlation():
    # over 0.1, 0.5, 0.9 the values 0, 0.2, 0.6: slope = (0.6 - 0)/(0.9 - 0.1) = 0.75, as places are symmetric
    assert effect(outcome_of(), "slope", measure=GAP, axis=FORESIGHT).value == pytest.approx(0.75)
    assert effect(outcome_of(), "monotone", measure=GAP, axis=FORESIGHT).value == pytest.approx(1.0)
    level = outcome_of(np.zeros((2, 3, 3)))
    assert effect(level, "monotone", measure=GAP, axis=FORESIGHT).value == 0.0


def test_a_crossing_is_interpolated():
    # means along foresight are 0.05, 0.25, 0.65: 0.45 is half-way between 0.5 and 0.9
    found = effect(outcome_of(), "crossing", measure=GAP, axis=FORESIGHT, level=0.45)
    # luck of 0.03 moves it by 0.03 * 0.4/0.4
    assert found.value == pytest.approx(0.7)
    assert found.low == pytest.approx(0.7 - float(student.ppf(0.975, 2)) * 0.03 / math.sqrt(3))
    never = effect(outcome_of(), "crossing", measure=GAP, axis=FORESIGHT, level=0.67)
    # only the luckiest replicate reaches 0.68
    assert never.number == 1
    assert math.isnan(never.low)


def test_first_crossing_at_the_ends():
    places, values = np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 0.0])
    assert first_crossing(places, values, 0.5) == 0.5
    assert first_crossing(places, values, 1.0) == 1.0
    assert math.isnan(first_crossing(places, values, 2.0))
    assert math.isnan(first_crossing(places, np.full(3, np.nan), 0.0))


def test_extremes_allow_for_the_choice_of_a_cell():
    # six cells at once: the tail of each is 0.025/6
    reach = float(student.ppf(1 - 0.025 / 6, 2)) * 0.03 / math.sqrt(3)
    largest, smallest = (effect(outcome_of(), name, measure=GAP) for name in ("maximum", "minimum"))
    assert (largest.value, largest.high) == pytest.approx((0.7, 0.7 + reach))
    assert (smallest.value, smallest.low) == pytest.approx((0.0, -reach))


def test_the_gap_bound():
    # Phi(1) = 0.8413447461
    assert gap_bound(2.0) == pytest.approx(2 * 0.8413447461 - 1)
    assert gap_bound(0.0) == 0.0
    outcome = outcome_of(np.zeros((1, 2, 3)), regimes=None, vary={"agents.cue.discrimination": [0.0, 2.0]})
    assert reference_values(outcome, "gap_bound", GAP) == pytest.approx([0.0, 0.6826894921])
    found = effect(outcome, "bound", measure=GAP, reference="gap_bound")
    assert (found.value, found.low, found.high) == pytest.approx((0.0, 0.0, 0.0))


def test_a_share_of_cells():
    # 0.6 and 0.7 of six are above 0.5, whatever the luck; above 0.61 the first is in one replicate of three
    assert effect(outcome_of(), "share_of_cells", measure=GAP, level=0.5).value == pytest.approx(2 / 6)
    assert effect(outcome_of(), "share_of_cells", measure=GAP, level=0.61).value == pytest.approx((1 + 1 + 2) / 18)
    found = effect(outcome_of(), "share_of_cells", **{"class": "honest"})
    exact = outcome_of().exact["best"].to_numpy()
    assert found.value == (exact == "honest").mean()
    assert found.number == 0


def test_an_interval_of_a_share():
    # of 0 of n the upper end solves (1 - p)^n = 0.025
    assert share_interval(0, 10) == pytest.approx((0.0, 0.0, 1 - 0.025**0.1))
    assert share_interval(10, 10) == pytest.approx((1.0, 0.025**0.1, 1.0))
    assert all(math.isnan(end) for end in share_interval(0, 0))


def test_the_unfavourable_end_decides():
    found = effect(outcome_of(), "value", measure=GAP)
    assert keeps_to(found, {"above": found.low - 1e-6})
    assert not keeps_to(found, {"above": found.low + 1e-6})
    assert keeps_to(found, {"below": found.high + 1e-6})
    assert not keeps_to(found, {"below": found.high - 1e-6})
    assert keeps_to(found, {"within": [found.low, found.high]})
    assert not keeps_to(found, {"within": [found.low, found.high - 1e-6]})


def test_one_replicate_supports_nothing():
    outcome = outcome_of(
        BY_CELL[:, :, None], replicates=1, supports_if={"statistic": "value", "measure": GAP, "above": -9}
    )
    assert judged(outcome).word() == "not supported"
    assert "no interval" in judged(outcome).verdicts[0].sentence()


def test_all_conditions_must_hold():
    holds, fails = ({"statistic": "value", "measure": GAP, "above": bound} for bound in (0.1, 0.9))
    words = [judged(outcome_of(supports_if={"all": listed})).word() for listed in ([holds], [holds, fails])]
    assert words == ["supported", "not supported"]
    assert judged(outcome_of()).word() == "no condition"


def test_missing_and_failed_runs_leave_a_claim_unjudged():
    condition = {"statistic": "value", "measure": GAP, "above": 0.1}
    outcome = outcome_of(supports_if=condition)
    for results in (outcome.results.drop(index=4), outcome.results[outcome.results["cell"] != 2]):
        assert judged(Outcome(outcome.study, results)).word() == "not judged"
    failed = outcome.results.assign(error=["lost", *[""] * 17])
    (verdict,) = judged(Outcome(outcome.study, failed)).verdicts
    assert verdict.holds is None
    assert "missing or failed runs" in verdict.sentence()
    # a whole level
    condition = {
        "statistic": "difference",
        "measure": GAP,
        "axis": "regime",
        "from": "random_audit",
        "to": "covert",
        "below": 9,
    }
    (verdict,) = judged(Outcome(study_of(supports_if=condition), outcome.results[outcome.results["cell"] > 2])).verdicts
    assert (verdict.holds, verdict.effect.holes) == (None, 3)
    condition = {"statistic": "value", "measure": GAP, "above": 0.1}
    # of other cells nothing is missing
    elsewhere = study_of(supports_if=condition | {"where": {"regime": "covert"}})
    assert judged(Outcome(elsewhere, failed)).word() == "supported"


def test_records_are_read_over_episodes():
    outcome = outcome_of(record="episodes", supports_if=None)
    records = pd.DataFrame(
        [
            (cell, replicate, episode, episode / 10)
            for cell in range(6)
            for replicate in range(3)
            for episode in (0, 5, 10)
        ],
        columns=["cell", "replicate", "episode", GAP],
    )
    outcome = Outcome(outcome.study, outcome.results, records)
    assert effect(outcome, "value", measure=GAP, where={"episode": [5, 10]}).value == pytest.approx(0.75)
    assert effect(outcome, "crossing", measure=GAP, axis="episode", level=0.25).value == pytest.approx(2.5)


def test_every_statistic_has_its_function():
    assert FUNCTIONS.keys() == STATISTICS.keys()
    assert all(len((function.__doc__ or "").partition("\n")[0]) > 40 for function in FUNCTIONS.values())


def test_what_was_not_measured_is_refused():
    with pytest.raises(InputError, match="measures must include trust"):
        effect(outcome_of(), "value", measure="trust")
    with pytest.raises(InputError, match="at least one cell"):
        effect(outcome_of(), "value", measure=GAP, where={FORESIGHT: [2, 3]})
