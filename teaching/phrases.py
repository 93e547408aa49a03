"""The sentences of the explorer, whose blanks the page fills with numbers that it looks up."""

from __future__ import annotations

import numpy as np

from teaching.explored import Explored

#: Sentences about the chosen point; where there are several, the number of the case says which.
PHRASES: dict[str, str | list[str]] = {
    "best": "Best here: {class}.",
    "threshold": [
        "This agent acts on its goals while it thinks that it is watched with a probability below {threshold} (q*).",
        "Nothing deters this agent: no probability of being watched is high enough (its threshold q* is above 1).",
    ],
    "behaviour": "So it complies in {watched} of watched and in {unwatched} of unwatched episodes.",
    "guarding": [
        "Being modified would cost it nothing that it looks ahead to, and a flag costs {penalty} at once.",
        "Being modified would cost it {loss} by its present goals (guarding, L), and a flag costs {penalty} at once.",
    ],
    "none": "there is none",
    "change": "{control}, now {now}: {places}.",
    "place": "{class} at {value}",
    "unmoved": "no value changes its mind",
    "here": "you are here",
    "best_mark": "best",
}


def deterrence_cases(found: Explored) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    """Return which sentence about the threshold holds in each cell: 0 there is one, 1 nothing deters."""
    return (found.numbers["threshold"] > 1.0).astype(np.uint8)


def guarding_cases(found: Explored) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    """Return which sentence about goal guarding holds in each cell: 0 nothing to guard, 1 something."""
    return (found.numbers["loss"] > 0.0).astype(np.uint8)
