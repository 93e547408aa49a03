"""Shipped studies of watching, deals, trust, evaluation, training, growth and conformity: what they are made of."""

from __future__ import annotations

from functools import cache
from itertools import accumulate, repeat

import pytest

from analysis.figures.kinds import figure_of
from models.cascades import conforming_share
from models.scenario import Scenario
from parameter_sweeps.catalogue import load_study
from parameter_sweeps.quick import quick_study
from parameter_sweeps.study import Study
from parameter_sweeps.support_conditions import conditions_of
from simulation.valuation import StrategyValues, strategy_values

KINDS = {
    "optimal_watching": "front",
    "honesty_deals": "heatmap",
    "trust": "trajectories",
    "evaluation_validity": "differences",
    "training_depth": "lines",
    "boiling_frog": "lines",
    "development": "trajectories",
    "preference_falsification": "lines",
}
study = cache(load_study)


def scenario_at(name: str, **levels: object) -> Scenario:
    """Return the scenario of a study's first cell that has these levels on axes, by the last parts of their keys."""
    loaded: Study = study(name)
    found = (
        cell
        for cell in loaded.cells()
        if all(value == levels.get(key.rpartition(".")[2], value) for key, value in cell.values.items())
    )
    return loaded.cell_scenario(next(found))


def exact(scenario: Scenario, **changed: object) -> StrategyValues:
    return strategy_values(scenario.with_values(changed), method="exact")


@pytest.mark.parametrize("name", KINDS)
def test_a_study_is_drawn_as_it_asks_and_measures_what_its_conditions_need(name):
    loaded = study(name)
    kind, options = figure_of(loaded)
    drawn = [options.get(key) for key in ("measure", "x", "y")]
    drawn = [measure for entry in drawn for measure in (entry if isinstance(entry, list | tuple) else [entry])]
    known = {*loaded.measures, *loaded.checked_axes}
    judged = {condition["measure"] for condition in conditions_of(loaded.supports_if)}
    assert kind == KINDS[name]
    assert {measure for measure in drawn if measure} <= known
    assert judged
    assert judged <= set(loaded.measures)
    assert loaded.scenario.run.replicates >= 5


@pytest.mark.parametrize("name", KINDS)
def test_a_quick_look_keeps_the_levels_that_conditions_name(name):
    loaded, quick = study(name), quick_study(study(name))
    assert figure_of(quick) == figure_of(loaded)
    for condition in conditions_of(loaded.supports_if):
        levels = quick.checked_axes.get(condition.get("axis"), ())
        for end in ("from", "to"):
            if end in condition and levels:
                # the nearest level is taken: it must be the same one
                nearest = [
                    min(axis, key=lambda level: abs(level - condition[end]))
                    for axis in (levels, loaded.checked_axes[condition["axis"]])
                ]
                assert nearest[0] == nearest[1]


@pytest.mark.parametrize(("guarding", "threshold"), [(0.5, 0.5), (0.5 + 4 / 3, 0.3)])
def test_hidden_watching_deters_above_the_threshold_and_told_watching_when_watched(guarding, threshold):
    # q* = b/(tau (F + Omega)) = 1/(1.5 + Omega): 1/2 and 1/(10/3)
    for regime in ("hidden_20", "hidden_40", "hidden_60"):
        rate = float(regime[-2:]) / 100
        found = exact(scenario_at("optimal_watching", regime=regime), **{"agents.terminal_guarding": guarding})
        assert found.comply_probability_watched == found.comply_probability_unwatched == (rate >= threshold)
    found = exact(scenario_at("optimal_watching", regime="told_20"), **{"agents.terminal_guarding": guarding})
    assert (found.comply_probability_watched, found.comply_probability_unwatched) == (1.0, 0.0)


