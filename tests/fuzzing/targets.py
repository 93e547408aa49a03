"""What is fuzzed: for each kind of file where hostile ones come from, and what is done with them."""

from __future__ import annotations

import itertools
import json
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from hypothesis import strategies as st

from models.refusals import InputError
from models.scenario import Scenario
from parameter_sweeps.calibration_file import CalibrationFile
from parameter_sweeps.catalogue import (
    load_calibration,
    load_regime,
    load_scenario,
    load_study,
    shipped_calibrations,
    shipped_regimes,
    shipped_scenarios,
    shipped_studies,
)
from parameter_sweeps.design_kinds import Boundary
from parameter_sweeps.designs import points_of
from parameter_sweeps.regime_file import RegimeFile
from parameter_sweeps.study import Study
from parameter_sweeps.study_file import study_text
from simulation.graphs import read_graph
from tests.fuzzing.guard import answer
from tests.fuzzing.hostile import GRAPH_NOISE, TABLE_NOISE, as_yaml, changed, noisy, one_of_these

#: So many cells are looked at; more are a matter of patience, not of input.
FEW_CELLS = 2000

RICH = {
    "stakes": {"kind": "random", "distribution": {"distribution": "gamma", "a": 2.0}},
    "agents": {
        "count": 12,
        "goals": {"kind": "von_mises_fisher", "dimension": 3, "concentration": 2.0},
        "rationality": {"distribution": "uniform", "loc": 1, "scale": 9},
        "cue": {"kind": "binary", "accuracy": 0.8},
        "beliefs": {"mean": {"distribution": "beta", "a": 2, "b": 3}, "detector": {"hit_rate": 0.7}},
        "capability": {"level": 0.4, "growth": 0.01},
        "groups": [
            {"name": "bold", "share": 0.5, "set": {"agents.akrasia": 0.2}},
            {"name": "slow", "share": 0.5, "set": {"agents.decision": "learner", "agents.learner": {"lives": 5}}},
        ],
    },
    "regime": {
        "schedule": {"kind": "escalating", "rows": [{"rate": 0.1, "to": 1}, {"rate": 0.5, "penalty": 1.0, "to": 0}]},
        "detector": {"kind": "gaussian", "sensitivity": 2.0, "criterion": 0.5, "probe": {"hit_rate": 0.3}},
        "response": {"rotation": 0.3, "voice": {"bonus": 0.5}},
    },
    "overseer": {"capability": {"level": 0.3, "sensitivity": {"at_zero": 1, "at_one": 3}}},
    "society": {"graph": "watts_strogatz", "neighbours": 4, "news": 0.1},
    "run": {"episodes": 3, "replicates": 1},
}
SMALL_STUDY = {
    "name": "small",
    "base": "base",
    "set": {"agents.count": 10, "run.episodes": 5},
    "vary": {"agents.foresight": [0.1, 0.5], "regime.response.penalty": {"linspace": [0, 1, 3]}},
    "regimes": ["random_audit", {"name": "own", "schedule": {"kind": "none"}}],
    "replicates": 2,
    "measures": ["compliance_gap", "flag_rate"],
    "record": "episodes",
    "figure": {"kind": "lines", "measure": "flag_rate"},
    "supports_if": {"all": [{"statistic": "value", "measure": "flag_rate", "above": 0.0, "where": {"regime": "own"}}]},
}
DESIGNS = (
    "grid", "one_at_a_time", {"kind": "latin_hypercube", "cells": 5, "seed": 7}, {"kind": "sobol", "cells": 8},
    {"kind": "saltelli", "points": 4, "second_order": True}, {"kind": "morris", "trajectories": 3, "levels": 4},
    {"kind": "table", "path": "cells.csv"}, {"kind": "boundary", "tolerance": 0.2, "start": 3},
)  # fmt: skip
GRAPHML = (
    b"<?xml version='1.0' encoding='utf-8'?><graphml xmlns='http://graphml.graphdrawing.org/xmlns'>"
    b"<graph edgedefault='undirected'><node id='0'/><node id='1'/><node id='2'><data key='d'>x</data></node>"
    b"<edge source='0' target='1' directed='true'/><edge source='1' target='2'/></graph></graphml>"
)
EDGES = b"# a list of edges\n0 1\n1 2 {'weight': 3}\n3 3\n10 2\n"
CELLS = b'agents.foresight,agents.cue\n0.5,"{kind: binary, accuracy: 0.9}"\n0.1,{kind: gaussian}\n1e-3,{}\n'
RATES = b"label,context,rate,n,agents.foresight,held_out\na,monitored,0.5,40,0.3,\nb,unmonitored,0.25,40,0.9,true\n"


class Target(NamedTuple):
    """A kind of file: a strategy of examples, and the check of one, which raises where something does not hold."""

    examples: st.SearchStrategy[Any]
    check: Callable[[Any], None]


@lru_cache
def workplace() -> Path:
    """Return the folder that hostile files are put in, with a table of cells beside them."""
    folder = Path(tempfile.mkdtemp(prefix="fuzzed-")) / "inside"
    folder.mkdir()
    (folder / "cells.csv").write_bytes(CELLS)
    return folder


def _put(name: str, content: bytes) -> Path:
    path = workplace() / name
    path.write_bytes(content)
    return path


