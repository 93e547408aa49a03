"""Parts of a study, run apart and put together, are the undivided sweep, byte for byte."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from small_sweeps import files_of, half_of_flags, late_gap, study_of

from models.refusals import InputError
from parameter_sweeps.execution import run_sweep
from parameter_sweeps.loading import load_results
from parameter_sweeps.manifest import manifest_text, read_manifest
from parameter_sweeps.provenance import read_entries
from parameter_sweeps.sharding import merge_directories, part_of
from parameter_sweeps.status import directory_status
from parameter_sweeps.verification import check_directory

pytestmark = pytest.mark.usefixtures("small_chunks")


def refusal_of(function, *given, **keys) -> list[str]:
    with pytest.raises(InputError) as caught:
        function(*given, **keys)
    return caught.value.messages


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Return a folder with the whole and its three parts."""
    folder = tmp_path_factory.mktemp("kept")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("parameter_sweeps.chunks.Prices.__new__.__defaults__", (2e6, 5e5, 35.0, 27e3, 4e6))
        run_sweep(study_of(record="episodes"), folder / "whole", 1)
        for number in (1, 2, 3):
            run_sweep(study_of(record="episodes"), folder / str(number), 1, part=(number, 3))
    return folder


@pytest.fixture
def folder(kept, tmp_path) -> Path:
    return Path(shutil.copytree(kept, tmp_path / "kept"))


def parts_of(folder: Path) -> list[Path]:
    return [folder / str(number) for number in (3, 1, 2)]


def test_parts_have_every_file_once(folder):
    parts = [files_of(part, "cells") for part in parts_of(folder)]
    assert sum(map(len, parts)) == len(files_of(folder / "whole", "cells")) >= 3
    assert parts[0] | parts[1] | parts[2] == files_of(folder / "whole", "cells")
    assert all(check_directory(part).findings == [] for part in parts_of(folder))
    assert directory_status(folder / "1").part == (1, 3)
    assert directory_status(folder / "1").runs_missing == 0


@pytest.mark.parametrize("workers", [1, 2])
def test_parts_put_together_are_the_whole(folder, workers):
    merged = merge_directories(parts_of(folder), folder / "merged")
    assert (merged.finished, merged.copied) == (merged.planned, merged.planned)
    whole = folder / "whole"
    if workers == 2:
        whole = folder / "by_two"
        run_sweep(study_of(record="episodes"), whole, 2)
    assert files_of(folder / "merged", "cells", "records") == files_of(whole, "cells", "records")
    for name in ("manifest.json", "study.yaml"):
        assert (folder / "merged" / name).read_bytes() == (whole / name).read_bytes()
    assert load_results(folder / "merged").equals(load_results(whole))
    assert check_directory(folder / "merged").findings == []
    # a sweep of the whole has nothing left to do
    log = (folder / "merged" / "log.jsonl").read_bytes()
    run_sweep(study_of(record="episodes"), folder / "merged", 1)
    assert (folder / "merged" / "log.jsonl").read_bytes() == log
    events = [entry["event"] for entry in read_entries(folder / "merged")]
    assert events == ["began", "ended"] * 3 + ["merged"]


def test_what_is_missing_is_run_after_parts_are_put_together(folder):
    merged = merge_directories([folder / "1", folder / "3"], folder / "merged")
    assert merged.finished < merged.planned
    assert "cells missing: run the sweep again" in refusal_of(load_results, folder / "merged")[0]
    # a part that comes later is added
    assert merge_directories([folder / "2"], folder / "merged").finished == merged.planned
    assert merge_directories(parts_of(folder), folder / "merged").copied == 0
    assert files_of(folder / "merged", "cells") == files_of(folder / "whole", "cells")
    other = merge_directories([folder / "1", folder / "3"], folder / "other")
    run_sweep(study_of(record="episodes"), folder / "other", 1)
    assert other.finished < merged.planned
    assert files_of(folder / "other", "cells", "records") == files_of(folder / "whole", "cells", "records")


def test_a_part_is_no_whole(folder):
    part, study = folder / "1", study_of(record="episodes")
    assert refusal_of(load_results, part) == [f"{part} must hold a whole study, got part 1 of 3: merge the parts"]
    assert len(load_results(part, partial=True)) < 8
    assert refusal_of(run_sweep, study, part, 1) == [f"{part} holds part 1 of 3 of the study, got the whole"]
    message = f"{part} holds part 1 of 3 of the study, got part 2 of 3"
    assert refusal_of(run_sweep, study, part, 1, part=(2, 3)) == [message]


