"""The world that the dashboard shows, what may be chosen, and the chosen agent as a scenario of its own."""

import math
import threading

import numpy as np
import pytest

from models.refusals import InputError
from models.strategies import CLASS_NAMES
from parameter_sweeps.catalogue import load_scenario, shipped_scenarios
from simulation.mesa_engine import ComplianceModel, MesaWorld
from simulation.preparation import prepare
from simulation.run import simulate
from simulation.valuation import strategy_values
from teaching import drawing
from teaching.agent_words import held_still, last_decision, rule_followed, standing
from teaching.choices import CONTROLS, COUNT, Choices, changed, value_at, why_fixed
from teaching.class_marks import MARKS
from teaching.decision_words import decision_sentences, worth_rows
from teaching.newest import AT_ONCE, Newest
from teaching.one_agent import (
    BELIEFS,
    FORESIGHTS,
    POINTS,
    agent_scenario,
    explanation_of,
    strategy_map_of,
    unwrapped,
    values_of,
)
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


def test_the_class_of_an_agent_on_the_map_is_that_of_the_nearest_point():
    # foresights are 0.98/40 = 0.0245 apart: 0.9 lies 36.73 steps from 0, nearest to the 37th; 0.5 of the beliefs is the
    # 20th; beyond the map it is its last point
    runs = [(20, 0, 37, 4), (20, 37, POINTS, 2), (40, 0, POINTS, 1)]
    assert drawing.class_on_map(runs, 0.9, 0.5) == 2
    assert drawing.class_on_map(runs, 0.89, 0.5) == 4
    assert drawing.class_on_map(runs, 0.999, 1.0) == 1


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


@pytest.mark.parametrize("regime", [OWN_REGIME, "escalating_audit", "targeted_audit", "adaptive_audit"])
def test_looking_at_classes_changes_no_run(regime):
    choices = changed(FEW, "regime", regime)
    model = world_of(choices, 6)
    plain = MesaWorld(prepare(choices.scenario, always_full=True), 3, 0, 0)
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


def test_numbers_of_a_decision_by_hand():
    # Told, tau = 1, m = .5, F = 2, gamma = eta = 0: act iff b = 1 > q x 1 x 2, so q* = .5; a flag costs F alone.
    # By episode: honest 1 - .5 x 2 = 0, faking 1 x .5, compliant 0.
    scenario = load_scenario("base").with_values(
        {
            "agents.foresight": 0.0,
            "agents.cue.discrimination": math.inf,
            "regime.schedule.rate": 0.5,
            "regime.detector.hit_rate": 1.0,
            "regime.response.penalty": 2.0,
            "regime.response.rotation": 0.0,
            "agents.beliefs.mean": 0.5,
        }
    )
    found = values_of(scenario)
    assert decision_sentences(found, 2.0) == (
        "Best here: faking. This agent acts on its goals while it thinks that it is watched with a probability below "
        "0.5 (q*). So it complies in 100 % of watched and in 0 % of unwatched episodes. Being modified would cost it "
        "nothing that it looks ahead to, and a flag costs 2 at once."
    )
    assert [(row["name"], row["worth"], row["mark"]) for row in worth_rows(found)] == [
        ("honest", "0", ""),
        ("faking", "0.5", "best"),
        ("compliant", "0", ""),
    ]


def test_an_agent_that_shares_the_goals_has_nothing_to_weigh():
    found = values_of(load_scenario("base").with_values({"agents.goals": {"angle": 0.0}}))
    assert decision_sentences(found, 2.0) == "Its goals are the overseer's: there is nothing to weigh."
    assert worth_rows(found) == []


def test_who_speaks_up_is_said_to():
    # amnesty whose bonus is worth more than all of the future: 100 > b/(1 - gamma) = 10
    scenario = preset_scenario("base", "amnesty").with_values({"regime.response.voice.bonus": 100.0})
    assert "It speaks up in 100 % of watched and in 100 % of unwatched episodes." in decision_sentences(
        values_of(scenario), 0.5
    )


@pytest.mark.parametrize(
    ("regime", "held"),
    [
        ("random_audit", ""),
        ("targeted_audit", "explained at the share that is watched, 0.2, as if"),
        ("escalating_audit", "explained at the rate of this agent's group, 0.15 and the penalty 0.5, as if"),
        ("adaptive_audit", "explained at the present rate, 0.2, as if"),
    ],
)
def test_what_is_held_still_is_said_before_the_first_episode(regime, held):
    model = world_of(Choices(regime=regime, count=20))
    assert held in held_still(model, model.agent(0))
    assert bool(held) == bool(held_still(model, model.agent(0)))


def test_an_agent_that_was_caught_is_explained_in_its_new_group():
    model = world_of(Choices(regime="escalating_audit", count=100), 3)
    moved = [agent for agent in model.subjects if model.overseer.group[agent.index] == 1]
    # rates and penalties of the two groups: the regime's file
    assert moved
    assert {agent.watch_rate for agent in moved} == {0.5}
    assert "group, 0.5 and the penalty 1," in held_still(model, moved[0])


@pytest.mark.parametrize(("decision", "said"), [("planner", ""), ("faker", "a fixed rule"), ("learner", "it learned")])
def test_who_does_not_reckon_is_said_not_to(decision, said):
    scenario = load_scenario("base").with_values({"agents.decision": decision, "agents.count": 2})
    agent = next(
        iter(ComplianceModel(scenario, seed=1, prepared=prepare(scenario, always_full=True), collect=False).subjects)
    )
    assert said in rule_followed(agent)
    assert bool(said) == bool(rule_followed(agent))


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


class Answering:
    """Answers that wait until they may go; what was begun and what was told."""

    def __init__(self):
        self.begun, self.told = [], []
        self.may_go = {question: threading.Event() for question in range(1, 6)}
        self.newest = Newest(self.answer, lambda question, answered: self.told.append((question, answered)))

    def answer(self, question):
        self.begun.append(question)
        self.may_go[question].wait(30)
        return -question

    def until(self, holds):
        for _ in range(3000):
            if holds():
                return
            threading.Event().wait(0.01)
        pytest.fail(f"begun {self.begun}, told {self.told}")


def test_a_question_that_is_overtaken_while_it_waits_is_never_begun():
    asked = Answering()
    for question in range(1, AT_ONCE + 1):
        asked.newest.ask(question)
    asked.until(lambda: len(asked.begun) == AT_ONCE)
    asked.newest.ask(4)
    asked.newest.ask(5)
    for event in asked.may_go.values():
        event.set()
    asked.until(lambda: (5, -5) in asked.told)
    assert sorted(asked.begun) == [1, 2, 5]
    assert asked.told[-1] == (5, -5)


def test_an_old_question_keeps_no_new_one_waiting_and_is_not_told_after_it():
    asked = Answering()
    asked.newest.ask(1)
    asked.until(lambda: asked.begun == [1])
    asked.newest.ask(2)
    asked.may_go[2].set()
    asked.until(lambda: asked.told == [(2, -2)])
    asked.may_go[1].set()
    asked.newest.ask(3)
    asked.may_go[3].set()
    asked.until(lambda: (3, -3) in asked.told)
    assert asked.told == [(2, -2), (3, -3)]


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
