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
    """Write lines to standard error, each headed by the name of the program."""
    for message in messages:
        print(f"compliance: {message}", file=sys.stderr)  # noqa: T201
