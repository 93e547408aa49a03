"""The page beside the dashboard that says how to read the map and what the words mean; it needs no script."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from string import Template

from teaching.glossary import PARTS
from teaching.words import glossary_html, reading_html

#: Where the dashboard's server has the page, and its parts.
PATH, READING, GLOSSARY = "/reading", "reading-title", "glossary-title"


@lru_cache(maxsize=1)
def reading_page() -> str:
    """Return the page as HTML: the guide to the map, and the whole glossary."""
    folder = files("teaching")
    template = Template((folder / "reading_page.html").read_text(encoding="utf-8"))
    parts = "\n".join(f"<h3>{heading}</h3>\n{glossary_html(terms)}" for heading, terms in PARTS.items())
    style = (folder / "explorer.css").read_text(encoding="utf-8")
    return template.substitute(style=style, reading=reading_html(), glossary=parts)
