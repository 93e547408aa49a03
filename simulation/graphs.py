"""Who is whose neighbour: the graph of a society as compressed rows, drawn by networkx or read from a file.

A random graph depends on its address (seed, replicate, stream) alone, so replicate r has the same graph in every cell
of a sweep. A file gives one graph for all replicates; it is read once, and again when it changes. Everything that a
file may hold is judged before memory is spent on it.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator
from functools import lru_cache
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import numpy as np

from models.refusals import InputError, shortened
from models.society_parameters import Society
from simulation.draws import addressed_uniforms, check_address
from simulation.neighbourhood import Integers, Neighbours, complete_rows, rows_of

if TYPE_CHECKING:
    from random import Random

    from networkx import Graph

#: Address of the draw that seeds the generator of a random graph (episode 0, agent 0).
GRAPH = 1 << 20
#: 8 bytes a link; the largest complete graph has 7,071 agents.
MOST_LINKS = 50_000_000
#: networkx needs about 100 bytes and 2 microseconds a link.
MOST_DRAWN_LINKS = 20_000_000
MOST_BYTES = 50_000_000
GRAPHML_SUFFIXES = (".graphml", ".xml")

_DECLARATION = re.compile("<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_INTEGER = re.compile("0|-?[1-9][0-9]{0,17}", re.ASCII)


def neighbours_of(society: Society, agents: int, seed: int, replicate: int, stream: int = 0) -> Neighbours:
    """Return the neighbours of each of `agents` agents in one replicate.

    Parameters
    ----------
    seed, replicate, stream : int
        Address of the draws, each in [0, 2^32).

    Raises
    ------
    InputError
        As `check_society` does, and for an address that is none.
    """
    check_address(seed, replicate, stream)
    check_society(society, agents)
    if society.graph == "file":
        return read_graph(society.path)
    if society.graph == "complete":
        return complete_rows(agents)
    if society.graph == "none":
        return rows_of(np.empty((0, 2), np.int64), agents)
    edges = _drawn_edges(society, agents, _generator(seed, replicate, stream))
    return rows_of(np.concatenate([edges, edges[:, ::-1]]), agents)


def check_society(society: Society, agents: int) -> None:
    """Refuse a graph that so many agents cannot have, or that takes too much memory; a file is read for that.

    Raises
    ------
    InputError
    """
    if society.graph == "file":
        nodes = read_graph(society.path).begins.size - 1
        if nodes != agents:
            raise _refused(society.path, f"the graph must have as many nodes as agents.count, {agents}, got {nodes}")
    least = {
        "watts_strogatz": ("neighbours", 1),
        "barabasi_albert": ("attachments", 1),
        "stochastic_block": ("blocks", 0),
    }
    key, others = least.get(society.graph, ("", 0))
    if key and getattr(society, key) > agents - others:
        bound = "less than" if others else "at most"
        raise InputError([f"society.{key} must be {bound} agents.count, {agents}, got {getattr(society, key)}"])
    _check_size(society, agents)


def read_graph(path: str | os.PathLike[str]) -> Neighbours:
    """Return the neighbours of each node of a graph in a file, which is read again only when it has changed.

    A file whose name ends in .graphml or .xml is GraphML with one graph, directed or not; attributes and data are not
    used. Any other is a list of undirected edges, one a line: two nodes separated by blanks, and what networkx writes
    after them in braces, which is not used; a comment begins with ``#``. There a node without neighbours is written as
    an edge from it to itself. Edges from a node to itself are dropped, and of equal edges one is kept.

    Nodes stand for agents in the order of their names if all are integers, else in the order of the file.

    Parameters
    ----------
    path : str or path
        A file of at most 50 MB, in UTF-8; a relative path starts at the working directory.

    Raises
    ------
    InputError
        If the file cannot be read, or is none of the two.
    """
    where = os.fspath(path)
    try:
        status = Path(where).stat()
        if problem := _unreadable(status):
            raise _refused(where, problem)
        return _read(where, str(Path(where).absolute()), status.st_mtime_ns, status.st_size)
    except InputError:
        raise
    except FileNotFoundError:
        raise _refused(where, "there is no such file") from None
    except OSError as error:
        raise _refused(where, f"the file cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise _refused(where, "the file must be UTF-8 text, got another encoding") from None
    except ValueError:
        raise _refused(ascii(where), "this is no file name") from None


# Random graphs


def _generator(seed: int, replicate: int, stream: int) -> Random:
    import networkx

    uniform = addressed_uniforms(seed, replicate, GRAPH, stream, 1)[0, 0]
    generator: Random = networkx.utils.create_py_random_state(int(uniform * 2.0**52))
    return generator


def _drawn_edges(society: Society, agents: int, luck: Random) -> Integers:
    """Return the edges of a random graph, (edges, 2), each in one direction."""
    # the import takes longer than many a run without a graph
    import networkx

    if society.graph == "erdos_renyi":
        return _edges(networkx.fast_gnp_random_graph(agents, society.edge_probability, seed=luck))
    if society.graph == "watts_strogatz":
        return _edges(
            networkx.watts_strogatz_graph(agents, society.neighbours, society.rewiring_probability, seed=luck)
        )
    if society.graph == "barabasi_albert":
        return _edges(networkx.barabasi_albert_graph(agents, society.attachments, seed=luck))
    return _edges_of_blocks(society, agents, luck)


def _edges_of_blocks(society: Society, agents: int, luck: Random) -> Integers:
    """Return the edges of a stochastic block model whose blocks are of successive agents, equal or one apart.

    Edges between blocks are those of a random graph of all agents, less the ones within a block. networkx has a model
    of its own, which looks at each pair of agents.
    """
    import networkx

    block = np.arange(agents) * society.blocks // agents
    ends = np.searchsorted(block, np.arange(society.blocks + 1))
    drawn = _edges(networkx.fast_gnp_random_graph(agents, society.between_probability, seed=luck))
    parts = [drawn[block[drawn[:, 0]] != block[drawn[:, 1]]]]
    for begin, end in pairwise(ends):
        inside = networkx.fast_gnp_random_graph(int(end - begin), society.within_probability, seed=luck)
        parts.append(begin + _edges(inside))
    return np.concatenate(parts)


def _edges(graph: Graph[int]) -> Integers:
    ends = (end for edge in graph.edges for end in edge)
    return np.fromiter(ends, np.int64, 2 * graph.number_of_edges()).reshape(-1, 2)


def _check_size(society: Society, agents: int) -> None:
    links = _expected_links(society, agents)
    most = MOST_LINKS if society.graph == "complete" else MOST_DRAWN_LINKS
    if links > most:
        found = f"about {links:.0f} for {society.graph} with agents.count {agents}"
        raise InputError([f"society.graph must have at most {most} links between agents, got {found}"])


def _expected_links(society: Society, agents: int) -> float:
    """Return how many links the graph will have, or has to be drawn with, each edge counted at both ends."""
    everybody = agents * (agents - 1.0)
    expected = {
        "complete": everybody,
        "erdos_renyi": everybody * society.edge_probability,
        "watts_strogatz": float(agents * society.neighbours),
        "barabasi_albert": 2.0 * agents * society.attachments,
        "stochastic_block": everybody * (society.between_probability + society.within_probability / society.blocks),
    }
    return expected.get(society.graph, 0.0)


# Files


@lru_cache(maxsize=8)
def _read(where: str, file: str, _modified: int, _size: int) -> Neighbours:
    text = Path(file).read_bytes().decode("utf-8-sig")
    graphml = file.lower().endswith(GRAPHML_SUFFIXES)
    nodes, links = _graphml(text, where) if graphml else _edge_list(text, where)
    place = {node: index for index, node in enumerate(_in_order(nodes))}
    ends = (place[end] for link in links for end in link)
    return rows_of(np.fromiter(ends, np.int64).reshape(-1, 2), len(place))


def _in_order(nodes: Iterable[str]) -> list[str]:
    names = list(nodes)
    return sorted(names, key=int) if all(map(_INTEGER.fullmatch, names)) else names


def _edge_list(text: str, where: str) -> tuple[dict[str, None], list[tuple[str, str]]]:
    """Return the nodes, in the order in which they appear, and the links of a list of edges."""
    links = []
    for number, line in enumerate(StringIO(text, newline=None), start=1):
        entries = line.partition("#")[0].split()
        # a line of an adjacency list begins with two nodes too, and goes on with more
        if len(entries) == 1 or (len(entries) > 2 and not entries[2].startswith("{")):
            problem = f"an edge must be two nodes separated by blanks, got {shortened(' '.join(entries))}"
            raise _refused(where, f"line {number}: {problem}")
        if entries:
            links.append((entries[0], entries[1]))
    nodes = dict.fromkeys(end for link in links for end in link)
    return nodes, links + [(target, source) for source, target in links]


def _graphml(text: str, where: str) -> tuple[dict[str, None], list[tuple[str, str]]]:
    """Return the nodes, in the order of the file, and the links of the only graph of a GraphML file."""
    graph = _graph_element(text, where)
    nodes: dict[str, None] = {}
    for element in graph.findall("{*}node"):
        name = element.get("id")
        if name is None or name in nodes:
            raise _refused(where, f"each node must have an id of its own, got {shortened(name)}")
        nodes[name] = None
    directed = graph.get("edgedefault") != "undirected"
    links = [link for edge in graph.findall("{*}edge") for link in _links_of_edge(edge, nodes, directed, where)]
    return nodes, links


def _graph_element(text: str, where: str) -> ElementTree.Element:
    # entities may stand for each other, and so for more text than a computer holds
    if found := _DECLARATION.search(text):
        raise _refused(where, f"GraphML must be without DOCTYPE and ENTITY, got {found.group()}")
    try:
        # of a str, not bytes, or the file could name an encoding in which the above is not found
        root = ElementTree.fromstring(text)  # noqa: S314
    except ElementTree.ParseError as error:
        raise _refused(where, f"the file must be XML, got a mistake: {error}") from None
    graphs = root.findall("{*}graph")
    if root.tag.rpartition("}")[2] != "graphml" or len(graphs) != 1:
        raise _refused(where, f"the file must be GraphML with one graph, got {len(graphs)} in {shortened(root.tag)}")
    for unusable in ("hyperedge", "graph"):
        if graphs[0].find(f".//{{*}}{unusable}") is not None:
            raise _refused(where, f"the graph must consist of nodes and edges, got a {unusable} inside")
    if graphs[0].get("edgedefault") not in ("directed", "undirected"):
        given = shortened(graphs[0].get("edgedefault"))
        raise _refused(where, f"edgedefault must be directed or undirected, got {given}")
    return graphs[0]


def _links_of_edge(
    edge: ElementTree.Element, nodes: dict[str, None], directed: bool, where: str
) -> Iterator[tuple[str, str]]:
    source, target = (edge.get(end) for end in ("source", "target"))
    for end in (source, target):
        if end not in nodes:
            raise _refused(where, f"source and target of an edge must be nodes of the graph, got {shortened(end)}")
    one_way = {"true": True, "1": True, "false": False, "0": False}.get(edge.get("directed", ""), directed)
    yield str(source), str(target)
    if not one_way:
        yield str(target), str(source)


def _unreadable(status: os.stat_result) -> str | None:
    """Return why a file of this kind and size is not read, or None."""
    if stat.S_ISDIR(status.st_mode):
        return "this must be a file, got a folder"
    if not stat.S_ISREG(status.st_mode):
        return "this must be a file, got a device or a pipe"
    if status.st_size > MOST_BYTES:
        return f"the file must be at most 50 MB, got {status.st_size} bytes"
    return None


def _refused(where: str, problem: str) -> InputError:
    return InputError([f"society.path: {where}: {problem}"])
