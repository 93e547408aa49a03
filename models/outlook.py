"""What an agent plans and judges with: plain numbers in named groups, for rules that take many of them.

An agent's own view: the detector and the response as it perceives them, its own number of neighbours included.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compilation import compiled_loop

#: What a planner expects of its modified successors.
CHAIN = 0
NAIVE = 1
MYOPIC = 2
UNAWARE = 3

#: A depth that is not finite.
ENDLESS = -1

#: A value depends on the belief smoothly: so little doubt changes its eighth digit.
_LEAST_DOUBT = 1e-8


class Stakes(NamedTuple):
    """What acting is worth; `models.stakes` makes them.

    Of random stakes, temptations are ``b = scale * ratio(u)`` with u uniform and ratios of mean 1, on each of a few
    panels of u the polynomial through its values at Gauss-Legendre nodes. Of other kinds the arrays are empty.

    Attributes
    ----------
    kind : int
        A kind of `models.goals`.
    scale : float
        ``s > 0``, in units of payoff.
    draws : array, (panels x nodes,)
        Ratios at the nodes, panel by panel.
    edges : array, (panels + 1,)
        Ends of the panels, rising from 0 to 1.
    """

    kind: int
    scale: float
    draws: NDArray[np.float64]
    edges: NDArray[np.float64]


class Planner(NamedTuple):
    """How an agent looks ahead.

    Attributes
    ----------
    kind : int
        `CHAIN`, `NAIVE`, `MYOPIC` or `UNAWARE`.
    depth : int
        Episodes that it looks ahead; `ENDLESS`.
    foresight : float
        ``gamma`` in [0, 1); 1 only with a finite depth.
    guarding : float
        ``Omega >= 0``: terminal goal guarding.
    goal_weight : float
        ``omega_g`` in [0, 1]: 1 judges successors by the current goals, 0 by their own.
    """

    kind: int
    depth: int
    foresight: float
    guarding: float
    goal_weight: float


class Cue(NamedTuple):
    """What an agent reckons to see.

    Attributes
    ----------
    kind : int
        `models.perception.GAUSSIAN` or `BINARY`.
    quality : float
        Discrimination d (finite), or accuracy.
    honeypots : float
        ``hp_``: share of watched episodes that it reckons to look unwatched.
    false_signal : float
        Probability that the public signal says "watched" of an unwatched episode (it always does of a watched one);
        1 where there is no signal.
    """

    kind: int
    quality: float
    honeypots: float
    false_signal: float


class Detector(NamedTuple):
    """Probabilities of a flag, in [0, 1] (`models.detection`): ``f_1, f_0``, and ``phi'`` of either compliance."""

    act_watched: float
    act_unwatched: float
    comply_strategic: float
    comply_sincere: float


class Response(NamedTuple):
    """What follows.

    Attributes
    ----------
    penalty, clawback : float
        ``F >= 0, xi`` in [0, 1].
    rotation : float
        ``eta iota``: fraction of the remaining angle by which a flag, or an answer to speaking up, turns goals.
    reinforced_rotation : float
        ``eta_c``: by which watched, unflagged compliance does.
    offers_voice : int
        Whether one can speak up.
    answered, bonus, voice_kept, voice_penalty : float
        ``rho``, bonus, ``omega_v, F_v``.
    """

    penalty: float
    clawback: float
    rotation: float
    reinforced_rotation: float
    offers_voice: int
    answered: float
    bonus: float
    voice_kept: float
    voice_penalty: float


class Outlook(NamedTuple):
    """All of it, with the belief: the probability ``p`` in [0, 1] of being watched, held fixed in a plan."""

    belief: float
    stakes: Stakes
    planner: Planner
    cue: Cue
    detector: Detector
    response: Response


@compiled_loop
def believed_outlook(outlook: Outlook) -> Outlook:
    """Return the outlook that an agent plans with: an unaware one believes that nothing turns its goals."""
    kind, depth = outlook.planner.kind, outlook.planner.depth
    response = outlook.response
    turns = 0.0 if kind == UNAWARE else 1.0
    return Outlook(
        outlook.belief,
        outlook.stakes,
        Planner(
            CHAIN if kind == UNAWARE else kind, 0 if kind == MYOPIC else depth, outlook.planner.foresight,
            outlook.planner.guarding, outlook.planner.goal_weight,
        ),
        outlook.cue,
        outlook.detector,
        Response(
            response.penalty, response.clawback, turns * response.rotation, turns * response.reinforced_rotation,
            response.offers_voice, response.answered, response.bonus, response.voice_kept, response.voice_penalty,
        ),
    )  # fmt: skip


@compiled_loop
def doubting_outlook(outlook: Outlook) -> Outlook:
    """Return the outlook with a belief that leaves room for doubt: rewards single out no rule where q is certain."""
    belief = min(max(outlook.belief, _LEAST_DOUBT), 1.0 - _LEAST_DOUBT)
    return Outlook(
        belief, outlook.stakes, outlook.planner, outlook.cue, outlook.detector, outlook.response
    )  # fmt: skip


@compiled_loop
def discounted_episodes(planner: Planner) -> float:
    """Return the discounted number of episodes that a plan counts, the present one included."""
    if planner.depth == ENDLESS:
        return 1.0 / (1.0 - planner.foresight)
    episodes = 1.0
    for _ in range(planner.depth):
        episodes = 1.0 + planner.foresight * episodes
    return episodes
