"""Two engines, one truth: the same states and choices to the bit, in any scenario, order and pieces."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.choice import COMPLY
from models.scenario import Scenario
from simulation import array_engine
from simulation.goal_directions import goal_vectors
from simulation.ledger import COLUMNS, LONGEST_TALLY
from simulation.mesa_engine import (
    ComplianceAgent,
    ComplianceModel,
    MesaWorld,
    agent_rows,
    agent_states,
    totals,
)
from simulation.plans import HELD, SOLVED, TABULATED
from simulation.preparation import prepare
from simulation.replicates import array_world

STATES = ("angle", "watched_weight", "unwatched_weight", "loss", "turns")


def spread(low, high):
    return {"distribution": "uniform", "loc": low, "scale": high - low}


#: Whatever is built, on at once; agents differ in all that a table of plans lets them differ in.
EVERYTHING = {
    "agents.count": 540,
    "agents.goals.angle": spread(0.0, 3.0),
    "agents.rationality": spread(1.0, 20.0),
    "agents.terminal_guarding": 0.2,
    "agents.beliefs.mean": {"distribution": "beta", "a": 2, "b": 3},
    "agents.beliefs.strength": spread(0.5, 20.0),
    "agents.beliefs.forgetting": spread(0.8, 1.0),
    "agents.beliefs.honeypot_share": 0.1,
    "regime.schedule.rate": 0.4,
    "regime.visibility.honeypot_share": 0.2,
    "regime.detector.false_alarm_rate": 0.1,
    "regime.response.penalty": 1.0,
    "regime.response.rotation": 0.2,
    "overseer.harm": 0.7,
    "overseer.recovery": 0.4,
    "overseer.monitoring_cost": 0.03,
    "overseer.modification_cost": 0.05,
    "overseer.false_alarm_cost": 0.11,
    "run.episodes": 12,
}
#: Agents that differ in all that can differ.
DIFFERENT = {
    "agents.foresight": spread(0.0, 0.97),
    "agents.cue.discrimination": spread(0.0, 3.0),
    "agents.terminal_guarding": spread(0.0, 0.5),
    "agents.beliefs.honeypot_share": spread(0.0, 0.5),
}
BINARY = {"agents.cue": {"kind": "binary", "accuracy": spread(0.5, 1.0)}}
MODES = {
    # Reckoned honeypots bring kinks so close together that a table of many angles is not used.
    "tabulated": (EVERYTHING | {"agents.beliefs.honeypot_share": 0.0}, TABULATED),
    "tabulated, one angle": (EVERYTHING | {"agents.goals.angle": 1.2}, TABULATED),
    "solved": (EVERYTHING | DIFFERENT, SOLVED),
    "solved, two-valued cue": (EVERYTHING | BINARY, SOLVED),
    "held, no feedback": (EVERYTHING | DIFFERENT | {"agents.beliefs.feedback": "none"}, HELD),
    "held, beliefs that never move": (EVERYTHING | {"agents.beliefs.strength": math.inf}, HELD),
}


def scenario_of(values):
    return Scenario().with_values(values)


def bits(array):
    """Return an array with floats as the integers of their bits: +0 is not -0, and NaN is NaN."""
    return array.view(np.int64) if array.dtype == np.float64 else array


def assert_same_bits(one, other, what):
    assert one.dtype == other.dtype, what
    np.testing.assert_array_equal(bits(one), bits(other), what)


def worlds(scenario, seed=1, replicate=0, stream=0):
    """Return a world of each engine."""
    prepared = prepare(scenario)
    return array_world(prepared, seed, replicate, stream), MesaWorld(prepared, seed, replicate, stream)


def array_choices(rows):
    """Return from agents' sums how often each was watched, acted and was flagged."""
    column = dict(zip(COLUMNS, rows.T, strict=True))
    acted = column["episodes"] - column["complied_watched"] - column["complied_unwatched"]
    return {"watched": column["watched"], "acted": acted, "flagged": column["flags"]}


