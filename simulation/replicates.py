"""One replicate of a scenario, stepped by an engine from its first episode to its last, and what it showed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from models.refusals import InputError
from models.strategies import CLASS_NAMES
from simulation.array_engine import ArrayWorld
from simulation.census import census_episodes
from simulation.full_engine import FullArrayWorld
from simulation.ledger import added_up
from simulation.measures import Told, judgement, measures_of
from simulation.population import draw_basic_population
from simulation.preparation import Prepared
from simulation.recording import Recorder
from simulation.resolution import plans_in, replicate_of

if TYPE_CHECKING:
    from simulation.mesa_agent import ComplianceAgent

Floats = NDArray[np.float64]
Engine = Literal["array", "mesa"]
Record = Literal["none", "episodes", "agents"]


@dataclass(frozen=True)
class ReplicateRun:
    """What one replicate showed.

    Attributes
    ----------
    told : Told
        What its measures are made of.
    recorder : Recorder or None
        None if nothing is recorded.
    told_by_group : list of Told
        The same of each group.
    sums : array, (agents, `simulation.ledger.WIDTH`)
        Agents' sums over the measured episodes.
    states : dict of arrays, (agents,)
        At the end.
    """

    told: Told
    recorder: Recorder | None
    told_by_group: list[Told]
    sums: Floats
    states: dict[str, NDArray[Any]]

    @cached_property
    def measures(self) -> dict[str, float]:
        """The measures by name."""
        return measures_of([self.told])[0]

    @cached_property
    def by_group(self) -> list[dict[str, float]]:
        """The measures of each group."""
        return measures_of(self.told_by_group)


def run_replicate(
    prepared: Prepared,
    seed: int,
    replicate: int,
    engine: Engine = "array",
    record: Record = "none",
    record_every: int = 1,
    stream: int = 0,
    with_classes: bool = True,
    agent_class: type[ComplianceAgent] | None = None,
    burn_in: int = 0,
) -> ReplicateRun:
    """Run one replicate.

    Without classes an unrecorded run takes no census: the shares of the classes are NaN, the rest is the same. The
    first `burn_in` episodes are left out of the measures, but for trust and suspicion_auc: the overseer remembers them.
    """
    scenario = prepared.scenario
    episodes = scenario.run.episodes
    if not 0 <= burn_in < episodes:
        raise InputError([f"burn_in must be a whole number in [0, {episodes}), below run.episodes, got {burn_in}"])
    world = _world(engine, prepared, seed, replicate, stream, agent_class)
    recorder = None if record == "none" else Recorder(record == "agents")
    looks = set(range(0, episodes, record_every)) if recorder else set()
    censuses = census_episodes(episodes, burn_in) if with_classes or recorder else []
    counted = np.zeros((max(1, len(scenario.agents.groups)), 3, len(CLASS_NAMES)), np.int64)
    now, before = 0, np.zeros(1)
    for stop in sorted(looks | {*censuses} | ({burn_in} if burn_in else set())):
        world.advance(now, stop)
        now = stop
        if stop == burn_in > 0:
            before = world.rows(stop)
        if stop in censuses:
            counts = world.census()
            counted += counts
            if recorder:
                recorder.count_classes(counts.sum(axis=0))
        if recorder and stop in looks:
            recorder.look(world.rows(stop), world.states(), is_end=False)
    world.advance(now, episodes)
    rows, states = world.rows(episodes), world.states()
    if recorder:
        recorder.look(rows, states, is_end=True)
    angle, sums = states["angle"], rows - before
    groups = [world.group == number for number in range(len(scenario.agents.groups))]
    by_group = [_told(sums[of], rows[of], counted[number], angle[of]) for number, of in enumerate(groups)]
    return ReplicateRun(_told(sums, rows, counted.sum(axis=0), angle), recorder, by_group, sums, states)


def _told(sums: Floats, rows: Floats, counted: NDArray[np.int64], angle: Floats) -> Told:
    return Told(added_up(sums), counted, **judgement(rows, angle))


def _world(
    engine: Engine,
    prepared: Prepared,
    seed: int,
    replicate: int,
    stream: int,
    agent_class: type[ComplianceAgent] | None,
) -> Any:
    if engine == "array":
        return array_world(prepared, seed, replicate, stream)
    from simulation.mesa_engine import MesaWorld

    return MesaWorld(prepared, seed, replicate, stream, agent_class)


def array_world(prepared: Prepared, seed: int, replicate: int, stream: int = 0) -> ArrayWorld | FullArrayWorld:
    """Return one replicate on the array engine, before its first episode."""
    if prepared.is_basic:
        population = draw_basic_population(prepared.scenario, seed, replicate, stream)
        return ArrayWorld(population, prepared.settings, prepared.plans, seed, replicate, stream)
    start = replicate_of(prepared, seed, replicate, stream)
    return FullArrayWorld(start.prepared, start.population, start.neighbours, plans_in(start), seed, replicate, stream)
