"""Tasks handed to the workers of a cluster, a few ahead, although a worker may die at any moment.

The scheduler would move the tasks of a dead worker elsewhere, and count deaths in a way of its own. Here each task is
meant for one worker, at most `AHEAD` at a time. So it is known which tasks a dead worker had; each of them is run again
with no other beside it on its worker, and one that kills `MOST_DEATHS` workers is given up. All others go on meanwhile.
"""

from __future__ import annotations

import pickle
import time
import warnings
from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import CancelledError
from functools import lru_cache
from queue import Empty, SimpleQueue
from typing import Any, Generic, NamedTuple, TypeVar

from models.refusals import InputError
from parameter_sweeps.fingerprint import fingerprint
from parameter_sweeps.pool import AHEAD, MOST_DEATHS

T = TypeVar("T", bound=Hashable)
R = TypeVar("R")

_POLL_SECONDS = 0.25
#: How long a cluster may be without a worker that can be given something; whoever waits longer can start again.
WORKERLESS_SECONDS = 600.0
#: After so long it is asked whether the worker that has a result is still there; twice as long each time.
_TRANSFER_SECONDS = 0.5
_NO_ANSWER = "the cluster must stay reachable, got no answer from its scheduler"


class _Flight(NamedTuple):
    """A task under way, or a warm-up, and the worker that has it."""

    task: Any
    worker: str
    is_warm_up: bool = False


class Dispatch(Generic[T, R]):
    """All tasks of one call, where they are, and who has died of which.

    Parameters
    ----------
    client
        A connected `distributed.Client`.
    work, tasks, warm_up
        As in `parameter_sweeps.executors.Executor.finished`.
    """

    def __init__(self, client: Any, work: Callable[[T], R], tasks: Sequence[T], warm_up: Callable[[], object]) -> None:
        import cloudpickle

        self._client = client
        # sent with each task, because what is laid down on workers once dies with them
        self._work, self._warm_up = cloudpickle.dumps(work), cloudpickle.dumps(warm_up)
        self._waiting, self._suspects, self._deaths = deque(tasks), deque[T](), Counter[T]()
        self._flying: dict[Any, _Flight] = {}
        self._ended: SimpleQueue[Any] = SimpleQueue()
        self._members: set[str] = set()
        self._strangers: set[str] = set()
        self._warm_hosts: set[str] = set()
        self._cold_deaths: Counter[str] = Counter()
        self._looked, self._last_seen = float("-inf"), time.monotonic()

    def finished(self) -> Iterator[tuple[T, R | None]]:
        """Yield each task with its result, or with None if it is given up."""
        try:
            while self._waiting or self._suspects or self._flying:
                for task in self._look_round():
                    yield task, None
                self._hand_out()
                yield from self._arrived()
        except _LostError as error:
            raise InputError([str(error)]) from None
        finally:
            self._call_off(list(self._flying))

    def _look_round(self) -> list[T]:
        """Meet new workers, take back what dead ones had, and return the tasks that are given up."""
        if time.monotonic() < self._looked + _POLL_SECONDS:
            return []
        present = self._present()
        dead, new = self._members - present, present - self._members - self._strangers
        if new:
            found = self._unfit(new)
            for worker, difference in found.items():
                warnings.warn(f"{worker} is given nothing to do: {difference}", RuntimeWarning, stacklevel=2)
            self._strangers |= set(found)
        self._members = present - self._strangers
        self._looked = time.monotonic()
        if self._members:
            self._last_seen = self._looked
        elif self._looked > self._last_seen + WORKERLESS_SECONDS:
            raise _LostError(f"the cluster must have workers, got none for {WORKERLESS_SECONDS:g} s")
        lost = [future for future, flight in self._flying.items() if flight.worker in dead and not future.done()]
        given_up = [task for future in lost for task in self._blamed(self._flying.pop(future))]
        self._call_off(lost)
        return given_up

    def _unfit(self, new: set[str]) -> dict[str, str]:
        """Return which of the workers that are new must not be used, and why."""
        threads = self._client.nthreads()
        several = {worker: f"{threads[worker]} threads" for worker in sorted(new) if threads.get(worker, 1) != 1}
        return strangers(self._client, sorted(new - several.keys())) | several

    def _present(self) -> set[str]:
        try:
            return set(self._client.nthreads())
        except (OSError, RuntimeError, CancelledError):
            raise _LostError(_NO_ANSWER) from None

    def _blamed(self, flight: _Flight, deaths: int = 1) -> list[T]:
        """Blame a task for the death of its worker, and return it if it is given up."""
        if flight.is_warm_up:
            host = _host(flight.worker)
            self._cold_deaths[host] += deaths
            if self._cold_deaths[host] >= MOST_DEATHS:
                raise _LostError(f"workers must live, got {MOST_DEATHS} that died before their first task at {host}")
            return []
        self._deaths[flight.task] += deaths
        if self._deaths[flight.task] >= MOST_DEATHS:
            return [flight.task]
        self._suspects.append(flight.task)
        return []

    def _hand_out(self) -> None:
        """Give each worker something to do, and keep one free for each suspect."""
        load = Counter(flight.worker for flight in self._flying.values())
        busy_hosts = {_host(flight.worker) for flight in self._flying.values()}
        alone = {flight.worker for flight in self._flying.values() if self._deaths[flight.task]}
        kept_free = len(self._suspects)
        for worker in sorted(self._members - alone, key=lambda member: (load[member], member)):
            if _host(worker) not in self._warm_hosts:
                if _host(worker) not in busy_hosts:
                    busy_hosts.add(_host(worker))
                    self._send(_warm_up, self._warm_up, _Flight(None, worker, is_warm_up=True))
            elif kept_free > 0:
                kept_free -= 1
                if not load[worker]:
                    self._send_task(self._suspects.popleft(), worker)
            else:
                for _ in range(min(AHEAD - load[worker], len(self._waiting))):
                    self._send_task(self._waiting.popleft(), worker)

    def _send_task(self, task: T, worker: str) -> None:
        self._send(_compute, self._work, _Flight(task, worker))

    def _send(self, function: Callable[[bytes, bytes], Any], pickled: bytes, flight: _Flight) -> None:
        # a task crosses as bytes, because the scheduler takes tuples apart
        future = self._client.submit(function, pickled, pickle.dumps(flight.task), workers=[flight.worker], pure=False)
        self._flying[future] = flight
        future.add_done_callback(self._ended.put)

    def _arrived(self) -> Iterator[tuple[T, R | None]]:
        """Wait for something to end, though not for long, and yield it with its result."""
        try:
            future = self._ended.get(timeout=_POLL_SECONDS)
        except Empty:
            return
        flight = self._flying.pop(future, None)
        if flight is None:
            return
        if future.status == "error":
            yield from ((task, None) for task in self._failed(future, flight))
        elif future.status != "finished":
            self._taken_back(future, flight)
        elif flight.is_warm_up:
            self._warm_hosts.add(_host(flight.worker))
        else:
            yield from self._delivered(future, flight)

    def _failed(self, future: Any, flight: _Flight) -> list[T]:
        from distributed.scheduler import KilledWorker

        error = future.exception()
        if not isinstance(error, KilledWorker):
            raise error
        # the scheduler counted deaths of workers that came back under the same address before we looked
        return self._blamed(flight, MOST_DEATHS if self._deaths[flight.task] else 1)

    def _delivered(self, future: Any, flight: _Flight) -> Iterator[tuple[T, R | None]]:
        patience = _TRANSFER_SECONDS
        while True:
            try:
                result = future.result(timeout=patience)
            except CancelledError:
                self._taken_back(future, flight)
                return
            except TimeoutError:
                if flight.worker not in self._present():
                    self._taken_back(future, flight)
                    return
                patience *= 2
            except OSError:
                # the connection broke while the result was under way
                self._present()
                self._taken_back(future, flight)
                return
            else:
                future.release()
                yield flight.task, result
                return

    def _taken_back(self, future: Any, flight: _Flight) -> None:
        """Have a task done again whose result was lost with its worker: it was done, so it is not to blame."""
        if self._client.status != "running":
            raise _LostError(_NO_ANSWER)
        self._call_off([future])
        if not flight.is_warm_up:
            self._waiting.appendleft(flight.task)

    def _call_off(self, futures: list[Any]) -> None:
        if futures and self._client.status == "running":
            self._client.cancel(futures, force=True)


