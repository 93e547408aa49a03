"""Probe agents: their estimates cover the exact values wherever there are some, and regimes without get intervals."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from models.refusals import InputError
from parameter_sweeps.catalogue import load_regime, load_scenario, shipped_regimes
from simulation.explanation import explain
from simulation.probes import horizon_of, probe_indices, probed_values
from simulation.valuation import has_exact_values, strategy_values

INF = float("inf")
#: Every value and difference is compared; with some 200 of them, z < 4 is passed by chance in 98.7 % of all cases.
FARTHEST = 4.0


def base(*changes):
    scenario = load_scenario("base").with_values({"agents.count": 1500})
    for change in changes:
        scenario = scenario.with_values(change)
    return scenario


def deviations(scenario, **options):
    """Yield how many standard errors the estimates lie from the exact values; 0 where there is no luck in it."""
    exact, probed = strategy_values(scenario, "exact").values, probed_values(scenario, **options)
    assert set(probed.values) == {name for name, value in exact.items() if not math.isnan(value)}
    pairs = [(found, exact[name]) for name, found in probed.values.items()]
    pairs += [(found, exact[first] - exact[second]) for (first, second), found in probed.differences.items()]
    for found, value in pairs:
        # What is left out of the endless sum is at most a ten-thousandth of it.
        slack = 2e-4 * max(abs(value), 1.0)
        yield max(abs(found.mean - value) - slack, 0.0) / max(found.standard_error, 1e-12)


CASES = {
    "base": {},
    "two-valued cue": {"agents.cue": {"kind": "binary", "accuracy": 0.8}},
    "told": {"agents.cue.discrimination": INF},
    "false alarms": {
        "regime.detector.false_alarm_rate": 0.05, "regime.response.penalty": 0.3, "stakes.kind": "proportional",
        "regime.response.rotation": 0.4,
    },
    "voice": {"regime.response.voice": {"bonus": 1.0}},
    "honeypots": {"regime.visibility.honeypot_share": 0.3, "agents.beliefs.honeypot_share": 0.3},
    "clawback": {"regime.response.clawback": 0.7},
    "guarding": {"agents.terminal_guarding": 0.5},
    "leaks and reward": {
        "regime.response.rotation_when_complying": 0.2, "regime.response.rotation": 0.4,
        "regime.detector.unwatched_hit_rate": 0.1,
    },
    "white box": {"regime.detector.probe.hit_rate": 0.4, "regime.response.penalty": 0.4},
    "myopic": {"agents.planning": "myopic", "regime.response.penalty": 2.0},
    "agents that differ": {"agents.goals.angle": {"distribution": "beta", "a": 2, "b": 3, "scale": 3}},
}  # fmt: skip


@pytest.mark.parametrize("values", CASES.values(), ids=CASES)
def test_probes_cover_exact_values(values):
    assert max(deviations(base(values))) < FARTHEST


#: Of a period the first episode is watched for certain: what an agent plans with is another rate than what happens.
REGIMES = [name for name in sorted(shipped_regimes()) if load_regime(name).regime.schedule.kind != "periodic"]


@pytest.mark.parametrize("name", REGIMES)
def test_probes_cover_exact_values_in_every_regime_that_has_some(name):
    """In each, agents believe in the rate that there is, and reckon with the honeypots that there are."""
    regime = load_regime(name).regime
    honeypots = {"agents.beliefs.honeypot_share": regime.visibility.honeypot_share}
    scenario = base({"regime": regime, "agents.count": 600}, honeypots)
    if not has_exact_values(scenario):
        found = strategy_values(scenario.with_values({"agents.count": 100, "run.replicates": 3}))
        assert found.method == "probes"
        assert found.best == max(found.probed.values, key=lambda name: found.probed.values[name].mean)
        assert all(one.low < one.mean < one.high for one in found.probed.values.values() if one.standard_error > 0.0)
        return
    assert strategy_values(scenario).method == "exact"
    assert max(deviations(scenario)) < FARTHEST


def test_probes_in_a_regime_that_answers_cover_exact_values_where_it_does_not_answer():
    """Adaptive watching of gain 0 is constant watching, and targeting by luck alone is a budget."""
    for schedule in (
        {"kind": "adaptive", "rate": 0.2, "gain": 0.0},
        {"kind": "targeted", "share": 0.2, "temperature": INF},
        {"kind": "escalating", "rows": [{"rate": 0.2, "move_if_caught": 1, "to": 0}]},
    ):
        scenario = base({"regime.schedule": schedule, "agents.count": 200})
        found = strategy_values(scenario, worlds=40)
        constant = strategy_values(base({"agents.count": 200})).values
        for name, one in found.probed.values.items():
            assert abs(one.mean - constant[name]) < FARTHEST * one.standard_error + 2e-4 * abs(constant[name]), name


def test_an_answering_regime_is_worth_something_else():
    """Watching that rises with every flag punishes honesty more than the plan believes, which holds the rate fixed."""
    adaptive = {"kind": "adaptive", "rate": 0.1, "gain": 2.0, "goal": 0.0}
    scenario = base({"regime.schedule": adaptive, "agents.count": 200})
    found, plan = strategy_values(scenario, worlds=20), strategy_values(scenario, "exact")
    assert found.probed.values["honest"].high < plan.values["honest"]
    assert found.planned == plan.best


def test_common_luck_makes_differences_sharper():
    found = probed_values(base())
    apart = math.hypot(*(found.values[name].standard_error for name in ("honest", "faking")))
    assert found.differences["honest", "faking"].standard_error < 0.95 * apart


def test_the_same_seed_gives_the_same_numbers_and_another_does_not():
    scenario = base({"agents.count": 50})
    assert probed_values(scenario, seed=5) == probed_values(scenario, seed=5)
    assert probed_values(scenario, seed=5) != probed_values(scenario, seed=6)


def test_how_far_is_looked_and_who_is_a_probe():
    # .9^88 = .94e-4
    assert horizon_of(base()) == 88
    assert horizon_of(base({"agents.foresight": 0.0})) == 1
    assert horizon_of(base({"agents.depth": 3})) == 3
    assert probe_indices(base({"agents.count": 10})).tolist() == list(range(10))
    adaptive = base({"agents.count": 200, "regime.schedule": {"kind": "adaptive"}})
    assert probe_indices(adaptive).tolist() == [0, 50, 100, 150]
    assert np.unique(probe_indices(adaptive.with_values({"agents.count": 1}))).tolist() == [0]


def test_an_explanation_says_what_probes_earned():
    adaptive = {"regime.schedule": {"kind": "adaptive"}, "agents.count": 50, "run.replicates": 2}
    explained = explain(base(adaptive))
    text = " ".join(explained.text().split())
    assert (
        "Probe agents that kept a strategy until they were modified (2 worlds, in each 1 probes, 88 episodes)" in text
    )
    assert json.loads(json.dumps(explained.as_dict(), allow_nan=False))["probed"]["worlds"] == 2
    assert explain(base()).probed is None


def test_refused():
    with pytest.raises(InputError, match="signal must be none for probes"):
        probed_values(base({"regime.visibility.signal": "persuasive"}))
    with pytest.raises(InputError, match="aligned agents have no strategy"):
        probed_values(base({"agents.goals.angle": 0.0}))
    with pytest.raises(InputError, match="method must be auto, exact or probes, got 'magic'"):
        strategy_values(base(), "magic")


def test_aligned_agents_need_no_probes():
    assert strategy_values(base({"agents.goals.angle": 0.0, "regime.schedule": {"kind": "adaptive"}})).best == "aligned"
