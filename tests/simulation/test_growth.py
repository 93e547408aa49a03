"""Capability: what it gives at the start, and what its growth during a run does."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.scenario import Scenario
from parameter_sweeps.catalogue import load_scenario
from simulation.decision_numbers import decision_columns
from simulation.explanation import explain
from simulation.growth import at_birth
from simulation.preparation import prepare
from simulation.replicates import array_world
from simulation.run import simulate
from simulation.valuation import strategy_values

FEW = {"agents.count": 60, "run.episodes": 20, "run.replicates": 2, "regime.response.rotation": 0.3}


def base(*changes):
    scenario = load_scenario("base").with_values(FEW)
    for change in changes:
        scenario = scenario.with_values(change)
    return scenario


def written_out(capability):
    """Return what the default profile gives: d = 4c, gamma = .99c, lambda = 1 + 49c."""
    return {
        "agents.cue.discrimination": 4.0 * capability,
        "agents.foresight": 0.99 * capability,
        "agents.rationality": 1.0 + 49.0 * capability,
    }


@pytest.mark.parametrize("capability", [0.0, 0.3, 1.0])
def test_capability_is_what_it_gives(capability):
    able, plain = base({"agents.capability.level": capability}), base(written_out(capability))
    assert at_birth(able) == plain
    assert decision_columns(able) == decision_columns(plain)
    assert explain(able).as_dict()["values"] == explain(plain).as_dict()["values"]
    assert simulate(able).by_replicate.equals(simulate(plain).by_replicate)


def test_capability_of_the_overseer_is_its_detectors_sensitivity():
    # d_o = 4 c: at .75 it is 3
    able = base({"regime.detector": {"kind": "gaussian", "criterion": 0.5}, "overseer.capability.level": 0.75})
    plain = base({"regime.detector": {"kind": "gaussian", "criterion": 0.5, "sensitivity": 3.0}})
    assert at_birth(able) == plain
    assert strategy_values(able) == strategy_values(plain)
    assert simulate(able).by_replicate.equals(simulate(plain).by_replicate)


def test_the_neutral_value_capability_that_moves_nothing_is_none():
    nothing = {"discrimination": None, "foresight": None, "rationality": None, "growth": 0.4}
    spread = {"agents.rationality": {"distribution": "uniform", "loc": 2, "scale": 9}}
    still, able = (simulate(base(spread, more)).by_replicate for more in ({}, {"agents.capability": nothing}))
    # Other loops step them, which round sums otherwise.
    pd.testing.assert_frame_equal(able, still, rtol=1e-12, atol=1e-14)


def test_agents_that_differ_in_capability():
    scenario = base({"agents.capability.level": {"distribution": "uniform"}})
    world = array_world(prepare(scenario), 1, 0).world
    np.testing.assert_allclose(world.quality, 4.0 * world.level)
    np.testing.assert_allclose(world.foresight, 0.99 * world.level)
    assert explain(scenario).differing_keys == ("agents.capability.level",)
    assert decision_columns(scenario)["quality"] == pytest.approx(2.0)


def test_growth_by_hand():
    # c = .25 + .05 t, from .25 to 1 at t = 15; after 4 episodes .45: d = 1.8, gamma = .4455, lambda = 23.05
    scenario = base({"agents.capability": {"level": 0.25, "growth": 0.05, "depth": {"at_one": 10}}})
    world = array_world(prepare(scenario), 1, 0)
    assert set(world.world.quality) == {1.0}
    world.advance(0, 4)
    found = (world.world.quality[0], world.world.foresight[0], world.world.rationality[0])
    assert found == pytest.approx((1.8, 0.4455, 23.05))
    # 10 c rounds to 5
    assert set(world.world.depth) == {5}
    world.advance(4, 20)
    assert set(world.world.quality) == {4.0}
    assert set(world.world.depth) == {10}


def test_an_overseer_that_grows_finds_more():
    detector = {"kind": "gaussian", "criterion": 1.0}
    common = {"regime.detector": detector, "agents.decision": "honest", "regime.response.rotation": 0.0}
    values = {"agents.count": 400, "run.episodes": 40, "regime.schedule.rate": 0.5}
    grows = {"overseer.capability": {"level": 0.0, "growth": 0.025}}
    result = simulate(base(common, values, grows), record="episodes")
    rate = result.trajectory["flag_rate"].mean("replicate").to_numpy()
    # tau = Phi(2 c - 1), c = t/40: .1587 at the start, .8270 at the last episode; half of it watched
    assert rate[0] == pytest.approx(0.5 * 0.1587, abs=4 * np.sqrt(0.08 * 0.92 / 800))
    assert rate[-1] == pytest.approx(0.5 * 0.8272, abs=4 * np.sqrt(0.41 * 0.59 / 800))


def test_development_the_age_at_which_faking_sets_in():
    """With the told cue of result 3, faking is best from gamma* = 1/(1 + tau (1 - m)) = .609756 on (tau = .8, m = .2).

    Foresight alone grows, gamma = .99 c with c = .2 + .02 t: it passes gamma* at c = .615915, in the 21st episode.
    """
    growing = {"level": 0.2, "growth": 0.02, "discrimination": None, "rationality": None}
    told = {"agents.cue.discrimination": float("inf"), "agents.capability": growing, "regime.response.rotation": 1.0}
    scenario = base(told, {"run.episodes": 40, "agents.count": 300})
    trajectory = simulate(scenario, record="episodes").trajectory
    watched = trajectory["compliance_watched"].mean("replicate").to_numpy()
    # Whoever is still of its old goals when faking sets in never complied before, and complies from then on.
    assert watched[:20].max() == 0.0
    assert watched[21:][~np.isnan(watched[21:])].min() == 1.0


GROWING = {"agents.capability": {"level": 0.25, "growth": 0.1}}


def test_what_a_regime_lets_agents_tell_does_not_grow():
    for told, quality in ((float("inf"), 1.0), (0.0, 0.0)):
        world = array_world(prepare(base(GROWING, {"regime.visibility.discrimination": told})), 1, 0)
        world.advance(0, 3)
        assert set(world.world.quality) == {quality}
        assert world.world.foresight[0] == pytest.approx(0.99 * 0.55)


def test_capability_takes_the_place_of_a_cue_that_tells_for_certain():
    told, graded = (base(GROWING, {"agents.cue.discrimination": d}) for d in (float("inf"), 2.0))
    assert simulate(told).by_replicate.equals(simulate(graded).by_replicate)


def test_learners_and_scenarios_of_growth_come_back_from_mappings():
    scenario = base({"agents.capability": {"growth": {"distribution": "uniform", "scale": 0.01}}})
    assert Scenario.from_mapping(scenario.model_dump(mode="json")) == scenario
