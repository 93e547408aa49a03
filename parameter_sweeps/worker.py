"""A worker: a process that computes the tasks it is given, and this process's end of it."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

_PATIENCE_SECONDS = 5.0

# each worker has a core of its own, so more threads would only be in each other's way
_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")

T = TypeVar("T")


class Worker(Generic[T]):
    """A process, the ends of its pipes, and the tasks that it has: the first is the one that it computes."""

    def __init__(self, context: Any, work: bytes, warm_up: bytes | None) -> None:
        theirs_in, self.outbox = context.Pipe(duplex=False)
        self.inbox, theirs_out = context.Pipe(duplex=False)
        self.process = context.Process(target=_serve, args=(work, warm_up, theirs_in, theirs_out), daemon=True)
        self.is_ready = False
        self.tasks: deque[T] = deque()
        with theirs_in, theirs_out:
            self.process.start()

    def hand(self, task: T) -> None:
        """Give it a task; that it is dead is found when it is listened to."""
        self.tasks.append(task)
        with suppress(OSError):
            self.outbox.send(task)

    def end(self) -> None:
        """End it, whatever it does."""
        # it leaves when the other end of this pipe is closed, by us or by our death
        self.outbox.close()
        self.inbox.close()

    def bury(self) -> None:
        """Wait until it has left."""
        self.process.join(_PATIENCE_SECONDS)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.process.close()


@contextmanager
def surroundings() -> Iterator[None]:
    """Have processes that are started meanwhile use one thread each, and find modules where this one does."""
    wanted = dict.fromkeys(_ONE_THREAD, "1") | _path_of_modules()
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _path_of_modules() -> dict[str, str]:
    """Return what has another Python find the modules that this one does.

    The process that workers are forked from imports modules before it is told this one's path, and it would look in the
    working directory first: a user's own ``models.py`` there would be taken for ours, also under the console command.
    """
    return {"PYTHONSAFEPATH": "1", "PYTHONPATH": os.pathsep.join(place or str(Path.cwd()) for place in sys.path)}


def _serve(work: bytes, warm_up: bytes | None, inbox: Connection, outbox: Connection) -> None:
    """Compute the tasks that come in, one after the other; of a worker."""
    # the main process is interrupted too, and ends the workers in its own way; also where it started no server
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tasks: SimpleQueue[Any] = SimpleQueue()
    threading.Thread(target=_receive, args=(inbox, tasks), daemon=True).start()
    loaded: list[Callable[..., object]] = []
    # nobody listens any more: there is nothing to say
    with suppress(BrokenPipeError):
        outbox.send(_outcome(_begin, loaded, work, warm_up))
        while loaded:
            outbox.send(_outcome(loaded[0], tasks.get()))


def _begin(loaded: list[Callable[..., object]], work: bytes, warm_up: bytes | None) -> None:
    # both come from our own main process
    loaded.append(pickle.loads(work))  # noqa: S301
    if warm_up is not None:
        pickle.loads(warm_up)()  # noqa: S301


def _receive(inbox: Connection, tasks: SimpleQueue[Any]) -> None:
    while True:
        try:
            tasks.put(inbox.recv())
        except (EOFError, OSError):
            os._exit(1)


def _outcome(function: Callable[..., object], *arguments: object) -> tuple[bool, object]:
    """Return whether a function raised, and what it raised or returned."""
    try:
        return False, function(*arguments)
    except Exception as error:
        error.add_note(f"In a worker process:\n{traceback.format_exc()}")
        try:
            pickle.loads(pickle.dumps(error))  # noqa: S301 (our own)
        except Exception:
            return True, RuntimeError("".join(traceback.format_exception(error)))
        return True, error
