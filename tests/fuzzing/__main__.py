"""The long fuzz: ``python -m tests.fuzzing --minutes 30``, each kind of file in turn, with other examples each time."""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded

from tests.fuzzing.guard import HangError
from tests.fuzzing.targets import Target

_EXAMPLES_AT_ONCE = 40


class Tally:
    """What became of a target: examples, findings by what was raised where, and seconds."""

    def __init__(self) -> None:
        self.examples = 0
        self.seconds = 0.0
        self.findings: dict[str, str] = {}

    def counted(self, check: Callable[[Any], None]) -> Callable[[Any], None]:
        def counting(example: Any) -> None:
            self.examples += 1
            check(example)

        return counting


def fuzz(target: Target, tally: Tally, number: int, shrink: bool) -> None:
    """Try some examples of a target, and keep one, or the smallest, that something was wrong with."""
    check = tally.counted(target.check)
    seen: list[Any] = []

    @seeded(number)
    @settings(
        max_examples=_EXAMPLES_AT_ONCE, deadline=None, database=None, derandomize=False,
        suppress_health_check=list(HealthCheck), report_multiple_bugs=False, print_blob=False,
        phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
    )  # fmt: skip
    @given(target.examples)
    def trying(example: Any) -> None:
        seen[:] = [example]
        check(example)

    began = time.monotonic()
    try:
        trying()
    except (Exception, HangError) as error:
        while isinstance(error, BaseExceptionGroup):
            # of an example that fails once, as where something is loaded for the first time
            error = error.exceptions[0]
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if "/tests/" not in frame.filename and "hypothesis" not in frame.filename]
        place = f"{own[-1].filename.rpartition('/')[2]}:{own[-1].lineno}" if own else "the check"
        tally.findings.setdefault(
            f"{type(error).__name__} at {place}", " ".join(f"{error!s:.300} with {seen!r:.900}".split())
        )
    tally.seconds += time.monotonic() - began


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    """Fuzz for so many minutes and print what was found."""
    from tests.fuzzing.everything import every_target

    parser = argparse.ArgumentParser(prog="python -m tests.fuzzing")
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--only", action="append", help="name of a target; may be repeated")
    parser.add_argument("--seed", type=int, default=None, help="for the same examples again")
    parser.add_argument("--shrink", action="store_true", help="look for the smallest example, which takes minutes")
    asked = parser.parse_args(arguments)
    found = {name: target for name, target in every_target().items() if not asked.only or name in asked.only}
    tallies = {name: Tally() for name in found}
    end = time.monotonic() + 60.0 * asked.minutes
    number = time.time_ns() % 2**32 if asked.seed is None else asked.seed
    _tell(f"seed {number}")
    while time.monotonic() < end:
        for name, target in found.items():
            before = len(tallies[name].findings)
            fuzz(target, tallies[name], number, asked.shrink)
            if len(tallies[name].findings) > before:
                kind, told = list(tallies[name].findings.items())[-1]
                _tell(f"{name}: {kind}: {told}")
            if time.monotonic() >= end:
                break
        number += 1
    for name, tally in tallies.items():
        _tell(f"{name}: {tally.examples} examples, {len(tally.findings)} findings, {tally.seconds:.0f} s")
    return int(any(tally.findings for tally in tallies.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
