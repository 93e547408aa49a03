"""Where planners' losses come from in worlds with every mechanism: modes, look-ups, and both engines in each."""

from __future__ import annotations

import numpy as np
import pytest

from models.scenario import Scenario
from simulation import plan_sheets
from simulation.full_plans import HELD, SOLVED, TABULATED
from simulation.mesa_engine import MesaWorld
from simulation.plan_kinds import BELIEF, kinds_of
from simulation.preparation import prepare
from simulation.replicates import array_world
from simulation.resolution import agent_columns, plans_in, replicate_of
from tests.models.table_errors import ON_ROWS, SETS, table_error
from tests.simulation.test_engines_agree import spread
from tests.simulation.test_full_engines_agree import EVERYTHING, STAKES, assert_worlds_agree

ALIKE = EVERYTHING | {
    "agents.goals.angle": 1.2, "agents.foresight": 0.9, "agents.terminal_guarding": 0.1,
    "agents.cue.discrimination": 2.0,
    "agents.beliefs.honeypot_share": 0.1, "agents.beliefs.detector": {"hit_rate": 0.7, "false_alarm_rate": 0.05},
    "regime.response.rotation_when_complying": 0.0, "regime.response.penalty": 0.3,
    "agents.rationality": 20.0,
}  # fmt: skip
STILL = {"agents.beliefs.feedback": "none", "society.social_learning": 0.0, "society.news": 0.0}
LATTICE = {"regime.response.rotation": 1.0, "regime.response.rotation_when_complying": 0.4}
TIERS = {"regime.response.penalty": 0.0, "regime.schedule": {"kind": "escalating"}}
MANY = {"agents.count": 300, "run.episodes": 30}
LONG = {"agents.count": 40, "run.episodes": 30}
MODES = {
    "held": (EVERYTHING | STILL, HELD),
    "held, lattice": (ALIKE | STILL | LATTICE, HELD),
    "held, tiers": (ALIKE | STILL | TIERS, HELD),
    "held, random stakes": (ALIKE | STILL | {"stakes": STAKES["random"], "regime.response.rotation": 1.0}, HELD),
    "held, nothing to lose": (EVERYTHING | {"agents.planning": "myopic"}, HELD),
    "tabulated": (ALIKE | LONG, TABULATED),
    "tabulated, lattice": (ALIKE | LONG | LATTICE, TABULATED),
    "tabulated, tiers": (ALIKE | LONG | TIERS, TABULATED),
    "tabulated, drawn angles": (ALIKE | MANY | {"agents.goals.angle": spread(0.2, 2.0)}, TABULATED),
    "solved, too many kinds": (ALIKE | LONG | {"agents.foresight": spread(0.5, 0.9)}, SOLVED),
    "solved, two-valued cue": (ALIKE | LONG | {"agents.cue": {"kind": "binary", "accuracy": 0.8}}, SOLVED),
    "solved, naive": (EVERYTHING | STILL | {"agents.planning": "naive"}, SOLVED),
}  # fmt: skip


def scenario_of(values):
    values = {
        key: value for key, value in values.items() if key != "regime.schedule.rate" or "regime.schedule" not in values
    }
    if isinstance(values.get("agents.cue"), dict):
        values = {key: value for key, value in values.items() if not key.startswith("agents.cue.")}
    return Scenario().with_values(values)


@pytest.mark.parametrize(("values", "mode"), MODES.values(), ids=MODES)
def test_engines_agree_in_every_mode(values, mode):
    scenario = scenario_of(values)
    prepared = prepare(scenario)
    array, mesa = array_world(prepared, 1, 0), MesaWorld(prepared, 1, 0, 0)
    assert array.plans.mode == mesa.model.full_plans.mode == mode
    assert_worlds_agree(array, mesa, min(scenario.run.episodes, 4))


@pytest.mark.parametrize("name", [name for name, (_, mode) in MODES.items() if mode != SOLVED])
def test_losses_are_those_solved(name):
    values, mode = MODES[name]
    scenario = scenario_of(values)
    looked, solved = (array_world(prepare(scenario, always_solved=always), 1, 0) for always in (False, True))
    assert solved.plans.mode == SOLVED
    # Where losses are interpolated a choice may differ in the end: states of the first episodes are compared.
    for episode in range(4):
        looked.advance(episode, episode + 1)
        solved.advance(episode, episode + 1)
        same = (looked.world.turns == solved.world.turns) & np.isclose(
            looked.world.watched_weight, solved.world.watched_weight, rtol=1e-9
        )
        assert same.mean() > 0.95
        share, floor = (2e-8, 1e-8) if mode == HELD else (1e-3, 1e-6)
        for column in ("loss", "turn_loss"):
            found, wanted = getattr(looked.world, column)[same], getattr(solved.world, column)[same]
            np.testing.assert_allclose(found, wanted, rtol=share, atol=floor)


@pytest.mark.parametrize("name", SETS)
def test_tables_keep_their_promise(name):
    assert table_error(SETS[name], 2000).largest <= 1.0


@pytest.mark.parametrize("name", ON_ROWS)
def test_tables_keep_their_promise_between_angles(name):
    error = table_error(SETS[name], 2000, on_rows=True)
    assert error.largest <= 1.0
    assert error.rough < 0.2


def test_what_was_asked_for_before_does_not_matter():
    # Another replicate has agents with other numbers of neighbours: other kinds.
    prepared = prepare(
        scenario_of(ALIKE | LONG | {"agents.beliefs.detector": {"peer_report_rate": 0.02}, "run.episodes": 200})
    )
    before = plans_in(replicate_of(prepared, 1, 0))
    plans_in(replicate_of(prepared, 1, 1))
    again = plans_in(replicate_of(prepared, 1, 0))
    assert before.mode == TABULATED
    size = before.parts * before.rows * before.columns
    for agent in range(40):
        tables = [plans.usable[plans.sheet[agent] * size :][:size] for plans in (before, again)]
        np.testing.assert_array_equal(*tables)


def test_memory_is_bounded(monkeypatch):
    prepared = prepare(scenario_of(ALIKE | LONG))
    monkeypatch.setattr("simulation.plan_modes.MOST_MEMORY", 1000)
    assert plans_in(replicate_of(prepared, 1, 0)).mode == SOLVED
    assert plan_sheets.MOST_MEMORY == 256 * 2**20


def test_agents_that_look_ahead_alike_are_of_one_kind():
    prepared = prepare(scenario_of(ALIKE))
    start = replicate_of(prepared, 1, 0)
    columns = agent_columns(prepared.scenario, start.population, start.neighbours)
    # Nobody reckons with reports of neighbours: how many there are does not matter.
    assert len(set(np.diff(start.neighbours.begins))) > 1
    assert kinds_of(columns, (BELIEF,)).size == 1
    assert kinds_of(columns).size == 80
