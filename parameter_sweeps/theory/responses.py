"""Results 13, 17 and 20: escalating audits, honeypots, amnesty, and reward for complying."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from models.escalation import escalated_compliance_share, escalation_limit, second_group_rate
from parameter_sweeps.theory.checks import Check, Effort, Sample
from parameter_sweeps.theory.probing import (
    TOLD,
    UNTOLD,
    Values,
    agents_of,
    discounted_worth,
    exact_boundary,
    is_unwatched_met,
    mean_sample,
    scenario_of,
    simulated_boundary,
    valued,
)
from parameter_sweeps.theory.value_iteration import greenberg_rate, harrington_limit
from simulation.run import simulate

_HARRINGTON, _GREENBERG = "Harrington1988", "Greenberg1984"
_BONUS = "regime.response.voice.bonus"
_VOICE: Values = {"regime.response.voice": {"answer_probability": 1.0, "bonus": 0.0, "gain_share": 0.0, "penalty": 0.0}}
#: The published numbers of two-group enforcement: p1, p2, F1, F2, u, gamma.
_ESCALATION = (0.1, 0.5, 0.0, 1.0, 0.5, 0.9)
_TWO_GROUPS = [
    {"rate": 0.1, "penalty": 0.0, "move_if_caught": 1.0, "to": 1},
    {"rate": 0.5, "penalty": 1.0, "move_if_complied": 0.5, "to": 0},
]


def results() -> list[Check]:
    """Return the checks of results 13, 17 and 20."""
    return [*_escalation(), *_honeypots(), *_amnesty(), *_reward()]


def _escalation() -> list[Check]:
    return [
        Check(
            "13",
            "largest temptation kept down in the second of two groups",
            "1.0921052632",
            lambda: escalation_limit(*_ESCALATION),
            None,
            _HARRINGTON,
        ),
        Check(
            "13",
            "that temptation by value iteration",
            "1.0921052632",
            lambda: harrington_limit(*_ESCALATION),
            None,
            _HARRINGTON,
        ),
        Check(
            "13",
            "share of episodes complied in under it",
            "0.2857142857",
            lambda: escalated_compliance_share(0.1, 0.5, 0.5),
            _complied_in_second_group,
            _HARRINGTON,
        ),
        Check(
            "13",
            "least rate that keeps the second of three groups honest, gain lost with a flag",
            "0.0705995446",
            lambda: second_group_rate(1.0, 1.0, 1.0, 0.05, 0.95),
            None,
            _GREENBERG,
        ),
        Check(
            "13",
            "that rate by value iteration",
            "0.0705995446",
            lambda: greenberg_rate(1.0, 2.0, 0.05, 0.95),
            None,
            _GREENBERG,
        ),
    ]


def _complied_in_second_group(effort: Effort) -> Sample:
    """Return the share complied in by agents who do so in the second group alone, once the groups are settled.

    They take the rate for 1/2, so that F_2/2 deters them and F_1 does not; after 60 episodes the share of the second
    group is within .65^60 of its limit.
    """
    values: Values = {
        **UNTOLD,
        "agents.foresight": 0.0,
        "agents.beliefs.mean": 0.5,
        "stakes.scale": 0.4,
        "regime.detector.hit_rate": 1.0,
        "regime.response.rotation": 0.0,
        "regime.schedule": {"kind": "escalating", "rows": _TWO_GROUPS},
        "agents.count": effort.agents // 4,
        "run.episodes": 160,
    }
    run = simulate(scenario_of(values), seed=effort.seed, replicates=effort.replicates, record="agents")
    return mean_sample(1.0 - agents_of(run)["acted"][:, 60:].mean(axis=(1, 2)))


def _honeypots() -> list[Check]:
    values: Values = {
        **TOLD,
        "agents.foresight": 0.0,
        "regime.schedule.rate": 0.5,
        "regime.response.penalty": 2.0,
        "regime.response.clawback": 1.0,
        "regime.detector.hit_rate": 1.0,
    }
    # h K >= r b with h = m hp, r = 1 - m: hp = .5 b/(.5 K).
    believed = "agents.beliefs.honeypot_share"
    return [
        Check(
            "17",
            "share of honeypots that deters real chances, m = .5, K = 2, b = 1: r b/(m K)",
            "0.5",
            lambda: exact_boundary(believed, 0.0, 0.99, lambda found: found.act_probability_unwatched == 0.0, values),
            lambda effort: simulated_boundary(effort, believed, 0.0, 0.99, is_unwatched_met, values),
            tolerance=1e-9,
        )
    ]


def _amnesty() -> list[Check]:
    def watched_speaks(found: Any) -> bool:
        return bool(found.act_probability_watched + found.comply_probability_watched < 0.5)

    def unwatched_speaks(found: Any) -> bool:
        return bool(found.act_probability_unwatched + found.comply_probability_unwatched < 0.5)

    def speaks(statement: str, printed: str, holds: Any, seen: Any, *changes: Values) -> Check:
        return Check(
            "17",
            statement,
            printed,
            lambda: exact_boundary(_BONUS, 0.0, 20.0, holds, TOLD, _VOICE, *changes),
            lambda effort: simulated_boundary(effort, _BONUS, 0.0, 20.0, seen, TOLD, _VOICE, *changes),
            tolerance=1e-9,
        )

    more: Values = {"regime.schedule.rate": 0.4}
    return [
        speaks(
            "bonus from which on a watched faker speaks up: gamma (1 - m) b/(1 - gamma)",
            "7.2",
            watched_speaks,
            _some_speak,
        ),
        speaks("the same with more watching, m = .4", "5.4", watched_speaks, _some_speak, more),
        speaks("bonus from which on an unwatched one does: b/(1 - gamma)", "10", unwatched_speaks, _all_speak),
        Check(
            "17",
            "bonus that makes speaking always worth as much as faking: (1 - m) b/(1 - gamma)",
            "8",
            lambda: valued(TOLD).values["faking"],
            partial(_worth_of_speaking, bonus=8.0),
        ),
    ]


def _some_speak(found: Any) -> bool:
    return bool(found["voice_rate"] > 0.0)


def _all_speak(found: Any) -> bool:
    return bool(found["voice_rate"] == 1.0)


def _worth_of_speaking(effort: Effort, bonus: float) -> Sample:
    """Return what agents get, by their original goals, who always speak up: once the bonus, then they are converted."""
    return discounted_worth(effort._replace(replicates=2), {"agents.decision": "honest"}, _VOICE, {_BONUS: bonus})


def _reward() -> list[Check]:
    rewarded: Values = {"regime.response.rotation_when_complying": 1.0, "regime.detector.hit_rate": 1.0}
    random = np.random.default_rng(20)
    tried = [
        {
            **rewarded,
            "regime.schedule.rate": float(random.uniform(0.05, 0.9)),
            "regime.response.penalty": float(random.uniform(0.0, 3.0)),
            "agents.cue.discrimination": float(random.uniform(0.2, 3.0)),
        }
        for _ in range(200)
    ]

    def differing_thresholds() -> float:
        far, near = (
            [valued(values, {"agents.foresight": gamma}).threshold for values in tried] for gamma in (0.95, 0.0)
        )
        return float(np.sum(~np.isclose(far, near, rtol=1e-9)))

    def differing_choices(effort: Effort) -> Sample:
        size = {"agents.count": effort.agents, "run.episodes": 1}
        worlds = [
            agents_of(simulate(scenario_of(values, size, {"agents.foresight": gamma}), effort.seed, 1, record="agents"))
            for values in tried[:10]
            for gamma in (0.95, 0.0)
        ]
        pairs = zip(worlds[::2], worlds[1::2], strict=True)
        return Sample(float(sum((far["acted"] != near["acted"]).sum() for far, near in pairs)))

    return [
        Check(
            "20",
            "parameter sets of 200 whose q* depends on foresight, eta_c = eta = 1, tau = 1",
            "0",
            differing_thresholds,
            differing_choices,
        ),
    ]
