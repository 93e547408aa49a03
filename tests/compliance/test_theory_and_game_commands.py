"""``compliance theory`` and ``compliance game``: what they print and write, and that a failure is said and counted."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from analysis.games import game_from_nfg
from analysis.theory_table import theory_frame
from compliance.__main__ import app
from parameter_sweeps.theory import cells, registry
from parameter_sweeps.theory.checks import QUICK, Check, Sample
from parameter_sweeps.theory.verdicts import verified

DOCS = Path(__file__).parents[2] / "docs"
RIGHT = Check("1", "a half", "0.5", lambda: 0.5, lambda _: Sample(0.502, 0.01))
CERTAIN = Check("2", "a bracket", "0.25", lambda: 0.25, lambda _: Sample(0.25, reach=1e-9), "Becker1968")
WRONG = Check("3", "a third | of it", "0.3333333333", lambda: 0.3334)
UNLIKELY = Check("4", "a quarter", "0.25", lambda: 0.25, lambda _: Sample(0.3, 0.01))


def call(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def rows_of(folder):
    return [*csv.DictReader((folder / "theory.csv").read_text(encoding="utf-8").splitlines())]


@pytest.fixture
def given(monkeypatch):
    """Put checks in the place of all, and none of the maps' false alarms."""

    def put(*checks):
        monkeypatch.setattr(registry, "all_checks", lambda: list(checks))
        monkeypatch.setattr(cells, "false_alarms", lambda _: 0.0)

    return put


# compliance theory


def test_checks_that_hold(given, tmp_path):
    given(RIGHT, CERTAIN)
    found = call("theory", "--out", tmp_path)
    assert found.exit_code == 0, found.stderr
    assert "2 of 2 checks hold, 0 fail" in found.stdout
    assert "at most 0.001" in found.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["theory.csv", "theory.md", "theory.tex"]


@pytest.mark.parametrize("broken", [WRONG, UNLIKELY])
def test_a_check_that_fails_is_said_to_and_ends_with_status_1(given, tmp_path, broken):
    given(RIGHT, broken)
    found = call("theory", "--out", tmp_path)
    assert found.exit_code == 1
    assert "1 of 2 checks hold, 1 fail" in found.stdout
    rows = rows_of(tmp_path)
    assert [row["verdict"] for row in rows] == ["holds", "fails"]
    for name in ("theory.md", "theory.tex"):
        assert "fails" in (tmp_path / name).read_text(encoding="utf-8")


def test_formats(given, tmp_path):
    given(RIGHT, CERTAIN, WRONG)
    call("theory", "--out", tmp_path)
    rows = rows_of(tmp_path)
    assert [row["expected"] for row in rows] == ["0.5", "0.25", "0.3333333333"]
    assert float(rows[0]["z"]) == pytest.approx(0.2)
    # .502 - 1.95996 x .01
    assert float(rows[0]["low"]) == pytest.approx(0.4824003602)
    assert rows[1]["z"] == rows[2]["simulated"] == ""
    text = (tmp_path / "theory.md").read_text(encoding="utf-8")
    assert "| 1 | a half | specification, section 8 | 0.5 | 0.5 | 0.502 | [0.4824, 0.5216] | 0.20 | holds |" in text
    assert "| 2 | a bracket | Becker1968 | 0.25 | 0.25 | 0.25 | certain |  | holds |" in text
    assert r"a third \| of it" in text
    latex = (tmp_path / "theory.tex").read_text(encoding="utf-8")
    assert latex.startswith(r"\begin{tabular}{lllllllll}")
    assert latex.count(r"\\") == 4
    assert r"\bottomrule" in latex


def test_json_is_strict_and_alone(given, tmp_path):
    given(RIGHT, WRONG)
    found = call("theory", "--out", tmp_path, "--json")
    assert found.exit_code == 1
    read = json.loads(found.stdout, parse_constant=lambda word: pytest.fail(f"{word} is not strict JSON"))
    assert [check["verdict"] for check in read["checks"]] == ["holds", "fails"]
    assert read["checks"][1]["simulated"] is None
    assert "fail" in read["summary"]


