"""``compliance game``: the game of one episode between overseer and agent, and its equilibria."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from compliance.inputs import Json, RegimeName, ScenarioName, Set, file_from, numbers_from, scenario_from
from compliance.printing import as_number, print_json, print_table
from compliance.refusing import refusing

if TYPE_CHECKING:
    from analysis.games import Equilibria
    from parameter_sweeps.one_shot_game import OneShotGame


@refusing()
def game_command(
    scenario: ScenarioName,
    settings: Set = [],  # noqa: B006
    regime: RegimeName = None,
    rates: Annotated[
        str | None, typer.Option(help="Rates of watching to choose from, such as 0,0.25,1; by default watch or not.")
    ] = None,
    as_json: Json = False,
    out: Annotated[Path | None, typer.Option(help="File for the game, .nfg, as Gambit reads it.")] = None,
) -> None:
    """Print the payoff matrix of one episode and its equilibria; what agents plan beyond it is left out."""
    loaded = scenario_from(scenario, settings, regime)
    grid = None if rates is None else numbers_from(rates, "--rates")
    file_from(out, ".nfg")
    from analysis.games import equilibria, write_nfg
    from parameter_sweeps.one_shot_game import one_shot_game

    game = one_shot_game(loaded, grid)
    found = equilibria(game)
    if out is not None:
        write_nfg(game, out)
    if as_json:
        print_json(_as_dict(game, found))
        return
    _print(game, found)
    if out is not None:
        typer.echo(f"Written to {out}")


def _print(game: OneShotGame, found: Equilibria) -> None:
    cells = zip(game.overseer_strategies, game.overseer_payoffs, game.agent_payoffs, strict=True)
    rows = [
        (name, *(f"{as_number(one)}, {as_number(other)}" for one, other in zip(own, agent, strict=True)))
        for name, own, agent in cells
    ]
    print_table(f"{game.name}: payoffs of one episode (overseer, agent)", ("overseer", *game.agent_strategies), rows)
    for number, one in enumerate(found.found, start=1):
        sides = (
            _mixture(game.overseer_strategies, one.overseer),
            _mixture(game.agent_strategies, one.agent),
        )
        payoffs = f"payoffs {as_number(one.overseer_payoff)}, {as_number(one.agent_payoff)}"
        typer.echo(f"Equilibrium {number}: overseer {sides[0]}; agent {sides[1]}; {payoffs}")
    if found.is_degenerate:
        typer.echo(
            "The game is degenerate: some side has more best replies than it mixes; there may be more equilibria."
        )


def _mixture(names: tuple[str, ...], shares: Any) -> str:
    return ", ".join(f"{name} {as_number(share)}" for name, share in zip(names, shares, strict=True) if share > 0.0)


def _as_dict(game: OneShotGame, found: Equilibria) -> dict[str, Any]:
    return {
        "scenario": game.name,
        "overseer_strategies": list(game.overseer_strategies),
        "agent_strategies": list(game.agent_strategies),
        "overseer_payoffs": game.overseer_payoffs.tolist(),
        "agent_payoffs": game.agent_payoffs.tolist(),
        "equilibria": [
            {
                "overseer": one.overseer.tolist(),
                "agent": one.agent.tolist(),
                "overseer_payoff": one.overseer_payoff,
                "agent_payoff": one.agent_payoff,
            }
            for one in found.found
        ],
        "is_degenerate": found.is_degenerate,
    }
