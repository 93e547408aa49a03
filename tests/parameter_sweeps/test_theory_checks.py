"""Verdicts on checks of the theory: corrections, samples, brackets, and what must be reported as failing."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.escalation import escalation_limit, second_group_rate
from parameter_sweeps.theory.cells import false_alarms
from parameter_sweeps.theory.cells import results as map_checks
from parameter_sweeps.theory.checks import Check, Effort, Sample, half_of_last_digit
from parameter_sweeps.theory.probing import mean_sample, share_sample, turning_point
from parameter_sweeps.theory.registry import all_checks
from parameter_sweeps.theory.value_iteration import Case, greenberg_rate, harrington_limit, iterated_plan
from parameter_sweeps.theory.verdicts import FAILS, FALSE_ALARM_RATE, HOLDS, UNCHECKED, verified
from simulation.intervals import holm

EFFORT = Effort(agents=100, replicates=4, cells=3)


def found(expected="0.5", exact=None, sample=None, **options):
    check = Check(
        "1", "a number", expected, None if exact is None else lambda: exact,
        None if sample is None else lambda _: sample, **options,
    )  # fmt: skip
    return verified([check], EFFORT)[0]


# By hand


def test_the_last_digit_says_how_exact_a_number_must_be():
    assert half_of_last_digit("0.25") == pytest.approx(0.005)
    assert half_of_last_digit("-0.1428571429") == pytest.approx(5e-11, rel=1e-4)
    assert half_of_last_digit("8") == pytest.approx(8e-9)
    assert half_of_last_digit("0") == 1e-9


def test_samples_by_hand():
    # 30 of 100, p = .25: standard error sqrt(.1875/100).
    sample = share_sample(30, 100, 0.25)
    assert sample.error == pytest.approx(0.0433012702)
    assert sample.score(0.25) == pytest.approx(0.05 / 0.0433012702)
    # Means 1, 2, 3: error 1/sqrt 3; Student's t of 2 degrees, 4.3027 at 95 %.
    sample = mean_sample([1.0, 2.0, 3.0])
    assert sample.interval() == pytest.approx((2.0 - 4.3026527 / math.sqrt(3.0), 2.0 + 4.3026527 / math.sqrt(3.0)))
    # t = 2 sqrt 3 has p = .0742 (1 - t/sqrt(t^2 + 2)).
    assert sample.chance(0.0) == pytest.approx(1.0 - math.sqrt(12.0 / 14.0))
    assert math.isnan(Sample(1.0).chance(1.0))


def test_values_that_are_all_alike_leave_no_luck():
    assert mean_sample([0.25, 0.25]).error == 0.0
    assert mean_sample([0.25, 0.25]).interval() == pytest.approx((0.25, 0.25), abs=1e-11)


def test_a_bisection_ends_on_both_sides_of_the_place():
    last, first = turning_point(lambda value: value >= 0.3, 0.0, 1.0, 1e-9)
    assert last < 0.3 <= first
    assert first - last <= 1e-9
    with pytest.raises(ValueError, match=r"must hold at 1\.0 and not at 0\.0"):
        turning_point(lambda value: value < 0.3, 0.0, 1.0, 1e-9)


# What fails must be said to fail


@pytest.mark.parametrize(
    ("exact", "verdict"),
    [(0.5, HOLDS), (0.549, HOLDS), (0.551, FAILS), (0.449, FAILS), (math.nan, FAILS), (math.inf, FAILS)],
)
def test_exact_values(exact, verdict):
    assert found(exact=exact).verdict == verdict


def test_a_tolerance_replaces_the_last_digit():
    assert found(exact=0.5 + 2e-6, tolerance=1e-6).verdict == FAILS
    assert found(exact=0.5 + 5e-7, tolerance=1e-6).verdict == HOLDS


@pytest.mark.parametrize(
    ("sample", "verdict"),
    [
        (Sample(0.5 + 3.2 * 0.01, 0.01), HOLDS),
        # p(3.29) = .001, one check.
        (Sample(0.5 + 3.4 * 0.01, 0.01), FAILS),
        (Sample(0.5 - 3.4 * 0.01, 0.01), FAILS),
        # With three degrees of freedom t = 3.4 is nothing special.
        (Sample(0.5 + 3.4 * 0.01, 0.01, degrees=3.0), HOLDS),
        # Without luck: the number, or within the bracket.
        (Sample(0.5), HOLDS),
        (Sample(0.5 + 1e-6), FAILS),
        (Sample(0.5 + 1e-6, reach=2e-6), HOLDS),
        (Sample(math.nan), FAILS),
        (Sample(math.nan, 0.01), FAILS),
    ],
)
def test_simulated_values(sample, verdict):
    assert found("0.500000000", exact=0.5, sample=sample).verdict == verdict


def test_simulation_is_compared_with_the_exact_value_and_not_its_printed_digits():
    # Printed .3, exactly 1/3: a sample at 1/3 with a tiny error is right.
    assert found("0.3", exact=1.0 / 3.0, sample=Sample(1.0 / 3.0 + 1e-4, 1e-4)).verdict == HOLDS
    assert found("0.3", exact=1.0 / 3.0, sample=Sample(0.3, 1e-4)).verdict == FAILS


def test_a_wrong_exact_value_fails_whatever_simulation_says():
    assert found(exact=0.7, sample=Sample(0.7, 0.01)).verdict == FAILS


def test_what_cannot_be_checked_is_said():
    check = Check("1", "a number", "0.5", lambda: None)
    assert verified([check], EFFORT)[0].verdict == UNCHECKED


def test_many_checks_are_corrected():
    # z = 3.4 has p = 6.7e-4: below .001 alone, above it among 100 of which the others are right.
    right = [Check("1", "", "0.5", None, lambda _: Sample(0.5, 0.01)) for _ in range(99)]
    odd = Check("1", "", "0.5", None, lambda _: Sample(0.534, 0.01))
    assert verified([odd], EFFORT)[0].verdict == FAILS
    findings = verified([*right, odd], EFFORT)
    assert {finding.verdict for finding in findings} == {HOLDS}
    assert findings[-1].corrected == pytest.approx(100 * 6.74e-4, rel=1e-2)


def test_progress_is_told():
    told = []
    verified([Check("1", "", "0.5", lambda: 0.5)] * 3, EFFORT, lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


# Properties


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=30))
def test_a_corrected_value_is_between_its_own_and_that_of_bonferroni(chances):
    for own, corrected in zip(chances, holm(chances), strict=True):
        assert own <= corrected <= min(1.0, len(chances) * own) + 1e-15


def test_false_alarms_are_as_rare_as_promised():
    # 400 tables of 25 true checks at a rate of .2 in place of .001 would fail in 80 at most; z < 4.
    random = np.random.default_rng(1)
    failed = 0
    for _ in range(400):
        samples = [Sample(one, 1.0) for one in random.standard_normal(25)]
        failed += min(holm([sample.chance(0.0) for sample in samples])) <= 0.2
    assert failed / 400 < 0.2 + 4.0 * math.sqrt(0.2 * 0.8 / 400)
    assert failed > 20


# The checks themselves


def test_every_result_of_the_specification_is_checked():
    checks = all_checks()
    assert {check.result for check in checks} == {str(number) for number in range(1, 21)} | {"planner", "map"}
    assert len({(check.result, check.statement) for check in checks}) == len(checks)
    # Almost every result is simulated too: 13's leverage, the counts of maps and formulas alone are not.
    simulated = {check.result for check in checks if check.simulated is not None}
    assert simulated >= {str(number) for number in range(1, 21)}


def test_every_check_has_a_value():
    assert all(check.exact is not None or check.simulated is not None for check in all_checks())


@pytest.mark.parametrize("wrong", ["9", "-3"])
def test_a_wrong_number_put_into_a_real_check_is_found(wrong):
    from dataclasses import replace

    check = next(check for check in all_checks() if check.result == "8")
    assert verified([check], EFFORT)[0].verdict == HOLDS
    assert verified([replace(check, expected=wrong)], EFFORT)[0].verdict == FAILS


def test_a_map_whose_cells_are_another_agents_is_found(monkeypatch):
    # Cells simulated with half the penalty that the map has.
    from parameter_sweeps.theory import cells

    small = Effort(agents=60, replicates=2, cells=6)
    assert {finding.verdict for finding in verified(map_checks(), small)} == {HOLDS}
    real = cells.simulate
    cells._compared.cache_clear()

    def other(scenario, **options):
        return real(scenario.with_values({"regime.response.penalty": 0.0}), **options)

    monkeypatch.setattr(cells, "simulate", other)
    findings = verified(map_checks(), small)
    cells._compared.cache_clear()
    assert findings[1].verdict == FAILS
    assert findings[1].sample.estimate >= 3.0
    assert findings[3].verdict == FAILS


def test_mean_number_of_wrong_cells_is_said():
    assert 0.0 <= false_alarms(Effort(agents=60, replicates=2, cells=6)) < 1.0
    assert FALSE_ALARM_RATE <= 0.001


# Value iteration: by hand, and beside closed forms


def test_iterated_plan_by_hand():
    # Told, one flag converts, m = .2, gamma = .9: faking is worth .8/.1 = 8, never flagged; a flag would lose it all.
    plan = iterated_plan(Case(kind="fixed"))
    assert plan.value == pytest.approx(8.0, rel=1e-12)
    assert plan.loss == pytest.approx(8.0, rel=1e-12)
    assert (plan.act_watched, plan.act_unwatched) == (0.0, 1.0)
    # Nothing to see and nothing to lose: acts always, 1/.244.
    plan = iterated_plan(Case(kind="fixed", accuracy=0.5))
    assert plan.value == pytest.approx(1.0 / 0.244, rel=1e-12)
    # Two selves by hand: eta = .5 would take many; eta = 0 turns nothing and costs nothing.
    assert iterated_plan(Case(rotation=0.0)).loss == 0.0


@pytest.mark.parametrize("foresight", [0.0, 0.5, 0.9])
def test_escalation_by_value_iteration(foresight):
    assert harrington_limit(0.1, 0.5, 0.0, 1.0, 0.5, foresight) == pytest.approx(
        escalation_limit(0.1, 0.5, 0.0, 1.0, 0.5, foresight), abs=1e-10
    )
    assert greenberg_rate(1.0, 3.0, 0.05, foresight) == pytest.approx(
        second_group_rate(1.0, 2.0, 1.0, 0.05, foresight), abs=1e-10
    )
