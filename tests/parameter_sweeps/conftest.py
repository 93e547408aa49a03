"""What tests of sweeps share."""

import pytest


@pytest.fixture
def small_chunks(monkeypatch):
    """Have a cell or so in a chunk, so that a small study has several files."""
    monkeypatch.setattr("parameter_sweeps.chunks.Prices.__new__.__defaults__", (2e6, 5e5, 35.0, 27e3, 4e6))
