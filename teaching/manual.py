"""Pages of the manual that are made from data: the parameter table, the regimes, and the list of references.

``python -m teaching.manual`` writes docs/regimes.md, docs/references.md and the table of parameters in docs/odd.md
anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from models.parameter_table import ParameterRow
from models.refusals import InputError
from models.scenario import fields_table
from models.written import listed
from parameter_sweeps.catalogue import load_regime, shipped_regimes
from parameter_sweeps.whole_files import write_whole

ROOT = Path(__file__).resolve().parents[1]
_BEGIN = "<!-- written by python -m teaching.manual -->\n"
_END = "<!-- end of what is written -->\n"
_PARTS = {
    "name": "Name",
    "stakes": "Stakes",
    "agents": "Agents",
    "regime": "Monitoring regime",
    "overseer": "Overseer",
    "society": "Society",
    "run": "Run",
}
_REGIMES_HEAD = """# Regimes

Each named regime is a file in `parameter_sweeps/regimes/` that composes a schedule, a visibility, a detector and a
response ([the model](model.md#monitoring-regimes-and-the-overseer)). `compliance explain base --regime NAME` and
`compliance run learning --regime NAME` put it in the place of a scenario's own; [how to add one](how_to/regime.md).
What is checked by a test are signs of differences from `random_audit` in simulation. This page is made from the files
by `python -m teaching.manual`.
"""
_REFERENCES_HEAD = """# References

Keys in brackets are those of docstrings and of the other pages. This list is that of the README, copied by
`python -m teaching.manual`; sources of single regimes are named in [their files](regimes.md).
"""


def parameter_tables() -> str:
    """Return the parameters of a scenario as Markdown, a table for each part, from the schema."""
    rows = fields_table()
    tables = []
    for part, heading in _PARTS.items():
        lines = [_parameter_line(row) for row in rows if row.key.partition(".")[0] == part]
        tables.append(
            f"#### {heading}\n\n| key | symbol | meaning | range | unit | default | neutral |\n"
            "|---|---|---|---|---|---|---|\n" + "\n".join(lines)
        )
    return "\n\n".join(tables) + "\n"


def _parameter_line(row: ParameterRow) -> str:
    symbol = f"`{row.symbol}`" if row.symbol else ""
    default, neutral = (f"`{listed([value])}`" if value != "" else "" for value in (row.default, row.neutral))
    cells = (f"`{row.key}`", symbol, row.description, row.range, row.unit, default, neutral)
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def odd_markdown(folder: Path) -> str:
    """Return docs/odd.md: as it stands in a folder, with its table of parameters made anew.

    Raises
    ------
    InputError
        If the marks around the table are not there.
    """
    path = folder / "odd.md"
    written = path.read_text(encoding="utf-8")
    head, begin, rest = written.partition(_BEGIN)
    _, end, tail = rest.partition(_END)
    if not begin or not end:
        raise InputError([f"{path} must have the marks around its table, got none"])
    return f"{head}{_BEGIN}\n{parameter_tables()}\n{_END}{tail}"


def regimes_markdown() -> str:
    """Return docs/regimes.md: what each file says of itself, what is expected of it, and the file."""
    names = shipped_regimes()
    contents = ", ".join(f"[{name}](#{name})" for name in names)
    return "\n".join([_REGIMES_HEAD, contents + "\n", *(_regime(name, path) for name, path in names.items())])


def _regime(name: str, path: Path) -> str:
    file = load_regime(name)
    about = "\n".join(f"- {line}" for line in file.about)
    expected = ", ".join(f"`{measure}` {'higher' if sign == '+' else 'lower'}" for measure, sign in file.expects)
    written = path.read_text(encoding="utf-8").strip()
    signs = f"\n*Checked against random audits:* {expected}.\n" if expected else ""
    return f"## {name}\n\n{about}\n{signs}\n```yaml\n{written}\n```\n"


def references_markdown(readme: Path) -> str:
    """Return docs/references.md: the list under the README's heading of references.

    Raises
    ------
    InputError
        If there is no such heading.
    """
    _, heading, after = readme.read_text(encoding="utf-8").partition("## References\n")
    if not heading:
        raise InputError([f"{readme} must have a heading of references, got none"])
    entries = "\n".join(_entries(after.splitlines()))
    return f"{_REFERENCES_HEAD}\n{entries}\n"


def _entries(lines: Iterable[str]) -> list[str]:
    """Return the lines of a list: those that begin with its mark, and those that go on with them."""
    return [line for line in lines if line.startswith(("- [", "  "))]


def pages(root: Path) -> dict[str, Callable[[], str]]:
    """Return what makes each page, by its name in docs/, in a checkout."""
    return {
        "odd.md": lambda: odd_markdown(root / "docs"),
        "references.md": lambda: references_markdown(root / "README.md"),
        "regimes.md": regimes_markdown,
    }


def write_manual(root: Path) -> None:
    """Write the pages of a checkout anew."""
    for name, page in pages(root).items():
        write_whole(root / "docs" / name, page().encode())


if __name__ == "__main__":
    write_manual(ROOT)
