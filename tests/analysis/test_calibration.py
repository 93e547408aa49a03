import math

import numpy as np
import pytest

from analysis.calibration import calibrate
from analysis.fitting import fitted
from analysis.free_parameters import FreeParameter, parameters_from
from analysis.identifiability import flat_directions
from analysis.nested_models import comparison_table
from analysis.predicted_rates import predicted_rates
from analysis.prediction_error import context_means, errors
from analysis.profiles import CUTOFF, profile_deviance, profile_intervals
from analysis.rate_model import RateModel, with_free_keys
from analysis.rates import Free, Rate
from models.refusals import InputError
from parameter_sweeps.catalogue import load_scenario

TOLD = load_scenario("base").with_values({"agents.cue.discrimination": math.inf, "agents.foresight": 0.0})
NOISE = FreeParameter("agents.rationality", 0.05, 50.0, is_logarithmic=True)
PENALTY = FreeParameter("regime.response.penalty", 0.0, 10.0)


def rate(context, share, episodes=100.0, settings=None, held_out=False, place="row 1"):
    return Rate(place, "", context, share, episodes, settings or {}, held_out)


def expected_rates(values, penalties=(0.5, 1.0, 2.0, 3.0), episodes=400.0):
    """Return rates exactly as a scenario predicts them, monitored, then unmonitored, by penalty."""
    made = [predicted_rates(TOLD.with_values({**values, "regime.response.penalty": penalty})) for penalty in penalties]
    settings = [{"regime.response.penalty": penalty} for penalty in penalties]
    return [
        rate(context, share, episodes, dict(setting))
        for rates, setting in zip(made, settings, strict=True)
        for context, share in (("monitored", rates.watched), ("unmonitored", rates.unwatched))
    ]


def test_one_rate_worked_by_hand():
    # Unwatched, gamma = 0, b = 1: r = 1/(1 + exp(lambda)), so 20 of 100 are met at lambda = log 4 = 1.386294. The
    # deviance is 3.841459 at r = .1313... and .2868...; lambda there: log(1/r - 1).
    model = RateModel(TOLD, (NOISE,))
    (row,) = with_free_keys([rate("unmonitored", 0.2)], [NOISE])
    fit, (interval,) = profile_intervals(fitted(model, [row]))
    assert fit.values == pytest.approx([math.log(4.0)], rel=1e-5)
    assert fit.deviance == pytest.approx(0.0, abs=1e-8)

    def rise(r):
        return 2.0 * 100.0 * (0.2 * math.log(0.2 / r) + 0.8 * math.log(0.8 / (1.0 - r)))

    # the 95 % point of chi-squared with one degree of freedom is 1.959964^2 = 3.841459
    assert pytest.approx(3.841459, abs=1e-6) == CUTOFF
    for end in (interval.low, interval.high):
        assert rise(1.0 / (1.0 + math.exp(end))) == pytest.approx(3.841459, rel=0.02)
    assert interval.low < math.log(4.0) < interval.high
    assert interval.closes_low
    assert interval.closes_high


def test_two_parameters_are_recovered_from_rates_without_error():
    truth = {"agents.rationality": 3.0, "regime.detector.hit_rate": 0.6}
    parameters = parameters_from(truth, TOLD)
    found = calibrate(TOLD, expected_rates(truth), parameters)
    assert found.estimates == pytest.approx(truth, rel=1e-4)
    assert found.fit.deviance == pytest.approx(0.0, abs=1e-6)
    assert not found.flat
    assert found.warnings() == []
    table = found.fit_table()
    assert (table["low"] < table["estimate"]).all()
    assert (table["estimate"] < table["high"]).all()
    assert found.residual_table()["difference"].abs().max() < 1e-5


def test_what_moves_together_is_told():
    # Watched or not, only lambda/scale matters where nothing follows: r = 1/(1 + exp(lambda s)) tells lambda s alone.
    parameters = parameters_from(["agents.rationality=0.1:10", "stakes.scale=0.1:10"], TOLD)
    found = calibrate(TOLD, [rate("unmonitored", 0.2), rate("monitored", 0.2), rate("monitored", 0.21)], parameters)
    (direction,) = found.flat
    # on two logarithmic ranges of equal ratio the direction is (1, -1)/sqrt 2
    assert sorted(direction.shares.values()) == pytest.approx([-math.sqrt(0.5), math.sqrt(0.5)], abs=1e-3)
    assert any("the rates hardly tell what moves together along" in warning for warning in found.warnings())
    assert any("the profile of agents.rationality does not close" in warning for warning in found.warnings())


