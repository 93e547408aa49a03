"""The rule that a typical agent of a scenario follows in the first episode."""

from __future__ import annotations

from collections.abc import Mapping

from models.detection import flag_probabilities
from models.outlook import UNAWARE
from models.response import guarding_cost
from models.rule_rates import Rule
from models.scenario import Scenario
from models.society import conformity_pull
from simulation.decision_numbers import median_value
from simulation.groups import kind_of
from simulation.growth import at_birth
from simulation.mechanisms import response_of


def first_rule(
    scenario: Scenario, columns: Mapping[str, float], tempted: float, loss: float, turn_loss: float, habit: float = 0.0
) -> Rule:
    """Return the rule of an agent that has the median of each parameter that is drawn.

    Parameters
    ----------
    columns
        `simulation.decision_numbers.DECISION_COLUMNS` of the agent, by name.
    tempted
        ``b``, in units of payoff.
    loss, turn_loss
        ``L``, and what a turn by voice costs, in units of payoff.
    habit
        ``H``, in units of payoff.
    """
    scenario = at_birth(scenario)
    kind, response = kind_of(scenario), response_of(scenario)._replace(penalty=columns["penalty"])
    guarding = guarding_cost(columns["terminal_guarding"], columns["angle"], response.rotation)
    return Rule(
        tempted=tempted,
        guarding=0.0 if kind.planning == UNAWARE else guarding,
        foresight=columns["foresight"],
        loss=loss,
        turn_loss=turn_loss,
        habit=habit,
        pull=_first_pull(scenario),
        weighting=median_value(scenario, "agents.beliefs.weighting"),
        rationality=median_value(scenario, "agents.rationality"),
        akrasia=median_value(scenario, "agents.akrasia"),
        detector=flag_probabilities(kind.perceived, int(columns["neighbours"])),
        response=response,
    )


def _first_pull(scenario: Scenario) -> float:
    """Return the pull of conformity in the first episode; without neighbours there is none."""
    conformity = median_value(scenario, "agents.conformity")
    if conformity == 0.0 or scenario.society.graph == "none":
        return 0.0
    return conformity_pull(conformity, scenario.society.initial_compliance)
