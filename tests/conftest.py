"""What all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples at each run, and no limit on the first, which compiles: a test that fails does so again.
settings.register_profile("steady", derandomize=True, deadline=None)
# Without the compiler examples take a hundred times as long: a few of them reach the same lines.
settings.register_profile("few", derandomize=True, deadline=None, max_examples=5)
settings.load_profile("steady")


#: Tests that `make test` leaves to `make test-slow`, by how their names begin, and what takes them so long.
SLOW = {
    "tests/distribution/": "archives are built, and installed in environments of their own",
    "tests/parameter_sweeps/test_cluster.py": "schedulers and workers start and are lost",
    "tests/parameter_sweeps/test_faults.py": "sweeps are killed, and run again",
    "tests/teaching/test_dashboard.py": "a server and a browser",
    "tests/teaching/test_explorer_page.py": "a browser",
    "tests/teaching/test_reading_of_pages.py": "a browser",
    "tests/compliance/test_theory_and_game_commands.py::test_the_same_bytes_twice": "all of the theory, twice",
    "tests/simulation/test_plain_mesa_agrees.py::test_the_benchmark_runs": "a benchmark, from end to end",
    "tests/test_contributing.py": "the examples' own tests are run, in a copy of the tree",
    "tests/test_documentation.py": "the whole site is built",
    "tests/test_documented_code.py": "every page is followed from its first command to its last",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the slow tests."""
    for item in items:
        if item.nodeid.startswith(tuple(SLOW)):
            item.add_marker("slow")


@pytest.fixture(scope="session")
def followed_pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder in which pages are followed, which all processes of this run of the tests have in common."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "pages"
    folder.mkdir(exist_ok=True)
    return folder
