"""``compliance status``: how far the sweep in a folder has come."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import typer

from compliance.inputs import Directory, Json
from compliance.printing import as_duration, print_json
from compliance.refusing import refusing

if TYPE_CHECKING:
    from parameter_sweeps.status import Status


@refusing()
def status_command(directory: Directory, as_json: Json = False) -> None:
    """Say which cells and runs of a sweep are finished, missing and failed, and how long the rest will take."""
    from parameter_sweeps.status import directory_status

    status = directory_status(directory)
    if as_json:
        print_json(status._asdict())
        return
    part = "" if status.part is None else ", part {} of {}".format(*status.part)
    typer.echo(f"{status.study}{part}: {'a sweep is at work' if status.is_at_work else 'no sweep is at work'}")
    for what in ("cells", "runs"):
        finished, missing, failed, planned = (
            getattr(status, name) for name in (f"{what}_finished", f"{what}_missing", f"{what}_failed", what)
        )
        typer.echo(f"{what}: {finished:,} of {planned:,} finished, {missing:,} missing, {failed:,} failed")
    if status.runs_missing:
        typer.echo(_speed(status))


def _speed(status: Status) -> str:
    if math.isnan(status.seconds_left):
        return "speed and time left are not known before the first runs"
    return f"{status.runs_per_second:.1f} runs/s, about {as_duration(status.seconds_left)} left at that speed"
