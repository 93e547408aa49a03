"""Tasks computed on several cores, although a worker may die at any moment.

Each worker has pipes of its own to this process and shares nothing with the others. So whatever becomes of one, the
others go on, and it is known which task it died of. That task is run again when all others are finished, with none
beside it, in case that memory was short; after `MOST_DEATHS` deaths it is given up.

`concurrent.futures.ProcessPoolExecutor` does not serve: its workers share two queues, so that one death ends all, and
with Python 3.11 a worker that is started in the moment of another's death is waited for without end.
"""

from __future__ import annotations

import pickle
import signal
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from contextlib import suppress
from multiprocessing import get_all_start_methods, get_context, resource_tracker
from multiprocessing.connection import wait
from typing import Generic, TypeVar

from parameter_sweeps.worker import Worker, surroundings

MOST_DEATHS = 3

#: Tasks of a worker: one that it computes, one that waits, so that it need not.
AHEAD = 2
#: Workers are not started for less, which is about what it takes them to start.
_WORTH_WORKERS_SECONDS = 3.0
#: Compiled loops run side by side in threads; what is around them does not, so that more would wait for each other.
_MOST_THREADS = 4

_NO_WORKERS = (
    "worker processes die as they start. In a script, run_sweep must be called under"
    ' `if __name__ == "__main__":`; with workers=1 no other process is needed'
)

T = TypeVar("T", bound=Hashable)
R = TypeVar("R")


def finished_tasks(
    work: Callable[[T], R],
    tasks: Sequence[T],
    workers: int,
    warm_up: Callable[[], object],
    modules: Sequence[str] = (),
    begin_here: bool = False,
) -> Iterator[tuple[T, R | None]]:
    """Yield each task with what `work` returns for it, in the order in which they are finished.

    Parameters
    ----------
    work
        What it raises is raised here, with the traceback of the worker as a note. It crosses processes, once a worker.
    tasks
        Each once.
    workers
        Number of processes.
    warm_up
        Run in one worker before any is given a task, so that what is compiled is compiled once.
    modules
        Names of modules that are imported once for all workers.
    begin_here
        Whether this process computes the first tasks itself: all of them if there is little to do, and otherwise until
        workers have started. For short tasks that cannot kill a process.

    Yields
    ------
    task, result
        None for a task that killed `MOST_DEATHS` workers.

    Raises
    ------
    RuntimeError
        If workers cannot be started.
    """
    left = deque(tasks)
    if begin_here:
        yield from _worked_off(work, left, min(workers, _MOST_THREADS))
    if left:
        with surroundings(), _Crew(work, left, workers, warm_up, modules) as crew:
            if begin_here:
                yield from crew.helped_until_ready()
            yield from crew.finished()


def _worked_off(work: Callable[[T], R], left: deque[T], threads: int) -> Iterator[tuple[T, R]]:
    """Compute tasks here for as long as what is left is not worth workers, and take them out of what is left."""
    began, done = time.perf_counter(), 0
    running: dict[Future[R], T] = {}

    def is_little() -> bool:
        return not done or (time.perf_counter() - began) / done * len(left) < _WORTH_WORKERS_SECONDS

    with ThreadPoolExecutor(threads) as here:
        while True:
            while left and len(running) < threads and is_little():
                task = left.popleft()
                running[here.submit(work, task)] = task
            if not running:
                return
            for future in wait_for(running, return_when=FIRST_COMPLETED).done:
                yield running.pop(future), future.result()
                done += 1


