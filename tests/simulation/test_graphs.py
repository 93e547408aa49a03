"""Graphs of a society: each kind, its address, files, and what is refused."""

from __future__ import annotations

import math
import os
import time

import networkx
import numpy as np
import pytest

from models.refusals import InputError
from models.society_parameters import Society
from simulation import graphs
from simulation.graphs import check_society, neighbours_of, read_graph

RANDOM = {
    "erdos_renyi": Society(graph="erdos_renyi", edge_probability=0.2),
    "watts_strogatz": Society(graph="watts_strogatz", neighbours=4, rewiring_probability=0.3),
    "barabasi_albert": Society(graph="barabasi_albert", attachments=3),
    "stochastic_block": Society(graph="stochastic_block", blocks=3, within_probability=0.4, between_probability=0.05),
}
SMALL = RANDOM | {"none": Society(), "complete": Society(graph="complete")}
DEGROOT = """<?xml version="1.0" encoding="utf-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph edgedefault="directed">
<node id="0"/><node id="1"/><node id="2"/>
<edge source="0" target="1"/><edge source="0" target="2"/>
<edge source="1" target="0"/><edge source="2" target="1"/>
</graph></graphml>"""


def rows(neighbours):
    """Return the list of neighbours of each agent."""
    return [part.tolist() for part in np.split(neighbours.targets, neighbours.begins[1:-1])]


def drawn(society, agents=60, replicate=0, seed=1, stream=0):
    return rows(neighbours_of(society, agents, seed, replicate, stream))


def links_of(neighbours):
    return {(agent, other) for agent, others in enumerate(neighbours) for other in others}


# Worked by hand


def test_nobody_and_everybody():
    assert drawn(Society(), 3) == [[], [], []]
    assert drawn(Society(graph="complete"), 3) == [[1, 2], [0, 2], [0, 1]]


def test_a_ring_without_rewiring():
    ring = drawn(Society(graph="watts_strogatz", neighbours=4, rewiring_probability=0), 7)
    assert ring == [sorted((agent + step) % 7 for step in (-2, -1, 1, 2)) for agent in range(7)]


def test_blocks_are_of_successive_agents():
    # 7 agents in 3 blocks: 0 to 2, 3 and 4, 5 and 6.
    block = [0, 0, 0, 1, 1, 2, 2]
    within = Society(graph="stochastic_block", blocks=3, within_probability=1, between_probability=0)
    between = Society(graph="stochastic_block", blocks=3, within_probability=0, between_probability=1)
    pairs = {(one, other) for one in range(7) for other in range(7) if one != other}
    assert links_of(drawn(within, 7)) == {(i, j) for i, j in pairs if block[i] == block[j]}
    assert links_of(drawn(between, 7)) == {(i, j) for i, j in pairs if block[i] != block[j]}


def test_rewiring_keeps_the_number_of_edges():
    assert sum(map(len, drawn(RANDOM["watts_strogatz"]))) == 60 * 4


def test_each_agent_that_joins_attaches_to_so_many():
    # The first 4 are a star of 3 edges, then each of 56 attaches to 3.
    assert sum(map(len, drawn(RANDOM["barabasi_albert"]))) == 2 * (3 + 56 * 3)
    assert min(map(len, drawn(RANDOM["barabasi_albert"]))) >= 1


@pytest.mark.parametrize(("probability", "degree"), [(0, 0), (1, 19)])
def test_the_ends_of_the_edge_probability(probability, degree):
    found = drawn(Society(graph="erdos_renyi", edge_probability=probability), 20)
    assert [len(others) for others in found] == [degree] * 20


@pytest.mark.parametrize(
    ("society", "pairs_and_probabilities"),
    [
        (RANDOM["erdos_renyi"], [(300 * 299 / 2, 0.2)]),
        (RANDOM["stochastic_block"], [(3 * 100 * 99 / 2, 0.4), (3 * 100 * 100, 0.05)]),
    ],
)
def test_pairs_are_neighbours_with_the_probabilities_given(society, pairs_and_probabilities):
    # z < 4: a false alarm in 16,000.
    edges = sum(map(len, drawn(society, 300))) / 2
    mean = sum(pairs * p for pairs, p in pairs_and_probabilities)
    variance = sum(pairs * p * (1 - p) for pairs, p in pairs_and_probabilities)
    assert abs(edges - mean) < 4 * math.sqrt(variance)


