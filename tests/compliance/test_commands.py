import json
import math
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import parameter_sweeps.execution
import simulation.run
from compliance.__main__ import app

TINY = ("--set", "agents.count=20", "--set", "run.episodes=5")


def call(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def done(*arguments):
    found = call(*arguments)
    assert found.exit_code == 0, found.stderr or found.exception
    return found


def strict(text):
    return json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is not strict JSON"))


def refused(*arguments):
    """Return the lines of a refusal: status 2, nothing on standard output, no traceback."""
    found = call(*arguments)
    assert found.exit_code == 2, (found.stdout, found.stderr, found.exception)
    assert found.stdout == ""
    lines = found.stderr.splitlines()
    assert lines
    assert all(line.startswith("compliance: ") for line in lines)
    return lines


def test_explain_says_the_class_and_the_threshold():
    text = done("explain", "base").stdout
    assert "The best class is faking" in " ".join(text.split())
    assert "q* = 0.2412" in text


def test_explain_takes_values_as_yaml_writes_them():
    text = done("explain", "base", "--set", "agents.cue={kind: binary, accuracy: .9}").stdout
    assert "right with probability 0.9" in text
    assert "told" in done("explain", "base", "--set", "agents.cue.discrimination=.inf").stdout
    assert "honest" in done("explain", "base", "--set", "agents.foresight=1e-3").stdout


def test_last_value_of_a_key_counts():
    text = done("explain", "base", "--set", "agents.foresight=0.5", "--set", "agents.foresight=0.9").stdout
    assert text == done("explain", "base").stdout


def test_explain_as_json_is_strict():
    found = strict(done("explain", "base", "--set", "agents.cue.discrimination=.inf", "--json").stdout)
    assert found["best"] == "faking"
    assert found["rationality"] == "inf"


def test_run_prints_the_main_measures_with_intervals():
    text = done("run", "base", *TINY, "--replicates", 2).stdout
    assert "compliance_gap" in text
    assert "95 % low" in text
    assert "_unmodified" not in text


def test_run_shows_what_is_asked_for():
    text = done("run", "base", *TINY, "--replicates", 2, "--measures", "flag_rate, trust").stdout
    assert "flag_rate" in text
    assert "compliance_gap" not in text
    assert "faking_share_unmodified" in done("run", "base", *TINY, "--replicates", 1, "--all").stdout


def test_unknown_numbers_are_a_dash_in_tables_and_null_in_json():
    # one replicate has no interval
    few = ("run", "base", *TINY, "--replicates", 1, "--measures", "trust")
    assert "–" in done(*few).stdout
    found = strict(done(*few, "--json").stdout)
    assert found["measures"]["trust"]["low"] is None
    assert found["replicates"] == 1
    assert math.isfinite(found["measures"]["trust"]["mean"])


def test_engines_give_the_same_table():
    run = ("run", "base", *TINY, "--replicates", 2, "--seed", 7)
    assert done(*run, "--engine", "mesa").stdout == done(*run, "--engine", "array").stdout


def test_seed_decides_the_draws():
    run = ("run", "base", *TINY, "--replicates", 2, "--json")
    assert done(*run, "--seed", 0).stdout == done(*run, "--seed", 0).stdout
    assert done(*run, "--seed", 0).stdout != done(*run, "--seed", 1).stdout


def test_run_writes_tables_and_a_figure(tmp_path):
    out = tmp_path / "new" / "folder"
    text = done("run", "base", *TINY, "--replicates", 2, "--out", out).stdout
    names = {"measures.csv", "trajectory.csv", "trajectory.parquet", "trajectory.png", "trajectory.pdf"}
    assert {file.name for file in out.iterdir()} == names
    assert all(name in text for name in names)
    assert len((out / "trajectory.csv").read_text().splitlines()) == 1 + 5


def test_map_counts_classes_and_says_where_they_change(tmp_path):
    found = done("map", "rational_choice", "--out", tmp_path / "map")
    assert "faking" in found.stdout
    assert "Along agents.foresight the best class first changes between" in found.stdout
    assert len((tmp_path / "map" / "map.csv").read_text().splitlines()) == 1 + 500


def test_map_as_json_is_strict():
    found = strict(done("map", "rational_choice", "--json").stdout)
    assert sum(row["cells"] for row in found["classes"]) == found["cells"] == 500
    assert [change["key"] for change in found["changes"]] == ["agents.foresight", "regime.schedule.rate"]


def small_study(folder: Path) -> Path:
    file = folder / "small.yaml"
    file.write_text(
        "name: small\nbase: base\nset: {agents.count: 20, run.episodes: 5}\n"
        "vary: {agents.foresight: [0.5, 0.9]}\nreplicates: 2\n"
    )
    return file


def test_map_of_one_axis_has_one_line(tmp_path):
    text = done("map", small_study(tmp_path)).stdout
    # base: honest below .7259 (exact search), so the class changes between .5 and .9
    assert "first changes between 0.5 and 0.9, from honest to faking; it changes on 1 of 1 lines" in text


def test_dry_run_of_a_sweep_computes_nothing(tmp_path):
    text = done("sweep", small_study(tmp_path), "--dry-run", "--out", tmp_path / "out").stdout
    assert "2 cells, 4 runs" in text
    assert not (tmp_path / "out").exists()


def test_sweep_runs_and_goes_on(tmp_path):
    sweep = ("sweep", small_study(tmp_path), "--out", tmp_path / "out", "--workers", 1)
    first = strict(done(*sweep, "--json").stdout)
    assert first["failed"] == 0
    assert strict(done(*sweep, "--json").stdout) == first
    assert f"{tmp_path / 'out'} holds a part of it: 0 runs are left, about 0 s on" in done(*sweep, "--dry-run").stdout


def test_sweep_needs_a_folder(tmp_path):
    assert refused("sweep", small_study(tmp_path)) == [
        "compliance: --out DIR must be given, the folder that results are kept in"
    ]
    lines = refused("sweep", small_study(tmp_path), "--out", tmp_path / "out", "--workers", 0)
    assert lines == ["compliance: --workers must be at least 1, got 0"]


@pytest.mark.parametrize(
    "what", ["scenarios", "regimes", "studies", "calibrations", "figures", "statistics", "measures", "parameters"]
)
def test_each_list_can_be_printed(what):
    assert done("list", what).stdout
    rows = strict(done("list", what, "--json").stdout)
    assert isinstance(rows, list)


def test_list_of_parameters_writes_every_default_as_a_file_has_it():
    rows = {row["key"]: row for row in strict(done("list", "parameters", "--json").stdout)}
    assert rows["stakes.distribution"]["default"] == {"distribution": "expon"}
    assert rows["stakes.shared"]["default"] is True
    assert rows["regime.response.voice"]["default"] is None
    assert rows["agents.beliefs.detector.hit_rate"]["default"] == 0.9
    assert rows["regime.schedule.temperature"]["neutral"] == "inf"
    text = " ".join(done("list", "parameters").stdout.split())
    assert "regime.schedule.rows[].to_if_complied" in text
    assert "Distribution(" not in text
    assert "{distribution:" in text
    assert "a mapping of keys null null" in text


def test_list_of_regimes_says_what_each_is_about():
    text = done("list", "regimes").stdout
    assert "covert" in text
    assert "nothing tells a watched episode from another" in " ".join(text.split())


def test_list_of_everything_names_scenarios_and_studies():
    text = done("list").stdout
    assert "scenarios: base, learning" in text
    assert "rational_choice" in text


def test_list_of_something_else_names_the_nearest():
    assert "did you mean measures?" in refused("list", "measure")[0]


MISTAKES = {
    "misspelt key": (
        "agents.forsight=0.5",
        "--set: agents.forsight is not a known key; did you mean agents.foresight?",
    ),
    "wrong type": ("agents.foresight=high", "--set: agents.foresight must be a number in [0, 1]"),
    "not a number": ("agents.foresight=.nan", "agents.foresight must be a number"),
    "infinite": ("regime.response.penalty=.inf", "regime.response.penalty must be a number >= 0"),
    "more false alarms than hits": (
        "regime.detector.false_alarm_rate=0.95",
        "regime.detector.false_alarm_rate must be at most hit_rate, 0.8, got 0.95",
    ),
    "too many agents": ("agents.count=1000000000000", "agents.count must be a whole number in [1, 10000000]"),
    "no choice": ("agents.decision=lerner", "agents.decision must be planner, learner, imitator, honest,"),
    "a row": (
        "regime.schedule={kind: escalating, rows: [{rat: 1}]}",
        "regime.schedule.rows[0].rat is not a known key; did you mean regime.schedule.rows[0].rate?",
    ),
    "no part": ("regime.response.voice=1", "must be a mapping of keys to values, or null, got 1"),
    "no value": ("agents.foresight", "--set must be key=value, got 'agents.foresight'"),
    "empty value": ("agents.foresight=", "--set agents.foresight: "),
    "tag": ("name=!!python/object:os.system {}", "a value must be written without tag"),
}


@pytest.mark.parametrize("command", ["explain", "run"])
@pytest.mark.parametrize("name", MISTAKES)
def test_mistake_in_set_is_one_message(command, name, tmp_path):
    text, message = MISTAKES[name]
    out = ("--out", tmp_path / "out") if command == "run" else ()
    lines = refused(command, "base", "--set", text, *out)
    assert len(lines) == 1
    assert message in lines[0]
    assert not (tmp_path / "out").exists()


ALIAS_BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
FILES = {
    "empty": ("", "the text must hold a YAML document, got nothing"),
    "not YAML": ("name: [unclosed\n", "the text must be YAML, got a mistake"),
    "tag": ("name: !!python/object/apply:os.system ['true']\n", "a value must be written without tag"),
    "alias bomb": (ALIAS_BOMB, "a value must be written without anchor"),
    "misspelt key": ("agents: {forsight: 0.5}\n", "did you mean agents.foresight?"),
    "too many agents": ("agents: {count: 1000000000000}\n", "agents.count must be a whole number"),
    "two mistakes": ("agents: {foresight: 2, count: 0}\n", "agents."),
}


@pytest.mark.parametrize("command", ["explain", "run"])
@pytest.mark.parametrize("name", FILES)
def test_mistake_in_a_file_is_told_with_the_file(command, name, tmp_path):
    content, message = FILES[name]
    file = tmp_path / "mine.yaml"
    file.write_text(content)
    out = ("--out", tmp_path / "out") if command == "run" else ()
    lines = refused(command, file, *out)
    assert len(lines) == (2 if name == "two mistakes" else 1)
    assert all(line.startswith(f"compliance: {file}: ") and message in line for line in lines)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["explain", "run", "map", "figures"])
