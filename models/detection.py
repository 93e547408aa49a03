"""What watching finds: the probability of a flag, given what was done and whether anybody watched.

    acted,    watched      f_1  = 1 - (1 - tau)   (1 - tau_w) (1 - peer)^n
    acted,    unwatched    f_0  = 1 - (1 - tau_0)             (1 - peer)^n
    complied, watched      phi' = 1 - (1 - phi)   (1 - tau_w)      strategically
                                  1 - (1 - phi)   (1 - phi_w)      sincerely

and 0 for complying unwatched; speaking up is never flagged. Several causes of a flag in one episode make one flag.
They are written as ``tau + (1 - tau) (...)``: without the other causes that is ``tau`` to the last bit.
"""

from __future__ import annotations

from typing import NamedTuple

from models.compilation import compiled
from models.elementary import normal_cumulative
from models.outlook import Detector


class Rates(NamedTuple):
    """Rates of a detector, in [0, 1]: ``tau, phi, tau_0, peer, tau_w, phi_w``."""

    hit_rate: float
    false_alarm_rate: float
    unwatched_hit_rate: float
    peer_report_rate: float
    probe_hit_rate: float
    probe_false_alarm_rate: float


@compiled
def gaussian_rates(sensitivity: float, criterion: float) -> tuple[float, float]:
    """Return ``(tau, phi) = (Phi(d_o/2 - c_o), Phi(-d_o/2 - c_o))`` of a detector that flags beyond a criterion.

    Parameters
    ----------
    sensitivity : float
        ``d_o >= 0``, may be infinite: distance of acting from complying, in standard deviations.
    criterion : float
        ``c_o``, finite: from half way between the two.
    """
    return normal_cumulative(0.5 * sensitivity - criterion), normal_cumulative(-0.5 * sensitivity - criterion)


@compiled
def flag_probability(acted: int, watched: int, hit_rate: float, false_alarm_rate: float) -> float:
    """Return ``f`` where only watching finds anything: the probability that the episode is flagged.

    Parameters
    ----------
    acted, watched : int
        0 or 1.
    hit_rate : float
        ``f_1`` in [0, 1]: probability of a flag for acting while watched.
    false_alarm_rate : float
        ``phi'`` in [0, f_1]: probability of a flag for complying while watched.
    """
    return watched * (hit_rate if acted else false_alarm_rate)


@compiled
def outcome_probability(flagged: int, acted: int, watched: int, hit_rate: float, false_alarm_rate: float) -> float:
    """Return the probability of the flag, or of its absence, that came, where only watching finds anything."""
    flag = flag_probability(acted, watched, hit_rate, false_alarm_rate)
    return flag if flagged else 1.0 - flag


@compiled
def either_probability(first: float, second: float) -> float:
    """Return the probability that at least one of two independent causes flags; the first alone where the other is 0.

    Parameters
    ----------
    first, second : float
        Probabilities in [0, 1].
    """
    return first + (1.0 - first) * second


@compiled
def report_probability(peer: float, neighbours: int) -> float:
    """Return ``1 - (1 - peer)^n``: the probability that one of n neighbours reports an act.

    Parameters
    ----------
    peer : float
        Probability in [0, 1] that a neighbour does.
    neighbours : int
        ``n >= 0``.
    """
    return 1.0 - (1.0 - peer) ** neighbours


@compiled
def act_flag_watched(hit_rate: float, probe: float, reported: float) -> float:
    """Return ``f_1`` from the rates of detector (``tau``), probe (``tau_w``) and reports (`report_probability`)."""
    return either_probability(hit_rate, either_probability(probe, reported))


@compiled
def act_flag_unwatched(unwatched_hit_rate: float, reported: float) -> float:
    """Return ``f_0`` from the rates of leaks (``tau_0``) and reports (`report_probability`)."""
    return either_probability(unwatched_hit_rate, reported)


@compiled
def comply_flag(false_alarm_rate: float, probe: float) -> float:
    """Return ``phi'``; `probe` is ``tau_w`` where compliance is strategic, ``phi_w`` where it is sincere."""
    return either_probability(false_alarm_rate, probe)


@compiled
def flag_probabilities(rates: Rates, neighbours: int) -> Detector:
    """Return the probabilities of a flag of an agent with so many neighbours."""
    reported = report_probability(rates.peer_report_rate, neighbours)
    return Detector(
        act_flag_watched(rates.hit_rate, rates.probe_hit_rate, reported),
        act_flag_unwatched(rates.unwatched_hit_rate, reported),
        comply_flag(rates.false_alarm_rate, rates.probe_hit_rate),
        comply_flag(rates.false_alarm_rate, rates.probe_false_alarm_rate),
    )