def test_a_part_without_chunks_is_a_part(tmp_path):
    assert len(run_sweep(study_of(), tmp_path / "9", 1, part=(9, 9))) == 0
    assert merge_directories([tmp_path / "9"], tmp_path / "merged").finished == 0


def test_other_studies_and_measures_are_not_put_together(folder):
    run_sweep(study_of(record="episodes", seed=2), folder / "other", 1, part=(2, 3))
    before = sorted(folder.iterdir())
    found = refusal_of(merge_directories, [folder / "1", folder / "other"], folder / "merged")
    assert found == [f"{folder / '1'} holds another study: seed is 1 there, got 2"]
    own = {"half": half_of_flags}, {"half": late_gap}
    for name, measures in zip("ab", own, strict=True):
        run_sweep(study_of(), folder / name, 1, measures=measures)
    found = refusal_of(merge_directories, [folder / "a", folder / "b"], folder / "merged")
    assert found == [f"{folder / 'b'} must have the functions of {folder / 'a'}, got others"]
    assert {path.name for path in folder.iterdir()} - {path.name for path in before} == {"a", "b"}


def test_other_code_is_not_put_together(folder):
    manifest = read_manifest(folder / "2")
    manifest.basis["packages"]["numpy"] = "1.0"
    manifest.basis["code"] = "0" * 64
    (folder / "2" / "manifest.json").write_text(manifest_text(manifest))
    (found,) = refusal_of(merge_directories, parts_of(folder), folder / "merged")
    assert found.startswith(f"{folder / '2'} must be by the same code as {folder / '3'}, got other code: the digest of")
    assert "got 000000000000" in found
    assert "numpy is 2" in found
    assert "there, got 1.0" in found
    assert not (folder / "merged").exists()


def test_files_that_differ_are_not_put_together(folder):
    # the same chunk with other bytes, each as its own log says
    cell, other = min((folder / "1" / "cells").iterdir()), min((folder / "2" / "cells").iterdir())
    run = folder / "again"
    shutil.copytree(folder / "1", run)
    from parameter_sweeps.log import append, digest_of, read_log

    entry = read_log(run)[cell.stem]
    (run / "cells" / cell.name).write_bytes(other.read_bytes())
    append(run, entry._replace(sha256=digest_of(other.read_bytes())))
    found = refusal_of(merge_directories, [folder / "1", run], folder / "merged")
    assert found == [f"{run / 'cells' / cell.name} must be as in {folder / '1'}, got other bytes"]
    # and a damaged one
    cell.write_bytes(other.read_bytes())
    found = refusal_of(merge_directories, parts_of(folder), folder / "merged")
    assert found == [f"{cell} must be as it was written, got other bytes: delete it and run the sweep again"]
    assert not (folder / "merged").exists()


def test_folders_that_do_not_fit_are_refused(folder):
    first_format = Path(__file__).parent / "data" / "format_1"
    message = f"{first_format} must have format 2 to be put together, got the first format"
    assert refusal_of(merge_directories, [first_format], folder / "merged") == [message]
    assert "no manifest.json in it" in refusal_of(merge_directories, [folder], folder / "merged")[0]
    (folder / "full").mkdir()
    (folder / "full" / "file").touch()
    assert "with other files" in refusal_of(merge_directories, parts_of(folder), folder / "full")[0]
    message = f"{folder / '1'} must hold a whole study to be added to, got a part of one"
    assert refusal_of(merge_directories, [folder / "2"], folder / "1") == [message]
    assert refusal_of(merge_directories, [], folder / "merged")


@pytest.mark.parametrize("text", ["0/3", "4/3", "1", "1/0", "a/b", "1/2/3", "-1/3", "1.0/2", ""])
def test_what_is_no_part_is_refused(text, tmp_path):
    assert "the part must be K/N, with whole numbers 1 <= K <= N" in refusal_of(part_of, text)[0]
    assert refusal_of(run_sweep, study_of(), tmp_path / "out", 1, part=text)
    assert not (tmp_path / "out").exists()


def test_a_part_is_written_as_in_words():
    assert part_of(" 2 / 3 ") == (2, 3)
    assert json.loads(json.dumps(part_of("1/1"))) == [1, 1]
