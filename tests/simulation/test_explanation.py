import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.scenario import Scenario
from parameter_sweeps.catalogue import load_regime, load_scenario
from simulation.decision_axes import searched_keys
from simulation.explanation import Explanation, explain
from simulation.valuation import strategy_values

INF = float("inf")

CASES = {
    "base": ("base", {}),
    "learning": ("learning", {}),
    "told": ("base", {"agents.cue.discrimination": INF}),
    "two-valued": ("base", {"agents.cue": {"kind": "binary", "accuracy": 0.7}}),
    "deterred": ("base", {"regime.response.penalty": 50.0}),
    "honest": ("base", {"agents.foresight": 0.3}),
    "aligned": ("base", {"agents.goals.angle": 0.0}),
    "blind": ("base", {"agents.cue.discrimination": 0.0}),
    "no turn": ("base", {"regime.response.rotation": 0.0}),
    "no turn, but disliked": ("base", {"regime.response.rotation": 0.0, "agents.terminal_guarding": 100.0}),
    "never watched": ("base", {"regime.schedule": {"kind": "none"}}),
    "always watched": ("base", {"regime.schedule.rate": 1.0}),
    "believed rare": ("base", {"agents.beliefs.mean": 1e-12}),
    "hardly aligned": ("base", {"stakes.kind": "proportional", "agents.goals.angle": 1e-8}),
    "never flagged": ("base", {"regime.detector.hit_rate": 0.0}),
    "enormous penalty": ("base", {"regime.response.penalty": 1e300}),
    "enormous discrimination": ("base", {"agents.cue.discrimination": 1e300}),
    "nearly endless future": ("base", {"agents.foresight": 0.9999}),
    "tiny turns": ("base", {"regime.response.rotation": 1e-12}),
    "cues that differ": (
        "base",
        {"agents.cue.discrimination": {"distribution": "uniform", "loc": 1, "scale": 2}},
    ),
    "proportional": ("base", {"stakes.kind": "proportional", "regime.response.rotation": 0.3}),
}


def case(name: str) -> Scenario:
    shipped, values = CASES[name]
    return load_scenario(shipped).with_values(values)


@pytest.fixture(scope="module")
def base() -> Explanation:
    return explain(load_scenario("base"))


def test_utilities_of_the_base_case_worked_by_hand(base):
    # p = .2, d = 2: q(y) = .2 exp(2y)/(.2 exp(2y) + .8); b = 1, tau = .8, gamma = .9, K = 0
    # L = 5.7574850199, D = 5.18173651791, tau D = 4.14538921433, q* = 1/(tau D) = .2412318719
    # y = +1: q = 1.47781122/2.27781122 = .6487856443, U_act = 1 - .6487856443 * 4.14538921433 = -1.689469011
    # y =  0: q = .2, U_act = 1 - .2 * 4.14538921433 = .170922157
    # y = -1: q = .0270670566/.8270670566 = .0327265565, U_act = 1 - .0327265565 * 4.14538921433 = .864335688
    assert base.flag_cost == pytest.approx(5.18173651791, rel=1e-10)
    assert [look.cue for look in base.looks] == [1.0, 0.0, -1.0]
    assert [look.posterior for look in base.looks] == pytest.approx([0.6487856443, 0.2, 0.0327265565], rel=1e-8)
    assert [look.act_utility for look in base.looks] == pytest.approx(
        [-1.689469011, 0.170922157, 0.864335688], rel=1e-8
    )
    assert [look.comply_utility for look in base.looks] == [0.0, 0.0, 0.0]
    assert [look.choice for look in base.looks] == ["comply", "act", "act"]


def test_told_agent_gives_up_faking_at_the_foresight_of_the_closed_form():
    # K = 0: gamma* = 1/(1 + tau (1 - m)) = 1/(1 + .8 * .8) = .6097560976, and it complies on the tie
    changes = {(change.key, change.direction): change for change in explain(case("told")).changes}
    change = changes["agents.foresight", "below"]
    assert change.value == pytest.approx(1 / 1.64, rel=1e-8)
    assert change.becomes == "honest"
    assert change.shown == 0.609756


