"""Tables for people and strict JSON for programs, on standard output; progress on standard error."""

from __future__ import annotations

import contextlib
import json
import math
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import typer

Progress = Callable[[int, int], None]

#: Without a terminal a line about progress is written so many seconds apart.
_SECONDS_BETWEEN_LINES = 30.0


def print_json(value: Any) -> None:
    """Print a result as strict JSON: infinities are the text "inf", NaN is null."""
    from simulation.strict_json import strict_json

    typer.echo(json.dumps(strict_json(value), indent=2, ensure_ascii=False, allow_nan=False))


def print_table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]], texts: int = 1) -> None:
    """Print a table; the first `texts` columns are text, the others numbers, set to the right."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(title), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for index, head in enumerate(heads):
        is_text = index < texts
        table.add_column(
            head,
            justify="left" if is_text else "right",
            overflow="fold",
            no_wrap=index == 0 or not is_text,
        )
    for row in rows:
        table.add_row(*(Text(entry) for entry in row))
    console = Console()
    # a table that is piped is for programs and files, which have no width to keep to
    Console(width=None if console.is_terminal else 160).print(table)


def as_number(value: float) -> str:
    """Return a number for a table; one that is not known is a dash."""
    return "–" if math.isnan(value) else f"{value:.4g}"


@contextlib.contextmanager
def progress_bar(title: str) -> Iterator[Progress]:
    """Give a function that is called with (done, total) and shows it on standard error.

    On a terminal it is a bar with rate and time left, else a line from time to time.
    """
    if not sys.stderr.isatty():
        yield _line_by_line(title)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar
    from rich.progress import Task as BarTask
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: BarTask) -> Text:
            return Text(f"{task.speed:.1f}/s" if task.speed else "")

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _line_by_line(title: str) -> Progress:
    began = last = time.monotonic()

    def report(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < _SECONDS_BETWEEN_LINES or done <= 0:
            return
        last = now
        left = (now - began) * (total - done) / done
        typer.echo(f"{title}: {done} of {total}, {done / (now - began):.1f}/s, {left:.0f} s left", err=True)

    return report
