"""A study scaled down, to be seen in seconds: what ``--quick`` changes, and nothing else.

At most 3 replicates, 100 agents and 200 episodes (the burn-in and stretches of records in proportion); at most 5 values
on each axis, its ends among them; at most 32 points of a design; a boundary found to no less than 0.05. Regimes stay,
and so do values that the study's ``figure`` or ``supports_if`` names. What a scenario refuses so scaled, stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from models.refusals import InputError
from parameter_sweeps.axes import covers
from parameter_sweeps.design_kinds import Boundary, Grid, LatinHypercube, OneAtATime, Sobol
from parameter_sweeps.study import Study

MOST_REPLICATES, MOST_AGENTS, MOST_EPISODES, MOST_VALUES, MOST_POINTS, COARSEST = 3, 100, 200, 5, 32, 0.05


def quick_study(study: Study) -> Study:
    """Return the study scaled down and marked as quick, by this file's head; one that is quick as it is."""
    if study.quick:
        return study
    fields: dict[str, Any] = {name: getattr(study, name) for name in Study.model_fields}
    fields |= {"quick": True, "design": _design(study)}
    if isinstance(study.design, Grid | OneAtATime):
        kept = {*map(str, _named(study.figure)), *map(str, _named(study.supports_if))}
        fields["vary"] = {key: _thinned(values, kept) for key, values in study.checked_axes.items()}
    if not any(covers(key, "run.replicates") for key in (*study.vary, *study.set)):
        fields["replicates"] = min(MOST_REPLICATES, study.scenario.run.replicates)
    for change in (_fewer_agents, _fewer_episodes):
        if not change(study):
            continue
        scaled = fields | change(study) | {"set": fields["set"] | change(study)["set"]}
        try:
            Study.from_mapping(scaled)
        except InputError:
            continue
        fields = scaled
    return Study.from_mapping(fields)


def _fewer_agents(study: Study) -> dict[str, Any]:
    count = study.scenario.agents.count
    is_free = not any(covers(key, "agents.count") for key in study.vary)
    return {"set": {"agents.count": MOST_AGENTS}} if is_free and count > MOST_AGENTS else {}


def _fewer_episodes(study: Study) -> dict[str, Any]:
    episodes = study.scenario.run.episodes
    if any(covers(key, "run.episodes") for key in study.vary) or episodes <= MOST_EPISODES:
        return {}
    scale = MOST_EPISODES / episodes
    changed: dict[str, Any] = {"set": {"run.episodes": MOST_EPISODES}, "burn_in": int(study.burn_in * scale)}
    if study.record_every is not None:
        changed["record_every"] = max(1, round(study.record_every * scale))
    return changed


def _design(study: Study) -> Any:
    design = study.design
    if isinstance(design, LatinHypercube | Sobol):
        return design.model_copy(update={"cells": min(design.cells, MOST_POINTS)})
    if isinstance(design, Boundary):
        return design.model_copy(
            update={
                "tolerance": max(design.tolerance, COARSEST),
                "start": min(design.start, MOST_VALUES),
                "content": "",
            }
        )
    return design


def _thinned(values: tuple[Any, ...], kept: set[str]) -> list[Any]:
    if len(values) <= MOST_VALUES or not all(isinstance(value, int | float) for value in values):
        return list(values)
    places = {round(place) for place in np.linspace(0, len(values) - 1, MOST_VALUES)}
    return [value for place, value in enumerate(values) if place in places or str(value) in kept]


def _named(written: Any) -> Iterator[Any]:
    """Yield every plain value that stands in a figure's options or in conditions."""
    if isinstance(written, Mapping):
        written = list(written.values())
    if isinstance(written, list | tuple):
        for part in written:
            yield from _named(part)
    elif written is not None:
        yield written
