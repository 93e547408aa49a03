"""Chunks computed on a cluster, by the workers of a dask.distributed scheduler.

The process that asks connects to the scheduler, writes all files, and hands out chunks itself
(`parameter_sweeps.dispatch`). Workers need the same sources and packages, one thread each, and nothing else.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeVar

from models.refusals import InputError, shortened
from parameter_sweeps.dispatch import Dispatch, strangers

T = TypeVar("T", bound=Hashable)
R = TypeVar("R")

LOCAL = "local"
#: How long the scheduler, and then its first worker, is waited for.
PATIENCE_SECONDS = 10.0

_ADDRESS = re.compile(r"(tcp|tls)://\S+:\d+")
#: Ctrl-C reaches workers on this machine too; the main process ends them in its own way.
_DEAF = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"
_MISSING = '--cluster needs the extra [cluster]: pip install "strategic-compliance[cluster]"'


@dataclass(frozen=True)
class Cluster:
    """The workers of a scheduler.

    Attributes
    ----------
    client
        A connected `distributed.Client`.
    """

    client: Any

    def finished(
        self,
        work: Callable[[T], R],
        tasks: Sequence[T],
        warm_up: Callable[[], object],
        begin_here: bool = False,  # noqa: ARG002
    ) -> Iterator[tuple[T, R | None]]:
        """Yield each task with its result, as they are finished."""
        return Dispatch(self.client, work, tasks, warm_up).finished()


@contextmanager
def connected(address: str, workers: int) -> Iterator[Cluster]:
    """Give the workers of a cluster, all of which are of one mind with this process.

    Parameters
    ----------
    address
        Of the scheduler, or "local": then a scheduler and worker processes are started on this machine.
    workers
        How many of these.

    Raises
    ------
    InputError
        If the packages are missing, no scheduler answers, it has no workers, or their versions are others.
    """
    if address != LOCAL and not _ADDRESS.fullmatch(address):
        raise InputError([f"cluster must be local or an address such as tcp://host:8786, got {shortened(address)}"])
    try:
        distributed: Any = import_module("distributed")
    except ImportError:
        raise InputError([_MISSING]) from None
    if address != LOCAL:
        with _client(distributed, address, address) as client:
            yield Cluster(client)
        return
    with (
        distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            # there is a small server for health in any case; the usual port may be taken
            dashboard_address="127.0.0.1:0",
            worker_dashboard_address="127.0.0.1:0",
            scheduler_kwargs={"dashboard": False},
            memory_limit=0,
            preload=_DEAF,
            silence_logs=logging.CRITICAL,
        ) as cluster,
        _client(distributed, cluster, address) as client,
    ):
        yield Cluster(client)


@contextmanager
def _client(distributed: Any, scheduler: Any, address: str) -> Iterator[Any]:
    try:
        client = distributed.Client(scheduler, timeout=PATIENCE_SECONDS, set_as_default=False)
    except (OSError, TimeoutError):
        answer = f"got none at {address} within {PATIENCE_SECONDS:g} s"
        raise InputError([f"cluster must be a scheduler that answers, {answer}"]) from None
    with client:
        _refuse_unfit(client, address)
        yield client


def _refuse_unfit(client: Any, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=PATIENCE_SECONDS)
    except TimeoutError:
        raise InputError([f"{address} must have workers, got none within {PATIENCE_SECONDS:g} s"]) from None
    threads: Mapping[str, int] = client.nthreads()
    several = {worker: count for worker, count in threads.items() if count != 1}
    if several:
        worker, count = next(iter(several.items()))
        raise InputError([f"workers must have one thread each, got {count} at {worker}: start them with --nthreads 1"])
    found = strangers(client, list(threads))
    if found:
        worker, difference = next(iter(found.items()))
        more = f" (and {len(found) - 1} more workers)" if len(found) > 1 else ""
        raise InputError([f"workers must compute what is computed here, got {difference} at {worker}{more}"])
