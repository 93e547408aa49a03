"""A scenario made ready to run: what all its replicates share."""

from __future__ import annotations

import math
from dataclasses import dataclass

from models.outlook import Stakes
from models.scenario import Scenario
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
    settings, mechanisms, stakes, schedule : plain numbers
    plans : where the losses of the basic model come from
    is_basic : whether the basic model has all that the scenario needs
    plans_move : whether beliefs move, so that plans must be made anew in each episode
    """

    scenario: Scenario
    settings: Settings
    plans: Plans
    mechanisms: Mechanisms
    stakes: Stakes
    schedule: Schedule
    is_basic: bool
    plans_move: bool


def prepare(scenario: Scenario, always_full: bool = False) -> Prepared:
    """Return a scenario made ready to run.

    Parameters
    ----------
    always_full : bool
        Take the loops that know every mechanism where the basic ones would do: states and choices are the same.
    """
    settings, mechanisms = settings_of(scenario), mechanisms_of(scenario)
    basic = is_basic(scenario) and not always_full
    return Prepared(
        scenario,
        settings,
        plans_of(scenario, settings) if basic else NO_PLANS,
        mechanisms,
        stakes_of(scenario, settings),
        schedule_of(scenario),
        basic,
        beliefs_move(scenario),
    )


def beliefs_move(scenario: Scenario) -> bool:
    """Tell whether any agent's belief may change during a run."""
    beliefs, society = scenario.agents.beliefs, scenario.society
    hears = society.graph != "none" and (society.news > 0.0 or society.social_learning > 0.0)
    is_finite = not (isinstance(beliefs.strength, float) and math.isinf(beliefs.strength))
    return is_finite and (beliefs.feedback != "none" or hears)