def test_missing_file_is_told(command, tmp_path):
    file = tmp_path / "none.yaml"
    assert refused(command, file) == [f"compliance: {file}: there is no such file"]


def test_mistyped_names_name_the_nearest():
    assert "did you mean base?" in refused("explain", "bsae")[0]
    assert "did you mean rational_choice?" in refused("map", "rational_choise")[0]
    assert "did you mean rational_choice?" in refused("figures", "rational_choise")[0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--seed", -1), "seed must be a whole number from 0 to 2^32 - 1, got -1"),
        (("--replicates", 0), "replicates must be a whole number of at least 1, got 0"),
        (("--engine", "arry"), "engine must be array or mesa, got 'arry'"),
        (
            ("--measures", "compliance_gab"),
            "--measures: compliance_gab is not a known measure; did you mean compliance_gap?",
        ),
        (("--measures", ","), "--measures must be names separated by commas"),
    ],
)
def test_mistaken_options_of_run_are_refused(options, message, tmp_path):
    lines = refused("run", "base", *TINY, *options, "--out", tmp_path / "out")
    assert len(lines) == 1
    assert message in lines[0]
    assert not (tmp_path / "out").exists()


def test_out_must_not_be_a_file(tmp_path):
    file = tmp_path / "file"
    file.write_text("kept")
    assert "--out must be a folder, got the file" in refused("run", "base", *TINY, "--out", file)[0]
    assert "--out must be a folder" in refused("run", "base", *TINY, "--out", file / "below")[0]
    assert file.read_text() == "kept"


