"""Elementary functions without branches or library calls, for loops that run several agents at once.

A call into the C library keeps the compiler from handling several elements with one instruction, and its
last digit differs from one system to the next. These functions use only ``+ - * /``, the square root,
comparisons that choose between two values, and the bits of a double. They vectorise inside any loop that
calls them and give the same bits on every machine with IEEE 754 doubles, compiled or not. No step relies on
a fused multiply-add.

The polynomials and quotients of polynomials are minimax fits, computed with 50 digits by Remez's exchange
algorithm and then rounded to doubles. (For a quotient the equations of each exchange are linear once the
error is multiplied by the denominator of the previous pass.) The error below is the largest one of the fit,
before rounding.

===================  ===================================  ==========================  ========  =======
function             fitted                               for                         degree    error
===================  ===================================  ==========================  ========  =======
`exponential`        (e^r - 1 - r) / r^2, polynomial      abs(r) <= ln(2) / 2         8         2.9e-16
                     in r; weighed by the relative
                     error of e^r
`logarithm`          (2 artanh(s) - 2 s) / s^3,           0 <= s <= 3 - sqrt(8)       5         1.9e-16
                     polynomial in s^2; weighed by the
                     relative error of 2 artanh(s)
`normal_cumulative`  exp(a^2 / 2) Phi(-a), quotient in    0 <= a <= 37.7              8 over 9  1.4e-17
                     a; weighed by the greater of the                                           (2.8e-14
                     absolute error of Phi(-a) and its                                          of Phi)
                     relative error / 2000
`normal_quantile`    z / (r - sqrt(2 ln 2)), quotient in  0 <= z <= 8.31, thus        8 over 7  2.1e-15
                     r = sqrt(-2 ln Phi(-z)); weighed by  1.177 <= r <= 8.67
                     the error of z / max(1, z)
===================  ===================================  ==========================  ========  =======

The leading coefficient of each denominator is one. Every polynomial is summed as an even and an odd part:
that halves the chain of operations that wait for each other, at the price of one multiplication.
"""

from __future__ import annotations

import math

from models.compilation import bits_from_float, compiled, float_from_bits

_LOG2_OF_E = 1.4426950408889634
# The upper part of ln 2 has 41 bits after the point, so that its product with an exponent is exact.
_LN2_UPPER = 0.693147180559663
_LN2_LOWER = 2.8235290563031577e-13

# Adding 1.5 * 2^52 leaves a double no bits after the point, so the addition rounds to an integer.
# 1023 is the bias of the exponent of a double.
_ROUNDING_AND_BIAS = 1.5 * 2.0**52 + 1023.0
_EXPONENT_MASK = 0x7FF
_FRACTION_MASK = 0x000FFFFFFFFFFFFF
_FRACTION_BITS = 52

_BITS_OF_SQRT_HALF = 0x3FE6A09E667F3BCD
_BITS_FROM_SQRT_HALF_TO_ONE = 0x3FF0000000000000 - _BITS_OF_SQRT_HALF

# An integer below 2^52, put into the fraction of 2^52, makes the double 2^52 + integer.
_BITS_OF_2_TO_52 = 0x4330000000000000
_2_TO_52_AND_BIAS = 2.0**52 + 1023.0

_LARGEST_EXPONENT = 708.0
# Beyond it Phi(-a) is no normal double any more.
_LARGEST_DEVIATE = 37.5
_SQRT_OF_TWO_LN2 = 1.1774100225154747


@compiled
def exponential(x: float) -> float:
    """Return e to the power x.

    Parameters
    ----------
    x : float
        Any number or infinity, clamped to [-708, 708]: the result is never zero, infinite or denormal.

    Returns
    -------
    float
        e^x with a relative error below 6e-16; NaN for NaN.
    """
    x = min(max(x, -_LARGEST_EXPONENT), _LARGEST_EXPONENT)
    rounded = x * _LOG2_OF_E + _ROUNDING_AND_BIAS
    power = rounded - _ROUNDING_AND_BIAS
    r = (x - power * _LN2_UPPER) - power * _LN2_LOWER
    square = r * r
    even = 0.49999999999998324 + square * (
        0.04166666666813682
        + square * (0.001388888851616415 + square * (2.480193175966959e-05 + square * 2.7476788593953474e-07))
    )
    odd = 0.16666666666611557 + square * (
        0.008333333370869755 + square * (0.00019841185236026555 + square * 2.7634991052760137e-06)
    )
    scale = float_from_bits((bits_from_float(rounded) & _EXPONENT_MASK) << _FRACTION_BITS)
    return (1.0 + (r + square * (even + r * odd))) * scale


