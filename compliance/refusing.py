"""How a command ends: a user's mistakes are lines on standard error, never a traceback."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable
from typing import NoReturn, TypeVar

import typer

Command = TypeVar("Command", bound=Callable[..., None])

#: Something is wrong with what was found: runs that failed, files that were changed, a row that is another now.
INCOMPLETE = 1
REFUSED = 2
INTERRUPTED = 130
#: What can still be read of what is wrong.
MOST_LINES, LONGEST_LINE = 50, 1500
#: What ctrl-C leaves behind: of a command that keeps finished work, and of one that writes at its end.
KEPT = "interrupted; finished work is kept, and the same command goes on from there"
UNWRITTEN = "interrupted; nothing was written"


def refusing(interrupted: str = UNWRITTEN) -> Callable[[Command], Command]:
    """Return a decorator that turns a user's mistakes and an interruption into messages and exit statuses.

    `InputError` exits with status 2, ctrl-C with 130; any other exception passes, with its traceback.

    Parameters
    ----------
    interrupted
        What is said on ctrl-C.
    """

    def decorated(command: Command) -> Command:
        @functools.wraps(command)
        def guarded(*arguments: object, **options: object) -> None:
            try:
                command(*arguments, **options)
            except KeyboardInterrupt:
                tell([interrupted])
                raise typer.Exit(INTERRUPTED) from None
            except ValueError as error:
                _refuse_mistakes(error)

        return guarded  # type: ignore[return-value]

    return decorated


def _refuse_mistakes(error: ValueError) -> NoReturn:
    # imported here, because at the start it would take as long as all the rest
    from models.refusals import InputError

    if not isinstance(error, InputError):
        raise error
    tell(error.messages)
    raise typer.Exit(REFUSED) from None


def refuse(*messages: str) -> NoReturn:
    """Raise the `InputError` of these messages."""
    from models.refusals import InputError

    raise InputError(messages)


def tell(messages: Iterable[str]) -> None:
    """Write lines to standard error, each headed by the name of the program; of very many the first."""
    told = list(messages)
    rest = len(told) - MOST_LINES
    for message in told if rest <= 0 else [*told[:MOST_LINES], f"... and {rest} more"]:
        print(f"compliance: {one_line(message)}", file=sys.stderr)  # noqa: T201


def one_line(message: str) -> str:
    """Return a message as a line that a terminal only shows: what would move its cursor is written as an escape."""
    shown = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in message[: LONGEST_LINE + 1])
    return shown if len(message) <= LONGEST_LINE else f"{shown[:LONGEST_LINE]}..."