def test_set_of_a_varied_key_is_refused():
    assert "agents.foresight" in refused("map", "rational_choice", "--set", "agents.foresight=0.5")[0]


def test_folder_without_a_study_is_no_sweep(tmp_path):
    assert "folder without study.yaml" in refused("figures", tmp_path)[0]


def test_figures_of_a_study_and_of_a_sweep(tmp_path):
    study = small_study(tmp_path)
    done("sweep", study, "--out", tmp_path / "out", "--workers", 1)
    for source in (study, tmp_path / "out"):
        options = ("--out", tmp_path / "figures", "--results", tmp_path / "results")
        files = done("figures", source, *options).stdout.split()
        assert files
        assert all(Path(file).exists() for file in files)


def test_interrupted_sweep_says_that_finished_work_is_kept(monkeypatch, tmp_path):
    monkeypatch.setattr(parameter_sweeps.execution, "run_sweep", raising(KeyboardInterrupt()))
    found = call("sweep", small_study(tmp_path), "--out", tmp_path / "out")
    assert found.exit_code == 130
    assert found.stderr.splitlines() == [
        "compliance: interrupted; finished work is kept, and the same command goes on from there"
    ]


def test_failed_runs_are_told_by_the_exit_status(monkeypatch, tmp_path):
    table = pd.DataFrame({"trust": [0.5, math.nan], "error": ["", "run: ValueError: a fault"]})
    monkeypatch.setattr(parameter_sweeps.execution, "run_sweep", lambda *given, **options: table)
    found = call("sweep", small_study(tmp_path), "--out", tmp_path / "out")
    assert found.exit_code == 1
    assert found.stderr.splitlines()[-1] == "compliance: 1 of 2 rows failed: their column error says why"