def test_a_parameter_that_no_rate_depends_on_is_told():
    rates = [rate("unmonitored", 0.2), rate("unmonitored", 0.25)]
    parameters = [NOISE, PENALTY]
    fit = fitted(RateModel(TOLD, tuple(parameters)), with_free_keys(rates, parameters))
    (direction,) = flat_directions(fit)
    assert direction.length == math.inf
    assert direction.text() == "the rates hardly tell regime.response.penalty"


def test_a_direction_is_flat_where_its_interval_is_as_long_as_the_range():
    # One rate of .2, met at lambda = log 4. Slope of the residual along the range, log 1000 long: sqrt(n .2 .8) times
    # log 4 log 1000 = 9.576256, so 3.830502 for one episode and 5.417148 for two. 3.92 over these: 1.02337 and .72363.
    found = {}
    for episodes in (1.0, 2.0):
        rates = with_free_keys([rate("unmonitored", 0.2, episodes)], [NOISE])
        found[episodes] = flat_directions(fitted(RateModel(TOLD, (NOISE,)), rates))
    assert [direction.length for direction in found[1.0]] == pytest.approx([1.02337], abs=1e-3)
    assert found[2.0] == []


def test_an_estimate_at_the_end_of_its_range_is_told():
    # the penalty deters: more compliance watched than unwatched. Here there is less: the best is a penalty of 0
    rates = [rate("unmonitored", 0.3, 1000.0), rate("monitored", 0.2, 1000.0), rate("monitored", 0.2, 1000.0)]
    found = calibrate(TOLD, rates, [NOISE, PENALTY])
    assert found.estimates["regime.response.penalty"] == 0.0
    assert found.fit_table()["at_end_of_range"].tolist() == [False, True]
    assert "regime.response.penalty ends at an end of its range, 0 to 10" in found.warnings()
    assert any("rates scatter more than their episodes explain" in warning for warning in found.warnings())


def test_nested_models_worked_by_hand():
    # rates .2 and .4 of 100 each, unwatched, with a lambda each or one for both: a common rate of .3 costs
    # 2 * 100 (.2 log(.2/.3) + .8 log(.8/.7) + .4 log(.4/.3) + .6 log(.6/.7)) = 9.662
    first, second = FreeParameter("first", 0.05, 50.0, True), FreeParameter("second", 0.05, 50.0, True)
    rates = [
        rate("unmonitored", 0.2, settings={"agents.rationality": Free("first")}),
        rate("unmonitored", 0.4, settings={"agents.rationality": Free("second")}),
    ]
    fit = fitted(RateModel(TOLD, (first, second)), rates)
    table = comparison_table(fit, {"one for both": {"second": Free("first")}}).set_index("model")
    cost = 200.0 * (
        0.2 * math.log(0.2 / 0.3) + 0.8 * math.log(0.8 / 0.7) + 0.4 * math.log(0.4 / 0.3) + 0.6 * math.log(0.6 / 0.7)
    )
    one, both = table.loc["one for both"], table.loc["all free"]
    assert one["ratio"] == pytest.approx(cost, rel=1e-5)
    assert one["aic"] - both["aic"] == pytest.approx(cost - 2.0, rel=1e-5)
    assert one["bic"] - both["bic"] == pytest.approx(cost - math.log(200.0), rel=1e-5)
    # P(chi-squared(1) > 9.66) = 2 (1 - Phi(3.108)) = .00188
    assert one["p"] == pytest.approx(math.erfc(math.sqrt(cost / 2.0)), rel=1e-4)


def test_held_out_rates_are_predicted_and_not_fitted_to():
    rates = [*expected_rates({"agents.rationality": 3.0}), rate("unmonitored", 0.9, held_out=True)]
    found = calibrate(TOLD, rates, [NOISE])
    assert found.estimates["agents.rationality"] == pytest.approx(3.0, rel=1e-4)
    table = found.error_table().set_index(["predictor", "of"])
    # r = 1/(1 + exp(3)) = .047426: off by 85.2574 points
    assert table.loc[("model", "held out"), "mean_absolute"] == pytest.approx(85.2574, abs=1e-3)
    assert table.loc[("model", "fitted"), "mean_absolute"] == pytest.approx(0.0, abs=1e-3)


