"""``compliance replay``: run one row of a sweep again and compare it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from compliance.inputs import Directory, Json
from compliance.printing import print_json, print_table
from compliance.refusing import INCOMPLETE, refusing, tell

if TYPE_CHECKING:
    from parameter_sweeps.replay import Replay


@refusing()
def replay_command(
    directory: Directory,
    row: Annotated[str, typer.Argument(metavar="ROW", help="Index of a row in the table, or cell,replicate.")],
    as_json: Json = False,
) -> None:
    """Run one row of a sweep again and say whether every measure is the same to the bit."""
    from parameter_sweeps.replay import replay_row

    replay = replay_row(directory, row)
    if as_json:
        print_json(replay._asdict() | {"matches": replay.matches})
    else:
        _print(replay)
    if not replay.matches:
        raise typer.Exit(INCOMPLETE)


def _print(replay: Replay) -> None:
    tell(f"the code is another: {difference}" for difference in replay.other_code)
    if replay.not_run:
        tell([f"not run again, because a command does not have them: {', '.join(replay.not_run)}"])
    where = f"row {replay.row} (cell {replay.cell}, replicate {replay.replicate}, seed {replay.seed})"
    kept, again = replay.failure
    if replay.matches:
        failed = f"; it fails as it did: {kept}" if kept else ""
        typer.echo(f"{where}: all {len(replay.measures)} measures are the same to the bit{failed}")
        return
    rows = [(name, *map(repr, replay.measures[name])) for name in replay.differences if name in replay.measures]
    print_table(f"{where}: {len(rows)} of {len(replay.measures)} measures differ", ("measure", "kept", "again"), rows)
    if kept != again:
        typer.echo(f"failure kept: {kept or 'none'}; again: {again or 'none'}")