def test_seed_and_replicates_replace_those_of_the_study(tmp_path):
    options = ("--replicates", 3, "--seed", 5, "--set", "run.episodes=7", "--dry-run", "--json")
    cost = strict(done("sweep", small_study(tmp_path), *options).stdout)
    # 2 cells of 3 replicates of 20 agents and 7 episodes
    assert cost["runs"] == 6
    assert cost["agent_steps"] == 2 * 3 * 20 * 7
    assert "seed" in refused("sweep", small_study(tmp_path), "--seed", -1, "--dry-run")[0]
    assert "replicates" in refused("sweep", small_study(tmp_path), "--replicates", 0, "--dry-run")[0]


def raising(error):
    def simulate(*arguments, **options):
        raise error

    return simulate


def test_interruption_is_one_line_and_status_130(monkeypatch, tmp_path):
    monkeypatch.setattr(simulation.run, "simulate", raising(KeyboardInterrupt()))
    found = call("run", "base", *TINY, "--out", tmp_path / "out")
    assert found.exit_code == 130
    assert found.stderr == "compliance: interrupted; nothing was written\n"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("error", [RuntimeError("a fault"), ValueError("a fault")])
def test_fault_of_the_program_is_not_hidden(monkeypatch, error):
    monkeypatch.setattr(simulation.run, "simulate", raising(error))
    assert call("run", "base", *TINY).exception is error


@pytest.mark.parametrize(
    "command", [["run", "base", "--replicates", "1"], ["explain", "base"], ["map", "rational_choice"]]
)
def test_a_first_compilation_is_told(command, monkeypatch):
    from simulation import readiness

    ready = done(*command)
    monkeypatch.setattr(readiness, "was_compiled", lambda loop: False)
    new = done(*command)
    assert "Compiling for this machine, once" in new.stderr
    assert "Compiling" not in ready.stderr
    assert new.stdout == ready.stdout
