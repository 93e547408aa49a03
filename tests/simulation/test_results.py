"""Exact results of the specification (section 8), through the functions that a user calls."""

from __future__ import annotations

import math

import numpy as np
import pytest

from models.cascades import conforming_share
from models.literature import weighted_deterrence_threshold
from parameter_sweeps.catalogue import load_scenario
from simulation.run import simulate
from simulation.valuation import strategy_values

TOLD = {"agents.cue.discrimination": math.inf}
BLIND = {"agents.cue.discrimination": 0.0}


def scenario(*changes):
    built = load_scenario("base")
    for change in changes:
        built = built.with_values(change)
    return built


def test_5_clawback():
    # (b = 1, m = .2, tau = .8, gamma = .9, K = 0, d = 2, xi = 1)
    found = strategy_values(scenario({"regime.response.clawback": 1.0}))
    assert found.values["faking"] == pytest.approx(5.531857264, abs=5e-10)
    assert found.threshold == pytest.approx(0.20908, abs=5e-6)


@pytest.mark.parametrize(
    ("distribution", "scale", "reservation", "of"),
    [
        ({"distribution": "uniform"}, 0.5, 0.251866607702, lambda acts: 1.0 - acts),
        ({"distribution": "expon"}, 1.0, 0.529832965633, lambda acts: -math.log(acts)),
    ],
    ids=["uniform", "exponential"],
)
def test_7_reservation_stake(distribution, scale, reservation, of):
    # kap = m tau gamma/(1 - gamma) = .2 x .5 x .9/.1 = .9; it acts on stakes above b*, so P(act) gives b*.
    stakes = {"stakes": {"kind": "random", "distribution": distribution, "scale": scale}}
    found = strategy_values(scenario(BLIND, stakes, {"regime.detector.hit_rate": 0.5}))
    assert of(found.act_probability_watched) == pytest.approx(reservation, abs=2e-12)
    assert found.act_probability_watched == pytest.approx(found.act_probability_unwatched, abs=1e-14)


def test_7_reservation_stake_in_a_run():
    stakes = {"stakes": {"kind": "random", "distribution": {"distribution": "uniform"}, "scale": 0.5}}
    # Nobody is modified in the first episode: 40,000 choices of probability 1 - b*, z < 4.
    still = {"run.episodes": 1, "agents.count": 2000, "regime.detector.hit_rate": 0.5}
    found = simulate(scenario(BLIND, stakes, still), replicates=20, record="none").measures["mean"]
    complied = 0.2 * found["compliance_watched"] + 0.8 * found["compliance_unwatched"]
    assert abs(complied - 0.251866607702) < 4 * math.sqrt(0.252 * 0.748 / 40_000)


@pytest.mark.parametrize(("depth", "value", "best"), [(1, 1.0, "honest"), (2, 1.9, "honest"), (3, 2.71, "faking")])
def test_8_depth(depth, value, best):
    values = {"agents.depth": depth, "regime.detector.hit_rate": 0.5}
    found = strategy_values(scenario(TOLD, values, {"agents.foresight": 1.0}))
    assert found.loss == pytest.approx(value, abs=1e-12)
    assert found.best == best


@pytest.mark.parametrize(("side", "best"), [(-1e-6, "honest"), (1e-6, "faking")])
def test_9_whose_goals_judge(side, best):
    weight = {"agents.current_goal_weight": 0.4222222222 + side, "regime.detector.hit_rate": 0.5}
    assert strategy_values(scenario(TOLD, weight)).best == best


@pytest.mark.parametrize("blind", [{"agents.current_goal_weight": 0.0}, {"agents.planning": "unaware"}])
def test_9_hedonistic_and_unaware_agents_never_fake(blind):
    random = np.random.default_rng(9)
    for _ in range(60):
        values = {
            "agents.foresight": float(random.uniform(0, 0.99)),
            "regime.schedule.rate": float(random.uniform(0.02, 0.98)),
            "regime.detector.hit_rate": float(random.uniform(0.05, 1)),
            "regime.response.rotation": float(random.choice([0.3, 1.0])),
            "agents.cue.discrimination": float(random.choice([1.0, 3.0, math.inf])),
        }
        assert strategy_values(scenario(values, blind)).best == "honest"


def test_12_probability_weighting_in_a_run():
    # b/K = .1, tau = 1: with alpha = .65 agents are deterred from m = .0271086222 on, where w(m) = .1.
    threshold = weighted_deterrence_threshold(0.1, 1.0, 1.0, 0.65)
    assert threshold == pytest.approx(0.0271086222, abs=5e-11)
    values = {
        "stakes.scale": 0.1, "agents.foresight": 0.0, "agents.beliefs.weighting": 0.65, "agents.count": 50,
        "regime.response.penalty": 1.0, "regime.detector.hit_rate": 1.0, "run.episodes": 40,
    }  # fmt: skip
    for rate, complies in ((threshold - 1e-6, 0.0), (threshold + 1e-6, 1.0)):
        run = simulate(scenario(BLIND, values, {"regime.schedule.rate": rate}), replicates=2)
        assert run.measures.loc["compliance_unwatched", "mean"] == complies


