"""A run of a scenario: its replicates stepped by an engine, measured, and recorded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.refusals import InputError
from models.scenario import Scenario, admitted_scenario
from simulation.census import census_episodes
from simulation.draws import check_address
from simulation.intervals import mean_interval
from simulation.measures import MEASURE_NAMES
from simulation.preparation import Prepared, prepare
from simulation.recording import trajectory_dataset
from simulation.replicates import Engine, Record, run_replicate

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from simulation.mesa_agent import ComplianceAgent

Floats = NDArray[np.float64]
#: A trajectory has at most so many points unless `record_every` says otherwise.
LONGEST_TRAJECTORY = 1000


@dataclass(frozen=True, repr=False)
class RunResult:
    """What a run showed.

    Attributes
    ----------
    scenario : Scenario
    seed : int
    by_replicate : DataFrame, index replicate, one column a measure
    measures : DataFrame, index measure, columns mean, low, high (95 % Student t over replicates) and replicates (how
        many were not NaN)
    trajectory : Dataset or None, as in `simulation.recording.trajectory_dataset`
    by_group : DataFrame, index (replicate, group), one column a measure; of a scenario without groups, None
    """

    scenario: Scenario
    seed: int
    by_replicate: pd.DataFrame
    measures: pd.DataFrame
    trajectory: xr.Dataset | None = field(default=None)
    by_group: pd.DataFrame | None = field(default=None)

    def __repr__(self) -> str:
        head = f"RunResult of {self.scenario.name!r}, seed {self.seed}, {len(self.by_replicate)} replicates"
        return f"{head}\n{self.measures.to_string()}"

    def _repr_html_(self) -> str:
        return f"<p>{self.scenario.name}, seed {self.seed}, {len(self.by_replicate)} replicates</p>" + str(
            self.measures.to_html(float_format="{:.4f}".format)
        )


def simulate(
    scenario: Scenario,
    seed: int = 1,
    replicates: int | None = None,
    engine: Engine = "array",
    record: Record = "episodes",
    record_every: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    agent_class: type[ComplianceAgent] | None = None,
) -> RunResult:
    """Return what a scenario's agents did, measured over replicates.

    Parameters
    ----------
    scenario : Scenario
    seed : int
        In [0, 2^32). Replicate r of a seed draws the same luck in every scenario.
    replicates : int, optional
        At least 1; the scenario's ``run.replicates`` if None.
    engine : {"array", "mesa"}
        Both give the same numbers; the second is slower by far, and there to be read and extended.
    record : {"none", "episodes", "agents"}
        What the trajectory keeps; ``none`` needs no memory that grows with the episodes.
    record_every : int, optional
        Episodes in a stretch; by default as many as keep the trajectory within 1,000 stretches.
    progress : callable, optional
        Called with (replicates done, replicates) after each.
    agent_class : type, optional
        Agents of your own, on the Mesa engine: a class that overrides steps of `simulation.mesa_agent.ComplianceAgent`.

    Raises
    ------
    InputError
        If the seed, the number of replicates, the engine or what to record is none of these, or agents of your own are
        given to the array engine.

    Examples
    --------
    Agents that comply as long as they have never been flagged, and act from then on. `decide` is asked wherever
    something tempts an agent that does not plan; it returns what to do, and whether compliance would be strategic.

    >>> from models.choice import ACT, COMPLY
    >>> from models.strategies import CLASS_NAMES
    >>> from simulation.mesa_agent import ComplianceAgent
    >>> class Grudger(ComplianceAgent):
    ...     def decide(self):
    ...         return (ACT if self.turns else COMPLY), 0
    ...
    ...     def strategy_class(self):
    ...         return CLASS_NAMES.index("honest" if self.turns else "compliant")
    >>> scenario = Scenario().with_values(
    ...     {
    ...         "agents.decision": "compliant",
    ...         "agents.count": 50,
    ...         "regime.detector.false_alarm_rate": 0.5,
    ...         "run.episodes": 20,
    ...     }
    ... )
    >>> result = simulate(scenario, engine="mesa", agent_class=Grudger, replicates=2)
    >>> bool(0 < result.measures.loc["compliance_watched", "mean"] < 1)
    True
    """
    import pandas as pd

    admitted_scenario(scenario)
    count = scenario.run.replicates if replicates is None else replicates
    _check(seed, count, engine, record, record_every)
    _check_agents(engine, agent_class)
    # The basic loops count only what a planner can do.
    prepared = prepare(scenario, always_full=agent_class is not None)
    every = record_every or -(-scenario.run.episodes // LONGEST_TRAJECTORY)
    found, recorded = [], []
    grouped: list[dict[str, float]] = []
    for replicate in range(count):
        run = run_replicate(prepared, seed, replicate, engine, record, every, agent_class=agent_class)
        found.append(run.measures)
        grouped.extend(run.by_group)
        if run.recorder is not None:
            recorded.append(run.recorder.variables())
        if progress is not None:
            progress(replicate + 1, count)
    by_replicate = pd.DataFrame(found, columns=list(MEASURE_NAMES), index=pd.RangeIndex(count, name="replicate"))
    trajectory = _trajectory(prepared, seed, recorded, every)
    by_group = _by_group(scenario, grouped, count)
    return RunResult(scenario, seed, by_replicate, _summary(by_replicate), trajectory, by_group)


def _by_group(scenario: Scenario, grouped: list[dict[str, float]], replicates: int) -> pd.DataFrame | None:
    import pandas as pd

    if not grouped:
        return None
    names = [group.name for group in scenario.agents.groups]
    index = pd.MultiIndex.from_product([range(replicates), names], names=["replicate", "group"])
    return pd.DataFrame(grouped, columns=list(MEASURE_NAMES), index=index)


def _check(seed: int, replicates: int, engine: str, record: str, record_every: int | None) -> None:
    check_address(seed, 0, 0)
    if isinstance(replicates, bool) or not isinstance(replicates, int) or replicates < 1:
        raise InputError([f"replicates must be a whole number of at least 1, got {replicates!r}"])
    if engine not in ("array", "mesa"):
        raise InputError([f"engine must be array or mesa, got {engine!r}"])
    if record not in ("none", "episodes", "agents"):
        raise InputError([f"record must be none, episodes or agents, got {record!r}"])
    if record_every is not None and (not isinstance(record_every, int) or record_every < 1):
        raise InputError([f"record_every must be a whole number of at least 1, got {record_every!r}"])


def _check_agents(engine: str, agent_class: object) -> None:
    if agent_class is None:
        return
    if engine != "mesa":
        raise InputError([f"agent_class must be left out with engine {engine}, or engine be mesa, got {agent_class!r}"])
    from simulation.mesa_agent import ComplianceAgent

    if not (isinstance(agent_class, type) and issubclass(agent_class, ComplianceAgent)):
        raise InputError([f"agent_class must be a subclass of ComplianceAgent, got {agent_class!r}"])


def _summary(by_replicate: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    rows = [mean_interval(by_replicate[name].to_numpy()) for name in by_replicate.columns]
    columns = ["mean", "low", "high", "replicates"]
    return pd.DataFrame(rows, columns=columns, index=pd.Index(by_replicate.columns, name="measure"))


def _trajectory(prepared: Prepared, seed: int, recorded: list[Any], every: int) -> xr.Dataset | None:
    if not recorded:
        return None
    episodes = prepared.scenario.run.episodes
    attributes = {"scenario": prepared.scenario.name, "seed": seed, "record_every": every}
    return trajectory_dataset(recorded, list(range(0, episodes, every)), census_episodes(episodes), attributes)
