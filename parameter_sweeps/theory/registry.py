"""All checks, in the order of the specification."""

from __future__ import annotations

from parameter_sweeps.theory import (
    audits,
    cells,
    conformity,
    one_agent,
    overseers,
    planning,
    populations,
    responses,
    stakes,
)
from parameter_sweeps.theory.checks import Check

_GROUPS = (one_agent, stakes, overseers, responses, conformity, populations, audits, planning, cells)


def all_checks() -> list[Check]:
    """Return the checks of results 1 to 20, then those of the planner, then those of maps."""
    found = [check for group in _GROUPS for check in group.results()]
    return sorted(found, key=_place)


def _place(check: Check) -> tuple[int, str]:
    if check.result.isdigit():
        return int(check.result), ""
    # the planner before maps
    return (21, "") if check.result == "planner" else (22, "")
