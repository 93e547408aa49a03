"""Measures which lines and branches the tests reach, and fails below 95 %: ``python -m tests.covered``.

The compiler hides from the measurement what it compiles. For models/ it is therefore switched off, which makes a rule
a hundred times slower: hypothesis then tries few examples, and the tests in `SLOW` are left out. What parameter_sweeps/
does in worker processes counts too.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

LEAST_PER_CENT = 95
FLOORS = ("models", "parameter_sweeps")
#: Tests of a floor that stand elsewhere: of the theory, of schemas, and of hostile files.
ELSEWHERE = {
    "parameter_sweeps": (
        "tests/compliance/test_schemas.py", "tests/compliance/test_theory_and_game_commands.py", "tests/fuzzing",
    ),
}  # fmt: skip

#: Of models/, without the compiler: tests that take minutes, or divide a plain number by zero, which only compiled
#: rules may.
SLOW = (
    "test_compilation", "test_the_best_rule_is_worth_most", "test_20_with_full_reward_for_complying",
    "test_2_irrelevance_of_the_size_of_a_turn", "test_error_is_at_most_what_is_promised",
    "test_tables_of_turns_that_differ_have_two_parts", "test_loop_and_scalar_call_agree_to_the_bit",
    "test_plans_solve_the_markov_reward_process", "test_the_best_class_is_worth_most",
    "test_a_turn_moves_on_by_whole_rows", "many angles", "lattice of everything", "capped",
)  # fmt: skip
_WITHOUT_COMPILER = (
    "--hypothesis-profile=few", "-k", " and ".join(f"not ({name.replace(' ', ' and ')})" for name in SLOW),
    # what a division by zero gives is the same with the compiler and without, but only the interpreter warns
    "-W", "ignore:divide by zero:RuntimeWarning", "-W", "ignore:invalid value:RuntimeWarning",
)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure one floor, or each of them; the exit status is 1 where one falls short, or a test fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.covered", description=__doc__)
    parser.add_argument("floors", nargs="*", choices=[*FLOORS, []], metavar="FLOOR", help=" or ".join(FLOORS))
    floors = parser.parse_args(arguments).floors or FLOORS
    raise SystemExit(max([_status_of(floor) for floor in floors]))


def _status_of(floor: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"COVERAGE_FILE": str(Path(folder) / "coverage")}
        if floor == "models":
            environment["NUMBA_DISABLE_JIT"] = "1"
        chosen = ("-p", "no:xdist", *_WITHOUT_COMPILER) if floor == "models" else ("-n", "2")
        tests = ["-m", "pytest", *chosen, f"tests/{floor}", *ELSEWHERE.get(floor, ())]
        steps = (
            ["run", f"--source={floor}", *tests],
            ["combine", "--quiet"],
            ["report", "--show-missing", "--skip-covered", f"--fail-under={LEAST_PER_CENT}"],
        )
        return max([_coverage(step, environment) for step in steps])


def _coverage(step: list[str], environment: dict[str, str]) -> int:
    ended = subprocess.run([sys.executable, "-m", "coverage", *step], env=environment, check=False)
    return min(ended.returncode, 1)


if __name__ == "__main__":
    main()
