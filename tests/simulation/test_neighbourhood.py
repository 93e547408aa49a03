"""Loops over neighbours: worked by hand, against plain Python, and the fixed point of mixing [DeGroot1974]_."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.society import mixed_weight
from simulation.neighbourhood import (
    complete_rows,
    count_all_others,
    count_neighbours,
    mean_of_neighbours,
    rows_of,
)

#: 0 -> 1, 2; 1 -> 0; 2 -> 1; 3 has nobody.
LINKS = np.array([[0, 1], [0, 2], [1, 0], [2, 1]])


def counts(rows, what):
    out = np.full(len(what), -1)
    count_neighbours(rows.begins, rows.targets, np.array(what), out)
    return out.tolist()


def means(rows, values, counted=None):
    counted = np.ones(len(values), np.int64) if counted is None else np.array(counted)
    out, number = np.full(len(values), np.nan), np.full(len(values), -1)
    mean_of_neighbours(rows.begins, rows.targets, np.array(values, float), counted, out, number)
    return out.tolist(), number.tolist()


# Worked by hand


def test_rows():
    rows = rows_of(LINKS[::-1], 4)
    assert rows.begins.tolist() == [0, 2, 3, 4, 4]
    assert rows.targets.tolist() == [1, 2, 0, 1]
    assert not rows.complete


def test_rows_hold_no_loop_and_each_neighbour_once():
    again = np.concatenate([LINKS, LINKS, [[3, 3], [0, 0]]])
    assert rows_of(again, 4).targets.tolist() == [1, 2, 0, 1]


def test_counts():
    assert counts(rows_of(LINKS, 4), [0, 1, 1, 1]) == [2, 0, 1, 0]


def test_only_a_one_counts():
    assert counts(rows_of(LINKS, 4), [2, 1, 0, 1]) == [1, 0, 1, 0]


def test_means():
    # Of (5, 1, 2, 9): agent 0 sees 1 and 2, agent 1 sees 5, agent 2 sees 1, agent 3 nobody.
    assert means(rows_of(LINKS, 4), [5, 1, 2, 9]) == ([1.5, 5.0, 1.0, 0.0], [2, 1, 1, 0])


def test_a_mean_leaves_out_what_does_not_count():
    expected = ([2.0, 5.0, 0.0, 0.0], [1, 1, 0, 0])
    assert means(rows_of(LINKS, 4), [5, np.inf, 2, np.nan], [1, 0, 1, 0]) == expected


@pytest.mark.parametrize("social_learning", [1.0, 0.3])
def test_consensus(social_learning):
    # T = [[0, .5, .5], [1, 0, 0], [0, 1, 0]] leaves (.4, .4, .2) as it is: from (1, 0, 0) all come to .4.
    rows = rows_of(LINKS, 3)
    values = np.array([1.0, 0.0, 0.0])
    counted, number, mean = np.ones(3, np.int64), np.zeros(3, np.int64), np.zeros(3)
    for _ in range(300):
        mean_of_neighbours(rows.begins, rows.targets, values, counted, mean, number)
        values = np.array([mixed_weight(own, other, social_learning) for own, other in zip(values, mean, strict=True)])
    assert values == pytest.approx([0.4, 0.4, 0.4], abs=1e-12)


# Ends


@pytest.mark.parametrize("agents", [1, 2, 5])
def test_in_the_complete_graph_everybody_else_is_a_neighbour(agents):
    rows = complete_rows(agents)
    assert rows.complete
    for agent in range(agents):
        found = rows.targets[rows.begins[agent] : rows.begins[agent + 1]].tolist()
        assert found == [other for other in range(agents) if other != agent]
    assert rows.begins[-1] == rows.targets.size


def test_nobody_has_neighbours_without_links():
    rows = rows_of(np.empty((0, 2), np.int64), 3)
    assert counts(rows, [1, 1, 1]) == [0, 0, 0]
    assert means(rows, [1, 1, 1]) == ([0.0] * 3, [0] * 3)


# Properties


@st.composite
def societies(draw):
    """Return a number of agents, links between them, what they did and what they hold."""
    agents = draw(st.integers(1, 12))
    agent = st.integers(0, agents - 1)
    links = draw(st.lists(st.tuples(agent, agent), max_size=40))
    what = draw(st.lists(st.integers(0, 1), min_size=agents, max_size=agents))
    values = draw(st.lists(st.floats(0.0, 1e6), min_size=agents, max_size=agents))
    return agents, links, what, values


@given(societies())
def test_as_in_plain_python(society):
    agents, links, what, values = society
    seen = [sorted({target for source, target in links if source == agent != target}) for agent in range(agents)]
    rows = rows_of(np.array(links, np.int64).reshape(-1, 2), agents)
    assert counts(rows, what) == [sum(what[other] for other in others) for others in seen]
    kept = [[values[other] for other in others if what[other]] for others in seen]
    expected = [sum(held) / len(held) if held else 0.0 for held in kept]
    assert means(rows, values, what) == (expected, [len(held) for held in kept])


@given(st.lists(st.integers(0, 1), min_size=1, max_size=30))
def test_all_others_are_the_neighbours_in_the_complete_graph(what):
    out = np.empty(len(what), np.int64)
    count_all_others(np.array(what), out)
    assert out.tolist() == counts(complete_rows(len(what)), what)
