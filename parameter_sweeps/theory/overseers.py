"""Results 11 and 12: games of watching and acting, and what deters."""

from __future__ import annotations

from functools import partial

from models.literature import (
    InspectionGame,
    commitment_payoff,
    committed_rate,
    deterrent_penalty,
    inspection_equilibrium,
    weighted_deterrence_threshold,
)
from models.perception import weighted_probability
from parameter_sweeps.one_shot_game import OneShotGame, one_shot_game
from parameter_sweeps.theory.checks import Check, Sample
from parameter_sweeps.theory.probing import (
    UNTOLD,
    Values,
    exact_boundary,
    is_met,
    is_unwatched_met,
    measured,
    scenario_of,
    share_of_acts,
    simulated_boundary,
    valued,
)
from simulation.valuation import strategy_values

GAME = InspectionGame(
    temptation=1.0, penalty=3.0, hit_rate=1.0, clawback=1.0, harm=1.0, recovery=0.7, monitoring_cost=0.1
)
#: The same game as a scenario: no foresight, no cue, no modification.
INSPECTED: Values = {
    "agents.foresight": 0.0,
    "agents.cue.discrimination": 0.0,
    "overseer.recovery": 0.7,
    "overseer.monitoring_cost": 0.1,
    "regime.detector.hit_rate": 1.0,
    "regime.response.penalty": 3.0,
    "regime.response.clawback": 1.0,
    "regime.response.rotation": 0.0,
    "run.episodes": 20,
}
_RATE, _PENALTY = "regime.schedule.rate", "regime.response.penalty"
_AVENHAUS, _BECKER, _PRELEC = "Avenhaus2002", "Becker1968", "Prelec1998"


def results() -> list[Check]:
    """Return the checks of results 11 and 12."""
    return [*_inspection(), *_nash(), *_commitment(), *_deterrence()]


def _inspection() -> list[Check]:
    mixed: Values = {**INSPECTED, "regime.schedule": {"kind": "equilibrium"}}
    return [
        Check(
            "11",
            "inspection rate in equilibrium",
            "0.25",
            lambda: inspection_equilibrium(GAME)[0],
            lambda _: Sample(strategy_values(scenario_of(mixed)).belief, reach=1e-9),
            _AVENHAUS,
            tolerance=1e-12,
        ),
        Check(
            "11",
            "violation rate in equilibrium: 1/7",
            "0.1428571429",
            lambda: inspection_equilibrium(GAME)[1],
            lambda effort: share_of_acts(effort, 1.0 / 7.0, mixed),
            _AVENHAUS,
        ),
        Check(
            "11",
            "the overseer's payoff in equilibrium",
            "-0.1428571429",
            lambda: inspection_equilibrium(GAME)[2],
            lambda effort: measured(effort, "overseer_utility", mixed),
            _AVENHAUS,
        ),
    ]


def _nash() -> list[Check]:
    def found(place: int) -> float | None:
        equilibria = support_equilibria(one_shot_game(scenario_of(INSPECTED)))
        return None if equilibria is None else equilibria[0][place]

    what = ("inspection rate", "violation rate", "the overseer's payoff")
    printed = ("0.25", "0.1428571429", "-0.1428571429")
    return [
        Check(
            "11",
            f"{name} by support enumeration of the payoff matrix (nashpy)",
            digits,
            partial(found, place),
            None,
            "nashpy",
            tolerance=5.1e-11,
        )
        for place, (name, digits) in enumerate(zip(what, printed, strict=True))
    ]


def _commitment() -> list[Check]:
    committed: Values = {**INSPECTED, "regime.schedule": {"kind": "optimal"}}
    below: Values = {**INSPECTED, _RATE: 0.25 - 1e-6}
    return [
        Check(
            "11",
            "rate that is best to announce",
            "0.25",
            lambda: committed_rate(GAME),
            lambda _: Sample(strategy_values(scenario_of(committed)).belief, reach=1e-6),
            _AVENHAUS,
            tolerance=1e-12,
        ),
        Check(
            "11",
            "violations at that rate",
            "0",
            lambda: valued(INSPECTED, {_RATE: 0.25 + 1e-9}).act_probability_unwatched,
            lambda effort: share_of_acts(effort, 0.0, committed),
            _AVENHAUS,
        ),
        Check(
            "11",
            "the overseer's payoff, committed to it",
            "-0.025",
            lambda: commitment_payoff(GAME, 0.25),
            lambda effort: measured(effort, "overseer_utility", committed),
            _AVENHAUS,
            tolerance=1e-12,
        ),
        Check(
            "11",
            "its payoff just below that rate",
            "-0.85",
            lambda: commitment_payoff(GAME, 0.25 - 1e-9),
            lambda effort: measured(effort, "overseer_utility", below),
            _AVENHAUS,
            tolerance=1e-8,
        ),
    ]


def _deterrence() -> list[Check]:
    short = (UNTOLD, {"agents.foresight": 0.0})
    weighting: Values = {
        **UNTOLD,
        "agents.foresight": 0.0,
        "agents.beliefs.weighting": 0.65,
        "stakes.scale": 0.1,
        _PENALTY: 1.0,
        "regime.detector.hit_rate": 1.0,
    }
    return [
        Check(
            "12",
            "penalty that deters without foresight and cue: b/(m tau)",
            "6.25",
            lambda: deterrent_penalty(1.0, 0.2, 0.8),
            lambda effort: simulated_boundary(effort, _PENALTY, 0.0, 20.0, is_met(1.0), *short),
            _BECKER,
            tolerance=1e-12,
        ),
        Check(
            "12",
            "the same of the planner",
            "6.25",
            lambda: exact_boundary(_PENALTY, 0.0, 20.0, lambda found: found.best == "compliant", *short),
            None,
            _BECKER,
            tolerance=1e-9,
        ),
        Check(
            "12",
            "weight of a probability of .1, alpha = .65",
            "0.1791287373",
            lambda: weighted_probability(0.1, 0.65),
            None,
            _PRELEC,
        ),
        Check(
            "12",
            "rate that deters one who weights probabilities, b/K = .1",
            "0.0271086222",
            lambda: weighted_deterrence_threshold(0.1, 1.0, 1.0, 0.65),
            lambda effort: simulated_boundary(effort, _RATE, 0.001, 0.5, is_unwatched_met, weighting),
            _PRELEC,
        ),
    ]


def support_equilibria(game: OneShotGame) -> list[tuple[float, float, float]] | None:
    """Return (P(first row), P(first column), the overseer's payoff) of each equilibrium; None without nashpy."""
    try:
        import nashpy
    except ImportError:
        return None
    solved = nashpy.Game(game.overseer_payoffs, game.agent_payoffs)
    return [
        (float(row[0]), float(column[0]), float(solved[row, column][0])) for row, column in solved.support_enumeration()
    ]
