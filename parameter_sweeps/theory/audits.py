"""Results 18 and 19: what an overseer lets agents tell, and whom it audits."""

from __future__ import annotations

import numpy as np

from models.literature import audit_catch_probability, hiding_gain, persuasion_compliance
from parameter_sweeps.theory.checks import Check, Effort, Sample
from parameter_sweeps.theory.probing import (
    TOLD,
    UNTOLD,
    Values,
    agents_of,
    exact_boundary,
    is_unwatched_met,
    scenario_of,
    share_of_acts,
    share_sample,
    simulated_boundary,
)
from simulation.run import simulate

_RATE, _PERSUASION = "regime.schedule.rate", "KamenicaGentzkow2011"
#: Without foresight and modification; q* = b/(tau F) = .5.
_HALF: Values = {
    "agents.foresight": 0.0,
    "regime.detector.hit_rate": 1.0,
    "regime.response.penalty": 2.0,
    "regime.response.rotation": 0.0,
}


def results() -> list[Check]:
    """Return the checks of results 18 and 19."""
    return [*_persuasion(), *_audits()]


def _persuasion() -> list[Check]:
    signal: Values = {**_HALF, **UNTOLD, _RATE: 0.3, "regime.visibility.signal": "persuasive", "run.episodes": 20}
    return [
        Check(
            "18",
            "compliance under the best signal, m = .3, q* = .5",
            "0.6",
            lambda: persuasion_compliance(0.3, 0.5),
            lambda effort: _complied(effort, 0.6, signal),
            _PERSUASION,
            tolerance=1e-12,
        ),
        *(_hiding(rate, printed) for rate, printed in ((0.49, "-0.49"), (0.51, "0.49"))),
        Check(
            "18",
            "rate from which on hiding the watching helps: q*",
            "0.5",
            lambda: exact_boundary(
                _RATE, 0.05, 0.95, lambda found: found.act_probability_unwatched == 0.0, _HALF, UNTOLD
            ),
            lambda effort: simulated_boundary(effort, _RATE, 0.05, 0.95, is_unwatched_met, _HALF, UNTOLD),
            _PERSUASION,
            tolerance=1e-9,
        ),
    ]


def _hiding(rate: float, printed: str) -> Check:
    def simulated(effort: Effort) -> Sample:
        changes: Values = {**_HALF, _RATE: rate, "run.episodes": 20}
        told = _complied(effort, rate, changes, TOLD)
        hidden = _complied(effort, float(rate > 0.5), changes, UNTOLD)
        return Sample(hidden.estimate - told.estimate, told.error)

    return Check(
        "18",
        f"compliance that hiding the watching adds, m = {rate}, q* = .5",
        printed,
        lambda: hiding_gain(rate, 0.5),
        simulated,
        _PERSUASION,
        tolerance=1e-12,
    )


def _audits() -> list[Check]:
    return [
        Check(
            "19",
            "one attacker among the 3 of 100 with the highest scores, its own shifted by 1",
            "0.1811010284",
            lambda: audit_catch_probability(100, 3, 1.0),
            _drawn_scores,
        ),
        Check(
            "19",
            "the same at random",
            "0.03",
            lambda: audit_catch_probability(100, 3, 0.0),
            _audited_at_random,
            tolerance=1e-12,
        ),
    ]


def _drawn_scores(effort: Effort) -> Sample:
    """Return how often an attacker is caught, of scores that are drawn: a schedule's own luck is Gumbel, not normal."""
    random = np.random.default_rng(effort.seed)
    trials, caught = 100 * effort.agents, 0
    for _ in range(20):
        scores = random.standard_normal((trials // 20, 99))
        third = np.partition(scores, 96, axis=1)[:, 96]
        caught += int((random.standard_normal(trials // 20) + 1.0 > third).sum())
    return share_sample(caught, trials, audit_catch_probability(100, 3, 1.0))


def _audited_at_random(effort: Effort) -> Sample:
    """Return how often the first agent of a hundred is among three that are drawn, in a run."""
    built = scenario_of(
        {"regime.schedule": {"kind": "budget", "share": 0.03}, "agents.count": 100, "run.episodes": 100}
    )
    run = simulate(built, seed=effort.seed, replicates=effort.replicates, record="agents")
    watched = agents_of(run)["watched"][:, :, 0]
    return share_sample(int(watched.sum()), watched.size, 0.03)


def _complied(effort: Effort, probability: float, *changes: Values) -> Sample:
    """Return the share of episodes complied in."""
    acts = share_of_acts(effort, 1.0 - probability, *changes)
    return Sample(1.0 - acts.estimate, acts.error, acts.degrees, acts.reach)
