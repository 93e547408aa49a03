"""What watching finds: the probability of a flag, given what was done and whether anybody watched."""

from __future__ import annotations

from models.compilation import compiled


@compiled
def flag_probability(acted: int, watched: int, hit_rate: float, false_alarm_rate: float) -> float:
    """Return ``f``: the probability that the episode is flagged.

    Parameters
    ----------
    acted, watched : int
        0 or 1.
    hit_rate : float
        ``tau`` in [0, 1]: probability of a flag for acting while watched.
    false_alarm_rate : float
        ``phi`` in [0, tau]: probability of a flag for complying while watched.
    """
    return watched * (hit_rate if acted else false_alarm_rate)


@compiled
def outcome_probability(flagged: int, acted: int, watched: int, hit_rate: float, false_alarm_rate: float) -> float:
    """Return the probability of the flag, or of its absence, that came."""
    flag = flag_probability(acted, watched, hit_rate, false_alarm_rate)
    return flag if flagged else 1.0 - flag