@pytest.mark.parametrize(("side", "complies"), [(-1e-6, 0.0), (1e-6, 1.0)])
def test_17_honeypots_deter_real_chances(side, complies):
    # gamma = 0, xi = 1, tau = 1, told: an episode that looks unwatched is watched with odds h/r, h = m hp, r = 1 - m;
    # acting loses b and K there: deterred iff h K >= r b. m = .5, K = 2, b = 1: hp >= .5.
    share = 0.5 + side
    values = {
        "agents.foresight": 0.0, "regime.schedule.rate": 0.5, "regime.response.penalty": 2.0,
        "regime.response.clawback": 1.0, "regime.detector.hit_rate": 1.0,
        "regime.visibility.honeypot_share": share, "agents.beliefs.honeypot_share": share,
    }  # fmt: skip
    found = strategy_values(scenario(TOLD, values))
    assert 1.0 - found.act_probability_unwatched == complies


@pytest.mark.parametrize(
    ("bonus", "speaks_watched", "speaks_unwatched"),
    [(7.2 - 1e-6, 0.0, 0.0), (7.2 + 1e-6, 1.0, 0.0), (10 - 1e-6, 1.0, 0.0), (10 + 1e-6, 1.0, 1.0)],
)
def test_17_amnesty(bonus, speaks_watched, speaks_unwatched):
    # m = .2, b = 1, gamma = .9, K = 0, told, rho = 1: a faker loses gamma (1-m) b/(1-gamma) = 7.2 by speaking up.
    found = strategy_values(scenario(TOLD, {"regime.response.voice": {"bonus": bonus}}))
    loud = [
        1.0 - found.act_probability_watched - found.comply_probability_watched,
        1.0 - found.act_probability_unwatched - found.comply_probability_unwatched,
    ]
    assert loud == pytest.approx([speaks_watched, speaks_unwatched], abs=1e-12)


def test_17_more_watching_lowers_the_price_of_honesty():
    def price(rate):
        low, high = 0.0, 20.0
        for _ in range(40):
            middle = 0.5 * (low + high)
            values = {"regime.response.voice": {"bonus": middle}, "regime.schedule.rate": rate}
            found = strategy_values(scenario(TOLD, values))
            low, high = (low, middle) if found.comply_probability_watched == 0.0 else (middle, high)
        return high

    assert price(0.2) == pytest.approx(7.2, abs=1e-6)
    assert price(0.4) == pytest.approx(0.9 * 0.6 / 0.1, abs=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_20_full_reward_for_complying_leaves_no_reason_to_guard_goals(seed):
    random = np.random.default_rng(seed)
    values = {
        "regime.response.rotation_when_complying": 1.0,
        "regime.detector.hit_rate": 1.0,
        "regime.schedule.rate": float(random.uniform(0.05, 0.9)),
        "regime.response.penalty": float(random.uniform(0, 3)),
        "agents.cue.discrimination": float(random.uniform(0.2, 3)),
    }
    far, near = (strategy_values(scenario(values, {"agents.foresight": gamma})) for gamma in (0.95, 0.0))
    assert far.threshold == pytest.approx(near.threshold, rel=1e-9)
    assert far.best == near.best


@pytest.mark.parametrize("conformity", [0.3, 0.8])
def test_14_conformity_follows_the_map_of_shares(conformity):
    # Net temptation b - pi Omega = 1/2 - Omega/2 with Omega ~ U[0, 2]: uniform in [-1/2, 1/2]. An agent complies iff it
    # is at most r (2 S - 1), so S' = clip(1/2 + r (2 S - 1)). About 2,500 are unwatched: standard error .01, z < 4.
    values = {
        "stakes.scale": 0.5, "agents.foresight": 0.0, "agents.count": 5000, "agents.conformity": conformity,
        "agents.terminal_guarding": {"distribution": "uniform", "scale": 2.0},
        "regime.schedule.rate": 0.5, "regime.detector.hit_rate": 1.0, "regime.response.rotation": 1e-7,
        "society.graph": "complete", "society.initial_compliance": 0.6, "run.episodes": 6,
    }  # fmt: skip
    run = simulate(scenario(BLIND, values), seed=4, replicates=1)
    # Without a cue watched and unwatched agents do the same, but are others: the share of all is between the two.
    shares = run.trajectory["compliance_unwatched"].isel(replicate=0).to_numpy()
    expected = 0.6
    for share in shares:
        expected = conforming_share(expected, 2.0 * conformity)
        assert abs(share - expected) < 0.04
        expected = float(share)


@pytest.mark.parametrize("further", [{}, {"agents.akrasia": 0.1}, {"regime.visibility.honeypot_share": 0.3}])
def test_a_cue_of_a_million_standard_deviations_is_one_that_tells_for_certain(further):
    # with noise: the integral over cues is to end, and to be that of the two answers of a cue that tells
    keys = {"agents.rationality": 5.0, **further}
    told, nearly = (
        strategy_values(load_scenario("base").with_values(keys | {"agents.cue.discrimination": d}))
        for d in (np.inf, 1e6)
    )
    assert nearly.act_probability_watched == pytest.approx(told.act_probability_watched, abs=1e-9)
    assert nearly.act_probability_unwatched == pytest.approx(told.act_probability_unwatched, abs=1e-9)
    assert nearly.values["faking"] == pytest.approx(told.values["faking"], abs=1e-9)
