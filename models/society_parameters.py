"""Parameters of the society: who is whose neighbour, and what neighbours pass on to each other."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import model_validator

from models.parameters import Section, choice, number
from models.refusals import Mistake, refusals_at

LONGEST_PATH = 4096

#: The graph that each of these keys belongs to; with any other graph it keeps its default.
_GRAPH_OF_KEY = {
    "edge_probability": "erdos_renyi",
    "neighbours": "watts_strogatz",
    "rewiring_probability": "watts_strogatz",
    "attachments": "barabasi_albert",
    "blocks": "stochastic_block",
    "within_probability": "stochastic_block",
    "between_probability": "stochastic_block",
    "path": "file",
}


class Society(Section):
    """Who sees and hears of whom; by default every graph gives a thousand agents about ten neighbours each."""

    graph: Literal[
        "none", "complete", "erdos_renyi", "watts_strogatz", "barabasi_albert", "stochastic_block", "file"
    ] = choice("none", "Who is whose neighbour: nobody, everybody, by one of the random graphs, or as a file says.")
    edge_probability: float = number(
        0.01, "Probability that two agents are neighbours (erdos_renyi).", unit="probability", ge=0, le=1
    )
    neighbours: int = number(
        10,
        "Number of nearest agents on a ring that each agent has as neighbours before rewiring, even (watts_strogatz).",
        unit="agents",
        ge=2,
        whole=True,
    )
    rewiring_probability: float = number(
        0.1,
        "Probability that an edge of the ring is led to a random agent (watts_strogatz).",
        unit="probability",
        ge=0,
        le=1,
    )
    attachments: int = number(
        5,
        "Number of agents that each agent links to as it joins, sooner to those with many links (barabasi_albert).",
        unit="agents",
        ge=1,
        whole=True,
    )
    blocks: int = number(
        4,
        "Number of blocks that the agents are parted into equally (stochastic_block).",
        unit="blocks",
        ge=1,
        whole=True,
    )
    within_probability: float = number(
        0.04,
        "Probability that two agents of the same block are neighbours (stochastic_block).",
        unit="probability",
        ge=0,
        le=1,
    )
    between_probability: float = number(
        0.001,
        "Probability that two agents of different blocks are neighbours (stochastic_block).",
        unit="probability",
        ge=0,
        le=1,
    )
    path: str = choice(
        "",
        "GraphML file, or list of edges, with a node for each agent (file).",
        strict=True,
        max_length=LONGEST_PATH,
    )
    initial_compliance: float = number(
        0.5,
        "Share of the neighbours taken to have complied before the first episode, and where there are none.",
        unit="share",
        symbol="S",
        ge=0,
        le=1,
    )
    social_learning: float = number(
        0.0,
        "Weight of the neighbours' beliefs in an agent's own.",
        unit="share per episode",
        symbol="zeta",
        neutral=0.0,
        ge=0,
        le=1,
    )
    news: float = number(
        0.0,
        "Evidence of being watched that each flagged neighbour is worth.",
        unit="episodes",
        symbol="nu",
        neutral=0.0,
        ge=0,
    )

    @model_validator(mode="after")
    def _graph_and_its_keys_agree(self) -> Society:
        mistakes: list[Mistake] = [
            (("graph",), f"{_GRAPH_OF_KEY[key]} for society.{key} to be set", self.graph)
            for key in keys_of_other_graphs(self.graph)
            if getattr(self, key) != _default(key)
        ]
        if self.graph == "watts_strogatz" and self.neighbours % 2:
            mistakes.append((("neighbours",), "an even number", self.neighbours))
        if self.graph == "file" and not self.path:
            mistakes.append((("path",), "the name of a file where society.graph is file", self.path))
        if mistakes:
            raise refusals_at(mistakes)
        return self


def keys_of_other_graphs(graph: str) -> list[str]:
    """Return the keys that must be left out, or keep their defaults, where this is the graph."""
    return [key for key, owner in _GRAPH_OF_KEY.items() if owner != graph]


def _default(key: str) -> Any:
    return Society.model_fields[key].default
