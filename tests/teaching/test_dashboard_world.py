"""The world that the dashboard shows, what may be chosen, and the chosen agent as a scenario of its own."""

import math
import threading

import numpy as np
import pytest

from models.refusals import InputError
from models.strategies import CLASS_NAMES
from parameter_sweeps.catalogue import shipped_scenarios
from simulation.mesa_engine import MesaWorld
from simulation.preparation import prepare
from simulation.run import simulate
from simulation.valuation import strategy_values
from teaching import drawing
from teaching.agent_words import last_decision, standing
from teaching.choices import CONTROLS, COUNT, Choices, changed, value_at, why_fixed
from teaching.class_marks import MARKS
from teaching.newest import Newest
from teaching.one_agent import BELIEFS, FORESIGHTS, POINTS, agent_scenario, explanation_of, strategy_map_of, unwrapped
from teaching.presets import OWN_REGIME, preset_names, preset_scenario, regime_names
from teaching.shown_model import ShownModel

FEW = Choices(preset="learning", count=60, seed=3)


def world_of(choices, episodes=0):
    model = ShownModel(lambda: choices)
    for _ in range(episodes):
        model.step()
    return model


# Worked by hand


def test_a_line_has_a_gap_where_there_is_no_share():
    # three episodes on 1000 across, 500 high: 1 is at the top, 0 at the bottom
    assert drawing.line_path([1.0, 0.5, 0.0]) == "M0.0 0.0L0.0 0.0L500.0 250.0L1000.0 500.0"
    assert drawing.line_path([1.0, math.nan, 0.0]) == "M0.0 0.0L0.0 0.0M1000.0 500.0L1000.0 500.0"
    assert drawing.line_path([]) == ""


def test_a_row_of_the_map_is_one_box():
    side = 1000.0 / POINTS
    # the lowest row is the last from the top
    assert drawing.boxes_of([(0, 0, POINTS, 2)]) == [(0.0, round(1000.0 - side, 1), 1000.0, round(side, 1), 2)]


def test_the_ends_of_the_map_stand_in_the_middle_of_their_cells():
    half = round(500.0 / POINTS, 1)
    assert drawing.place_on_map(FORESIGHTS[0], BELIEFS[1]) == pytest.approx((half, half), abs=0.1)
    assert drawing.place_on_map(2.0, -1.0) == pytest.approx((1000.0 - half, 1000.0 - half), abs=0.1)


def test_wrapped_sentences_become_one_line_each():
    words = "word " * 19 + "end"  # 98 characters: "go" does not fit any more, so the sentence went on
    assert unwrapped(f"{words}\ngo on.\nNew.\n\n  {words}\n    on\n  next") == (
        f"{words} go on.\nNew.\n\n  {words} on\n  next"
    )


# Against the engines


def test_the_record_is_that_of_the_array_engine():
    model = world_of(FEW, 12)
    scenario = FEW.scenario.with_values({"run.episodes": 12})
    found = simulate(scenario, seed=3, replicates=1, record="episodes").trajectory.isel(replicate=0)
    assert [row[1] for row in model.record] == pytest.approx(found.compliance_watched.to_numpy(), nan_ok=True)
    assert [row[2] for row in model.record] == pytest.approx(found.compliance_unwatched.to_numpy(), nan_ok=True)


@pytest.mark.parametrize("episodes", [0, 5])
def test_the_classes_are_those_of_the_census(episodes):
    model = world_of(FEW, episodes)
    world = MesaWorld(prepare(FEW.scenario, always_full=True), 3, 0, 0)
    world.advance(0, episodes)
    assert np.bincount(model.codes, minlength=len(CLASS_NAMES)).tolist() == world.census()[:, 0].sum(axis=0).tolist()
    assert len(set(model.codes)) > 1


def test_looking_at_classes_changes_no_run():
    model = world_of(FEW, 6)
    plain = MesaWorld(prepare(FEW.scenario, always_full=True), 3, 0, 0)
    plain.advance(0, 6)
    for name, values in plain.states().items():
        assert np.array_equal(model.column(name), values), name


@pytest.mark.parametrize(
    "choices", [FEW, Choices(count=20), Choices(preset="learning", regime="escalating_audit", count=40)]
)
def test_an_agent_alone_reckons_as_it_does_in_its_world(choices):
    model = world_of(choices, 4)
    looked_at = 0
    for index in range(0, choices.count, 7):
        agent = model.agent(index)
        scenario = agent_scenario(agent)
        found = strategy_values(scenario)
        if agent.angle == 0.0:
            assert found.best == "aligned"
            continue
        agent.plan()
        looked_at += 1
        # the world may look a loss up in a table
        assert found.loss == pytest.approx(agent.loss, rel=2e-3, abs=1e-6)
        if math.isinf(agent.rationality):
            assert found.best == CLASS_NAMES[model.codes[index]]
    assert looked_at


