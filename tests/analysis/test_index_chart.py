"""The chart of indices: what is drawn where, and the same bytes each time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.figures.index_chart import LOOKS, index_chart
from analysis.findings import sensitivity_in_words, write_sensitivity
from analysis.sensitivity import Sensitivity

KEYS = ["agents.foresight", "regime.schedule.rate", "agents.cue.discrimination"]


def found_of(*names: str, noise: float = 0.02) -> Sensitivity:
    rows = [
        {
            "index": name, "parameter": key, "other": "", "value": value, "low": value - 0.1, "high": value + 0.15,
            "noise": noise, "remark": "covers zero" if value < 0.1 else "",
        }
        for name in names for key, value in zip(KEYS, (0.3, 0.05, 0.6), strict=True)
    ]  # fmt: skip
    return Sensitivity("compliance_gap", pd.DataFrame(rows), 0.02, 40, 3)


def lines_of(figure, name: str):
    (axes,) = figure.axes
    return [line for line in axes.lines if line.get_gid() == name]


@pytest.mark.parametrize("names", [("ST", "S1"), ("mu_star", "sigma", "mu")])
def test_each_index_stands_at_its_value_with_its_interval(names):
    figure = index_chart(found_of(*names))
    (axes,) = figure.axes
    # the largest on top
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert [label.split(" $")[0] for label in labels] == ["Watching rate", "Foresight", "Cue discrimination"]
    for name in names[:2]:
        colour, marker, shift, _ = LOOKS[name]
        (plain,), (hollow,) = lines_of(figure, name), lines_of(figure, f"{name} not told from luck")
        assert plain.get_xdata().tolist() == [0.3, 0.6]
        assert plain.get_ydata() == pytest.approx(np.array([1, 2]) + shift)
        assert (plain.get_color(), plain.get_marker()) == (colour, marker)
        assert hollow.get_xdata().tolist() == [0.05]
        assert hollow.get_markerfacecolor() == "white"
        (bars,) = [bar for bar in axes.collections if bar.get_gid() == f"intervals of {name}"]
        assert [segment[:, 0].tolist() for segment in bars.get_segments()] == [
            pytest.approx([value - 0.1, value + 0.15]) for value in (0.05, 0.3, 0.6)
        ]
    entries = [text.get_text() for text in figure.legends[0].get_texts()]
    assert entries == [LOOKS[names[0]][3], LOOKS[names[1]][3], "what luck alone gives", "hollow: not told from luck"]


def test_nothing_is_said_of_luck_where_there_is_none():
    found = found_of("ST", "S1", noise=0.0)
    found.table["remark"] = ""
    entries = [text.get_text() for text in index_chart(found).legends[0].get_texts()]
    assert entries == [LOOKS["ST"][3], LOOKS["S1"][3]]


@pytest.mark.parametrize("width", ["one_column", "two_columns"])
@pytest.mark.parametrize("names", [("ST", "S1"), ("mu_star", "sigma")])
def test_all_text_stands_inside_the_figure(names, width):
    figure = index_chart(found_of(*names), width=width)
    figure.draw_without_rendering()
    (axes,) = figure.axes
    inside = figure.bbox.padded(1.0)
    texts = [axes.xaxis.label, *axes.get_yticklabels(), *figure.legends[0].get_texts()]
    for text in texts:
        box = text.get_window_extent()
        assert inside.x0 <= box.x0
        assert box.x1 <= inside.x1


def test_files_have_the_same_bytes(tmp_path):
    one, other = (write_sensitivity(found_of("ST", "S1"), "mine", tmp_path / name) for name in ("a", "b"))
    assert [path.suffix for path in one] == [".csv", ".md", ".tex", ".pdf", ".png", ".svg"]
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in other]
    table = pd.read_csv(one[0])
    assert table["value"].tolist() == [0.3, 0.05, 0.6] * 2
    lines = one[1].read_text().splitlines()
    assert lines[:3] == [
        "| index | parameter | other | value | low | high | noise | remark |",
        "| --- | --- | --- | ---: | ---: | ---: | ---: | --- |",
        "| ST | agents.foresight |  | 0.3 | 0.2 | 0.45 | 0.02 |  |",
    ]


def test_what_is_said_of_luck():
    assert sensitivity_in_words(found_of("ST", "S1"), "mine") == (
        "mine, compliance_gap: 40 cells, 3 replicates; 2 % of its variance between cells is luck of replicates; the "
        "95 % intervals of 2 of 6 indices reach down to zero or to luck."
    )
