"""The JSON schemas for editors: they admit what is loaded, and refuse most of what is not."""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import get_args

import pytest
from jsonschema import Draft7Validator
from typer.testing import CliRunner

from compliance.__main__ import app
from models.refusals import ANY_ENTRY, InputError, walk
from models.scenario import Scenario
from parameter_sweeps.catalogue import (
    load_scenario,
    load_study,
    shipped_calibrations,
    shipped_regimes,
    shipped_scenarios,
    shipped_studies,
)
from parameter_sweeps.regime_file import RegimeFile
from parameter_sweeps.study import Study
from parameter_sweeps.study_file import study_text
from parameter_sweeps.yaml_loader import parse_yaml, read_yaml

DOCS = Path(__file__).resolve().parents[2] / "docs" / "schema"
SHIPPED = {
    "scenario": shipped_scenarios(),
    "regime": shipped_regimes(),
    "study": shipped_studies(),
    "calibration": shipped_calibrations(),
}
FILES = [(kind, path) for kind, files in SHIPPED.items() for path in files.values()]


@cache
def validator(kind: str) -> Draft7Validator:
    return Draft7Validator(json.loads((DOCS / f"{kind}.json").read_text(encoding="utf-8")))


def is_valid(kind: str, written: object) -> bool:
    return validator(kind).is_valid(written)


def admits(kind: str, text: str) -> bool:
    return is_valid(kind, parse_yaml(text))


def test_the_files_in_docs_are_those_that_the_command_writes(tmp_path):
    written = CliRunner().invoke(app, ["schema", "--out", str(tmp_path)])
    assert written.exit_code == 0, written.stderr
    made = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    assert made == {path.name: path.read_text(encoding="utf-8") for path in DOCS.iterdir()}, (
        "compliance schema --out docs/schema writes them anew"
    )
    assert {*made} == {f"{kind}.json" for kind in SHIPPED}


@pytest.mark.parametrize("kind", SHIPPED)
def test_they_are_schemas_whose_references_lead_somewhere(kind):
    schema = validator(kind).schema
    Draft7Validator.check_schema(schema)
    for pointer in references(schema):
        place = schema
        for name in pointer.removeprefix("#/").split("/"):
            place = place[name]
        assert place is not schema


def references(schema: object) -> set[str]:
    if isinstance(schema, list):
        return set().union(*map(references, schema))
    if not isinstance(schema, dict):
        return set()
    own = {schema["$ref"]} if isinstance(schema.get("$ref"), str) else set()
    # in draft 7 what stands beside a reference does not count
    assert not own or len(schema) == 1, schema
    return own.union(*map(references, schema.values()))


@pytest.mark.parametrize(("kind", "path"), FILES, ids=[f"{kind}-{path.stem}" for kind, path in FILES])
def test_every_shipped_file_is_valid(kind, path):
    assert [error.message for error in validator(kind).iter_errors(read_yaml(path))] == []


@pytest.mark.parametrize("name", SHIPPED["study"])
def test_a_study_as_its_directory_keeps_it_is_valid(name):
    written = parse_yaml(study_text(load_study(name)))
    assert [error.message for error in validator("study").iter_errors(written)] == []


