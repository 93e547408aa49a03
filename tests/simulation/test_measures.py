"""Measures: a small ledger worked by hand, and the ends where a denominator is empty."""

import math

import numpy as np
import pytest

from models.refusals import InputError
from models.scenario import Scenario
from simulation import ledger
from simulation.census import census_episodes
from simulation.measures import MEASURE_NAMES, MEASURES, area_under_curve, behaviour, classes, measures_of, suspicions
from simulation.preparation import prepare
from simulation.replicates import run_replicate
from simulation.run import simulate
from simulation.settings import settings_of

SCENARIO = Scenario().with_values(
    {
        "stakes.kind": "fixed",
        "regime.response.penalty": 0.5,
        "overseer.harm": 2.0,
        "overseer.recovery": 0.25,
        "overseer.monitoring_cost": 0.1,
    }
)


def settled(counts, episodes, angle=math.pi / 2, modified=False, tempted=1.0):
    """Return the sums of one agent that never turned, from its five counts."""
    standing = np.zeros((1, ledger.STANDING_WIDTH))
    ledger.first_stand(standing, 0, angle, settings_of(SCENARIO).stakes_kind, 1.0)
    sums = np.zeros((1, ledger.WIDTH))
    ledger.settle(sums, np.array([counts]), standing, 0, episodes, tempted, 0.0, modified, settings_of(SCENARIO))
    return sums


# An agent at pi/2 lives 10 episodes: watched in 4, of which it acts in 1 (and is caught); unwatched in 6, acts in 4.
# Fixed stakes 1: b = 1, and its own gain from acting is 1. One false flag while it complied.
COUNTS = (4, 1, 4, 1, 1)


def test_compliance_by_hand():
    found = behaviour(settled(COUNTS, 10)[0])
    assert found["compliance_watched"] == 3 / 4
    assert found["compliance_unwatched"] == 2 / 6
    assert found["compliance_gap"] == 3 / 4 - 2 / 6
    assert found["strategic_compliance_rate"] == 5 / 10
    assert found["evaluation_validity"] == pytest.approx(1 - abs(3 / 4 - 5 / 10))
    assert found["flag_rate"] == 2 / 10
    assert found["false_flag_rate"] == 1 / 10


def test_utilities_by_hand():
    # Agent: 5 acts worth 1, two flags at 0.5. Overseer: harm 2 for 5 acts less a quarter of the one caught, 4 watched.
    found = behaviour(settled(COUNTS, 10)[0])
    assert found["agent_utility"] == pytest.approx((5 - 2 * 0.5) / 10)
    assert found["overseer_utility"] == pytest.approx((-2 * (5 - 0.25) - 0.1 * 4) / 10)


def test_stage_distance_by_hand():
    # Watched it shows the target 3 times and pi/2 once: (3, 1); unwatched twice and 4 times: (2, 4).
    found = behaviour(settled(COUNTS, 10)[0])
    assert found["stage_distance"] == pytest.approx(math.atan2(4, 2) - math.atan2(1, 3))


def test_a_converted_agent_counts_in_all_alone():
    found = behaviour(settled((4, 0, 0, 0, 0), 10, angle=0.0, tempted=0.0)[0])
    assert np.isnan(found["compliance_watched"])
    assert found["compliance_watched_all"] == found["compliance_unwatched_all"] == 1.0
    assert found["alignment"] == found["goal_preservation"] == 1.0


def test_a_modified_agent_does_not_count_as_unmodified():
    found = behaviour(settled(COUNTS, 10, modified=True)[0])
    assert found["compliance_watched"] == 3 / 4
    assert np.isnan(found["compliance_watched_unmodified"])


def test_never_watched_has_no_watched_compliance():
    found = behaviour(settled((0, 0, 2, 0, 0), 5)[0])
    assert np.isnan(found["compliance_watched"])
    assert np.isnan(found["stage_distance"])
    assert found["compliance_unwatched"] == 3 / 5


def test_suspicion_by_hand():
    # Beta(1, 1) and 2 flags in 4 monitored episodes: 3/6.
    assert suspicions(settled(COUNTS, 10)).tolist() == [0.5]


def test_area_under_curve_by_hand():
    # Positives 0.9 and 0.4, negatives 0.4 and 0.1: of four pairs three are won and one is a tie: 3.5/4.
    score, positive = np.array([0.9, 0.4, 0.4, 0.1]), np.array([True, True, False, False])
    assert area_under_curve(score, positive) == 3.5 / 4
    assert np.isnan(area_under_curve(score, np.ones(4, bool)))


def test_class_shares_by_hand():
    counts = np.zeros((3, 6), np.int64)
    counts[0], counts[1] = (4, 1, 2, 0, 1, 0), (0, 1, 2, 0, 1, 0)
    found = classes(counts)
    assert found["faking_share"] == 0.5
    assert found["faking_share_all"] == 0.25
    assert found["aligned_share_all"] == 0.5
    assert np.isnan(found["faking_share_unmodified"])


def test_measures_of_many_runs_at_once_are_those_of_each():
    prepared = prepare(SCENARIO.with_values({"agents.count": 7, "run.episodes": 20, "agents.rationality": 3.0}))
    runs = [run_replicate(prepared, 1, number, with_classes=number % 2 == 0) for number in range(6)]
    together = measures_of([run.told for run in runs])
    # NaN is equal to NaN here
    assert [repr(measures) for measures in together] == [repr(run.measures) for run in runs]
    assert [math.isnan(measures["faking_share"]) for measures in together] == [False, True] * 3
    assert all(tuple(measures) == MEASURE_NAMES for measures in together)


def test_a_tally_holds_its_longest_stretch():
    counts = np.zeros((1, 5), np.int64)
    full = sum(ledger.tallied(1, 1, 1) for _ in range(ledger.LONGEST_TALLY))
    ledger.empty_tally(counts, 0, full)
    assert counts.tolist() == [[4095, 4095, 0, 4095, 0]]


def test_every_measure_is_named_once_and_says_what_it_is_divided_by():
    assert len(set(MEASURE_NAMES)) == len(MEASURE_NAMES)
    assert all(measure.meaning and measure.denominator for measure in MEASURES)


@pytest.mark.parametrize(("episodes", "expected"), [(1, [0]), (3, [0, 1, 2]), (100, [0, 20, 40, 60, 80])])
def test_census_episodes(episodes, expected):
    assert census_episodes(episodes) == expected


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"seed": -1}, "seed must be a whole number from 0 to 2^32 - 1, got -1"),
        ({"seed": 2**32}, "seed must be"),
        ({"seed": True}, "seed must be"),
        ({"replicates": 0}, "replicates must be a whole number of at least 1, got 0"),
        ({"engine": "gpu"}, "engine must be array or mesa, got 'gpu'"),
        ({"record": "all"}, "record must be none, episodes or agents, got 'all'"),
        ({"record_every": 0}, "record_every must be a whole number of at least 1, got 0"),
    ],
)
def test_what_is_refused(arguments, message):
    with pytest.raises(InputError, match=message.replace("^", r"\^")):
        simulate(SCENARIO, **arguments)
