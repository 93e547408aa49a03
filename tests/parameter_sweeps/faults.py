"""What a sweep must survive, tried on real ones: ``python -m tests.parameter_sweeps.faults --rounds N``.

Each trial needs a process without threads, since it forks. Whatever happens to a sweep, the same command then makes
every file of an undisturbed one, byte for byte.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager, suppress
from pathlib import Path

from models.refusals import InputError
from parameter_sweeps.loading import load_results
from tests.parameter_sweeps.disturbed import (
    BROKEN,
    FULL,
    READ_ONLY,
    Faults,
    Outcome,
    Site,
    cells_of,
    finished,
    is_over,
    killed,
    prepared,
    started,
    workers_of,
)

KEPT = "finished work is kept"
INTERRUPTED = "compliance: interrupted; finished work is kept, and the same command goes on from there\n"


def completed(site: Site, out: Path, workers: int | None = 1) -> None:
    """Give the same command again, and check that it makes what an undisturbed sweep makes."""
    outcome = finished(started(site.command(out, workers)))
    assert outcome.status == 0, outcome
    assert cells_of(out) == site.cells
    assert load_results(out).equals(load_results(site.folder / "undisturbed"))


def unharmed(site: Site, out: Path, before: set[str]) -> set[str]:
    """Return the finished chunks, each of which is whole, and none of `before` is lost."""
    found = cells_of(out)
    assert all(site.cells[name] == content for name, content in found.items())
    assert before <= set(found)
    return set(found)


def wait_for_more(sweep: object, out: Path, number: int) -> None:
    """Wait until a sweep has finished more than so many chunks, or ends."""
    while not is_over(sweep) and len(list((out / "cells").glob("*.parquet"))) <= number:  # type: ignore[arg-type]
        time.sleep(0.002)


def group_kills(folder: Path, rounds: int) -> str:
    """Kill all processes of a sweep at random moments, at least half of them between its first and last chunk."""
    site, random_moment = prepared(folder), random.Random(1)
    kills = between = directories = 0
    out, kept = site.begun("killed-0"), set[str]()
    while kills < rounds:
        workers = (1, 2, None)[kills % 3]
        sweep = started(site.command(out, workers))
        if kills % 8 < 5:
            wait_for_more(sweep, out, len(kept))
            time.sleep(random_moment.uniform(0, 0.5 * site.seconds))
        else:
            time.sleep(random_moment.uniform(0, site.seconds * (4 if workers == 2 else 1)))
        outcome = killed(sweep)
        kept = unharmed(site, out, kept)
        assert outcome.status in (0, -signal.SIGKILL), outcome
        if outcome.status:
            kills += 1
            between += 0 < len(kept) < len(site.cells)
        if len(kept) == len(site.cells):
            completed(site, out, workers)
            directories += 1
            out, kept = site.begun(f"killed-{directories}"), set()
    completed(site, out, 2)
    assert 2 * between >= kills, (between, kills)
    return f"{kills} kills of a process group, {between} between first and last chunk, {directories + 1} directories"


def worker_kills(folder: Path, rounds: int) -> str:
    """Kill single workers of a pool; a chunk is given up after three deaths, so that two are harmless."""
    site, random_moment = prepared(folder), random.Random(2)
    kills = 0
    for number in range(max(1, rounds // 4)):
        out = site.begun(f"workers-{number}")
        sweep = started(site.command(out, 2))
        wait_for_more(sweep, out, 0)
        for _ in range(2):
            time.sleep(random_moment.uniform(0, 0.2 * site.seconds))
            workers = [] if is_over(sweep) else workers_of(sweep)
            with suppress(IndexError, ProcessLookupError):
                os.kill(random_moment.choice(workers), signal.SIGKILL)
                kills += 1
        outcome = finished(sweep)
        assert outcome.status == 0, outcome
        completed(site, out)
    assert kills >= rounds // 4
    return f"{kills} kills of a worker"


def interruptions(folder: Path, rounds: int) -> str:
    """Interrupt sweeps as ctrl-C does, which reaches all their processes: nothing that was finished is lost."""
    site, random_moment = prepared(folder), random.Random(3)
    ways: list[tuple[int | None, *tuple[str, ...]]] = [(1,), (2,), (None,), (1, "--cluster", "local")]
    wanted, tries, done, longest = max(len(ways), rounds // 4), 0, 0, 0.3 * site.seconds
    while done < wanted:
        out = site.begun(f"interrupted-{tries}")
        workers, *more = ways[done % len(ways)]
        sweep = started(site.command(out, workers, *more))
        wait_for_more(sweep, out, 0)
        time.sleep(random_moment.uniform(0, longest))
        with suppress(ProcessLookupError):
            os.killpg(sweep.process, signal.SIGINT)
        outcome = finished(sweep)
        kept = unharmed(site, out, set())
        tries += 1
        assert tries < 10 * wanted
        if outcome.status == 0:
            # on a machine that others use too it may be over before it is interrupted
            assert len(kept) == len(site.cells)
            longest /= 2
            continue
        assert outcome == Outcome(130, INTERRUPTED), outcome
        assert 0 < len(kept) < len(site.cells)
        completed(site, out)
        done += 1
    return f"{done} interruptions"


def faults_everywhere(folder: Path, rounds: int) -> str:
    """Kill, or refuse, each operation on a file in turn, from the very first, until a sweep gets through."""
    site, told = prepared(folder, chunks=min(30, max(3, rounds // 10))), []
    for title, code, only in (
        ("killed", None, ()),
        ("full", FULL, ("open", "write", "fsync")),
        ("broken", BROKEN, ("replace",)),
        ("read-only", READ_ONLY, ()),
    ):
        at = 0
        outcome = Outcome(1, "")
        while outcome.status != 0:
            at += 1
            out = folder / f"{title}-{at}"
            outcome = finished(started(site.command(out), lambda at=at, c=code, o=only: _small(site, Faults(at, c, o))))
            if code is None:
                assert outcome.status in (0, -signal.SIGKILL), outcome
            elif outcome.status:
                # refused before anything is computed, or stopped on the way
                assert outcome.status in (1, 2), outcome
                assert outcome.said.count("\n") == 1, outcome
                assert os.strerror(code) in outcome.said, outcome
            if (out / "cells").exists():
                unharmed(site, out, set())
            outcome_again = finished(started(site.command(out), lambda: _small(site, None)))
            assert outcome_again.status == 0, outcome_again
            assert cells_of(out) == site.cells
        assert at > len(site.cells)
        told.append(f"{at - 1} {title}")
    return f"operations on files: {', '.join(told)}"


def _small(site: Site, faults: Faults | None) -> None:
    """Have this process cut small chunks, as the directory was not begun before, and disturb it."""
    from parameter_sweeps import execution

    execution.admitted_prices = lambda *_: site.prices
    if faults is not None:
        faults.install()


def _without_patch() -> None:
    """Keep what is not committed out of this process's provenance: it may be larger than the disk."""
    from parameter_sweeps import provenance

    provenance.LONGEST_PATCH = 0