def assert_worlds_agree(array, mesa, episodes):
    """Step both worlds, and compare states, choices, sums and, halfway, the census."""
    before = array_choices(array.rows(0))
    for episode in range(episodes):
        array.advance(episode, episode + 1)
        mesa.advance(episode, episode + 1)
        found, rows = agent_states(mesa.model), array.rows(episode + 1)
        for name in STATES:
            assert_same_bits(getattr(array.world, name), found[name], f"{name} after episode {episode}")
        choices = array_choices(rows)
        for name, counted in choices.items():
            assert_same_bits((counted - before[name]).astype(np.int64), found[name], f"{name} in {episode}")
        assert_same_bits(rows, agent_rows(mesa.model), f"sums after episode {episode}")
        before = choices
        if episode == episodes // 2:
            np.testing.assert_array_equal(array.census(), mesa.census())
    now = array_engine.totals(array.world, array.settings, episodes)
    assert_same_bits(now, totals(mesa.model), "totals")


def ran(scenario, seed=1, replicate=0, stream=0):
    """Return the world of the array engine after the episodes of a scenario."""
    array, _ = worlds(scenario, seed, replicate, stream)
    array.advance(0, scenario.run.episodes)
    return array


def assert_same_worlds(one, other, agents=slice(None)):
    for name in one.world._fields:
        found, expected = getattr(one.world, name)[agents], getattr(other.world, name)[agents]
        # Bytes: single precision too, and rows of plans that hold NaN.
        assert found.tobytes() == expected.tobytes(), name


# The two engines


@pytest.mark.parametrize("kind", ["fixed", "proportional"])
@pytest.mark.parametrize(("values", "mode"), MODES.values(), ids=MODES)
def test_engines_agree_with_everything_on(values, mode, kind):
    scenario = scenario_of(values | {"stakes.kind": kind})
    array, mesa = worlds(scenario)
    assert array.plans.mode == mode
    assert_worlds_agree(array, mesa, scenario.run.episodes)
    counted = dict(zip(COLUMNS, totals(mesa.model), strict=True))
    # Otherwise the comparison would say nothing about what follows an act or a flag.
    assert min(counted["flags"], counted["false_flags"], counted["modifications"]) > 20
    assert counted["conflict_complied_watched"] + counted["conflict_complied_unwatched"] < counted["conflict"]


NUMBERS = {
    "stakes.kind": ["proportional", "fixed"],
    "stakes.scale": [0.3, 1.0, 2.5],
    "agents.count": [30, 100, 513, 540],
    "agents.goals.angle": [0.0, 1e-8, 0.4, 1.2, math.pi, spread(0.0, math.pi), spread(1.0, 2.0)],
    "agents.foresight": [0.0, 0.5, 0.9, 0.99, spread(0.0, 0.95)],
    "agents.rationality": [math.inf, 3.0, 1000.0, spread(0.1, 30.0)],
    "agents.terminal_guarding": [0.0, 0.3, spread(0.0, 1.0)],
    "agents.beliefs.mean": ["true_rate", 0.05, 0.5, {"distribution": "beta", "a": 0.5, "b": 0.5}],
    "agents.beliefs.strength": [math.inf, 0.1, 2.0, 50.0, spread(0.1, 10.0)],
    "agents.beliefs.feedback": ["none", "cue", "outcome", "full"],
    "agents.beliefs.forgetting": [1.0, 0.95, 0.5, 0.0, spread(0.5, 1.0)],
    "agents.beliefs.honeypot_share": [0.0, 0.4, spread(0.0, 0.9)],
    "regime.visibility.honeypot_share": [0.0, 0.3, 0.99],
    "regime.response.penalty": [0.0, 0.05, 2.0],
    "regime.response.rotation": [0.0, 0.05, 0.3, 1.0],
    "overseer.harm": [0.0, 1.3],
    "overseer.recovery": [0.0, 0.6],
    "overseer.monitoring_cost": [0.0, 0.07],
    "overseer.modification_cost": [0.0, 0.2],
    "overseer.false_alarm_cost": [0.0, 0.3],
}
DETECTORS = [(0.9, 0.0), (0.9, 0.2), (1.0, 0.0), (1.0, 1.0), (0.5, 0.5), (0.0, 0.0)]
SCHEDULES = [{"kind": "none"}, *({"kind": "constant", "rate": rate} for rate in (0.0, 0.2, 0.7, 1.0))]
CUES = [
    *({"kind": "gaussian", "discrimination": d} for d in (0.0, 0.5, 2.0, 40.0, math.inf, spread(0.0, 3.0))),
    *({"kind": "binary", "accuracy": accuracy} for accuracy in (0.5, 0.8, 1.0, spread(0.5, 1.0))),
]


