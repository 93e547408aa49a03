"""``compliance explain``: one agent's decision in words and numbers."""

from __future__ import annotations

import typer

from compliance.inputs import Json, RegimeName, ScenarioName, Set, scenario_from
from compliance.printing import print_json
from compliance.refusing import refusing


@refusing()
def explain_command(
    scenario: ScenarioName,
    settings: Set = [],  # noqa: B006
    regime: RegimeName = None,
    as_json: Json = False,
) -> None:
    """Explain one agent's decision: beliefs, utilities, threshold, class, and what would change its mind."""
    loaded = scenario_from(scenario, settings, regime)
    from simulation.explanation import explain

    explained = explain(loaded)
    if as_json:
        print_json(explained.as_dict())
    else:
        typer.echo(explained.text())