class _Crew(Generic[T, R]):
    """The workers of one call, what is waiting, and who has died of which task."""

    def __init__(
        self,
        work: Callable[[T], R],
        waiting: deque[T],
        workers: int,
        warm_up: Callable[[], object],
        modules: Sequence[str],
    ) -> None:
        self._context = get_context("forkserver" if "forkserver" in get_all_start_methods() else "spawn")
        if hasattr(self._context, "set_forkserver_preload"):
            self._context.set_forkserver_preload(list(modules))
        self._work, self._pickled, self._warm_up = work, pickle.dumps(work), pickle.dumps(warm_up)
        self._waiting, self._suspects, self._deaths = waiting, deque[T](), Counter[T]()
        self._wanted, self._workers = workers, list[Worker[T]]()
        self._is_warm, self._deaths_for_nothing = False, 0
        # in a thread, because the first waits for the server that forks all of them
        self._first = threading.Thread(target=self._recruit_first)

    def __enter__(self) -> _Crew[T, R]:
        self._first.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._first.join()
        for worker in self._workers:
            worker.end()
        for worker in self._workers:
            worker.bury()

    def helped_until_ready(self) -> Iterator[tuple[T, R | None]]:
        """Compute tasks here too until all workers have started."""
        while self._waiting and not (self._is_warm and all(worker.is_ready for worker in self._workers)):
            task = self._waiting.popleft()
            yield task, self._work(task)
            if not self._first.is_alive():
                yield from self._heard(seconds=0.0)
                self._hand_out()

    def finished(self) -> Iterator[tuple[T, R | None]]:
        """Yield each task with its result, or with None if it is given up."""
        self._first.join()
        while self._waiting or self._suspects or self._is_busy:
            self._hand_out()
            yield from self._heard()

    @property
    def _is_busy(self) -> bool:
        return any(worker.tasks for worker in self._workers)

    def _recruit_first(self) -> None:
        # it is the main process that is interrupted; whatever is started here inherits that from this thread
        if hasattr(signal, "pthread_sigmask"):
            resource_tracker.ensure_running()
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        # what is wrong is told when the main thread tries again
        with suppress(Exception):
            self._recruit()

    def _recruit(self) -> None:
        """Start the workers that are wanting; only one until it is warm."""
        while len(self._workers) < (self._wanted if self._is_warm else 1):
            warm_up = None if self._is_warm else self._warm_up
            self._workers.append(Worker(self._context, self._pickled, warm_up))

    def _hand_out(self) -> None:
        """Give each worker something to do; suspects when there is nothing else, one at a time."""
        self._recruit()
        for load in range(AHEAD):
            for worker in self._ready(most=load):
                if self._waiting:
                    worker.hand(self._waiting.popleft())
                elif self._suspects and not self._is_busy:
                    worker.hand(self._suspects.popleft())

    def _ready(self, most: int) -> list[Worker[T]]:
        """Return the workers that can be given a task and have at most so many."""
        return [worker for worker in self._workers if worker.is_ready and len(worker.tasks) <= most]

    def _heard(self, seconds: float | None = None) -> Iterator[tuple[T, R | None]]:
        """Wait for workers to say something, or to die, and yield the tasks that have ended by it."""
        inboxes = {worker.inbox: worker for worker in self._workers}
        for inbox in wait(list(inboxes), seconds):
            worker = inboxes[inbox]
            try:
                is_error, said = worker.inbox.recv()
            except (EOFError, OSError):
                yield from self._mourned(worker)
                continue
            if is_error:
                raise said
            self._deaths_for_nothing = 0
            if worker.is_ready:
                yield worker.tasks.popleft(), said
            else:
                worker.is_ready = self._is_warm = True

    def _mourned(self, worker: Worker[T]) -> Iterator[tuple[T, None]]:
        """Take a dead worker's tasks back, and yield the one that it died of if that is given up."""
        self._workers.remove(worker)
        worker.end()
        worker.bury()
        if not worker.tasks:
            self._deaths_for_nothing += 1
            if self._deaths_for_nothing >= MOST_DEATHS:
                raise RuntimeError(_NO_WORKERS)
            return
        blamed, *others = worker.tasks
        self._waiting.extendleft(reversed(others))
        self._deaths[blamed] += 1
        if self._deaths[blamed] < MOST_DEATHS:
            self._suspects.append(blamed)
        else:
            yield blamed, None