def test_the_map_says_of_a_cell_what_its_values_say():
    scenario = agent_scenario(world_of(FEW, 3).agent(5))
    runs = strategy_map_of(scenario)
    for row, column in [(3, 4), (20, 38), (35, 10)]:
        at = scenario.with_values(
            {
                "agents.foresight": float(np.linspace(*FORESIGHTS, POINTS)[column]),
                "agents.beliefs.mean": float(np.linspace(*BELIEFS, POINTS)[row]),
            }
        )
        code = next(code for level, first, last, code in runs if level == row and first <= column < last)
        assert CLASS_NAMES[code] == strategy_values(at).best
    assert sum(last - first for _, first, last, _ in runs) == POINTS**2


def test_the_words_are_about_the_chosen_agent():
    model = world_of(FEW, 3)
    agent = model.agent(5)
    assert f"p = {agent.belief:.4g}" in explanation_of(agent_scenario(agent))
    assert standing(model, agent).startswith(f"Agent 5 is {MARKS[model.codes[5]].name}. ")
    assert "In episode 2 it was" in last_decision(model, agent)
    assert last_decision(world_of(FEW), agent) == "No episode was run yet."


# Properties


def luminance(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("mark", MARKS, ids=lambda mark: mark.name)
def test_letters_can_be_read_on_the_colour_of_their_class(mark):
    lighter, darker = sorted((luminance(mark.colour), luminance(mark.ink)), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def test_no_two_classes_share_a_mark():
    for name in ("name", "colour", "letter", "shape"):
        assert len({getattr(mark, name) for mark in MARKS}) == len(CLASS_NAMES)


def test_the_same_seed_gives_the_same_run_and_another_another():
    first, again = world_of(FEW, 5), world_of(FEW, 5)
    assert list(first.record) == list(again.record)
    assert first.codes == again.codes
    assert list(world_of(changed(FEW, "seed", 4), 5).record) != list(first.record)


def refusal_of(choices: Choices) -> list[str]:
    try:
        _ = choices.scenario
    except InputError as error:
        return list(error.messages)
    return []


@pytest.mark.parametrize("preset", preset_names())
def test_every_preset_can_be_shown_under_every_regime(preset):
    for regime in regime_names():
        choices = Choices(preset=preset, regime=regime, count=20)
        if preset not in shipped_scenarios() and (refused := refusal_of(choices)):
            # a learner under a rate that answers to planners, a detector beside a capability: said on the page
            assert all(" must be " in message for message in refused)
            continue
        for control in CONTROLS:
            if not why_fixed(choices.scenario, control.key):
                moved = changed(choices, control.key, control.high)
                assert value_at(moved.scenario, control.key) == control.high


def test_a_new_regime_brings_its_numbers_and_leaves_the_agents_alone():
    moved = changed(changed(Choices(), "agents.foresight", 0.4), "regime.schedule.rate", 0.9)
    after = changed(moved, "regime", "random_audit")
    assert value_at(after.scenario, "regime.schedule.rate") == 0.2
    assert value_at(after.scenario, "agents.foresight") == 0.4


def test_a_question_that_is_overtaken_is_never_begun():
    begun, told, may_go, is_done = [], [], threading.Event(), threading.Event()

    def answer(question):
        begun.append(question)
        may_go.wait(30)
        return -question

    def tell(question, answered):
        told.append((question, answered))
        if question == 3:
            is_done.set()

    newest = Newest(answer, tell)
    newest.ask(1)
    while not begun:
        threading.Event().wait(0.01)
    newest.ask(2)
    newest.ask(3)
    may_go.set()
    assert is_done.wait(30)
    assert begun == [1, 3]
    assert told == [(1, -1), (3, -3)]


# Refused


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("preset", "../base"),
        ("preset", "/etc/passwd"),
        ("preset", ["base"]),
        ("regime", "mine.yaml"),
        ("society", "file"),
        ("society.path", "/etc/passwd"),
        ("agents.foresight", "__import__('os')"),
        ("agents.foresight", math.nan),
        ("agents.foresight", True),
        ("agents.rationality", 3.0),
        ("seed", None),
    ],
)
def test_what_is_on_no_list_and_no_slider_is_refused(key, value):
    with pytest.raises(ValueError, match="must be"):
        changed(Choices(), key, value)


def test_a_number_is_put_on_its_slider():
    assert changed(Choices(), "agents.count", 10**9).count == COUNT.high
    assert changed(Choices(), "agents.foresight", -5).moved == {"agents.foresight": 0.0}


def test_only_shipped_names_are_looked_for():
    with pytest.raises(KeyError):
        preset_scenario("base.yaml")
    with pytest.raises(KeyError):
        preset_scenario("base", "./none")
    assert preset_scenario("base", OWN_REGIME).name == "base"


def test_sliders_that_a_regime_overrides_say_so():
    fixed = {key: why_fixed(Choices(regime=regime).scenario, key) for regime, key in [
        ("covert", "agents.cue.discrimination"), ("targeted_audit", "regime.schedule.rate"),
        ("escalating_audit", "regime.response.penalty"),
    ]}  # fmt: skip
    assert fixed == {
        "agents.cue.discrimination": "the regime sets 0",
        "regime.schedule.rate": "the regime decides (targeted)",
        "regime.response.penalty": "the regime has a penalty for each group",
    }
