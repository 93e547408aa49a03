"""Capability c in [0, 1]: how it grows, and what it gives."""

from __future__ import annotations

from models.compilation import compiled


@compiled
def grown_capability(level: float, growth: float, episode: int) -> float:
    """Return ``min(1, c + growth t)``: the capability before an episode.

    Parameters
    ----------
    level, growth : float
        In [0, 1]: before the first episode, and per episode.
    episode : int
        ``t``, from 0.
    """
    return min(1.0, level + growth * episode)


@compiled
def ramp_value(capability: float, at_zero: float, at_one: float, exponent: float) -> float:
    """Return ``at_zero + (at_one - at_zero) c^exponent``: monotone in capability.

    Parameters
    ----------
    capability : float
        ``c`` in [0, 1].
    at_zero, at_one : float
        Values at its ends.
    exponent : float
        Above 0.
    """
    share: float = capability**exponent
    return at_zero + (at_one - at_zero) * share
