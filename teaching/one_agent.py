"""One agent of a world as a scenario of its own, to be explained and to be found on the strategy map.

What an agent decides rests on its own numbers, on its belief and on what follows a flag; who else is watched does not
enter. So the schedule may be written as a constant one that gives this agent its present rate and penalty.
"""

from __future__ import annotations

import json
import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from models.outlook import ENDLESS
from models.perception import GAUSSIAN
from models.scenario import Scenario
from simulation.cells import best_classes
from simulation.decision_numbers import DECISION_COLUMNS, column_of, exact_stakes
from simulation.explanation import explain
from simulation.growth import at_birth
from simulation.valuation import StrategyValues, strategy_values
from simulation.wording import WIDTH

if TYPE_CHECKING:
    from simulation.mesa_agent import ComplianceAgent

#: Points along each side of the map, and its ends.
POINTS = 41
FORESIGHTS, BELIEFS = (0.0, 0.98), (0.01, 0.99)

#: Blanks before the items of a list in an explanation.
_ITEM = 2

Run = tuple[int, int, int, int]


def agent_scenario(agent: ComplianceAgent) -> Scenario:
    """Return a scenario all of whose agents are as this one is now: its goals, its numbers, and its belief."""
    model = agent.model
    whole: Scenario = model.run_scenario
    scenario = at_birth(whole.group_scenarios[agent.group] if whole.agents.groups else whole)
    values: dict[str, object] = {
        "agents.goals": {"angle": agent.angle},
        "agents.foresight": agent.foresight,
        "agents.depth": math.inf if agent.depth == ENDLESS else agent.depth,
        "agents.rationality": agent.rationality,
        "agents.akrasia": agent.akrasia,
        "agents.terminal_guarding": agent.terminal_guarding,
        "agents.current_goal_weight": agent.goal_weight,
        "agents.conformity": agent.conformity,
        "agents.beliefs.weighting": agent.weighting,
        "agents.beliefs.honeypot_share": agent.reckoned_honeypots,
        "agents.beliefs.mean": min(max(agent.belief, 1e-9), 1.0 - 1e-9),
        "agents.beliefs.strength": math.inf,
        "agents.capability": None,
        "regime.schedule": {"kind": "constant", "rate": agent.watch_rate},
        "regime.response.penalty": agent.response.penalty,
        "society": {"graph": "none"} if agent.pull == 0.0 and not agent.neighbours else whole.society.model_dump(),
    }
    return scenario.with_values(values | _cue(agent, scenario))


def _cue(agent: ComplianceAgent, scenario: Scenario) -> dict[str, object]:
    """Return the quality of an agent's own cue, where it is neither set by the regime nor told for certain."""
    if scenario.regime.visibility.discrimination is not None:
        return {}
    if agent.cue_kind == GAUSSIAN:
        return {"agents.cue.discrimination": agent.quality}
    return {"agents.cue.accuracy": agent.quality} if scenario.agents.cue.kind == "binary" else {}


@lru_cache(maxsize=256)
def _explained(written: str) -> str:
    return unwrapped(explain(Scenario.from_mapping(json.loads(written))).text())


def unwrapped(text: str) -> str:
    """Return wrapped sentences as one line each, for a page of any width.

    An indented line goes on where it is indented further; another where its next word would not have fitted into it.
    """
    lines: list[str] = []
    last = ""
    for line in text.splitlines():
        indent = len(line) - len(line.lstrip())
        is_full = bool(last.strip() and line.strip()) and len(last) + 1 + len(line.split()[0]) > WIDTH
        if lines and (indent > _ITEM or (indent == 0 and is_full)):
            lines[-1] += " " + line.strip()
        else:
            lines.append(line)
        last = line
    return "\n".join(lines)


def explanation_of(scenario: Scenario) -> str:
    """Return the decision of an agent in words and numbers, with what would change its mind, which may take seconds."""
    return _explained(_written(scenario))


def values_of(scenario: Scenario) -> StrategyValues:
    """Return what each kind of rule is worth to the agent of a scenario; it takes milliseconds."""
    return _valued(_written(scenario))


@lru_cache(maxsize=256)
def _valued(written: str) -> StrategyValues:
    return strategy_values(Scenario.from_mapping(json.loads(written)), "exact")


def strategy_map_of(scenario: Scenario) -> list[Run]:
    """Return which class is best over an agent's foresight (across) and its belief that it is watched (up).

    Returns
    -------
    list of (row, first, last, class)
        Cells of one class next to each other in a row, from `first` up to, but not including, `last`; rows count from
        the lowest belief; a code of `models.strategies.CLASS_NAMES`.
    """
    return _mapped(_written(scenario.with_values({"agents.foresight": 0.5, "agents.beliefs.mean": 0.5})))


@lru_cache(maxsize=256)
def _mapped(written: str) -> list[Run]:
    scenario = Scenario.from_mapping(json.loads(written))
    columns = np.repeat(column_of(scenario), POINTS * POINTS, axis=1)
    columns[DECISION_COLUMNS.index("belief")] = np.repeat(np.linspace(*BELIEFS, POINTS), POINTS)
    columns[DECISION_COLUMNS.index("foresight")] = np.tile(np.linspace(*FORESIGHTS, POINTS), POINTS)
    # what each class is worth is not asked for: with speaking up that would take a hundred times as long
    best = best_classes(columns, exact_stakes(scenario)).reshape(POINTS, POINTS)
    return [run for row, codes in enumerate(best.tolist()) for run in _runs(row, codes)]


def _runs(row: int, codes: list[int]) -> list[Run]:
    """Return the runs of equal codes in one row."""
    starts = [0] + [place for place in range(1, len(codes)) if codes[place] != codes[place - 1]]
    ends = [*starts[1:], len(codes)]
    return [(row, first, last, codes[first]) for first, last in zip(starts, ends, strict=True)]


def _written(scenario: Scenario) -> str:
    return json.dumps(_plain(scenario.model_dump()), sort_keys=True)


def _plain(value: Any) -> Any:
    """Return a value as a scenario's file has it: infinities are written as such by json."""
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    return value
