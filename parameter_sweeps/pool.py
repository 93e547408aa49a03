"""Tasks computed on several cores, although a worker may die at any moment.

When a worker dies, the pool loses every task that it has not finished. Which task was to blame is not known, so each of
them is then run with no other beside it: one that kills its worker again and again is given up after `MOST_DEATHS`
deaths, and an innocent one is not. Tasks are handed out a few at a time, so that few come under suspicion.
"""

from __future__ import annotations

import os
import pickle
import signal
import threading
from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, TypeVar

MOST_DEATHS = 3

# each worker has a core of its own, so more threads would only be in each other's way
_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
_NO_WORKERS = (
    "worker processes die as they start. In a script, run_sweep must be called under"
    ' `if __name__ == "__main__":`; with workers=1 no other process is needed'
)

T = TypeVar("T", bound=Hashable)
R = TypeVar("R")

_work: Callable[[Any], Any]


def finished_tasks(
    work: Callable[[T], R],
    tasks: Sequence[T],
    workers: int,
    warm_up: Callable[[], object],
    modules: Sequence[str] = (),
) -> Iterator[tuple[T, R | None]]:
    """Yield each task with what `work` returns for it, in the order in which they are finished.

    Parameters
    ----------
    work
        What it raises is raised here. It crosses processes, once for each worker.
    tasks
        Each once.
    workers
        Number of processes.
    warm_up
        Run in one worker before the others start, so that what is compiled is compiled once.
    modules
        Names of modules that are imported once for all workers.

    Yields
    ------
    task, result
        None for a task that killed `MOST_DEATHS` workers.

    Raises
    ------
    RuntimeError
        If workers cannot be started.
    """
    waiting, suspects, deaths = deque(tasks), deque[T](), Counter[T]()
    while waiting or suspects:
        flying: dict[Future[R], T] = {}
        with _warm_pool(work, workers, warm_up, modules) as pool:
            while not _is_lost(flying):
                if not _hand_out(pool, waiting, suspects, flying, 2 * workers):
                    break
                for future in wait(flying, return_when=FIRST_COMPLETED).done:
                    if not isinstance(future.exception(), BrokenProcessPool):
                        yield flying.pop(future), future.result()
        # a pool that broke is shut down by now: what flew was finished, or is lost
        for future, task in flying.items():
            if not isinstance(future.exception(), BrokenProcessPool):
                yield task, future.result()
                continue
            deaths[task] += 1
            if deaths[task] < MOST_DEATHS:
                suspects.append(task)
            else:
                yield task, None


def _is_lost(flying: Mapping[Future[Any], object]) -> bool:
    return any(future.done() and isinstance(future.exception(), BrokenProcessPool) for future in flying)


def _hand_out(
    pool: ProcessPoolExecutor,
    waiting: deque[T],
    suspects: deque[T],
    flying: dict[Future[Any], T],
    most: int,
) -> bool:
    """Hand out tasks, suspects one after the other before all others; return whether any is under way.

    A pool that breaks here is found broken by its futures.
    """
    source, room = (suspects, 1) if suspects else (waiting, most)
    while source and len(flying) < room:
        try:
            future = pool.submit(_run, source[0])
        except BrokenProcessPool:
            break
        flying[future] = source.popleft()
        if source is suspects:
            wait([future])
    return bool(flying)


@contextmanager
def _warm_pool(
    work: Callable[[Any], Any], workers: int, warm_up: Callable[[], object], modules: Sequence[str]
) -> Iterator[ProcessPoolExecutor]:
    """Yield a pool in which one worker is warm; an error inside ends all workers at once."""
    pickled = pickle.dumps(work)
    for attempt in range(MOST_DEATHS):
        with _pool(pickled, workers, modules) as pool:
            try:
                pool.submit(warm_up).result()
            except BrokenProcessPool:
                if attempt < MOST_DEATHS - 1:
                    continue
                raise RuntimeError(_NO_WORKERS) from None
            yield pool
            return


@contextmanager
def _pool(pickled: bytes, workers: int, modules: Sequence[str]) -> Iterator[ProcessPoolExecutor]:
    context = get_context("forkserver")
    context.set_forkserver_preload(list(modules))
    # a worker leaves when the other end of this pipe is closed, by us or by our death
    reader, writer = context.Pipe(duplex=False)
    with _one_thread(), reader, writer:
        pool = ProcessPoolExecutor(workers, context, _begin_worker, (pickled, reader))
        try:
            yield pool
        except BaseException:
            writer.close()
            pool.shutdown(cancel_futures=True)
            raise
        pool.shutdown()


def _begin_worker(pickled: bytes, reader: Connection) -> None:
    global _work
    # the main process is interrupted too, and ends the workers in its own way
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_when_closed, args=(reader,), daemon=True).start()
    _work = pickle.loads(pickled)  # noqa: S301 (from our own main process)


def _leave_when_closed(reader: Connection) -> None:
    reader.poll(None)
    os._exit(1)


def _run(task: Any) -> Any:
    return _work(task)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Have processes that are started meanwhile use one thread each."""
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
