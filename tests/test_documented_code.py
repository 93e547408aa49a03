"""Every block of code and every command in the README, in CONTRIBUTING and in docs/ can be done as it says.

What is not run here is said, with the place that runs it, in `tests.readers_world`.
"""

from __future__ import annotations

import re

import pytest

from tests.code_blocks import ROOT, Command, blocks_in, blocks_of, commands_of, pages
from tests.followed_pages import Outcome, follow, steps_of
from tests.page_outcomes import outcome_of
from tests.readers_world import BEFORE, ELSEWHERE, PAGES_ELSEWHERE, RUN, SHOWN, STANDS_FOR, elsewhere, says
from tests.written_yaml import merged

STEPS = [step for page in pages() for step in steps_of(page)]
NAMES = [step.name for step in STEPS]


@pytest.mark.parametrize("step", STEPS, ids=NAMES)
def test_it_runs(step, followed_pages):
    outcome = outcome_of(step, followed_pages)
    if outcome.mistake:
        pytest.fail(f"{step.name}\n{outcome.mistake}", pytrace=False)


def test_every_step_has_a_name_of_its_own():
    assert sorted({*NAMES}) == sorted(NAMES)
    assert {"README.md"} <= {step.block.page for step in STEPS}


@pytest.mark.parametrize("page", pages())
def test_every_block_says_what_it_is(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    blocks = blocks_of(page)
    assert 2 * len(blocks) == len(re.findall(r"^ *```", text, re.MULTILINE))
    assert {block.language for block in blocks} <= RUN | SHOWN


@pytest.mark.parametrize(("command", "place"), ELSEWHERE.items(), ids=list(ELSEWHERE))
def test_what_is_run_elsewhere_is_run_there(command, place):
    assert says(*place)


@pytest.mark.parametrize("place", PAGES_ELSEWHERE.values(), ids=list(PAGES_ELSEWHERE))
def test_pages_that_are_run_elsewhere_are_run_there(place):
    assert says(*place)


def test_no_exception_is_left_over():
    commands = [step.command.words for step in STEPS if step.command]
    assert [command for command in ELSEWHERE if command not in commands] == []
    assert [words for words in STANDS_FOR if not any(words in command for command in commands)] == []
    assert [pattern for pattern in BEFORE if not any(re.search(pattern, command) for command in commands)] == []
    assert [folder for folder in PAGES_ELSEWHERE if not any(step.block.page.startswith(folder) for step in STEPS)] == []


def test_most_commands_are_run_here():
    commands = [step for step in STEPS if step.command]
    passed_over = [step for step in commands if elsewhere(step.block.page, step.command.words)]
    assert len(passed_over) < 0.3 * len(commands)


@pytest.mark.parametrize("page", [page for page in pages() if not page.startswith("docs/studies/")])
def test_what_it_links_to_is_there(page):
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", (ROOT / page).read_text(encoding="utf-8"))
    own = [link for link in links if not re.match(r"\w+:", link)]
    assert [link for link in own if not (ROOT / page).parent.joinpath(link).exists()] == []


def test_blocks_are_found_with_their_lines():
    text = "# A\n\n```sh\nmake x\n```\n\n1. b\n\n   ```python\n   x = 1\n   if x:\n       y = 2\n   ```\n"
    assert [(block.line, block.language, block.text) for block in blocks_in(text)] == [
        (3, "sh", "make x\n"),
        (9, "python", "x = 1\nif x:\n    y = 2\n"),
    ]


def test_a_first_line_names_a_file():
    named, unnamed = blocks_in(
        "```yaml\n# regimes/mine.yaml\na: 1\n```\n```yaml\n# About mine.yaml it says\na: 1\n```\n"
    )
    assert (named.file, unnamed.file) == ("regimes/mine.yaml", None)


def test_commands_are_lines_joined_where_they_are_continued():
    text = "```sh\n# why\n.venv/bin/a b   # c\n\nd \\\n    e\ncat > f <<'EOF'\ng # h\nEOF\ni\n```\n"
    (block,) = blocks_in(text)
    assert commands_of(block) == [
        Command(3, ".venv/bin/a b   # c"),
        Command(5, "d \\\n    e"),
        Command(7, "cat > f <<'EOF'\ng # h\nEOF"),
        Command(10, "i"),
    ]
    assert [command.words for command in commands_of(block)[:2]] == ["a b", "d e"]


def test_a_fragment_is_put_into_what_it_is_a_fragment_of():
    base = {"a": {"kind": "x", "b": 1, "c": 2}, "d": 3}
    assert merged(base, {"a": {"b": 4}}) == {"a": {"kind": "x", "b": 4, "c": 2}, "d": 3}
    # keys of another kind are others
    assert merged(base, {"a": {"kind": "y", "b": 4}}) == {"a": {"kind": "y", "b": 4}, "d": 3}


PAGE = """
```yaml
# mine.yaml
stakes: {{kind: fixed}}
```
```yaml
agents: {{foresight: {foresight}}}
```
```python
x = 3
print(open("mine.yaml").read())
```
```sh
mkdir -p below && cd below
pwd; test -f ../mine.yaml
compliance explain ../mine.yaml --set agents.foresight={foresight}
```
```py
print(x + 1)
```
"""


@pytest.fixture
def page_of(tmp_path, monkeypatch):
    """Return what a page with a given text has its reader do, and what becomes of it."""

    def followed(text: str) -> list[Outcome]:
        monkeypatch.setattr("tests.followed_pages.blocks_of", lambda page: blocks_in(text, page))
        return [outcome for _, outcome in follow("page.md", tmp_path)]

    return followed


def test_a_page_is_followed_in_one_folder_one_shell_and_one_interpreter(page_of):
    outcomes = page_of(PAGE.format(foresight=0.5))
    assert [outcome.mistake for outcome in outcomes] == [""] * 7
    _, _, block, _, place, explained, fragment = [outcome.printed for outcome in outcomes]
    assert "kind: fixed" in block
    assert place.endswith("/below\n")
    assert "The best class is honest" in " ".join(explained.split())
    assert fragment == "4\n"


def test_what_is_wrong_on_a_page_is_found_and_the_rest_is_followed(page_of):
    outcomes = page_of(PAGE.format(foresight=1.5).replace("x = 3", "x = 1 / 0").replace("pwd;", "false &&"))
    wrong = [outcome.mistake for outcome in outcomes]
    assert [bool(mistake) for mistake in wrong] == [False, True, True, False, True, True, True]
    assert "agents.foresight must be a number in [0, 1]" in wrong[1]
    assert "ZeroDivisionError" in wrong[2]
    assert "--set: agents.foresight must be" in wrong[5]
    assert "NameError" in wrong[6]
