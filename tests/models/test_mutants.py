"""Every module of rules that is mutated has tests that can notice it."""

import pytest

from tests.mutation import trials
from tests.mutation.mutants import PLANS, RULES, sampled
from tests.mutation.trials import ROOT


@pytest.mark.parametrize("module", RULES + PLANS)
def test_every_module_has_tests(module, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert (ROOT / "models" / f"{module}.py").exists()
    assert all((ROOT / file).exists() for file in trials.test_files(module, ()))
    assert trials.test_files(module, ())


def test_nearest_tests_come_first(monkeypatch):
    monkeypatch.chdir(ROOT)
    assert trials.test_files("learning", ()) == ["tests/models/test_learning.py"]
    # Only a module between uses it: its tests are those of what imports it.
    assert "tests/models/test_literature.py" in trials.test_files("cascades", ())
    assert trials.test_files("choice", ("test_detection_choice_response",))[0] != trials.test_files("choice", ())[0]


def test_a_sample_is_drawn_by_its_seed():
    whole = list(range(1000))
    assert sampled(whole, 50, 1) == sampled(whole, 50, 1) == sorted(sampled(whole, 50, 1))
    assert sampled(whole, 50, 1) != sampled(whole, 50, 2)
    assert sampled(whole, 2000, 1) == whole
