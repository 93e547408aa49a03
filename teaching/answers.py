"""What the model answers to the exercises of the lessons: none is typed, each is found when it is asked for."""

from __future__ import annotations

from typing import Any

from models.cascades import cascade_size, conformity_fixed_points, conformity_limit
from models.literature import InspectionGame, inspection_equilibrium
from parameter_sweeps.maps import strategy_map
from parameter_sweeps.study import Study
from parameter_sweeps.theory.probing import TOLD, UNTOLD, Values, exact_boundary, valued
from simulation.valuation import StrategyValues
from teaching.exercises import Exercise

RATE, PENALTY, FORESIGHT = "regime.schedule.rate", "regime.response.penalty", "agents.foresight"
BONUS, RECKONED = "regime.response.voice.bonus", "agents.beliefs.honeypot_share"
#: Agents that look no episode ahead, and whom a flag does not change.
_SHORT_SIGHTED: Values = {FORESIGHT: 0.0, "regime.response.rotation": 0.0}
_AMNESTY: Values = {
    **TOLD,
    "regime.response.voice": {"answer_probability": 1.0, "bonus": 0.0, "gain_share": 0.0, "penalty": 0.0},
}
#: The regimes of lesson 3.
COMPARED = ("none", "random_audit", "panopticon", "announced_tiers", "covert", "honeypots", "white_box", "amnesty")


def _is(best: str) -> Any:
    return lambda found: found.best == best


def _complies(found: StrategyValues) -> bool:
    return found.best == "compliant"


def _speaks_when_watched(found: StrategyValues) -> bool:
    return found.act_probability_watched + found.comply_probability_watched < 0.5


def _one_decision() -> list[Exercise]:
    return [
        Exercise(
            "1.1",
            lambda: valued(_SHORT_SIGHTED, {PENALTY: 2.0}).threshold,
            "Without foresight, set the 1 that acting pays against what it risks: q x hit rate x penalty.",
            "Acting pays until q x 0.8 x 2 = 1: the temptation over what a certain watch would cost.",
        ),
        Exercise(
            "1.2",
            lambda: exact_boundary(PENALTY, 0.0, 50.0, _complies, _SHORT_SIGHTED, UNTOLD),
            "It cannot tell, so q is the watching rate, 0.2, whatever it sees; set 0.2 x 0.8 x penalty equal to 1.",
            "This is Becker's threshold: what is rarely found out must be punished the harder.",
        ),
        Exercise(
            "1.3",
            lambda: valued(UNTOLD).best,
            "Pretending means to behave differently when watched. Can an agent do so that cannot tell?",
            "Complying always protects its goals and never serves them: an agent that cannot tell may as well act.",
        ),
    ]


def _boundary() -> list[Exercise]:
    return [
        Exercise(
            "2.1",
            lambda: exact_boundary(FORESIGHT, 0.0, 0.99, _is("faking"), TOLD),
            "Put 0.8 and 0.2 into the last line of the proof.",
            "A sharper detector makes honesty dearer, so less foresight is enough to pretend.",
        ),
        Exercise(
            "2.2",
            lambda: exact_boundary(RATE, 0.5, 0.99, _is("honest"), TOLD),
            "Solve the last line of the proof for the rate instead of the foresight.",
            "Where nearly everything is watched, hardly an unwatched episode is left to keep one's goals for.",
        ),
        Exercise(
            "2.3",
            lambda: exact_boundary(PENALTY, 0.0, 10.0, _is("faking"), TOLD, {FORESIGHT: 0.0}),
            "Told that it is watched, it compares 1 with 0.8 x penalty; told that it is not, it acts.",
            "Fear alone makes fakers, too: an agent that looks no episode ahead pretends where being told is safe.",
        ),
    ]


