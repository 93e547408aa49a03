"""Studies from their YAML to figure, tables, paragraph and pages, by commands; and what is refused before any run."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from parameter_sweeps.catalogue import load_study, shipped_studies
from tests.compliance.test_commands import call, done, refused

STUDY = """\
name: mine
claim: The gap under covert watching is no larger than that under random audits.
base: base
set: {agents.count: 20, run.episodes: 10}
regimes: [random_audit, covert]
vary: {agents.foresight: [0.2, 0.9]}
measures: [compliance_watched, compliance_unwatched, compliance_gap]
replicates: 3
figure: {kind: differences, measure: compliance_gap, axis: regime, baseline: random_audit}
supports_if: {statistic: difference, measure: compliance_gap, axis: regime, from: random_audit, to: covert, below: 0.01}
"""


def study_file(folder: Path, text: str = STUDY) -> Path:
    file = folder / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def drawn(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("drawn")
    done("figures", study_file(folder), "--results", folder, "--workers", 1, "--docs", folder / "docs")
    return folder


def test_one_command_makes_results_figure_tables_and_paragraph(drawn):
    assert len(pd.read_csv(drawn / "mine" / "figures" / "mine.csv")) == 4
    text = (drawn / "mine" / "figures" / "mine.md").read_text()
    assert re.search(r"\*\*(Supported|Not supported)\*\* by these results", text)
    assert "3 replicates of 20 agents and 10 episodes a cell, seed 1" in text
    claim = pd.read_csv(drawn / "mine" / "figures" / "mine_claim.csv")
    assert (claim["verdict"] == ("holds" if (claim["high"] < 0.01).all() else "does not hold")).all()
    macros = (drawn / "mine" / "figures" / "numbers.tex").read_text().splitlines()
    assert all(re.fullmatch(r"\\newcommand\{\\complianceMine[A-Za-z]+\}\{.*\}", line) for line in macros)


def test_a_second_time_nothing_is_run_again_and_the_files_are_the_same(drawn):
    figures, cells = drawn / "mine" / "figures", drawn / "mine" / "sweep" / "cells"
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in [*figures.iterdir(), *cells.iterdir()]}
    done("figures", drawn / "mine.yaml", "--results", drawn, "--workers", 1)
    assert all(path.read_bytes() == content for path, (content, _) in before.items())
    assert all(path.stat().st_mtime_ns == before[path][1] for path in cells.iterdir())


def test_the_page_is_made_from_the_results(drawn):
    page = (drawn / "docs" / "mine.md").read_text()
    assert "![Figure of the study mine](mine.png)" in page
    assert (drawn / "docs" / "mine.png").exists()
    assert (drawn / "mine" / "figures" / "mine.md").read_text().strip() in page
    assert STUDY.strip() in page


def test_the_report_opens_without_a_network(drawn):
    file = Path(done("report", drawn / "mine" / "sweep", "--out", drawn / "report.html").stdout.strip())
    page = file.read_text()
    assert "<svg" in page
    assert not re.search(r"(?:https?:)?//[\w.]+\.\w+/", page)
    assert not re.search(r"""(?:href|src)=["'](?!#)|@import|url\((?!#)|<link|<script""", page)
    assert "digest of the code" in page


def test_a_copy_with_two_lines_edited_is_a_study_of_ones_own(drawn, tmp_path):
    text = STUDY.replace("name: mine", "name: yours").replace("[0.2, 0.9]", "[0.4, 0.6, 0.8]")
    assert len([1 for old, new in zip(STUDY.splitlines(), text.splitlines(), strict=True) if old != new]) == 2
    done("figures", study_file(tmp_path, text), "--results", tmp_path, "--workers", 1)
    assert len(pd.read_csv(tmp_path / "yours" / "figures" / "yours.csv")) == 6


def test_a_condition_that_was_changed_after_the_run_is_told(drawn, tmp_path):
    study_file(tmp_path, STUDY.replace("below: 0.01", "below: 0.9"))
    done("figures", tmp_path / "mine.yaml", "--results", drawn, "--out", tmp_path / "changed", "--workers", 1)
    text = (tmp_path / "changed" / "mine.md").read_text()
    assert "The condition was changed after the study was first run" in text


def test_quick_results_have_a_place_of_their_own_and_say_so(drawn):
    done("figures", drawn / "mine.yaml", "--results", drawn, "--quick", "--workers", 1)
    assert "A quick look, scaled down" in (drawn / "mine" / "quick_figures" / "mine.md").read_text()
    assert (drawn / "mine" / "quick_sweep" / "manifest.json").exists()


def test_the_exact_map_alone(drawn, tmp_path):
    text = re.sub(r"figure: .*\n", "", STUDY)
    done("figures", study_file(tmp_path, text), "--exact", "--out", tmp_path / "exact", "--results", tmp_path / "none")
    assert "Nothing was simulated" in (tmp_path / "exact" / "mine.md").read_text()
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("name", shipped_studies())
def test_every_shipped_study_has_a_claim_a_figure_and_a_condition(name):
    from analysis.figures.kinds import figure_of

    study = load_study(name)
    assert study.claim
    if study.design.kind in ("saltelli", "morris"):
        # drawn by `compliance sensitivity`
        return
    assert study.supports_if is not None
    assert figure_of(study)[0] is not None
    assert study.figure is not None


def test_a_wrong_figure_is_refused_before_anything_is_run(tmp_path):
    text = STUDY.replace("baseline: random_audit", "basline: random_audit")
    lines = refused("figures", study_file(tmp_path, text), "--results", tmp_path / "results")
    assert "did you mean baseline?" in lines[0]
    assert not (tmp_path / "results").exists()


def test_what_does_not_go_together_is_refused(drawn):
    assert "one of them" in refused("figures")[0]
    assert "one of them" in refused("figures", "rational_choice", "--all")[0]
    assert "--quick" in refused("figures", drawn / "mine" / "sweep", "--quick")[0]
    assert "study directory" in refused("report", drawn)[0] or "manifest" in refused("report", drawn)[0]


def test_holes_end_with_status_one(drawn, tmp_path):
    import shutil

    folder = shutil.copytree(drawn / "mine" / "sweep", tmp_path / "sweep")
    next((folder / "cells").iterdir()).unlink()
    found = call("report", folder)
    assert found.exit_code in (1, 2)
    assert "missing or failed runs" in found.stderr or "at least one run" in found.stderr
