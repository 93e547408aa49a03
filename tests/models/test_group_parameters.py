"""Groups of agents as they are written: what is kept, and what is refused."""

import pytest

from models.group_parameters import MOST_GROUPS, Changes
from models.refusals import InputError
from models.scenario import Scenario


def with_groups(*groups, count=10):
    return Scenario().with_values({"agents.count": count, "agents.groups": list(groups)})


def refused(*groups, count=10):
    with pytest.raises(InputError) as caught:
        with_groups(*groups, count=count)
    return "\n".join(caught.value.messages)


def test_what_a_group_changes_is_kept_by_dotted_key():
    written = {"agents": {"foresight": 0.5, "beliefs": {"mean": 0.2}}, "agents.akrasia": 0.1}
    group = with_groups({"name": "some", "share": 1.0, "set": written}).agents.groups[0]
    assert group.set.values() == {"agents.foresight": 0.5, "agents.beliefs.mean": 0.2, "agents.akrasia": 0.1}


def test_a_distribution_in_a_group_is_one_value():
    drawn = {"distribution": "beta", "a": 2.0, "b": 5.0}
    changes = Changes.model_validate({"agents.foresight": drawn, "agents.goals.vectors": [[1.0, 0.0]]})
    assert changes.values()["agents.foresight"] == drawn
    assert changes.values()["agents.goals.vectors"] == ((1.0, 0.0),)


def test_groups_are_equal_by_what_is_written():
    one = Changes.model_validate({"agents": {"foresight": 0.5}})
    assert one == Changes.model_validate({"agents.foresight": 0.5}) == Changes.model_validate(dict(one))
    assert len({one, Changes.model_validate({"agents.foresight": 0.5})}) == 1


# Refused


def test_shares_sum_to_one():
    said = refused({"name": "a", "share": 0.5}, {"name": "b", "share": 0.25})
    assert "shares sum to 1, and not to 0.75, got [0.5, 0.25]" in said


def test_names_differ():
    said = refused({"name": "a", "share": 0.5}, {"name": "a", "share": 0.5})
    assert "agents.groups[1].name must be a name that no other group has, got" in said


def test_a_group_has_an_agent():
    said = refused({"name": "a", "share": 0.96}, {"name": "b", "share": 0.04})
    assert "share must be enough for one of the 10 agents, got 0.04" in said


@pytest.mark.parametrize("key", ["regime.response.penalty", "agents.count", "agents.imitator.window"])
def test_what_is_common_to_all_does_not_differ(key):
    said = refused({"name": "a", "share": 1.0, "set": {key: 3}})
    assert "must be a key of agents that may differ in groups, got 3" in said


def test_changes_are_a_mapping():
    assert "must be a mapping of dotted keys to values, got 3" in refused({"name": "a", "share": 1.0, "set": 3})


@pytest.mark.parametrize("groups", ["all", [{"name": str(place), "share": 0.5} for place in range(MOST_GROUPS + 1)]])
def test_groups_are_a_short_list(groups):
    with pytest.raises(InputError, match="must be a list of at most 100 mappings of keys to values"):
        Scenario().with_values({"agents.groups": groups})
