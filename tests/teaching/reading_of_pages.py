"""What a page shows, as one who reads it meets it: contrast of text (WCAG 2, section 1.4.3), names of controls."""

from pathlib import Path

#: Ratio below which text is hard to read.
LEAST = 4.5
_SCRIPT = Path(__file__).with_name("reading_of_pages.js").read_text(encoding="utf-8")


def contrasts(page):
    """Return [ratio, text, colour, background] of each visible text of a page, the worst first."""
    found = page.evaluate(f"() => {{ {_SCRIPT}; return contrasts(); }}")
    return sorted(found, key=lambda one: one[0])


def nameless(page):
    """Return the controls and pictures of a page that a reader of the screen has no name for, as HTML."""
    return page.evaluate(f"() => {{ {_SCRIPT}; return nameless(); }}")
