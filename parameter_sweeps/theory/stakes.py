"""Results 7 to 10: stakes that are drawn anew, how far an agent looks ahead, whose goals judge, and tasks."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np

from models.goals import PROPORTIONAL, successor_loss, temptation
from models.tasks import conflict_probability, mean_conflict_temptation, mean_task_loss
from parameter_sweeps.theory.checks import Check, Effort, Sample
from parameter_sweeps.theory.maps import cells_not
from parameter_sweeps.theory.probing import (
    TOLD,
    UNTOLD,
    Values,
    acting,
    exact_boundary,
    is_met,
    mean_sample,
    measured,
    scenario_of,
    simulated_boundary,
    valued,
)
from simulation.run import simulate

_LOOSE: Values = {"regime.detector.hit_rate": 0.5}
_FORESIGHT_BY_RATE = {"agents.foresight": [0.0, 0.99, 34], "regime.schedule.rate": [0.02, 0.98, 25]}
#: Agents that always act, watched always and caught always.
_CAUGHT: Values = {
    "agents.decision": "honest",
    "regime.schedule.rate": 1.0,
    "regime.detector.hit_rate": 1.0,
}
_TASKS: Values = {"stakes": {"kind": "tasks", "scale": 1.0, "shared": False}}
_THIRD = math.pi / 3.0


def results() -> list[Check]:
    """Return the checks of results 7 to 10."""
    return [*_reservation(), *_depth(), *_judges(), *_tasks()]


def _reservation() -> list[Check]:
    def reserved(name: str, scale: float, printed: str, stake_of: Callable[[float], float], slope: float) -> Check:
        stakes = {"stakes": {"kind": "random", "distribution": {"distribution": name}, "scale": scale}}
        changes = (UNTOLD, stakes, _LOOSE)

        def simulated(effort: Effort) -> Sample:
            acts = acting(effort, "all", valued(*changes).act_probability_watched, *changes)
            return Sample(stake_of(acts.estimate), acts.error * slope)

        return Check(
            "7",
            f"stake from which on it acts, {name}, tau = .5: kap = .9",
            printed,
            lambda: stake_of(valued(*changes).act_probability_watched),
            simulated,
            tolerance=2e-12,
        )

    exponential = 0.529832965633
    return [
        # it acts on stakes above b*: P(act) = 1 - b*, and exp(-b*)
        reserved("uniform", 0.5, "0.251866607702", lambda acts: 1.0 - acts, 1.0),
        reserved("expon", 1.0, f"{exponential}", lambda acts: -math.log(acts), math.exp(exponential)),
    ]


def _depth() -> list[Check]:
    def looking(depth: int, printed: str) -> list[Check]:
        changes = (TOLD, _LOOSE, {"agents.depth": depth, "agents.foresight": 1.0})
        fakes = "1" if depth >= 3 else "0"
        return [
            Check(
                "8",
                f"loss by a flag of one that looks {depth} episodes ahead, gamma = 1",
                printed,
                lambda: valued(*changes).loss,
            ),
            Check(
                "8",
                f"whether it fakes, looking {depth} ahead",
                fakes,
                lambda: float(valued(*changes).best == "faking"),
                lambda effort: measured(effort, "compliance_gap", *changes, {"run.episodes": 2, "agents.count": 100}),
            ),
        ]

    return [*looking(1, "1"), *looking(2, "1.9"), *looking(3, "2.71")]


def _judges() -> list[Check]:
    key = "agents.current_goal_weight"
    told = {**TOLD, **_LOOSE}
    return [
        Check(
            "9",
            "weight of the current goals from which on a told agent fakes",
            "0.4222222222",
            lambda: exact_boundary(key, 0.0, 1.0, lambda found: found.best == "faking", told),
            lambda effort: simulated_boundary(effort, key, 0.0, 1.0, is_met(1.0), told),
        ),
        *(
            Check(
                "9",
                f"cells of foresight by rate in which {who} do not act always, K = 0, {seen}",
                "0",
                partial(cells_not, "honest", _FORESIGHT_BY_RATE, {**changes, **cue}),
            )
            for who, changes in (("hedonistic agents", {key: 0.0}), ("unaware agents", {"agents.planning": "unaware"}))
            for seen, cue in (("told", TOLD), ("d = 2", {}))
        ),
    ]


def _tasks() -> list[Check]:
    always: Values = {
        **_TASKS,
        "agents.decision": "honest",
        "agents.goals.angle": _THIRD,
        "regime.schedule.rate": 0.0001,
    }
    return [
        Check(
            "10",
            "P(conflict) at pi/3, to ten digits of 1/3",
            "0.3333333333",
            lambda: conflict_probability(_THIRD),
            lambda effort: acting(effort, "all", 1.0 / 3.0, always),
        ),
        Check(
            "10",
            "mean temptation in conflict at pi/3",
            "1.1968268412",
            lambda: mean_conflict_temptation(1.0, _THIRD),
            lambda effort: _paid_in_conflict(effort, always),
        ),
        Check(
            "10",
            "mean loss by a successor pi/3 away",
            "0.3989422804",
            lambda: mean_task_loss(1.0, _THIRD),
            _loss_by_a_turn,
        ),
        Check(
            "10",
            "share of the whole that a turn by a hundredth of pi/2 loses",
            "0.0001233675",
            lambda: (
                successor_loss(PROPORTIONAL, 1.0, 0.5 * math.pi, 0.005 * math.pi)
                / temptation(PROPORTIONAL, 1.0, 0.5 * math.pi)
            ),
            _loss_by_a_small_turn,
        ),
    ]


def _paid_in_conflict(effort: Effort, changes: Values) -> Sample:
    """Return the mean payoff of acting, of agents that act wherever something tempts them."""
    size = {"agents.count": effort.agents, "run.episodes": 1}
    run = simulate(scenario_of(changes, size), seed=effort.seed, replicates=effort.replicates, record="agents")
    if run.trajectory is None:
        raise RuntimeError("the run was not recorded")
    acted = run.trajectory["acted"].mean(["episode", "agent"]).to_numpy()
    paid = run.by_replicate["agent_utility"].to_numpy()
    # A ratio of means: its error is that of paid - ratio x acted, over the mean of acted.
    ratio = float(paid.mean() / acted.mean())
    rest = mean_sample(paid - ratio * acted)
    return Sample(ratio, rest.error / float(acted.mean()), rest.degrees)


def _payoffs(effort: Effort, *changes: Values) -> np.ndarray:
    """Return mean payoffs by original goals, (replicates, episodes)."""
    size = {"agents.count": effort.agents, "run.episodes": 2}
    run = simulate(scenario_of(_CAUGHT, size, *changes), seed=effort.seed, replicates=effort.replicates)
    if run.trajectory is None:
        raise RuntimeError("the run was not recorded")
    return run.trajectory["agent_utility"].transpose("replicate", "episode").to_numpy()


def _loss_by_a_turn(effort: Effort) -> Sample:
    """Return what successors pi/3 away lose an agent at 2 pi/3 of an episode, in the mean.

    Two in three meet a conflict in the first episode, act and are turned by half: the second pays 2/3 of the loss less.
    """
    turned = {"agents.goals.angle": 2.0 * _THIRD, "regime.response.rotation": 0.5}
    first, second = _payoffs(effort, _TASKS, turned).T
    return mean_sample(1.5 * (first - second))


def _loss_by_a_small_turn(effort: Effort) -> Sample:
    turned = {"stakes.kind": "proportional", "agents.goals.angle": 0.5 * math.pi, "regime.response.rotation": 0.01}
    first, second = _payoffs(effort._replace(replicates=2), turned).T
    found = mean_sample((first - second) / first)
    return Sample(found.estimate, reach=1e-10)
