"""Tasks on several cores: each once, whatever happens to the workers."""

from __future__ import annotations

import os
import signal
import threading
import time
from functools import partial
from pathlib import Path

import pytest

from parameter_sweeps.pool import finished_tasks

# These cross processes, so they are functions of a module.


def doubled(number: int) -> int:
    if number < 0:
        raise ValueError(number)
    return 2 * number


def nothing() -> None:
    pass


def killed_at_once() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def killing(folder: Path, number: int) -> str:
    """Die at 3 always, and at 5 unless it did before; note every try."""
    tries = len(list(folder.glob(f"{number}-*")))
    (folder / f"{number}-{tries}").touch()
    if number == 3 or (number == 5 and tries == 0):
        os.kill(os.getpid(), signal.SIGKILL)
    return os.environ["OPENBLAS_NUM_THREADS"]


def test_the_pool_returns_every_task_once():
    assert dict(finished_tasks(doubled, range(50), 2, nothing)) == {number: 2 * number for number in range(50)}


def test_what_a_task_raises_is_raised():
    with pytest.raises(ValueError, match="-1"):
        list(finished_tasks(doubled, [1, 2, -1, 3], 2, nothing))


def test_workers_that_cannot_start_are_told():
    with pytest.raises(RuntimeError, match="must be called under"):
        list(finished_tasks(doubled, [1, 2], 2, killed_at_once))


def test_a_task_that_kills_three_workers_is_given_up_and_no_other(tmp_path, monkeypatch):
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    found = dict(finished_tasks(partial(killing, tmp_path), range(12), 2, nothing))
    assert found == {number: None if number == 3 else "1" for number in range(12)}
    assert len(list(tmp_path.glob("3-*"))) == 3
    assert "OPENBLAS_NUM_THREADS" not in os.environ


def deadly(folder: Path, number: int) -> int:
    """Die of every other task once, at once."""
    if number % 2 and not (folder / str(number)).exists():
        (folder / str(number)).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


@pytest.mark.parametrize("round_", range(3))
def test_deaths_in_the_moment_of_handing_out_lose_nothing(tmp_path, round_):
    # no task takes any time, so that half of them are handed out while a worker dies
    found = list(finished_tasks(partial(deadly, tmp_path), range(40), 4, nothing))
    assert sorted(found) == [(number, number) for number in range(40)]


def test_a_task_that_killed_its_worker_is_run_again_when_all_others_are_finished(tmp_path):
    order = [task for task, _ in finished_tasks(partial(deadly, tmp_path), range(10), 2, nothing)]
    assert sorted(order[5:]) == [1, 3, 5, 7, 9]


def large(number: int) -> bytes:
    return bytes(4_000_000) if number % 2 else os.urandom(10)


def test_results_of_any_size_pass():
    found = dict(finished_tasks(large, range(12), 3, nothing))
    assert [len(found[number] or b"") for number in range(12)] == [10, 4_000_000] * 6


class PickyError(Exception):
    """Cannot be made again from its arguments."""

    def __init__(self, one: int, other: int):
        super().__init__(one + other)


def picky(number: int) -> int:
    raise PickyError(number, number)


def test_an_error_that_does_not_cross_is_told_in_words():
    with pytest.raises(RuntimeError, match=r"(?s)picky.*PickyError: 2"):
        list(finished_tasks(picky, [1, 1], 2, nothing))


def test_an_error_in_a_worker_says_where_it_was_raised():
    with pytest.raises(ValueError, match="-1") as caught:
        list(finished_tasks(doubled, [-1, 1, 2], 2, nothing))
    assert any("in doubled" in note for note in caught.value.__notes__)


def place(seconds: float, number: int) -> int:
    time.sleep(seconds)
    return os.getpid()


def test_little_is_done_here_and_starts_no_worker():
    # fifty tasks of a millisecond are not worth processes
    found = dict(finished_tasks(partial(place, 0.001), range(50), 2, killed_at_once, begin_here=True))
    assert set(found) == set(range(50))
    assert set(found.values()) == {os.getpid()}


def meeting(barrier: threading.Barrier, number: int) -> int:
    barrier.wait(timeout=30)
    return number


def test_tasks_that_are_done_here_are_done_side_by_side():
    # each waits for another: one after the other they would wait in vain
    found = dict(finished_tasks(partial(meeting, threading.Barrier(2)), range(8), 2, killed_at_once, begin_here=True))
    assert found == {number: number for number in range(8)}


def test_what_a_task_raises_here_is_raised():
    with pytest.raises(ValueError, match="-1"):
        list(finished_tasks(doubled, [1, 2, -1, 3], 2, killed_at_once, begin_here=True))


def test_much_is_begun_here_and_goes_on_elsewhere():
    # thirty seconds of work to begin with, a second once workers are there
    found = dict(finished_tasks(slow_here(), range(60), 2, nothing, begin_here=True))
    assert set(found) == set(range(60))
    assert len(set(found.values())) == 3
    assert os.getpid() in found.values()


def slow_here():
    return partial(slow_in, os.getpid())


def slow_in(process: int, number: int) -> int:
    time.sleep(0.5 if os.getpid() == process else 0.03)
    return os.getpid()


def test_work_that_cannot_be_loaded_elsewhere_is_told():
    work = partial(doubled)
    work.__setstate__((Unloadable(), (), {}, {}))
    with pytest.raises(RuntimeError, match="not here"):
        list(finished_tasks(work, [1, 2], 2, nothing))


class Unloadable:
    def __reduce__(self):
        return (refuse, ())

    def __call__(self, number):
        return number


def refuse():
    raise RuntimeError("not here")