@st.composite
def scenarios(draw):
    values = {key: draw(st.sampled_from(choices)) for key, choices in NUMBERS.items()}
    hit_rate, false_alarm_rate = draw(st.sampled_from(DETECTORS))
    return scenario_of(
        values
        | {
            "agents.cue": draw(st.sampled_from(CUES)),
            "regime.schedule": draw(st.sampled_from(SCHEDULES)),
            "regime.detector.hit_rate": hit_rate,
            "regime.detector.false_alarm_rate": false_alarm_rate,
            "run.episodes": draw(st.integers(5, 12)),
        }
    )


ADDRESSES = st.tuples(*[st.integers(0, 2**32 - 1)] * 3)


@settings(max_examples=100, deadline=None)
@given(scenarios(), ADDRESSES)
def test_engines_agree_on_random_scenarios(scenario, address):
    array, mesa = worlds(scenario, *address)
    assert_worlds_agree(array, mesa, scenario.run.episodes)


def test_engines_agree_before_the_first_episode():
    array, mesa = worlds(scenario_of(EVERYTHING))
    for name, values in mesa.states().items():
        assert_same_bits(values, array.states()[name], name)
    assert_same_bits(totals(mesa.model), array_engine.totals(array.world, array.settings, 0), "totals")
    np.testing.assert_array_equal(mesa.census(), array.census())


# Neither order nor pieces matter


@pytest.mark.parametrize(("values", "mode"), MODES.values(), ids=MODES)
def test_advancing_in_pieces_equals_advancing_at_once(values, mode):
    scenario = scenario_of(values)
    at_once, (in_pieces, _) = ran(scenario), worlds(scenario)
    for first, last in ((0, 1), (1, 5), (5, 5), (5, 12)):
        in_pieces.advance(first, last)
    assert_same_worlds(in_pieces, at_once)


def test_pieces_do_not_matter_beyond_the_longest_tally():
    scenario = scenario_of(
        EVERYTHING | {"agents.count": 3, "run.episodes": 2 * LONGEST_TALLY + 100, "regime.schedule.rate": 1.0}
    )
    at_once, (in_pieces, _) = ran(scenario), worlds(scenario)
    middle = LONGEST_TALLY + 1
    in_pieces.advance(0, middle)
    in_pieces.advance(middle, scenario.run.episodes)
    assert_same_worlds(in_pieces, at_once)
    np.testing.assert_array_equal(at_once.rows(scenario.run.episodes)[:, 1], scenario.run.episodes)


@pytest.mark.parametrize(("values", "mode"), MODES.values(), ids=MODES)
def test_agents_do_not_depend_on_how_many_others_there_are(values, mode):
    of_many, of_few = (ran(scenario_of(values | {"agents.count": count})) for count in (540, 100))
    assert_same_worlds(of_many, of_few, slice(100))


