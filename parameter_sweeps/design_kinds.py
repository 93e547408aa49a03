"""The designs of a study as they are written: which combinations of the varied values are its cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import ValidationInfo, field_validator, model_validator

from models.parameters import Section, choice, number
from models.refusals import InputError, refusal, refusal_at, shortened
from parameter_sweeps.plain_files import plain_bytes
from parameter_sweeps.yaml_loader import printable

#: Largest table of cells, in bytes.
LARGEST_TABLE = 200_000_000
MOST_POINTS = 10**7


def _kind(word: str) -> Any:
    return choice(word, "How cells are chosen among the varied values.")


def _seed() -> Any:
    return number(None, "Seed of the points; null: the study's.", unit="1", ge=0, le=2**32 - 1, whole=True, null=True)


class Grid(Section):
    """All combinations of the values on the axes."""

    kind: Literal["grid"] = _kind("grid")


class LatinHypercube(Section):
    """Points of which each n-th part of each range holds one; the points of another n are others."""

    kind: Literal["latin_hypercube"] = _kind("latin_hypercube")
    cells: int = number(100, "Number of points.", unit="cells", ge=1, le=MOST_POINTS, whole=True)
    seed: int | None = _seed()


class Sobol(Section):
    """Points of a scrambled Sobol sequence; the first points of a longer design are those of a shorter one."""

    kind: Literal["sobol"] = _kind("sobol")
    cells: int = number(128, "Number of points, a power of two.", unit="cells", ge=1, le=MOST_POINTS, whole=True)
    seed: int | None = _seed()

    @field_validator("cells")
    @classmethod
    def _balanced(cls, cells: int) -> int:
        return _power_of_two(cells)


class Saltelli(Section):
    """Pairs of Sobol points, and each first of a pair with one value of its second: for Sobol's indices.

    Of N base points and D varied keys there are N (D + 2) cells; with second order N (2 D + 2). Cells of one base
    point follow each other: the first point A, then A with the value of B in each key, with second order B with the
    value of A in each key, and B. The first cells of more base points are those of fewer.
    """

    kind: Literal["saltelli"] = _kind("saltelli")
    points: int = number(64, "Number of base points, a power of two.", unit="points", ge=2, le=MOST_POINTS, whole=True)
    second_order: bool = choice(False, "Whether pairs of parameters have an index too.", strict=True)
    seed: int | None = _seed()

    @field_validator("points")
    @classmethod
    def _balanced(cls, points: int) -> int:
        return _power_of_two(points)


class Morris(Section):
    """Trajectories on a grid of levels along which each varied key changes once: for elementary effects.

    Of R trajectories and D varied keys there are R (D + 1) cells; those of a trajectory follow each other. The first
    trajectories of more are those of fewer.
    """

    kind: Literal["morris"] = _kind("morris")
    trajectories: int = number(20, "Number of trajectories.", unit="trajectories", ge=2, le=MOST_POINTS, whole=True)
    levels: int = number(4, "Levels in each range, an even number.", unit="levels", ge=4, le=1000, whole=True)
    seed: int | None = _seed()

    @field_validator("levels")
    @classmethod
    def _even(cls, levels: int) -> int:
        if levels % 2:
            raise refusal("an even number, as only of these each level is as likely as another")
        return levels


class Table(Section):
    """The rows of a CSV file, whose header has the dotted keys."""

    kind: Literal["table"] = _kind("table")
    path: str = choice("", "The file; a relative path starts at the study's folder.", strict=True)
    content: str = choice("", "What the file says; read from it if left out.", strict=True)

    @model_validator(mode="before")
    @classmethod
    def _given(cls, written: object) -> object:
        if isinstance(written, Mapping) and not str(written.get("content") or "").strip() and not written.get("path"):
            raise refusal_at("path", "the path of a CSV file", written.get("path"))
        return written

    @property
    def rows(self) -> list[list[str]]:
        """The rows of the file, the header first; empty lines are left out."""
        return _rows(self.content)


class OneAtATime(Section):
    """The base, and each axis varied alone."""

    kind: Literal["one_at_a_time"] = _kind("one_at_a_time")


class Boundary(Section):
    """Points that close in, exactly and before anything is simulated, on where the best class changes."""

    kind: Literal["boundary"] = _kind("boundary")
    tolerance: float = number(
        0.01, "Largest distance of neighbouring points at the boundary.", unit="share of a range", gt=0, le=1
    )
    start: int = number(9, "Points on each axis of the coarse grid.", unit="points", ge=2, le=1001, whole=True)
    path: str = choice(
        "", "A CSV file of points found earlier; without it, or with other values set, they are found.", strict=True
    )
    content: str = choice("", "What the file says; read from it if left out.", strict=True)

    @property
    def rows(self) -> list[list[str]]:
        """The rows of the file, the header first; none without a file."""
        return _rows(self.content)


#: Designs that fill ranges with points.
Filling = LatinHypercube | Sobol | Saltelli | Morris
Design = Grid | LatinHypercube | Sobol | Table | OneAtATime | Boundary | Saltelli | Morris
_RECORDS: dict[str, type[Section]] = {
    get_args(record.model_fields["kind"].annotation)[0]: record for record in get_args(Design)
}


def design_from(written: object, info: ValidationInfo) -> object:
    """Return the design that a word or a mapping describes; what is neither is refused."""
    if isinstance(written, get_args(Design)):
        return written
    names = [*_RECORDS]
    if not isinstance(written, str | Mapping):
        raise refusal(f"{', '.join(names[:-1])} or {names[-1]}, or a mapping with one of them as kind")
    fields = {"kind": written} if isinstance(written, str) else dict(written)
    kind = fields.get("kind")
    if not isinstance(kind, str) or kind not in _RECORDS:
        one = f"{', '.join(names[:-1])} or {names[-1]}"
        raise refusal(one) if isinstance(written, str) else refusal_at("kind", one, kind)
    if (
        kind in ("table", "boundary")
        and not fields.get("content")
        and isinstance(fields.get("path"), str)
        and fields["path"]
    ):
        fields["content"] = _content(fields["path"], (info.context or {}).get("folder") or "")
    return _RECORDS[kind].model_validate(fields)


def _power_of_two(points: int) -> int:
    if points & (points - 1):
        below = 1 << (points.bit_length() - 1)
        raise refusal(f"a power of two, as Sobol points are balanced in no other number ({below} or {2 * below})")
    return points


def _rows(content: str) -> list[list[str]]:
    try:
        return [row for row in csv.reader(io.StringIO(content)) if row]
    except csv.Error as error:
        raise InputError([f"design must be a table in CSV, got a mistake in it: {error}"]) from None


def _content(path: str, folder: str | Path) -> str:
    """Return the text of a table of cells."""
    file = Path(folder, path)
    try:
        text = plain_bytes(file, LARGEST_TABLE).decode("utf-8-sig")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no UTF-8 text, or no path"
        place = f"{printable(str(file))}: {shortened(reason)[1:-1]}"
        raise refusal_at("path", f"a CSV file that can be read ({place})", path) from None
    if not text.strip():
        raise refusal_at("path", "a CSV file with a header and at least one row", path)
    return text
