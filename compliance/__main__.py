"""The command line, ``compliance``."""

from __future__ import annotations

from typing import Annotated

import typer

from compliance.commands.calibrate import calibrate_command
from compliance.commands.check import check_command
from compliance.commands.compare import compare_command
from compliance.commands.dashboard import dashboard_command
from compliance.commands.discover import discover_command
from compliance.commands.explain import explain_command
from compliance.commands.explorer import explorer_command
from compliance.commands.export import export_command
from compliance.commands.figures import figures_command
from compliance.commands.game import game_command
from compliance.commands.list import list_command
from compliance.commands.map import map_command
from compliance.commands.merge import merge_command
from compliance.commands.replay import replay_command
from compliance.commands.report import report_command
from compliance.commands.run import run_command
from compliance.commands.schema import schema_command
from compliance.commands.sensitivity import sensitivity_command
from compliance.commands.shard import shard_command
from compliance.commands.status import status_command
from compliance.commands.sweep import sweep_command
from compliance.commands.theory import theory_command

# plain help and tracebacks: what makes them pretty would double the time of every start
app = typer.Typer(
    name="compliance",
    help="When is faking alignment what expected utility favours? Exact theory, and simulation that agrees.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("explain")(explain_command)
app.command("run")(run_command)
app.command("map")(map_command)
app.command("sweep")(sweep_command)
app.command("status")(status_command)
app.command("check")(check_command)
app.command("replay")(replay_command)
app.command("export")(export_command)
app.command("shard")(shard_command)
app.command("merge")(merge_command)
app.command("figures")(figures_command)
app.command("calibrate")(calibrate_command)
app.command("theory")(theory_command)
app.command("game")(game_command)
app.command("report")(report_command)
app.command("sensitivity")(sensitivity_command)
app.command("discover")(discover_command)
app.command("compare")(compare_command)
app.command("explorer")(explorer_command)
app.command("dashboard")(dashboard_command)
app.command("schema")(schema_command)
app.command("list")(list_command)


def _show_version(wanted: bool) -> None:
    if wanted:
        from compliance import __version__

        typer.echo(f"compliance {__version__}")
        raise typer.Exit


@app.callback()
def _front_door(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    """When is faking alignment what expected utility favours? Exact theory, and simulation that agrees."""


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
