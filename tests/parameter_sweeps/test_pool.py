"""Tasks on several cores: each once, whatever happens to the workers."""

from __future__ import annotations

import os
import signal
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
