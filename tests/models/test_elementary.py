import math
from collections.abc import Callable

import mpmath
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import special

from models.compilation import compiled_loop
from models.elementary import exponential, logarithm, logistic, normal_cumulative, normal_quantile

Floats = NDArray[np.float64]
Scalar = Callable[[float], float]

LOG_NEAR_ONE = [1.0 + side * 2.0**-k for k in range(1, 53) for side in (-1.0, 1.0)]
LOG_SPLIT = [math.nextafter(math.sqrt(0.5), 0.0), math.sqrt(0.5), math.nextafter(math.sqrt(0.5), 1.0)]
TAIL_PROBABILITIES = [2.0**-k for k in range(1, 55)] + [2.0**-33, 3 * 2.0**-33, 0.02425]


@compiled_loop
def evaluate(x: Floats, u: Floats, out: Floats) -> None:
    for i in range(x.size):
        out[0, i] = exponential(x[i])
        out[1, i] = logarithm(u[i])
        out[2, i] = normal_cumulative(x[i])
        out[3, i] = normal_quantile(u[i])
        out[4, i] = logistic(x[i])


def mapped(function: Scalar, points: NDArray[np.floating]) -> Floats:
    return np.array([function(point) for point in points.tolist()])


def exact_cumulative(x: float) -> mpmath.mpf:
    return mpmath.erfc(-mpmath.mpf(x) / mpmath.sqrt(2)) / 2


def quantile_error(u: float) -> mpmath.mpf:
    """Newton's step from the value under test: the exact quantile differs by the square of it only."""
    z = normal_quantile(u)
    return (exact_cumulative(z) - u) / mpmath.npdf(z) / max(1.0, abs(z))


@pytest.fixture
def generator() -> np.random.Generator:
    return np.random.default_rng(20240611)


@pytest.fixture(autouse=True)
def forty_digits() -> None:
    mpmath.mp.dps = 40


# Worked by hand


@pytest.mark.parametrize(
    ("function", "argument", "value"),
    [
        (exponential, 0.0, 1.0),
        (exponential, 1.0, 2.718281828459045),
        (exponential, math.log(10.0), 10.0),
        (logarithm, 1.0, 0.0),
        (logarithm, 2.0, 0.6931471805599453),
        (logarithm, 10.0, 2.302585092994046),
        (normal_cumulative, 0.0, 0.5),
        (normal_cumulative, 1.0, 0.8413447460685429),
        (normal_cumulative, -1.96, 0.024997895148220435),
        (normal_quantile, 0.5, 0.0),
        (normal_quantile, 0.975, 1.959963984540054),
        (normal_quantile, 0.001, -3.090232306167813),
        (logistic, 0.0, 0.5),
        (logistic, math.log(3.0), 0.75),
        (logistic, -math.log(4.0), 0.2),
    ],
)
def test_known_value(function: Scalar, argument: float, value: float) -> None:
    assert function(argument) == pytest.approx(value, rel=2e-15, abs=1e-300)


# Ends and ties


@pytest.mark.parametrize("x", [708.0, 708.5, 1000.0, math.inf])
def test_exponential_is_clamped(x: float) -> None:
    assert exponential(x) == exponential(708.0) == pytest.approx(3.0233831442760550e307)
    assert exponential(-x) == exponential(-708.0) == pytest.approx(3.3075530036384078e-308)


@pytest.mark.parametrize("x", [37.5, 38.0, 1e200, math.inf])
def test_normal_cumulative_is_clamped(x: float) -> None:
    assert normal_cumulative(x) == 1.0
    assert normal_cumulative(-x) == normal_cumulative(-37.5) == pytest.approx(4.605353009e-308)


@pytest.mark.parametrize("x", [708.0, 1000.0, math.inf])
def test_logistic_saturates(x: float) -> None:
    assert logistic(x) == 1.0
    assert 0.0 < logistic(-x) < 4e-308


@pytest.mark.parametrize("x", [0.0, -0.0, 5e-324, 2.0**-1023])
def test_logarithm_of_nothing_is_finite(x: float) -> None:
    assert -709.1 < logarithm(x) < -708.3


@pytest.mark.parametrize("x", [2.0**-1022, 1.7976931348623157e308, *LOG_SPLIT])
def test_logarithm_at_its_seams(x: float) -> None:
    assert logarithm(x) == pytest.approx(float(mpmath.log(x)), rel=1e-15)


def test_quantile_of_the_sure_and_the_impossible_is_finite() -> None:
    assert -38.0 < normal_quantile(0.0) < -37.0
    assert normal_quantile(1.0) == -normal_quantile(0.0)


@pytest.mark.parametrize("function", [exponential, normal_cumulative, logistic])
def test_not_a_number_stays_so(function: Scalar) -> None:
    assert math.isnan(function(math.nan))


@pytest.mark.parametrize("function", [exponential, logarithm, normal_cumulative, normal_quantile, logistic])
def test_scalar_call_returns_a_float(function: Scalar) -> None:
    assert type(function(0.25)) is float


# Properties


def test_exponential_against_many_digits(generator: np.random.Generator) -> None:
    points = [*generator.uniform(-708.0, 708.0, 300).tolist(), *generator.uniform(-1.0, 1.0, 300).tolist()]
    halfway = [(k + 0.5) * math.log(2.0) for k in range(-20, 20)]
    for x in [*points, *halfway, -708.0, 708.0, 1e-300, -1e-17]:
        assert abs(exponential(x) / mpmath.exp(x) - 1) < 6e-16


