"""Every parameter of a run in one record: the only place where input is checked.

A scenario is frozen, compared and hashed by its values, and knows for every parameter its unit, symbol,
range, default and neutral value. No rule imports it: rules take plain numbers. The seed of a run is not part
of it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache, reduce
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field, ValidationError, model_validator

from models.agent_parameters import Agents, BinaryCue, GaussianCue
from models.capability_parameters import OverseerCapability
from models.distributions import Distribution
from models.parameter_table import ParameterRow, declarations, table
from models.parameters import Parameter, Section, choice, number, part_or_null
from models.refusals import (
    InputError,
    explain_errors,
    known_keys,
    record_of_kind,
    records_at,
    refusals_at,
    shortened,
    unknown_key,
)
from models.regime_parameters import Regime
from models.scenario_checks import of_groups, of_overseer_capability, of_signal_and_schedule
from models.schedule_parameters import Budget
from models.society_parameters import Society, keys_of_other_graphs
from models.stakes_parameters import RandomStakes, SteadyStakes, TaskStakes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Overseer(Section):
    """What the overseer gains and pays."""

    harm: float = number(
        1.0, "Loss to the overseer per unit of an agent's temptation acted on.", unit="utility/utility", ge=0
    )
    recovery: float = number(0.0, "Share of the harm undone by a flag.", unit="share", neutral=0.0, ge=0, le=1)
    monitoring_cost: float = number(0.0, "Cost of a watched episode.", unit="utility", symbol="c_m", neutral=0.0, ge=0)
    modification_cost: float = number(0.0, "Cost of a modification.", unit="utility", symbol="c_r", neutral=0.0, ge=0)
    false_alarm_cost: float = number(
        0.0, "Cost of a flag on sincere compliance.", unit="utility", symbol="c_f", neutral=0.0, ge=0
    )
    capability: OverseerCapability | None = part_or_null(
        "How capable the overseer is, which its detector shows; null: its detector is as it is."
    )


class Run(Section):
    """How long and how often a scenario is run."""

    episodes: int = number(
        100, "Number of episodes of a run.", unit="episodes", symbol="T", ge=1, le=1_000_000_000, whole=True
    )
    replicates: int = number(20, "Number of independent runs.", unit="runs", ge=1, le=1_000_000, whole=True)


class Scenario(Section):
    """All parameters of a run.

    Raises
    ------
    pydantic.ValidationError
        By the constructor and ``model_validate``. ``from_mapping`` and ``with_values`` say the same in the
        user's keys.
    """

    name: str = choice("scenario", "Name of the scenario.", min_length=1, max_length=100, strict=True)
    stakes: SteadyStakes | RandomStakes | TaskStakes = Field(default_factory=SteadyStakes)
    agents: Agents = Field(default_factory=Agents)
    regime: Regime = Field(default_factory=Regime)
    overseer: Overseer = Field(default_factory=Overseer)
    society: Society = Field(default_factory=Society)
    run: Run = Field(default_factory=Run)

    @model_validator(mode="after")
    def _is_not_contradictory(self) -> Scenario:
        mistakes = [*of_signal_and_schedule(self), *of_overseer_capability(self), *of_groups(self)]
        if mistakes:
            raise refusals_at(mistakes)
        return self

    @property
    def group_scenarios(self) -> tuple[Scenario, ...]:
        """The scenario as each group of agents has it; of a scenario without groups, itself alone."""
        if not self.agents.groups:
            return (self,)
        return _group_scenarios(self)

    def of_group(self, name: str) -> Scenario:
        """Return the scenario in which all agents are as those of one group.

        Raises
        ------
        InputError
            If no group has this name.
        """
        names = [group.name for group in self.agents.groups]
        if name not in names:
            known = ", ".join(names) if names else "none: the scenario has no groups"
            raise InputError([f"group must be one of {known}, got {name!r}"])
        return self.group_scenarios[names.index(name)]

    @property
    def cue(self) -> GaussianCue | BinaryCue:
        """The cue that agents have: what the regime lets them tell, else their own."""
        discrimination = self.regime.visibility.discrimination
        return self.agents.cue if discrimination is None else GaussianCue(discrimination=discrimination)

    @classmethod
    def from_mapping(cls, mapping: object, where: str = "") -> Scenario:
        """Return the scenario written in ``mapping``; keys left out take their defaults.

        Parameters
        ----------
        mapping
            Nested, as a file has it.
        where
            Name of that file, put before each message; may be empty.

        Raises
        ------
        InputError
            With one sentence per mistake.
        """
        try:
            return cls.model_validate(mapping)
        except ValidationError as error:
            raise explain_errors(error, cls, where) from None

    def with_values(self, values: Mapping[str, object]) -> Scenario:
        """Return a scenario that differs in ``values``.

        Parameters
        ----------
        values
            By dotted key. A mapping given for a part replaces the whole part: keys it leaves out take their
            defaults. A new kind of a part keeps the keys that it has in common with the old kind, and a new
            graph those that belong to every graph. A key of a part that is null makes the part, with its
            other keys at their defaults.

        Raises
        ------
        InputError
            For an unknown key or a value that is refused, with one sentence per mistake.
        """
        known = known_keys(Scenario)
        if unknown := [unknown_key(str(key), Scenario) for key in values if key not in known]:
            raise InputError(unknown)
        tree = self.model_dump()
        for key in sorted(values, key=_wider_first):
            _put(tree, key, values[key])
        return Scenario.from_mapping(tree)

    @property
    def watching_rate(self) -> float:
        """The probability that the schedule gives an agent at episode 0; 0 where it is none."""
        schedule = self.regime.schedule
        if isinstance(schedule, Budget):
            return schedule.inspected_count(self.agents.count) / self.agents.count
        return schedule.rate

    def drawn_values(self, key: str, uniform: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return one agent's value of the parameter ``key`` for each number of ``uniform``.

        A number is the same for all agents, a distribution gives its quantile at ``uniform``. A quantile that
        rounds to an end of the range is moved inside by the least step there is: a foresight that rounds to 1
        would divide by zero.

        Parameters
        ----------
        key
            Dotted key of a numeric parameter; for ``true_rate`` the watching rate is returned.
        uniform
            Uniform draws in [0, 1], of any shape.
        """
        import numpy as np

        value: Any = reduce(getattr, key.split("."), self)
        if isinstance(value, Distribution):
            return quantiles_of(key, value, uniform)
        number_of_all = self._rate_to_believe() if value == "true_rate" else value
        return np.full(np.shape(uniform), number_of_all, dtype=np.float64)

    def _rate_to_believe(self) -> float:
        # a rate that is still to be chosen takes this place when it is
        return 0.5 if math.isnan(self.watching_rate) else self.watching_rate

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """Return the JSON schema of a scenario file, with each parameter's unit, symbol and neutral value."""
        return {"$schema": "https://json-schema.org/draft/2020-12/schema", **cls.model_json_schema()}

    @staticmethod
    def parameters() -> list[ParameterRow]:
        """Return the table of all parameters, as ``fields_table`` does."""
        return fields_table()


