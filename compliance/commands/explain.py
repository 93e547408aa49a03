"""``compliance explain``: one agent's decision in words and numbers."""

from __future__ import annotations

import typer

from compliance.inputs import Json, ScenarioName, Set, scenario_from
from compliance.printing import print_json
from compliance.refusing import refusing


@refusing()
def explain_command(scenario: ScenarioName, settings: Set = [], as_json: Json = False) -> None:  # noqa: B006
    """Explain one agent's decision: beliefs, utilities, threshold, class, and what would change its mind."""
    loaded = scenario_from(scenario, settings)
    from simulation.explanation import explain

    explained = explain(loaded)
    if as_json:
        print_json(explained.as_dict())
    else:
        typer.echo(explained.text())
