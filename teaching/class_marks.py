"""How the classes are told apart on the dashboard: by colour, by shape and by letter, never by colour alone."""

from __future__ import annotations

from typing import NamedTuple

from analysis.style import CLASS_COLOURS
from models.strategies import CLASS_NAMES


class Mark(NamedTuple):
    """Mark of a class: its name in words, colour, letter, the colour of the letter on it, and its shape as a path."""

    name: str
    colour: str
    letter: str
    ink: str
    shape: str


_BLACK, _WHITE = "#000000", "#ffffff"
#: Around the origin, about as large as a circle of radius 1.
_SHAPES = {
    "aligned": "M-1 0A1 1 0 1 1 1 0A1 1 0 1 1 -1 0Z",
    "compliant": "M-.9 -.9H.9V.9H-.9Z",
    "faking": "M0 -1.25L1.2 .9H-1.2Z",
    "context_sensitive": "M-.45 -1.1H.45V-.45H1.1V.45H.45V1.1H-.45V.45H-1.1V-.45H-.45Z",
    "honest": "M0 -1.3L1.2 0L0 1.3L-1.2 0Z",
    "perverse": "M-1.2 -.9H1.2L0 1.25Z",
}
_LETTERS = {
    "aligned": "A", "compliant": "C", "faking": "F", "context_sensitive": "S", "honest": "H", "perverse": "P",
}  # fmt: skip
_LIGHT_LETTERS = ("compliant",)

#: In the order of the codes of `models.strategies.CLASS_NAMES`.
MARKS = tuple(
    Mark(
        name.replace("_", "-"),
        CLASS_COLOURS[name],
        _LETTERS[name],
        _WHITE if name in _LIGHT_LETTERS else _BLACK,
        _SHAPES[name],
    )
    for name in CLASS_NAMES
)


def marks_for_page() -> list[dict[str, str]]:
    """Return the marks as plain values."""
    return [mark._asdict() for mark in MARKS]
