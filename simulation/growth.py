"""Capability at work: what it gives agents and overseer at the start, and as it grows."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.capability import grown_capability, ramp_value
from models.capability_parameters import Ramp
from models.compilation import compiled, compiled_loop
from models.detection import Rates, gaussian_rates
from models.detector_parameters import GaussianDetector
from models.distributions import Distribution
from models.scenario import Scenario

Floats = NDArray[np.float64]

LEVEL = "agents.capability.level"
#: Keys whose place capability may take, in the order of an agent's ramps.
RAMPED = ("agents.cue.discrimination", "agents.foresight", "agents.depth", "agents.rationality")
DISCRIMINATION, FORESIGHT, DEPTH, RATIONALITY = range(len(RAMPED))
_AT_ZERO, _AT_ONE, _EXPONENT = range(3)


class OverseerGrowth(NamedTuple):
    """Capability of the overseer at the start and its growth, the ramp of its sensitivity, and its criterion."""

    level: float
    growth: float
    at_zero: float
    at_one: float
    exponent: float
    criterion: float


def ramp_of(scenario: Scenario, key: str) -> Ramp | None:
    """Return how capability moves a parameter of agents, by its dotted key; None where it does not."""
    capability = scenario.agents.capability
    if capability is None or key not in RAMPED:
        return None
    # What a regime lets agents tell, it lets them tell however capable they are.
    if key == RAMPED[DISCRIMINATION] and scenario.regime.visibility.discrimination is not None:
        return None
    ramp: Ramp | None = getattr(capability, key.rpartition(".")[2])
    return ramp


def parameter_values(scenario: Scenario, key: str, uniforms: Callable[[str], Floats]) -> Floats:
    """Return values of a parameter of agents before the first episode, what capability gives included.

    Parameters
    ----------
    key : str
        Dotted key of a numeric parameter.
    uniforms : callable
        Uniform draws, one for each value, of the parameter with the given key.
    """
    ramp = ramp_of(scenario, key)
    if ramp is None:
        return scenario.drawn_values(key, uniforms(key))
    values = _ramped(scenario.drawn_values(LEVEL, uniforms(LEVEL)), ramp.at_zero, ramp.at_one, ramp.exponent)
    return np.floor(values + 0.5) if key == "agents.depth" else values


@compiled_loop
def _ramped(levels: Floats, at_zero: float, at_one: float, exponent: float) -> Floats:
    out = np.empty(levels.size)
    for agent in range(levels.size):
        out[agent] = ramp_value(levels[agent], at_zero, at_one, exponent)
    return out


def ramps_of(scenario: Scenario) -> Floats:
    """Return the ramps of `RAMPED`, (4, 3): values at capability 0 and 1, and exponent; NaN where there is none."""
    found = np.full((len(RAMPED), 3), np.nan)
    for row, key in enumerate(RAMPED):
        if (ramp := ramp_of(scenario, key)) is not None:
            found[row] = ramp.at_zero, ramp.at_one, ramp.exponent
    return found


def grows(scenario: Scenario) -> bool:
    """Tell whether the capability of any agent, in any group, or of the overseer grows during a run."""
    overseer = scenario.overseer.capability
    if overseer is not None and overseer.growth > 0.0:
        return True
    found = [group.agents.capability for group in scenario.group_scenarios]
    return any(capability is not None and capability.growth != 0.0 for capability in found)


def at_birth(scenario: Scenario) -> Scenario:
    """Return a scenario in which capabilities are written out as what they give at the start.

    What grows, or differs between agents, stays as it is; the overseer's sensitivity is written out in any case.
    """
    values: dict[str, object] = {}
    overseer, agents = scenario.overseer.capability, scenario.agents.capability
    if overseer is not None:
        ramp = overseer.sensitivity
        values["regime.detector.sensitivity"] = float(
            ramp_value(overseer.level, ramp.at_zero, ramp.at_one, ramp.exponent)
        )
        if overseer.growth == 0.0:
            values["overseer.capability"] = None
    is_alone = not scenario.agents.groups
    if is_alone and agents is not None and not isinstance(agents.level, Distribution) and agents.growth == 0.0:
        middle = np.array([0.5])
        for key in RAMPED:
            if ramp_of(scenario, key) is not None:
                found = float(parameter_values(scenario, key, lambda _: middle)[0])
                values[key] = int(found) if key == "agents.depth" else found
        values["agents.capability"] = None
    return scenario.with_values(values) if values else scenario


def overseer_growth(scenario: Scenario) -> OverseerGrowth:
    """Return how the overseer's capability grows; a growth of 0 where it does not."""
    capability, detector = scenario.overseer.capability, scenario.regime.detector
    if capability is None or not isinstance(detector, GaussianDetector):
        return OverseerGrowth(0.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    ramp = capability.sensitivity
    return OverseerGrowth(
        capability.level, capability.growth, ramp.at_zero, ramp.at_one, ramp.exponent, detector.criterion
    )


@compiled
def grown_rates(rates: Rates, growth: OverseerGrowth, episode: int) -> Rates:
    """Return the rates of a detector in an episode, as the overseer's capability has grown."""
    if growth.growth <= 0.0:
        return rates
    capability = grown_capability(growth.level, growth.growth, episode)
    sensitivity = ramp_value(capability, growth.at_zero, growth.at_one, growth.exponent)
    hit_rate, false_alarm_rate = gaussian_rates(sensitivity, growth.criterion)
    return Rates(
        hit_rate, false_alarm_rate, rates.unwatched_hit_rate, rates.peer_report_rate, rates.probe_hit_rate,
        rates.probe_false_alarm_rate,
    )  # fmt: skip


@compiled
def ramped_value(ramps: Floats, row: int, capability: float, present: float) -> float:
    """Return a parameter of `RAMPED` at a capability; the present value where there is no ramp.

    Parameters
    ----------
    ramps : array, (4, 3)
        As `ramps_of` gives them.
    """
    if np.isnan(ramps[row, _AT_ZERO]):
        return present
    return ramp_value(capability, ramps[row, _AT_ZERO], ramps[row, _AT_ONE], ramps[row, _EXPONENT])


@compiled
def ramped_depth(ramps: Floats, capability: float, present: int) -> int:
    """Return the depth of planning at a capability, rounded to whole episodes."""
    if np.isnan(ramps[DEPTH, _AT_ZERO]):
        return present
    return int(ramped_value(ramps, DEPTH, capability, 0.0) + 0.5)
