"""Where chunks are computed: in this process, on all its cores, or on a cluster; results are the same.

An executor only computes. Files are written by the process that asks, so that workers need no disk in common with it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, TypeVar

from models.refusals import InputError
from parameter_sweeps.axes import is_whole
from parameter_sweeps.pool import finished_tasks

T = TypeVar("T", bound=Hashable)
R = TypeVar("R")

#: Imported once for all worker processes.
_MODULES = ("parameter_sweeps.execution",)


class Executor(Protocol):
    """What computes tasks."""

    def finished(
        self, work: Callable[[T], R], tasks: Sequence[T], warm_up: Callable[[], object], begin_here: bool = False
    ) -> Iterator[tuple[T, R | None]]:
        """Yield each task with what `work` returns for it, in the order in which they are finished.

        Parameters
        ----------
        work
            What it raises is raised here. It may cross processes.
        tasks
            Each once.
        warm_up
            Compiles what `work` needs; run before several processes would compile the same.
        begin_here
            Whether this process may compute tasks itself while others start: they are short, and cannot kill it.

        Yields
        ------
        task, result
            None for a task that killed `parameter_sweeps.pool.MOST_DEATHS` workers.

        Raises
        ------
        RuntimeError
            If workers cannot be started.
        """
        ...


@dataclass(frozen=True)
class InProcess:
    """One task after the other, in this process."""

    def finished(
        self,
        work: Callable[[T], R],
        tasks: Sequence[T],
        warm_up: Callable[[], object],  # noqa: ARG002
        begin_here: bool = False,  # noqa: ARG002
    ) -> Iterator[tuple[T, R | None]]:
        """Yield each task with its result, in order."""
        for task in tasks:
            yield task, work(task)


@dataclass(frozen=True)
class ProcessPool:
    """Worker processes on this machine.

    Attributes
    ----------
    workers
        How many; a single task needs none.
    begins_here
        Whether this process computes short tasks itself while workers start, and starts none for little.
    """

    workers: int
    begins_here: bool = False

    def finished(
        self, work: Callable[[T], R], tasks: Sequence[T], warm_up: Callable[[], object], begin_here: bool = False
    ) -> Iterator[tuple[T, R | None]]:
        """Yield each task with its result, as they are finished."""
        if len(tasks) <= 1:
            return InProcess().finished(work, tasks, warm_up)
        return finished_tasks(
            work, tasks, min(self.workers, len(tasks)), warm_up, _MODULES, begin_here and self.begins_here
        )


@contextmanager
def chosen_executor(workers: int | None = None, cluster: str | None = None) -> Iterator[Executor]:
    """Give what computes, ready to do so.

    Parameters
    ----------
    workers
        Number of processes on this machine. With 1 everything is run in this process. By default one a core, of
        which the first is this one as long as that is faster.
    cluster
        Address of the scheduler of a cluster, or "local" for a scheduler and workers on this machine.

    Raises
    ------
    InputError
        If one is wrong, or the cluster cannot be used.
    """
    count = _worker_count(workers)
    if cluster is None:
        yield InProcess() if count == 1 else ProcessPool(count, begins_here=workers is None)
        return
    # imported here, because it needs packages that not everybody has
    from parameter_sweeps.cluster import LOCAL, connected

    if cluster != LOCAL and workers is not None:
        raise InputError([f"workers must be left out with the address of a cluster, which has its own, got {workers}"])
    with connected(cluster, count) as executor:
        yield executor


def _worker_count(workers: int | None) -> int:
    if workers is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not is_whole(workers) or workers < 1:
        raise InputError([f"workers must be a whole number of at least 1, got {workers!r}"])
    return workers