def trees(paths: dict[str, Path]) -> list[Any]:
    """Return what the shipped files of a kind say."""
    return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in paths.values()]


def _files(sources: list[Any]) -> st.SearchStrategy[bytes]:
    """Return a strategy of files: changed as data, as bytes, or both."""
    data = one_of_these(sources).flatmap(changed).map(as_yaml)
    raw = one_of_these([as_yaml(source) for source in sources]).flatmap(noisy)
    return st.one_of(data, data, raw, data.flatmap(noisy))


def check_scenario(content: bytes) -> None:
    """A scenario is refused, or the same once it was written and read again."""
    found = answer(lambda: load_scenario(_put("scenario.yaml", content)), workplace())
    if isinstance(found, Scenario):
        again = Scenario.from_mapping(json.loads(found.model_dump_json()))
        assert again == found
        assert hash(again) == hash(found)


def check_regime(content: bytes) -> None:
    """A regime is refused, or read."""
    found = answer(lambda: load_regime(_put("regime.yaml", content)), workplace())
    assert isinstance(found, RegimeFile | InputError)


def check_study(content: bytes) -> None:
    """A study is refused, when it is read or when it is kept, or it makes the same study again."""
    found = answer(lambda: load_study(_put("study.yaml", content)), workplace())
    if isinstance(found, Study) and not isinstance(found.design, Boundary) and (points_of(found) or 0) < FEW_CELLS:
        answer(lambda: _kept(found), workplace())


def _kept(study: Study) -> None:
    study_text(study)
    for cell in itertools.islice(study.cells(), 5):
        study.stream_of(cell)
        # values that are not right together are a row with an error
        with suppress(InputError):
            study.cell_scenario(cell)


def check_calibration(content: bytes) -> None:
    """A calibration is refused, or each of its variations sets what a scenario has."""
    found = answer(lambda: load_calibration(_put("calibration.yaml", content)), workplace())
    if isinstance(found, CalibrationFile):
        for variation in found.variations:
            found.settings_of(variation)
            found.is_training(variation)


def check_graph(given: tuple[str, bytes]) -> None:
    """A graph is refused, or its neighbours are nodes."""
    suffix, content = given
    found = answer(lambda: read_graph(_put(f"graph{suffix}", content)), workplace())
    if not isinstance(found, InputError):
        nodes = found.begins.size - 1
        assert found.begins[-1] == found.targets.size
        assert ((found.targets >= 0) & (found.targets < nodes)).all()


def check_cells(content: bytes) -> None:
    """A table of cells is refused, or as many cells as rows."""
    _put("own.csv", content)
    given = {"base": "base", "design": {"kind": "table", "path": "own.csv"}}
    found = answer(lambda: Study.from_mapping(given, "study.yaml", workplace()), workplace())
    if isinstance(found, Study):
        assert 1 <= found.cell_count == len(found.design.rows) - 1
        answer(lambda: _kept(found), workplace())


def check_rates(content: bytes) -> None:
    """A table of measured rates is refused, or its rates are rates."""
    from analysis.rate_table import read_rates

    base = load_scenario("base")
    found = answer(lambda: read_rates(_put("rates.csv", content), base), workplace())
    if not isinstance(found, InputError):
        assert all(0.0 <= rate.rate <= 1.0 and rate.episodes > 0.0 for rate in found)


def check_published(content: bytes) -> None:
    """A table of published numbers is refused, or what is read from it are prompts."""
    from analysis.published_rates import read_published, variations

    answer(lambda: variations(read_published(_put("published.csv", content))), workplace())


@st.composite
def _studies(draw: st.DrawFn) -> bytes:
    study = dict(SMALL_STUDY)
    design = draw(one_of_these(DESIGNS))
    study["design"] = design
    if isinstance(design, dict) and design["kind"] != "table":
        study["vary"] = {
            "agents.foresight": {"uniform": [0.1, 0.5]},
            "regime.response.penalty": {"linspace": [0, 1, 3]},
        }
        del study["regimes"], study["supports_if"]
    if isinstance(design, dict) and design["kind"] == "table":
        del study["vary"], study["supports_if"]
    return as_yaml(draw(changed(study)))


def targets() -> dict[str, Target]:
    """Return the kinds of files whose reading is fuzzed."""
    published = Path(shipped_calibrations()["published_tiers"]).parent.parent / "data" / "published_rates.csv"
    graphs = st.one_of(
        st.tuples(st.just(".graphml"), noisy(GRAPHML, GRAPH_NOISE)),
        st.tuples(st.just(".edges"), noisy(EDGES, GRAPH_NOISE)),
    )
    return {
        "scenarios": Target(_files([*trees(shipped_scenarios()), RICH]), check_scenario),
        "regimes": Target(_files(trees(shipped_regimes())), check_regime),
        "studies": Target(st.one_of(_studies(), _files(trees(shipped_studies()))), check_study),
        "calibrations": Target(_files(trees(shipped_calibrations())), check_calibration),
        "graphs": Target(graphs, check_graph),
        "tables of cells": Target(noisy(CELLS, TABLE_NOISE), check_cells),
        "tables of rates": Target(noisy(RATES, TABLE_NOISE), check_rates),
        "published numbers": Target(noisy(published.read_bytes()[:3000], TABLE_NOISE), check_published),
    }
