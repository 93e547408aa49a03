"""The shipped regimes: how they are loaded and named, and whether each does what it says.

What holds in a run under any regime: `tests.simulation.contract`.
"""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from compliance.__main__ import app
from models.refusals import InputError
from models.regime_parameters import Regime
from models.scenario import Scenario
from parameter_sweeps.catalogue import load_regime, load_scenario, load_study, shipped_regimes
from parameter_sweeps.regime_file import Expectation
from simulation.run import simulate

NAMES = (
    "adaptive_audit", "amnesty", "announced_tiers", "behavioural_training", "committed_optimum", "covert",
    "escalating_audit", "honeypots", "inspection_equilibrium", "internal_training", "none", "panopticon",
    "peer_report", "periodic_audit", "random_audit", "targeted_audit", "white_box",
)  # fmt: skip
YARDSTICK = "random_audit"
#: These choose whom and when to watch, but watch the same share in the mean.
SAME_BUDGET = (
    "amnesty", "announced_tiers", "behavioural_training", "covert", "honeypots", "internal_training", "peer_report",
    "periodic_audit", "random_audit", "targeted_audit", "white_box",
)  # fmt: skip
SHARE = 0.2

#: Everybody has ten neighbours, who matter only where they report. Watching is dear: an overseer that chooses its rate
#: does not simply watch everything.
WORLD = {
    "society.graph": "watts_strogatz",
    "overseer": {"harm": 1, "recovery": 0.5, "monitoring_cost": 0.4, "false_alarm_cost": 0.1},
}
FEW = {"agents.count": 60, "run.episodes": 10, "run.replicates": 2, "agents.rationality": 10}
MANY = {"agents.count": 200, "run.episodes": 40, "run.replicates": 12, "agents.rationality": 10}


def refusal_of(load, *given) -> list[str]:
    with pytest.raises(InputError) as caught:
        load(*given)
    return caught.value.messages


def regime_file(folder: Path, text: str) -> Path:
    path = folder / "own.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def scenario_under(name: str, **values: object) -> Scenario:
    return load_scenario("learning").with_values({**WORLD, **values, "regime": load_regime(name).regime})


@cache
def many(name: str) -> pd.DataFrame:
    return simulate(scenario_under(name, **MANY), seed=1, record="none").by_replicate


def test_the_shipped_names_are_those_of_files_inside_the_package():
    assert tuple(shipped_regimes()) == NAMES
    assert all(path.parent.parent.name == "parameter_sweeps" for path in shipped_regimes().values())


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_regime_says_what_it_is_about_and_what_it_should_do(name):
    loaded = load_regime(name)
    assert len(loaded.about) == 3
    assert all(loaded.about)
    assert loaded.about[1].startswith("Source: ")
    assert loaded.about[2].startswith("Expected: ")
    # the yardstick differs from itself in nothing
    assert bool(loaded.expects) == (name != YARDSTICK)
    assert all(isinstance(entry, Expectation) and entry.sign in ("+", "-") for entry in loaded.expects)


def test_every_shipped_regime_is_listed():
    found = CliRunner().invoke(app, ["list", "regimes", "--json"])
    assert found.exit_code == 0
    rows = json.loads(found.stdout)
    assert rows == [{"regime": name, "about": load_regime(name).about[0]} for name in NAMES]


def watched_share(name: str, **values: object) -> float:
    trajectory = simulate(scenario_under(name, **values), seed=1, record="agents").trajectory
    assert trajectory is not None
    return float(trajectory["watched"].mean())


def test_without_watching_nobody_is_watched_flagged_or_turned():
    assert watched_share("none", **FEW) == 0.0
    found = simulate(scenario_under("none", **FEW), seed=1, record="none").by_replicate
    assert (found[["flag_rate", "modification_rate"]] == 0.0).all(axis=None)
    assert found["compliance_watched"].isna().all()


def test_in_the_panopticon_everybody_is_watched():
    assert watched_share("panopticon", **FEW) == 1.0


@pytest.mark.parametrize("name", SAME_BUDGET)
def test_the_same_share_is_watched(name):
    # 300 x 20 x 4 independent episodes at most; beyond 4 standard errors by chance: 6 in 100,000
    values = {"agents.count": 300, "run.episodes": 20, "run.replicates": 4}
    error = math.sqrt(SHARE * (1 - SHARE) / (300 * 20 * 4))
    assert abs(watched_share(name, **values) - SHARE) < 4 * error