@contextmanager
def small_disk(folder: Path, size: str):
    """Give a file system of so many bytes, or none where it cannot be had."""
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=False, capture_output=True
    )
    try:
        yield made.returncode == 0
    finally:
        if made.returncode == 0:
            subprocess.run(["umount", str(folder)], check=True)


def full_disk(folder: Path, rounds: int) -> str:
    """Fill a real disk, then make room; and make it read-only."""
    site = prepared(folder)
    disk = folder / "disk"
    with small_disk(disk, "100k") as is_there:
        if not is_there:
            return "no small disk can be had here: only injected faults were tried"
        for workers in (1, 2):
            out = site.begun(f"disk/out-{workers}")
            outcome = finished(started([*site.command(out, workers)], _without_patch))
            line = f"compliance: {out} must have room and be writable, got No space left on device; {KEPT}\n"
            assert outcome == Outcome(1, line), outcome
            assert 0 < len(unharmed(site, out, set())) < len(site.cells)
            subprocess.run(["mount", "-o", "remount,size=2m", str(disk)], check=True)
            completed(site, out, workers)
            subprocess.run(["rm", "-r", str(out)], check=True)
            subprocess.run(["mount", "-o", "remount,size=100k", str(disk)], check=True)
        (disk / "empty").mkdir()
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        outcome = finished(started(["sweep", str(site.study), "--out", str(disk / "empty")]))
        line = f"compliance: --out must be a folder that can be written, got {disk / 'empty'}\n"
        assert outcome == Outcome(2, line), outcome
    return "2 full disks, 1 read-only"


