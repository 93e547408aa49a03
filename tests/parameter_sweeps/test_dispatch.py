"""What a cluster may do to results under way, one trouble at a time: with a client that does as it is told."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import CancelledError
from typing import Any

import pytest

from models.refusals import InputError
from parameter_sweeps import dispatch
from parameter_sweeps.dispatch import Dispatch
from parameter_sweeps.fingerprint import fingerprint
from tests.parameter_sweeps.test_pool import doubled, nothing

distributed = pytest.importorskip("distributed")

WORKER = "tcp://a:1"


class ToldFuture:
    """A future that has ended, with errors on the way to its result."""

    def __init__(self, value: Any, status: str, troubles: list[Any]):
        self.value, self.status, self.troubles = value, status, deque(troubles)

    def add_done_callback(self, call: Callable[[Any], None]) -> None:
        call(self)

    def result(self, timeout: float) -> Any:
        if self.troubles:
            trouble = self.troubles.popleft()
            if callable(trouble):
                trouble = trouble()
            raise trouble
        return self.value

    def exception(self) -> Any:
        return self.troubles[0]

    def done(self) -> bool:
        return True

    def release(self) -> None:
        pass


class ToldClient:
    """A client with one worker, that computes what it is given at once; troubles by number of what it is given."""

    def __init__(self, troubles: dict[int, tuple[str, list[Any]]]):
        self.troubles, self.status, self.given = troubles, "running", 0
        self.workers = {WORKER: 1}

    def nthreads(self) -> dict[str, int]:
        if self.status != "running":
            raise OSError("closed")
        return self.workers

    def run(self, function: Callable[[], Any], workers: list[str], on_error: str) -> dict[str, Any]:
        return {worker: fingerprint() for worker in workers}

    def submit(self, function: Any, pickled: bytes, task: bytes, workers: list[str], pure: bool) -> ToldFuture:
        number, self.given = self.given, self.given + 1
        status, troubles = self.troubles.get(number, ("finished", []))
        return ToldFuture(function(pickled, task), status, troubles)

    def cancel(self, futures: list[Any], force: bool) -> None:
        pass


def answers(client: ToldClient, tasks: range = range(4)) -> list[tuple[int, int | None]]:
    return sorted(Dispatch(client, doubled, tasks, nothing).finished())


DOUBLED = [(number, 2 * number) for number in range(4)]


# The first that is given is the warm-up.


def test_without_trouble_each_task_comes_once():
    client = ToldClient({})
    assert answers(client) == DOUBLED
    assert client.given == 5


@pytest.mark.parametrize("trouble", [OSError("reset"), CancelledError()], ids=["broken", "cancelled"])
def test_a_result_that_is_lost_on_its_way_is_computed_again(trouble):
    client = ToldClient({2: ("finished", [trouble])})
    assert answers(client) == DOUBLED
    assert client.given == 6


def test_a_result_that_takes_long_is_waited_for():
    client = ToldClient({2: ("finished", [TimeoutError(), TimeoutError()])})
    assert answers(client) == DOUBLED
    assert client.given == 5


def test_a_result_of_a_worker_that_is_gone_is_not_waited_for():
    client = ToldClient({})

    def gone() -> Exception:
        client.workers = {"tcp://b:1": 1}
        return TimeoutError()

    client.troubles[2] = ("finished", [gone])
    assert answers(client) == DOUBLED


def test_a_connection_that_breaks_with_its_scheduler_is_one_line():
    client = ToldClient({})

    def broken() -> Exception:
        client.status = "closed"
        return OSError("reset")

    client.troubles[2] = ("finished", [broken])
    with pytest.raises(InputError) as caught:
        answers(client)
    assert caught.value.messages == ["the cluster must stay reachable, got no answer from its scheduler"]


def test_a_task_that_is_lost_is_given_again():
    client = ToldClient({1: ("lost", []), 3: ("cancelled", [])})
    assert answers(client) == DOUBLED
    assert client.given == 7


def test_a_task_that_the_scheduler_saw_kill_is_tried_alone_and_given_up():
    killed = distributed.scheduler.KilledWorker("task", None, 3)
    client = ToldClient({number: ("error", [killed]) for number in (1, 3)})
    found = answers(client)
    # blamed once, tried alone, blamed for good
    assert found == [(0, None), *DOUBLED[1:]]


def test_deaths_before_the_first_task_end_it():
    killed = distributed.scheduler.KilledWorker("task", None, 3)
    client = ToldClient({number: ("error", [killed]) for number in range(3)})
    with pytest.raises(InputError, match="workers must live, got 3 that died before their first task"):
        answers(client)


def test_what_a_task_raises_is_raised():
    client = ToldClient({2: ("error", [ValueError("own")])})
    with pytest.raises(ValueError, match="own"):
        answers(client)


def test_no_worker_for_long_is_told(monkeypatch):
    monkeypatch.setattr(dispatch, "WORKERLESS_SECONDS", 0.0)
    monkeypatch.setattr(dispatch, "_POLL_SECONDS", 0.01)
    client = ToldClient({})
    client.workers = {}
    with pytest.raises(InputError, match="the cluster must have workers, got none for 0 s"):
        answers(client)
