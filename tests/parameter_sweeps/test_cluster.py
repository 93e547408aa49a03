"""Sweeps on a cluster: a scheduler and two workers, started separately, that share nothing with the client but code."""

from __future__ import annotations

import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any

import pandas as pd
import pytest

from compliance.__main__ import app
from models.refusals import InputError
from parameter_sweeps import cluster as cluster_file
from parameter_sweeps import dispatch
from parameter_sweeps.execution import run_sweep
from parameter_sweeps.executors import chosen_executor
from parameter_sweeps.fingerprint import _ROOT, FLOORS, _digest, fingerprint
from tests.parameter_sweeps.loopback_cluster import scheduler, workers
from tests.parameter_sweeps.test_execution import cells_of, killed_always, killed_once, study_of
from tests.parameter_sweeps.test_pool import doubled, killed_at_once, killing, nothing

distributed = pytest.importorskip("distributed")


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch):
    monkeypatch.setattr("parameter_sweeps.chunks.Prices.__new__.__defaults__", (2e6, 5e5, 35.0, 27e3, 8e6))


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("cluster")
    with scheduler(folder) as (found, _), workers(found, 2):
        with distributed.Client(found, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
        yield found


def refusal_of(**keys: Any) -> list[str]:
    with pytest.raises(InputError) as caught, chosen_executor(**keys):
        pass
    return caught.value.messages


# These cross processes, so they are functions of a module.


def absent() -> dict[str, str]:
    raise ModuleNotFoundError("No module named 'parameter_sweeps'")


# --- the same results


def test_a_cluster_gives_the_same_files(address, tmp_path):
    whole = run_sweep(study_of(), tmp_path / "whole", 1)
    pd.testing.assert_frame_equal(run_sweep(study_of(), tmp_path / "out", cluster=address), whole)
    assert cells_of(tmp_path / "out") == cells_of(tmp_path / "whole")


@pytest.mark.parametrize("count", [1, 2])
def test_a_cluster_of_this_machine_gives_the_same_files(tmp_path, count):
    whole = run_sweep(study_of(), tmp_path / "whole", 1)
    pd.testing.assert_frame_equal(run_sweep(study_of(), tmp_path / "out", count, cluster="local"), whole)
    assert cells_of(tmp_path / "out") == cells_of(tmp_path / "whole")


def test_what_was_begun_in_process_goes_on_on_a_cluster(address, tmp_path):
    run_sweep(study_of(), tmp_path, 1)
    before = cells_of(tmp_path)
    for name in sorted(before)[1:]:
        (tmp_path / "cells" / name).unlink()
    run_sweep(study_of(), tmp_path, cluster=address)
    assert cells_of(tmp_path) == before


def test_every_task_comes_once(address):
    with chosen_executor(cluster=address) as executor:
        found = list(executor.finished(doubled, range(60), nothing))
    assert sorted(found) == [(number, 2 * number) for number in range(60)]


def test_few_tasks_are_ahead(address, monkeypatch):
    ahead: list[int] = []
    send = dispatch.Dispatch._send

    def counted(self, *arguments):
        send(self, *arguments)
        ahead.append(len(self._flying))

    monkeypatch.setattr(dispatch.Dispatch, "_send", counted)
    with chosen_executor(cluster=address) as executor:
        assert len(list(executor.finished(doubled, range(40), nothing))) == 40
    assert max(ahead) <= 2 * dispatch.AHEAD


# --- failures


def test_what_a_task_raises_is_raised(address):
    with chosen_executor(cluster=address) as executor, pytest.raises(ValueError, match="-1"):
        list(executor.finished(doubled, [1, 2, -1, 3], nothing))


def test_a_worker_that_dies_costs_nothing(address, tmp_path):
    compute = partial(killed_once, tmp_path / "marker")
    table = run_sweep(study_of(), tmp_path / "out", cluster=address, compute=compute)
    assert (tmp_path / "marker").exists()
    pd.testing.assert_frame_equal(table, run_sweep(study_of(), tmp_path / "whole", 1))
    assert cells_of(tmp_path / "out") == cells_of(tmp_path / "whole")


def test_a_task_that_kills_three_workers_is_given_up_and_no_other(address, tmp_path):
    with chosen_executor(cluster=address) as executor:
        found = dict(executor.finished(partial(killing, tmp_path), range(12), nothing))
    assert found == {number: None if number == 3 else "1" for number in range(12)}
    assert len(list(tmp_path.glob("3-*"))) == 3


def test_a_chunk_that_is_given_up_makes_the_same_rows_everywhere(address, tmp_path):
    pool = run_sweep(study_of(), tmp_path / "pool", 2, compute=killed_always)
    table = run_sweep(study_of(), tmp_path / "cluster", cluster=address, compute=killed_always)
    pd.testing.assert_frame_equal(table, pool)
    assert cells_of(tmp_path / "cluster") == cells_of(tmp_path / "pool")


def test_workers_that_die_as_they_start_are_told(address):
    with chosen_executor(cluster=address) as executor, pytest.raises(InputError, match="died before their first task"):
        list(executor.finished(doubled, [1, 2], killed_at_once))


def test_a_lost_scheduler_is_one_line_and_loses_nothing(tmp_path):
    def lose(done: int, runs: int) -> None:
        process.send_signal(signal.SIGKILL)

    out = tmp_path / "out"
    with scheduler(tmp_path) as (found, process), workers(found, 1), pytest.raises(InputError) as caught:
        run_sweep(study_of(), out, None, lose, cluster=found)
    assert caught.value.messages == ["the cluster must stay reachable, got no answer from its scheduler"]
    assert cells_of(out)
    run_sweep(study_of(), out, 1)
    run_sweep(study_of(), tmp_path / "whole", 1)
    assert cells_of(out) == cells_of(tmp_path / "whole")


def test_a_cluster_that_loses_all_workers_is_one_line_and_loses_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(dispatch, "WORKERLESS_SECONDS", 1.0)
    out = tmp_path / "out"
    with scheduler(tmp_path) as (found, _):

        def lose(done: int, runs: int) -> None:
            # a nurse takes its worker with it
            nurse.terminate()

        with workers(found, 1) as (nurse,), pytest.raises(InputError) as caught:
            run_sweep(study_of(), out, None, lose, cluster=found)
    assert caught.value.messages == ["the cluster must have workers, got none for 1 s"]
    assert cells_of(out)
    run_sweep(study_of(), out, 1)
    run_sweep(study_of(), tmp_path / "whole", 1)
    assert cells_of(out) == cells_of(tmp_path / "whole")


def test_a_late_worker_that_is_unfit_is_given_nothing(address, tmp_path):
    def join(done: int, runs: int) -> None:
        # one with two threads, in the midst of a sweep
        if not joined:
            joined.append(stack.enter_context(workers(address, 1, "--nthreads", "2")))
            with distributed.Client(address, set_as_default=False) as client:
                client.wait_for_workers(3, timeout=60)
        time.sleep(0.3)

    joined: list[Any] = []
    with ExitStack() as stack, pytest.warns(RuntimeWarning, match="is given nothing to do: 2 threads"):
        run_sweep(study_of(), tmp_path / "out", None, join, cluster=address)
    run_sweep(study_of(), tmp_path / "whole", 1)
    assert cells_of(tmp_path / "out") == cells_of(tmp_path / "whole")


# --- what is refused, before anything is written


def test_no_scheduler_is_one_line(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(cluster_file, "PATIENCE_SECONDS", 0.5)
    with pytest.raises(SystemExit) as caught:
        app(["sweep", "rational_choice", "--out", str(tmp_path / "out"), "--cluster", "tcp://127.0.0.1:9"])
    message = "compliance: cluster must be a scheduler that answers, got none at tcp://127.0.0.1:9 within 0.5 s\n"
    assert (caught.value.code, capsys.readouterr().err) == (2, message)
    assert not (tmp_path / "out").exists()


def test_a_scheduler_without_workers_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(cluster_file, "PATIENCE_SECONDS", 1.0)
    with scheduler(tmp_path) as (found, _):
        assert refusal_of(cluster=found) == [f"{found} must have workers, got none within 1 s"]


@pytest.mark.parametrize("given", ["", "host", "tcp://host", "http://host:1", "8786"])
def test_what_is_no_address_is_refused(given):
    assert refusal_of(cluster=given) == [f"cluster must be local or an address such as tcp://host:8786, got {given!r}"]


def test_workers_are_the_cluster_s_own():
    message = "workers must be left out with the address of a cluster, which has its own, got 2"
    assert refusal_of(workers=2, cluster="tcp://127.0.0.1:9") == [message]


def test_the_extra_is_named_where_it_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    message = '--cluster needs the extra [cluster]: pip install "strategic-compliance[cluster]"'
    assert refusal_of(cluster="local") == [message]


def test_workers_with_other_sources_are_refused(tmp_path):
    for floor in FLOORS:
        shutil.copytree(_ROOT / floor, tmp_path / floor, ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "models" / "goals.py").open("a") as file:
        file.write("\n# another\n")
    with scheduler(tmp_path) as (found, _), workers(found, 1, PYTHONPATH=str(tmp_path)):
        (message,) = refusal_of(cluster=found)
    here, there = fingerprint()["sources"], _digest(tmp_path)
    start = f"workers must compute what is computed here, got sources {there} instead of {here} at tcp://127.0.0.1:"
    assert message.startswith(start)


def test_workers_without_this_project_are_refused(address, monkeypatch):
    monkeypatch.setattr(dispatch, "fingerprint", absent)
    (message,) = refusal_of(cluster=address)
    assert "got no fingerprint (ModuleNotFoundError: No module named 'parameter_sweeps')" in message
    assert message.endswith("(and 1 more workers)")


def test_workers_with_several_threads_are_refused(tmp_path):
    with scheduler(tmp_path) as (found, _), workers(found, 1, "--nthreads", "2"):
        (message,) = refusal_of(cluster=found)
    assert message.startswith("workers must have one thread each, got 2 at tcp://127.0.0.1:")
    assert message.endswith(": start them with --nthreads 1")


# --- what is compared


def test_the_sources_of_a_floor_are_in_the_fingerprint(tmp_path):
    for floor in ("models", "simulation", "parameter_sweeps"):
        (tmp_path / floor).mkdir()
        before = _digest(tmp_path)
        (tmp_path / floor / "rule.py").write_text("a = 1\n")
        assert before != _digest(tmp_path)
        again = _digest(tmp_path)
        (tmp_path / floor / "rule.py").write_text("a = 2\n")
        assert again != _digest(tmp_path)
