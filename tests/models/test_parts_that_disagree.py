"""Parts of a scenario that are each admitted and cannot stand together, and a scenario as each group has it."""

import pytest

from models.refusals import InputError
from models.scenario import Scenario

SIGNAL = {"regime.visibility.signal": "persuasive", "regime.schedule.kind": "constant"}
GROUPS = [
    {"name": "careful", "share": 0.5, "set": {"agents.foresight": 0.99}},
    {"name": "careless", "share": 0.5, "set": {"agents.foresight": 0.1}},
]


def test_each_group_is_a_scenario_without_groups():
    scenario = Scenario().with_values({"agents.groups": GROUPS})
    careful, careless = scenario.group_scenarios
    assert (careful.agents.foresight, careless.agents.foresight) == (0.99, 0.1)
    assert careful.agents.groups == ()
    assert scenario.of_group("careless") == careless
    assert Scenario().group_scenarios == (Scenario(),)


# Refused


def test_a_group_that_there_is_not():
    with pytest.raises(InputError, match="group must be one of careful, careless, got 'bold'"):
        Scenario().with_values({"agents.groups": GROUPS}).of_group("bold")
    with pytest.raises(InputError, match="group must be one of none: the scenario has no groups, got 'bold'"):
        Scenario().of_group("bold")


def test_a_group_whose_agents_cannot_be():
    group = {"name": "all", "share": 1.0, "set": {"agents.foresight": 2.0}}
    with pytest.raises(InputError, match=r"must be values that agents can have \(agents.foresight must be"):
        Scenario().with_values({"agents.groups": [group]})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"regime.schedule.kind": "optimal", "stakes.kind": "random"},
            "regime.schedule.kind must be a kind that does not choose its rate where stakes are drawn anew",
        ),
        (
            {"regime.schedule.kind": "equilibrium", "agents.decision": "learner"},
            "agents.decision must be planner where the overseer chooses by how agents reply, got 'learner'",
        ),
        (
            {"regime.schedule.kind": "escalating", "regime.response.penalty": 2.0},
            "regime.response.penalty must be 0 where regime.schedule.kind is escalating",
        ),
        (
            SIGNAL | {"agents.cue.kind": "gaussian", "agents.cue.discrimination": float("inf")},
            "regime.visibility.signal must be none where the cue tells agents for certain",
        ),
        (
            SIGNAL | {"agents.cue.kind": "binary", "agents.cue.accuracy": 1.0},
            "regime.visibility.signal must be none where the cue tells agents for certain",
        ),
        (
            SIGNAL | {"regime.schedule.kind": "adaptive"},
            "regime.visibility.signal must be none where regime.schedule.kind is adaptive",
        ),
    ],
)
def test_contradictions(values, message):
    with pytest.raises(InputError) as caught:
        Scenario().with_values(values)
    assert any(message in said for said in caught.value.messages)
