"""Scenarios that are accepted and really run: parameters at the ends of what the table of parameters admits."""

from __future__ import annotations

import math
import warnings
from functools import lru_cache
from typing import Any

import numpy as np
from hypothesis import strategies as st

from models.parameter_table import declarations
from models.refusals import InputError
from models.scenario import Scenario
from simulation.preparation import prepare
from simulation.replicates import array_world
from tests.fuzzing.guard import guarded
from tests.fuzzing.hostile import NUMBERS
from tests.fuzzing.targets import Target
from tests.simulation.test_full_engines_agree import EVERYTHING, QUICK, STAKES, assert_worlds_agree, worlds

#: What says how long a run is, and what would make another loop of it.
_KEPT = (
    "agents.count",
    "run.",
    "society.graph",
    "agents.groups",
    "agents.learner",
    "agents.imitator",
    "agents.capability",
)
_SMALL = {"agents.count": 6, "run.episodes": 2, "society.neighbours": 2, "run.replicates": 1}


def fuzzed_keys() -> list[str]:
    """Return the keys of numbers that may be pushed to the ends of their ranges."""
    return [
        key
        for key, declared in declarations(Scenario).items()
        if declared.parameter.numeric and "[]" not in key and not key.startswith(_KEPT)
    ]


def ends_of(key: str) -> list[float]:
    """Return the least and largest values that the table of parameters admits at a key, and some next to them."""
    parameter = declarations(Scenario)[key].parameter
    inside = [parameter.lower, parameter.upper, 0.5 * (parameter.lower + parameter.upper)]
    near = [math.nextafter(inside[0], math.inf), math.nextafter(inside[1], -math.inf)]
    found = [value for value in (*inside, *near, *NUMBERS) if isinstance(value, int | float)]
    # a census of noisy agents takes a time that grows with the square of it, unless it is infinite
    is_slow = key.endswith(("discrimination", "sensitivity"))
    return [value for value in found if not is_slow or value == math.inf or not value > 100]


@st.composite
def extreme(draw: st.DrawFn) -> dict[str, Any]:
    """Draw changes of a scenario with every mechanism on: some keys at values that are hard to reckon with."""
    keys = draw(st.lists(st.sampled_from(fuzzed_keys()), min_size=1, max_size=4, unique=True))
    changes: dict[str, Any] = {"stakes": draw(st.sampled_from([*STAKES.values()]))}
    return changes | {key: draw(st.sampled_from(ends_of(key))) for key in keys}


@lru_cache
def warmed_up() -> Scenario:
    """Return the scenario that is changed, once its loops are compiled: that takes minutes, and is no hang."""
    base = Scenario().with_values(EVERYTHING | QUICK | _SMALL)
    for stakes in STAKES.values():
        assert_worlds_agree(*worlds(base.with_values({"stakes": stakes}), always_full=True), 1)
    return base


def check_run(changes: dict[str, Any]) -> None:
    """A scenario is refused, or both engines run it to the same bits, with shares in [0, 1] and no NaN in states."""
    base = warmed_up()
    try:
        scenario = base.with_values(changes)
    except InputError:
        return
    # loops may overflow to infinity, which numpy tells of where they are not compiled
    with warnings.catch_warnings(), guarded(computes=True):
        warnings.simplefilter("ignore", RuntimeWarning)
        prepared = prepare(scenario, always_full=True)
        assert_worlds_agree(*worlds(scenario, always_full=True), scenario.run.episodes)
        array = array_world(prepared, 1, 0, 0)
        array.advance(0, scenario.run.episodes)
    for name in ("angle", "habit", "pull"):
        assert not np.isnan(getattr(array.world, name)).any(), (name, changes)
    assert ((array.world.angle >= 0) & (array.world.angle <= math.pi + 1e-9)).all(), changes


def simulated_targets() -> dict[str, Target]:
    """Return what is fuzzed of runs."""
    return {"runs": Target(extreme(), check_run)}