def damages(folder: Path, rounds: int) -> str:
    """Cut chunks short and flip single bits: what cannot be read is told, and all else reads as before."""
    site, chance = prepared(folder, chunks=4), random.Random(4)
    out = folder / "undisturbed"
    whole = load_results(out)
    detected = harmless = 0
    for _ in range(10 * rounds):
        name, content = chance.choice(sorted(site.cells.items()))
        place = chance.randrange(len(content))
        flipped = content[:place] + bytes([content[place] ^ 1 << chance.randrange(8)]) + content[place + 1 :]
        damaged = chance.choice([content[:place], flipped])
        (out / "cells" / name).write_bytes(damaged)
        try:
            messages, read = [], load_results(out)
        except InputError as error:
            messages = error.messages
        if messages:
            assert [str(out / "cells" / name) in message for message in messages] == [True], messages
            detected += 1
        else:
            assert read.equals(whole), (name, place)
            harmless += 1
        (out / "cells" / name).unlink()
        if detected % rounds == 1:
            completed(site, out)
        (out / "cells" / name).write_bytes(content)
    assert detected > 5 * rounds
    return f"{detected} damaged chunks detected, {harmless} damages of no consequence"


def two_at_once(folder: Path, rounds: int) -> str:
    """Start two sweeps in one new directory at the same time: one is refused in one line, the other gets through."""
    # so long that one is at work when the other, which asks for a quarter of a second, gives up
    site, pairs, tries = prepared(folder, chunks=200), 0, 0
    while pairs < rounds:
        out = folder / f"twice-{tries}"
        tries += 1
        assert tries <= 10 * rounds, (pairs, tries)
        both = [started(site.command(out), lambda: _small(site, None)) for _ in range(2)]
        outcomes = sorted(finished(sweep) for sweep in both)
        assert cells_of(out) == site.cells
        if outcomes[1].status == 0:
            # on a busy machine one may begin when the other has ended: then it finds nothing to do
            continue
        assert [outcome.status for outcome in outcomes] == [0, 2], outcomes
        assert outcomes[1].said == f"compliance: {out} must be free, got another sweep at work in it\n"
        pairs += 1
    other = folder / "other.yaml"
    other.write_text(site.study.read_text().replace("seed: 1", "seed: 2"))
    outcome = finished(started(["sweep", str(other), "--out", str(folder / "undisturbed")]))
    assert outcome.status == 2, outcome
    assert outcome.said.startswith(
        f"compliance: {folder / 'undisturbed'} holds another study: seed is 1 there, got 2\n"
    )
    assert cells_of(folder / "undisturbed") == site.cells
    return f"{pairs} pairs of sweeps at once"


TRIALS: dict[str, Callable[[Path, int], str]] = {
    trial.__name__: trial
    for trial in (
        group_kills,
        worker_kills,
        interruptions,
        faults_everywhere,
        full_disk,
        damages,
        two_at_once,
    )
}


def main() -> None:
    """Try what is named, or everything, and say how often."""
    parser = argparse.ArgumentParser(prog="python -m tests.parameter_sweeps.faults", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("names", nargs="*", choices=[*TRIALS, []])
    given = parser.parse_args()
    for name in given.names or TRIALS:
        with tempfile.TemporaryDirectory() as folder:
            start = time.monotonic()
            told = TRIALS[name](Path(folder), given.rounds)
        sys.stdout.write(f"{name}: {told}; {time.monotonic() - start:.0f} s\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
