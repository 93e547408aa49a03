"""Prints how fast the engines and the strategy map are on this machine: ``python -m tests.bench``.

Contestants take turns, so that what else the machine does hits all of them; a ratio is the median of the
ratios within a round. One thread. Worlds, and the plan's table, are made before the clock starts, unless said
otherwise.
An agent-step of the models for Mesa costs the same early and late, so that a few episodes measure it; the array
engine is slower in the first ones, when many are flagged, and runs all of them.
"""

from __future__ import annotations

import argparse
import gc
import math
import os
import platform
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple

import numpy as np
from rich.console import Console
from rich.table import Table

from models.goals import PROPORTIONAL
from models.perception import BINARY, GAUSSIAN
from models.scenario import Scenario
from models.stakes import constant_stakes
from parameter_sweeps.catalogue import load_scenario
from simulation.array_engine import ArrayWorld
from simulation.cells import values_of_cells
from simulation.decision_numbers import DECISION_COLUMNS, decision_columns
from simulation.mesa_engine import ComplianceModel
from simulation.plans import Plans, plans_of
from simulation.population import draw_population
from simulation.preparation import Prepared, prepare
from simulation.replicates import array_world
from simulation.resolution import plans_in, replicate_of
from simulation.settings import settings_of
from tests.bench.lean_mesa import LeanModel
from tests.bench.plain_mesa import PlainModel
from tests.models.table_errors import ON_ROWS, SETS, table_error

ENGINE = "array engine, learning"


class Contestant(NamedTuple):
    """What is timed: `make` builds it anew, untimed, and returns what runs; `units` is how much that does."""

    name: str
    make: Callable[[], Callable[[], object]]
    units: int


class Size(NamedTuple):
    """How much is run."""

    agents: int
    episodes: int
    mesa_episodes: int
    cells: int
    rounds: int


#: A run steps its replicates one after the other, so that all but the first find table and code in the caches.
REPLICATES = 5
FULL = Size(agents=1000, episodes=100, mesa_episodes=10, cells=100_000, rounds=9)
QUICK = Size(agents=20, episodes=5, mesa_episodes=2, cells=50, rounds=1)