def _regimes() -> list[Exercise]:
    traps: Values = {RATE: 0.5, PENALTY: 3.0, "regime.response.clawback": 0.0, "regime.detector.hit_rate": 1.0}
    return [
        Exercise(
            "3.1",
            lambda: exact_boundary(RATE, 0.0, 1.0, _complies, _SHORT_SIGHTED, UNTOLD, {PENALTY: 5.0}),
            "The agent cannot tell, so it complies from rate x 0.8 x 5 = 1 on.",
            "A penalty of 6.25 needed a rate of 0.2, one of 5 needs more: penalties and inspectors are substitutes.",
        ),
        Exercise(
            "3.2",
            lambda: exact_boundary(RECKONED, 0.0, 0.99, _is("compliant"), _SHORT_SIGHTED, TOLD, traps),
            "An episode that looks unwatched is a trap with odds 0.5 x share to 0.5; acting then pays 1 or costs 2.",
            "Every seemingly safe chance may be a trap: what deters is doubt where there was none.",
        ),
        Exercise(
            "3.3",
            widest_gap,
            "Read the figure: where is the line between watched and unwatched compliance the longest?",
            "Agents who are told when it counts comply then, and only then.",
        ),
    ]


def widest_gap() -> str:
    """Return the regime of `COMPARED` whose best rule complies most more often watched than unwatched."""
    found = strategy_map(Study.from_mapping({"name": "regimes", "base": "base", "regimes": list(COMPARED)}))
    gap = found["comply_probability_watched"] - found["comply_probability_unwatched"]
    return str(found["regime"].to_numpy()[int(gap.to_numpy().argmax())])


def _populations() -> list[Exercise]:
    return [
        Exercise(
            "4.1",
            lambda: float(cascade_size([12 if wanted == 10 else wanted for wanted in range(100)])),
            "Those who want 0, 1, ... 9 others join one after the other. Who is next, and how many are there then?",
            "One changed mind stops the cascade: the mean threshold hardly tells what a crowd does.",
        ),
        Exercise(
            "4.2",
            lambda: conformity_fixed_points(1.5, -1.2, 0.8)[1],
            "Look for the share S that repeats itself: (1.5 (2 S - 1) + 1.2)/2 = S.",
            "Below this share the crowd slides to nobody, above it to everybody.",
        ),
        Exercise(
            "4.3",
            lambda: conformity_limit(0.0, 0.3, -0.6, 0.4),
            "Weak conformity has one rest point: solve 0.3 (2 S - 1) + 0.6 = S.",
            "Where conformity is weak the start leaves no trace.",
        ),
    ]


def _mechanisms() -> list[Exercise]:
    return [
        Exercise(
            "5.1",
            lambda: exact_boundary(RATE, 0.0, 1.0, _complies, _SHORT_SIGHTED, UNTOLD, _fine(4.0)),
            "A flag takes the penalty 4 and the gain 1, and flags are certain: compare 1 with rate x 5.",
            "A higher fine needs fewer inspectors.",
        ),
        Exercise(
            "5.2",
            lambda: inspection_equilibrium(_game(monitoring_cost=0.14))[1],
            "The overseer is indifferent when what watching saves, 0.7 per violation, is what it costs.",
            "In equilibrium the agents' violations depend on what watching costs, not on what it does to agents.",
        ),
        Exercise(
            "5.3",
            lambda: exact_boundary(BONUS, 0.0, 20.0, _speaks_when_watched, _AMNESTY, {RATE: 0.5, FORESIGHT: 0.8}),
            "It gives up an unwatched future: foresight x (1 - rate) x 1, over (1 - foresight).",
            "The truth costs what the lie would have bought; more watching makes it cheaper.",
        ),
    ]


def _fine(penalty: float) -> Values:
    return {PENALTY: penalty, "regime.response.clawback": 1.0, "regime.detector.hit_rate": 1.0}


def _game(monitoring_cost: float) -> InspectionGame:
    """Return the game of lesson 5 with another cost of watching."""
    return InspectionGame(
        temptation=1.0, penalty=3.0, hit_rate=1.0, clawback=1.0, harm=1.0, recovery=0.7, monitoring_cost=monitoring_cost
    )


#: The exercises by name, in the order of the lessons.
EXERCISES = {
    exercise.name: exercise
    for exercise in (*_one_decision(), *_boundary(), *_regimes(), *_populations(), *_mechanisms())
}
