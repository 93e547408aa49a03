"""The lessons as Markdown with what they print and draw, by running them.

``python -m teaching.rendered`` writes docs/lessons/ anew. A lesson is a Python file whose cells begin with ``# %%``;
those that begin with ``# %% [markdown]`` are text, each line behind a ``#`` and a blank.
"""

from __future__ import annotations

import io
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from parameter_sweeps.whole_files import write_whole

LESSONS = Path(__file__).parent / "lessons"
_MARK = re.compile(r"^# %%(.*)$", re.MULTILINE)
#: Dots per inch of figures.
_DPI = 110


class Cell(NamedTuple):
    """A cell of a lesson: whether it is text, what stands in it, and the line that it begins at, from 1."""

    is_text: bool
    source: str
    line: int


@dataclass
class Page:
    """A lesson that was run.

    Attributes
    ----------
    markdown : str
    figures : dict of bytes
        PNG files by the name that the text calls them.
    namespace : dict
        What the lesson has defined.
    """

    markdown: str
    figures: dict[str, bytes] = field(default_factory=dict)
    namespace: dict[str, Any] = field(default_factory=dict)


def lesson_files() -> list[Path]:
    """Return the files of the lessons in their order."""
    return sorted(LESSONS.glob("lesson_*.py"))


def cells_of(source: str) -> list[Cell]:
    """Return the cells of a lesson; what stands before the first is none."""
    marks = list(_MARK.finditer(source))
    ends = [mark.start() for mark in marks[1:]] + [len(source)]
    return [_cell(source, mark, end) for mark, end in zip(marks, ends, strict=True)]


def _cell(source: str, mark: re.Match[str], end: int) -> Cell:
    body = source[mark.end() + 1 : end]
    line = source.count("\n", 0, mark.end()) + 2
    if mark.group(1).strip() == "[markdown]":
        return Cell(True, re.sub(r"^# ?", "", body, flags=re.MULTILINE).strip(), line)
    return Cell(False, body.rstrip(), line)


def page_of(path: Path) -> Page:
    """Return a lesson with what its cells print and draw, run one after the other; figures look the same everywhere.

    Raises
    ------
    Exception
        Whatever the lesson raises, with the line of its file.
    """
    page = Page("", namespace={"__name__": "__main__", "__file__": str(path)})
    source = f"[teaching/lessons/{path.name}](../../teaching/lessons/{path.name})"
    parts = [f"*This page is {source}, run. Open that file in Jupyter or VS Code to change it.*"]
    with _drawing():
        for cell in cells_of(path.read_text(encoding="utf-8")):
            parts.extend([cell.source] if cell.is_text else _run(cell, path, page))
    page.markdown = "\n\n".join(parts) + "\n"
    return page


@contextmanager
def _drawing() -> Iterator[None]:
    """Draw without a screen and with matplotlib's own settings; both are as before afterwards."""
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    before = mpl.get_backend()
    plt.close("all")
    plt.switch_backend("agg")
    try:
        with mpl.rc_context():
            mpl.rcdefaults()
            yield
    finally:
        plt.close("all")
        plt.switch_backend(before)


def _run(cell: Cell, path: Path, page: Page) -> list[str]:
    printed = io.StringIO()
    # lines of a traceback are those of the file
    code = compile("\n" * (cell.line - 1) + cell.source, str(path), "exec")
    with redirect_stdout(printed), warnings.catch_warnings():
        # where there is a screen, plt.show() says that nothing is shown on it
        warnings.filterwarnings("ignore", "FigureCanvasAgg is non-interactive")
        exec(code, page.namespace)  # noqa: S102 the lessons are our own
    parts = [f"```python\n{cell.source.strip()}\n```"]
    if text := printed.getvalue().rstrip():
        parts.append(f"```text\n{text}\n```")
    return parts + _figures(path, page)


def _figures(path: Path, page: Page) -> list[str]:
    """Add the figures that are open to a page, close them, and return the lines that show them."""
    import matplotlib.pyplot as plt

    shown = []
    for number in plt.get_fignums():
        drawn, file = plt.figure(number), io.BytesIO()
        # the version of the software in the file would change its bytes
        drawn.savefig(file, format="png", dpi=_DPI, metadata={"Software": None})
        name = f"{path.stem}_{len(page.figures) + 1}.png"
        page.figures[name] = file.getvalue()
        labels = (f"{axes.get_ylabel() or axes.get_title()} over {axes.get_xlabel()}" for axes in drawn.axes)
        shown.append(f"![{'; '.join(labels)}]({name})")
    plt.close("all")
    return shown


def write_lessons(folder: Path) -> None:
    """Run the lessons and write them, with their figures, into a folder, which is made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in lesson_files():
        page = page_of(path)
        for name, content in page.figures.items():
            write_whole(folder / name, content)
        write_whole(folder / f"{path.stem}.md", page.markdown.encode())


if __name__ == "__main__":
    write_lessons(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1] / "docs" / "lessons")