# The replicates of both regimes have the same agents and the same luck, so they are compared in pairs: Student's t of
# 12 differences. Where a regime does nothing to a measure, an expectation passes by chance with probability 0.006
# (11 degrees of freedom, t > 3 on the stated side); the seed is fixed, so a test that passes does so always.
@pytest.mark.parametrize("name", [name for name in NAMES if name != YARDSTICK])
def test_it_does_what_it_says_compared_with_random_audits(name):
    differences = many(name) - many(YARDSTICK)
    found = {}
    for measure, sign in load_regime(name).expects:
        difference = differences[measure]
        assert difference.notna().all(), measure
        error = difference.std() / math.sqrt(len(difference))
        found[measure, sign] = difference.mean(), error
    wrong = {
        expected: (mean, error)
        for expected, (mean, error) in found.items()
        if not mean * (1 if expected[1] == "+" else -1) > 3 * error
    }
    assert not wrong


def test_a_regime_is_loaded_from_a_file(tmp_path, monkeypatch):
    path = regime_file(tmp_path, "# About.\n#  More.\n\n# Not this.\nschedule: {kind: none}\n")
    loaded = load_regime(path)
    assert loaded.regime == Regime.model_validate({"schedule": {"kind": "none"}})
    assert loaded.expects == ()
    assert loaded.about == ("About.", "More.")
    assert load_regime("own.yaml", folder=tmp_path) == loaded
    monkeypatch.chdir(tmp_path)
    assert load_regime("own.yaml") == loaded


def test_a_comment_is_all_there_may_be_to_say(tmp_path):
    assert load_regime(regime_file(tmp_path, "# About.\n{}")).about == ("About.",)
    assert load_regime(regime_file(tmp_path, "{}")).about == ()


def test_expectations_are_read_in_order(tmp_path):
    text = 'expects:\n- {measure: trust, sign: "-"}\n- {measure: flag_rate, sign: "+"}\n'
    expects = load_regime(regime_file(tmp_path, text)).expects
    assert expects == (("trust", "-"), ("flag_rate", "+"))
    assert expects[0].measure == "trust"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("schedule: {rat: 0.1}", "schedule.rat is not a known key; did you mean schedule.rate?"),
        ("detektor: {hit_rate: 0.1}", "detektor is not a known key; did you mean detector?"),
        ("detector: {hit_rate: 2}", "detector.hit_rate must be a number in [0, 1], got 2"),
        ("name: own", "name is not a known key"),
        ("[]", "the regime must be a mapping of keys to values, got []"),
        (
            'expects: [{measure: complaince_gap, sign: "+"}]',
            "expects[0].measure must be the name of a measure (did you mean compliance_gap?), got 'complaince_gap'",
        ),
        ('expects: [{measure: xyz, sign: "+"}]', "expects[0].measure must be the name of a measure, got 'xyz'"),
        ("expects: [{measure: trust, sign: 1}]", "expects[0].sign must be + or -, got 1"),
        (
            "expects: [{measure: trust}]",
            "expects[0] must be a mapping with the keys measure and sign (sign left out), got {'measure': 'trust'}",
        ),
        ("expects: [trust]", "expects[0] must be a mapping of keys to values, got 'trust'"),
        ("expects: trust", "expects must be a list of mappings with the keys measure and sign, got 'trust'"),
        (
            'expects: [{measure: trust, sign: "+"}, {measure: trust, sign: "-"}]',
            "expects must be a list that names each measure once (trust is named again), got ",
        ),
        (
            'expects: [{measure: trust, sign: "+", than: none}]',
            "expects[0].than is not a known key",
        ),
    ],
)
def test_a_mistake_in_a_regime_is_one_line_with_file_and_key(text, message, tmp_path):
    path = regime_file(tmp_path, text)
    lines = refusal_of(load_regime, path)
    assert len(lines) == 1
    assert lines[0].startswith(f"{path}: {message}")


def test_every_mistake_in_a_regime_is_told(tmp_path):
    path = regime_file(tmp_path, "detector: {hit_rate: 2}\nresponse: {penalty: -1}\nexpects: 1\n")
    assert len(refusal_of(load_regime, path)) == 3


def test_an_unknown_regime_is_refused_with_the_nearest_and_all_names():
    (line,) = refusal_of(load_regime, "covrt")
    assert line.startswith("regime must be a shipped name (adaptive_audit, amnesty, ")
    assert line.endswith("or a YAML file, got 'covrt'; did you mean covert?")
    assert refusal_of(load_regime, "none.yaml") == ["none.yaml: there is no such file"]


