"""Parameters of goals: directions in a space of goals; misalignment is the angle to the overseer's target."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, field_validator

from models.distributions import Number, as_float
from models.parameters import Section, choice, number
from models.refusals import refusal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_DIMENSIONS = 1000
#: Cells of the grid on which the angle of a von Mises-Fisher distribution is accumulated.
_CELLS = 20_000


def _kind(default: str) -> Any:
    return choice(default, "How goals are given: by their angle to the target, scattered around it, or one by one.")


def _dimension() -> Any:
    return number(
        4,
        "Number of dimensions of the space of goals.",
        unit="dimensions",
        symbol="K",
        ge=2,
        le=MOST_DIMENSIONS,
        whole=True,
    )


class AngleGoals(Section):
    """Goals at an angle to the target; the direction around it is uniform."""

    kind: Literal["angle"] = _kind("angle")
    dimension: int = _dimension()
    angle: Number = number(
        1.2,
        "Angle between an agent's original goal and the overseer's target.",
        unit="radians",
        symbol="theta",
        ge=0,
        le=math.pi,
        distribution=True,
    )


class ScatteredGoals(Section):
    """Goals scattered around the target, von Mises-Fisher: density ``exp(k <g, g*>)`` on the sphere."""

    kind: Literal["von_mises_fisher"] = _kind("von_mises_fisher")
    dimension: int = _dimension()
    concentration: float = number(
        2.0,
        "How closely goals lie around the target; 0 scatters them over the whole sphere.",
        unit="1",
        symbol="k",
        ge=0,
        le=1e6,
    )

    def angle_at(self, uniform: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the quantiles of the angle to the target, radians, at ``uniform`` in [0, 1], in its shape.

        The angle has the density ``exp(k cos(theta)) sin(theta)^(K-2)``.
        """
        import numpy as np

        angles, cumulative = _cumulative(self)
        return np.asarray(np.interp(uniform, cumulative, angles), dtype=np.float64)

    def range_of_angles(self) -> tuple[float, float]:
        """Return angles between which nearly all goals lie: 12 widths of the peak around its top, radians."""
        pull, spread = self.concentration, self.dimension - 2
        # the top is where k sin² = (K - 2) cos; the form of the root does not cancel
        cosine = 2.0 * pull / (spread + math.hypot(spread, 2.0 * pull)) if pull else 0.0
        top = math.acos(min(cosine, 1.0))
        bend = pull * cosine + (spread / (1.0 - cosine**2) if spread else 0.0)
        width = 12.0 / math.sqrt(bend) if bend > 0.0 else math.pi
        return max(0.0, top - width), min(math.pi, top + width)


class GivenGoals(Section):
    """Goals given one by one, or one for all agents; the target is (1, 0, ..., 0)."""

    kind: Literal["vectors"] = _kind("vectors")
    vectors: tuple[tuple[float, ...], ...] = Field(
        default=((0.0, 1.0),),
        description="Original goals, one for each agent or one for all; only their direction counts.",
        json_schema_extra={"minItems": 1},
    )

    @field_validator("vectors", mode="before")
    @classmethod
    def _of_one_length(cls, written: object) -> object:
        needed = f"a list of lists, each of the same 2 to {MOST_DIMENSIONS} numbers, not all of them 0"
        if not isinstance(written, Sequence) or isinstance(written, str) or not written:
            raise refusal(needed)
        vectors = tuple(_vector(row) for row in written)
        if len({len(vector) for vector in vectors}) > 1 or not all(_is_direction(vector) for vector in vectors):
            raise refusal(needed)
        return vectors

    @property
    def dimension(self) -> int:
        """Number of dimensions of the space of goals."""
        return len(self.vectors[0])

    @property
    def directions(self) -> NDArray[np.float64]:
        """The goals as unit vectors, (vectors, dimension)."""
        import numpy as np

        vectors = np.array(self.vectors, dtype=np.float64)
        vectors /= np.abs(vectors).max(axis=1, keepdims=True)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))

    @property
    def angles(self) -> NDArray[np.float64]:
        """Their angles to the target, (vectors,), radians."""
        import numpy as np

        directions = self.directions
        return np.asarray(np.arctan2(np.linalg.norm(directions[:, 1:], axis=1), directions[:, 0]))


@lru_cache(maxsize=64)
def _cumulative(goals: ScatteredGoals) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return angles, and the probability that goals are nearer to the target than each."""
    import numpy as np

    low, high = goals.range_of_angles()
    angles = np.linspace(low, high, _CELLS + 1)
    height = goals.concentration * np.cos(angles)
    if goals.dimension > 2:
        with np.errstate(divide="ignore"):
            height += (goals.dimension - 2) * np.log(np.clip(np.sin(angles), 0.0, 1.0))
    density = np.exp(height - height.max())
    cumulative = np.concatenate([[0.0], np.cumsum(0.5 * (density[1:] + density[:-1]))])
    return angles, cumulative / cumulative[-1]


def _vector(row: object) -> tuple[float, ...]:
    if not isinstance(row, Sequence) or isinstance(row, str):
        return ()
    return tuple(as_float(value) for value in row)


def _is_direction(vector: tuple[float, ...]) -> bool:
    return 2 <= len(vector) <= MOST_DIMENSIONS and all(map(math.isfinite, vector)) and any(vector)