def quantiles_of(key: str, value: Distribution, uniform: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the quantiles of a distribution over agents at ``uniform``, inside the range of the parameter ``key``."""
    return parameter_at(key).clipped(value.ppf(uniform))


def admitted_scenario(given: object) -> Scenario:
    """Return what is given as a scenario; an `InputError` if it is none, but a name, say."""
    if isinstance(given, Scenario):
        return given
    raise InputError([f"scenario must be a Scenario, such as load_scenario returns, got {shortened(given)}"])


@lru_cache(maxsize=64)
def _group_scenarios(scenario: Scenario) -> tuple[Scenario, ...]:
    groups = scenario.agents.groups
    return tuple(scenario.with_values({"agents.groups": (), **group.set.values()}) for group in groups)


def fields_table() -> list[ParameterRow]:
    """Return one row per parameter, in the order of declaration, with those of every kind of a part."""
    return table(Scenario)


def neutral_value(key: str) -> Any:
    """Return the value of the parameter ``key`` at which its mechanism has no effect."""
    return parameter_at(key).neutral


def parameter_at(key: str) -> Parameter:
    """Return what is known about the parameter with this dotted key; an ``InputError`` if it is none."""
    declared = declarations(Scenario)
    if key not in declared:
        raise InputError([unknown_key(key, Scenario)])
    return declared[key].parameter


def _wider_first(key: str) -> tuple[int, bool]:
    # a part before its keys, and its kind before the keys that only this kind has
    return key.count("."), not key.endswith((".kind", ".graph"))


def _put(tree: dict[str, Any], key: str, value: object) -> None:
    """Write ``value``, a mapping, a record or a plain value, at the dotted ``key``."""
    *path, last = key.split(".")
    part = reduce(_branch, path, tree)
    if last == "kind" and value != part.get("kind"):
        _drop_keys_of_other_kinds(part, ".".join(path), value)
    if key == "society.graph" and value != part.get("graph"):
        for other in keys_of_other_graphs(str(value)):
            part.pop(other, None)
    part[last] = _plain(value)


def _plain(value: object) -> object:
    """Return ``value`` with records and mappings as new dictionaries, which may be written into."""
    if isinstance(value, BaseModel):
        return value.model_dump()
    return {key: _plain(inner) for key, inner in value.items()} if isinstance(value, Mapping) else value


def _branch(part: dict[str, Any], name: str) -> dict[str, Any]:
    # a part just given as something else than a mapping is refused by validation, with what was given
    if part.get(name) is None:
        part[name] = {}
    branch = part[name]
    return branch if isinstance(branch, dict) else {}


def _drop_keys_of_other_kinds(part: dict[str, Any], key: str, kind: object) -> None:
    record = record_of_kind(records_at(key, Scenario), kind)
    for name in [name for name in part if record is not None and name not in record.model_fields]:
        del part[name]
