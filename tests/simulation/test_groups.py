"""Groups of agents: who is of which, that nothing but what they set sets them apart, and what is measured of them."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.refusals import InputError
from models.scenario import Scenario
from simulation.explanation import explain
from simulation.groups import group_of_agents, group_sizes
from simulation.population import BasicPopulation, draw_basic_population, draw_population
from simulation.preparation import prepare
from simulation.replicates import array_world
from simulation.run import simulate
from simulation.valuation import strategy_values

BUSY = {
    "agents.count": 60,
    "agents.goals.angle": {"distribution": "uniform", "loc": 0.2, "scale": 2.5},
    "agents.rationality": 6.0,
    "agents.beliefs.feedback": "none",
    "regime.schedule.rate": 0.4,
    "regime.response.penalty": 0.4,
    "run.episodes": 12,
    "run.replicates": 3,
}


def grouped(*groups, **changes):
    return Scenario().with_values(BUSY | changes | {"agents.groups": list(groups)})


HONEST = {"name": "honest", "share": 0.25, "set": {"agents.decision": "honest"}}
OTHERS = {"name": "others", "share": 0.75}


# By hand


@pytest.mark.parametrize(
    ("shares", "count", "sizes"),
    [
        # 3.5, 3.5: one more for the first of equal remainders
        ((0.5, 0.5), 7, [4, 3]),
        # 1.5, 2.0, 6.5: the remainders are .5, 0, .5
        ((0.15, 0.2, 0.65), 10, [2, 2, 6]),
        ((0.1, 0.2, 0.7), 10, [1, 2, 7]),
        # a third of 100 each
        ((1 / 3, 1 / 3, 1 / 3), 100, [34, 33, 33]),
    ],
)
def test_sizes(shares, count, sizes):
    groups = [{"name": str(place), "share": share} for place, share in enumerate(shares)]
    assert group_sizes(Scenario().with_values({"agents.count": count, "agents.groups": groups})) == sizes


def test_groups_in_order():
    scenario = grouped(HONEST, OTHERS, **{"agents.assignment": "in_order", "agents.count": 8})
    assert group_of_agents(scenario, 1, 0, 0).tolist() == [0, 0, 1, 1, 1, 1, 1, 1]


def test_honest_agents_act_always_and_the_others_as_they_would_among_themselves():
    result = simulate(grouped(HONEST, OTHERS), seed=3)
    by_group = result.by_group.groupby(level="group").mean()
    assert by_group.loc["honest", "compliance_watched"] == 0.0
    assert by_group.loc["honest", "honest_share"] == 1.0
    assert by_group.loc["others", "compliance_watched"] > 0.2
    # Who belongs to which group changes nobody's luck: alone, agents do the same to the last bit.
    groups = group_of_agents(grouped(HONEST, OTHERS), 3, 0, 0)
    mixed, alone = (array_world(prepare(s, always_full=True), 3, 0) for s in (grouped(HONEST, OTHERS), grouped()))
    mixed.advance(0, 12)
    alone.advance(0, 12)
    np.testing.assert_array_equal(mixed.rows(12)[groups == 1], alone.rows(12)[groups == 1])


# Properties


@given(st.lists(st.floats(0.2, 1.0), min_size=1, max_size=6), st.integers(20, 500))
def test_everybody_is_of_one_group_and_sizes_are_shares_rounded(weights, count):
    shares = np.array(weights) / sum(weights)
    groups = [{"name": str(place), "share": float(share)} for place, share in enumerate(shares)]
    scenario = Scenario().with_values({"agents.count": count, "agents.groups": groups})
    sizes = group_sizes(scenario)
    assert sum(sizes) == count
    assert all(abs(size - share * count) <= 1.0 for size, share in zip(sizes, shares, strict=True))
    assert np.bincount(group_of_agents(scenario, 5, 2, 0), minlength=len(sizes)).tolist() == sizes


def test_the_neutral_value_groups_that_are_alike_are_no_groups():
    alike = grouped({"name": "a", "share": 0.4}, {"name": "b", "share": 0.6})
    together, apart = (simulate(scenario, seed=2, record="none") for scenario in (grouped(), alike))
    # Other loops step them, which round sums otherwise.
    pd.testing.assert_frame_equal(apart.by_replicate, together.by_replicate, rtol=1e-12, atol=1e-14)
    assert together.by_group is None


def test_shuffled_groups_are_others_in_each_replicate_and_do_not_follow_the_index():
    groups = np.array([group_of_agents(grouped(HONEST, OTHERS), 1, replicate, 0) for replicate in range(400)])
    assert len({tuple(row) for row in groups}) == 400
    # Each place is of the first group in a quarter of the replicates: z < 4.5 for 60 places.
    share = (groups == 0).mean(axis=0)
    assert np.abs(share - 0.25).max() < 4.5 * np.sqrt(0.25 * 0.75 / 400)


def test_measures_by_group_add_up():
    scenario = grouped(HONEST, OTHERS)
    result = simulate(scenario, seed=4)
    for replicate in range(3):
        of_groups = result.by_group.loc[replicate]
        weights = [15 / 60, 45 / 60]
        for name in ("flag_rate", "modification_rate", "agent_utility", "alignment"):
            assert np.dot(weights, of_groups[name]) == pytest.approx(result.by_replicate.loc[replicate, name])


def test_a_group_alone():
    scenario = grouped(HONEST, OTHERS)
    assert scenario.of_group("honest").agents.decision == "honest"
    assert scenario.of_group("others") == grouped()
    assert explain(scenario.of_group("others")).best == explain(grouped()).best


def test_every_parameter_of_an_agent_may_differ_between_agents():
    keys = ("agents.akrasia", "agents.current_goal_weight", "agents.conformity", "agents.beliefs.weighting")
    spread = {"distribution": "uniform", "loc": 0.1, "scale": 0.8}
    population = draw_population(grouped(**dict.fromkeys(keys, spread)), 1, 0)
    for name in ("akrasia", "goal_weight", "conformity", "weighting"):
        values = getattr(population, name)
        assert 0.1 < values.min() < 0.3 < 0.7 < values.max() < 0.9


# Refused


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ([{"share": 0.5}], "agents.groups must be groups whose shares sum to 1, and not to 0.5, got [0.5]"),
        (
            [{"name": "a", "share": 0.5}, {"name": "a", "share": 0.5}],
            "agents.groups[1].name must be a name that no other group has, got 'a'",
        ),
        (
            [{"name": "a", "share": 0.999}, {"name": "b", "share": 0.001}],
            "agents.groups[1].share must be enough for one of the 60 agents, got 0.001",
        ),
        (
            [{"set": {"agents.foresight": 2}}],
            "must be values that agents can have (agents.foresight must be a number in [0, 1] or a distribution, got",
        ),
        (
            [{"set": {"agents.foresigt": 0.5}}],
            "must be values that agents can have (agents.foresigt is not a known key; did you mean agents.foresight?",
        ),
        ([{"set": {"regime.schedule.rate": 0.5}}], "agents.groups[0].set.regime.schedule.rate must be a key of agents"),
        ([{"set": {"agents.count": 5}}], "agents.groups[0].set.agents.count must be a key of agents that may differ"),
        ([{"set": {"agents.imitator": {"window": 3}}}], "agents.groups[0].set.agents.imitator.window must be a key of"),
        ([{"set": 3}], "agents.groups[0].set must be a mapping of dotted keys to values, got 3"),
        ([{"sett": {}}], "agents.groups[0].sett is not a known key; did you mean agents.groups[0].set?"),
        ({}, "agents.groups must be a list of at most 100 mappings of keys to values, got {}"),
    ],
)
def test_refused(groups, message):
    with pytest.raises(InputError) as caught:
        Scenario().with_values(BUSY | {"agents.groups": groups})
    assert message in str(caught.value)


def test_groups_that_do_not_plan_are_refused_where_the_overseer_chooses_by_replies():
    with pytest.raises(InputError, match="planner where the overseer chooses"):
        Scenario().with_values({"agents.groups": [HONEST, OTHERS], "regime.schedule": {"kind": "optimal"}})


def test_one_decision_of_several_groups_is_refused():
    for look in (explain, strategy_values):
        with pytest.raises(InputError, match="choose one of the groups honest, others"):
            look(grouped(HONEST, OTHERS))
    with pytest.raises(InputError, match="group must be one of honest, others, got 'x'"):
        grouped(HONEST, OTHERS).of_group("x")


BASIC = st.fixed_dictionaries(
    {},
    optional={
        "agents.rationality": st.sampled_from([2.0, "inf", {"distribution": "uniform", "loc": 1.0, "scale": 8.0}]),
        "agents.beliefs.mean": st.sampled_from([0.3, "true_rate"]),
        "agents.beliefs.strength": st.sampled_from([2.0, "inf"]),
        "agents.beliefs.feedback": st.sampled_from(["none", "outcome"]),
        "agents.cue.discrimination": st.sampled_from([0.0, 1.5, "inf"]),
        "regime.visibility.discrimination": st.sampled_from([None, 0.5, "inf"]),
        "regime.schedule.rate": st.sampled_from([0.1, 0.8]),
        "agents.goals.angle": st.sampled_from([0.0, 1.0]),
    },
)


@given(BASIC)
def test_the_basic_model_draws_the_same_agents(values):
    scenario = Scenario().with_values({"agents.count": 9, **values})
    every, basic = draw_population(scenario, 1, 2), draw_basic_population(scenario, 1, 2)
    for one in fields(BasicPopulation):
        np.testing.assert_array_equal(getattr(basic, one.name), getattr(every, one.name), err_msg=one.name)
