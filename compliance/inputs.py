"""What is given on the command line, read and checked before anything is computed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from compliance.refusing import refuse

if TYPE_CHECKING:
    from models.scenario import Scenario
    from parameter_sweeps.study import Study

Changed = TypeVar("Changed")

ScenarioName = Annotated[str, typer.Argument(metavar="SCENARIO", help="A shipped scenario's name or a YAML file.")]
StudyName = Annotated[str, typer.Argument(metavar="STUDY", help="A shipped study's name or a YAML file.")]
RegimeName = Annotated[
    str | None,
    typer.Option(
        "--regime",
        metavar="NAME|FILE",
        help="A shipped regime's name or a YAML file, in place of the scenario's regime; --set changes it.",
    ),
]
Directory = Annotated[Path, typer.Argument(metavar="DIR", help="The folder of a sweep.")]
Set = Annotated[
    list[str],
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Change a parameter; may be repeated, the last value of a key counts.",
    ),
]
Workers = Annotated[int | None, typer.Option(help="Worker processes; by default one a core.")]
Seed = Annotated[int | None, typer.Option(help="In place of the study's seed.")]
Replicates = Annotated[int | None, typer.Option(help="In place of the study's replicates.")]
FailFast = Annotated[
    bool, typer.Option("--fail-fast/--no-fail-fast", help="Stop at the first run that fails; else it is a row.")
]
AcceptOtherCode = Annotated[
    bool, typer.Option("--accept-other-code", help="Go on with results of other code or packages, and note it.")
]
Json = Annotated[bool, typer.Option("--json", help="Print strict JSON and nothing else.")]


def settings_from(texts: Iterable[str]) -> dict[str, object]:
    """Return the values of ``key=value`` texts by dotted key; a value is written as in a YAML file.

    Raises
    ------
    InputError
        For a text without ``=`` or a value that is not YAML.
    """
    from parameter_sweeps.yaml_loader import parse_yaml

    settings: dict[str, object] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            refuse(f"--set must be key=value, got {text!r}")
        settings[key.strip()] = parse_yaml(value, where=f"--set {key.strip()}")
    return settings


def scenario_from(name_or_path: str, settings: Iterable[str], regime: str | None = None) -> Scenario:
    """Return a shipped scenario or the one in a file, with another regime, and then with what ``--set`` changes."""
    from parameter_sweeps.catalogue import load_regime, load_scenario

    changes = settings_from(settings)
    scenario = load_scenario(name_or_path)
    if regime is not None:
        scenario = _blaming("--regime", scenario.with_values, {"regime": load_regime(regime).regime})
    return _blaming("--set", scenario.with_values, changes) if changes else scenario


def study_from(name_or_path: str, settings: Iterable[str], **fields: Any) -> Study:
    """Return a shipped study or the one in a file, with what ``--set`` and other options change in it.

    Parameters
    ----------
    name_or_path, settings
        As given on the command line.
    fields
        ``seed`` and ``replicates``; those that are None change nothing.
    """
    from parameter_sweeps.catalogue import load_study
    from parameter_sweeps.study import Study

    changes = settings_from(settings)
    study = load_study(name_or_path)
    if fields.get("replicates") is not None:
        changes["run.replicates"] = fields["replicates"]
    if changes:
        study = _blaming("--set", study.with_values, changes)
    if fields.get("seed") is None:
        return study
    kept = {name: getattr(study, name) for name in Study.model_fields}
    return Study.from_mapping(kept | {"seed": fields["seed"]}, where="--seed")


def _blaming(option: str, change: Callable[[dict[str, object]], Changed], settings: dict[str, object]) -> Changed:
    from models.refusals import InputError

    try:
        return change(settings)
    except InputError as error:
        lines = [message.removeprefix("set: ") for message in error.messages]
        raise InputError(f"{option}: {line}" for line in lines) from None


def names_from(text: str, known: Sequence[str], option: str) -> list[str]:
    """Return the names in a text with commas, or refuse those that are not known."""
    from models.refusals import nearest_key

    names = [name.strip() for name in text.split(",") if name.strip()]
    wrong = []
    for name in names:
        if name not in known:
            nearest = nearest_key(name, known)
            suggestion = f"; did you mean {nearest}?" if nearest else ""
            wrong.append(f"{option}: {name} is not a known measure{suggestion}")
    if wrong or not names:
        refuse(*wrong or [f"{option} must be names separated by commas, got {text!r}"])
    return names


def folder_from(path: Path | None) -> None:
    """Refuse a folder for results that cannot be made or written, before anything is computed."""
    if path is None:
        return
    if path.exists() and not path.is_dir():
        refuse(f"--out must be a folder, got the file {path}")
    nearest = next(place for place in (path, *path.absolute().parents) if place.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK):
        refuse(f"--out must be a folder that can be written, got {path}")


def whole_seed_from(seed: int) -> None:
    """Refuse a seed that is not in [0, 2^32), before anything is computed."""
    if not 0 <= seed < 2**32:
        refuse(f"--seed must be in [0, 2^32), got {seed}")


def numbers_from(text: str, option: str) -> list[float]:
    """Return the numbers in a text with commas, or refuse what is none."""
    try:
        return [float(number) for number in text.split(",")]
    except ValueError:
        refuse(f"{option} must be numbers separated by commas, got {text!r}")


def file_from(path: Path | None, suffix: str) -> None:
    """Refuse a file for results that has another suffix or cannot be written, before anything is computed."""
    if path is None:
        return
    if path.suffix != suffix:
        refuse(f"--out must be a file named {suffix}, got {path}")
    if path.is_dir():
        refuse(f"--out must be a file, got the folder {path}")
    nearest = next(place for place in path.absolute().parents if place.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK):
        refuse(f"--out must be a file that can be written, got {path}")