def test_the_same_bytes_twice(given, tmp_path):
    some = [check for check in registry.all_checks() if check.result in ("8", "10", "16")]
    given(*some)
    for folder in ("one", "two"):
        assert call("theory", "--quick", "--out", tmp_path / folder).exit_code == 0
    for name in ("theory.csv", "theory.md", "theory.tex"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_the_seed_counts(given, tmp_path):
    given(*(check for check in registry.all_checks() if check.result == "10"))
    for seed in (1, 2):
        assert call("theory", "--quick", "--seed", seed, "--out", tmp_path / str(seed)).exit_code == 0
    assert (tmp_path / "1" / "theory.csv").read_bytes() != (tmp_path / "2" / "theory.csv").read_bytes()


def test_the_page_of_the_docs_is_what_the_command_writes():
    # What is exact, made again; simulated values take minutes, and have a program of their own.
    from dataclasses import replace

    checks = registry.all_checks()
    made = theory_frame(verified([replace(check, simulated=None) for check in checks], QUICK))
    rows = rows_of(DOCS)
    assert len(rows) == len(checks)
    for row, (_, new) in zip(rows, made.iterrows(), strict=True):
        for name in ("result", "statement", "source", "expected"):
            assert row[name] == new[name]
        assert row["verdict"] == "holds"
        if row["exact"]:
            assert float(row["exact"]) == pytest.approx(new["exact"], abs=1.01 * float(row["tolerance"])), row
    page = (DOCS / "theory.md").read_text(encoding="utf-8")
    assert f"{len(checks)} of {len(checks)} checks hold, 0 fail" in page


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--seed", "-1"), "--seed must be in [0, 2^32), got -1"),
        (("--seed", str(2**32)), "--seed must be in [0, 2^32), got 4294967296"),
        (("--out", __file__), "--out must be a folder, got the file"),
    ],
)
def test_what_theory_refuses(options, message):
    found = call("theory", *options)
    assert found.exit_code == 2
    assert found.stderr.startswith(f"compliance: {message}")
    assert found.stdout == ""


# compliance game

INSPECTED = [
    part
    for change in (
        "agents.cue.discrimination=0", "overseer.recovery=0.7", "overseer.monitoring_cost=0.1",
        "regime.detector.hit_rate=1", "regime.response.penalty=3", "regime.response.clawback=1",
        "regime.response.rotation=0",
    )
    for part in ("--set", change)
]  # fmt: skip


def test_a_game_and_its_equilibrium(tmp_path):
    found = call("game", "base", *INSPECTED, "--out", tmp_path / "game.nfg")
    assert found.exit_code == 0, found.stderr
    text = " ".join(found.stdout.split())
    assert "overseer watch 0.25, do not watch 0.75; agent act 0.1429, comply 0.8571; payoffs -0.1429, 0" in text
    assert game_from_nfg((tmp_path / "game.nfg").read_text(encoding="utf-8")).agent_strategies == ("act", "comply")


def test_a_game_as_json():
    read = json.loads(call("game", "base", *INSPECTED, "--json").stdout)
    (one,) = read["equilibria"]
    assert one["overseer"] == pytest.approx([0.25, 0.75])
    assert one["overseer_payoff"] == pytest.approx(-0.1428571429, abs=5e-11)
    assert read["agent_payoffs"] == [[-3.0, 0.0], [1.0, 0.0]]
    assert read["is_degenerate"] is False


def test_rates_and_a_regime_of_a_game():
    text = call("game", "base", "--regime", "amnesty", "--rates", "0,0.5,1").stdout
    assert "rate 0.5" in text
    assert "speak up" in text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--rates", "a,b"), "--rates must be numbers separated by commas, got 'a,b'"),
        (("--rates", "0,2"), "rates must be numbers in [0, 1]"),
        (("--out", "game.txt"), "--out must be a file named .nfg, got game.txt"),
        (("--set", "stakes.kind=tasks"), "stakes.kind must be fixed or proportional"),
        (("--set", "regime.nothing=1"), "--set: regime.nothing"),
    ],
)
def test_what_game_refuses(options, message):
    found = call("game", "base", *options)
    assert found.exit_code == 2
    assert found.stderr.startswith(f"compliance: {message}")
    assert found.stdout == ""


def test_both_commands_are_listed():
    text = call("--help").stdout
    assert "theory" in text
    assert "game" in text
