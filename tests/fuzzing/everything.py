"""Every target of the long fuzz."""

from __future__ import annotations

from tests.fuzzing.commands import command_targets
from tests.fuzzing.directories import directory_targets
from tests.fuzzing.simulated import simulated_targets
from tests.fuzzing.targets import Target, targets


def every_target() -> dict[str, Target]:
    """Return every target by name."""
    return targets() | command_targets() | directory_targets() | simulated_targets()
