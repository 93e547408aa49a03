"""Tables for people and strict JSON for programs, on standard output; progress on standard error."""

from __future__ import annotations

import contextlib
import json
import math
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from parameter_sweeps.advance import Advance

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

    On a terminal it is a bar with rate and time left, else a line from time to time. Both are reckoned from the first
    call, before which loops may have been compiled.
    """
    first: tuple[int, float] | None = None
    with _shown() as show:

        def report(done: int, total: int) -> None:
            nonlocal first
            if done > 0:
                now = time.monotonic()
                first = first or (done, now)
                pace = _pace(done - first[0], now - first[1], total - done)
                show(f"{title}: {done} of {total}{pace}", done, total)

        yield report


def _pace(done: int, seconds: float, left: int) -> str:
    """Return rate and time left in words, if anything was done in the time."""
    if done <= 0 or seconds <= 0:
        return ""
    return f", {done / seconds:.1f}/s, {as_duration(seconds * left / done)} left"


@contextlib.contextmanager
def sweep_progress() -> Iterator[Callable[[Advance], None]]:
    """Give a function that shows on standard error how far a sweep has come, as the ``report`` of `run_sweep`.

    On a terminal it is a bar, else, as in a notebook or a file, a line from time to time.
    """
    with _shown() as show:
        yield lambda advance: show(in_words(advance), advance.runs_done, advance.runs)


def in_words(advance: Advance) -> str:
    """Return how far a sweep has come: cells, runs, failures, rate and time left."""
    left = "" if math.isnan(advance.seconds_left) else f", {as_duration(advance.seconds_left)} left"
    return (
        f"{advance.cells_done:,} of {advance.cells:,} cells, {advance.runs_done:,} of {advance.runs:,} runs, "
        f"{advance.failed_runs:,} failed, {advance.runs_per_second:.1f} runs/s{left}"
    )


def as_duration(seconds: float) -> str:
    """Return a time in its two largest units; one that is not known is a dash."""
    if not math.isfinite(seconds):
        return "–"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


@contextlib.contextmanager
def _shown() -> Iterator[Callable[[str, int, int], None]]:
    """Give a function that is called with (text, done, total): a bar on a terminal, else a line from time to time."""
    if not sys.stderr.isatty():
        yield _line_by_line()
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (BarColumn(), TextColumn("{task.description}"))
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda text, done, total: bar.update(task, description=text, completed=done, total=total)


def _line_by_line() -> Callable[[str, int, int], None]:
    last = time.monotonic()

    def report(text: str, done: int, total: int) -> None:  # noqa: ARG001
        nonlocal last
        now = time.monotonic()
        if now - last >= _SECONDS_BETWEEN_LINES:
            last = now
            typer.echo(text, err=True)

    return report
