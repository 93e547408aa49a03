"""Results 15 and 16: signals, noisy answers, imitation, and beliefs that are counted or averaged."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from math import sqrt, tanh
from pathlib import Path

import numpy as np
from scipy.integrate import quad, solve_ivp
from scipy.special import expit, ndtr

from models.cascades import (
    averaged_beliefs,
    influence,
    replicator_flow,
    replicator_invariant,
    replicator_period,
)
from models.literature import beta_mean, detection_auc, logit_equilibrium
from parameter_sweeps.theory.checks import Check, Effort, Sample
from parameter_sweeps.theory.overseers import GAME, INSPECTED
from parameter_sweeps.theory.probing import (
    UNTOLD,
    Values,
    acting,
    agents_of,
    mean_sample,
    scenario_of,
)
from simulation.run import simulate

_SIGNALS, _LOGIT = "GreenSwets1966", "McKelveyPalfrey1995"
_REPLICATOR, _DEGROOT = "Hofbauer1998", "DeGroot1974"
TRUST = np.array([[0.0, 0.5, 0.5], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
_TRUST_GRAPH = """<?xml version="1.0" encoding="utf-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph edgedefault="directed">
<node id="0"/><node id="1"/><node id="2"/>
<edge source="0" target="1"/><edge source="0" target="2"/><edge source="1" target="0"/><edge source="2" target="1"/>
</graph></graphml>"""


def results() -> list[Check]:
    """Return the checks of results 15 and 16."""
    return [*_signals(), *_noise(), *_imitation(), *_beliefs()]


# 15


def _signals() -> list[Check]:
    return [
        Check(
            "15",
            "area under the curve of hits over false alarms, d = 1",
            "0.7602499389",
            lambda: detection_auc(1.0),
            _area_of_fakers,
            _SIGNALS,
        )
    ]


def _area_of_fakers(effort: Effort) -> Sample:
    """Return the area below hits over false alarms of fakers with many thresholds, who see the same cues.

    Believing 1/2, a faker complies iff d y >= logit(threshold). It is the area of one sample of cues; of n + n cues its
    variance is (A (1 - A) + 2 (n - 1)(Q - A^2))/n^2, with Q = P(two watched cues exceed one unwatched).
    """
    values: Values = {
        "agents.decision": "faker",
        "agents.cue.discrimination": 1.0,
        "regime.schedule.rate": 0.5,
        "regime.detector.hit_rate": 1.0,
        "regime.response.rotation": 0.0,
        "agents.count": effort.agents,
        "run.episodes": effort.replicates,
    }
    base = scenario_of(values)
    rates = []
    for edge in np.arange(-4.5, 4.51, 0.05):
        faker = base.with_values({"agents.faker.threshold": float(expit(edge))})
        found = simulate(faker, seed=effort.seed, replicates=1, record="none").measures["mean"]
        rates.append((found["compliance_watched"], found["compliance_unwatched"]))
    hits, alarms = (np.concatenate([[0.0], side[::-1], [1.0]]) for side in np.array(rates).T)
    half, area = 0.5 * effort.agents * effort.replicates, detection_auc(1.0)
    both, _ = quad(lambda y: np.exp(-0.5 * (y + 0.5) ** 2) * ndtr(0.5 - y) ** 2 / sqrt(2.0 * np.pi), -10.0, 10.0)
    variance = (area * (1.0 - area) + 2.0 * (half - 1.0) * (both - area**2)) / half**2
    return Sample(float(np.trapezoid(hits, alarms)), sqrt(variance))


def _noise() -> list[Check]:
    def answered(place: int, printed: str, simulated: Callable[[Effort], Sample] | None) -> Check:
        name = ("inspection", "violation")[place]
        return Check(
            "15",
            f"{name} rate of the logit equilibrium of 11, lambda = 1",
            printed,
            lambda: logit_equilibrium(GAME, 1.0)[place],
            simulated,
            _LOGIT,
        )

    def noisy(effort: Effort) -> Sample:
        rate, violation = logit_equilibrium(GAME, 1.0)
        values = {**INSPECTED, "agents.rationality": 1.0, "regime.schedule.rate": rate}
        return acting(effort, "all", violation, values, {"run.episodes": 1})

    violations = [logit_equilibrium(GAME, rationality)[1] for rationality in (0.1, 1.0, 3.0, 6.0, 30.0, 1000.0)]
    steps = np.sign(np.diff(violations))
    return [
        answered(0, "0.5194293943", None),
        answered(1, "0.2539381869", noisy),
        Check(
            "15",
            "whether the violation rate both falls and rises in lambda",
            "1",
            lambda: float((steps > 0.0).any() and (steps < 0.0).any()),
            None,
            _LOGIT,
        ),
    ]


def _imitation() -> list[Check]:
    return [
        Check(
            "15",
            "period of the replicator dynamics from (.5, .5)",
            "41.59042158",
            lambda: replicator_period(GAME, 0.5, 0.5),
            None,
            _REPLICATOR,
        ),
        Check(
            "15",
            "largest change of the invariant over that period",
            "0",
            lambda: _drift()[0],
            None,
            _REPLICATOR,
            tolerance=1e-8,
        ),
        Check("15", "distance from the start after it", "0", lambda: _drift()[1], None, _REPLICATOR, tolerance=1e-6),
        Check(
            "15",
            "speed of imitators, b - K m = .4, temperature 2: .4 tanh(1/4)",
            "0.0979674650",
            lambda: 0.4 * tanh(0.25),
            _speed_of_imitation,
            "Traulsen2006",
        ),
    ]


def _drift() -> tuple[float, float]:
    """Return how much the invariant changes over a period, and how far from its start the path then is.

    The path is that of the two shares themselves, not of their log odds, in which the period is found.
    """
    period = replicator_period(GAME, 0.5, 0.5)
    path = solve_ivp(lambda _, at: replicator_flow(GAME, *at), (0.0, period), (0.5, 0.5), rtol=1e-11, atol=1e-13)
    kept = [replicator_invariant(GAME, *at) for at in path.y.T]
    return float(np.ptp(kept)), float(np.abs(path.y[:, -1] - 0.5).max())


def _speed_of_imitation(effort: Effort) -> Sample:
    """Return by how much the share that acts grows in a round, over x (1 - x).

    Half comply always (threshold below the belief), half act. Given the share, its expected change in a round of N
    agents is x (1 - x) N/(N - 1) E tanh(payoff/(2 T)): acting pays 1 or, watched, -1, complying 0. So changes less that
    are a martingale, and their sum is compared.
    """
    count = effort.agents
    values: Values = {
        **UNTOLD,
        "agents.decision": "imitator",
        "agents.imitator": {"window": 1, "temperature": 2.0},
        "agents.imitator.threshold": {"distribution": "uniform"},
        "agents.beliefs.mean": 0.5,
        "regime.schedule.rate": 0.3,
        "regime.response.penalty": 2.0,
        "regime.detector.hit_rate": 1.0,
        "regime.response.rotation": 0.0,
        "society.graph": "complete",
        "agents.count": count,
        "run.episodes": 21,
    }
    run = simulate(scenario_of(values), seed=effort.seed, replicates=effort.replicates, record="agents")
    shares = agents_of(run)["acted"].mean(axis=2)
    room = (shares[:, :-1] * (1.0 - shares[:, :-1])).sum(axis=1) * count / (count - 1)
    moved = shares[:, -1] - shares[:, 0]
    speed = 0.4 * tanh(0.25)
    # Each replicate's deviation is a sum of martingale differences; the ratio of means is compared by them.
    luck = mean_sample(moved - speed * room)
    return Sample(speed + luck.estimate / room.mean(), luck.error / room.mean(), luck.degrees)


# 16


def _beliefs() -> list[Check]:
    return [
        Check(
            "16",
            "belief of Beta(1, 9) after 3 watched episodes of 20",
            "0.1333333333",
            lambda: beta_mean(1.0, 9.0, 3.0, 20.0),
            _counted_beliefs,
        ),
        Check(
            "16",
            "belief that all come to share, from (1, 0, 0)",
            "0.4",
            lambda: float(averaged_beliefs(TRUST, np.array([1.0, 0.0, 0.0]), 400)[0]),
            _shared_belief,
            _DEGROOT,
            tolerance=1e-9,
        ),
        Check(
            "16",
            "the first agent's influence",
            "0.4",
            lambda: float(influence(TRUST)[0]),
            None,
            _DEGROOT,
            tolerance=1e-12,
        ),
    ]


def _counted_beliefs(effort: Effort) -> Sample:
    """Return what those believe, in a run, who were watched in 3 of 20 episodes: all the same."""
    values: Values = {
        "agents.decision": "compliant",
        "agents.beliefs": {"mean": 0.1, "strength": 10.0, "feedback": "full"},
        "regime.schedule.rate": 0.15,
        "agents.count": 200,
        "run.episodes": 21,
    }
    found = agents_of(simulate(scenario_of(values), seed=effort.seed, replicates=1, record="agents"))
    counted = found["watched"][0, :20].sum(axis=0)
    believed = found["belief"][0, 20, counted == 3]
    middle = 0.5 * float(believed.max() + believed.min())
    return Sample(middle, reach=0.5 * float(np.ptp(believed)) + 1e-12)


def _shared_belief(effort: Effort) -> Sample:
    """Return what three agents come to believe who begin with (.9, .1, .1), on the scale on which that is (1, 0, 0)."""
    groups = [
        {"name": f"agent {number}", "share": 1.0 / 3.0, "set": {"agents.beliefs.mean": mean}}
        for number, mean in enumerate((0.9, 0.1, 0.1))
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trust.graphml"
        path.write_text(_TRUST_GRAPH, encoding="utf-8")
        values: Values = {
            "agents.decision": "compliant",
            "agents.count": 3,
            "agents.groups": groups,
            "agents.assignment": "in_order",
            "society.graph": "file",
            "society.path": str(path),
            "society.social_learning": 1.0,
            "run.episodes": 400,
            "agents.beliefs": {"mean": 0.5, "strength": 5.0, "feedback": "none"},
        }
        found = agents_of(simulate(scenario_of(values), seed=effort.seed, replicates=1, record="agents"))
    believed = (found["belief"][0, -1] - 0.1) / 0.8
    return Sample(float(believed.mean()), reach=0.5 * float(np.ptp(believed)) + 1e-9)
