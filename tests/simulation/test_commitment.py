"""Rates that an overseer chooses, and the signal that it designs, through what a user calls."""

from __future__ import annotations

import math

import numpy as np
import pytest

from models.literature import InspectionGame, commitment_payoff, committed_rate, inspection_equilibrium
from models.refusals import InputError
from models.scenario import Scenario
from parameter_sweeps.catalogue import load_scenario
from simulation.commitment import Commitment, Overseen, designed_signal, equilibrium_rate
from simulation.commitment import committed_rate as chosen_rate
from simulation.decision_numbers import column_of, exact_stakes
from simulation.mechanisms import mechanisms_of
from simulation.run import simulate
from simulation.settings import settings_of
from simulation.valuation import strategy_values

#: Result 11: gamma = d = 0, harm = b = 1, recovery .7, c_m .1, F 3, tau 1, xi 1.
GAME = {
    "agents.foresight": 0.0,
    "agents.cue.discrimination": 0.0,
    "overseer.recovery": 0.7,
    "overseer.monitoring_cost": 0.1,
    "regime.detector.hit_rate": 1.0,
    "regime.response.penalty": 3.0,
    "regime.response.clawback": 1.0,
    "regime.response.rotation": 0.0,
    "agents.count": 400,
    "run.episodes": 50,
}


def game(**changes) -> Scenario:
    return load_scenario("base").with_values(GAME | {key.replace("__", "."): value for key, value in changes.items()})


def chosen(kind, scenario) -> Commitment:
    overseen = Overseen(column_of(scenario), settings_of(scenario), mechanisms_of(scenario), exact_stakes(scenario))
    return chosen_rate(overseen) if kind == "optimal" else equilibrium_rate(overseen)


def test_11_commitment():
    found = chosen("optimal", game())
    assert found.rate == pytest.approx(0.25, abs=1e-6)
    assert found.payoff == pytest.approx(-0.025, abs=1e-6)


def test_11_equilibrium():
    found = chosen("equilibrium", game())
    assert found.rate == pytest.approx(0.25, abs=1e-9)
    assert found.mixing == pytest.approx(1 / 7, abs=1e-9)
    assert found.payoff == pytest.approx(-0.1428571429, abs=1e-9)


@pytest.mark.parametrize("seed", range(12))
def test_both_agree_with_the_closed_forms_of_the_inspection_game(seed):
    random = np.random.default_rng(seed)
    penalty, recovery, cost = random.uniform(0.2, 5), random.uniform(0.3, 1), random.uniform(0.01, 0.25)
    scenario = game(
        regime__response__penalty=penalty, overseer__recovery=recovery, overseer__monitoring_cost=cost,
    )  # fmt: skip
    written = InspectionGame(
        temptation=1.0, penalty=penalty, hit_rate=1.0, clawback=1.0, harm=1.0, recovery=recovery, monitoring_cost=cost
    )
    inspection, violation, payoff = inspection_equilibrium(written)
    found = chosen("equilibrium", scenario)
    assert (found.rate, found.mixing, found.payoff) == pytest.approx((inspection, violation, payoff), abs=1e-8)
    found, rate = chosen("optimal", scenario), committed_rate(written)
    assert found.rate == pytest.approx(rate, abs=1e-6)
    assert found.payoff == pytest.approx(commitment_payoff(written, rate), abs=1e-6)


def test_an_equilibrium_is_mutual_best_replies_in_a_run():
    # 400 agents, 50 episodes, 6 replicates: 120,000 choices of probability 1/7, z < 4 (6e-5).
    scenario = game().with_values({"regime.schedule": {"kind": "equilibrium"}})
    found = simulate(scenario, seed=2, replicates=6).measures["mean"]
    acted = 1 - (0.25 * found["compliance_watched"] + 0.75 * found["compliance_unwatched"])
    assert abs(acted - 1 / 7) < 4 * math.sqrt(6 / 49 / 120_000)
    # The overseer gains nothing by watching more or less: a watched episode is worth what an unwatched one is.
    assert found["overseer_utility"] == pytest.approx(-1 / 7, abs=0.01)


