"""Parameters of groups of agents: how large each is, and in what its agents differ from the others.

A group is written as ``{name: bold, share: 0.3, set: {agents.foresight: 0.2, agents.decision: faker}}``: what it sets
takes the place of what all agents have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, model_serializer, model_validator

from models.distributions import Distribution
from models.parameters import Section, choice, number
from models.refusals import refusal

MOST_GROUPS = 100
#: Of all agents alike: how many there are, their groups, and when imitators look at each other.
COMMON_KEYS = ("agents.count", "agents.groups", "agents.assignment", "agents.imitator.window", "agents.goals.dimension")
Leaf = float | str | bool | None | Distribution | tuple[Any, ...]


def _describe(schema: dict[str, Any]) -> None:
    schema["type"] = "object"
    schema.pop("properties", None)
    schema.pop("required", None)
    schema["additionalProperties"] = True


class Changes(BaseModel):
    """Values by dotted key, equal and hashed by what is written; mappings inside are keys of their own."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_describe)
    is_value: ClassVar[bool] = True

    entries: tuple[tuple[str, Any], ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, written: object) -> object:
        if not isinstance(written, Mapping):
            raise refusal("a mapping of dotted keys to values")
        if set(written) == {"entries"} and isinstance(written["entries"], tuple):
            return written
        return {"entries": tuple(_leaves("", written))}

    @model_serializer
    def _as_written(self) -> dict[str, Any]:
        return {key: _thawed(value) for key, value in self.entries}

    def values(self) -> dict[str, Any]:
        """Return the values by dotted key, as `models.scenario.Scenario.with_values` takes them."""
        return self._as_written()


def _leaves(part: str, written: Mapping[Any, Any]) -> Iterator[tuple[str, Leaf]]:
    for name, value in written.items():
        key = f"{part}{name}"
        if isinstance(value, Mapping) and "distribution" not in value:
            yield from _leaves(f"{key}.", value)
        else:
            yield key, _frozen(value)


def _frozen(value: Any) -> Any:
    if isinstance(value, Mapping):
        return Distribution.model_validate(value)
    return tuple(_frozen(inner) for inner in value) if isinstance(value, list | tuple) else value


def _thawed(value: Any) -> Any:
    return value.model_dump() if isinstance(value, BaseModel) else value


class Group(Section):
    """A group of agents."""

    name: str = choice("group", "Name of the group.", min_length=1, max_length=60, strict=True)
    share: float = number(1.0, "Share of the agents that are of the group.", unit="share", gt=0, le=1)
    set: Changes = Field(
        default_factory=Changes, description="Dotted keys of agents, and the values that they have in this group."
    )
