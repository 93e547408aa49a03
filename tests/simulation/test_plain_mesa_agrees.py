"""The array engine beside two models written for Mesa from the specification, with draws of their own.

They share no rule with the engine but the planner's table, which they read by an interpolation of their
own. So what agrees here is the order of an episode, cue, posterior, choice, detection, learning,
turning, payoffs and counts.
"""

from __future__ import annotations

import numpy as np
import pytest

from parameter_sweeps.catalogue import load_scenario
from simulation.array_engine import ArrayWorld
from simulation.ledger import added_up
from simulation.measures import behaviour, judgement
from simulation.plans import plans_of
from simulation.population import draw_population
from simulation.settings import settings_of
from tests.bench.__main__ import main
from tests.bench.lean_mesa import LeanModel
from tests.bench.plain_mesa import MEASURES, PlainModel

EPISODES = 100
ARRAY_REPLICATES = 400
SCENARIO = load_scenario("learning").with_values({"agents.count": 200})
SETTINGS = settings_of(SCENARIO)


@pytest.fixture(scope="module")
def plans():
    return plans_of(SCENARIO, SETTINGS)


@pytest.fixture(scope="module")
def engine(plans):
    """The measures of the array engine, (replicates, measures)."""
    return np.array([array_measures(plans, replicate) for replicate in range(ARRAY_REPLICATES)])


def array_measures(plans, replicate):
    population = draw_population(SCENARIO, 1, replicate)
    world = ArrayWorld(population, SETTINGS, plans, 1, replicate, 0)
    world.advance(0, EPISODES)
    rows = world.rows(EPISODES)
    found = behaviour(added_up(rows))
    found |= judgement(rows, world.states()["angle"])
    return [float(found[name]) for name in MEASURES]


def mesa_measures(kind, plans, replicate):
    model = kind(SCENARIO, plans.table, rng=1000 + replicate)
    for _ in range(EPISODES):
        model.step()
    return list(model.measures().values())


def test_the_benchmark_runs(capsys, monkeypatch):
    """It stands first: it collects garbage, and Mesa 3.3 lets go of no model."""
    monkeypatch.setenv("COLUMNS", "200")
    main(["--quick"])
    printed = capsys.readouterr().out
    for name in (
        "array engine, learning",
        "array engine, base",
        "own Mesa engine",
        "plain Mesa",
        "lean Mesa",
    ):
        assert name in printed
    for cue in ("told", "two-valued", "gaussian"):
        assert f"{cue} cue" in printed


@pytest.mark.parametrize(("kind", "replicates"), [(PlainModel, 20), (LeanModel, 100)])
def test_every_measure_agrees_with_the_array_engine(kind, replicates, plans, engine):
    """A mean of some runs against the mean of 400, with the standard deviation of the 400.

    That one is known to 4 %, so that z is nearly normal: for 14 measures and two models the false-alarm rate
    is at most 28 * 6.3e-5 = 0.2 %, over seeds; the seeds are fixed.
    """
    found = np.array([mesa_measures(kind, plans, replicate) for replicate in range(replicates)])
    error = engine.std(axis=0, ddof=1) * np.sqrt(1 / replicates + 1 / ARRAY_REPLICATES)
    z = (found.mean(axis=0) - engine.mean(axis=0)) / error
    wrong = {name: float(value) for name, value in zip(MEASURES, z, strict=True) if not abs(value) < 4}
    assert not wrong, f"z of {kind.__name__}: {wrong}"


def test_goals_turn_in_their_plane_by_the_share_of_the_angle_to_the_target(plans):
    """In the model of vectors: 0.7 of the angle is left, 0.3 of it lies between old and new goals."""
    agent = next(iter(PlainModel(SCENARIO, plans.table, rng=1).agents))
    agent.take_stock()
    before = agent.angle
    agent.turn()
    agent.take_stock()
    assert agent.angle == pytest.approx(0.7 * before, abs=1e-12)
    assert agent.preservation == pytest.approx(np.cos(0.3 * before), abs=1e-12)