class World(NamedTuple):
    """A scenario, with what its runs share."""

    scenario: Scenario
    prepared: Prepared

    @property
    def plans(self) -> Plans:
        """Where losses come from."""
        return self.prepared.plans

    def made(self, replicate: int = 0) -> ArrayWorld:
        """Return a world of the array engine before its first episode, its agents just drawn."""
        settings = settings_of(self.scenario)
        population = draw_population(self.scenario, 1, replicate)
        return ArrayWorld(population, settings, self.plans, 1, replicate, 0)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables; `arguments` are those of the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Speed of engines and map.")
    parser.add_argument("--quick", action="store_true", help="a few steps of everything: does it run?")
    size = QUICK if parser.parse_args(arguments).quick else FULL
    console = Console()
    console.print(machine(), highlight=False)
    learning, base = world("learning", size.agents), world("base", size.agents)
    console.print(engines_table(timed(engines(learning, base, size), size.rounds), size))
    console.print(parts_table(timed(parts(learning, size), size.rounds), size))
    console.print(map_table(timed(maps(size.cells), size.rounds), size))
    console.print(errors_table(size.cells // 50))


def machine() -> str:
    """Return the processor, its number of cores, and the versions that speed depends on."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        processor = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        processor = platform.processor() or platform.machine()
    versions = ", ".join(f"{name} {version(name)}" for name in ("numpy", "numba", "mesa"))
    return f"{processor}, {os.cpu_count()} cores; Python {platform.python_version()}, {versions}"


def world(name: str, agents: int) -> World:
    """Return a shipped scenario of so many agents, with its plans."""
    scenario = load_scenario(name).with_values({"agents.count": agents})
    return World(scenario, prepare(scenario))


#: Every mechanism that a choice may have, on at once; beliefs do not move, so that losses are held.
EVERYTHING = {
    "agents.akrasia": 0.05,
    "agents.conformity": 0.2,
    "agents.beliefs.weighting": 0.8,
    "agents.beliefs.feedback": "none",
    "regime.schedule": {"kind": "targeted", "share": 0.3},
    "regime.detector.unwatched_hit_rate": 0.05,
    "regime.detector.peer_report_rate": 0.02,
    "regime.detector.probe.hit_rate": 0.2,
    "regime.response.clawback": 0.3,
    "regime.response.internalisation": 0.7,
    "regime.response.habit": 0.1,
    "regime.response.reinforcement": 0.02,
    "regime.response.voice": {"bonus": 0.1},
    "society.graph": "watts_strogatz",
}


#: Beliefs move, and all agents start at one angle: losses are tabulated.
MOVING = {"agents.beliefs.feedback": "outcome", "agents.goals.angle": 1.2}


def everything(size: Size, changes: dict[str, object]) -> Callable[[], Callable[[], object]]:
    """Return what makes a world with every mechanism and its plans, untimed, and steps it."""
    prepared = prepare(load_scenario("learning").with_values(EVERYTHING | {"agents.count": size.agents} | changes))

    def make() -> Callable[[], object]:
        made = array_world(prepared, 1, 0)
        return lambda: made.advance(0, size.episodes)

    return make


#: Every agent with its own modification cost and foresight.
DIFFERING = {
    "agents.foresight": {"distribution": "uniform", "loc": 0.5, "scale": 0.45},
    "agents.terminal_guarding": {"distribution": "uniform"},
}


def differing(name: str, agents: int, episodes: int) -> Callable[[], Callable[[], object]]:
    """Return what makes a world of agents that all differ, and steps it; its plans count, made or looked up."""
    prepared = prepare(load_scenario(name).with_values(DIFFERING | {"agents.count": agents}))
    return lambda: lambda: array_world(prepared, 1, 0).advance(0, episodes)


def planning(size: Size, changes: dict[str, object]) -> Callable[[], Callable[[], object]]:
    """Return what makes the plans of a replicate of a world with every mechanism, those of others at hand."""
    prepared = prepare(load_scenario("learning").with_values(EVERYTHING | {"agents.count": size.agents} | changes))
    start = replicate_of(prepared, 1, 0)
    return lambda: lambda: plans_in(start)


def engines(learning: World, base: World, size: Size) -> list[Contestant]:
    """Return the engines, the fastest first, and the models for Mesa."""
    array_steps, mesa_steps = size.agents * size.episodes, size.agents * size.mesa_episodes
    scenario, table = learning.scenario, learning.plans.table
    models = {
        "own Mesa engine": lambda: ComplianceModel(scenario, prepared=learning.prepared),
        "own Mesa, uncollected": lambda: ComplianceModel(scenario, prepared=learning.prepared, collect=False),
        "plain Mesa": lambda: PlainModel(scenario, table, rng=1),
        "lean Mesa": lambda: LeanModel(scenario, table, rng=1),
    }
    return [
        Contestant(ENGINE, lambda: stepping(learning, size.episodes, REPLICATES), REPLICATES * array_steps),
        Contestant("array engine, base", lambda: stepping(base, size.episodes, REPLICATES), REPLICATES * array_steps),
        Contestant("  base, every agent its own", differing("base", size.agents, size.episodes), array_steps),
        Contestant(
            "  learning, every agent its own", differing("learning", size.agents, size.mesa_episodes), mesa_steps
        ),
        Contestant("every mechanism, myopic", everything(size, {"agents.planning": "myopic"}), array_steps),
        Contestant("every mechanism, chain", everything(size, {}), array_steps),
        Contestant("  its plans, held", planning(size, {}), array_steps),
        Contestant("every mechanism, beliefs move", everything(size, MOVING), array_steps),
        Contestant("  its plans, tabulated", planning(size, MOVING), array_steps),
        *(
            Contestant(name, lambda model=model: mesa_stepping(model(), size.mesa_episodes), mesa_steps)
            for name, model in models.items()
        ),
    ]


def stepping(world: World, episodes: int, replicates: int = 1) -> Callable[[], object]:
    """Return what steps new worlds of the array engine, one replicate after the other."""
    made = [world.made(replicate) for replicate in range(replicates)]

    def run() -> None:
        for each in made:
            each.advance(0, episodes)

    return run


def mesa_stepping(model: ComplianceModel | PlainModel | LeanModel, episodes: int) -> Callable[[], object]:
    """Return what steps a model for Mesa, which collects as it goes."""

    def run() -> None:
        for _ in range(episodes):
            model.step()

    return run


def parts(learning: World, size: Size) -> list[Contestant]:
    """Return what a run of the array engine is made of, and all of it: each a whole."""
    scenario, episodes = learning.scenario, size.episodes
    settings = settings_of(scenario)

    def whole() -> object:
        made = learning.made()
        made.advance(0, episodes)
        return made.rows(episodes)

    def sums() -> Callable[[], object]:
        made = learning.made()
        made.advance(0, episodes)
        return lambda: made.rows(episodes)

    return [
        Contestant("table of plans, once for all replicates", lambda: lambda: plans_of(scenario, settings), 1),
        Contestant("agents drawn", lambda: lambda: draw_population(scenario, 1, 0), 1),
        Contestant("agents drawn, world made", lambda: learning.made, 1),
        Contestant("episodes stepped", lambda: stepping(learning, episodes), 1),
        Contestant("agents' sums", sums, 1),
        Contestant("a replicate: drawn, made, stepped, summed", lambda: whole, 1),
    ]


def maps(cells: int) -> list[Contestant]:
    """Return strategy maps over angle, foresight and belief; at rotation 1 one flag converts."""
    cues = {"told": (BINARY, 1.0), "two-valued": (BINARY, 0.8), "gaussian": (GAUSSIAN, 2.0)}
    return [
        Contestant(f"{name} cue, rotation {rotation:g}", lambda cue=cue, r=rotation: valuing(cells, *cue, r), cells)
        for name, cue in cues.items()
        for rotation in (1.0, 0.3)
    ]


def valuing(cells: int, cue_kind: int, quality: float, rotation: float) -> Callable[[], object]:
    """Return what values the strategies of so many cells."""
    random = np.random.default_rng(1)
    values: dict[str, object] = decision_columns(load_scenario("base")) | {
        "stakes_kind": PROPORTIONAL,
        "angle": random.uniform(0.1, 3.0, cells),
        "rotation": rotation,
        "penalty": 0.2,
        "foresight": random.uniform(0.0, 0.99, cells),
        "belief": random.uniform(0.01, 0.99, cells),
        "hit_rate": 0.9,
        "false_alarm_rate": 0.02,
        "cue_kind": cue_kind,
        "quality": quality,
    }
    columns = np.array([np.broadcast_to(values[name], cells) for name in DECISION_COLUMNS], dtype=np.float64)
    stakes = constant_stakes(PROPORTIONAL, 1.0)
    return lambda: values_of_cells(columns, stakes)


def timed(contestants: Sequence[Contestant], rounds: int) -> dict[Contestant, list[float]]:
    """Return the seconds of each contestant in each round, after one that does not count."""
    seconds: dict[Contestant, list[float]] = {contestant: [] for contestant in contestants}
    for number in range(rounds + 1):
        for contestant in contestants:
            run = contestant.make()
            gc.collect()
            begin = perf_counter()
            run()
            duration = perf_counter() - begin
            if number > 0:
                seconds[contestant].append(duration)
    return seconds


def engines_table(seconds: dict[Contestant, list[float]], size: Size) -> Table:
    """Return the table of the engines' speeds, and by what factor each is slower than the array engine."""
    episodes = f"{size.episodes} episodes (models for Mesa: {size.mesa_episodes})"
    table = Table(
        title=f"Agent-steps: {size.agents} agents, {episodes}",
        caption=f"median of {size.rounds} runs after one for warm-up, taking turns; one thread",
    )
    table.add_column("engine", no_wrap=True)
    for heading in ("steps/s", "ns a step", "of these: fastest, slowest", "slower by"):
        table.add_column(heading, justify="right")
    engine = next(times for contestant, times in seconds.items() if contestant.name == ENGINE)
    engine_units = next(contestant.units for contestant in seconds if contestant.name == ENGINE)
    for contestant, times in seconds.items():
        each = [1e9 * time / contestant.units for time in times]
        ratio = median(a / (1e9 * b / engine_units) for a, b in zip(each, engine, strict=True))
        spread = f"{rounded(min(each))}, {rounded(max(each))}"
        row = (rounded(1e9 / median(each)), rounded(median(each)), spread, rounded(ratio))
        table.add_row(contestant.name, *row, style="bold" if contestant.name == ENGINE else "")
    return table


def parts_table(seconds: dict[Contestant, list[float]], size: Size) -> Table:
    """Return the table of what a run takes, in milliseconds and per agent-step."""
    table = Table(title=f"A run of learning: {size.agents} agents, {size.episodes} episodes, array engine")
    table.add_column("part")
    for heading in ("ms", "ns per agent-step"):
        table.add_column(heading, justify="right")
    for contestant, times in seconds.items():
        time = median(times)
        table.add_row(contestant.name, rounded(1e3 * time), rounded(1e9 * time / (size.agents * size.episodes)))
    return table


def map_table(seconds: dict[Contestant, list[float]], size: Size) -> Table:
    """Return the table of the strategy map's speed."""
    table = Table(title=f"Strategy map: {size.cells:,} cells")
    table.add_column("cells")
    for heading in ("cells/s", "µs per cell"):
        table.add_column(heading, justify="right")
    for contestant, times in seconds.items():
        each = median(times) / contestant.units
        table.add_row(contestant.name, rounded(1 / each), rounded(1e6 * each))
    return table


def errors_table(samples: int) -> Table:
    """Return the table of the errors of tabulated losses, at random beliefs and states or angles."""
    table = Table(title=f"Error of tabulated L: {samples:,} random beliefs")
    table.add_column("agents")
    for heading in ("largest error, share of what is promised", "solved in place"):
        table.add_column(heading, justify="right")
    for name, changes in SETS.items():
        for on_rows in (False, True) if name in ON_ROWS else (False,):
            error = table_error(changes, samples, on_rows)
            where = f"error of tabulated L: {name}{', between angles' if on_rows else ''}"
            table.add_row(where, f"{error.largest:.2f}", f"{100 * error.rough:.2f} %")
    return table


def rounded(value: float) -> str:
    """Return a number with three significant digits, and with commas between thousands."""
    places = 2 - math.floor(math.log10(value))
    return f"{round(value, places):,.{max(places, 0)}f}"


if __name__ == "__main__":
    main()
