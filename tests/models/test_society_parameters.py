"""The society's keys: defaults, which graph each belongs to, and what is refused."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from models.parameters import parameter_of
from models.refusals import explain_errors
from models.society_parameters import LONGEST_PATH, Society, keys_of_other_graphs

DEFAULTS = {
    "graph": "none",
    "edge_probability": 0.01,
    "neighbours": 10,
    "rewiring_probability": 0.1,
    "attachments": 5,
    "blocks": 4,
    "within_probability": 0.04,
    "between_probability": 0.001,
    "path": "",
    "initial_compliance": 0.5,
    "social_learning": 0.0,
    "news": 0.0,
}
#: Each graph with keys of its own, and values of them that are not the defaults.
OWN_KEYS = {
    "none": {},
    "complete": {},
    "erdos_renyi": {"edge_probability": 0.3},
    "watts_strogatz": {"neighbours": 4, "rewiring_probability": 0.2},
    "barabasi_albert": {"attachments": 2},
    "stochastic_block": {"blocks": 3, "within_probability": 0.5, "between_probability": 0.1},
    "file": {"path": "friends.graphml"},
}
FOREIGN = [
    (graph, owner, key, value)
    for graph in OWN_KEYS
    for owner, own in OWN_KEYS.items()
    for key, value in own.items()
    if owner != graph
]


def test_defaults():
    assert Society().model_dump() == DEFAULTS


def test_the_plain_form_means_no_society():
    written = {"graph": "none", "social_learning": 0, "news": 0}
    assert Society.model_validate(written) == Society()


@pytest.mark.parametrize(("graph", "own"), OWN_KEYS.items())
def test_a_graph_takes_its_own_keys(graph, own):
    society = Society.model_validate({"graph": graph, **own})
    assert society.model_dump() == DEFAULTS | {"graph": graph} | own


@pytest.mark.parametrize("graph", ["none", "complete"])
def test_what_is_passed_on_goes_with_every_graph(graph):
    passed_on = {"initial_compliance": 1, "social_learning": 1, "news": 2.5}
    assert Society.model_validate({"graph": graph, **passed_on}).news == 2.5


@pytest.mark.parametrize(("graph", "own"), OWN_KEYS.items())
def test_round_trips(graph, own):
    society = Society.model_validate({"graph": graph, **own})
    written = json.dumps(society.model_dump(mode="json"), allow_nan=False)
    assert Society.model_validate(json.loads(written)) == society
    assert hash(Society.model_validate(society.model_dump())) == hash(society)


def test_every_key_belongs_to_one_graph_or_to_all():
    assert set(keys_of_other_graphs("none")) == {key for own in OWN_KEYS.values() for key in own}
    for graph, own in OWN_KEYS.items():
        assert set(keys_of_other_graphs("none")) - set(keys_of_other_graphs(graph)) == set(own)


def test_every_key_says_what_it_is():
    for name in Society.model_fields:
        parameter = parameter_of(Society, name)
        assert parameter is not None
        assert parameter.description.endswith(".")
        assert parameter.built is True
        assert parameter.neutral == DEFAULTS[name]
        assert parameter.unit or not parameter.numeric


def refused(written):
    """Return the sentences in which the values of a society are refused."""
    with pytest.raises(ValidationError) as caught:
        Society.model_validate(written)
    return explain_errors(caught.value, Society).messages


@pytest.mark.parametrize(("graph", "owner", "key", "value"), FOREIGN)
def test_a_key_of_another_graph_is_refused(graph, owner, key, value):
    path = {"path": "friends.graphml"} if graph == "file" else {}
    expected = f"graph must be {owner} for society.{key} to be set, got {graph!r}"
    assert refused({"graph": graph, **path, key: value}) == [expected]


@pytest.mark.parametrize(("graph", "owner", "key", "value"), FOREIGN)
def test_a_key_of_another_graph_may_stand_at_its_default(graph, owner, key, value):
    path = {"path": "friends.graphml"} if graph == "file" else {}
    assert Society.model_validate({"graph": graph, key: DEFAULTS[key], **path}).graph == graph


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (
            {"graph": "small_world"},
            (
                "graph must be none, complete, erdos_renyi, watts_strogatz, barabasi_albert, stochastic_block or file, "
                "got 'small_world'"
            ),
        ),
        ({"graph": "file"}, "path must be the name of a file where society.graph is file, got ''"),
        ({"graph": "file", "path": 3}, "path must be text, got 3"),
        (
            {"graph": "file", "path": "a" * (LONGEST_PATH + 1)},
            f"path must be text of at most 4096 characters, got '{'a' * 56}...",
        ),
        ({"graph": "watts_strogatz", "neighbours": 5}, "neighbours must be an even number, got 5"),
        ({"graph": "watts_strogatz", "neighbours": 0}, "neighbours must be a whole number >= 2, got 0"),
        ({"graph": "watts_strogatz", "neighbours": 4.0}, "neighbours must be a whole number >= 2, got 4.0"),
        (
            {"graph": "watts_strogatz", "rewiring_probability": -0.1},
            "rewiring_probability must be a number in [0, 1], got -0.1",
        ),
        ({"graph": "erdos_renyi", "edge_probability": 2}, "edge_probability must be a number in [0, 1], got 2"),
        ({"graph": "barabasi_albert", "attachments": 0}, "attachments must be a whole number >= 1, got 0"),
        ({"graph": "stochastic_block", "blocks": 0}, "blocks must be a whole number >= 1, got 0"),
        (
            {"graph": "stochastic_block", "within_probability": 1.1},
            "within_probability must be a number in [0, 1], got 1.1",
        ),
        (
            {"graph": "stochastic_block", "between_probability": "half"},
            "between_probability must be a number in [0, 1], got 'half'",
        ),
        ({"initial_compliance": 1.5}, "initial_compliance must be a number in [0, 1], got 1.5"),
        ({"social_learning": 1.0001}, "social_learning must be a number in [0, 1], got 1.0001"),
        ({"news": -1}, "news must be a number >= 0, got -1"),
        ({"news": float("inf")}, "news must be a number >= 0, got inf"),
        ({"neighbors": 4}, "neighbors is not a known key; did you mean neighbours?"),
    ],
)
def test_refused_values(written, message):
    assert refused(written) == [message]
