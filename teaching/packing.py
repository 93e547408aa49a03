"""The numbers of the explorer as a page holds them: text that its script turns into arrays and looks up in."""

from __future__ import annotations

import base64
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.figures.labels import roomiest_place
from analysis.style import CLASS_COLOURS, CLASS_HATCHES
from models.strategies import CLASS_NAMES
from teaching.explored import Control, Explored
from teaching.glossary import TERMS
from teaching.phrases import PHRASES, deterrence_cases, guarding_cases

#: Width of a letter and height of a name on the map, in shares of its sides on a narrow screen.
_LETTER, _HEIGHT = 0.03, 0.08


def packed(found: Explored) -> dict[str, Any]:
    """Return all that the page looks up, as plain data for JSON.

    Returns
    -------
    dict
        controls: of each slider name, label, values and how they are shown, start and stride (cell = sum of place x
        stride), and of the two of the map the edges of cells; classes: of each code label, meaning, colour and
        hatching; codes: columns of one byte a cell; numbers: columns of four (float32, little-endian), both in base64;
        names: of each map, in the order of cells, where the names of classes stand; phrases.
    """
    codes = {"best": found.best, "deterrence": deterrence_cases(found), "guarding": guarding_cases(found)}
    return {
        "controls": [_control(control) for control in found.controls[:-2]]
        + [_control(control) | {"edges": control.edges} for control in found.controls[-2:]],
        "classes": [class_of(name) for name in CLASS_NAMES],
        "codes": {name: _base64(column, "u1") for name, column in codes.items()},
        "numbers": {name: _base64(column, "<f4") for name, column in found.numbers.items()},
        "names": places_of_names(found),
        "phrases": PHRASES,
    }


def class_of(name: str) -> dict[str, str]:
    """Return how a class is called and drawn, and what it means."""
    label = name.replace("_", "-")
    # one letter stands for a hatching in Bokeh, and four for the same, denser, in matplotlib
    return {
        "label": label,
        "meaning": TERMS[label].sentence,
        "colour": CLASS_COLOURS[name],
        "hatch": CLASS_HATCHES[name][0],
    }


def unpacked(text: str, kind: str) -> NDArray[Any]:
    """Return the column of a text; kind is ``u1`` or ``<f4``."""
    return np.frombuffer(base64.b64decode(text), dtype=kind)


def _base64(column: NDArray[Any], kind: str) -> str:
    return base64.b64encode(column.astype(kind).tobytes()).decode("ascii")


def _control(control: Control) -> dict[str, Any]:
    return {
        "name": control.name,
        "label": control.term.name,
        # an infinite value is on no axis of a figure
        "values": [value if math.isfinite(value) else None for value in control.values],
        "shown": control.shown,
        "start": control.start,
        "stride": control.stride,
    }


def places_of_names(found: Explored) -> list[list[tuple[int, float, float]]]:
    """Return of each map (class, foresight, watching rate) of the names that have room in it."""
    rows, columns = found.controls[-2:]
    maps = found.best.reshape(-1, len(rows.values), len(columns.values))
    return [_names_on(one, np.array(columns.values), np.array(rows.values)) for one in maps]


def _names_on(
    best: NDArray[np.uint8], columns: NDArray[np.float64], rows: NDArray[np.float64]
) -> list[tuple[int, float, float]]:
    names = []
    across, along = (np.linspace(0.0, 1.0, len(values)) for values in (columns, rows))
    for code in np.unique(best).tolist():
        inside = np.where(best == code, 1.0, -1.0)
        width = _LETTER * len(class_of(CLASS_NAMES[code])["label"])
        if (place := roomiest_place(inside, across, along, width, _HEIGHT)) is not None:
            x, y = (
                float(np.interp(share, [0.0, 1.0], ends[[0, -1]]))
                for share, ends in zip(place, (columns, rows), strict=True)
            )
            names.append((code, round(x, 3), round(y, 3)))
    return names
