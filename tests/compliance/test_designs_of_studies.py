"""Studies of every design on the command line: what serves them, and what is refused in one line."""

from __future__ import annotations

from pathlib import Path

from tests.compliance.test_commands import done, refused, strict

RANGES = "vary: {agents.foresight: {uniform: [0, 0.9]}, regime.response.penalty: {uniform: [0, 2]}}\n"


def study_file(folder: Path, text: str) -> Path:
    file = folder / "mine.yaml"
    head = "name: mine\nbase: base\nset: {agents.count: 10, run.episodes: 3}\nreplicates: 2\n"
    file.write_text(head + text, encoding="utf-8")
    return file


def test_points_are_mapped_and_swept(tmp_path):
    study = study_file(tmp_path, RANGES + "design: {kind: sobol, cells: 16}\n")
    assert "16 cells, 32 runs" in done("sweep", study, "--dry-run").stdout
    text = done("map", study, "--out", tmp_path / "map").stdout
    assert "mine: 16 cells" in text
    assert "first changes" not in text
    lines = (tmp_path / "map" / "map.csv").read_text().splitlines()
    assert lines[0].startswith("cell,agents.foresight,regime.response.penalty,best,")
    assert len(lines) == 17
    assert strict(done("sweep", study, "--out", tmp_path / "out", "--workers", 1, "--json").stdout)["rows"] == 32
    files = done("figures", tmp_path / "out", "--out", tmp_path / "figures").stdout.split()
    assert {Path(file).suffix for file in files} == {".csv", ".tex", ".md"}


def test_a_boundary_says_what_it_saves(tmp_path):
    study = study_file(tmp_path, RANGES + "design: {kind: boundary, tolerance: 0.05, start: 5}\n")
    # 5 points are 4 boxes an axis; 1/4 is halved three times to reach 1/32, which makes 33 points an axis
    assert "as fine as these cells are at the boundary has 1,089." in done("map", study).stdout
    found = strict(done("map", study, "--json").stdout)
    assert found["cells_of_full_grid"] == 1089
    assert found["cells"] < 600


def test_a_seed_scrambles_other_points(tmp_path):
    study = study_file(tmp_path, RANGES + "design: {kind: latin_hypercube, cells: 5}\n")
    for seed in (1, 2):
        done("sweep", study, "--seed", seed, "--out", tmp_path / str(seed), "--workers", 1)
    assert {*(tmp_path / "1" / "cells").iterdir()} != {*(tmp_path / "2" / "cells").iterdir()}
    (line, *_) = refused("sweep", study, "--seed", 2, "--out", tmp_path / "1")
    assert "holds another study: design.seed is 1 there, got 2" in line


def test_regimes_are_mapped(tmp_path):
    study = study_file(tmp_path, "vary: {agents.foresight: [0.2, 0.9]}\nregimes: [random_audit, panopticon]\n")
    text = done("map", study).stdout
    assert "Along regime the best class" in text
    assert "mine: 4 cells" in text
    (line,) = refused("map", study, "--set", "regime.response.penalty=1")
    assert "regime.response.penalty must be left out where regimes are given, each a whole regime" in line


def test_a_regime_map_needs_a_grid(tmp_path):
    study = study_file(tmp_path, RANGES + "design: latin_hypercube\nfigure: regime_map\n")
    assert refused("figures", study, "--out", tmp_path / "figures") == [
        f"compliance: {study}: design must be grid for a regime map, got latin_hypercube"
    ]


def test_the_shipped_studies_are_listed_with_what_they_claim():
    text = " ".join(done("list", "studies").stdout.split())
    assert "boundary_of_faking" in text
    assert "regimes_compared" in text
