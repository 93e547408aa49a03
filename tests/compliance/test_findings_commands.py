"""Sensitivity, rules and comparisons on the command line."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.compliance.test_commands import done, refused, strict

RANGES = "vary: {agents.foresight: {uniform: [0, 0.95]}, regime.response.penalty: {uniform: [0.2, 2]}}\n"


def study_file(folder: Path, text: str) -> Path:
    file = folder / "mine.yaml"
    head = "name: mine\nbase: base\nset: {agents.count: 20, run.episodes: 10}\nreplicates: 3\n"
    file.write_text(head + "measures: [flag_rate, compliance_watched]\n" + text, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def sweep(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("results")
    study = study_file(folder, RANGES + "design: {kind: saltelli, points: 8}\n")
    done("sweep", study, "--out", folder / "out", "--workers", 1)
    return folder / "out"


def test_sensitivity_of_a_sweep(sweep, tmp_path):
    text = done("sensitivity", sweep, "--measure", "flag_rate", "--out", tmp_path).stdout
    assert "mine, flag_rate: 32 cells, 3 replicates; " in text
    names = [f"mine_sensitivity_flag_rate{suffix}" for suffix in (".csv", ".md", ".tex", ".pdf", ".png", ".svg")]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    table = pd.read_csv(tmp_path / names[0])
    assert table["index"].tolist() == ["ST", "ST", "S1", "S1"]
    found = strict(done("sensitivity", sweep, "--json").stdout)
    assert found["measure"] == "flag_rate"
    assert [row["value"] for row in found["indices"]] == pytest.approx(table["value"].tolist())


def test_sensitivity_of_what_is_exact_needs_no_run(tmp_path):
    study = study_file(tmp_path, RANGES + "design: {kind: morris, trajectories: 6}\n")
    found = strict(done("sensitivity", study, "--measure", "threshold", "--json").stdout)
    assert (found["cells"], found["noise_share"]) == (18, 0.0)
    # more to lose, and a larger penalty, deter: the probability below which it acts falls with both
    mu = {row["parameter"]: row["value"] for row in found["indices"] if row["index"] == "mu"}
    assert max(mu.values()) < 0.0


def test_rules_of_a_map_and_of_a_sweep(sweep, tmp_path):
    text = done("discover", "rational_choice", "--where", "best=faking", "--out", tmp_path).stdout
    assert "rational_choice: best = faking in 28.4 % of 500 cells." in text
    assert (tmp_path / "rational_choice_where_best_is_faking.md").read_text().startswith("rational_choice: best")
    table = pd.read_csv(tmp_path / "rational_choice_where_best_is_faking.csv")
    assert table["cells"].sum() == 500
    assert table["cells_where"].sum() == 142
    found = strict(done("discover", sweep, "--where", "compliance_watched > 0.5", "--json").stdout)
    assert sum(row["cells"] for row in found["rules"]) == 32


def test_regimes_are_compared(tmp_path):
    study = study_file(tmp_path, "vary: {agents.foresight: [0.3, 0.9]}\nregimes: [random_audit, panopticon, none]\n")
    done("sweep", study, "--out", tmp_path / "out", "--workers", 1)
    asked = ("compare", tmp_path / "out", "--against", "random_audit", "--measure", "flag_rate")
    text = done(*asked, "--out", tmp_path / "tables").stdout
    assert "mine: less random_audit" in text
    files = sorted(path.name for path in (tmp_path / "tables").iterdir())
    assert files == [f"mine_regime_against_random_audit{suffix}" for suffix in (".csv", ".md", ".tex")]
    rows = strict(done(*asked, "--json").stdout)["differences"]
    assert [(row["level"], row["n_pairs"]) for row in rows] == [("panopticon", 6), ("none", 6)]
    results = pd.read_csv(export_of(tmp_path))
    means = results.groupby("regime")["flag_rate"].mean()
    assert rows[0]["difference"] == pytest.approx(means["panopticon"] - means["random_audit"])
    # nobody is flagged where nobody is watched
    assert rows[1]["difference"] == pytest.approx(-means["random_audit"])
    (line,) = refused("compare", tmp_path / "out", "--against", "covert")
    assert line.startswith("compliance: against must be a level of regime (random_audit, panopticon, none), got 'cov")


def export_of(folder: Path) -> Path:
    done("export", folder / "out", "--out", folder / "table.csv")
    return folder / "table.csv"


def test_mistakes_are_one_line(sweep, tmp_path):
    assert refused("discover", sweep, "--where", "flag_rate > open('x')") == [
        "compliance: --where must be a name, >, >=, <, <=, = or != and a number, got \"flag_rate > open('x')\""
    ]
    assert refused("discover", sweep, "--where", "flag_rat > 0") == [
        "compliance: flag_rat is no outcome of mine; did you mean flag_rate?"
    ]
    assert refused("sensitivity", "rational_choice") == [
        "compliance: design must be saltelli or morris for sensitivity, got grid"
    ]
    assert refused("compare", tmp_path, "--against", "none")[0].startswith(
        f"compliance: {tmp_path} must be a study directory"
    )


def test_an_unfinished_sweep_is_refused(tmp_path):
    study = study_file(tmp_path, RANGES + "design: {kind: saltelli, points: 2}\n")
    done("sweep", study, "--out", tmp_path / "out", "--workers", 1)
    for file in (tmp_path / "out" / "cells").iterdir():
        file.unlink()
    (line,) = refused("sensitivity", tmp_path / "out")
    assert line.endswith("8 of 8 cells missing: run the sweep again")
