"""Whether what a scenario needs was compiled before: the first time takes a minute or two, and one likes to be told."""

from __future__ import annotations

from models.compilation import was_compiled
from models.scenario import Scenario
from models.strategies import strategy_values_of_cells
from simulation import array_engine, full_engine
from simulation.cells import basic_cells, general_values, rules_of_cell
from simulation.decision_numbers import column_of
from simulation.growth import at_birth
from simulation.mechanisms import is_basic
from simulation.valuation import has_exact_values


def is_ready_to_run(scenario: Scenario) -> bool:
    """Tell whether the loops that a run of a scenario needs were compiled before."""
    engine = array_engine if is_basic(at_birth(scenario)) else full_engine
    return was_compiled(engine.run_episodes)


def is_ready_to_value(scenario: Scenario) -> bool:
    """Tell whether the loops that strategy values of a scenario, or of its groups, need were compiled before."""
    return all(_is_ready(group) for group in scenario.group_scenarios)


def _is_ready(scenario: Scenario) -> bool:
    if not has_exact_values(scenario):
        return was_compiled(rules_of_cell) and was_compiled(full_engine.run_episodes)
    is_simple = bool(basic_cells(column_of(scenario)).all())
    return was_compiled(strategy_values_of_cells if is_simple else general_values)
