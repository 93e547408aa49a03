import math

import numpy as np
import pytest
from scipy.integrate import quad

from analysis.mean_rates import quantiles_of
from analysis.predicted_rates import is_all_or_nothing, predicted_rates
from models.distributions import Distribution
from models.refusals import InputError
from parameter_sweeps.catalogue import load_scenario
from simulation.explanation import explain
from simulation.run import simulate
from simulation.valuation import strategy_values

BASE = load_scenario("base")
ONE_NUMBER = "one number where rates are predicted (groups of agents may differ in it)"
NO_ANSWER = "a kind that does not answer to what agents have done, where rates are predicted"
TOLD = BASE.with_values({"agents.cue.discrimination": math.inf, "agents.foresight": 0.0})
RANDOM = TOLD.with_values(
    {"stakes": {"kind": "random", "scale": 1.0, "distribution": {"distribution": "expon"}}, "agents.foresight": 0.9}
)


def test_told_cue_worked_by_hand():
    # gamma = 0, F = 2, tau = .8: watched U_act - U_comply = 1 - .8 * 2 = -.6, unwatched 1. With lambda = 2 it complies
    # with 1/(1 + exp(-1.2)) = .768525 and 1/(1 + exp(2)) = .119203; with nothing to fear with .119203 in either.
    made = predicted_rates(TOLD.with_values({"agents.rationality": 2.0, "regime.response.penalty": 2.0}))
    assert made.watched == pytest.approx(0.768525, abs=1e-6)
    assert made.unwatched == pytest.approx(0.119203, abs=1e-6)
    assert made.unafraid_watched == pytest.approx(0.119203, abs=1e-6)
    assert made.strategic_watched == made.watched


def test_habit_counts_where_the_agent_expects_to_be_watched():
    # as above, and complying while watched is worth 1 more: 1/(1 + exp(-2 * 1.6)) = .960834
    scenario = TOLD.with_values({"agents.rationality": 2.0, "regime.response.penalty": 2.0})
    made = predicted_rates(scenario, habit=1.0)
    assert made.watched == pytest.approx(0.960834, abs=1e-6)
    assert made.unwatched == predicted_rates(scenario).unwatched


def test_akrasia_is_a_share_without_regard_to_what_follows():
    # half of the episodes by the rule above, half by temptation alone: (.768525 + .119203)/2 = .443864
    values = {"agents.rationality": 2.0, "regime.response.penalty": 2.0, "agents.akrasia": 0.5}
    assert predicted_rates(TOLD.with_values(values)).watched == pytest.approx(0.443864, abs=1e-6)


def test_gaussian_cue_of_the_base_case():
    # MODEL.md, section 8, result 5: P(act | watched) = .1894779701, P(act | unwatched) = .8686811184
    made = predicted_rates(BASE)
    assert made.watched == pytest.approx(1.0 - 0.1894779701, abs=1e-9)
    assert made.unwatched == pytest.approx(1.0 - 0.8686811184, abs=1e-9)


def test_random_stakes_are_averaged_over():
    scenario = RANDOM.with_values({"agents.rationality": 25.0, "regime.response.rotation": 0.1})
    deterrence = 0.8 * 0.9 * strategy_values(scenario).loss

    def mean(at):
        return quad(
            lambda b: math.exp(-b) / (1.0 + math.exp(min(25.0 * (b - at), 700.0))), 0.0, 40.0, points=[at], limit=400
        )[0]

    made = predicted_rates(scenario)
    assert made.watched == pytest.approx(mean(deterrence), abs=1e-6)
    assert made.unwatched == pytest.approx(mean(0.0), abs=1e-6)


def test_random_stakes_of_the_best_rule_are_the_limit_of_little_noise():
    sharp = predicted_rates(RANDOM)
    noisy = predicted_rates(RANDOM.with_values({"agents.rationality": 1000.0}))
    # noise of width 1/lambda moves a rate by about as much times the density, which is at most 1
    assert noisy.watched == pytest.approx(sharp.watched, abs=2e-3)
    assert sharp.unwatched == 0.0


def test_quantiles_have_mean_1_and_shares_that_sum_to_1():
    for sharp in (True, False):
        ratios, shares = quantiles_of(Distribution(distribution="gamma", a=0.5, loc=0.0), sharp=sharp)
        assert float(shares.sum()) == pytest.approx(1.0, abs=1e-12)
        # E of exp(-x) under gamma(1/2) of mean 1 is (1 + 2)^(-1/2)
        assert float(shares @ np.exp(-ratios)) == pytest.approx(3.0**-0.5, abs=1e-5)


def test_noisy_rates_are_those_of_the_explanation():
    scenario = BASE.with_values({"agents.rationality": 5.0})
    made = predicted_rates(scenario)
    assert (made.watched, made.unwatched) == pytest.approx(explain(scenario).noisy_compliance, abs=1e-8)


def test_groups_are_weighted_by_their_shares():
    two = TOLD.with_values({"agents.rationality": 2.0, "regime.response.penalty": 2.0})
    calm = two.with_values({"agents.rationality": 1.0})
    groups = [
        {"name": "sharp", "share": 0.25, "set": {}},
        {"name": "calm", "share": 0.75, "set": {"agents.rationality": 1.0}},
    ]
    mixed = predicted_rates(two.with_values({"agents.groups": groups}))
    expected = 0.25 * predicted_rates(two).watched + 0.75 * predicted_rates(calm).watched
    assert mixed.watched == pytest.approx(expected, rel=1e-12)


def test_aligned_agents_comply_and_not_strategically():
    made = predicted_rates(BASE.with_values({"agents.goals.angle": 0.0}))
    assert (made.watched, made.unwatched, made.strategic_watched) == (1.0, 1.0, 0.0)


def test_first_episodes_of_a_simulation_agree():
    # 200,000 decisions a side; false-alarm rate 6e-5 for each of two deviations of less than 4 standard errors
    scenario = BASE.with_values(
        {"agents.rationality": 4.0, "agents.count": 20_000, "run.episodes": 1, "regime.schedule.rate": 0.5}
    )
    made = predicted_rates(scenario)
    measured = simulate(scenario, seed=3, replicates=20).measures["mean"]
    for side in ("watched", "unwatched"):
        exact = getattr(made, side)
        z = (measured[f"compliance_{side}"] - exact) / math.sqrt(exact * (1.0 - exact) / 200_000)
        assert abs(z) < 4.0


def test_rates_that_are_steps_are_told():
    assert is_all_or_nothing(TOLD)
    assert not is_all_or_nothing(BASE)
    assert not is_all_or_nothing(RANDOM)
    assert not is_all_or_nothing(TOLD.with_values({"agents.rationality": 3.0}))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"agents.decision": "learner"}, "agents.decision must be planner where rates are predicted, got learner"),
        (
            {"stakes": {"kind": "tasks"}},
            "stakes.kind must be proportional, fixed or random where rates are predicted, got tasks",
        ),
        (
            {"agents.foresight": {"distribution": "beta", "a": 2, "b": 2}},
            f"agents.foresight must be {ONE_NUMBER}, got a distribution over agents",
        ),
        (
            {"regime.schedule": {"kind": "adaptive"}},
            f"regime.schedule.kind must be {NO_ANSWER}, got adaptive",
        ),
    ],
)
def test_what_is_refused(values, message):
    with pytest.raises(InputError) as refused:
        predicted_rates(BASE.with_values(values))
    assert refused.value.messages == [message]