def test_a_thousand_agents_have_about_ten_neighbours_by_default():
    for graph in RANDOM:
        assert neighbours_of(Society(graph=graph), 1000, 1, 0).targets.size / 1000 == pytest.approx(10, abs=1.5)


# Every graph


@pytest.mark.parametrize("graph", SMALL)
def test_neighbours_are_mutual_sorted_and_others(graph):
    found = drawn(SMALL[graph])
    assert len(found) == 60
    assert all(others == sorted(set(others) - {agent}) for agent, others in enumerate(found))
    assert links_of(found) == {(other, agent) for agent, other in links_of(found)}
    assert all(0 <= other < 60 for _, other in links_of(found))


@pytest.mark.parametrize("graph", SMALL)
def test_arrays_of_64_bits(graph):
    neighbours = neighbours_of(SMALL[graph], 60, 1, 0)
    assert neighbours.begins.dtype == neighbours.targets.dtype == np.int64
    assert neighbours.begins.shape == (61,)
    assert neighbours.complete == (graph == "complete")


@pytest.mark.parametrize("graph", RANDOM)
def test_a_graph_depends_on_its_address_alone(graph):
    society = RANDOM[graph]
    first = drawn(society)
    for other in ({"replicate": 1}, {"seed": 2}, {"stream": 1}):
        assert drawn(society, **other) != first
    assert drawn(society) == first


@pytest.mark.parametrize("graph", SMALL)
def test_one_agent(graph):
    if graph in ("none", "complete", "erdos_renyi"):
        assert drawn(SMALL[graph], 1) == [[]]


# Files


