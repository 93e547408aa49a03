"""Results as a grid, as files and as records; directories of the first format."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from small_sweeps import AXES, FALSE_ALARM, FORESIGHT, HIT, MEASURES, files_of, study_of

from models.refusals import InputError
from parameter_sweeps.costs import dry_run
from parameter_sweeps.execution import run_sweep
from parameter_sweeps.loading import load_results
from parameter_sweeps.replay import replay_row
from parameter_sweeps.results import OUTCOMES, export_results, load_grid, load_records
from parameter_sweeps.status import directory_status
from parameter_sweeps.verification import check_directory
from simulation.run import simulate

pytestmark = pytest.mark.usefixtures("small_chunks")
FIRST_FORMAT = Path(__file__).parent / "data" / "format_1"


def refusal_of(function, *given, **keys) -> list[str]:
    with pytest.raises(InputError) as caught:
        function(*given, **keys)
    return caught.value.messages


@pytest.fixture
def done(tmp_path) -> Path:
    run_sweep(study_of(), tmp_path / "out", 1)
    return tmp_path / "out"


# --- the grid


def test_a_grid_has_the_axes_and_the_replicates(done):
    grid, table = load_grid(done), load_results(done)
    assert dict(grid.sizes) == {HIT: 2, FALSE_ALARM: 2, "replicate": 2}
    assert grid[HIT].values.tolist() == AXES[HIT]
    for name in MEASURES:
        np.testing.assert_array_equal(grid[name].values.ravel(), table[name])
    assert grid["compliance_gap"].attrs["long_name"] == "compliance watched less compliance unwatched"
    assert grid["threshold"].attrs["long_name"].startswith("probability of being watched")
    assert grid[HIT].attrs["long_name"]
    failed = grid["outcome"] == OUTCOMES.index("failed")
    assert failed.values.ravel().tolist() == [False] * 6 + [True] * 2
    assert (grid.attrs["seed"], grid.attrs["study"]) == (1, "study")


def test_a_grid_marks_what_is_missing_and_what_is_not_in_the_study(tmp_path):
    study = study_of(vary={"run.replicates": [1, 2], FORESIGHT: [0.5, 0.9]}, replicates=None)
    run_sweep(study, tmp_path, 1)
    min((tmp_path / "cells").iterdir()).unlink()
    assert "cells missing: run the sweep again" in refusal_of(load_grid, tmp_path)[0]
    grid = load_grid(tmp_path, partial=True)
    assert grid["outcome"].sel({"run.replicates": 1, "replicate": 1}).values.tolist() == [3, 3]
    assert (grid["outcome"] == OUTCOMES.index("missing")).any()
    assert grid["flag_rate"].isnull().sum() == (grid["outcome"] != 0).sum()


def test_text_on_an_axis_labels_the_grid(tmp_path):
    run_sweep(study_of(vary={"agents.beliefs.mean": [0.3, "true_rate"]}), tmp_path / "out", 1)
    assert load_grid(tmp_path / "out")["flag_rate"].sel({"agents.beliefs.mean": "true_rate"}).shape == (2,)
    export_results(tmp_path / "out", tmp_path / "grid.nc")
    with xr.open_dataset(tmp_path / "grid.nc", engine="scipy") as again:
        assert again["agents.beliefs.mean"].values.astype(str).tolist() == ["0.3", "true_rate"]


# --- files


def test_what_is_exported_is_what_is_kept(done, tmp_path):
    table = load_results(done)
    assert {export_results(done, tmp_path / f"table{suffix}") for suffix in (".csv", ".parquet", ".nc")} == {8}
    csv = pd.read_csv(tmp_path / "table.csv", keep_default_na=False, na_values={name: [""] for name in MEASURES})
    pd.testing.assert_frame_equal(csv, table, check_dtype=False)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "table.parquet"), table, check_dtype=False)
    with xr.open_dataset(tmp_path / "table.nc", engine="scipy") as grid:
        np.testing.assert_array_equal(grid["flag_rate"].values, load_grid(done)["flag_rate"].values)
        assert grid["flag_rate"].attrs["long_name"] == "flags"


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".nc"])
def test_equal_results_are_exported_as_equal_bytes(done, tmp_path, suffix):
    paths = [tmp_path / f"{number}{suffix}" for number in range(2)]
    for path in paths:
        export_results(done, path)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_mistakes_in_an_export_are_one_line(done, tmp_path):
    message = f"out must be a file that ends in .csv, .parquet, .nc, got {tmp_path / 'table.xlsx'}"
    assert refusal_of(export_results, done, tmp_path / "table.xlsx") == [message]
    (tmp_path / "file").write_text("x")
    path = tmp_path / "file" / "table.csv"
    assert refusal_of(export_results, done, path) == [
        f"out must be a file that can be written, got {path}: File exists"
    ]


def test_an_export_makes_its_folder(done, tmp_path):
    assert export_results(done, tmp_path / "new" / "tables" / "table.csv") == 8
    assert (tmp_path / "new" / "tables" / "table.csv").is_file()


# --- records


@pytest.mark.parametrize(
    "keys", [{"record": "episodes"}, {"record": "episodes", "record_every": 4}, {"record": "agents"}]
)
def test_recording_changes_no_byte_of_the_results(done, tmp_path, keys):
    run_sweep(study_of(**keys), tmp_path / "recorded", 1)
    assert files_of(tmp_path / "recorded", "cells") == files_of(done, "cells")
    assert {*files_of(tmp_path / "recorded", "cells")} == {
        name.replace("records", "cells") for name in files_of(tmp_path / "recorded", "records")
    }
    assert check_directory(tmp_path / "recorded").findings == []


def test_records_of_episodes_are_the_trajectories(tmp_path):
    study = study_of(record="episodes", record_every=2, vary={FORESIGHT: [0.5, 0.9]})
    run_sweep(study, tmp_path, 1)
    records = load_records(tmp_path)
    assert records[["cell", "replicate", "episode"]].values.tolist() == [
        [cell, replicate, episode] for cell in range(2) for replicate in range(2) for episode in (0, 2, 4)
    ]
    for cell in study.cells():
        shown = simulate(study.cell_scenario(cell), seed=1, record_every=2).trajectory
        kept = records[records["cell"] == cell.index]
        np.testing.assert_array_equal(kept["flag_rate"], shown["flag_rate"].values.ravel())
        np.testing.assert_array_equal(kept["trust"], shown["trust"].values.ravel())
        assert kept["faking_share"].notna().all()


def test_records_of_agents_have_a_row_an_agent(tmp_path):
    study = study_of(record="agents", vary={FORESIGHT: [0.9]})
    run_sweep(study, tmp_path, 1)
    records = load_records(tmp_path)
    assert list(records)[:4] == ["cell", "replicate", "episode", "agent"]
    shown = simulate(study.scenario.with_values({FORESIGHT: 0.9}), seed=1, record="agents").trajectory
    for name in ("watched", "acted", "angle", "belief"):
        np.testing.assert_array_equal(records[name], shown[name].values.ravel())


def test_what_has_no_records_is_not_finished(tmp_path):
    study = study_of(record="episodes")
    run_sweep(study, tmp_path, 1)
    before = files_of(tmp_path, "cells", "records")
    path = min((tmp_path / "records").iterdir())
    path.unlink()
    assert directory_status(tmp_path).runs_missing > 0
    assert "must be finished" in refusal_of(load_records, tmp_path)[0]
    run_sweep(study, tmp_path, 1)
    assert files_of(tmp_path, "cells", "records") == before


def test_records_are_asked_for(done):
    assert refusal_of(load_records, done) == [f"{done} must hold records, got a study with record none"]
    assert dry_run(study_of(record="agents"))["bytes"] > dry_run(study_of())["bytes"]


def test_the_first_episodes_can_be_left_out(tmp_path):
    # what is measured from episode 2 on is what a record says of the stretch from 2 to 6
    study = study_of(vary={FORESIGHT: [0.9]}, burn_in=2)
    table = run_sweep(study, tmp_path / "out", 1)
    longer = study_of(vary={FORESIGHT: [0.9]}, set={"agents.count": 10, "run.episodes": 6})
    shown = simulate(longer.scenario.with_values({FORESIGHT: 0.9}), seed=1, record_every=2).trajectory
    flags = shown["flag_rate"].sel(episode=[2, 4]).mean("episode")
    np.testing.assert_allclose(table["flag_rate"], flags, rtol=1e-12)
    whole = run_sweep(longer, tmp_path / "whole", 1)
    assert not {*files_of(tmp_path / "out", "cells")} & {*files_of(tmp_path / "whole", "cells")}
    assert (whole["flag_rate"] != table["flag_rate"]).any()


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"burn_in": 6}, "burn_in must be below run.episodes, 6, got 6"),
        ({"burn_in": 3, "set": {}, "vary": {"run.episodes": [9, 3]}}, "burn_in must be below run.episodes, 3, got 3"),
        ({"burn_in": -1}, "burn_in must be a whole number in [0, 1000000000], got -1"),
        ({"burn_in": None}, "burn_in must be a whole number in [0, 1000000000], got null"),
        ({"record_every": 2}, "record must be episodes or agents where record_every is given, got none"),
        ({"record": "all"}, "record must be none, episodes or agents, got 'all'"),
        ({"record": "agents", "record_every": 0}, "record_every must be a whole number in [1, 1000000000], got 0"),
    ],
)
def test_keys_of_recording_are_checked(keys, message):
    assert refusal_of(study_of, **keys) == [message]


# --- the first format, and what nothing may depend on


def test_a_directory_of_the_first_format_can_be_read():
    expected = pd.read_csv(FIRST_FORMAT.with_suffix(".csv"), keep_default_na=False, na_values={"compliance_gap": [""]})
    table = load_results(FIRST_FORMAT)
    np.testing.assert_array_equal(table["compliance_gap"], expected["compliance_gap"])
    assert table[[HIT, FALSE_ALARM, "replicate"]].equals(expected[[HIT, FALSE_ALARM, "replicate"]])
    message = f"InputError: {FALSE_ALARM} must be at most hit_rate, 0.4, got 0.5"
    assert table["error"].tolist() == [""] * 6 + [message] * 2
    assert table["stage"].tolist() == [""] * 6 + ["scenario"] * 2
    assert load_grid(FIRST_FORMAT)["flag_rate"].shape == (2, 2, 2)
    checked = check_directory(FIRST_FORMAT)
    assert (checked.findings, checked.finished, len(checked.notes)) == ([], 2, 1)
    status = directory_status(FIRST_FORMAT)
    assert (status.cells_finished, status.cells_failed, status.runs_failed) == (4, 1, 2)
    assert replay_row(FIRST_FORMAT, 7).failure[0] == f"scenario: {message}"


def test_a_directory_of_the_first_format_is_not_gone_on_with(tmp_path):
    out = tmp_path / "out"
    shutil.copytree(FIRST_FORMAT, out)
    from parameter_sweeps.catalogue import load_study

    assert "got one of the first format" in refusal_of(run_sweep, load_study(out / "study.yaml"), out, 1)[0]
    path = min((out / "cells").iterdir())
    path.write_bytes(path.read_bytes()[:-9])
    assert "must be a file of results" in refusal_of(load_results, out)[0]
    path.unlink()
    assert "cells missing" in refusal_of(load_results, out)[0]


def test_results_do_not_depend_on_the_hash_seed(done, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import sys\nimport parameter_sweeps.chunks as chunks\nfrom parameter_sweeps.catalogue import load_study\n"
        "from parameter_sweeps.execution import run_sweep\nfrom small_sweeps import half_of_flags\n"
        "chunks.Prices.__new__.__defaults__ = (2e6, 5e5, 35.0, 27e3, 4e6)\n"
        "run_sweep(load_study(sys.argv[1]), sys.argv[2], 1, measures={'half': half_of_flags})\n"
    )
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": seed}
        arguments = [sys.executable, script, done / "study.yaml", tmp_path / seed]
        subprocess.run(arguments, env=environment, check=True, timeout=300)
    assert files_of(tmp_path / "1", "cells") == files_of(tmp_path / "2", "cells")
    for name in ("manifest.json", "study.yaml"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


def test_a_row_that_failed_says_how_to_run_it_again_and_names_no_machine(done):
    row = load_results(done).iloc[-1]
    assert (row["cell"], row["replicate"], row["seed"], row["stage"]) == (3, 1, 1, "scenario")
    lines = row["traceback"].splitlines()
    assert lines[0].startswith("parameter_sweeps/runs.py:")
    assert lines[-1] == row["error"]
    assert str(Path(__file__).parents[2]) not in json.dumps(row.to_dict(), default=str)
