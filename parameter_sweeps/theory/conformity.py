"""Result 14: cascades and conformity."""

from __future__ import annotations

from models.cascades import cascade_size, conformity_fixed_points, conformity_limit
from parameter_sweeps.theory.checks import Check, Effort, Sample
from parameter_sweeps.theory.probing import UNTOLD, Values, agents_of, mean_sample, scenario_of
from simulation.run import simulate

_GRANOVETTER, _KURAN = "Granovetter1978", "Kuran1995"
#: Agents that look no episode ahead and cannot tell; goals that hardly turn, which nobody plans for, can be guarded.
_CONFORMING: Values = {
    **UNTOLD,
    "agents.foresight": 0.0,
    "agents.planning": "myopic",
    "agents.conformity": 1.0,
    "regime.schedule.rate": 0.5,
    "regime.detector.hit_rate": 1.0,
    "regime.response.rotation": 1e-9,
    "society.graph": "complete",
    "society.initial_compliance": 0.0,
}


def results() -> list[Check]:
    """Return the checks of result 14."""
    return [*_cascades(), *_conformity()]


def _cascades() -> list[Check]:
    def cascade(statement: str, printed: str, thresholds: list[int]) -> Check:
        return Check(
            "14",
            statement,
            printed,
            lambda: float(cascade_size(thresholds)),
            lambda effort: Sample(_joined(effort, thresholds)),
            _GRANOVETTER,
        )

    return [
        cascade("how many join, thresholds 0, 1, .. 99", "100", [*range(100)]),
        cascade("how many join where the threshold 1 is replaced by 2", "1", [0, 2, *range(2, 100)]),
    ]


def _joined(effort: Effort, thresholds: list[int]) -> float:
    """Return how many of a hundred agents comply in the end, each a group of its own.

    An agent complies iff S >= (1 + n)/2, n = 1 - Omega/2: iff at least k - 1/2 of 99 others do, with the Omega below.
    """
    groups = [
        {
            "name": f"wants {number}",
            "share": 0.01,
            "set": {"agents.terminal_guarding": 2.0 * (1.0 - (2.0 * (wanted - 0.5) / 99.0 - 1.0))},
        }
        for number, wanted in enumerate(thresholds)
    ]
    size = {"agents.groups": groups, "agents.assignment": "in_order", "agents.count": 100, "run.episodes": 110}
    run = simulate(scenario_of(_CONFORMING, size), seed=effort.seed, replicates=1, record="agents")
    return float(100 - agents_of(run)["acted"][0, -1].sum())


def _conformity() -> list[Check]:
    return [
        Check(
            "14",
            "number of shares that repeat themselves, r = .9",
            "1",
            lambda: float(len(conformity_fixed_points(0.9))),
            None,
            _KURAN,
        ),
        Check(
            "14",
            "number of shares that repeat themselves, r = 1.1",
            "3",
            lambda: float(len(conformity_fixed_points(1.1))),
            None,
            _KURAN,
        ),
        Check(
            "14",
            "share that complies in the end, r = .3, net temptations uniform on [-.6, .4]",
            "0.75",
            lambda: conformity_limit(0.0, 0.3, -0.6, 0.4),
            _settled,
            _KURAN,
            tolerance=1e-12,
        ),
        *(_tipped(start, printed) for start, printed in ((0.4, "0"), (0.6, "1"))),
    ]


def _settled(effort: Effort) -> Sample:
    """Return the share that complies in the end, of b = .4 and Omega/2 uniform on [0, 1]."""
    size: Values = {
        "agents.count": effort.agents,
        "agents.conformity": 0.3,
        "stakes.scale": 0.4,
        "run.episodes": 80,
        "agents.terminal_guarding": {"distribution": "uniform", "scale": 2.0},
    }
    run = simulate(scenario_of(_CONFORMING, size), seed=effort.seed, replicates=effort.replicates, record="agents")
    return mean_sample(1.0 - agents_of(run)["acted"][:, -1].mean(axis=1))


def _tipped(start: float, printed: str) -> Check:
    """Of net temptations uniform on [-1, 1], r = 1.5, 1/2 is the tipping point."""

    def simulated(effort: Effort) -> Sample:
        size: Values = {
            "agents.count": 2000,
            "agents.conformity": 1.5,
            "run.episodes": 30,
            "society.initial_compliance": start,
            "agents.terminal_guarding": {"distribution": "uniform", "scale": 4.0},
        }
        run = simulate(scenario_of(_CONFORMING, size), seed=effort.seed, replicates=2, record="agents")
        return mean_sample(1.0 - agents_of(run)["acted"][:, -1].mean(axis=1))

    return Check(
        "14",
        f"share that complies in the end, r = 1.5, begun with {start}",
        printed,
        lambda: conformity_limit(start, 1.5),
        simulated,
        _KURAN,
    )