def written(folder, text, name="graph.graphml"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def society_of(path):
    return Society(graph="file", path=str(path))


def graphml(inside, attributes='edgedefault="undirected"'):
    return f"<graphml><graph {attributes}>{inside}</graph></graphml>"


def nodes(*names):
    return "".join(f'<node id="{name}"/>' for name in names)


def test_a_directed_graph_points_one_way(tmp_path):
    assert drawn(society_of(written(tmp_path, DEGROOT)), 3) == [[1, 2], [0], [1]]


def test_an_undirected_graph_points_both_ways(tmp_path):
    text = DEGROOT.replace('"directed"', '"undirected"')
    assert rows(read_graph(written(tmp_path, text))) == [[1, 2], [0, 2], [0, 1]]


@pytest.mark.parametrize(
    ("default", "own", "expected"), [("undirected", "true", [[1], []]), ("directed", "false", [[1], [0]])]
)
def test_an_edge_may_differ_from_the_default(tmp_path, default, own, expected):
    edge = f'<edge source="0" target="1" directed="{own}"/>'
    path = written(tmp_path, graphml(nodes(0, 1) + edge, f'edgedefault="{default}"'))
    assert rows(read_graph(path)) == expected


def test_a_list_of_edges(tmp_path):
    text = "# friends\r\n0 1\r\n\r\n1\t2  # close ones\r\n2 1\r\n0 1\r\n3 3\r\n"
    assert rows(read_graph(written(tmp_path, text, "friends.txt"))) == [[1], [0, 2], [1], []]


@pytest.mark.parametrize("name", ["graph.graphml", "graph.XML", "graph.edgelist"])
@pytest.mark.parametrize("kind", [networkx.Graph, networkx.DiGraph, networkx.MultiGraph])
def test_what_networkx_writes(tmp_path, name, kind):
    graph = kind(networkx.karate_club_graph())
    path = tmp_path / name
    writer = networkx.write_edgelist if name.endswith("list") else networkx.write_graphml
    writer(graph, path)
    expected = [sorted(graph.adj[node]) for node in sorted(graph)]
    assert rows(read_graph(path)) == expected


@pytest.mark.parametrize(
    ("names", "places"),
    [
        (["10", "9", "-1"], [2, 1, 0]),  # integers in order of size
        (["b", "a", "10"], [0, 1, 2]),  # as they stand
        (["n10", "n9", "n1"], [0, 1, 2]),
        (["1", "01", "0"], [0, 1, 2]),  # 01 is not how an integer is written
    ],
)
def test_the_order_of_the_nodes(tmp_path, names, places):
    edges = f'<edge source="{names[0]}" target="{names[1]}"/><edge source="{names[1]}" target="{names[2]}"/>'
    path = written(tmp_path, graphml(nodes(*names) + edges, 'edgedefault="directed"'))
    assert links_of(rows(read_graph(path))) == {(places[0], places[1]), (places[1], places[2])}


def test_a_file_gives_the_same_graph_to_all_and_is_read_once(tmp_path):
    society = society_of(written(tmp_path, DEGROOT))
    assert neighbours_of(society, 3, 1, 0) is neighbours_of(society, 3, 2, 7, 5)


def test_a_changed_file_is_read_again(tmp_path):
    path = written(tmp_path, "0 1\n2 2\n", "a.txt")
    assert rows(read_graph(path)) == [[1], [0], []]
    written(tmp_path, "0 2\n1 1\n", "a.txt")
    os.utime(path, ns=(1, 1))
    assert rows(read_graph(path)) == [[2], [], [0]]


def test_a_relative_path_starts_at_the_working_directory(tmp_path, monkeypatch):
    written(tmp_path, "0 1\n", "a.txt")
    monkeypatch.chdir(tmp_path)
    assert drawn(Society(graph="file", path="a.txt"), 2) == [[1], [0]]


def test_an_encoding_named_in_the_file_is_not_followed(tmp_path):
    text = DEGROOT.replace("utf-8", "cp037")
    assert rows(read_graph(written(tmp_path, text))) == [[1, 2], [0], [1]]


def test_deep_nesting_is_no_danger(tmp_path):
    deep = "<data>" * 100_000 + "</data>" * 100_000
    assert rows(read_graph(written(tmp_path, graphml(nodes(0) + deep)))) == [[]]


# What is refused


@pytest.mark.parametrize(
    ("society", "agents", "message"),
    [
        (Society(graph="watts_strogatz"), 10, "society.neighbours must be less than agents.count, 10, got 10"),
        (Society(graph="barabasi_albert"), 5, "society.attachments must be less than agents.count, 5, got 5"),
        (Society(graph="stochastic_block"), 3, "society.blocks must be at most agents.count, 3, got 4"),
        (
            Society(graph="complete"),
            10_000,
            (
                "society.graph must have at most 50000000 links between agents, "
                "got about 99990000 for complete with agents.count 10000"
            ),
        ),
        (
            Society(graph="erdos_renyi", edge_probability=0.5),
            10_000,
            (
                "society.graph must have at most 20000000 links between agents, "
                "got about 49995000 for erdos_renyi with agents.count 10000"
            ),
        ),
        (
            Society(graph="stochastic_block"),
            100_000,
            (
                "society.graph must have at most 20000000 links between agents, "
                "got about 109998900 for stochastic_block with agents.count 100000"
            ),
        ),
    ],
)
def test_refused_graphs(society, agents, message):
    for refusing in (check_society, lambda *what: neighbours_of(*what, 1, 0)):
        with pytest.raises(InputError) as caught:
            refusing(society, agents)
        assert caught.value.messages == [message]


@pytest.mark.parametrize("graph", ["watts_strogatz", "barabasi_albert"])
def test_the_largest_graphs_are_refused_by_their_links(graph):
    with pytest.raises(InputError, match="got about 100000000 for"):
        check_society(Society(graph=graph), 10_000_000)


def test_the_fewest_agents_that_are_enough():
    assert drawn(Society(graph="watts_strogatz", rewiring_probability=0), 11) == drawn(Society(graph="complete"), 11)
    assert len(drawn(Society(graph="barabasi_albert"), 6)) == 6
    assert len(drawn(Society(graph="stochastic_block"), 4)) == 4


def test_an_address_that_is_none():
    with pytest.raises(InputError, match="seed must be a whole number from 0"):
        neighbours_of(Society(), 3, -1, 0)


@pytest.mark.parametrize("agents", [2, 4])
def test_other_than_a_node_for_each_agent(tmp_path, agents):
    path = written(tmp_path, DEGROOT)
    with pytest.raises(InputError) as caught:
        check_society(society_of(path), agents)
    problem = f"the graph must have as many nodes as agents.count, {agents}, got 3"
    assert caught.value.messages == [f"society.path: {path}: {problem}"]


def refusal_of(path):
    with pytest.raises(InputError) as caught:
        check_society(society_of(path), 3)
    (message,) = caught.value.messages
    assert message.startswith(f"society.path: {path}: ")
    return message.removeprefix(f"society.path: {path}: ")


def test_files_that_cannot_be_read(tmp_path):
    assert refusal_of(tmp_path / "missing.graphml") == "there is no such file"
    assert refusal_of(tmp_path) == "this must be a file, got a folder"
    assert refusal_of("/dev/null") == "this must be a file, got a device or a pipe"
    assert refusal_of(written(tmp_path, "0 1\n", "a.txt") / "b.txt") == "the file cannot be read: Not a directory"


def test_what_is_no_file_name():
    with pytest.raises(InputError) as caught:
        read_graph("a\0b")
    assert caught.value.messages == ["society.path: 'a\\x00b': this is no file name"]


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path):
    path = written(tmp_path, DEGROOT)
    path.chmod(0)
    assert refusal_of(path) == "the file cannot be read: Permission denied"