class _LostError(Exception):
    """The scheduler is gone, or all workers are; with a sentence that says so."""


def strangers(client: Any, workers: Sequence[str]) -> dict[str, str]:
    """Return which workers would compute something else than this process, each with a difference."""
    found = client.run(fingerprint, workers=list(workers), on_error="return")
    answers = {worker: _difference(found.get(worker)) for worker in workers}
    return {worker: difference for worker, difference in answers.items() if difference}


def _difference(answer: Any) -> str:
    """Return in what a worker differs, or nothing."""
    if not isinstance(answer, dict):
        return f"no fingerprint ({type(answer).__name__}: {' '.join(str(answer).split())})"
    here = fingerprint()
    differing = [name for name in {**here, **answer} if here.get(name) != answer.get(name)]
    return ", ".join(f"{name} {answer.get(name)} instead of {here.get(name)}" for name in differing)


def _host(worker: str) -> str:
    return worker.rpartition(":")[0]


def _warm_up(pickled: bytes, _task: bytes) -> None:
    _loaded(pickled)()


def _compute(pickled: bytes, task: bytes) -> Any:
    return _loaded(pickled)(pickle.loads(task))  # noqa: S301 (from the process that asks)


@lru_cache(maxsize=2)
def _loaded(pickled: bytes) -> Callable[..., Any]:
    loaded: Callable[..., Any] = pickle.loads(pickled)  # noqa: S301 (from the process that asks)
    return loaded