@pytest.mark.parametrize(
    ("foresight", "rate", "price"), [(0.9, 0.1, 8.1), (0.9, 0.3, 6.3), (0.9, 0.5, 4.5), (0.8, 0.1, 3.6)]
)
def test_a_watched_faker_speaks_up_at_the_price_on_paper(foresight, rate, price):
    # gamma (1 - m) b/(1 - gamma)
    assert price == pytest.approx(foresight * (1 - rate) / (1 - foresight))
    for bonus, best in ((price - 0.01, "faking"), (price + 0.01, "honest")):
        changed = {"agents.foresight": foresight, "regime.schedule.rate": rate, "regime.response.voice.bonus": bonus}
        assert exact(study("honesty_deals").scenario, **changed).best == best


def test_each_price_lies_between_the_bonuses_that_the_condition_names():
    bonuses = study("honesty_deals").checked_axes["regime.response.voice.bonus"]
    for condition in conditions_of(study("honesty_deals").supports_if):
        foresight, rate = condition["where"]["agents.foresight"], condition["where"]["regime.schedule.rate"]
        low, high = condition["within"]
        assert low < foresight * (1 - rate) / (1 - foresight) < high
        assert bonuses.index(high) == bonuses.index(low) + 1


def test_the_misaligned_comply_when_told_and_act_when_they_cannot_tell():
    told, covert = (scenario_at("trust", regime=name).of_group("misaligned") for name in ("announced_tiers", "covert"))
    assert exact(told).comply_probability_watched == 1.0
    assert exact(covert).comply_probability_watched == 0.0


def test_an_evaluator_is_wrong_by_the_unwatched_share_of_the_gap():
    # validity = 1 - (1 - m)(c_M - c_U)
    gaps = {}
    for name in ("announced_tiers", "random_audit", "covert"):
        found = exact(scenario_at("evaluation_validity", regime=name), **{"agents.rationality": float("inf")})
        gaps[name] = found.comply_probability_watched - found.comply_probability_unwatched
    assert gaps["covert"] == 0.0 < gaps["random_audit"] < gaps["announced_tiers"]


@pytest.mark.parametrize(("internalisation", "best"), [(0.0, "honest"), (1.0, "faking")])
def test_only_training_that_reaches_goals_is_worth_faking_for(internalisation, best):
    assert exact(scenario_at("training_depth", internalisation=internalisation)).best == best


@pytest.mark.parametrize(
    ("planning", "rotation", "best"),
    [("chain", 0.05, "honest"), ("chain", 1.0, "faking"), ("unaware", 1.0, "honest")],
)
def test_agents_defend_goals_against_large_rotations_only_and_only_if_aware(planning, rotation, best):
    assert exact(scenario_at("boiling_frog", planning=planning, rotation=rotation)).best == best


def test_faking_sets_in_at_the_capability_that_the_ages_are_reckoned_from():
    scenario = study("development").scenario
    assert exact(scenario, **{"agents.capability.level": 0.71}).best == "honest"
    assert exact(scenario, **{"agents.capability.level": 0.72}).best == "faking"
    for condition in conditions_of(study("development").supports_if)[:3]:
        age = 0.715 / condition["where"]["agents.capability.growth"]
        assert condition["within"] == pytest.approx([0.9 * age - 4, 1.1 * age + 4])


@pytest.mark.parametrize(
    ("conformity", "start", "rest"), [(0.5, 0.2, 0.5), (0.5, 0.8, 0.5), (2.0, 0.2, 0.0), (2.0, 0.8, 1.0)]
)
def test_above_a_conformity_of_one_the_start_decides(conformity, start, rest):
    steps = accumulate(repeat(conformity, 60), conforming_share, initial=start)
    assert [*steps][-1] == pytest.approx(rest, abs=1e-9)


def test_net_temptations_are_spread_as_the_cascade_on_paper_has_them():
    # b = 1 - cos(theta) is uniform on [0, 2] on a sphere in three dimensions, and m tau F = 1
    scenario = study("preference_falsification").scenario
    goals, regime = scenario.agents.goals, scenario.regime
    assert (goals.kind, goals.dimension, goals.concentration) == ("von_mises_fisher", 3, 0.0)
    assert regime.schedule.rate * regime.detector.hit_rate * regime.response.penalty == 1.0
