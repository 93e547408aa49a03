"""Parameters that differ between agents: a distribution over agents in place of a number.

Written as ``{distribution: beta, a: 2, b: 3, scale: 0.5}``: a name of scipy.stats, its shape parameters, and
``loc`` and ``scale`` where they are not 0 and 1. The name must be on the list below, so that no other
attribute of that library can be reached from a file. scipy.stats takes a second to import and is loaded with
the first distribution that is read.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from numbers import Real
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel, ConfigDict, model_serializer, model_validator

from models.refusals import refusal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NAMES = (
    "arcsine",
    "beta",
    "betaprime",
    "chi2",
    "expon",
    "gamma",
    "gumbel_r",
    "halfnorm",
    "invgamma",
    "laplace",
    "logistic",
    "lognorm",
    "loguniform",
    "maxwell",
    "norm",
    "pareto",
    "powerlaw",
    "rayleigh",
    "semicircular",
    "t",
    "triang",
    "truncexpon",
    "truncnorm",
    "truncpareto",
    "uniform",
    "weibull_min",
)
_LOCATION_AND_SCALE = ("loc", "scale")


def _describe(schema: dict[str, Any]) -> None:
    schema["type"] = "object"
    schema["required"] = ["distribution"]
    schema["properties"] = {"distribution": {"type": "string", "enum": list(NAMES)}}
    schema["additionalProperties"] = {"type": "number"}


class Distribution(BaseModel):
    """A continuous distribution over agents, equal and hashed by what is written.

    Parameters
    ----------
    distribution
        Name in scipy.stats, one of ``NAMES``.
    parameters
        (name, value) of each shape parameter, of ``loc`` and of ``scale`` as far as written. In a mapping
        they stand beside ``distribution`` as keys of their own.

    Raises
    ------
    pydantic.ValidationError
        For an unknown name, a missing, unknown or non-finite parameter, or parameters outside their ranges.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_describe)
    is_value: ClassVar[bool] = True

    distribution: str
    parameters: tuple[tuple[str, float], ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _gathered(cls, written: object) -> object:
        if not isinstance(written, Mapping):
            raise refusal("a mapping such as {distribution: beta, a: 2, b: 3}")
        name = written.get("distribution")
        _refuse_name(name)
        parameters = {key: value for key, value in written.items() if key != "distribution"}
        if isinstance(parameters.get("parameters"), tuple):
            parameters = dict(parameters["parameters"])
        return {"distribution": name, "parameters": _checked(str(name), parameters)}

    @model_serializer
    def _as_written(self) -> dict[str, Any]:
        return {"distribution": self.distribution, **dict(self.parameters)}

    def ppf(self, uniform: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the quantiles at ``uniform`` in [0, 1], in its shape: draws, if these are uniform draws.

        A quantile may round to an end of the support, also to one that a parameter's range leaves out.
        """
        import numpy as np

        return np.asarray(_scipy_distribution(self.distribution, self.parameters).ppf(uniform), dtype=np.float64)

    def mean(self) -> float:
        """Return the mean over agents; infinite or nan where there is none."""
        return float(_scipy_distribution(self.distribution, self.parameters).mean())

    def support(self) -> tuple[float, float]:
        """Return the least and the largest value that may be drawn."""
        return _support(self.distribution, self.parameters)


Number = float | Distribution


@lru_cache(maxsize=256)
def _scipy_distribution(name: str, parameters: tuple[tuple[str, float], ...]) -> Any:
    from scipy import stats

    return getattr(stats, name)(**dict(parameters))


@lru_cache(maxsize=256)
def _support(name: str, parameters: tuple[tuple[str, float], ...]) -> tuple[float, float]:
    lower, upper = _scipy_distribution(name, parameters).support()
    return float(lower), float(upper)


def shape_names(name: str) -> tuple[str, ...]:
    """Return the names of the shape parameters of the distribution, in the order of scipy.stats."""
    from scipy import stats

    shapes = getattr(stats, name).shapes
    return tuple(shapes.split(", ")) if shapes else ()


def _refuse_name(name: object) -> None:
    if name not in NAMES:
        raise refusal(f"a distribution whose name is one of {', '.join(NAMES)}")


def _checked(name: str, written: Mapping[Any, object]) -> tuple[tuple[str, float], ...]:
    shapes = shape_names(name)
    if not set(shapes) <= set(written) <= {*shapes, *_LOCATION_AND_SCALE}:
        raise refusal(f"a distribution {name} with {_needed(shapes)}, and no other keys than loc and scale")
    numbers = {key: _finite(name, key, value) for key, value in written.items()}
    parameters = tuple((key, numbers[key]) for key in (*shapes, *_LOCATION_AND_SCALE) if key in numbers)
    if any(math.isnan(end) for end in _scipy_distribution(name, parameters).support()):
        raise refusal(f"a distribution {name} whose parameters are in their ranges (scale above 0)")
    return parameters


def _needed(shapes: tuple[str, ...]) -> str:
    return f"the shape parameters {', '.join(shapes)}" if shapes else "no shape parameters"


def _finite(name: str, key: str, value: object) -> float:
    number = as_float(value)
    if not math.isfinite(number):
        raise refusal(f"a distribution {name} whose {key} is a finite number")
    return number


def as_float(value: object) -> float:
    """Return a number as a float, and nan for what is no number, among it text and the two truth values."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return math.nan
    try:
        # -0.0 equals 0.0 and is written differently: two equal scenarios would get two names
        return float(value) + 0.0
    except OverflowError:
        return math.nan
