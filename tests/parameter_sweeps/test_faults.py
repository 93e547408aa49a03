"""Kills, interruptions, full disks and damaged files, a few of each; ``make torture`` tries many more."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.parameter_sweeps.faults import TRIALS

#: So many rounds each that all together take less than three minutes.
ROUNDS = {"group_kills": 20, "faults_everywhere": 20, "damages": 20, "two_at_once": 3}


@pytest.mark.parametrize("name", TRIALS)
def test_a_sweep_survives(name):
    # a process of its own, because it forks, which a test's with its threads must not
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "tests.parameter_sweeps.faults", "--rounds", str(ROUNDS.get(name, 8)), name]
    tried = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=600)
    assert tried.returncode == 0, tried.stderr
    assert tried.stdout.startswith(f"{name}: ")
    print(tried.stdout)  # noqa: T201
