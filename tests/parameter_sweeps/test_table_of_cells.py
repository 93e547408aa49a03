"""Tables of cells: what is read, what determines a study, and what is refused."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from models.refusals import InputError
from parameter_sweeps.catalogue import load_study
from parameter_sweeps.execution import run_sweep
from parameter_sweeps.loading import load_results
from parameter_sweeps.store import open_store
from parameter_sweeps.study import Study

FORESIGHT, PENALTY, COUNT = "agents.foresight", "regime.response.penalty", "agents.count"
SMALL = {"agents.count": 5, "run.episodes": 3}


def study_of(**keys: object) -> Study:
    return Study.from_mapping({"base": "base", **keys})


def refusal_of(folder: Path | None = None, **keys: object) -> list[str]:
    with pytest.raises(InputError) as caught:
        Study.from_mapping({"base": "base", **keys}, folder=folder)
    return caught.value.messages


def columns_of(study: Study) -> dict[str, list[object]]:
    cells = list(study.cells())
    return {key: [cell.values[key] for cell in cells] for key in study.axes}


def table(folder: Path, text: str) -> dict[str, object]:
    (folder / "cells.csv").write_text(text, encoding="utf-8")
    return {"kind": "table", "path": "cells.csv"}


def test_a_table_has_one_row_a_cell(tmp_path):
    text = f'{FORESIGHT},agents.beliefs.mean,agents.rationality\n0.5,true_rate,inf\n.25,"0.3",2\n'
    study = Study.from_mapping({"base": "base", "design": table(tmp_path, text)}, folder=tmp_path)
    assert columns_of(study) == {
        FORESIGHT: [0.5, 0.25], "agents.beliefs.mean": ["true_rate", 0.3], "agents.rationality": [math.inf, 2.0],
    }  # fmt: skip
    assert study.cell_count == 2
    assert study.cell_scenario(next(study.cells())).agents.foresight == 0.5


def test_whole_numbers_and_parts_in_a_table(tmp_path):
    text = f'{COUNT},agents.cue\n3,"{{kind: binary, accuracy: 0.7}}"\n4,{{}}\n'
    study = Study.from_mapping({"base": "base", "design": table(tmp_path, text)}, folder=tmp_path)
    assert [study.cell_scenario(cell).agents.cue.kind for cell in study.cells()] == ["binary", "gaussian"]
    assert columns_of(study)[COUNT] == [3, 4]


def test_what_a_table_says_is_part_of_the_digest(tmp_path):
    def digest(text: str) -> str:
        return Study.from_mapping({"base": "base", "design": table(tmp_path, text)}, folder=tmp_path).digest()

    assert digest(f"{FORESIGHT}\n0.5\n") == digest(f"{FORESIGHT}\n\n0.50\n")
    assert digest(f"{FORESIGHT}\n0.5\n") != digest(f"{FORESIGHT}\n0.25\n")
    assert digest(f"{FORESIGHT}\n0.5\n0.25\n") != digest(f"{FORESIGHT}\n0.25\n0.5\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{FORESIGHT},{FORESIGHT}\n1,2\n", "the header must be dotted keys, each once, got"),
        (f"{FORESIGHT}\n", "the table must have at least one row, got none"),
        (f"{FORESIGHT},{PENALTY}\n0.5\n", "row 1 must have 2 fields, got 1"),
        (f"{FORESIGHT},{PENALTY}\n0.5,\n", f"{PENALTY} in row 1 must be a value as in a YAML file, got nothing"),
        (f"{PENALTY}\n010\n", f"{PENALTY} in row 1 must be a value as in a YAML file, got '010'"),
        (f"{PENALTY}\n1\n-1\n2\n", f"{PENALTY} must be a number >= 0, got -1"),
        (f"{COUNT}\n1\n1.5\n2\n", f"{COUNT} must be a whole number"),
        (f"{PENALTY}\n1\n2\n1.0\n", "row 3 must be another than row 1, got the same values"),
        ("agents.foresigt\n1\n", "agents.foresigt is not a known key; did you mean agents.foresight?"),
        ("agents.cue,agents.cue.kind\n{},binary\n", "agents.cue.kind must be left out, because agents.cue is varied"),
    ],
)
def test_a_mistake_in_a_table_is_one_sentence(tmp_path, text, message):
    (found,) = refusal_of(tmp_path, design=table(tmp_path, text))
    assert found.startswith(f"cells.csv: {message}")


def test_a_table_that_is_not_there_is_refused(tmp_path):
    (message,) = refusal_of(tmp_path, design={"kind": "table", "path": "none.csv"})
    assert message.startswith("design.path must be a CSV file that can be read")
    assert message.endswith("got 'none.csv'")


def test_a_file_that_is_no_table_is_refused(tmp_path):
    (tmp_path / "cells.csv").write_bytes(b"\xff\xfe")
    (message,) = refusal_of(tmp_path, design={"kind": "table", "path": "cells.csv"})
    assert "no UTF-8 text" in message
    (message,) = refusal_of(tmp_path, design=table(tmp_path, f"{FORESIGHT}\n{'9' * 200_000}\n"))
    assert message.startswith("design must be a table in CSV, got a mistake in it: field larger than")
    assert refusal_of(tmp_path, design=table(tmp_path, "\n")) == [
        "design.path must be a CSV file with a header and at least one row, got 'cells.csv'"
    ]
    assert refusal_of(design={"kind": "table", "content": "\n"}) == [
        "design.path must be the path of a CSV file, got null"
    ]


def test_a_directory_keeps_its_table(tmp_path):
    design = table(tmp_path, f"{FORESIGHT}\n0.5\n0.25\n")
    study = Study.from_mapping({"base": "base", "set": SMALL, "design": design, "replicates": 1}, folder=tmp_path)
    whole = run_sweep(study, tmp_path / "out", 1)
    (tmp_path / "cells.csv").unlink()
    assert load_results(tmp_path / "out").equals(whole)
    kept = tmp_path / "out" / "cells.csv"
    kept.write_text(kept.read_text().replace("0.25", "0.26"))
    with pytest.raises(InputError, match=r"must be the study that was run, got another: it was changed"):
        open_store(tmp_path / "out")


def test_a_study_file_finds_its_table_beside_it(tmp_path, monkeypatch):
    table(tmp_path, f"{FORESIGHT}\n0.5\n0.25\n")
    (tmp_path / "mine.yaml").write_text("base: base\ndesign: {kind: table, path: cells.csv}\n", encoding="utf-8")
    monkeypatch.chdir("/")
    assert load_study(tmp_path / "mine.yaml").cell_count == 2