def test_a_committed_overseer_deters_everybody_in_a_run():
    scenario = game().with_values({"regime.schedule": {"kind": "optimal"}})
    found = simulate(scenario, seed=2, replicates=2).measures["mean"]
    assert found["compliance_watched"] == found["compliance_unwatched"] == 1.0
    assert found["overseer_utility"] == pytest.approx(-0.025, abs=0.003)
    assert strategy_values(scenario).belief == pytest.approx(0.25, abs=1e-6)


def test_watching_that_never_pays_is_never_done():
    scenario = game(overseer__recovery=0.0)
    assert chosen("equilibrium", scenario).rate == 0.0


def test_18_persuasion():
    # With m = .3 and q* = .5 the best signal persuades with probability m/q* = .6.
    false_signal = designed_signal(0.3, np.array([0.5]))
    assert 0.3 + 0.7 * false_signal == pytest.approx(0.6, abs=1e-12)
    # Everybody complies anyway; nobody can be convinced.
    assert designed_signal(0.6, np.array([0.5])) == 1.0
    assert designed_signal(0.3, np.array([1.5, math.inf])) == 1.0


@pytest.mark.parametrize(("rate", "complies"), [(0.3, 0.6), (0.2, 0.4)])
def test_18_persuasion_in_a_run(rate, complies):
    # q* = b/(tau F) = .5: told nothing nobody complies; told by the signal a share m/q* does.
    values = {
        "agents.foresight": 0.0, "agents.cue.discrimination": 0.0, "regime.detector.hit_rate": 1.0,
        "regime.response.penalty": 2.0, "regime.response.rotation": 0.0, "regime.schedule.rate": rate,
        "agents.count": 400, "run.episodes": 50,
    }  # fmt: skip
    plain = load_scenario("base").with_values(values)
    assert simulate(plain, replicates=2).measures.loc["compliance_watched", "mean"] == 0.0
    found = simulate(plain.with_values({"regime.visibility.signal": "persuasive"}), replicates=4).measures["mean"]
    assert found["compliance_watched"] == 1.0
    share = rate + (1 - rate) * found["compliance_unwatched"]
    # 80,000 choices, z < 4.
    assert abs(share - complies) < 4 * math.sqrt(complies * (1 - complies) / 80_000)


def test_hiding_the_watching_helps_only_where_most_are_deterred_by_the_rate():
    # The sign flips at m = q* = .5: below it agents that are told fake (half comply), and those that are not act.
    def compliance(rate, discrimination):
        values = {
            "agents.foresight": 0.0, "agents.cue.discrimination": discrimination, "regime.detector.hit_rate": 1.0,
            "regime.response.penalty": 2.0, "regime.response.rotation": 0.0, "regime.schedule.rate": rate,
        }  # fmt: skip
        found = strategy_values(load_scenario("base").with_values(values))
        return 1 - rate * found.act_probability_watched - (1 - rate) * found.act_probability_unwatched

    assert compliance(0.49, 0.0) == 0.0 < compliance(0.49, math.inf) == pytest.approx(0.49)
    assert compliance(0.51, 0.0) == 1.0 > compliance(0.51, math.inf) == pytest.approx(0.51)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"regime.visibility.signal": "persuasive", "agents.cue.discrimination": math.inf}, "regime.visibility.signal"),
        (
            {"regime.visibility.signal": "persuasive", "regime.schedule": {"kind": "adaptive"}},
            "regime.visibility.signal",
        ),
        ({"regime.schedule": {"kind": "optimal"}, "stakes": {"kind": "tasks"}}, "regime.schedule.kind"),
        ({"regime.schedule": {"kind": "optimal"}, "agents.decision": "honest"}, "agents.decision"),
    ],
)
def test_what_contradicts_itself_is_refused(values, message):
    with pytest.raises(InputError, match=message):
        Scenario().with_values(values)
