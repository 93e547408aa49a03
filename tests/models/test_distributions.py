import json
import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from models.distributions import NAMES, Distribution, shape_names
from models.scenario import InputError, Scenario

SHAPES = {
    "beta": {"a": 2, "b": 3},
    "betaprime": {"a": 2, "b": 3},
    "chi2": {"df": 3},
    "gamma": {"a": 2},
    "invgamma": {"a": 3},
    "lognorm": {"s": 0.5},
    "loguniform": {"a": 0.1, "b": 10},
    "pareto": {"b": 3},
    "powerlaw": {"a": 2},
    "t": {"df": 5},
    "triang": {"c": 0.3},
    "truncexpon": {"b": 2},
    "truncnorm": {"a": -1, "b": 2},
    "truncpareto": {"b": 2, "c": 3},
    "weibull_min": {"c": 1.5},
}


def distribution(name, **parameters):
    return Distribution.model_validate({"distribution": name, **parameters})


def refused(written):
    with pytest.raises(ValidationError) as caught:
        Distribution.model_validate(written)
    (error,) = caught.value.errors()
    return error["msg"]


def test_a_uniform_distribution_by_hand():
    # on [0.2, 0.2 + 0.6]: mean 0.5, upper quartile 0.2 + 0.75 * 0.6 = 0.65
    uniform = distribution("uniform", loc=0.2, scale=0.6)
    assert uniform.mean() == pytest.approx(0.5)
    assert uniform.support() == pytest.approx((0.2, 0.8))
    assert uniform.ppf(np.array([0.0, 0.75, 1.0])) == pytest.approx([0.2, 0.65, 0.8])


def test_a_scaled_beta_by_hand():
    # beta(2, 3) has mean 2/5; scaled by 3.14159 it is 1.256636
    angle = distribution("beta", a=2, b=3, scale=3.14159)
    assert angle.mean() == pytest.approx(1.256636)
    assert angle.support() == (0.0, 3.14159)


def test_quantiles_keep_the_shape():
    assert distribution("expon").ppf(np.full((2, 3), 0.5)) == pytest.approx(np.full((2, 3), math.log(2)))


@pytest.mark.parametrize("name", NAMES)
def test_every_listed_name_is_a_distribution(name):
    named = distribution(name, **SHAPES.get(name, {}))
    assert set(shape_names(name)) == set(SHAPES.get(name, {}))
    assert named.support()[0] < named.mean() < named.support()[1]


@given(name=st.sampled_from(NAMES), uniform=st.floats(0, 1, allow_subnormal=False))
def test_quantiles_are_in_the_support(name, uniform):
    named = distribution(name, **SHAPES.get(name, {}))
    lower, upper = named.support()
    slack = 1e-12 * max(1.0, *(abs(end) for end in (lower, upper) if math.isfinite(end)), 0.0)
    assert lower - slack <= named.ppf(np.array([uniform]))[0] <= upper + slack


@given(
    a=st.floats(0.1, 10),
    b=st.floats(0.1, 10),
    loc=st.floats(-5, 5),
    scale=st.floats(0.1, 5),
    flip=st.booleans(),
)
def test_equal_by_value_and_written_back(a, b, loc, scale, flip):
    written = {"distribution": "beta", "a": a, "b": b, "loc": loc, "scale": scale}
    read = Distribution.model_validate(written)
    again = Distribution.model_validate(dict(reversed(written.items())) if flip else written)
    assert read == again
    assert hash(read) == hash(again)
    assert read.model_dump() == written
    assert json.loads(read.model_dump_json()) == written
    assert pickle.loads(pickle.dumps(read)) == read


def test_only_what_was_written_is_written_back():
    assert distribution("uniform", scale=2).model_dump() == {"distribution": "uniform", "scale": 2.0}


def test_the_constructor_takes_pairs():
    assert Distribution(distribution="gamma", parameters=(("a", 2.0),)) == distribution("gamma", a=2)


def test_a_distribution_is_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        distribution("expon").distribution = "norm"


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (0.5, "must be a mapping such as {distribution: beta, a: 2, b: 3}"),
        ({"a": 2, "b": 3}, "must be a distribution whose name is one of arcsine, beta, betaprime,"),
        ({"distribution": "nrm"}, "must be a distribution whose name is one of arcsine, beta, betaprime,"),
        ({"distribution": "poisson", "mu": 2}, "must be a distribution whose name is one of"),
        ({"distribution": "__init__"}, "must be a distribution whose name is one of"),
        ({"distribution": ["beta"]}, "must be a distribution whose name is one of"),
        ({"distribution": "beta", "a": 2}, "must be a distribution beta with the shape parameters a, b,"),
        (
            {"distribution": "beta", "a": 2, "c": 3},
            "must be a distribution beta with the shape parameters a, b,",
        ),
        (
            {"distribution": "norm", "mean": 2},
            "must be a distribution norm with no shape parameters, and no other",
        ),
        ({"distribution": "expon", 1: 2}, "must be a distribution expon with no shape parameters"),
        ({"distribution": "gamma", "a": "2"}, "must be a distribution gamma whose a is a finite number"),
        ({"distribution": "gamma", "a": True}, "must be a distribution gamma whose a is a finite number"),
        ({"distribution": "gamma", "a": 10**400}, "must be a distribution gamma whose a is a finite number"),
        (
            {"distribution": "norm", "loc": math.nan},
            "must be a distribution norm whose loc is a finite number",
        ),
        (
            {"distribution": "norm", "scale": math.inf},
            "must be a distribution norm whose scale is a finite number",
        ),
        (
            {"distribution": "beta", "a": -2, "b": 3},
            "must be a distribution beta whose parameters are in their",
        ),
        (
            {"distribution": "norm", "scale": 0},
            "must be a distribution norm whose parameters are in their ranges",
        ),
        (
            {"distribution": "loguniform", "a": 3, "b": 2},
            "must be a distribution loguniform whose parameters",
        ),
    ],
)
def test_refused(written, message):
    assert refused(written).startswith(message)