def test_a_large_file_is_refused_unread(tmp_path):
    path = tmp_path / "large.txt"
    with path.open("wb") as file:
        file.truncate(graphs.MOST_BYTES + 1)
    assert refusal_of(path) == "the file must be at most 50 MB, got 50000001 bytes"


def test_entities_are_refused_before_they_grow(tmp_path):
    lines = ['<!ENTITY a "ha">'] + [
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    bomb = f"<!DOCTYPE graphml [{''.join(lines)}]>{graphml('&i;')}"
    began = time.perf_counter()
    assert refusal_of(written(tmp_path, bomb)) == "GraphML must be without DOCTYPE and ENTITY, got <!DOCTYPE"
    assert time.perf_counter() - began < 1


def test_no_encoding_hides_entities(tmp_path):
    wide = '<?xml version="1.0"?><!DOCTYPE graphml><graphml/>'.encode("utf-16")
    assert refusal_of(written(tmp_path, wide)) == "the file must be UTF-8 text, got another encoding"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "the file must be XML, got a mistake: no element found: line 1, column 0"),
        ("0 1\n1 2\n", "the file must be XML, got a mistake: syntax error: line 1, column 0"),
        ("<graphml><graph>", "the file must be XML, got a mistake: no element found: line 1, column 16"),
        ("<graphml/>", "the file must be GraphML with one graph, got 0 in 'graphml'"),
        ("<html><graph/></html>", "the file must be GraphML with one graph, got 1 in 'html'"),
        ("<graphml><graph/><graph/></graphml>", "the file must be GraphML with one graph, got 2 in 'graphml'"),
        (graphml("", ""), "edgedefault must be directed or undirected, got null"),
        (graphml("", 'edgedefault="both"'), "edgedefault must be directed or undirected, got 'both'"),
        (graphml("<hyperedge/>"), "the graph must consist of nodes and edges, got a hyperedge inside"),
        (graphml("<node id='0'><graph/></node>"), "the graph must consist of nodes and edges, got a graph inside"),
        (graphml("<node/>"), "each node must have an id of its own, got null"),
        (graphml(nodes(0, 1, 0)), "each node must have an id of its own, got '0'"),
        (
            graphml(nodes(0, 1) + '<edge source="0" target="2"/>'),
            "source and target of an edge must be nodes of the graph, got '2'",
        ),
        (
            graphml(nodes(0, 1) + '<edge target="1"/>'),
            "source and target of an edge must be nodes of the graph, got null",
        ),
        (graphml(nodes(0, 1)), "the graph must have as many nodes as agents.count, 3, got 2"),
    ],
)
def test_malformed_graphml(tmp_path, text, problem):
    assert refusal_of(written(tmp_path, text)) == problem


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("0 1\n2\n", "line 2: an edge must be two nodes separated by blanks, got '2'"),
        ("0,1\n1,2\n", "line 1: an edge must be two nodes separated by blanks, got '0,1'"),
        ("0 1 0.5\n", "line 1: an edge must be two nodes separated by blanks, got '0 1 0.5'"),
        ("\n# none\n0 1\r0 1 2\n", "line 4: an edge must be two nodes separated by blanks, got '0 1 2'"),
        ("", "the graph must have as many nodes as agents.count, 3, got 0"),
        (b"0 1\n1 \xff\n", "the file must be UTF-8 text, got another encoding"),
    ],
)
def test_malformed_lists_of_edges(tmp_path, text, problem):
    assert refusal_of(written(tmp_path, text, "graph.txt")) == problem
