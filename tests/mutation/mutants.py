"""Which mutants of the rules there are, and which of them are tried: changes that a slip of the hand could make."""

from __future__ import annotations

import random
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

#: Rules, and nothing else: records of parameters have tests of their own, of what they refuse.
RULES = (
    "capability", "cascades", "choice", "commitment", "detection", "escalation", "goals", "imitation", "learning",
    "literature", "options", "overseer", "perception", "response", "schedules", "society", "stakes", "tasks",
)  # fmt: skip
#: Rules of planners: their tests take minutes without the compiler, for each mutant.
PLANS = (
    "class_rules", "cue_rules", "decision", "flows", "judgement", "lattice", "planning", "rule_breaks", "rule_rates",
    "strategies", "successors", "voice_rules",
)  # fmt: skip

# Without the compiler a decorator does nothing, annotations are never evaluated, shifts and remainders of floats fail
# at once whatever the tests are worth, and `is` between small numbers is `==`.
_IDLE = re.compile(
    r"RemoveDecorator|_Bit|Shift$|_Mod$|_FloorDiv$|_Pow$|ExceptionReplacer|(?<!_Is)_Is(Not)?$|_Invert$|USub_(UAdd|Not)$"
)


def all_mutants(modules: Sequence[str]) -> list[Any]:
    """Return Cosmic Ray's mutations of these modules of models/ (from the root of a tree), in the order of files."""
    from cosmic_ray.commands import init
    from cosmic_ray.work_db import use_db

    with tempfile.TemporaryDirectory() as folder, use_db(Path(folder) / "session.sqlite") as session:
        init([Path("models") / f"{module}.py" for module in modules], session, {})
        found = [mutation for item in session.work_items for mutation in item.mutations]
    return sorted((mutant for mutant in found if not _IDLE.search(mutant.operator_name)), key=_place)


def sampled(mutants: Sequence[Any], size: int, seed: int) -> list[Any]:
    """Return so many of them, or all, each as likely, in the order of files."""
    picked = random.Random(seed).sample(range(len(mutants)), min(size, len(mutants)))
    return [mutants[place] for place in sorted(picked)]


def _place(mutant: Any) -> tuple[object, ...]:
    return str(mutant.module_path), mutant.start_pos, mutant.operator_name, mutant.occurrence