def test_a_scenario_takes_a_regime_by_value():
    scenario = load_scenario("base").with_values({"regime": load_regime("covert").regime})
    assert scenario.regime == load_regime("covert").regime
    assert scenario.agents == load_scenario("base").agents


def test_a_scenario_may_name_its_regime(tmp_path, monkeypatch):
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text("name: own\nregime: honeypots\n", encoding="utf-8")
    assert load_scenario(scenario).regime == load_regime("honeypots").regime
    regime_file(tmp_path, "schedule: {rate: 0.75}")
    scenario.write_text("name: own\nregime: own.yaml\n", encoding="utf-8")
    assert load_scenario(scenario).regime.schedule.rate == 0.75
    # the folder of the scenario counts, not the working directory
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert load_scenario("../scenario.yaml").regime.schedule.rate == 0.75


def test_mistakes_in_a_named_regime_name_both_files(tmp_path):
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text("regime: own.yaml\n", encoding="utf-8")
    assert refusal_of(load_scenario, scenario) == [f"{scenario}: regime: {tmp_path}/own.yaml: there is no such file"]
    regime_file(tmp_path, "schedule: {rate: 2}\nresponse: {penalty: -1}\n")
    lines = refusal_of(load_scenario, scenario)
    assert len(lines) == 2
    assert lines[0].startswith(f"{scenario}: regime: {tmp_path}/own.yaml: schedule.rate must be ")
    scenario.write_text("regime: honypots\n", encoding="utf-8")
    (line,) = refusal_of(load_scenario, scenario)
    assert line.startswith(f"{scenario}: regime must be a shipped name (")
    assert line.endswith("did you mean honeypots?")


def test_what_is_no_regime_is_refused_as_before(tmp_path):
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text("regime: 1\n", encoding="utf-8")
    assert refusal_of(load_scenario, scenario) == [f"{scenario}: regime must be a mapping of keys to values, got 1"]


def test_the_base_of_a_study_may_name_its_regime(tmp_path):
    study = tmp_path / "study.yaml"
    regime_file(tmp_path, "schedule: {rate: 0.75}")
    for text in ("base: {regime: own.yaml}\n", "base: scenario.yaml\n"):
        (tmp_path / "scenario.yaml").write_text("regime: own.yaml\n", encoding="utf-8")
        study.write_text(text, encoding="utf-8")
        assert load_study(study).scenario.regime.schedule.rate == 0.75
    study.write_text("base: {regime: honypots}\n", encoding="utf-8")
    (line,) = refusal_of(load_study, study)
    assert line.startswith(f"{study}: base: regime must be a shipped name (")


def explained(*arguments: object) -> str:
    found = CliRunner().invoke(app, ["explain", *map(str, arguments)])
    assert found.exit_code == 0, found.stderr
    return found.stdout


def test_explain_replaces_the_regime_and_then_sets_values(tmp_path):
    base = load_scenario("base")
    file = tmp_path / "scenario.yaml"
    changed = base.with_values({"regime": load_regime("honeypots").regime, "regime.schedule.rate": 0.4})
    file.write_text(changed.model_dump_json(), encoding="utf-8")
    wanted = explained("base", "--set", "regime.schedule.rate=0.4", "--regime", "honeypots")
    assert wanted == explained(file)
    assert wanted != explained("base", "--regime", "honeypots")
    assert wanted != explained("base", "--set", "regime.schedule.rate=0.4")


@pytest.mark.parametrize("command", ["explain", "run"])
def test_a_mistaken_regime_is_refused_by_the_commands(command, tmp_path):
    path = regime_file(tmp_path, "schedule: {rate: 2}")
    for regime, message in (("covrt", "did you mean covert?"), (path, f"{path}: schedule.rate must be ")):
        found = CliRunner().invoke(app, [command, "base", "--regime", str(regime)])
        assert found.exit_code == 2
        assert found.stdout == ""
        assert message in found.stderr


def test_run_takes_a_regime():
    tiny = ["--set", "agents.count=20", "--set", "run.episodes=5", "--replicates", "2", "--json"]
    found = CliRunner().invoke(app, ["run", "learning", "--regime", "none", *tiny])
    assert found.exit_code == 0, found.stderr
    measures = json.loads(found.stdout)["measures"]
    assert measures["flag_rate"]["mean"] == 0.0
    assert measures["compliance_watched"]["mean"] is None