def test_two_valued_cue_stops_being_worth_heeding_at_the_accuracy_of_the_closed_form():
    # (.2, .8, .9, K = 0): a* = .6721763085
    changes = {(change.key, change.direction): change for change in explain(case("two-valued")).changes}
    assert changes["agents.cue.accuracy", "below"].value == pytest.approx(0.6721763085, abs=1e-9)


def test_deterrence_without_a_future_ends_at_the_penalty_of_the_closed_form():
    # gamma = 0, d = 0: acts iff b > m tau F, F = 1/(.2 * .8) = 6.25
    scenario = load_scenario("base").with_values({"agents.foresight": 0.0, "agents.cue.discrimination": 0.0})
    found = {change.key: change for change in explain(scenario).changes if change.direction == "above"}
    assert found["regime.response.penalty"].value == pytest.approx(6.25, rel=1e-8)
    assert found["regime.response.penalty"].becomes == "compliant"


@pytest.mark.parametrize("name", CASES)
def test_each_change_changes_the_best_class_and_no_less_does(name):
    holds(case(name))


def holds(scenario: Scenario) -> None:
    explained = explain(scenario)
    assert explained.best == strategy_values(scenario).best
    for change in explained.changes:
        assert best_at(scenario, change, change.value) == change.becomes != explained.best
        assert best_at(scenario, change, change.shown) == change.becomes
        assert best_at(scenario, change, change.edge) == explained.best
        outward = 1.0 if change.direction == "above" else -1.0
        assert outward * (change.value - change.present) > 0.0
        assert outward * (change.shown - change.value) >= 0.0 or math.isinf(change.value)
        back = change.value - outward * 1e-6 * abs(change.value)
        if outward * (back - change.present) > 0.0 and outward * (change.edge - back) >= 0.0:
            assert best_at(scenario, change, back) == explained.best


def best_at(scenario, change, value):
    return strategy_values(scenario.with_values({**change.settings, change.key: value})).best


def test_nothing_changes_between_the_present_value_and_a_change(base):
    scenario = load_scenario("base")
    for change in base.changes:
        for step in range(1, 40):
            between = change.present + (change.edge - change.present) * step / 40
            assert best_at(scenario, change, between) == base.best


def test_every_key_searched_has_a_change_or_is_said_to_have_none():
    for name in CASES:
        explained = explain(case(name))
        moving = {change.key for change in explained.changes}
        assert moving | set(explained.unmoved_keys) == set(explained.searched) == set(searched_keys(case(name)))
        assert not moving & set(explained.unmoved_keys)


probabilities = st.floats(0.01, 0.99)


@st.composite
def scenarios(draw):
    hit_rate = draw(st.floats(0.05, 1.0))
    cue = draw(
        st.one_of(
            st.builds(lambda d: {"kind": "gaussian", "discrimination": d}, st.floats(0.0, 5.0)),
            st.builds(lambda a: {"kind": "binary", "accuracy": a}, st.floats(0.5, 1.0)),
            st.just({"kind": "gaussian", "discrimination": INF}),
        )
    )
    return load_scenario("base").with_values(
        {
            "stakes.kind": draw(st.sampled_from(["fixed", "proportional"])),
            "stakes.scale": draw(st.floats(0.1, 10.0)),
            "agents.goals.angle": draw(st.floats(0.1, 3.0)),
            "agents.foresight": draw(st.floats(0.0, 0.98)),
            "agents.terminal_guarding": draw(st.floats(0.0, 5.0)),
            "agents.cue": cue,
            "agents.rationality": draw(st.sampled_from([INF, 3.0])),
            "agents.beliefs.mean": draw(st.one_of(st.just("true_rate"), probabilities)),
            "agents.beliefs.honeypot_share": draw(st.floats(0.0, 0.5)),
            "regime.visibility.honeypot_share": draw(st.floats(0.0, 0.5)),
            "regime.schedule.rate": draw(st.floats(0.0, 1.0)),
            "regime.detector.hit_rate": hit_rate,
            "regime.detector.false_alarm_rate": draw(st.floats(0.0, 1.0)) * hit_rate,
            "regime.response.penalty": draw(st.floats(0.0, 5.0)),
            "regime.response.rotation": draw(st.sampled_from([0.0, 0.3, 0.5, 1.0])),
        }
    )


