"""Says so where a command first has to compile loops, which takes a while, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from models.scenario import Scenario

_NOTE = "Compiling for this machine, once: this may take two minutes ..."


def tell_of_first_run(*scenarios: Scenario) -> None:
    """Print a line, once, if running or valuing any of the scenarios needs loops that were never compiled here."""
    from simulation.readiness import is_ready_to_run, is_ready_to_value

    if not all(is_ready_to_run(scenario) and is_ready_to_value(scenario) for scenario in scenarios):
        typer.echo(_NOTE, err=True)


def tell_of_running(scenario: Scenario) -> None:
    """Print a line if a run of the scenario needs loops that were never compiled here."""
    from simulation.readiness import is_ready_to_run

    if not is_ready_to_run(scenario):
        typer.echo(_NOTE, err=True)


def tell_of_valuing(scenario: Scenario) -> None:
    """Print a line if strategy values of the scenario need loops that were never compiled here."""
    from simulation.readiness import is_ready_to_value

    if not is_ready_to_value(scenario):
        typer.echo(_NOTE, err=True)
