import math

import numpy as np
import pytest
from scipy import integrate, stats

from models.refusals import InputError
from models.scenario import Scenario


def goals(**written):
    return Scenario().with_values({"agents.goals": written}).agents.goals


def refused(written, message):
    with pytest.raises(InputError) as caught:
        Scenario().with_values({"agents.goals": written})
    assert message in str(caught.value)


# By hand


def test_scattered_in_three_dimensions():
    # density exp(k cos t) sin t: P(angle <= t) = (e^k - e^(k cos t))/(e^k - e^-k)
    angle = goals(kind="von_mises_fisher", concentration=5, dimension=3).angle_at(np.array([0.1, 0.5, 0.9]))
    share = (math.exp(5) - np.exp(5 * np.cos(angle))) / (math.exp(5) - math.exp(-5))
    np.testing.assert_allclose(share, [0.1, 0.5, 0.9], atol=1e-7)


def test_without_concentration_half_of_all_goals_are_beyond_a_right_angle():
    for dimension in (2, 3, 7, 100):
        scattered = goals(kind="von_mises_fisher", concentration=0, dimension=dimension)
        assert scattered.angle_at(np.array(0.5)) == pytest.approx(math.pi / 2, abs=1e-6)


def test_given_goals_are_directions():
    # (1, 1) and (2, 2) are 45 degrees from (1, 0), (-3, 0) is opposite
    given = goals(kind="vectors", vectors=[[1, 1]])
    assert given.angles == pytest.approx([math.pi / 4])
    two = {"agents.count": 2, "agents.goals": {"kind": "vectors", "vectors": [[2, 2], [-3, 0]]}}
    assert Scenario().with_values(two).agents.goals.angles == pytest.approx([math.pi / 4, math.pi])


def test_goals_of_any_length_have_a_direction():
    assert goals(kind="vectors", vectors=[[1e-300, 1e-300]]).angles == pytest.approx([math.pi / 4])
    assert goals(kind="vectors", vectors=[[1e300, 1e300]]).angles == pytest.approx([math.pi / 4])


# Against other ways to the same number


def test_scattered_in_two_dimensions_are_von_mises():
    angle = goals(kind="von_mises_fisher", concentration=2, dimension=2).angle_at(np.array([0.2, 0.7]))
    np.testing.assert_allclose(2 * stats.vonmises(2).cdf(angle) - 1, [0.2, 0.7], atol=1e-6)


@pytest.mark.parametrize(("concentration", "dimension"), [(0.5, 4), (20, 4), (1e5, 4), (3, 50), (1e6, 1000)])
def test_quantiles_against_quadrature(concentration, dimension):
    scattered = goals(kind="von_mises_fisher", concentration=concentration, dimension=dimension)
    quartile, median = scattered.angle_at(np.array([0.25, 0.5]))

    def height(angle):
        return concentration * math.cos(angle) + (dimension - 2) * math.log(math.sin(angle))

    top = height(median)
    below, between, above = (
        integrate.quad(lambda angle: math.exp(height(angle) - top), low, high, limit=200)[0]
        for low, high in ((1e-12, quartile), (quartile, median), (median, min(math.pi - 1e-12, 4 * median)))
    )
    assert below == pytest.approx(between, rel=1e-4)
    assert below + between == pytest.approx(above, rel=1e-4)


# Refused


def test_refused():
    needed = "agents.goals.vectors must be a list of lists, each of the same 2 to 1000 numbers, not all of them 0"
    for vectors in ([], [[1]], [[1, 2], [1]], [[0, 0]], [["a", 1]], [[1, math.inf]], "ab", [[True, 1]], [1, 2]):
        refused({"kind": "vectors", "vectors": vectors}, needed)
    refused({"kind": "vectors", "vectors": [[1, 2]] * 3}, "agents.goals.vectors must be one vector for all agents, or")
    refused({"kind": "vectors", "dimension": 3}, "agents.goals.kind must be angle or von_mises_fisher for")
    refused({"kind": "von_mises_fisher", "angle": 1}, "agents.goals.kind must be angle for agents.goals.angle to be")
    refused({"kind": "sphere"}, "agents.goals.kind must be one of angle, von_mises_fisher, vectors, got 'sphere'")
