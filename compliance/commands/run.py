"""``compliance run``: simulate a scenario and measure it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from compliance.compiling import tell_of_running
from compliance.inputs import Json, RegimeName, ScenarioName, Set, folder_from, names_from, scenario_from
from compliance.printing import as_number, print_json, print_table, progress_bar
from compliance.refusing import refusing

if TYPE_CHECKING:
    import pandas as pd

    from simulation.run import RunResult

_HEADS = ("measure", "mean", "95 % low", "95 % high")


@refusing()
def run_command(
    scenario: ScenarioName,
    settings: Set = [],  # noqa: B006
    regime: RegimeName = None,
    seed: Annotated[int, typer.Option(help="In [0, 2^32); the same seed gives the same numbers.")] = 1,
    replicates: Annotated[int | None, typer.Option(help="Independent runs; by default the scenario's.")] = None,
    engine: Annotated[str, typer.Option(help="array (fast) or mesa (readable); both give the same numbers.")] = "array",
    measures: Annotated[str | None, typer.Option(help="Names of measures to show, separated by commas.")] = None,
    show_all: Annotated[bool, typer.Option("--all", help="Show the _all and _unmodified measures too.")] = False,
    as_json: Json = False,
    out: Annotated[Path | None, typer.Option(help="Folder for tables and a figure.")] = None,
) -> None:
    """Simulate a scenario and print its measures with 95 % intervals."""
    loaded = scenario_from(scenario, settings, regime)
    folder_from(out)
    shown = _shown_measures(measures, show_all)
    from simulation.run import simulate

    tell_of_running(loaded)
    with progress_bar("runs") as progress:
        options: dict[str, Any] = {
            "seed": seed,
            "replicates": replicates,
            "engine": engine,
            "progress": progress,
        }
        result = simulate(loaded, record="none" if out is None else "episodes", **options)
    _print(result, shown, as_json)
    if out is not None:
        _write(result, out, quiet=as_json)


def _shown_measures(measures: str | None, show_all: bool) -> list[str]:
    from simulation.measures import MEASURE_NAMES

    if measures is not None:
        return names_from(measures, MEASURE_NAMES, "--measures")
    return [name for name in MEASURE_NAMES if show_all or not name.endswith(("_all", "_unmodified"))]


def _print(result: RunResult, shown: list[str], as_json: bool) -> None:
    table = result.measures.loc[shown]
    if as_json:
        measured = {str(name): row.to_dict() for name, row in table.iterrows()}
        head = {"scenario": result.scenario.name, "seed": result.seed, "replicates": len(result.by_replicate)}
        by_group = {} if result.by_group is None else {"by_group": _group_means(result, shown).to_dict()}
        print_json(head | {"measures": measured} | by_group)
        return
    rows = [
        (str(name), as_number(row["mean"]), as_number(row["low"]), as_number(row["high"]))
        for name, row in table.iterrows()
    ]
    title = f"{result.scenario.name}: {len(result.by_replicate)} replicates, seed {result.seed}"
    print_table(title, _HEADS, rows)
    if result.by_group is not None:
        means = _group_means(result, shown)
        grouped = [(str(name), *(as_number(value) for value in row)) for name, row in means.iterrows()]
        print_table("Means by group", ("measure", *means.columns), grouped)


def _group_means(result: RunResult, shown: list[str]) -> pd.DataFrame:
    """Return means over replicates: one row a measure, one column a group."""
    if result.by_group is None:
        raise RuntimeError("the scenario has no groups")
    names = [group.name for group in result.scenario.agents.groups]
    return result.by_group[shown].groupby(level="group").mean().T[names]


def _write(result: RunResult, out: Path, quiet: bool) -> None:
    """Write the measures, the trajectory and its figure."""
    from analysis.figures.trajectory import trajectory_figure
    from analysis.trajectories import tidy_trajectory, trajectory_means

    trajectory = result.trajectory
    if trajectory is None:
        raise RuntimeError("the run was not recorded")
    out.mkdir(parents=True, exist_ok=True)
    result.measures.to_csv(out / "measures.csv")
    if result.by_group is not None:
        result.by_group.to_csv(out / "measures_by_group.csv")
    tidy = tidy_trajectory(trajectory)
    tidy.to_parquet(out / "trajectory.parquet", index=False)
    trajectory_means(tidy).to_csv(out / "trajectory.csv")
    figure = trajectory_figure(trajectory)
    for suffix in ("png", "pdf"):
        figure.savefig(out / f"trajectory.{suffix}", dpi=200)
    if not quiet:
        typer.echo(
            f"Written to {out}: measures.csv, trajectory.csv, trajectory.parquet, trajectory.png, trajectory.pdf"
        )
