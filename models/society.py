"""What neighbours do to an agent: the pull to do as they did, the news of their flags, and the mixing of beliefs.

An agent's neighbours are those that an edge of its own points to. Society enters the model at three places. Conformity
adds ``r (2 S - 1)`` to the utility of complying, where ``S`` is the share of the neighbours that complied in the
episode before. News adds ``nu`` to the weight A of the belief for each neighbour flagged in this episode. Social
learning then mixes both weights of the belief with the neighbours' means [DeGroot1974]_, all agents at once:
``(A, B) <- (1 - zeta) (A, B) + zeta (mean of the neighbours' A, B)``.
"""

from __future__ import annotations

from models.compilation import compiled


@compiled
def complying_share(complying: float, neighbours: float, initial: float) -> float:
    """Return ``S``: the share of the neighbours that complied in the episode before.

    Parameters
    ----------
    complying, neighbours : float
        Numbers of agents, ``0 <= complying <= neighbours``. Trivial compliance counts, speaking up does not.
    initial : float
        The share, in [0, 1], where there are no neighbours.
    """
    return complying / neighbours if neighbours > 0.0 else initial


@compiled
def conformity_pull(conformity: float, share: float) -> float:
    """Return ``r (2 S - 1)``: what complying is worth because neighbours complied, less because they did not.

    Parameters
    ----------
    conformity : float
        ``r >= 0``, utility of doing as all neighbours did.
    share : float
        ``S`` in [0, 1]; at 1/2 there is no pull.
    """
    return conformity * (2.0 * share - 1.0)


@compiled
def news_evidence(news: float, flagged: float) -> float:
    """Return what the neighbours' flags of this episode add to the weight A of an agent's belief.

    Parameters
    ----------
    news : float
        ``nu >= 0``, episodes of being watched that one flagged neighbour is worth.
    flagged : float
        Number of neighbours flagged in this episode.
    """
    return news * flagged


@compiled
def mixed_weight(own: float, mean_of_neighbours: float, social_learning: float) -> float:
    """Return ``(1 - zeta) own + zeta mean``: one weight of a belief after social learning.

    It is not for an agent that has nobody to learn from: that one keeps its own weight.

    Parameters
    ----------
    own, mean_of_neighbours : float
        A weight (A or B), finite, before any agent has learned.
    social_learning : float
        ``zeta`` in [0, 1]; at 0 the own weight is returned as it is.
    """
    return (1.0 - social_learning) * own + social_learning * mean_of_neighbours
