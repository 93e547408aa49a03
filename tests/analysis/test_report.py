"""Figures and tables of a study: which files, what they hold, the same bytes each time, and what is refused."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.figures.kinds import KINDS, figure_of
from analysis.figures.regime_map import axis_label
from analysis.outcome import Outcome
from analysis.report import draw_figures, write_report
from analysis.style import WIDTHS
from models.refusals import InputError
from parameter_sweeps.execution import run_sweep
from parameter_sweeps.maps import strategy_map
from parameter_sweeps.study import Study

FORESIGHT, RATE = "agents.foresight", "regime.schedule.rate"
SUFFIXES = [".pdf", ".png", ".svg", ".csv", ".tex", ".md"]
TABLES = ["small_summary.md", "small_figure.csv", *(f"small_measures.{suffix}" for suffix in ("csv", "tex", "md"))]


def study_of(**keys: object) -> Study:
    small = {"agents.count": 100, "run.episodes": 30, "agents.cue.discrimination": 1.0, "regime.response.penalty": 1.5}
    vary = {FORESIGHT: {"linspace": [0.0, 0.95, 4]}, RATE: {"linspace": [0.02, 0.98, 5]}}
    written = {"name": "small", "base": "base", "set": small, "vary": vary, "replicates": 2, "figure": "regime_map"}
    return Study.from_mapping({**written, "measures": ["compliance_watched", "compliance_unwatched"], **keys})


@pytest.fixture(scope="module")
def sweep(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("results") / "sweep"
    run_sweep(study_of(claim="It pays."), folder, workers=1)
    return folder


@pytest.fixture(scope="module")
def drawn(sweep, tmp_path_factory) -> list[Path]:
    return draw_figures(sweep, tmp_path_factory.mktemp("figures") / "new")


def refusal_of(**keys: object) -> list[str]:
    with pytest.raises(InputError) as caught:
        figure_of(study_of(**keys))
    return caught.value.messages


def test_files_are_named_after_the_study(drawn):
    assert [path.name for path in drawn] == [*(f"small{suffix}" for suffix in SUFFIXES), *TABLES, "numbers.tex"]
    assert all(path.stat().st_size > 0 for path in drawn)


def test_a_name_is_made_fit_for_a_file(tmp_path):
    files = draw_figures(study_of(name="../a b: 0.5", measures=[]), tmp_path)
    assert files[0] == tmp_path / "_a_b_0.5.pdf"


def test_the_same_bytes_whatever_the_hash_seed(sweep, drawn, tmp_path):
    script = "import sys; from analysis.report import draw_figures; draw_figures(sys.argv[1], sys.argv[2])"
    for seed in ("1", "2"):
        # an absolute date must not enter either
        subprocess.run(
            [sys.executable, "-c", script, str(sweep), str(tmp_path / seed)],
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "SOURCE_DATE_EPOCH": seed},
        )
    for path in drawn:
        first, second = ((tmp_path / seed / path.name).read_bytes() for seed in ("1", "2"))
        assert first == second == path.read_bytes(), path.name


def test_drawing_leaves_pyplot_and_the_settings_alone():
    script = (
        # asking for the backend would import pyplot to find one
        "import sys; from matplotlib import rcParams\n"
        "def settings(): return {key: rcParams[key] for key in rcParams if key != 'backend'}\n"
        "before = settings()\n"
        "from analysis.style import blank_figure, styled\n"
        "with styled(): blank_figure(3.4, 3.0).draw_without_rendering()\n"
        "assert settings() == before\n"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_the_table_has_a_row_a_cell(drawn):
    table = pd.read_csv(drawn[3])
    study = study_of()
    assert len(table) == study.cell_count == 20
    assert list(table[FORESIGHT]) == [cell.values[FORESIGHT] for cell in study.cells()]
    exact = strategy_map(study)
    assert list(table["best"]) == exact["best"].to_numpy().ravel().tolist()
    assert np.allclose(table["exact_compliance_unwatched"], 1 - exact["act_probability_unwatched"].to_numpy().ravel())
    assert (table["holes"] == 0).all()
    known = table.dropna(subset="compliance_watched_low")
    assert (known["compliance_watched_low"] <= known["compliance_watched"]).all()


def test_the_paragraph_gives_the_numbers_of_the_table(drawn):
    table, text = pd.read_csv(drawn[3]), drawn[5].read_text()
    share = 100 * (table["best"] == "faking").mean()
    assert f"faking in {share:.1f} %" in text
    assert "Claim: It pays." in text
    assert "20 cells, 2 replicates of 100 agents and 30 episodes a cell, seed 1" in text
    largest = table[["z_watched", "z_unwatched"]].abs().max(axis=None)
    assert f"the largest is {largest:.2f}" in text
    assert "missing or failed" not in text
    assert f"{largest:.4g}" in drawn[4].read_text()


def test_without_results_the_exact_map_is_drawn(tmp_path):
    files = draw_figures(study_of(), tmp_path)
    assert [path.suffix for path in files][:6] == SUFFIXES
    assert "compliance_watched" not in pd.read_csv(files[3])
    assert "replicates" not in files[5].read_text()
    svg = files[2].read_text()
    # text is drawn as outlines, with what it says in a comment; names of regions, which have halos, in an id
    assert all(f'id="{name}-is-best"' in svg for name in ("honest", "faking", "compliant"))
    assert "<!-- exact boundary -->" in svg
    assert "<!-- simulated half, watched -->" not in svg


def test_a_shipped_study_by_its_name(tmp_path):
    assert draw_figures("rational_choice", tmp_path)[0] == tmp_path / "rational_choice.pdf"


def test_a_study_without_two_numbers_has_tables_alone(tmp_path):
    files = draw_figures(study_of(vary={FORESIGHT: [0.1, 0.9]}, figure=None), tmp_path)
    assert [path.name for path in files] == ["small.csv", "small.tex", "small.md", "small_summary.md", "numbers.tex"]


@pytest.mark.parametrize("width", ["one_column", "two_columns"])
def test_holes_are_marked(sweep, tmp_path, width):
    results = run_sweep(study_of(claim="It pays."), sweep, workers=1)
    results.loc[results["cell"] == 7, "error"] = "run: lost"
    results.loc[results["cell"] == 7, ["compliance_watched", "compliance_unwatched"]] = np.nan
    kept = results[(results["cell"] != 3) | (results["replicate"] != 0)]
    files = write_report(Outcome(study_of(figure={"kind": "regime_map", "width": width}), kept), tmp_path)
    assert pd.read_csv(files[3])["holes"].tolist() == [{3: 1, 7: 2}.get(cell, 0) for cell in range(20)]
    assert "<!-- missing or failed runs -->" in files[2].read_text()
    assert "**2 of 20 cells have missing or failed runs**" in files[5].read_text()
    assert r"cells with missing or failed runs & 2 \\" in files[4].read_text()


def test_a_class_too_small_for_its_name_stands_in_the_legend(tmp_path):
    vary = {FORESIGHT: {"linspace": [0.0, 0.7, 5]}, RATE: {"linspace": [0.02, 0.88, 5]}}
    svg = draw_figures(study_of(vary=vary), tmp_path)[2].read_text()
    assert "<!-- compliant is best -->" in svg
    assert 'id="honest-is-best"' in svg


def test_axes_say_words_symbol_and_unit():
    assert axis_label(FORESIGHT) == r"Foresight $\gamma$"
    assert axis_label(RATE) == "Watching rate $m$"
    assert axis_label("regime.response.penalty") == "Penalty $F$ (utility)"
    assert axis_label("agents.goals.angle") == r"Misalignment $\theta$ (radians)"
    assert axis_label("overseer.monitoring_cost") == "Monitoring cost $c_{m}$ (utility)"
    assert axis_label("run.episodes") == "Episodes $T$"


def test_every_kind_says_what_it_shows():
    assert all(len(kind.about) > 20 for kind in KINDS.values())


def test_an_unknown_kind_is_refused_with_the_known_ones():
    known = " or ".join(KINDS)
    assert refusal_of(figure="heat") == [f"figure must be {known}, got 'heat'"]
    assert refusal_of(figure={"kind": "heat"}) == [f"figure.kind must be {known}, got 'heat'"]
    assert refusal_of(figure={"width": "one_column"}) == [f"figure.kind must be {known}, got nothing"]


def test_unknown_options_are_refused():
    assert refusal_of(figure={"kind": "regime_map", "widht": 3, "width": "wide", "title": 1}) == [
        "figure.widht must be one of width, title; did you mean width?",
        f"figure.width must be one of {', '.join(WIDTHS)}, got 'wide'",
        "figure.title must be text, got 1",
    ]


def test_a_map_of_one_number_is_refused():
    assert refusal_of(vary={FORESIGHT: [0.1, 0.2]}) == [
        f"vary must be two keys with at least two finite numbers each for a regime map, got {FORESIGHT}"
    ]


def test_results_without_a_run_that_ended_well_are_refused(sweep):
    results = run_sweep(study_of(claim="It pays."), sweep, workers=1).assign(error="lost")
    with pytest.raises(InputError, match="at least one run that ended well"):
        write_report(Outcome(study_of(), results), sweep)


def test_results_without_compliance_are_refused(tmp_path):
    run_sweep(study_of(measures=["flag_rate"], replicates=1), tmp_path / "sweep", workers=1)
    with pytest.raises(InputError) as caught:
        draw_figures(tmp_path / "sweep", tmp_path / "figures")
    assert caught.value.messages == [
        "measures must include compliance_watched and compliance_unwatched for a regime map of a sweep"
    ]
    assert not (tmp_path / "figures").exists()


def test_a_folder_that_is_no_sweep_is_refused(tmp_path):
    with pytest.raises(InputError) as caught:
        draw_figures(tmp_path, tmp_path)
    assert caught.value.messages == [f"{tmp_path}: a sweep's directory must hold study.yaml, got a folder without it"]