@settings(max_examples=25, deadline=None)
@given(scenarios())
def test_changes_and_words_hold_for_any_scenario(scenario):
    holds(scenario)
    explained = explain(scenario)
    json.dumps(explained.as_dict(), allow_nan=False)
    assert explained.text()


@pytest.mark.parametrize("name", CASES)
def test_as_dict_is_strict_json_and_says_what_the_explanation_says(name):
    explained = explain(case(name))
    found = json.loads(json.dumps(explained.as_dict(), allow_nan=False))
    assert found["best"] == explained.best
    assert len(found["changes"]) == len(explained.changes)
    assert found["angle_degrees"] == pytest.approx(math.degrees(explained.angle))


def test_infinities_are_text_and_what_is_unknown_is_null():
    found = explain(case("told")).as_dict()
    assert found["cue"] == {"kind": "gaussian", "discrimination": "inf"}
    assert found["rationality"] == "inf"
    assert explain(case("blind")).as_dict()["values"]["faking"] is None


@pytest.mark.parametrize("name", CASES)
def test_text_names_the_class_and_the_threshold_in_short_lines(name):
    explained = explain(case(name))
    text = explained.text()
    assert f"The best class is {explained.best}" in " ".join(text.split())
    assert "threshold" in text
    assert all(len(line) <= 140 for line in text.splitlines())
    assert len(text.splitlines()) <= 45


def test_text_gives_the_threshold_as_a_number(base):
    assert "q* = 0.2412" in base.text()
    assert "honest 5.127, compliant 3.917, faking 5.757" in " ".join(base.text().split())


def test_agents_that_differ_are_explained_by_their_median():
    explained = explain(case("learning"))
    assert explained.differing_keys == ("agents.goals.angle",)
    assert explained.as_dict()["is_median"] is True
    assert "median agent" in explained.text()
    assert "agents.goals.angle" in explained.text()


def test_noise_is_told_where_there_is_some(base):
    assert base.noisy_compliance == pytest.approx(base.compliance, abs=1e-12)
    assert "noisy" not in base.text()
    noisy = explain(case("learning"))
    assert noisy.noisy_compliance[0] > noisy.compliance[0]
    assert "noisy" in noisy.text()


def test_aligned_agent_has_no_choice_whatever_the_noise():
    explained = explain(case("aligned").with_values({"agents.rationality": 1.0}))
    assert explained.best == "aligned"
    assert explained.noisy_compliance == (1.0, 1.0)
    assert {look.choice for look in explained.looks} == {"comply"}


def test_schedule_that_watches_nobody_is_changed_with_its_kind():
    changes = {change.key: change for change in explain(case("never watched")).changes}
    assert changes["regime.schedule.rate"].settings["regime.schedule.kind"] == "constant"


REGIMES = (
    "amnesty",
    "white_box",
    "peer_report",
    "announced_tiers",
    "honeypots",
    "escalating_audit",
    "committed_optimum",
)


@pytest.mark.parametrize("name", REGIMES)
def test_a_regime_is_explained_and_what_is_said_to_change_a_mind_does(name):
    scenario = load_scenario("base").with_values({"regime": load_regime(name).regime})
    explained = explain(scenario)
    for change in explained.changes:
        assert strategy_values(scenario.with_values(change.settings), "exact").best == change.becomes, change.key
    assert explained.text()
    assert all(len(line) <= 100 for line in explained.text().splitlines())
    if name == "committed_optimum":
        assert explained.searched == ()
        assert "it would choose anew" in explained.text()
    if name == "amnesty":
        assert "speaking up U_voice" in " ".join(explained.text().split())
