"""A sweep beside Mesa's own: ``python -m tests.bench.batch``.

The same study of learning, 100 agents for 100 episodes a cell: as a sweep on two processes, from the command to the
table, files written; and as the idiomatic model of `tests.bench.plain_mesa` under `mesa.batch_run` with two processes,
of which a part is run. Turn by turn in one run, so that the ratio is that of one machine at one time. Once over the
rate and the rationality, which leave the agents' plans as they are, and once over the rate and foresight, with which
each row of cells has plans of its own to make.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import mesa
from rich.console import Console
from rich.table import Table

from parameter_sweeps.catalogue import load_scenario
from parameter_sweeps.execution import run_sweep
from parameter_sweeps.study import Study
from simulation.preparation import prepare
from tests.bench.plain_mesa import MEASURES, PlainModel

SMALL = {"agents.count": 100, "run.episodes": 100}
RATE, RATIONALITY, FORESIGHT = "regime.schedule.rate", "agents.rationality", "agents.foresight"
#: What is varied beside the rate, and between which values.
OTHERS = {RATIONALITY: (2.0, 20.0), FORESIGHT: (0.7, 0.95)}


class Size(NamedTuple):
    """Cells along each axis of the sweep, cells of the part that Mesa runs, and rounds."""

    others: int
    rates: int
    part: int
    rounds: int


FULL = Size(others=20, rates=50, part=16, rounds=3)
QUICK = Size(others=2, rates=2, part=2, rounds=1)


class SweptModel(PlainModel):
    """The model with one argument a varied parameter, as batch_run wants it; it reports its measures at the end."""

    def __init__(self, key: str, value: float, rate: float, rng: Any = None):
        scenario = load_scenario("learning").with_values(SMALL | {key: value, RATE: rate})
        super().__init__(scenario, prepare(scenario).plans.table, rng=rng)
        self.datacollector.model_reporters |= {
            name: (lambda model, name=name: model.last_measures.get(name)) for name in MEASURES
        }
        for name in MEASURES:
            self.datacollector.model_vars[name] = []
        self.last_measures: dict[str, float] = {}

    def step(self) -> None:
        """Run one episode; measure the run after the last."""
        super().step()
        if self.steps == SMALL["run.episodes"]:
            self.last_measures = self.measures()
            self.running = False


def axes(key: str, size: Size) -> tuple[list[float], list[float]]:
    """Return the values at a key, and of the rate."""
    return _evenly(*OTHERS[key], size.others), _evenly(0.05, 0.95, size.rates)


def _evenly(low: float, high: float, count: int) -> list[float]:
    return [low + (high - low) * number / max(1, count - 1) for number in range(count)]


def swept(key: str, size: Size) -> float:
    """Return the seconds of a sweep on two processes, in a new directory."""
    values, rates = axes(key, size)
    vary = {key: values, RATE: rates}
    fields = {"base": "learning", "set": SMALL, "vary": vary, "replicates": 1, "measures": list(MEASURES)}
    study = Study.from_mapping(fields)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        table = run_sweep(study, Path(folder) / "out")
        seconds = time.perf_counter() - start
    if len(table) != size.others * size.rates or table["error"].ne("").any():
        raise RuntimeError("a run of the sweep failed")
    return seconds


def batched(key: str, size: Size) -> float:
    """Return the seconds a cell of batch_run on two processes, for a part of the cells, spread over the axes."""
    values, rates = axes(key, size)
    some = max(1, round(size.part**0.5))
    parameters: dict[str, Any] = {"value": _spread(values, some), "rate": _spread(rates, max(1, size.part // some))}
    start = time.perf_counter()
    # it runs one step more than asked; the model ends itself
    rows = mesa.batch_run(
        SweptModel, parameters | {"key": key}, number_processes=2, iterations=1, max_steps=SMALL["run.episodes"],
        data_collection_period=-1, display_progress=False,
    )  # fmt: skip
    seconds = time.perf_counter() - start
    cells = {(row["value"], row["rate"]) for row in rows}
    if len(cells) != len(parameters["value"]) * len(parameters["rate"]):
        raise RuntimeError("batch_run has left cells out")
    return seconds / len(cells)


def _spread(values: Sequence[float], count: int) -> list[float]:
    return [values[(len(values) - 1) * number // max(1, count - 1)] for number in range(count)]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table; `arguments` are those of the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.batch", description="A sweep beside Mesa's batch_run.")
    parser.add_argument("--quick", action="store_true", help="a little of everything: does it run?")
    size = QUICK if parser.parse_args(arguments).quick else FULL
    cells = size.others * size.rates
    title = (
        f"learning, 100 agents, 100 episodes: {cells:,} cells swept, {size.part} of them by Mesa; two processes each"
    )
    table = Table("varied beside the rate", title=title)
    for heading in ("ms a cell, sweep", "ms a cell, batch_run", "times faster, median", "of rounds"):
        table.add_column(heading, justify="right")
    for key in OTHERS:
        # compiled, and worker processes tried once
        swept(key, QUICK)
        rounds = [(swept(key, size) / cells, batched(key, size)) for _ in range(size.rounds)]
        ours, mesas = (1e3 * statistics.median(column) for column in zip(*rounds, strict=True))
        ratios = [theirs / sweep for sweep, theirs in rounds]
        told = ", ".join(f"{ratio:.0f}" for ratio in ratios)
        table.add_row(key, f"{ours:.2f}", f"{mesas:.0f}", f"{statistics.median(ratios):.0f}", told)
    Console(file=sys.stdout).print(table)


if __name__ == "__main__":
    main()
