"""Changes the rules a little, one change at a time, and counts what the tests notice: ``python -m tests.mutation``.

Needs Cosmic Ray, whose mutations they are. The sample is drawn with a seed: the same again gives the same mutants.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from itertools import chain, repeat
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tests.mutation.mutants import PLANS, RULES, all_mutants, sampled
from tests.mutation.trials import Trial, enter_copy, enter_own_copy, seconds_unharmed, test_files, tried

#: Tests that take too long without the compiler to be run for every mutant of `RULES`.
SLOW = (
    "test_chain_losses", "test_compilation", "test_exact_results", "test_general_strategies", "test_planning",
    "test_rule_rates", "test_strategies", "test_successors", "test_tabulation",
)  # fmt: skip


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--sample", type=int, default=200, help="how many mutants are tried")
    parser.add_argument("--seed", type=int, default=1, help="of the sample")
    parser.add_argument("--jobs", type=int, default=1, help="how many at once")
    parser.add_argument("--modules", nargs="+", default=list(RULES), choices=RULES + PLANS, metavar="MODULE")
    parser.add_argument("--out", type=Path, default=Path("results/mutation.jsonl"), help="one line a mutant")
    return parser


def main(arguments: Sequence[str] | None = None) -> None:
    """Try a sample of mutants, and print what became of them."""
    options = _parser().parse_args(arguments)
    if find_spec("cosmic_ray") is None:
        raise SystemExit("Cosmic Ray is needed: python -m pip install cosmic-ray")
    out = options.out.resolve()
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        enter_copy(Path(folder))
        mutants = all_mutants(options.modules)
        chosen = sampled(mutants, options.sample, options.seed)
        _say(f"{len(chosen)} of {len(mutants)} mutants of {len(options.modules)} modules, seed {options.seed}")
        with out.open("w") as lines:
            trials = []
            for trial in _trials(chosen, options.jobs):
                trials.append(trial)
                lines.write(json.dumps(trial._asdict()) + "\n")
                lines.flush()
        _say_what_became_of(trials)


def _trials(chosen: Sequence[Any], jobs: int) -> Iterator[Trial]:
    """Yield the trial of each mutant; each process has a copy of its own, in which one mutant stands at a time."""
    names = [Path(mutant.module_path).stem for mutant in chosen]
    files = {name: test_files(name, SLOW if name in RULES else ("test_compilation",)) for name in set(names)}
    unharmed = seconds_unharmed(sorted(set(chain.from_iterable(files.values()))))
    with ProcessPoolExecutor(jobs, get_context("spawn"), initializer=enter_own_copy) as pool:
        yield from pool.map(tried, chosen, [files[name] for name in names], repeat(unharmed))


def _say_what_became_of(trials: Sequence[Trial]) -> None:
    tried_of = Counter(trial.module for trial in trials)
    killed_of = Counter(trial.module for trial in trials if trial.outcome == "killed")
    for module in sorted(tried_of):
        _say(f"{module:16}{killed_of[module]:5} of {tried_of[module]:4} killed")
    _say(f"{'all':16}{sum(killed_of.values()):5} of {len(trials):4} killed")
    for trial in trials:
        if trial.outcome != "killed":
            _say(f"\n{trial.outcome}: models/{trial.module}.py:{trial.line} {trial.operator}\n{trial.difference}")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
