"""Hostile words on the command line: values of ``--set``, names and paths, where a scenario or a study is named."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from models.refusals import known_keys
from models.scenario import Scenario
from tests.fuzzing.guard import told
from tests.fuzzing.hostile import NUMBERS, TEXTS, one_of_these
from tests.fuzzing.targets import RICH, SMALL_STUDY, Target, as_yaml, changed, workplace

#: An argument of a program ends at a NUL, and is a text of bytes.
_ARGUMENTS = tuple(text for text in TEXTS if "\0" not in text and text.isascii() and not text.startswith("-"))
words = st.one_of(
    one_of_these(_ARGUMENTS), one_of_these([str(number) for number in NUMBERS]),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12),
)  # fmt: skip


@st.composite
def settings_given(draw: st.DrawFn) -> list[str]:
    """Draw what is written after ``--set``, some of it with known keys."""
    keys = one_of_these(sorted(known_keys(Scenario))) | words
    pairs = draw(st.lists(st.tuples(keys, words), min_size=1, max_size=3))
    return [part for key, value in pairs for part in ("--set", f"{key}={value}" if draw(st.integers(0, 9)) else key)]


@st.composite
def commands(draw: st.DrawFn) -> list[Any]:
    """Draw a command that is refused, or that computes nothing."""
    kind = draw(st.sampled_from(["names", "settings", "file", "options"]))
    if kind == "names":
        return [
            draw(st.sampled_from(["explain", "run", "map", "sweep", "status", "check", "export", "game"])),
            draw(words),
        ]
    if kind == "settings":
        # one that is unknown comes last, so that nothing is computed of what is right
        return ["explain", "base", *draw(settings_given()), "--set", "no.such.key=1"]
    if kind == "file":
        return ["file", draw(changed(SMALL_STUDY | {"no_such_key": 1}) | changed(RICH | {"no_such_key": 1}))]
    return ["sweep", "rational_choice", "--out", str(workplace()), "--seed", draw(words), "--replicates", draw(words)]


def check_command(given: list[Any]) -> None:
    """A command ends with a few plain lines and status 2, or with what it was asked for."""
    if given[0] == "file":
        path = workplace() / "given.yaml"
        path.write_bytes(as_yaml(given[1]))
        given = ["explain", path, "--set", "no.such.key=1"]
    told(*given, allowed=(workplace(),), computes=True)


def command_targets() -> dict[str, Target]:
    """Return what is fuzzed of the command line."""
    return {"commands": Target(commands(), check_command)}
