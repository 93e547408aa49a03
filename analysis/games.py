"""The game of one episode for other tools: a DataFrame, a game of nashpy, a Gambit file, and its equilibria.

The file is Gambit's strategic form with outcomes [Savani2025]_: a head, the players, their strategies, a comment, one
outcome for each pair of strategies, and which outcome each pair has, with the first player's strategy running fastest.
"""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.refusals import InputError
from parameter_sweeps.one_shot_game import OneShotGame
from parameter_sweeps.whole_files import write_whole

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

PLAYERS = ("Overseer", "Agent")
_COMMENT = "Expected payoffs of one episode: continuation values, beliefs, habit and noise are left out."
_HEAD = re.compile(
    r'NFG 1 R "(?P<name>(?:[^"\\]|\\.)*)"\s*\{\s*"[^"]*"\s+"[^"]*"\s*\}\s*'
    r'\{\s*\{(?P<rows>[^}]*)\}\s*\{(?P<columns>[^}]*)\}\s*\}\s*"(?:[^"\\]|\\.)*"\s*\{(?P<outcomes>.*)\}(?P<order>[\s\d]*)$',
    re.DOTALL,
)
_TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')
_OUTCOME = re.compile(r'\{\s*"(?:[^"\\]|\\.)*"\s*([^\s,]+)\s*,\s*([^\s}]+)\s*\}')


class Equilibrium(NamedTuple):
    """Probabilities of the overseer's and of the agent's strategies, and what each expects."""

    overseer: Floats
    agent: Floats
    overseer_payoff: float
    agent_payoff: float


class Equilibria(NamedTuple):
    """Equilibria, and whether the game is degenerate: then there may be more of them, even infinitely many."""

    found: list[Equilibrium]
    is_degenerate: bool


def payoff_frame(game: OneShotGame) -> pd.DataFrame:
    """Return the payoff matrix: a row for each strategy of the overseer, columns (strategy of the agent, player)."""
    import pandas as pd

    columns = pd.MultiIndex.from_product([game.agent_strategies, PLAYERS], names=["agent", "player"])
    payoffs = np.stack([game.overseer_payoffs, game.agent_payoffs], axis=2)
    index = pd.Index(game.overseer_strategies, name="overseer")
    return pd.DataFrame(payoffs.reshape(len(index), -1), index=index, columns=columns)


def nashpy_game(game: OneShotGame) -> Any:
    """Return the game as a `nashpy.Game`, the overseer choosing rows.

    Raises
    ------
    InputError
        If nashpy is not installed.
    """
    try:
        import nashpy
    except ImportError:
        raise InputError(["nashpy must be installed for equilibria: pip install nashpy"]) from None
    return nashpy.Game(game.overseer_payoffs, game.agent_payoffs)


def equilibria(game: OneShotGame) -> Equilibria:
    """Return the equilibria that support enumeration finds, in the order in which it finds them."""
    solver = nashpy_game(game)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        profiles = list(solver.support_enumeration())
    found = []
    for row, column in profiles:
        overseer, agent = (np.asarray(side, dtype=np.float64) for side in (row, column))
        payoffs = (float(overseer @ matrix @ agent) for matrix in (game.overseer_payoffs, game.agent_payoffs))
        found.append(Equilibrium(overseer, agent, *payoffs))
    return Equilibria(found, bool(warned))


def nfg_text(game: OneShotGame) -> str:
    """Return the game as a Gambit file, every payoff to its last bit."""
    labels = " ".join(
        "{ " + " ".join(map(_quoted, names)) + " }" for names in (game.overseer_strategies, game.agent_strategies)
    )
    pairs = list(zip(game.overseer_payoffs.ravel("F"), game.agent_payoffs.ravel("F"), strict=True))
    outcomes = [f'{{ "" {float(own)!r}, {float(other)!r} }}' for own, other in pairs]
    players = " ".join(map(_quoted, PLAYERS))
    return "\n".join(
        [
            f"NFG 1 R {_quoted(game.name)} {{ {players} }}",
            f"{{ {labels} }}",
            _quoted(_COMMENT),
            "{",
            *outcomes,
            "}",
            " ".join(str(number) for number in range(1, len(pairs) + 1)),
            "",
        ]
    )


def write_nfg(game: OneShotGame, path: Path) -> None:
    """Write the game as a Gambit file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, nfg_text(game).encode())


def game_from_nfg(text: str) -> OneShotGame:
    """Return the game of two players in a Gambit file with outcomes, as `nfg_text` writes it.

    Raises
    ------
    InputError
        If it is no such file, or its outcomes do not fit its strategies.
    """
    head = _HEAD.match(text)
    if head is None:
        raise InputError(["a Gambit file must begin with NFG 1 R and list strategies and outcomes, got another text"])
    rows, columns = (tuple(map(_unquoted, _TEXT.findall(head[part]))) for part in ("rows", "columns"))
    outcomes = [(float(own), float(other)) for own, other in _OUTCOME.findall(head["outcomes"])]
    order = [int(number) for number in head["order"].split()]
    if len(order) != len(rows) * len(columns) or not all(0 <= number <= len(outcomes) for number in order):
        needed = f"one of {len(outcomes)} outcomes for each of {len(rows)} x {len(columns)} pairs of strategies"
        raise InputError([f"a Gambit file must have {needed}, got {len(order)} numbers"])
    # outcome 0 is that nobody gets anything
    payoffs = np.array([[(0.0, 0.0), *outcomes][number] for number in order])
    own, other = (payoffs[:, player].reshape((len(rows), len(columns)), order="F") for player in (0, 1))
    return OneShotGame(_unquoted(head["name"]), rows, columns, own, other)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
