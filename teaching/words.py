"""The glossary and the guide to the map as Markdown for docs/ and as HTML for pages.

``python -m teaching.words`` writes docs/glossary.md and docs/reading_the_map.md anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from pathlib import Path
from textwrap import fill

from parameter_sweeps.whole_files import write_whole
from teaching.glossary import PARTS, Term
from teaching.reading import LIMITS, STEPS

_WIDTH = 120
_GLOSSARY_HEAD = """# Glossary

Each word with its symbol and, where it is a parameter, the key that it has in scenario files. Every parameter there is:
`compliance list parameters`. How a map is read: [reading_the_map.md](reading_the_map.md). This page is made from
[teaching/glossary.py](../teaching/glossary.py) by `python -m teaching.words`.
"""
_READING_HEAD = """# How to read the strategy map

![Strategy map of the study rational_choice over foresight and watching rate: honest left and below, faking right and in
the middle, compliant above](rational_choice.png)

The figure is that of `compliance figures rational_choice`. Its black lines are the exact boundaries between strategies;
its colour is simulated compliance in watched episodes, which lets you see that simulation agrees. `compliance explorer
--out page.html` writes a page with the exact map alone, whose sliders move what is held here; words are in the
[glossary](glossary.md).
"""


def glossary_html(terms: Iterable[Term]) -> str:
    """Return a list of definitions, each with an id that can be linked to; a term that comes again is left out."""
    return "<dl>\n" + "\n".join(_definition(term) for term in dict.fromkeys(terms)) + "\n</dl>"


def _definition(term: Term) -> str:
    symbol = f" <i>{escape(term.symbol)}</i>" if term.symbol else ""
    key = f" <code>{escape(term.key)}</code>" if term.key else ""
    return (
        f'<div><dt id="{term.anchor}">{escape(term.name)}{symbol}{key}</dt>'
        f'<dd id="meaning-{term.anchor}">{escape(term.sentence)}</dd></div>'
    )


def reading_html() -> str:
    """Return the guide as an ordered list."""
    steps = "\n".join(f"<li><strong>{escape(head)}.</strong> {escape(text)}</li>" for head, text in STEPS)
    return f"<ol>\n{steps}\n</ol>\n<p>{escape(LIMITS)}</p>"


def glossary_markdown() -> str:
    """Return docs/glossary.md."""
    parts = [_GLOSSARY_HEAD]
    for heading, terms in PARTS.items():
        rows = "\n".join(_row(term) for term in terms)
        parts.append(f"## {heading}\n\n| word | symbol | key | meaning | defined in |\n|---|---|---|---|---|\n{rows}\n")
    return "\n".join(parts)


def _row(term: Term) -> str:
    key = f"`{term.key}`" if term.key else ""
    source = f"[{term.source}](../{term.source})"
    return f'| <a id="{term.anchor}"></a>{term.name} | {term.symbol} | {key} | {term.sentence} | {source} |'


def reading_markdown() -> str:
    """Return docs/reading_the_map.md."""
    steps = (f"{number}. **{head}.** {text}" for number, (head, text) in enumerate(STEPS, 1))
    lines = [fill(step, _WIDTH, subsequent_indent="   ", break_on_hyphens=False) for step in steps]
    return "\n".join([_READING_HEAD, *lines, "", fill(LIMITS, _WIDTH), ""])


#: The pages that are made, by name.
PAGES = {"glossary.md": glossary_markdown, "reading_the_map.md": reading_markdown}


def write_pages(folder: Path) -> None:
    """Write the pages into a folder."""
    for name, page in PAGES.items():
        write_whole(folder / name, page().encode())


if __name__ == "__main__":
    write_pages(Path(__file__).resolve().parents[1] / "docs")
