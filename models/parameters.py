"""What is known about one parameter, stated once where it is declared, and the record that it stands in.

Each field of a ``Section`` carries a ``Parameter``: unit, symbol, range, neutral value, meaning, and whether
its mechanism is built. Validation, the schema for editors, the table in the documentation and the messages of
refusal all read this one object. A mechanism that is declared but not built refuses every value but its
neutral one, or every value but those that are named as built; to switch it on, delete ``built=...`` in the
declaration, or name it there.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Integral
from typing import TYPE_CHECKING, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_serializer,
    field_validator,
)

from models.distributions import Distribution, as_float
from models.refusals import branches, kinds, record_of_kind, refusal, refusal_at
from models.written import INFINITY_AS_TEXT, as_json, listed, written

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# 3.1416 written for pi must be accepted as the scale of a distribution
SUPPORT_OVERSHOOT = 1e-5


@dataclass(frozen=True)
class Parameter:
    """What is known about one parameter.

    Parameters
    ----------
    description
        Its meaning in one sentence.
    unit, symbol
        Its unit, and its symbol in the model's specification ("" where it has none).
    neutral
        The value at which its mechanism has no effect; of a setting that is no mechanism, the default.
    built
        False if only the neutral value is built yet, else the values that are built, or True for all.
    ge, gt, le, lt
        Its range; a bound is included (``ge``, ``le``) or not (``gt``, ``lt``).
    infinity
        Whether it may be infinite, also written as the text "inf", which is how JSON must write it.
    whole
        Whether it is a whole number.
    distribution
        Whether it may differ between agents.
    words
        Texts that it may be in place of a number.
    numeric
        Whether it is a number at all, and not a text or a choice, a distribution that no number can stand for,
        or a part that may be null.
    null
        Whether it may be null; if it is no number, it is a part that is left out so.
    """

    description: str
    unit: str
    symbol: str
    neutral: Any
    built: bool | tuple[Any, ...] = True
    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    lt: float | None = None
    infinity: bool = False
    whole: bool = False
    distribution: bool = False
    words: tuple[str, ...] = ()
    numeric: bool = True
    null: bool = False

    def __call__(self, schema: dict[str, Any]) -> None:
        """Write what is known into the JSON schema of the field."""
        bounds = {
            "minimum": self.ge,
            "exclusiveMinimum": self.gt,
            "maximum": self.le,
            "exclusiveMaximum": self.lt,
        }
        schema |= {word: bound for word, bound in bounds.items() if bound is not None}
        schema |= {"unit": self.unit, "symbol": self.symbol, "neutral": as_json(self.neutral)}
        if "default" in schema:
            schema["default"] = as_json(schema["default"])
        if self.infinity:
            options = schema.pop("anyOf", None) or [{"type": schema.pop("type")}]
            schema["anyOf"] = [*options, {"const": INFINITY_AS_TEXT}]
        if self.built is not True:
            schema["built"] = [as_json(value) for value in self.built_values]

    @property
    def built_values(self) -> tuple[Any, ...]:
        """The only values that are built yet; empty if all are."""
        if isinstance(self.built, tuple):
            return self.built
        return () if self.built else (self.neutral,)

    @property
    def lower(self) -> float:
        """The lower end of the range, included or not."""
        return max((bound for bound in (self.ge, self.gt) if bound is not None), default=-math.inf)

    @property
    def upper(self) -> float:
        """The upper end of the range, included or not."""
        return min((bound for bound in (self.le, self.lt) if bound is not None), default=math.inf)

    @property
    def interval(self) -> str:
        """The range in words: ``in [0, 1)``, ``>= 0``, or nothing."""
        if math.isfinite(self.lower) and math.isfinite(self.upper):
            opening, closing = "[" if self.gt is None else "(", "]" if self.lt is None else ")"
            return f"in {opening}{written(self.lower)}, {written(self.upper)}{closing}"
        if math.isfinite(self.lower):
            return f"{'>=' if self.gt is None else '>'} {written(self.lower)}"
        return ""

    @property
    def requirement(self) -> str:
        """What a value must be, as a phrase that follows *must be*; of a text or a choice nothing."""
        if not self.numeric:
            return "a mapping of keys to values, or null" if self.null else self._only_a_distribution
        kind = "a whole number" if self.whole else "a number"
        options = [f"{kind} {self.interval}".strip(), *self.words]
        if self.infinity:
            options.insert(1, INFINITY_AS_TEXT)
        if self.distribution:
            options.append("a distribution")
        if self.null:
            options.append("null")
        return " or ".join(options)

    def admitted(self, value: object) -> Any:
        """Return ``value`` in the form it is kept in, or refuse it."""
        if (value is None and self.null) or (isinstance(value, str) and value in self.words):
            return value
        if self.distribution and isinstance(value, Distribution | Mapping):
            return self._distribution_inside(value)
        if not self.numeric:
            if self.requirement and not isinstance(value, BaseModel | Mapping):
                raise refusal(self.requirement)
            return value
        size = math.inf if isinstance(value, str) and value == INFINITY_AS_TEXT else as_float(value)
        counts = self.whole and math.isfinite(size)
        if not self._in_range(size) or (counts and not isinstance(value, Integral)):
            raise refusal(self.requirement)
        return int(size) if counts else size

    def clipped(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return ``values`` moved inside the range, by the least step there is from an end of it."""
        import numpy as np

        return np.clip(values, np.nextafter(self.lower, math.inf), np.nextafter(self.upper, -math.inf))

    def refuse_unbuilt(self, value: object) -> None:
        """Refuse a value whose mechanism is declared but not built."""
        built = self.built_values
        if built and value not in built:
            admissible = " or ".join(written(value) for value in built)
            raise refusal(f"{admissible} (this mechanism is declared, but not built yet)")

    @property
    def _only_a_distribution(self) -> str:
        return f"a distribution {self.interval}".strip() if self.distribution else ""

    def _in_range(self, size: float) -> bool:
        if not math.isfinite(size):
            return self.infinity and size == math.inf
        return (
            (self.ge is None or size >= self.ge)
            and (self.gt is None or size > self.gt)
            and (self.le is None or size <= self.le)
            and (self.lt is None or size < self.lt)
        )

    def _distribution_inside(self, value: Distribution | Mapping[str, Any]) -> Distribution:
        distribution = Distribution.model_validate(value)
        lower, upper = distribution.support()
        if not (lower >= _outward(self.lower, -1) and upper <= _outward(self.upper, 1)):
            inside = f"{self.requirement} {self.interval}" if self.numeric else self.requirement
            raise refusal(
                f"{inside}, not a distribution that draws outside the parameter's "
                f"range (from {written(lower)} to {written(upper)})"
            )
        return distribution


