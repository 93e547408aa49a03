import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.capability import grown_capability, ramp_value
from models.detection import gaussian_rates
from models.elementary import normal_cumulative
from models.refusals import InputError
from models.scenario import Scenario

shares = st.floats(0.0, 1.0)


def refused(values):
    with pytest.raises(InputError) as caught:
        Scenario().with_values(values)
    return str(caught.value)


# By hand


def test_the_default_ramps():
    # d = 4c, gamma = .99c, lambda = 1 + 49c, at c = .5: 2, .495, 25.5
    ramps = Scenario().with_values({"agents.capability": {}}).agents.capability
    found = [
        ramp_value(0.5, ramp.at_zero, ramp.at_one, ramp.exponent)
        for ramp in (ramps.discrimination, ramps.foresight, ramps.rationality)
    ]
    assert found == pytest.approx([2.0, 0.495, 25.5])
    assert ramps.depth is None


def test_growth_ends_at_one():
    # .2 + .1 t: .2, .5 after 3 episodes, 1 from the eighth on
    assert [grown_capability(0.2, 0.1, episode) for episode in (0, 3, 8, 100)] == pytest.approx([0.2, 0.5, 1.0, 1.0])


def test_a_bent_ramp():
    # 10 - 8 c²: 10 at 0, 8 at .5, 2 at 1
    assert [ramp_value(c, 10.0, 2.0, 2.0) for c in (0.0, 0.5, 1.0)] == [10.0, 8.0, 2.0]


def test_rates_of_a_gaussian_detector():
    # d_o = 2, c_o = .5: Phi(.5) = .6914624613, Phi(-1.5) = .0668072013
    assert gaussian_rates(2.0, 0.5) == pytest.approx((0.6914624613, 0.0668072013), abs=1e-10)
    detector = Scenario().with_values({"regime.detector": {"kind": "gaussian", "criterion": 0.5}}).regime.detector
    assert (detector.hit_rate, detector.false_alarm_rate) == gaussian_rates(2.0, 0.5)


# Ends


def test_a_detector_without_sensitivity_flags_everything_alike():
    assert gaussian_rates(0.0, 0.7)[0] == gaussian_rates(0.0, 0.7)[1] == normal_cumulative(-0.7)


def test_a_perfect_detector():
    assert gaussian_rates(math.inf, 3.0) == pytest.approx((1.0, 0.0), abs=1e-300)


# Properties


@given(shares, shares, st.floats(0.0, 10.0), st.floats(0.0, 10.0), st.floats(0.1, 10.0))
def test_ramps_are_monotone_between_their_ends(first, second, at_zero, at_one, exponent):
    low, high = sorted((first, second))
    values = [ramp_value(c, at_zero, at_one, exponent) for c in (0.0, low, high, 1.0)]
    assert values[0] == at_zero
    assert values[-1] == pytest.approx(at_one)
    rises = [later - earlier for earlier, later in pairwise(values)]
    slack = 1e-12 * (at_zero + at_one)
    assert all(rise >= -slack for rise in rises) or all(rise <= slack for rise in rises)


@given(st.floats(0.0, 8.0), st.floats(-4.0, 4.0))
def test_hits_are_never_rarer_than_false_alarms(sensitivity, criterion):
    hit_rate, false_alarm_rate = gaussian_rates(sensitivity, criterion)
    assert 0.0 <= false_alarm_rate <= hit_rate <= 1.0


# Refused


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"agents.capability.level": 1.5}, "agents.capability.level must be a number in [0, 1] or a distribution, got"),
        ({"agents.capability.foresight.at_one": 1.5}, "agents.capability.foresight.at_one must be a number in [0, 1]"),
        (
            {"agents.capability.foresight.at_one": 1},
            "agents.capability.foresight must be a ramp to a number below 1 where agents.depth is inf",
        ),
        ({"agents.capability.rationality.at_zero": 0}, "agents.capability.rationality.at_zero must be a number > 0"),
        ({"agents.capability.wisdom": 1}, "agents.capability.wisdom is not a known key"),
        (
            {"agents.capability": {}, "agents.cue.kind": "binary"},
            "agents.capability.discrimination must be null where agents.cue.kind is binary",
        ),
        (
            {"overseer.capability.level": 0.5},
            "overseer.capability must be null where regime.detector.kind is rates, which has no sensitivity",
        ),
        (
            {
                "overseer.capability.level": 0.5,
                "regime.detector": {"kind": "gaussian", "criterion": 1, "unwatched_hit_rate": 0.5},
            },
            "must be at most the least hit rate that the overseer's capability gives",
        ),
        (
            {"regime.detector": {"kind": "gaussian", "hit_rate": 0.5}},
            "regime.detector.kind must be rates for regime.detector.hit_rate to be set",
        ),
        (
            {"regime.detector": {"kind": "gaussian", "criterion": 3, "unwatched_hit_rate": 0.5}},
            "regime.detector.unwatched_hit_rate must be at most the hit rate that sensitivity and criterion give",
        ),
    ],
)
def test_refused(values, message):
    assert message in refused(values)


def test_foresight_may_reach_one_where_the_plan_is_finite():
    finite = {"agents.capability": {"foresight": {"at_one": 1}, "depth": {"at_one": 10}}}
    assert Scenario().with_values(finite).agents.capability.foresight.at_one == 1
