"""``compliance explain``: one agent's decision in words and numbers."""

from __future__ import annotations

from typing import Annotated

import typer

from compliance.compiling import tell_of_valuing
from compliance.inputs import Json, RegimeName, ScenarioName, Set, scenario_from
from compliance.printing import print_json, progress_bar
from compliance.refusing import refusing


@refusing()
def explain_command(
    scenario: ScenarioName,
    settings: Set = [],  # noqa: B006
    regime: RegimeName = None,
    group: Annotated[str | None, typer.Option(help="Name of a group of agents; by default each one.")] = None,
    as_json: Json = False,
) -> None:
    """Explain one agent's decision: beliefs, utilities, threshold, class, and what would change its mind."""
    loaded = scenario_from(scenario, settings, regime)
    from simulation.explanation import explain

    tell_of_valuing(loaded)
    if group is None and loaded.agents.groups:
        names = [one.name for one in loaded.agents.groups]
        with progress_bar("worlds") as progress:
            found = {name: explain(loaded.of_group(name), progress) for name in names}
        if as_json:
            print_json({name: one.as_dict() for name, one in found.items()})
        else:
            typer.echo("\n\n".join(f"Group {name}\n\n{one.text()}" for name, one in found.items()))
        return
    with progress_bar("worlds") as progress:
        explained = explain(loaded if group is None else loaded.of_group(group), progress)
    if as_json:
        print_json(explained.as_dict())
    else:
        typer.echo(explained.text())