def number(
    default: object, description: str, *, unit: str, symbol: str = "", neutral: object = None, **facts: Any
) -> Any:
    """Return the field of a number with its ``Parameter``; ``facts`` are that class's further arguments.

    ``neutral`` may be left out for a setting that is no mechanism.
    """
    neutral = default if neutral is None else neutral
    return _field(default, Parameter(description, unit, symbol, neutral, **facts))


def choice(
    default: object,
    description: str,
    *,
    neutral: object = None,
    built: bool | tuple[Any, ...] = True,
    **checks: Any,
) -> Any:
    """Return the field of a text or a choice with its ``Parameter``.

    ``checks`` are further arguments of the field; ``neutral`` may be left out as for a number.
    """
    neutral = default if neutral is None else neutral
    return _field(default, Parameter(description, "", "", neutral, built, numeric=False), **checks)


def part_or_null(description: str, default: BaseModel | None = None) -> Any:
    """Return the field of a part that may be null, as it is by default: its mechanism is then left out."""
    return _field(default, Parameter(description, "", "", None, numeric=False, null=True))


def _field(default: object, parameter: Parameter, **checks: Any) -> Any:
    # pydantic calls json_schema_extra with the schema to be completed: the Parameter itself completes it
    extra: Any = parameter
    return Field(default, description=parameter.description, json_schema_extra=extra, **checks)


class Section(BaseModel):
    """A part of the parameters: frozen, without unknown keys, every field checked by its ``Parameter``."""

    # building the validator of every part at import would double the time that the import takes
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    @field_validator("*", mode="wrap")
    @classmethod
    def _checked(cls, value: object, handler: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        parameter = parameter_of(cls, str(info.field_name))
        if parameter is None:
            return handler(_part_of_kind(cls, str(info.field_name), value))
        admitted = parameter.admitted(value)
        kept = handler(admitted if admitted is None else _part_of_kind(cls, str(info.field_name), admitted))
        parameter.refuse_unbuilt(kept)
        return kept

    @field_serializer("*", mode="wrap", when_used="json")
    def _finite_json(self, value: object, handler: SerializerFunctionWrapHandler) -> Any:
        return INFINITY_AS_TEXT if value == math.inf else handler(value)


def parameter_of(model: type[BaseModel], field: str) -> Parameter | None:
    """Return the ``Parameter`` of ``field``, or None if the field is a part with keys of its own."""
    extra: object = model.model_fields[field].json_schema_extra
    return extra if isinstance(extra, Parameter) else None


def _part_of_kind(model: type[BaseModel], field: str, written: object) -> object:
    """Return the part that ``written`` describes, where a field has a choice of kinds.

    The kind is the default of the first unless it is written. It is looked up and the kinds are not tried in
    turn, because each kind tried would report mistakes of its own.
    """
    records = branches(model.model_fields[field].annotation)
    if len(records) < 2 or isinstance(written, records):
        return written
    if not isinstance(written, Mapping):
        raise refusal("a mapping of keys to values")
    kind = written.get("kind", records[0].model_fields["kind"].default)
    record = record_of_kind(records, kind)
    if record is None:
        raise refusal_at("kind", f"one of {listed(kinds(records))}", kind)
    return record.model_validate({**written, "kind": kind})


def _outward(bound: float, direction: int) -> float:
    return bound + direction * SUPPORT_OVERSHOOT * abs(bound) if math.isfinite(bound) else bound
