"""A page followed as its reader would, in order: files saved, commands run in a shell, Python in one interpreter."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from tests.code_blocks import Block, Command, blocks_of, commands_of
from tests.readers_programs import Outcome, answered, environment_of, free_port, interpreter, reached, running
from tests.readers_world import (
    RUN,
    TAKEN_FOR_GRANTED,
    elsewhere,
    for_a_test,
    given_files,
    served_by,
    taken_before,
)
from tests.written_yaml import mistake_in_yaml

#: Longest that one command may take, in seconds: far more than any does.
LONGEST = 900


class Step(NamedTuple):
    """Something that a page has its reader do: run a block, or one command of it."""

    block: Block
    command: Command | None = None

    @property
    def name(self) -> str:
        """Name of the test case: page, line, and what is done."""
        line = self.command.line if self.command else self.block.line
        said = self.command.words if self.command else self.block.file or self.block.language
        return f"{self.block.page}:{line} {said[:60]}"


def steps_of(page: str) -> list[Step]:
    """Return what a page has its reader do, in order."""
    steps: list[Step] = []
    for block in blocks_of(page):
        if block.language == "sh":
            steps += [Step(block, command) for command in commands_of(block)]
        elif block.language in RUN:
            steps.append(Step(block))
    return steps


def follow(page: str, folder: Path) -> Iterator[tuple[Step, Outcome]]:
    """Follow a page in a folder; give each step with its outcome. A step whose place is elsewhere is passed over."""
    with ExitStack() as stack:
        reader = _Reader(page, folder, stack)
        for step in steps_of(page):
            passed_over = elsewhere(page, step.command and step.command.words)
            yield step, Outcome("") if passed_over else reader.take(step)


class _Reader:
    """Somebody who follows a page, with a shell whose working directory stays and an interpreter that stays open."""

    def __init__(self, page: str, folder: Path, stack: ExitStack) -> None:
        self.page, self.folder, self.stack = page, folder, stack
        self.port = free_port()
        self.environment = environment_of(folder)
        self._python: subprocess.Popen[str] | None = None
        self._taken: set[str] = set()
        self._arrive(folder)

    def take(self, step: Step) -> Outcome:
        """Take one step."""
        block = step.block
        if block.file is not None:
            self._save(block.file, block.text)
        if step.command is not None:
            return self._commands(step.command)
        if block.language == "py" and block.file is not None:
            # shown as a file: commands below it run it
            return Outcome("")
        if block.language == "yaml":
            return Outcome(mistake_in_yaml(block, self.place))
        return self._patch(block) if block.language == "diff" else self._block(block)

    def _arrive(self, place: Path) -> None:
        """Go where the shell is, with the files that the reader has and the programs that ``make install`` makes."""
        self.place = place
        if not (place / ".venv").exists():
            (place / ".venv").symlink_to(self.folder / ".venv")
        for name, text in given_files(self.page).items():
            (place / name).write_text(text)

    def _save(self, name: str, text: str) -> Path:
        path = self.place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def _patch(self, block: Block) -> Outcome:
        patch = self._save(f"shown_{block.line}.diff", block.text)
        return self._shell(f"git apply --whitespace=nowarn {patch.name}")

    def _commands(self, command: Command) -> Outcome:
        for other in taken_before(command.words):
            if other not in self._taken:
                self._taken.add(other)
                if (outcome := self._run(other, other.replace(".venv/bin/", ""))).mistake:
                    return outcome
        return self._run(command.text, command.words)

    def _run(self, text: str, words: str) -> Outcome:
        text = for_a_test(text, self.port)
        said = served_by(words)
        return self._shell(text) if said is None else self._serve(text, said)

    def _shell(self, text: str) -> Outcome:
        """Run a command to its end; where it leaves the shell is where the next one begins."""
        left = self.folder / ".left"
        script = f"{text}\nstatus=$?\npwd > {shlex.quote(str(left))}\nexit $status"
        try:
            found = subprocess.run(
                ["bash", "-c", script],
                cwd=self.place, env=self.environment, stdin=subprocess.DEVNULL,
                capture_output=True, text=True, timeout=LONGEST, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return Outcome(f"took more than {LONGEST} s")
        self._arrive(Path(left.read_text().strip()))
        return Outcome("" if found.returncode == 0 else f"{found.stdout}\n{found.stderr}"[-4000:], found.stdout)

    def _serve(self, text: str, said: str) -> Outcome:
        """Start a command that runs until the page ends, or answer one request of a browser and stop it."""
        process = self.stack.enter_context(running(text, self.place, self.environment))
        if not said:
            return reached(self.port, process)
        assert process.stdout is not None
        shown = ""
        for line in process.stdout:
            shown += line
            if address := re.search(said, line):
                return answered(address[1], process)
        return Outcome(f"ended before it could be used: {shown}")

    def _block(self, block: Block) -> Outcome:
        if self._python is None:
            self._python = self.stack.enter_context(interpreter(self.folder, self.environment))
        granted = TAKEN_FOR_GRANTED.get(self.page, "") if block.language == "py" else ""
        if granted and granted not in self._taken:
            self._taken.add(granted)
            if (outcome := self._ask(self._save("taken_for_granted.py", granted))).mistake:
                return outcome
        return self._ask(self._save(block.file or f"shown_{block.line}.py", block.text))

    def _ask(self, path: Path) -> Outcome:
        process = self._python
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{path}\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        return Outcome(**json.loads(answer)) if answer else Outcome("the interpreter ended")
