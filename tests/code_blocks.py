"""The code blocks of the pages that people read, and the commands in them."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
_FENCE = re.compile(
    r"^(?P<indent> *)```(?P<language>[\w+-]*)[^\n`]*\n(?P<text>.*?)^(?P=indent)```[ ]*$", re.DOTALL | re.MULTILINE
)
_FILE = re.compile(r"^# (?P<name>[\w./-]+\.[a-z]+)$")
_HEREDOC = re.compile(r"<<-?\s*['\"]?(\w+)['\"]?")


class Block(NamedTuple):
    """A block of code: its page, the line of its fence, its language, and what stands in it."""

    page: str
    line: int
    language: str
    text: str

    @property
    def file(self) -> str | None:
        """The file that a first line of comment says that the block is, as ``# mine.yaml``."""
        named = _FILE.match(self.text.partition("\n")[0])
        return named["name"] if named else None


class Command(NamedTuple):
    """A command: the line that it begins at, and its text, over several lines where it is continued."""

    line: int
    text: str

    @property
    def words(self) -> str:
        """The command on one line, as one says it: without its comment and the folder of the environment."""
        joined = re.sub(r"\s*\\\n\s*", " ", self.text)
        return re.sub(r"\s+# .*", "", joined).replace(".venv/bin/", "").strip()


def pages() -> list[str]:
    """Return the pages with code, by their place in the repository; a new page in docs/ is among them at once."""
    found = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [path.relative_to(ROOT).as_posix() for path in found if "```" in path.read_text(encoding="utf-8")]


def blocks_of(page: str) -> list[Block]:
    """Return the blocks of a page in their order; those in lists without their indentation."""
    return blocks_in((ROOT / page).read_text(encoding="utf-8"), page)


def blocks_in(text: str, page: str = "") -> list[Block]:
    """Return the blocks of a text in Markdown."""
    return [
        Block(page, text.count("\n", 0, found.start()) + 1, found["language"], textwrap.dedent(found["text"]))
        for found in _FENCE.finditer(text)
    ]


def commands_of(block: Block) -> list[Command]:
    """Return the commands of a block: one a line, continued by a backslash or by a here-document."""
    commands: list[Command] = []
    lines = iter(enumerate(block.text.splitlines(), start=block.line + 1))
    for number, line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        whole = [line]
        while whole[-1].endswith("\\"):
            whole.append(next(lines)[1])
        if here := _HEREDOC.search(line):
            while whole[-1].strip() != here[1]:
                whole.append(next(lines)[1])
        commands.append(Command(number, "\n".join(whole)))
    return commands
