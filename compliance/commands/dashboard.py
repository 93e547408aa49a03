"""``compliance dashboard``: a page in the browser in which an agent makes up its mind."""

from __future__ import annotations

from typing import Annotated

import typer

from compliance.refusing import refuse, refusing


@refusing(interrupted="the dashboard was closed")
def dashboard_command(
    host: Annotated[str, typer.Option(help="Address to listen on; by default only this machine.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 8765,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")] = True,
) -> None:
    """Open a page to play with: sliders, a society, its compliance, the strategy map, and one agent's decision."""
    if not 0 <= port < 2**16:
        refuse(f"--port must be in [0, 65535], got {port}")
    from teaching.dashboard_server import open_page, serve

    def ready(address: str) -> None:
        typer.echo(f"The dashboard is at {address} (ctrl-C ends it).")
        if browser:
            open_page(address)

    typer.echo("Starting; on a machine that has compiled nothing yet this may take two minutes ...", err=True)
    serve(host, port, ready)
