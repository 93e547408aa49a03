"""What a reader of the pages has that a test has not, and what pages leave to the reader: said once, for all tests.

Commands are run as they are written. Here stands each that is not, with the place that runs it instead; and the words
that stand for something of the reader's own: other machines, a file of theirs, what was done before.
"""

from __future__ import annotations

import re
from pathlib import Path

from tests.code_blocks import ROOT, blocks_of

#: Languages of blocks that are shown, not run. What is run: python, py, sh, yaml, diff.
SHOWN = {"text", "console", "csv", "json", "toml", "bibtex", "latex", "make", "mermaid"}
RUN = {"python", "py", "sh", "yaml", "diff"}

#: Commands that take minutes, or set up what a test stands in: where else they are run, and the words that do it there.
ELSEWHERE = {
    "make demo": (".ci/run", "make demo"),
    "make test": (".ci/run", "make test"),
    # what make test needs before anything else, by the same rule
    "make install": ("Makefile", "install: $(STAMP)"),
    "compliance theory": (".ci/run", ".venv/bin/compliance theory"),
    "compliance calibrate published_tiers --out results/published": (
        ".ci/run",
        ".venv/bin/compliance calibrate published_tiers --out results/published",
    ),
}

#: Pages of which every block is run, in order, by a test of their own.
PAGES_ELSEWHERE = {
    "docs/lessons/": ("tests/teaching/test_lessons.py", "def test_a_lesson_runs_and_is_the_page_in_docs("),
}

#: Words for what the reader has, and what a test has: ``{port}`` is filled in.
STANDS_FOR = {
    # with what is not committed yet
    "git clone ...": "copy-of-the-tree strategic-compliance",
    "tcp://host:8786": "tcp://127.0.0.1:{port}",
    "tcp://scheduler-host:8786": "tcp://127.0.0.1:{port}",
    "--port 8786": "--host 127.0.0.1 --port {port}",
    # a machine with fewer cores than the reader's cluster
    "--nworkers 32": "--nworkers 1 --host 127.0.0.1",
    "compliance dashboard": "compliance dashboard --port 0",
}

#: Commands that run until they are stopped, and what they say when they can be used.
SERVERS = {"compliance dashboard": r"(http://127\.0\.0\.1:\d+/)", "dask scheduler": "", "dask worker": ""}

#: What a command takes for granted, on any page: done elsewhere by other machines, or by somebody else before.
BEFORE = {
    r"--cluster tcp://host": [
        "dask scheduler --port 8786 --no-dashboard",
        "dask worker tcp://host:8786 --nthreads 1 --no-dashboard",
    ],
    r"merge results/one results/two results/three": [
        ".venv/bin/compliance shard rational_choice 2/3 --out results/two",
        ".venv/bin/compliance shard rational_choice 3/3 --out results/three",
    ],
    r"merge results/part_1 results/part_2 results/part_3 results/part_4": [
        f".venv/bin/compliance shard my_study.yaml {part}/4 --out results/part_{part}" for part in (2, 3, 4)
    ],
}

#: A study of the reader's, where a page speaks of one.
MY_STUDY = """\
name: my_study
base: base
set: {agents.count: 20, run.episodes: 5}
vary: {agents.foresight: [0.0, 0.3, 0.6, 0.9]}
replicates: 2
"""

#: Python that the fragments (py) of a page take for granted.
TAKEN_FOR_GRANTED = {
    "README.md": """\
import os
from functools import partial
from compliance import Study, run_sweep
# commands have put results/mine here, of another study
os.makedirs("below")
os.chdir("below")
study = Study.from_mapping(
    {"base": "base", "set": {"agents.count": 20, "run.episodes": 120}, "vary": {"agents.foresight": [0.5, 0.9]},
     "replicates": 2}
)
# a function in a file is found by other processes; one on a page is not
run_sweep = partial(run_sweep, workers=1)
""",
}


def given_files(page: str) -> dict[str, str]:
    """Return the files, by name, that a reader of a page has."""
    given = {"my_study.yaml": MY_STUDY} if page == "docs/cluster.md" else {}
    if page == "docs/calibration.md":
        # shown below the command that reads it
        given["rates.csv"] = next(block.text for block in blocks_of(page) if block.language == "csv")
    return given


def elsewhere(page: str, command: str | None) -> tuple[str, str] | None:
    """Return where a page, or a command of any page, is run instead: a file, and what it says."""
    for folder, place in PAGES_ELSEWHERE.items():
        if page.startswith(folder):
            return place
    return ELSEWHERE.get(command or "")


def for_a_test(command: str, port: int) -> str:
    """Return a command with what a test has in place of what the reader has."""
    for words, own in STANDS_FOR.items():
        command = command.replace(words, own.format(port=port))
    return command


def taken_before(command: str) -> list[str]:
    """Return the commands that somebody is taken to have run before this one."""
    return [other for pattern, others in BEFORE.items() if re.search(pattern, command) for other in others]


def served_by(command: str) -> str | None:
    """Return what a command says, as a pattern, when it can be used; None if it ends by itself."""
    return next((said for start, said in SERVERS.items() if command.startswith(start)), None)


def says(file: str, text: str) -> bool:
    """Return whether a file of the repository has a text."""
    return text in Path(ROOT, file).read_text(encoding="utf-8")
