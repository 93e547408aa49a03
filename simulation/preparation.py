"""A scenario made ready to run: what all its replicates share."""

from __future__ import annotations

import math
from dataclasses import dataclass

from models.outlook import Stakes
from models.scenario import Scenario
from simulation.groups import Kind, kind_of
from simulation.growth import at_birth
from simulation.mechanisms import Mechanisms, is_basic, mechanisms_of
from simulation.plans import NO_PLANS, Plans, plans_of
from simulation.random_stakes import stakes_of
from simulation.settings import Settings, settings_of
from simulation.watching import Schedule, schedule_of


@dataclass(frozen=True)
class Prepared:
    """A scenario with what all its replicates share.

    Attributes
    ----------
    scenario : the scenario, with capabilities written out that are the same for all and do not grow
    settings, mechanisms, stakes, schedule : plain numbers
    kinds : what the agents of each group have in common
    plans : where the losses of the basic model come from
    is_basic : whether the basic model has all that the scenario needs
    plans_move : whether beliefs move, so that plans must be made anew in each episode
    always_solved : whether plans are solved one by one where sheets of losses would serve (`simulation.full_plans`)
    """

    scenario: Scenario
    settings: Settings
    plans: Plans
    mechanisms: Mechanisms
    kinds: tuple[Kind, ...]
    stakes: Stakes
    schedule: Schedule
    is_basic: bool
    plans_move: bool
    always_solved: bool = False


def prepare(scenario: Scenario, always_full: bool = False, always_solved: bool = False) -> Prepared:
    """Return a scenario made ready to run.

    Parameters
    ----------
    always_full : bool
        Take the loops that know every mechanism where the basic ones would do: states and choices are the same.
    always_solved : bool
        Solve the plans of these loops one by one, where sheets of losses would serve.
    """
    scenario = at_birth(scenario)
    settings, mechanisms = settings_of(scenario), mechanisms_of(scenario)
    basic = is_basic(scenario) and not always_full
    return Prepared(
        scenario,
        settings,
        plans_of(scenario, settings) if basic else NO_PLANS,
        mechanisms,
        tuple(kind_of(group) for group in scenario.group_scenarios),
        stakes_of(scenario, settings),
        schedule_of(scenario),
        basic,
        any(beliefs_move(group) for group in scenario.group_scenarios),
        always_solved,
    )


def beliefs_move(scenario: Scenario) -> bool:
    """Tell whether any agent's belief may change during a run of a scenario without groups."""
    beliefs, society = scenario.agents.beliefs, scenario.society
    hears = society.graph != "none" and (society.news > 0.0 or society.social_learning > 0.0)
    is_finite = not (isinstance(beliefs.strength, float) and math.isinf(beliefs.strength))
    return is_finite and (beliefs.feedback != "none" or hears)
