"""The keys of a study that say what is recorded and measured of a run: which go together, and which change results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from models.scenario import Scenario
from parameter_sweeps.axes import covers

_EPISODES = "run.episodes"
_NOT_GIVEN = {"record": "none", "record_every": None, "burn_in": 0}


def given_keys(study: Any) -> dict[str, Any]:
    """Return the keys that a study gives; without them it has the digest that it had before they were built."""
    return {name: getattr(study, name) for name, default in _NOT_GIVEN.items() if getattr(study, name) != default}


def record_conflicts(record: str, every: int | None, burn_in: int, fewest_episodes: int) -> Iterator[str]:
    """Yield a sentence for each key that does not go with the others."""
    if every is not None and record == "none":
        yield f"record must be episodes or agents where record_every is given, got {record}"
    if burn_in >= fewest_episodes:
        yield f"burn_in must be below run.episodes, {fewest_episodes}, got {burn_in}"


def fewest_episodes(scenario: Scenario, axes: Mapping[str, tuple[Any, ...]]) -> int:
    """Return the fewest episodes that a run has on some axes."""
    for key, values in axes.items():
        if covers(key, _EPISODES):
            return min(int(value if key == _EPISODES else value["episodes"]) for value in values)
    return scenario.run.episodes
