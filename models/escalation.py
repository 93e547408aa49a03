"""Closed forms of escalating audits, in the letters of the model: who was caught is watched more, until seen to comply.

Nothing is checked: the functions are for numbers that were.
"""

from __future__ import annotations

import math


def escalation_limit(
    rate: float, second_rate: float, penalty: float, second_penalty: float, leniency: float, foresight: float
) -> float:
    """Return the largest temptation that two-group enforcement keeps down in its second group [Harrington1988]_.

        L = p2 F2 + gamma p2 u (p2 F2 - p1 F1)/(1 - gamma (1 - p1))

    Group 1 is ``(p1, F1, 1, 0, 2)``, group 2 ``(p2, F2, 0, u, 1)``: (rate, penalty, P(move | caught), P(move |
    inspected and complied), to). Count costs: acting saves b, complying costs it. One who acts in group 1 and complies
    in group 2 has ``V1 = p1 F1 + gamma (p1 V2 + (1 - p1) V1)`` and ``V2 = b + gamma (p2 u V1 + (1 - p2 u) V2)``.
    Acting once in group 2 costs ``p2 F2 + gamma V2``; complying is no dearer iff ``b <= p2 F2 + gamma p2 u (V2 - V1)``.
    At equality ``V2 = p2 F2/(1 - gamma)``, and the first equation gives ``V2 - V1``.

    Parameters
    ----------
    rate, second_rate : float
        ``p1, p2``: probability that an act is caught, in [0, 1].
    penalty, second_penalty : float
        ``F1, F2``, with ``p1 F1 <= p2 F2``; with a temptation up to ``p1 F1`` one complies in group 1 as well.
    leniency : float
        ``u`` in [0, 1].
    foresight : float
        ``gamma`` in [0, 1).
    """
    lead = (second_rate * second_penalty - rate * penalty) / (1.0 - foresight * (1.0 - rate))
    return second_rate * (second_penalty + foresight * leniency * lead)


def escalated_compliance_share(rate: float, second_rate: float, leniency: float) -> float:
    """Return ``p1/(p1 + p2 u)``: share of episodes complied in by one who does so in the second group alone.

    As many leave group 1 (``p1`` of those in it) as come back (``p2 u``). The temptation is between ``p1 F1`` and
    `escalation_limit`; ``p1 > 0``.
    """
    return rate / (rate + second_rate * leniency)


def second_group_rate(temptation: float, penalty: float, clawback: float, rate: float, foresight: float) -> float:
    """Return the least rate that keeps the second of three groups honest [Greenberg1984]_.

    One caught in group 1 goes to group 2; one caught there goes to group 3, one inspected and honest back to group 1.
    Group 3, never left, is watched always and so complies. With ``K = F + xi b`` one who acts in group 1 alone has
    ``V1 = b - p1 K + gamma (p1 V2 + (1 - p1) V1)`` and ``V2 = gamma (p2 V1 + (1 - p2) V2)``, hence

        V1 = (b - p1 K) (1 - gamma + gamma p2)/[(1 - gamma) (1 - gamma + gamma (p1 + p2))]

    Acting once in group 2 is worth ``b - p2 K + gamma (1 - p2) V2``: no more than complying iff
    ``p2 (K + gamma V1) >= b``, a quadratic in ``p2``.

    Parameters
    ----------
    temptation, penalty, clawback : float
        ``b``, ``F`` and ``xi``, with ``F + xi b >= b > 0``, or group 3 would not comply.
    rate : float
        ``p1``; where it deters by itself, nobody acts in group 1 and the result is ``b/K``, as without foresight.
    foresight : float
        ``gamma`` in [0, 1]; at 1 any rate will do: 0.
    """
    cost = penalty + clawback * temptation
    worth = temptation - rate * cost
    if worth <= 0.0:
        return temptation / cost
    impatience = 1.0 - foresight
    square = foresight * (impatience * cost + foresight * worth)
    linear = impatience * ((impatience + foresight * rate) * cost + foresight * (worth - temptation))
    constant = temptation * impatience * (impatience + foresight * rate)
    root = math.sqrt(linear * linear + 4.0 * square * constant)
    # Of the two ways to write the positive root, the one that subtracts nothing.
    return 2.0 * constant / (linear + root) if linear > 0.0 else (root - linear) / (2.0 * square)