@compiled
def logarithm(x: float) -> float:
    """Return the natural logarithm of x.

    Parameters
    ----------
    x : float
        A positive normal double. Nothing is checked: zero gives ``-1023 ln 2``, about -709.1; a denormal a
        number between that and -708.3; infinity about 709.8; a negative number or NaN gives nonsense.

    Returns
    -------
    float
        ln x with a relative error below 1e-15, next to x = 1 too; exactly 0 for x = 1.
    """
    # x = m 2^power with sqrt(1/2) <= m < sqrt(2), so that next to x = 1 the power is 0 and no digits cancel.
    shifted = bits_from_float(x) + _BITS_FROM_SQRT_HALF_TO_ONE
    exponent = (shifted >> _FRACTION_BITS) & _EXPONENT_MASK
    power = float_from_bits(exponent | _BITS_OF_2_TO_52) - _2_TO_52_AND_BIAS
    m = float_from_bits((shifted & _FRACTION_MASK) + _BITS_OF_SQRT_HALF)
    s = (m - 1.0) / (m + 1.0)
    square = s * s
    fourth = square * square
    even = 2.0 + fourth * (0.40000000052136087 + fourth * (0.22223370224293884 + fourth * 0.16819303379451192))
    odd = 0.6666666666658749 + fourth * (0.2857141715123279 + fourth * 0.18123687655322318)
    return power * _LN2_UPPER + (s * (even + square * odd) + power * _LN2_LOWER)


@compiled
def normal_cumulative(x: float) -> float:
    """Return the probability that a standard normal variate is at most x.

    Parameters
    ----------
    x : float
        Any number or infinity. abs(x) is clamped to 37.5, so the result is at least 4.6e-308, never zero.

    Returns
    -------
    float
        Phi(x) with an absolute error below 4e-16; in the left tail the relative error is below 1e-13 down to
        x = -37.5; NaN for NaN. ``normal_cumulative(-x)`` is ``1 - normal_cumulative(x)`` for x < 0.
    """
    a = min(abs(x), _LARGEST_DEVIATE)
    square = a * a
    even_above = 33209.98061811483 + square * (
        31906.713487281755
        + square * (4057.1695862424126 + square * (113.39386374949818 + square * 0.39894228048485303))
    )
    odd_above = 46276.094183844914 + square * (
        13810.40563444892 + square * (824.8010502813021 + square * 9.691301098457162)
    )
    even_below = 66419.96123622966 + square * (
        146733.66912640294 + square * (36636.49976528266 + square * (2091.762229581537 + square * 24.292489385744307))
    )
    odd_below = 145547.6499672027 + square * (
        89588.6692979555 + square * (10452.049227329408 + square * (285.2362625498171 + square))
    )
    # The rounding of a * a costs less than 6e-14 of the tail, so a need not be split.
    above = exponential(-0.5 * square) * (even_above + a * odd_above)
    tail = above / (even_below + a * odd_below)
    return tail if x < 0.0 else 1.0 - tail


@compiled
def normal_quantile(u: float) -> float:
    """Return the value that a standard normal variate does not exceed with probability u.

    Parameters
    ----------
    u : float
        A probability in [2^-54, 1 - 2^-53]. Nothing is checked; 0 and 1 give finite values beyond -37 and 37.

    Returns
    -------
    float
        z with Phi(z) = u; the error is below 4e-15 max(1, abs(z)). Exactly 0 for u = 1/2, and exactly
        ``-normal_quantile(1 - u)`` wherever 1 - u is exact, hence for all multiples of 2^-53.
    """
    rarer = min(u, 1.0 - u)
    square = -2.0 * logarithm(rarer)
    r = math.sqrt(square)
    even_above = 45.567636180671975 + square * (
        1406.8285100486125
        + square * (724.5990536614358 + square * (27.781281060203412 - square * 1.229347009678573e-06))
    )
    odd_above = 553.0052091639733 + square * (
        1355.400644767252 + square * (217.6402386427985 + square * 1.0001765850877309)
    )
    even_below = 14.296435649791203 + square * (
        838.6665353286477 + square * (560.4486417782533 + square * 26.622960809866992)
    )
    odd_below = 250.83597094253602 + square * (961.3907649914767 + square * (190.0344065235138 + square))
    z = (r - _SQRT_OF_TWO_LN2) * (even_above + r * odd_above) / (even_below + r * odd_below)
    return -z if u < 0.5 else z


@compiled
def logistic(x: float) -> float:
    """Return the probability 1 / (1 + e^-x) whose log-odds are x.

    Parameters
    ----------
    x : float
        Log-odds: any number or infinity, clamped to [-708, 708].

    Returns
    -------
    float
        A probability with a relative error below 1e-15, at least 3.3e-308 and at most 1; NaN for NaN.
    """
    return 1.0 / (1.0 + exponential(-x))