@pytest.mark.parametrize("name", SHIPPED["scenario"])
def test_a_scenario_as_it_is_dumped_is_valid(name):
    assert is_valid("scenario", load_scenario(name).model_dump(mode="json"))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("scenario", "agents: {rationality: .inf, depth: inf}".replace("inf}", '"inf"}')),
        ("scenario", "agents: {depth: .inf, cue: {discrimination: .inf}}"),
        ("scenario", "agents: {depth: 3, foresight: {distribution: beta, a: 2, b: 3}}"),
        ("scenario", "agents: {cue: {kind: binary, accuracy: 0.9}}"),
        ("scenario", "agents: {beliefs: {mean: true_rate}, imitator: {threshold: spread}}"),
        ("scenario", "regime: amnesty"),
        ("scenario", "regime: {schedule: {kind: none, rate: 0}}"),
        ("scenario", "regime: {response: {voice: null}}"),
        ("scenario", "agents: {groups: [{name: a, set: {agents.cue: {discrimination: 1}, agents.akrasia: 1}}]}"),
        ("regime", "expects: [{measure: alignment, sign: '+'}]"),
        ("study", "base: base\nvary: {agents.foresight: [0.1, 0.5], agents.decision: [planner, faker]}"),
        ("study", "base: base\nvary: {agents.foresight: {linspace: [0, 0.9, 5]}}"),
        ("study", "base: base\nvary: {agents.rationality: {logspace: [1, 50, 5]}}"),
        ("study", "base: base\ndesign: {kind: sobol, cells: 8}\nvary: {agents.foresight: {uniform: [0, 0.9]}}"),
        ("study", "base: base\ndesign: sobol\nvary: {agents.foresight: {distribution: beta, a: 2, b: 5}}"),
        ("study", "base: base\ndesign: {kind: table, path: cells.csv}"),
        ("study", "base: {regime: amnesty}\nregimes: [none, mine.yaml, {name: mine, response: {penalty: 1}}]"),
        ("study", "base: base\nset:\nvary:\nmeasures:\nregimes:\nreplicates:\nsupports_if:\nfigure:"),
        ("study", "base: base\nset: {regime.schedule: {kind: periodic, period: 3}, agents.cue.discrimination: .inf}"),
        ("study", "base: base\nsupports_if: {statistic: value, measure: compliance_gap, above: -.inf}"),
    ],
)  # fmt: skip
def test_what_is_right_is_valid(kind, text):
    assert admits(kind, text), [error.message for error in validator(kind).iter_errors(parse_yaml(text))]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("scenario", "agent: {count: 10}"),
        ("scenario", "agents: {foresigt: 0.9}"),
        ("scenario", "agents: {foresight: 1.2}"),
        ("scenario", "agents: {foresight: high}"),
        ("scenario", "agents: {foresight: true}"),
        ("scenario", "agents: {akrasia: .inf}"),
        ("scenario", "agents: {conformity: .inf}"),
        ("scenario", "agents: {depth: 2.5}"),
        ("scenario", "agents: {depth: -.inf}"),
        ("scenario", "agents: {decision: plannner}"),
        ("scenario", "agents: {count: null}"),
        ("scenario", "agents: {cue: {accuracy: 0.9}}"),
        ("scenario", "agents: {cue: {kind: binary, discrimination: 2}}"),
        ("scenario", "agents: {foresight: {distribution: cauchyy}}"),
        ("scenario", "agents: {groups: [{name: a, share: 1, set: {agents.foresigt: 1}}]}"),
        ("scenario", "regime: {schedule: {kind: periodic, rate: 0.2}}"),
        ("scenario", "regime: {schedule: {kind: none, rate: 0.2}}"),
        ("scenario", "regime: {schedule: {share: 0.2}}"),
        ("regime", "expects: [{measure: alignmnt, sign: '+'}]"),
        ("regime", "expects: [{measure: alignment, sign: plus}]"),
        ("regime", "agents: {count: 3}"),
        ("study", "name: without_base"),
        ("study", "base: base\nvary: {agents.foresigt: [0.1]}"),
        ("study", "base: base\nvary: {agents.foresight: []}"),
        ("study", "base: base\nvary: {agents.foresight: [0.1, 1.5]}"),
        ("study", "base: base\nvary: {agents.foresight: 0.5}"),
        ("study", "base: base\nvary: {agents.foresight: {linspace: [0, 0.9]}}"),
        ("study", "base: base\nvary: {agents.foresight: {linspace: [0, 0.9, 2.5]}}"),
        ("study", "base: base\nvary: {agents.foresight: {linspce: [0, 0.9, 2]}}"),
        ("study", "base: base\nvary: {agents.foresight: {uniform: [0, 0.9]}}"),
        ("study", "base: base\ndesign: grid\nvary: {agents.foresight: {uniform: [0, 0.9]}}"),
        ("study", "base: base\ndesign: {kind: grid}\nvary: {agents.foresight: {distribution: beta, a: 1, b: 1}}"),
        ("study", "base: base\ndesign: boundary\nvary: {agents.foresight: [0.1, 0.9]}"),
        ("study", "base: base\ndesign: {kind: table, path: a.csv}\nvary: {agents.foresight: [0.1]}"),
        ("study", "base: base\ndesign: {kind: table}"),
        ("study", "base: base\ndesign: {cells: 8}"),
        ("study", "base: base\ndesign: {kind: sobol, points: 8}"),
        ("study", "base: base\nset: {run.episodes: 1.5}"),
        ("study", "base: base\nreplicates: 0"),
        ("study", "base: base\nseed: 4294967296"),
        ("study", "base: base\nmeasures: [compliance_gp]"),
        ("study", "base: base\nregimes: [{response: {penalty: 1}}]"),
        ("study", "base: base\nfigure: region_map"),
        ("study", "base: base\nfigure: {kind: lines, x: agents.foresight}"),
        ("study", "base: base\nfigure: {kind: lines, x: agents.foresight, y: compliance_gap, colour: red}"),
        ("study", "base: base\nsupports_if: {statistic: value, measure: compliance_gap}"),
        ("study", "base: base\nsupports_if: {statistic: value, measure: compliance_gap, above: 0, below: 1}"),
        ("study", "base: base\nsupports_if: {statistic: slope, measure: compliance_gap, above: 0}"),
        ("calibration", "name: alone"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_not_valid(kind, text):
    assert not admits(kind, text)


# What may stand for a parameter: numbers at and beyond the ends of common ranges, words, and what is neither.
TRIED = (
    -1, 0, 0.5, 1, 1.5, 2, 3, 1000, 10**12, math.inf, -math.inf, "inf", "spread", "true_rate", "none", "grid", "", True,
    False, None, [], [[1.0, 0.0]], {}, {"distribution": "beta", "a": 2, "b": 3}, {"distribution": "uniform", "loc": -5},
)  # fmt: skip
#: What is refused for what it is together with others, which a schema cannot say.
TOGETHER = (
    "below 1 where agents.depth", "at most hit_rate", "at most the hit rate", "at most the least hit rate",
    "for society.", "an even number", "the name of a file where", "whose shares sum to 1", "enough for one of the",
    "at most 0, the last", "draws outside the parameter's range", "not a distribution that draws outside",
    "finite mean", "null where", "none where the cue", "planner where the overseer",
    "where the schedule's kind is none", "same 2 to 1000 numbers", "values that agents can have",
)  # fmt: skip


def placed(key: str, record: type, name: str, value: object) -> dict[str, object]:
    """Return the scenario in which one parameter is written, with the kind of each part that it needs."""
    inner: object = {name: value} | kind_of(record, name)
    for part in reversed(key.split(".")[:-1]):
        plain = part.removesuffix(ANY_ENTRY)
        inner = {plain: [inner] if part.endswith(ANY_ENTRY) else inner}
        if plain == "rows":
            inner |= {"kind": "escalating"}
    assert isinstance(inner, dict)
    return inner


def kind_of(record: type, name: str) -> dict[str, object]:
    return (
        {"kind": get_args(record.model_fields["kind"].annotation)[0]}
        if {"kind"} - {name} & {*record.model_fields}
        else {}
    )


PLACES = list(walk(Scenario))


@pytest.mark.parametrize(
    ("key", "record", "name"), PLACES, ids=[f"{key}-{record.__name__}" for key, record, _ in PLACES]
)
def test_schema_and_loading_agree_on_each_parameter_alone(key, record, name):
    # text for a regime is the name of one, which loading a file looks up
    for value in [value for value in TRIED if not (key == "regime" and isinstance(value, str))]:
        written = placed(key, record, name, value)
        try:
            Scenario.from_mapping(written)
        except InputError as error:
            unseen = [line for line in error.messages if not any(reason in line for reason in TOGETHER)]
            assert not (unseen and is_valid("scenario", written)), (written, unseen)
        else:
            assert is_valid("scenario", written), written


def test_studies_refused_as_a_whole_are_not_all_seen():
    """A schema knows keys and values, not what a study makes of them: said here so that nobody relies on it."""
    text = "base: base\nvary: {agents.foresight: [0.5, 0.5]}"
    assert admits("study", text)
    with pytest.raises(InputError, match="each value once"):
        Study.from_mapping(parse_yaml(text))


def test_a_first_line_for_editors_is_no_part_of_a_regime(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("# yaml-language-server: $schema=schemas/regime.json\n# Mine.\nresponse: {penalty: 1}\n")
    assert RegimeFile.from_file(path).about == ("Mine.",)


def test_a_folder_that_cannot_be_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    found = CliRunner().invoke(app, ["schema", "--out", str(tmp_path / "file")])
    assert found.exit_code == 2
    assert found.stderr.startswith("compliance: --out must be a folder")
