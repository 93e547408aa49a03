"""Study directories: files that make the same study again, whole files, and what is refused."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.refusals import InputError
from parameter_sweeps.catalogue import load_study
from parameter_sweeps.chunk_files import chunk_content
from parameter_sweeps.chunks import Chunk, Prices, chunk_names, planned_chunks
from parameter_sweeps.failures import NO_FAILURE, Failure
from parameter_sweeps.loading import load_results
from parameter_sweeps.store import Store, begin, locked, open_store
from parameter_sweeps.study import Study
from parameter_sweeps.study_file import study_text
from parameter_sweeps.whole_files import write_whole
from parameter_sweeps.yaml_loader import parse_yaml

FORESIGHT, PENALTY = "agents.foresight", "regime.response.penalty"
MEASURES = ("compliance_gap", "flag_rate")
ADVICE = "a folder goes on with what only adds values, regimes or replicates: another study needs another folder"


def study_of(**keys: object) -> Study:
    small = {"agents.count": 5, "run.episodes": 3}
    axes = {FORESIGHT: [0.25, 0.5], "agents.beliefs.mean": [0.3, "true_rate"]}
    return Study.from_mapping({"base": "base", "set": small, "vary": axes, "replicates": 2, **keys})


def filled(store: Store) -> Store:
    for chunk in store.missing():
        rows = [({"compliance_gap": float(run)}, NO_FAILURE) for run in range(chunk.runs)]
        store.keep(chunk, chunk_content(store.study, store.measures, chunk, rows))
    return store


def refused(out: Path, study: Study | None = None) -> list[str]:
    with pytest.raises(InputError) as caught:
        load_results(out) if study is None else begin(study, out, MEASURES, Prices())
    return caught.value.messages


@pytest.mark.parametrize(
    "keys",
    [
        {
            "name": "inf",
            "claim": "1e-3: # 'quoted' \"so\"\nand on, ünïcode \t\x07",
            "figure": {"kind": "map", "n": [1, 2.5]},
        },
        {"set": {"agents.rationality": "inf", "agents.cue": {"kind": "binary", "accuracy": 0.7}}},
        {"vary": {PENALTY: {"linspace": [0, 1e-7, 3]}, FORESIGHT: {"logspace": [1e-9, 0.5, 4]}}},
        {"vary": {"agents.cue": [{"kind": "binary"}, {"kind": "gaussian", "discrimination": "inf"}]}},
        {"vary": {"agents.goals.angle": [1, {"distribution": "beta", "a": 2, "b": 3}]}},
        {"vary": {PENALTY: [0.5, 0.25], FORESIGHT: [0.5, 0.25]}, "measures": ["flag_rate"]},
        {"vary": {}},
        {"base": {"name": "mine", "stakes": {"scale": 1e-12}}},
    ],
)
def test_the_study_file_makes_the_same_study(keys):
    study = study_of(**keys)
    again = Study.from_mapping(parse_yaml(study_text(study)))
    assert again.digest() == study.digest()
    assert list(again.axes.items()) == list(study.axes.items())
    assert (again.name, again.claim, again.figure, again.base.name) == (
        study.name, study.claim, study.figure, study.base.name,
    )  # fmt: skip


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_any_claim_survives_the_study_file(claim):
    assert Study.from_mapping(parse_yaml(study_text(study_of(claim=claim)))).claim == claim


def test_a_long_axis_fits_into_the_study_file():
    text = study_text(study_of(vary={FORESIGHT: {"linspace": [0, 0.9, 200]}}))
    assert "linspace" in text
    assert len(text) < 4000


def test_a_figure_that_is_no_plain_data_is_refused(tmp_path):
    assert refused(tmp_path / "out", study_of(figure={"of": object()}))[0].startswith("study must be plain data")
    assert not (tmp_path / "out").exists()


def test_results_are_one_row_a_run_in_order(tmp_path):
    store = filled(begin(study_of(), tmp_path / "new" / "out", MEASURES, Prices()))
    table = load_results(store.folder)
    assert list(table) == [
        "cell",
        FORESIGHT,
        "agents.beliefs.mean",
        "replicate",
        "seed",
        *MEASURES,
        "stage",
        "error",
        "traceback",
    ]
    assert table["cell"].tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert table["replicate"].tolist() == [0, 1] * 4
    assert table[FORESIGHT].tolist() == [0.25] * 4 + [0.5] * 4
    assert table["agents.beliefs.mean"].tolist() == ["0.3", "0.3", "true_rate", "true_rate"] * 2
    assert table["compliance_gap"].tolist() == list(range(8))
    assert table["flag_rate"].isna().all()
    assert (table["error"] == "").all()


def test_equal_rows_make_equal_bytes():
    study, chunk = study_of(), Chunk(1, 3, 0, 2)
    rows = [
        ({"flag_rate": 0.1 * run}, Failure("run", "ValueError: no", "here") if run else NO_FAILURE) for run in range(4)
    ]
    contents = {chunk_content(study, MEASURES, chunk, rows) for _ in range(3)}
    assert len(contents) == 1
    assert b"pandas" not in contents.pop()


def test_the_manifest_says_what_was_used(tmp_path):
    study = study_of()
    begin(study, tmp_path, MEASURES, Prices())
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest["digest"] == study.digest()
    assert manifest["seed"] == 1
    assert manifest["packages"]["numpy"] == np.__version__
    assert set(manifest["packages"]) == {
        *("python", "numpy", "numba", "llvmlite", "networkx", "pandas", "pyarrow", "scipy"),
    }
    assert load_study(tmp_path / "study.yaml").digest() == study.digest()


def test_cells_that_are_missing_are_counted(tmp_path):
    store = filled(begin(study_of(replicates=4000), tmp_path, MEASURES, Prices()))
    first = next(iter(store.files))
    assert (first.first_cell, first.end_cell) == (0, 1)
    store.files[first].unlink()
    assert refused(tmp_path) == [f"{tmp_path} must be finished, got 1 of 4 cells missing: run the sweep again"]
    table = load_results(tmp_path, partial=True)
    assert table.attrs["missing_cells"] == 1
    assert len(table) == 16000 - first.runs
    assert table.equals(table.sort_values(["cell", "replicate"]))


def test_nothing_finished_is_an_empty_table(tmp_path):
    begin(study_of(), tmp_path, MEASURES, Prices())
    assert refused(tmp_path) == [f"{tmp_path} must be finished, got 4 of 4 cells missing: run the sweep again"]
    table = load_results(tmp_path, partial=True)
    assert (len(table), table.attrs["missing_cells"]) == (0, 4)
    assert table["compliance_gap"].dtype == np.float64


def test_a_damaged_file_is_named(tmp_path):
    store = filled(begin(study_of(), tmp_path, MEASURES, Prices()))
    path = next(iter(store.files.values()))
    whole, advice = path.read_bytes(), "delete it and run the sweep again"
    path.write_bytes(whole[:-7])
    assert refused(tmp_path) == [f"{path} must be as it was written, got other bytes: {advice}"]
    # as long, but for one bit
    path.write_bytes(whole[:100] + bytes([whole[100] ^ 1]) + whole[101:])
    assert refused(tmp_path) == [f"{path} must be as it was written, got other bytes: {advice}"]
    # without the log there is no digest to compare
    (tmp_path / "log.jsonl").unlink()
    path.write_bytes(whole[:-7])
    assert refused(tmp_path)[0].startswith(f"{path} must be a file of results, got ")
    other = Chunk(0, 1, 0, 2)
    path.write_bytes(chunk_content(store.study, store.measures, other, [({}, NO_FAILURE)] * 2))
    assert refused(tmp_path) == [f"{path} must hold 8 rows of this study, got others: {advice}"]


def test_what_is_no_study_directory_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    assert refused(tmp_path / "file", study_of()) == [f"out must be a folder, got the file {tmp_path / 'file'}"]
    message = f"out must be a study directory or an empty folder, got {tmp_path} with other files"
    assert refused(tmp_path, study_of()) == [message]
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert refused(tmp_path) == [f"{tmp_path} must be a study directory, got no manifest.json in it"]
    assert refused(tmp_path / "file" / "below", study_of())[0].startswith("out must be a folder that can be written")


def test_a_foreign_manifest_and_another_format_are_refused(tmp_path):
    (tmp_path / "manifest.json").write_text("[]")
    message = f"{tmp_path / 'manifest.json'} must be that of a study directory, got another file"
    assert refused(tmp_path) == refused(tmp_path, study_of()) == [message]
    (tmp_path / "manifest.json").write_text('{"format": 99}')
    assert refused(tmp_path) == [f"{tmp_path} must have format 1, 2 or 3, got 99"]


def test_another_study_is_refused_with_what_differs(tmp_path):
    begin(study_of(), tmp_path, MEASURES, Prices())
    before = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    other = study_of(seed=2, vary={FORESIGHT: [0.25], "agents.beliefs.mean": [0.3, "true_rate"]})
    assert refused(tmp_path, other) == [
        f"{tmp_path} holds another study: vary.{FORESIGHT} is [0.25, 0.5] there, got [0.25]",
        f"{tmp_path} holds another study: seed is 1 there, got 2",
        ADVICE,
    ]
    turned = study_of(vary=dict(reversed(study_of().vary.items())))
    assert refused(tmp_path, turned) == [
        f"{tmp_path} holds another study: the order of vary differs",
        ADVICE,
    ]
    assert {path: path.read_bytes() for path in before} == before


def test_of_another_regime_it_is_said_which_and_in_what_it_differs(tmp_path):
    mild, harsher = ({"name": "mild", "response": {"penalty": penalty}} for penalty in (0.8, 0.9))
    begin(study_of(vary={FORESIGHT: [0.25]}, regimes=["random_audit", mild]), tmp_path, MEASURES, Prices())
    for regimes, found in (
        (["random_audit", harsher], "regimes.mild.response.penalty is 0.8 there, got 0.9"),
        (["random_audit"], "regimes.mild is {'name': 'mild'"),
    ):
        line, advice = refused(tmp_path, study_of(vary={FORESIGHT: [0.25]}, regimes=regimes))
        assert line.startswith(f"{tmp_path} holds another study: {found}")
        assert advice == ADVICE


def test_another_name_or_claim_is_the_same_study(tmp_path):
    begin(study_of(), tmp_path, MEASURES, Prices())
    assert begin(study_of(name="other", claim="other"), tmp_path, MEASURES, Prices()).files


def test_a_changed_study_file_is_refused(tmp_path):
    begin(study_of(), tmp_path, MEASURES, Prices())
    path = tmp_path / "study.yaml"
    path.write_text(path.read_text().replace("seed: 1", "seed: 3"))
    assert refused(tmp_path) == [f"{path} must be the study that was run, got another: it was changed"]


@pytest.mark.parametrize(
    "left", [[], [".manifest.json.unfinished"], ["manifest.json"], ["manifest.json", "study.yaml"]]
)
def test_a_beginning_that_was_interrupted_is_gone_on_with(tmp_path, left):
    begin(study_of(), tmp_path / "whole", MEASURES, Prices())
    (tmp_path / "out").mkdir()
    for name in left:
        whole = tmp_path / "whole" / name
        (tmp_path / "out" / name).write_bytes(whole.read_bytes() if whole.exists() else b"{")
    assert filled(begin(study_of(), tmp_path / "out", MEASURES, Prices())).missing() == []
    assert len(load_results(tmp_path / "out")) == 8


def test_a_file_that_cannot_be_finished_is_not_there(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space"):
        write_whole(tmp_path / "file", b"content")
    assert not (tmp_path / "file").exists()


def test_one_sweep_at_a_time(tmp_path):
    store = begin(study_of(), tmp_path, MEASURES, Prices())
    with locked(store), pytest.raises(InputError, match="must be free, got another sweep at work in it"), locked(store):
        pass
    with locked(store):
        pass


def test_chunks_hold_every_run_once_in_order():
    study = study_of(
        vary={"agents.count": [10, 2000, 100_000], FORESIGHT: [0.1, 0.2, 0.3], "run.episodes": [5, 500]},
        set={},
        replicates=7,
    )
    chunks = planned_chunks(study, Prices())
    runs = [
        (cell, replicate)
        for chunk in chunks
        for cell in range(chunk.first_cell, chunk.end_cell)
        for replicate in range(chunk.first_replicate, chunk.end_replicate)
    ]
    assert runs == [(cell, replicate) for cell in range(18) for replicate in range(7)]
    assert any(chunk.end_cell - chunk.first_cell > 1 for chunk in chunks)
    # 100,000 agents for 500 episodes at 35 ns: 1.75 s, so each replicate is a chunk
    assert chunks[-1] == Chunk(17, 18, 6, 7)


def test_replicates_that_vary_part_chunks():
    study = study_of(vary={"run.replicates": [2, 3], FORESIGHT: [0.1, 0.2]}, replicates=None)
    assert planned_chunks(study, Prices()) == [Chunk(0, 2, 0, 2), Chunk(2, 4, 0, 3)]


def test_a_longer_grid_keeps_the_names_of_the_first_chunks():
    def names(count: int) -> list[str]:
        study = study_of(vary={PENALTY: [0.1 * step for step in range(count)]}, set={"agents.count": 10_000})
        return list(chunk_names(study, MEASURES, planned_chunks(study, Prices())))

    short, long = names(50), names(80)
    assert len(short) > 3
    assert long[: len(short) - 1] == short[:-1]


def test_the_name_of_a_chunk_depends_on_all_that_determines_its_rows():
    chunk = [Chunk(0, 4, 0, 2)]
    others = [
        {}, {"seed": 2}, {"set": {PENALTY: 1}}, {"vary": {FORESIGHT: [0.2, 0.5, 0.6, 0.7]}}, {"base": "learning"},
    ]  # fmt: skip
    names = {next(chunk_names(study_of(**keys), MEASURES, chunk)) for keys in others}
    names |= {
        next(chunk_names(study_of(), MEASURES[:1], chunk)),
        next(chunk_names(study_of(), MEASURES, [Chunk(0, 4, 0, 1)])),
    }
    assert len(names) == 7
    assert next(chunk_names(study_of(name="other", replicates=9), MEASURES, chunk)) in names


def test_a_directory_keeps_its_plan_and_measures(tmp_path):
    store = filled(begin(study_of(), tmp_path, MEASURES, Prices(chunk=1.0)))
    assert len(store.files) == 8
    assert open_store(tmp_path).files == store.files
    again = begin(study_of(), tmp_path, ("flag_rate",), Prices())
    assert (again.files, again.measures) == (store.files, MEASURES)
