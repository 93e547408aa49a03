"""A scenario made ready to run: what all its replicates share."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

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
    """A scenario with what all its replicates share; what only some engines ask for is made when it is asked for.

    Attributes
    ----------
    scenario : the scenario, with capabilities written out that are the same for all and do not grow
    settings, mechanisms, stakes, schedule : plain numbers
    kinds : what the agents of each group have in common
    plans : where the losses of the basic model come from
    is_basic : whether the basic model has all that the scenario needs
    always_solved : whether plans are solved one by one where sheets of losses would serve (`simulation.full_plans`)
    plans_move : whether beliefs move, so that plans must be made anew in each episode
    chosen_mechanisms, chosen_schedule : what takes the place of the scenario's own once an overseer has chosen
    """

    scenario: Scenario
    settings: Settings
    plans: Plans
    is_basic: bool
    always_solved: bool = False
    chosen_mechanisms: Mechanisms | None = None
    chosen_schedule: Schedule | None = None

    @cached_property
    def mechanisms(self) -> Mechanisms:
        """Mechanisms beyond the basic model."""
        return self.chosen_mechanisms or mechanisms_of(self.scenario)

    @cached_property
    def kinds(self) -> tuple[Kind, ...]:
        """What the agents of each group have in common."""
        return tuple(kind_of(group) for group in self.scenario.group_scenarios)

    @cached_property
    def stakes(self) -> Stakes:
        """The stakes as planners take them."""
        return stakes_of(self.scenario, self.settings)

    @cached_property
    def schedule(self) -> Schedule:
        """When the overseer watches."""
        return self.chosen_schedule or schedule_of(self.scenario)

    @cached_property
    def plans_move(self) -> bool:
        """Whether the beliefs of any agent move."""
        return any(beliefs_move(group) for group in self.scenario.group_scenarios)


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
    settings = settings_of(scenario)
    basic = is_basic(scenario) and not always_full
    return Prepared(scenario, settings, plans_of(scenario, settings) if basic else NO_PLANS, basic, always_solved)


def beliefs_move(scenario: Scenario) -> bool:
    """Tell whether any agent's belief may change during a run of a scenario without groups."""
    beliefs, society = scenario.agents.beliefs, scenario.society
    hears = society.graph != "none" and (society.news > 0.0 or society.social_learning > 0.0)
    is_finite = not (isinstance(beliefs.strength, float) and math.isinf(beliefs.strength))
    return is_finite and (beliefs.feedback != "none" or hears)
