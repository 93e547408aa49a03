"""Each kind of figure: the numbers that it draws, its size, letters and colours, its holes, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from analysis.figures.front import pareto
from analysis.figures.kinds import KINDS, drawn_figure, figure_of
from analysis.figures.panels import spread
from analysis.outcome import Outcome
from analysis.report import write_report
from analysis.style import SERIES, WIDTHS, save_figure
from models.refusals import InputError
from parameter_sweeps.execution import run_sweep
from parameter_sweeps.results import load_records
from parameter_sweeps.study import Study

FORESIGHT, GAP = "agents.foresight", "compliance_gap"
FIGURES = {
    "lines": {"x": FORESIGHT, "y": GAP, "series": "regime", "theory": True, "reference": "gap_bound", "level": 0.1},
    "differences": {"measure": GAP, "axis": "regime", "baseline": "random_audit"},
    "trajectories": {"y": [GAP, "trust"], "series": "regime"},
    "front": {"x": GAP, "y": "overseer_utility", "y_better": "high", "levels": "regime"},
    "heatmap": {"measure": GAP, "x": FORESIGHT, "y": "regime", "centre": 0, "contour": 0.1},
}


def study_of(figure: object = None, **keys: object) -> Study:
    written = {
        "name": "kinds", "base": "base", "set": {"agents.count": 20, "run.episodes": 12}, "record": "episodes",
        "regimes": ["random_audit", "covert", "honeypots"], "vary": {FORESIGHT: [0.1, 0.7, 0.95]}, "replicates": 3,
        "measures": ["compliance_watched", "compliance_unwatched", GAP, "overseer_utility", "trust"], "record_every": 4,
    }  # fmt: skip
    return Study.from_mapping({**written, "figure": figure, **keys})


@pytest.fixture(scope="module")
def outcome(tmp_path_factory) -> Outcome:
    folder = tmp_path_factory.mktemp("kinds") / "sweep"
    results = run_sweep(study_of(), folder, workers=1)
    return Outcome(study_of(), results, load_records(folder))


def with_figure(outcome: Outcome, kind: str, **options: object) -> Outcome:
    study = study_of({"kind": kind, **FIGURES[kind], **options})
    return Outcome(study, outcome.results, outcome.records)


def holed(outcome: Outcome, cell: int = 4) -> Outcome:
    lost = outcome.results["cell"] == cell
    numbers = outcome.study.measures
    results = outcome.results.copy()
    results.loc[lost, "error"] = "run: lost"
    results.loc[lost, list(numbers)] = np.nan
    return Outcome(outcome.study, results, outcome.records)


def texts_of(figure) -> list[str]:
    from matplotlib.text import Text

    figure.draw_without_rendering()
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def test_lines_are_the_means_over_replicates(outcome):
    figure, data, _ = drawn_figure(with_figure(outcome, "lines"))
    table = outcome.results.assign(regime=outcome.varied["regime"][outcome.results["cell"]])
    for regime in outcome.study.regimes:
        of_regime = table[table["regime"] == regime].groupby(FORESIGHT)[GAP].mean()
        drawn = data[data["series"] == regime]
        assert drawn["mean"].to_numpy() == pytest.approx(of_regime.to_numpy(), nan_ok=True)
        (line,) = [line for line in figure.axes[0].get_lines() if line.get_label() == regime.replace("_", " ")]
        assert np.array_equal(line.get_ydata(), drawn["mean"], equal_nan=True)
    exact = outcome.cells_of_map["exact_compliance_gap"].to_numpy()
    assert data["theory"].to_numpy() == pytest.approx(exact)


def test_series_have_a_colour_a_line_and_a_marker_of_their_own(outcome):
    figure, *_ = drawn_figure(with_figure(outcome, "lines"))
    lines = [line for line in figure.axes[0].get_lines() if line.get_marker() in {"o", "s", "^"}]
    looks = {(to_hex(line.get_color()), line.get_marker(), str(line.get_linestyle())) for line in lines}
    assert len(looks) == len({look[0] for look in looks}) == len({look[1] for look in looks}) == 3
    assert {look[0].upper() for look in looks} == {colour for colour, *_ in SERIES[:3]}
    # each is named where it ends
    assert {"random audit", "covert", "honeypots"} < {*texts_of(figure)}


def test_differences_are_paired_and_sorted(outcome):
    _, data, _ = drawn_figure(with_figure(outcome, "differences"))
    means = outcome.results.assign(regime=outcome.varied["regime"][outcome.results["cell"]])
    wide = means.pivot_table(index=[FORESIGHT, "replicate"], columns="regime", values=GAP)
    paired = (wide["covert"] - wide["random_audit"]).groupby("replicate").mean().mean()
    assert data.set_index("level").loc["covert", "difference"] == pytest.approx(paired)
    assert data["difference"].is_monotonic_increasing
    assert (data["p_holm"] >= data["p"]).all()


def test_pareto_by_hand():
    # (1, 3), (2, 2), (3, 1) better each other in one; (3, 3) is worse than (2, 2), and equals are both kept
    first, second = np.array([1.0, 2, 3, 3, 2, np.nan]), np.array([3.0, 2, 1, 3, 2, 0])
    assert pareto(first, second).tolist() == [True, True, True, False, True, False]


def test_labels_are_moved_apart_as_little_as_needed():
    assert spread([0.5, 0.5], 0.2) == pytest.approx([0.4, 0.6])
    assert spread([0.9, 0.1], 0.2) == [0.9, 0.1]


def test_trajectories_are_those_of_the_records(outcome):
    _, data, _ = drawn_figure(with_figure(outcome, "trajectories"))
    trust = data[(data["panel"] == "trust") & (data["series"] == "covert")]
    cells = np.flatnonzero(outcome.varied["regime"] == "covert")
    of_regime = outcome.records[outcome.records["cell"].isin(cells)]
    assert trust["mean"].to_numpy() == pytest.approx(of_regime.groupby("episode")["trust"].mean().to_numpy())
    assert trust["x"].tolist() == [0, 4, 8]


def test_a_heatmap_is_centred_on_white(outcome):
    figure, data, _ = drawn_figure(with_figure(outcome, "heatmap"))
    mesh = figure.axes[0].collections[0]
    assert mesh.norm.vmin == -mesh.norm.vmax
    assert mesh.get_array().shape == (3, 3)
    assert np.nanmax(mesh.get_array()) == pytest.approx(data["mean"].max())
    assert min(mesh.cmap(mesh.norm(0.0))[:3]) > 0.95


@pytest.mark.parametrize("kind", FIGURES)
@pytest.mark.parametrize("width", ["neurips", "icml", "ieee_wide", "slide"])
def test_sizes_are_those_of_the_page(outcome, kind, width):
    from matplotlib.text import Text

    figure, _, _ = drawn_figure(with_figure(outcome, kind, width=width))
    assert figure.get_size_inches()[0] == WIDTHS[width]
    figure.draw_without_rendering()
    sizes = [text.get_fontsize() for text in figure.findobj(Text) if text.get_text()]
    scale = 2.0 if width == "slide" else 1.0
    assert 6.0 * scale <= min(sizes) <= max(sizes) <= 10.0 * scale


@pytest.mark.parametrize("kind", FIGURES)
def test_holes_are_marked(outcome, kind):
    whole, *_ = drawn_figure(with_figure(outcome, kind))
    figure, *_ = drawn_figure(with_figure(holed(outcome), kind))
    legends = [[text.get_text() for legend in each.legends for text in legend.get_texts()] for each in (whole, figure)]
    assert "missing or failed runs" not in legends[0]
    assert "missing or failed runs" in legends[1]


@pytest.mark.parametrize("kind", FIGURES)
def test_the_same_numbers_make_the_same_bytes_and_letters_are_embedded(outcome, tmp_path, kind):
    for folder in ("first", "second"):
        figure, _, width = drawn_figure(with_figure(outcome, kind))
        save_figure(figure, tmp_path / folder / kind, width)
    for first in sorted(Path(tmp_path, "first").iterdir()):
        assert first.read_bytes() == (tmp_path / "second" / first.name).read_bytes(), first.name
    pdf = (tmp_path / "first" / f"{kind}.pdf").read_bytes()
    assert b"/CIDFontType2" in pdf
    assert b"/Type3" not in pdf


def test_a_quick_study_says_so(outcome):
    study = with_figure(outcome, "lines").study.model_copy(update={"quick": True})
    figure, *_ = drawn_figure(Outcome(study, outcome.results, outcome.records))
    assert "quick look, scaled down" in texts_of(figure)


def test_a_report_of_every_kind(outcome, tmp_path):
    for kind in FIGURES:
        files = write_report(with_figure(outcome, kind), tmp_path / kind)
        assert {path.name for path in files} >= {"kinds.pdf", "kinds_figure.csv", "kinds.md", "numbers.tex"}
        assert len(pd.read_csv(tmp_path / kind / "kinds_figure.csv")) > 0


@pytest.mark.parametrize(
    ("figure", "message"),
    [
        ({"kind": "lines", "y": GAP}, "figure.x must be given: the varied key across"),
        ({"kind": "lines", "x": "regime", "y": GAP}, "figure.x must be an axis of numbers, got regime"),
        ({"kind": "lines", "x": FORESIGHT, "y": "compliance_gop"},
         "figure.y must be a measure, got 'compliance_gop'; did you mean compliance_gap?"),
        ({"kind": "lines", "x": FORESIGHT, "y": GAP, "seris": "regime"},
         f"figure.seris must be one of {', '.join(KINDS['lines'].options)}; did you mean series?"),
        ({"kind": "lines", "x": FORESIGHT, "y": GAP, "where": {"regime": "none"}},
         "figure.where.regime must be one of 'random_audit', 'covert', 'honeypots', got 'none'"),
        ({"kind": "lines", "x": FORESIGHT, "y": GAP, "reference": "best"},
         "figure.reference must be gap_bound or exact, got 'best'"),
    ],
)  # fmt: skip
def test_a_wrong_option_is_one_sentence(figure, message):
    with pytest.raises(InputError) as caught:
        figure_of(study_of(figure))
    assert caught.value.messages == [message]


def test_trajectories_need_records():
    with pytest.raises(InputError, match="record must be episodes"):
        figure_of(study_of({"kind": "trajectories", "y": GAP}, record="none", record_every=None))


def test_more_series_than_colours_are_refused(outcome):
    vary = {FORESIGHT: [0.1, 0.9], "agents.rationality": [*range(1, 10)]}
    study = study_of({"kind": "lines", "x": FORESIGHT, "y": GAP, "series": "agents.rationality"}, vary=vary)
    rows = [(cell, 0, "", 0.5) for cell in range(study.cell_count)]
    with pytest.raises(InputError, match="at most 8 levels, got 9"):
        drawn_figure(Outcome(study, pd.DataFrame(rows, columns=["cell", "replicate", "error", GAP])))