def test_the_order_of_visiting_does_not_matter():
    shuffled, in_order = (ComplianceModel(scenario_of(EVERYTHING), collect=False) for _ in range(2))
    for _ in range(5):
        shuffled.subjects.shuffle(inplace=True)
        shuffled.step()
        in_order.step()
    for name, values in agent_states(in_order).items():
        assert_same_bits(agent_states(shuffled)[name], values, name)
    assert_same_bits(totals(shuffled), totals(in_order), "totals")


# Addresses


def test_the_same_address_repeats():
    scenario = scenario_of(EVERYTHING)
    assert_same_worlds(ran(scenario, 7, 3, 2), ran(scenario, 7, 3, 2))


@pytest.mark.parametrize("address", [(8, 3, 2), (7, 4, 2), (7, 3, 5)], ids=["seed", "replicate", "stream"])
def test_another_address_gives_other_agents_and_other_choices(address):
    scenario = scenario_of(EVERYTHING)
    one, other = ran(scenario, 7, 3, 2), ran(scenario, *address)
    assert not np.any(one.world.forgetting == other.world.forgetting)
    # The same agents, with the luck of another address, do something else.
    alike = scenario_of(EVERYTHING | dict.fromkeys(("agents.goals.angle", "agents.beliefs.mean"), 0.5))
    assert np.any(ran(alike, 7, 3, 2).rows(12) != ran(alike, *address).rows(12))


# The Mesa model


@pytest.fixture
def model():
    return ComplianceModel(scenario_of(EVERYTHING | {"agents.count": 40, "run.episodes": 6}), seed=3)


def test_a_model_runs_the_episodes_of_its_scenario_and_collects_each(model):
    model.run_model()
    assert (model.episode, model.steps, model.running) == (6, 6, False)
    collected = model.datacollector.get_model_vars_dataframe()
    of_agents = model.datacollector.get_agenttype_vars_dataframe(ComplianceAgent).groupby("Step")
    assert len(collected) == 6
    for name in ("watched", "acted", "flagged"):
        assert collected[name].tolist() == of_agents[name].sum().tolist()
    assert (collected["acted"] + collected["complied"] == 40).all()
    assert collected["turned"].sum() == agent_states(model)["turns"].sum() > 0
    assert collected["mean_belief"].to_numpy() == pytest.approx(of_agents["belief"].mean().to_numpy())


def test_a_model_may_collect_nothing():
    model = ComplianceModel(scenario_of({"agents.count": 5}), collect=False)
    model.step()
    assert model.datacollector.get_model_vars_dataframe().empty


def test_a_model_uses_none_of_mesas_random_numbers(model):
    before = model.random.getstate(), str(model.rng.bit_generator.state)
    model.run_model()
    assert (model.random.getstate(), str(model.rng.bit_generator.state)) == before


def test_goals_are_unit_vectors_at_the_angle_and_turn_in_their_plane(model):
    def goals():
        return np.array([agent.goals for agent in model.subjects])

    original = goals()
    model.run_model()
    angle = model.column("angle")
    assert_same_bits(goals(), goal_vectors(angle, 4, *model.address), "goals")
    np.testing.assert_allclose(np.linalg.norm(goals(), axis=1), 1.0, rtol=1e-14)
    turned = model.column("turns") > 0
    assert 0 < turned.sum() < 40
    # <g, g0> is the cosine of how far the angle to the target has come
    kept = np.cos(np.arccos(original[:, 0]) - angle)
    np.testing.assert_allclose(np.sum(goals() * original, axis=1), kept, rtol=1e-14)


def test_a_class_of_agents_of_ones_own():
    class Reluctant(ComplianceAgent):
        def choose(self):
            super().choose()
            self.option = COMPLY

    class ReluctantModel(ComplianceModel):
        agent_class = Reluctant

    model = ReluctantModel(scenario_of({"agents.count": 10, "regime.schedule.rate": 0.0}), collect=False)
    model.step()
    assert model.column("act_probability").sum() > 5
    assert model.column("acted").sum() == 0
