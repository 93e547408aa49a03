"""An agent's neighbours: the rows that they stand in, how many are of some kind, and the mean of what they hold.

Neighbours stand in compressed rows: those of agent i are ``targets[begins[i]:begins[i + 1]]``. A mean is summed in
the order of `targets`, which makes it the same, to the last bit, wherever it is computed. Arrays are (agents,) and the
ones written, `out` and `number`, must be none of those read: all agents look at their neighbours at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compilation import compiled_loop

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


class Neighbours(NamedTuple):
    """Neighbours of each agent, in compressed rows.

    Attributes
    ----------
    begins : (agents + 1,)
        Where each agent's neighbours begin in `targets`, and where the last one's end.
    targets : (links,)
        ``targets[begins[i]:begins[i + 1]]`` are the agents that an edge of i points to, in ascending order, each once
        and never i itself; both ends of an undirected edge are each other's.
    complete : bool
        True if the graph is ``complete``: everybody is everybody's neighbour.
    """

    begins: Integers
    targets: Integers
    complete: bool = False


def complete_rows(agents: int) -> Neighbours:
    """Return everybody as a neighbour of everybody else."""
    own = np.arange(agents)[:, None]
    others = np.arange(agents - 1)
    return Neighbours(np.arange(agents + 1) * (agents - 1), (others + (others >= own)).ravel(), complete=True)


def rows_of(links: Integers, agents: int) -> Neighbours:
    """Return links, (links, 2) from an agent to its neighbour, as rows without loops and duplicates."""
    links = links[links[:, 0] != links[:, 1]]
    # one number a link, below 10^14: sorting it sorts by agent, then by neighbour
    ordered = np.unique(links[:, 0] * agents + links[:, 1])
    begins = np.searchsorted(ordered, np.arange(agents + 1) * agents)
    return Neighbours(begins.astype(np.int64), ordered % max(agents, 1))


@compiled_loop
def count_neighbours(begins: Integers, targets: Integers, what: Integers, out: Integers) -> None:
    """Set ``out[i]`` to the number of i's neighbours j with ``what[j] == 1``."""
    for agent in range(out.size):
        count = 0
        for place in range(begins[agent], begins[agent + 1]):
            count += 1 if what[targets[place]] == 1 else 0
        out[agent] = count


@compiled_loop
def count_all_others(what: Integers, out: Integers) -> None:
    """Set ``out[i]`` to the number of agents j other than i with ``what[j] == 1``.

    That is `count_neighbours` of the complete graph, in one pass instead of one an agent.
    """
    total = 0
    for agent in range(what.size):
        total += 1 if what[agent] == 1 else 0
    for agent in range(out.size):
        out[agent] = total - (1 if what[agent] == 1 else 0)


@compiled_loop
def mean_of_neighbours(
    begins: Integers, targets: Integers, values: Floats, counted: Integers, out: Floats, number: Integers
) -> None:
    """Set ``out[i]`` to the mean of `values` over those of i's neighbours j with ``counted[j] == 1``.

    Parameters
    ----------
    out, number
        The means, and over how many neighbours each was taken; both are 0 where there are none to take it over.
    """
    for agent in range(out.size):
        total, count = 0.0, 0
        for place in range(begins[agent], begins[agent + 1]):
            neighbour = targets[place]
            # a value that does not count may be infinite: it is left out, not multiplied by 0
            if counted[neighbour] == 1:
                total += values[neighbour]
                count += 1
        out[agent] = total / count if count > 0 else 0.0
        number[agent] = count
