"""Shipped scenarios and studies, and loading by name or from a file."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from models.refusals import InputError
from models.scenario import Scenario
from parameter_sweeps.catalogue import load_regime, load_scenario, load_study, shipped_scenarios, shipped_studies


def refusal_of(load, name) -> str:
    with pytest.raises(InputError) as caught:
        load(name)
    return str(caught.value)


def test_the_shipped_names_are_those_of_files_inside_the_package():
    assert {"base", "learning"} <= set(shipped_scenarios())
    assert "rational_choice" in shipped_studies()
    for path in [*shipped_scenarios().values(), *shipped_studies().values()]:
        assert path.is_file()
        assert path.parent.parent.name == "parameter_sweeps"


@pytest.mark.parametrize("name", shipped_scenarios())
def test_every_shipped_scenario_loads_under_its_own_name(name):
    assert load_scenario(name).name == name


@pytest.mark.parametrize("name", shipped_studies())
def test_every_shipped_study_loads_under_its_own_name_and_makes_its_cells(name):
    study = load_study(name)
    assert study.name == name
    assert study.claim
    corners = [cell for cell in study.cells() if cell.index in (0, study.cell_count - 1)]
    for cell in corners:
        assert isinstance(study.cell_scenario(cell), Scenario)


def test_the_base_case_is_the_written_one():
    base = load_scenario("base")
    assert base.stakes.kind == "fixed"
    assert base.agents.rationality == math.inf
    assert base.regime.detector.hit_rate == 0.8
    assert base.run.episodes == 100


def test_the_main_study_varies_foresight_and_rate():
    study = load_study("rational_choice")
    assert study.shape == (20, 25)
    assert list(study.axes) == ["agents.foresight", "regime.schedule.rate"]
    assert study.scenario.run.replicates == 10
    assert study.scenario.agents.cue.discrimination == 1.0
    assert study.base == load_scenario("base")


@pytest.mark.parametrize("kind", [str, Path])
def test_a_scenario_is_loaded_from_a_file(tmp_path, kind):
    path = tmp_path / "own.yaml"
    path.write_text("name: own\nagents: {foresight: 5e-1}\n", encoding="utf-8")
    assert load_scenario(kind(path)) == Scenario.from_mapping({"name": "own", "agents": {"foresight": 0.5}})


def test_a_relative_path_starts_at_the_folder(tmp_path, monkeypatch):
    (tmp_path / "own.yaml").write_text("name: own", encoding="utf-8")
    assert load_scenario("own.yaml", folder=tmp_path).name == "own"
    assert "there is no such file" in refusal_of(load_scenario, "own.yaml")
    monkeypatch.chdir(tmp_path)
    assert load_scenario("own.yaml").name == "own"


def test_a_shipped_name_goes_before_a_file_and_a_path_reaches_the_file(tmp_path, monkeypatch):
    (tmp_path / "base").write_text("name: own", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert load_scenario("base").name == "base"
    assert load_scenario("./base").name == "own"
    assert load_scenario(Path("base")).name == "own"


def test_the_base_of_a_study_file_is_looked_for_beside_it(tmp_path, monkeypatch):
    (tmp_path / "studies").mkdir()
    (tmp_path / "studies" / "own.yaml").write_text("name: own\nagents: {foresight: 0.25}", encoding="utf-8")
    (tmp_path / "studies" / "study.yaml").write_text("base: own.yaml", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert load_study("studies/study.yaml").scenario.agents.foresight == 0.25


@pytest.mark.parametrize(
    ("load", "name", "message"),
    [
        (
            load_scenario,
            "bass",
            "scenario must be a shipped name (base, learning) or a YAML file, got 'bass'; ",
        ),
        (load_scenario, "bass", "; did you mean base?"),
        (
            load_study,
            "rational-choice",
            f"study must be a shipped name ({', '.join(shipped_studies())}) or a YAML file",
        ),
        (load_study, "rational-choice", "; did you mean rational_choice?"),
        (load_scenario, "a\0b", "or a YAML file, got 'a\\x00b'"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest_and_all_names(load, name, message):
    assert message in refusal_of(load, name)


def test_nothing_is_suggested_where_nothing_is_near():
    assert "did you mean" not in refusal_of(load_scenario, "zzzzz")


@pytest.mark.parametrize("load", [load_scenario, load_study])
def test_a_missing_file_and_a_folder_are_refused(load, tmp_path):
    path = str(tmp_path / "none.yaml")
    assert refusal_of(load, path) == f"{path}: there is no such file"
    assert refusal_of(load, tmp_path) == f"{tmp_path}: this must be a YAML file, got a folder"


def test_every_mistake_in_a_file_is_a_line_that_names_the_file(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text("agents: {foresight: 3, foresigt: 1}\nrun: {episodes: 1.5}\n", encoding="utf-8")
    lines = refusal_of(load_scenario, path).splitlines()
    assert len(lines) == 3
    assert all(line.startswith(f"{path}: ") for line in lines)
    assert f"{path}: agents.foresigt is not a known key; did you mean agents.foresight?" in lines


def test_mistakes_in_the_base_of_a_study_name_both_files(tmp_path):
    base, study = tmp_path / "own.yaml", tmp_path / "study.yaml"
    base.write_text("agents: {foresight: 3}\nrun: {episodes: 0}\n", encoding="utf-8")
    study.write_text("base: own.yaml\nseed: -1\n", encoding="utf-8")
    lines = refusal_of(load_study, study).splitlines()
    assert len(lines) == 3
    assert lines[0].startswith(f"{study}: base: {base}: agents.foresight must be ")
    assert lines[1].startswith(f"{study}: base: {base}: run.episodes must be ")
    assert lines[2] == f"{study}: seed must be a whole number in [0, 4294967295], got -1"


@pytest.mark.parametrize(
    ("load", "text", "found"),
    [
        (load_scenario, "{name: mine, vary: {agents.foresight: [0.1]}}", "the key vary of a study"),
        (load_scenario, "schedule: {kind: none}", "the key schedule of a regime"),
        (load_regime, "regime: {schedule: {kind: none}}", "the key regime of a scenario"),
        (load_regime, "{base: base, agents.count: 5}", "the key base of a study"),
        (load_study, "{name: mine, agents: {count: 5}}", "the key agents of a scenario"),
        (load_study, "response: {penalty: 1}", "the key response of a regime"),
    ],
)
def test_a_file_of_another_kind_is_refused_in_one_line(load, text, found, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    kind = load.__name__.removeprefix("load_")
    message = refusal_of(load, path)
    assert message.startswith(f"{path}: this must be a {kind} (keys: ")
    assert message.endswith(f"), got {found}")