@pytest.mark.parametrize(
    ("key", "written"),
    [
        ("agents.foresight", {"distribution": "beta", "a": 2, "b": 3}),
        ("agents.foresight", {"distribution": "uniform", "loc": 0.1, "scale": 0.9}),
        ("agents.goals.angle", {"distribution": "beta", "a": 2, "b": 3, "scale": 3.14159}),
        ("agents.goals.angle", {"distribution": "beta", "a": 2, "b": 3, "scale": 3.1416}),
        ("agents.rationality", {"distribution": "expon", "scale": 10}),
        ("agents.cue.discrimination", {"distribution": "lognorm", "s": 0.5}),
        ("agents.terminal_guarding", {"distribution": "halfnorm"}),
        ("agents.beliefs.mean", {"distribution": "arcsine"}),
        ("agents.beliefs.strength", {"distribution": "gamma", "a": 2}),
        ("agents.beliefs.forgetting", {"distribution": "uniform", "loc": 0.9, "scale": 0.1}),
        ("agents.beliefs.honeypot_share", {"distribution": "beta", "a": 1, "b": 9}),
    ],
)
def test_a_distribution_inside_the_range(key, written):
    scenario = Scenario().with_values({key: written})
    draws = scenario.drawn_values(key, np.linspace(0.001, 0.999, 9))
    assert (np.diff(draws) > 0).all()
    assert Scenario.model_validate(scenario.model_dump(mode="json")) == scenario


@pytest.mark.parametrize(
    ("key", "written"),
    [
        ("agents.foresight", {"distribution": "norm"}),
        ("agents.foresight", {"distribution": "uniform", "scale": 1.001}),
        ("agents.goals.angle", {"distribution": "beta", "a": 2, "b": 3, "scale": 3.15}),
        ("agents.goals.angle", {"distribution": "uniform", "loc": -1e-3}),
        ("agents.terminal_guarding", {"distribution": "expon", "loc": -0.1}),
        ("agents.beliefs.mean", {"distribution": "expon"}),
    ],
)
def test_a_distribution_outside_the_range_is_refused(key, written):
    with pytest.raises(InputError) as caught:
        Scenario().with_values({key: written})
    (message,) = caught.value.messages
    assert message.startswith(f"{key} must be a number")
    assert "not a distribution that draws outside the parameter's range" in message


def test_a_number_of_all_agents_takes_no_distribution():
    with pytest.raises(InputError) as caught:
        Scenario().with_values({"regime.schedule.rate": {"distribution": "uniform"}})
    assert caught.value.messages == ["regime.schedule.rate must be a number in [0, 1], got {'distribution': 'uniform'}"]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (0.5, "a distribution >= 0, got 0.5"),
        (
            {"distribution": "norm"},
            (
                "a distribution >= 0, not a distribution that draws outside the parameter's range "
                "(from -inf to inf), got {'distribution': 'norm'}"
            ),
        ),
        (
            {"distribution": "pareto", "b": 0.5},
            "a distribution with a finite mean above 0, got {'distribution': 'pareto', 'b': 0.5}",
        ),
    ],
)
def test_where_only_a_distribution_will_do(written, message):
    with pytest.raises(InputError) as caught:
        Scenario().with_values({"stakes.kind": "random", "stakes.distribution": written})
    assert caught.value.messages == [f"stakes.distribution must be {message}"]


def test_draws_never_reach_an_end_of_the_range():
    # with shape 0.1 one draw in forty lies closer to 1 than 1e-16, and its quantile is 1
    written = {"distribution": "beta", "a": 0.1, "b": 0.1}
    scenario = Scenario().with_values({"agents.foresight": written})
    uniform = np.linspace(0, 1, 101)
    assert Distribution.model_validate(written).ppf(uniform).max() == 1
    draws = scenario.drawn_values("agents.foresight", uniform)
    assert draws.min() > 0
    assert draws.max() < 1


def test_a_number_is_drawn_as_itself():
    scenario = Scenario().with_values({"agents.beliefs.mean": "true_rate", "regime.schedule.rate": 0.3})
    assert scenario.drawn_values("agents.foresight", np.zeros(3)).tolist() == [0.9, 0.9, 0.9]
    assert scenario.drawn_values("agents.beliefs.mean", np.zeros(2)).tolist() == [0.3, 0.3]
