"""What every run keeps to, whatever the regime, the decider or the graph: to be inherited by tests of each."""

from __future__ import annotations

import json
import math
import pickle
from functools import cache
from typing import get_args

import numpy as np
import pandas as pd
import pytest

from models.agent_parameters import Agents
from models.parameters import Section
from models.scenario import Scenario
from models.society_parameters import Society
from simulation.measures import MEASURES
from simulation.mesa_engine import ComplianceModel, agent_rows, agent_states
from simulation.preparation import prepare
from simulation.replicates import array_world
from simulation.run import RunResult, simulate
from tests.simulation.test_engines_agree import assert_same_bits

REPLICATES = 2


def options_of(record: type[Section], field: str) -> tuple[str, ...]:
    """Return what may be written for a field that is a choice of texts."""
    return get_args(record.model_fields[field].annotation)


def deciders() -> tuple[str, ...]:
    return options_of(Agents, "decision")


def graphs() -> tuple[str, ...]:
    return options_of(Society, "graph")


@cache
def ran(scenario: Scenario, seed: int = 1, replicates: int = REPLICATES) -> RunResult:
    """Run a scenario once for all that look at it."""
    return simulate(scenario, seed=seed, replicates=replicates, record="agents")


def bounds(measure: str) -> tuple[float, float]:
    """Return the least and the greatest value that a measure may have."""
    if measure.startswith("stage_distance"):
        return 0.0, math.pi
    if measure in ("goal_preservation", "alignment", "belief_error") or measure.startswith("compliance_gap"):
        return -1.0, 1.0
    return (-math.inf, math.inf) if "utility" in measure else (0.0, 1.0)


def assert_same_results(one: RunResult, other: RunResult) -> None:
    pd.testing.assert_frame_equal(one.by_replicate, other.by_replicate, check_exact=True)
    pd.testing.assert_frame_equal(one.measures, other.measures, check_exact=True)
    assert one.trajectory is not None
    assert one.trajectory.identical(other.trajectory), "trajectories differ"


class RunContract:
    """Give `scenario`, a fixture with one small scenario a case, and `neutral`, which is told what it is to give.

    `scenario` must leave something to luck. A case that is added to an enumeration is tested with no code of its own.
    """

    @pytest.fixture
    def scenario(self) -> Scenario:
        """Return the case."""
        raise NotImplementedError

    @pytest.fixture
    def neutral(self, scenario: Scenario) -> tuple[Scenario, Scenario, tuple[str, ...]]:
        """Return the case at its mechanism's neutral values, the base, and what of a trajectory must be the same."""
        raise NotImplementedError

    def test_measures_are_within_their_bounds(self, scenario: Scenario) -> None:
        found = ran(scenario).by_replicate
        for measure in (row.name for row in MEASURES):
            values = found[measure].dropna()
            lower, upper = bounds(measure)
            # The last digit of a sum of shares.
            assert values.between(lower - 1e-12, upper + 1e-12).all(), measure
        classes = [row.name for row in MEASURES if row.name.endswith("_share_all")]
        assert np.allclose(found[classes].sum(axis=1), 1.0, atol=1e-12)
        finite = ["goal_preservation", "alignment", "agent_utility", "overseer_utility", "trust", "flag_rate"]
        assert np.isfinite(found[finite]).all(axis=None)

    def test_the_same_seed_gives_the_same_numbers(self, scenario: Scenario) -> None:
        again = simulate(scenario, seed=1, replicates=REPLICATES, record="agents")
        assert_same_results(ran(scenario), again)

    def test_another_seed_or_replicate_gives_others(self, scenario: Scenario) -> None:
        found = ran(scenario).by_replicate
        other = ran(scenario, seed=2).by_replicate
        assert (found.fillna(-9.0) != other.fillna(-9.0)).any(axis=1).all()
        assert (found.iloc[0].fillna(-9.0) != found.iloc[1].fillna(-9.0)).any()

    def test_a_replicate_does_not_depend_on_how_many_there_are(self, scenario: Scenario) -> None:
        more = ran(scenario, replicates=REPLICATES + 1)
        assert more.by_replicate.index.tolist() == list(range(REPLICATES + 1))
        found = ran(scenario)
        pd.testing.assert_frame_equal(found.by_replicate, more.by_replicate.iloc[:REPLICATES], check_exact=True)
        assert found.trajectory is not None
        assert more.trajectory is not None
        assert found.trajectory.identical(more.trajectory.isel(replicate=slice(REPLICATES)))

    def test_the_order_of_visiting_agents_does_not_matter(self, scenario: Scenario) -> None:
        # The other engine, its set of agents shuffled before every episode, against the loops over arrays.
        episodes = scenario.run.episodes
        array = array_world(prepare(scenario), 1, 0)
        model = ComplianceModel(scenario, seed=1, collect=False)
        for episode in range(episodes):
            array.advance(episode, episode + 1)
            model.subjects.shuffle(inplace=True)
            model.step()
            assert_same_bits(array.rows(episode + 1), agent_rows(model), f"sums after episode {episode}")
        found = agent_states(model)
        states = [name for name in found if hasattr(array.world, name)]
        assert {"angle", "watched_weight", "turns", "loss"} <= set(states)
        for name in states:
            assert_same_bits(getattr(array.world, name), found[name], name)
        if hasattr(array.world, "threshold"):
            assert_same_bits(array.world.threshold, model.column("threshold"), "threshold")

    def test_a_scenario_survives_pickling_and_json(self, scenario: Scenario) -> None:
        assert pickle.loads(pickle.dumps(scenario)) == scenario
        text = scenario.model_dump_json()
        json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is not strict JSON"))
        assert Scenario.from_mapping(json.loads(text)) == scenario

    def test_a_result_survives_pickling(self, scenario: Scenario) -> None:
        found = ran(scenario)
        back = pickle.loads(pickle.dumps(found))
        assert (back.scenario, back.seed) == (found.scenario, found.seed)
        assert_same_results(found, back)

    def test_at_neutral_values_nothing_changes(self, neutral: tuple[Scenario, Scenario, tuple[str, ...]]) -> None:
        case, base, same = neutral
        found, expected = ran(case).trajectory, ran(base).trajectory
        assert found is not None
        assert expected is not None
        for name in same:
            assert_same_bits(found[name].to_numpy(), expected[name].to_numpy(), name)
