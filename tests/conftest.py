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


@pytest.fixture(scope="session")
def followed_pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder in which pages are followed, which all processes of this run of the tests have in common."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "pages"
    folder.mkdir(exist_ok=True)
    return folder
