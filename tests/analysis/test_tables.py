"""Tables as CSV and LaTeX."""

from __future__ import annotations

import math

import pandas as pd

from analysis.tables import escaped, write_markdown, write_table

FRAME = pd.DataFrame(
    {"cell": [0, 1], "best": ["faking", "context_sensitive, a"], "value": [1.0 / 3.0, math.nan], "z": [-1.5, math.inf]}
)


def test_both_files_by_hand(tmp_path):
    csv, tex = write_table(FRAME, tmp_path / "new" / "rate_0.5")
    assert csv.name == "rate_0.5.csv"
    assert csv.read_text() == 'cell,best,value,z\n0,faking,0.333333333333,-1.5\n1,"context_sensitive, a",,inf\n'
    assert tex.read_text().splitlines() == [
        r"\begin{tabular}{rlrr}",
        r"\toprule",
        r"cell & best & value & z \\",
        r"\midrule",
        r"0 & faking & 0.3333 & $-$1.5 \\",
        r"1 & context\_sensitive, a & -- & $\infty$ \\",
        r"\bottomrule",
        r"\end{tabular}",
    ]


def test_powers_of_ten(tmp_path):
    _, tex = write_table(pd.DataFrame({"x": [1.25e-7, -math.inf]}), tmp_path / "t")
    assert r"$1.25 \times 10^{-7}$ \\" in tex.read_text()
    assert r"$-\infty$ \\" in tex.read_text()


def test_csv_reads_back(tmp_path):
    csv, _ = write_table(FRAME, tmp_path / "t")
    pd.testing.assert_frame_equal(pd.read_csv(csv), FRAME)


def test_what_latex_would_read_as_commands_is_escaped():
    assert escaped(r"5 % of a_b & {c} $x^2$ #1 ~ \ <") == (
        r"5 \% of a\_b \& \{c\} \$x\textasciicircum{}2\$ \#1 \textasciitilde{} \textbackslash{} \textless{}"
    )


def test_markdown(tmp_path):
    frame = pd.DataFrame({"what": ["a | b", "c"], "x": [1.5, math.nan]})
    path = write_markdown(frame, tmp_path / "t", "A table", ["What it says."])
    assert path.read_text(encoding="utf-8").splitlines() == [
        "# A table", "", "What it says.", "", "| what | x |", "| --- | ---: |", r"| a \| b | 1.5 |", "| c | – |",
    ]  # fmt: skip
