import json
import math
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from compliance.__main__ import app

RUNNER = CliRunner()
TOLD = ["--set", "agents.cue.discrimination=.inf", "--set", "agents.foresight=0"]


@pytest.fixture
def rates(tmp_path):
    """Return a table of unwatched rates 1/(1 + exp(2 s)), s the scale of stakes: lambda = 2."""
    rows = [f"unmonitored,{1.0 / (1.0 + math.exp(2.0 * scale))},400,{scale}" for scale in (0.5, 1.0, 1.5, 2.0)]
    lines = ["context,rate,n,stakes.scale", *rows]
    path = tmp_path / "rates.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def calibrate(*arguments):
    return RUNNER.invoke(app, ["calibrate", *map(str, arguments)])


def test_what_was_set_is_found(rates):
    told = calibrate(rates, "--params", "agents.rationality=0.1:100", *TOLD, "--json")
    assert told.exit_code == 0, told.output
    found = json.loads(told.stdout)
    assert found["fit"][0]["estimate"] == pytest.approx(2.0, rel=1e-4)
    assert found["fit"][0]["low"] < 2.0 < found["fit"][0]["high"]
    assert found["fit"][0]["closes"] is True
    assert found["degrees_of_freedom"] == 3
    assert found["warnings"] == []


def test_every_other_row_can_be_held_out_and_all_is_written(rates, tmp_path):
    out = tmp_path / "out"
    told = calibrate(rates, "--params", "agents.rationality=0.1:100", *TOLD, "--hold-out", "even", "--out", out)
    assert told.exit_code == 0, told.output
    assert "2 rates fitted" in told.stdout
    assert {path.name for path in out.iterdir()} == {
        "fit.csv", "fit.tex", "comparison.csv", "comparison.tex", "errors.csv", "errors.tex", "residuals.csv",
        "calibration.md",
    }  # fmt: skip
    held = [line.split(",")[3] for line in (out / "residuals.csv").read_text().splitlines()[1:]]
    assert held == ["False", "False", "True", "True"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "--params must be names of parameters to be fitted, got none"),
        (["--params", "agents.rationality", "--hold-out", "third"], "--hold-out must be odd or even, got 'third'"),
        (["--params", "agents.foresight"], "agents.rationality must be finite where rates are fitted"),
        (
            ["--params", "stakes.scale", "--set", "agents.rationality=2"],
            "stakes.scale must be left out where it is fitted",
        ),
        (["--params", "agents.rationalty"], "agents.rationalty is not a known key; did you mean agents.rationality?"),
    ],
)
def test_mistakes_are_lines_and_no_traceback(rates, arguments, message):
    told = calibrate(rates, *TOLD, *arguments)
    assert told.exit_code == 2
    assert message in told.stderr
    assert all(line.startswith("compliance: ") for line in told.stderr.splitlines())


def test_bad_rows_are_told_with_file_and_row(tmp_path):
    path = tmp_path / "rates.csv"
    path.write_text("context,percent,n\nmonitored,50,10\nmonitored,101,10\nfree,50,0\n")
    told = calibrate(path, "--params", "agents.rationality")
    assert told.exit_code == 2
    assert told.stderr.splitlines() == [
        f"compliance: {path}: percent in row 2 must be a number from 0 to 100, got 101",
        f"compliance: {path}: context in row 3 must be monitored or unmonitored, got 'free'",
        f"compliance: {path}: n in row 3 must be a number above 0, got 0",
    ]


def test_a_calibration_says_itself_what_is_fitted():
    told = calibrate("published_tiers", "--params", "agents.rationality")
    assert told.exit_code == 2
    assert "published_tiers says itself what is fitted" in told.stderr


def test_a_file_that_is_not_there_is_refused(tmp_path):
    told = calibrate(tmp_path / "none.csv", "--params", "agents.rationality")
    assert told.exit_code == 2
    assert "this must be a table that can be read, got No such file or directory" in told.stderr


def test_the_page_about_it_shows_a_table_that_can_be_fitted(tmp_path):
    page = (Path(__file__).parents[2] / "docs" / "calibration.md").read_text()
    (table,) = re.findall(r"```csv\n(.*?)```", page, re.DOTALL)
    path = tmp_path / "rates.csv"
    path.write_text(table)
    told = calibrate(path, "--params", "agents.rationality,regime.detector.hit_rate", *TOLD, "--json")
    assert told.exit_code == 0, told.output
    found = {row["parameter"]: row["estimate"] for row in json.loads(told.stdout)["fit"]}
    # Unmonitored 1/(1 + exp(lambda)) is about .115: lambda is about log(.885/.115) = 2.04.
    assert found["agents.rationality"] == pytest.approx(2.04, abs=0.15)
    # Monitored the odds are exp(lambda (3 tau - 1)) and exp(lambda (tau - 1)): from .30 and .61, 2 tau lambda is about
    # log(1.564) - log(.4286) = 1.295, so tau is about .32, a little more by the unmonitored rates.
    assert 0.25 < found["regime.detector.hit_rate"] < 0.55
