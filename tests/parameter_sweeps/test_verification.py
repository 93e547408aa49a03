"""A check finds any changed byte, and any file too many or missing; what a crash leaves is told and mended."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from small_sweeps import files_of, half_of_flags, study_of

from models.refusals import InputError
from parameter_sweeps.execution import run_sweep
from parameter_sweeps.json_lines import append_line, mend, whole_lines, wrong_lines
from parameter_sweeps.loading import load_results
from parameter_sweeps.store import locked, open_store
from parameter_sweeps.verification import check_directory

pytestmark = pytest.mark.usefixtures("small_chunks")


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("whole") / "out"
    run_sweep(study_of(record="episodes"), out, 1, measures={"half": half_of_flags})
    return out


@pytest.fixture
def out(whole, tmp_path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "out"))


def first(out: Path, folder: str = "cells") -> Path:
    return min((out / folder).iterdir())


def findings(out: Path) -> list[str]:
    return check_directory(out).findings


def test_what_was_written_is_as_it_was_written(out):
    checked = check_directory(out)
    assert (checked.findings, checked.notes) == ([], [])
    assert checked.finished == checked.planned == len(list((out / "cells").iterdir()))
    assert checked.files == 2 * checked.planned


def test_a_sweep_that_is_not_finished_is_not_wrong(tmp_path):
    def stop(done: int, runs: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_sweep(study_of(), tmp_path, 1, stop)
    checked = check_directory(tmp_path)
    assert (checked.findings, checked.finished) == ([], 1)
    assert checked.planned > 1


@pytest.mark.parametrize("name", ["manifest.json", "study.yaml", "log.jsonl", "provenance.jsonl", "cells", "records"])
@pytest.mark.parametrize("bit", [0, 3, 6])
def test_any_changed_bit_is_found(out, name, bit):
    path = out / name if (out / name).is_file() else first(out, name)
    content = path.read_bytes()
    # both ends, and places spread over the rest
    places = {0, 1, len(content) - 2, len(content) - 1, *range(2, len(content), max(1, len(content) // 15))}
    for place in places:
        path.write_bytes(content[:place] + bytes([content[place] ^ (1 << bit)]) + content[place + 1 :])
        assert findings(out), place
    path.write_bytes(content)
    assert findings(out) == []


@pytest.mark.parametrize("folder", ["cells", "records"])
def test_a_truncated_a_missing_and_a_stray_file_are_found(out, folder):
    path = first(out, folder)
    whole = path.read_bytes()
    path.write_bytes(whole[:-9])
    assert findings(out) == [f"{path} must be as it was written, got other bytes: delete it and run the sweep again"]
    path.unlink()
    assert findings(out) == [f"{path} must be there, got no such file: run the sweep again"]
    path.write_bytes(whole)
    strays = [out / folder / name for name in ("0.parquet", "notes.txt")]
    for stray in strays:
        stray.write_bytes(whole)
    assert findings(out) == [f"{stray} must not be there, got a file that is no part of the study" for stray in strays]


def test_an_unfinished_file_is_found(out):
    path = first(out).with_name(f".{first(out).name}.unfinished")
    path.write_bytes(b"PAR1")
    message = f"{path} must not be there, got an unfinished file of a sweep that was killed: delete it"
    assert findings(out) == [message]
    with locked(open_store(out)):
        # a sweep that is at work has some
        assert findings(out) == []


def test_damage_is_told_by_load_too(out):
    path, advice = first(out), "delete it and run the sweep again"
    whole, table = path.read_bytes(), load_results(out)
    for content in (whole[:-9], whole[:50] + bytes([whole[50] ^ 1]) + whole[51:], b""):
        path.write_bytes(content)
        with pytest.raises(InputError) as caught:
            load_results(out)
        assert caught.value.messages == [f"{path} must be as it was written, got other bytes: {advice}"]
    path.unlink()
    again = run_sweep(study_of(record="episodes"), out, 1, measures={"half": half_of_flags})
    assert path.read_bytes() == whole
    assert again.equals(table)


@pytest.mark.parametrize("kept", [1, -1])
@pytest.mark.parametrize("name", ["log.jsonl", "provenance.jsonl"])
def test_a_torn_last_line_is_told_and_mended(out, name, kept):
    path = out / name
    content, table = path.read_bytes(), load_results(out)
    lines = content.splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]) + lines[-1][:kept])
    told = f"{path} line {len(lines)} must be whole, got a torn one: the next sweep mends it"
    assert told in findings(out)
    assert load_results(out).equals(table)
    if name == "log.jsonl" and kept == 1:
        # the file of a torn line is not there, because it is put in place after the line
        torn = next(path for path in (out / "cells").iterdir() if path.stem.encode() in lines[-1])
        torn.unlink()
        (out / "records" / torn.name).unlink()
    run_sweep(study_of(record="episodes"), out, 1, measures={"half": half_of_flags})
    assert findings(out) == []
    assert load_results(out).equals(table)


def test_lines_survive_what_tears_them(tmp_path):
    path = tmp_path / "lines.jsonl"
    for number in range(3):
        append_line(path, {"number": number, "text": "ä\n"})
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        finished = content[:length].count(b"\n")
        assert len(list(whole_lines(path))) - finished in {0, 1}
        assert [is_torn for _, is_torn in wrong_lines(path)] == [True] * (content[:length][-1:] not in {b"", b"\n"})
        mend(path)
        append_line(path, {"number": "next"})
        assert list(wrong_lines(path)) == []
        assert [entry["number"] for entry in whole_lines(path)][:finished] == [*range(finished)]
        assert list(whole_lines(path))[-1] == {"number": "next"}


def test_a_line_that_was_taken_out_is_found(out):
    lines = (out / "log.jsonl").read_bytes().splitlines(keepends=True)
    (out / "log.jsonl").write_bytes(b"".join(lines[1:]))
    told = findings(out)
    assert len(told) == 2
    assert all("must have a line in log.jsonl, got none" in line for line in told)


def test_two_sweeps_at_once_are_refused(out):
    first(out).unlink()
    before = files_of(out, "cells")
    with locked(open_store(out)), pytest.raises(InputError, match="must be free, got another sweep at work in it"):
        run_sweep(study_of(record="episodes"), out, 1, measures={"half": half_of_flags})
    assert files_of(out, "cells") == before


def test_a_directory_that_cannot_be_written_is_refused(out, monkeypatch):
    opened = Path.open

    def read_only(path: Path, mode: str = "r", *given, **keys):
        if path.is_relative_to(out) and {*mode} & {*"wa+"}:
            raise PermissionError(13, "Permission denied")
        return opened(path, mode, *given, **keys)

    first(out).unlink()
    monkeypatch.setattr(Path, "open", read_only)
    with pytest.raises(InputError) as caught:
        run_sweep(study_of(record="episodes"), out, 1, measures={"half": half_of_flags})
    assert caught.value.messages == [f"out must be a folder that can be written, got {out}: Permission denied"]
    # it can be read
    assert len(load_results(out, partial=True)) < 8
    assert len(findings(out)) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_refused(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="must be a folder that can be written"):
        run_sweep(study_of(), tmp_path / "out", 1)


def test_a_folder_that_is_no_study_directory_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"must be a study directory, got no manifest\.json in it"):
        check_directory(tmp_path)
    (tmp_path / "manifest.json").write_text("[]")
    assert len(findings(tmp_path)) == 1