def test_errors_worked_by_hand():
    rates = [rate("monitored", 0.5), rate("monitored", 0.7), rate("unmonitored", 0.1)]
    assert context_means(rates, rates) == pytest.approx([0.6, 0.6, 0.1])
    found = errors(rates, np.array([0.6, 0.6, 0.1]))
    assert found["mean_absolute"] == pytest.approx(20.0 / 3.0)
    assert found["root_mean_square"] == pytest.approx(math.sqrt(200.0 / 3.0))
    assert math.isnan(errors([], np.zeros(0))["mean_absolute"])
    assert np.isnan(context_means(rates[:2], rates)[2])


def test_ranges_are_those_of_the_parameters():
    ends = {p.name: (p.low, p.high, p.is_logarithmic) for p in parameters_from(
        ["agents.foresight", "agents.rationality", "regime.response.penalty", "regime.detector.hit_rate=.2:.5"], TOLD
    )}  # fmt: skip
    assert ends["agents.foresight"] == (0.0, 0.999, False)
    assert ends["agents.rationality"] == (1e-3, 1000.0, True)
    assert ends["regime.response.penalty"] == (0.0, 10.0, False)
    assert ends["regime.detector.hit_rate"] == (0.2, 0.5, False)


def test_places_along_a_range_and_back():
    for parameter in (NOISE, PENALTY):
        assert (parameter.value_at(0.0), parameter.value_at(1.0)) == (parameter.low, parameter.high)
        for place in (0.1, 0.5, 0.9):
            assert parameter.place_of(parameter.value_at(place)) == pytest.approx(place)
    # half way along a logarithmic range is the geometric mean: sqrt(.05 * 50) = 1.581139
    assert NOISE.value_at(0.5) == pytest.approx(1.581139, abs=1e-6)


def test_profile_is_0_at_the_estimate_and_rises_from_it():
    rates = with_free_keys([rate("unmonitored", 0.2)], [NOISE])
    fit = fitted(RateModel(TOLD, (NOISE,)), rates)
    rises = [profile_deviance(fit, "agents.rationality", value) for value in (fit.values[0], 1.5, 1.7, 2.0)]
    assert rises[0] == pytest.approx(0.0, abs=1e-6)
    assert rises == sorted(rises)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["agents.foresigth"], "--params: agents.foresigth is not a known key; did you mean agents.foresight?"),
        (
            ["agents.planning"],
            "--params: agents.planning must be a parameter that is a number of any size, got one that is not",
        ),
        (
            ["agents.count"],
            "--params: agents.count must be a parameter that is a number of any size, got one that is not",
        ),
        (
            ["agents.foresight=1:0"],
            "--params: the range of agents.foresight must be low:high, two finite numbers, got 1:0",
        ),
        (["agents.foresight=0:3"], "--params: agents.foresight must be a number in [0, 1] or a distribution, got 3.0"),
        (["agents.foresight", "agents.foresight"], "--params: agents.foresight must be named once, got it again"),
        ([], "--params must be names of parameters to be fitted, got none"),
    ],
)
def test_parameters_that_are_refused(texts, message):
    with pytest.raises(InputError) as refused:
        parameters_from(texts, TOLD)
    assert refused.value.messages == [message]


def test_rates_that_cannot_be_fitted_are_refused():
    rates = [rate("monitored", 0.2), rate("unmonitored", 0.1)]
    with pytest.raises(InputError, match=r"agents\.rationality must be finite where rates are fitted"):
        calibrate(TOLD, rates, [PENALTY])
    with pytest.raises(InputError, match=r"more rates to be fitted to than parameters \(2\), got 2"):
        calibrate(TOLD, rates, [NOISE, PENALTY])
    with pytest.raises(InputError, match=r"row 1: agents\.rationality must be left out where it is fitted, got 3\.0"):
        calibrate(TOLD, [rate("monitored", 0.2, settings={"agents.rationality": 3.0}), *rates], [NOISE])
