"""What must hold of a call, whatever it is given: an answer or a refusal in a few plain lines, soon, in little memory.

Beside that nothing is written but where it may be, no other program is started, nothing is unpickled, no network.
"""

from __future__ import annotations

import os
import re
import resource
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib.font_manager  # noqa: F401 (as it is first imported it makes folders of its own)
from click.testing import Result
from typer.testing import CliRunner

from models.refusals import InputError

#: More than a case takes by far on a busy machine; so much more memory than before it.
SECONDS, MEGABYTES = 100, 900
LONGEST_MESSAGE, MOST_MESSAGES = 2000, 60
_FORBIDDEN = (
    "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "subprocess.Popen", "socket.connect",
    "socket.getaddrinfo", "urllib.Request", "pickle.find_class",
)  # fmt: skip
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
#: Programs that results are labelled by.
_LABELLING = ("git", "uname", "lscpu", "ldconfig", "gcc")


class _Watch:
    """What an audit hook has seen since it was armed; hooks stay for ever, so that there is one."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.allowed: tuple[str, ...] | None = None
        self.secrets: tuple[str, ...] = ()
        self.computes = False

    def hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.allowed is None:
            return
        if event == "open":
            self._opened(*arguments)
        elif event in ("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate"):
            for place in arguments[: 2 if event in ("os.rename", "os.link") else 1]:
                self._written(place)
        elif event in _FORBIDDEN and not (self.computes and _is_of_computing(event, arguments)):
            self.seen.append(f"{event} {arguments!r:.200}")

    def _opened(self, path: Any, mode: Any, flags: Any) -> None:
        if not isinstance(path, str | bytes | os.PathLike):
            return
        name = str(Path(os.fsdecode(path)).absolute())
        if isinstance(flags, int) and flags & _WRITES:
            self._written(path)
        if any(name.startswith(secret) for secret in self.secrets):
            self.seen.append(f"read {name}")

    def _written(self, path: Any) -> None:
        if not isinstance(path, str | bytes | os.PathLike):
            return
        name = os.path.realpath(os.fsdecode(path))
        own = ("__pycache__" in name, name.startswith("/dev/"), "numba" in name or "strategic-compliance" in name)
        if not any(own) and not name.startswith(self.allowed or ()):
            self.seen.append(f"wrote {name}")


def _is_of_computing(event: str, arguments: tuple[Any, ...]) -> bool:
    # compiled loops are kept in files of their own, and versions are asked for
    return event == "pickle.find_class" or (event == "subprocess.Popen" and Path(str(arguments[0])).name in _LABELLING)


_WATCH = _Watch()
sys.addaudithook(_WATCH.hook)


class HangError(BaseException):
    """A case took too long."""


@contextmanager
def guarded(*allowed: Path, secrets: tuple[Path, ...] = (), computes: bool = False) -> Iterator[None]:
    """Hold what is done inside to the limits, and to writing below the folders that are allowed alone.

    Parameters
    ----------
    allowed
        Folders that may be written in.
    secrets
        Folders that must not be read.
    computes
        Whether loops may be loaded, which are kept pickled.
    """
    _WATCH.seen, _WATCH.computes = [], computes
    _WATCH.secrets = tuple(str(path) for path in secrets)
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (_address_space() + MEGABYTES * 2**20, before[1]))
    former = signal.signal(signal.SIGALRM, _hang)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    _WATCH.allowed = tuple(os.path.realpath(path) for path in allowed)
    try:
        yield
    finally:
        _WATCH.allowed = None
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)
        resource.setrlimit(resource.RLIMIT_AS, before)
    assert not _WATCH.seen, _WATCH.seen


def _hang(*_: object) -> None:
    raise HangError(f"took over {SECONDS} s")


def _address_space() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()


def answer(call: Callable[[], Any], *allowed: Path, secrets: tuple[Path, ...] = (), computes: bool = False) -> Any:
    """Return what a call returns, or the `InputError` that it refuses its input with; anything else fails."""
    with warnings.catch_warnings(), guarded(*allowed, secrets=secrets, computes=computes):
        warnings.simplefilter("error")
        try:
            return call()
        except InputError as error:
            refused = error
    assert refused.messages
    for message in refused.messages:
        assert_plain(message)
    return refused


def assert_plain(line: str) -> None:
    """Check that a message is one line, of a length that can be read, and moves no cursor."""
    assert 0 < len(line) <= LONGEST_MESSAGE, (len(line), line[:200])
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", line), line


def told(*arguments: object, allowed: tuple[Path, ...] = (), computes: bool = False) -> Result:
    """Return how a command ended: 0, 1 with something found, or 2 with a few plain lines; anything else fails."""
    from compliance.__main__ import app

    with warnings.catch_warnings(), guarded(*allowed, computes=computes):
        warnings.simplefilter("error")
        found = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if found.exception is not None and not isinstance(found.exception, SystemExit):
        raise found.exception
    assert found.exit_code in (0, 1, 2), found.exit_code
    if found.exit_code == 2:
        lines = [line for line in found.stderr.split("\n") if line]
        assert 0 < len(lines) <= MOST_MESSAGES, len(lines)
        for line in lines:
            assert_plain(line)
    return found
