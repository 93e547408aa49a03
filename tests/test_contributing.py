"""CONTRIBUTING.md: a worked example of each thing that can be added, with a test of its own that has passed.

That its blocks and commands run at all: `tests/test_documented_code.py`.
"""

import re

import pytest

from tests.code_blocks import ROOT, blocks_in
from tests.followed_pages import steps_of
from tests.page_outcomes import outcome_of

PAGE = "CONTRIBUTING.md"
TEXT = (ROOT / PAGE).read_text(encoding="utf-8")
#: What can be added, by its heading, and the file that its own test is.
ADDED = {
    "A regime": "test_clawback_only.py",
    "A decider": "test_once_bitten.py",
    "A study": "test_watched_too_closely.py",
    "A rule": "tests/models/test_forbearance.py",
    "A kind of figure": "tests/analysis/test_dots.py",
}


def section(heading: str) -> str:
    """Return what stands below a heading, up to the next."""
    return TEXT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def printed_by(command: str, folder) -> str:
    """Return what a command of the page printed, once the page is followed up to it."""
    (step,) = [step for step in steps_of(PAGE) if step.command and step.command.words == command]
    outcome = outcome_of(step, folder)
    assert outcome.mistake == ""
    return outcome.printed


@pytest.mark.parametrize(("heading", "file"), ADDED.items())
def test_each_example_has_a_test_that_passes(heading, file, followed_pages):
    (shown,) = [block for block in blocks_in(section(heading)) if block.file == file]
    (command,) = re.findall(rf"^(?:\w+=\S+ )?\.venv/bin/python -m pytest {file}", section(heading), re.MULTILINE)
    printed = printed_by(command.replace(".venv/bin/", ""), followed_pages)
    cases = re.findall(r"^def test_", shown.text, re.MULTILINE)
    (passed,) = re.findall(r"(\d+) passed in", printed)
    assert int(passed) >= len(cases) >= 1
    assert "failed" not in printed
    assert "skipped" not in printed


def test_the_study_supports_its_claim_by_what_was_run(followed_pages):
    printed = printed_by("cat results/watched_too_closely/figures/watched_too_closely.md", followed_pages)
    assert "**Supported** by these results" in printed


def test_the_regime_is_explained_as_deterring_nobody(followed_pages):
    printed = printed_by("compliance explain base --regime clawback_only.yaml", followed_pages)
    assert "The best class is honest" in " ".join(printed.split())


def test_contracts_hold_with_the_rule_in_its_place(followed_pages):
    assert " 0 broken" in printed_by("lint-imports", followed_pages)


def test_what_it_says_can_be_made_can_be_made():
    made = {*re.findall(r"`make (\w[\w-]*)`", TEXT)}
    rules = {*re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)}
    assert {"test", "lint", "theory", "studies", "lessons", "published"} <= made <= rules


def test_the_files_that_it_names_are_there():
    # of the examples, and of what is made from them
    own = {*ADDED.values(), *(block.file for block in blocks_in(TEXT) if block.file)}
    named = {*re.findall(r"`((?:tests|models|simulation|parameter_sweeps|docs|analysis)/[\w/.]*)`", TEXT)} - own
    assert len(named) > 10
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