def test_logarithm_against_many_digits(generator: np.random.Generator) -> None:
    points = [
        *np.exp(generator.uniform(-708.0, 708.0, 300)).tolist(),
        *generator.uniform(0.5, 2.0, 500).tolist(),
    ]
    for x in [*points, *LOG_NEAR_ONE]:
        assert abs(logarithm(x) / mpmath.log(x) - 1) < 1e-15


def test_normal_cumulative_against_many_digits(generator: np.random.Generator) -> None:
    points = [*generator.uniform(-9.0, 9.0, 500).tolist(), *generator.uniform(-0.1, 0.1, 100).tolist()]
    for x in [*points, 0.0, -0.0, 1e-20, -1e-20, 8.3, -8.3]:
        assert abs(normal_cumulative(x) - exact_cumulative(x)) < 4e-16


def test_normal_cumulative_in_the_tail_against_many_digits(generator: np.random.Generator) -> None:
    for x in [*generator.uniform(-37.5, 0.0, 500).tolist(), -1.0, -5.0, -30.0, -37.5]:
        assert abs(normal_cumulative(x) / exact_cumulative(x) - 1) < 1e-13


def test_normal_quantile_against_many_digits(generator: np.random.Generator) -> None:
    uniforms = [
        *generator.random(300).tolist(),
        *(0.5 + side * 2.0**-k for k in range(2, 53) for side in (-1, 1)),
    ]
    upper = [1.0 - u for u in TAIL_PROBABILITIES if u >= 2.0**-53]
    for u in [*uniforms, *TAIL_PROBABILITIES, *upper]:
        assert abs(quantile_error(u)) < 4e-15


def test_logistic_against_many_digits(generator: np.random.Generator) -> None:
    for x in generator.uniform(-700.0, 50.0, 300).tolist():
        assert abs(logistic(x) * (1 + mpmath.exp(-x)) - 1) < 1e-15


def test_dense_grids_agree_with_scipy() -> None:
    x = np.linspace(-700.0, 700.0, 20_001)
    z = np.linspace(-9.0, 9.0, 20_001)
    u = np.linspace(0.0, 1.0, 20_001)[1:-1]
    np.testing.assert_allclose(mapped(exponential, x), np.exp(x), rtol=1e-13)
    np.testing.assert_allclose(mapped(logarithm, u), np.log(u), rtol=1e-13)
    np.testing.assert_allclose(mapped(normal_cumulative, z), special.ndtr(z), rtol=0.0, atol=1e-13)
    np.testing.assert_allclose(mapped(normal_quantile, u), special.ndtri(u), rtol=1e-13, atol=1e-13)
    np.testing.assert_allclose(mapped(logistic, x), special.expit(x), rtol=1e-13)


def test_quantile_rises() -> None:
    words = np.unique(np.concatenate((np.arange(1000), np.geomspace(1e3, 2.0**32 - 1.0, 20_000).astype(np.int64))))
    from_words = mapped(normal_quantile, (words + 0.5) * 2.0**-32)
    from_grid = mapped(normal_quantile, np.linspace(2.0**-54, 1.0 - 2.0**-53, 20_001))
    assert np.all(np.diff(from_words) > 0.0)
    assert np.all(np.diff(from_grid) > 0.0)


def test_quantile_inverts_the_cumulative_probability(generator: np.random.Generator) -> None:
    u = np.concatenate((np.exp2(-generator.uniform(1.0, 54.0, 2000)), generator.random(2000)))
    np.testing.assert_allclose(mapped(normal_cumulative, mapped(normal_quantile, u)), u, rtol=3e-13)


def test_quantile_is_antisymmetric_to_the_bit(generator: np.random.Generator) -> None:
    u = np.concatenate((generator.integers(1, 2**53, 5000) * 2.0**-53, (np.arange(5000) + 0.5) * 2.0**-32))
    np.testing.assert_array_equal(mapped(normal_quantile, 1.0 - u), -mapped(normal_quantile, u))


def test_cumulative_probabilities_of_both_sides_sum_to_one(generator: np.random.Generator) -> None:
    x = generator.uniform(0.0, 40.0, 5000)
    np.testing.assert_array_equal(mapped(normal_cumulative, x), 1.0 - mapped(normal_cumulative, -x))


@pytest.mark.parametrize("function", [exponential, logarithm])
def test_compiled_and_interpreted_agree_to_the_bit(function: Scalar, generator: np.random.Generator) -> None:
    interpreted: Scalar = getattr(function, "py_func", function)
    points = np.exp(generator.uniform(-5.0, 5.0, 5000))
    np.testing.assert_array_equal(mapped(function, points), mapped(interpreted, points))


def test_loop_and_scalar_call_agree_to_the_bit(generator: np.random.Generator) -> None:
    x = generator.normal(0.0, 10.0, 100_000)
    u = generator.random(100_000) + 2.0**-54
    out = np.empty((5, x.size))
    evaluate(x, u, out)
    functions = (exponential, logarithm, normal_cumulative, normal_quantile, logistic)
    for row, function, points in zip(out, functions, (x, u, x, u, x), strict=True):
        np.testing.assert_array_equal(row, mapped(function, points))
