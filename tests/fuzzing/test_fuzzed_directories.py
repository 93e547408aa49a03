"""Result directories that somebody has tampered with: the smallest of what was found, and more."""

import io
import json
import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings

from models.refusals import InputError
from parameter_sweeps.execution import run_sweep
from parameter_sweeps.json_lines import append_line
from parameter_sweeps.loading import load_results
from parameter_sweeps.log import LOG, entries
from parameter_sweeps.manifest import MANIFEST
from parameter_sweeps.provenance import PROVENANCE, read_entries
from parameter_sweeps.results import load_records
from parameter_sweeps.status import directory_status
from parameter_sweeps.verification import check_directory
from parameter_sweeps.whole_files import write_whole
from tests.fuzzing.directories import check_gone_on_with, check_tampered, made, study_of, tampered, template
from tests.fuzzing.guard import answer, assert_plain, guarded

FEW = {"deadline": None, "suppress_health_check": list(HealthCheck)}
WHOLE = [0.1, 0.5, 0.7]


@pytest.fixture
def out():
    """Return a directory of a small study that nobody has tampered with yet."""
    return made((PROVENANCE, "content", (template() / PROVENANCE).read_bytes()), template())


def refused(call, told, *allowed):
    found = answer(call, *allowed)
    assert isinstance(found, InputError), found
    assert any(told in message for message in found.messages), found.messages
    return found


def with_manifest(out, **keys):
    path = out / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text()) | keys))


@pytest.mark.parametrize(
    "keys",
    [
        {"chunks": {"../../outside/secret": [2, 3, 0, 2]}},
        {"chunks": {"/etc/passwd": [2, 3, 0, 2]}},
        {"chunks": {"0" * 64: [2, 10**12, 0, 2]}},
        {"chunks": {"0" * 64: ["2", 3, 0, 2]}},
        {"chunks": {"0" * 64: [2, 3, 0, 2.0]}},
        {"chunks": {"0" * 64: [3, 2, 0, 2]}},
        {"chunks": []},
        {"earlier": 10**9},
        {"earlier": "1"},
        {"measures": "compliance_gap"},
        {"measures": [[]]},
        {"plan": {"chunk": 0}},
        {"plan": {"run": 0.0, "cell": 1e12}},
        {"plan": {"cell": "1"}},
        {"part": [2, 1]},
        {"part": "12"},
        {"basis": {"code": 1, "packages": {}, "machine": "x"}},
        {"basis": None},
        {"digest": None},
        {"seed": True},
        {"functions": {"a": 1}},
        {"format": True},
        {"format": 2.0},
    ],
    ids=repr,
)
def test_a_manifest_that_none_is_written_like_is_refused(out, keys):
    # names led out of the directory, numbers had arrays made of them, others were a TypeError where they were used
    with_manifest(out, **keys)
    for call in (load_results, directory_status):
        found = answer(lambda call=call: call(out), secrets=(out.parent / "outside",))
        assert isinstance(found, InputError)
    found = answer(lambda: run_sweep(study_of(WHOLE), out, workers=1), out, computes=True)
    assert isinstance(found, InputError)


def test_a_plan_of_other_cells_than_the_study_has_is_refused(out):
    with_manifest(out, chunks={"0" * 64: [0, 4, 0, 2]})
    refused(lambda: load_results(out), "manifest.json must have the chunks of its study, got others")
    # each cell has two replicates
    with_manifest(out, chunks={"0" * 64: [2, 3, 0, 3]})
    refused(lambda: load_results(out), "manifest.json must have the chunks of its study, got others")


def test_json_that_is_nested_without_end_is_refused(out):
    # a RecursionError
    (out / LOG).write_text("[" * 100_000 + "\n")
    assert answer(lambda: check_directory(out), out).findings
    (out / MANIFEST).write_text("[" * 100_000)
    refused(lambda: load_results(out), "must be that of a study directory, got another file")


@pytest.mark.parametrize(
    "entry",
    [
        {"name": []}, {"name": "../../outside/secret"}, {"sha256": None}, {"at": "yesterday"},
        {"at": "2026-01-01T00:00:00"}, {"failures": "1"}, {"seconds": "long"}, {"worker": {}}, {"records_sha256": "x"},
    ],
    ids=repr,
)  # fmt: skip
def test_a_line_of_the_log_that_says_no_entry_is_left_out(out, entry):
    # a time that is none, or none of a place, was a ValueError or a TypeError; a name led out of the directory
    whole = entries(out)
    append_line(out / LOG, whole[-1]._asdict() | entry)
    assert entries(out) == whole
    answer(lambda: (directory_status(out), check_directory(out)), out, secrets=(out.parent / "outside",))


@pytest.mark.parametrize(
    "entry", [{"event": "began"}, {"event": "began", "at": 1}, {"machine": "x"}, {"packages": [1]}]
)
def test_a_line_of_the_provenance_that_says_no_beginning_is_left_out(out, entry):
    whole = read_entries(out)
    last = {} if "event" in entry else whole[0]
    append_line(out / PROVENANCE, last | entry)
    assert read_entries(out) == whole
    answer(lambda: directory_status(out), out)


@pytest.mark.parametrize("name", [LOG, PROVENANCE, MANIFEST, "study.yaml", "cells", "records", "earlier"])
def test_nothing_is_written_through_a_link(out, name):
    # the log is appended to, and its last line taken away if it is torn: of any file that a link led to
    path, target = out / name, out.parent / "outside" / "target"
    path.rename(target)
    path.symlink_to(target)
    before = target.read_bytes() if target.is_file() else sorted(target.iterdir())
    study = study_of([*WHOLE, 0.8])
    told = refused(lambda: run_sweep(study, out, workers=1, accept_other_code=True), "got links, or others", out)
    assert name in told.messages[0]
    assert before == (target.read_bytes() if target.is_file() else sorted(target.iterdir()))


def test_an_unfinished_file_that_is_a_link_is_not_written_through(tmp_path):
    (tmp_path / "target").write_text("as it was")
    (tmp_path / ".file.unfinished").symlink_to(tmp_path / "target")
    write_whole(tmp_path / "file", b"new")
    assert ((tmp_path / "target").read_text(), (tmp_path / "file").read_bytes()) == ("as it was", b"new")


@pytest.mark.parametrize("name", [LOG, PROVENANCE, MANIFEST, "study.yaml", "cells.csv"])
def test_a_pipe_is_not_waited_for(out, name):
    (out / name).unlink()
    os.mkfifo(out / name)
    for call in (load_results, directory_status, check_directory, load_records):
        answer(lambda call=call: call(out), out)
    found = answer(lambda: run_sweep(study_of(WHOLE), out, workers=1), out, computes=True)
    assert isinstance(found, InputError)


def test_a_study_in_a_directory_names_no_other_files(out):
    text = (out / "study.yaml").read_text()
    for other in ("../outside/secret", "/etc/passwd"):
        (out / "study.yaml").write_text(text.replace("path: cells.csv", f"path: {other}"))
        refused(lambda: load_results(out), f"design.path must be cells.csv, got '{other}'")
    (out / "study.yaml").write_text("base: ../outside/secret.yaml\nregimes: [../outside/regime.yaml]\n")
    found = refused(lambda: load_results(out), "base must be written out, got '../outside/secret.yaml'")
    assert "regimes must be written out, got '../outside/regime.yaml'" in found.messages[1]


def written(path, table):
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    path.write_bytes(buffer.getvalue())


def test_a_file_of_results_that_would_be_unpacked_to_more_than_its_rows_is_refused(out):
    # 120 MB of one letter in a few kilobytes; without its line in the log there is no digest to refuse it by
    (out / LOG).unlink()
    path = min((out / "cells").iterdir())
    table = pq.read_table(path)
    place = table.column_names.index("traceback")
    written(path, table.set_column(place, "traceback", pa.array(["x" * 60_000_000] * table.num_rows)))
    assert path.stat().st_size < 200_000
    with guarded(out):
        refused(lambda: load_results(out), "rows of this study, got others")


def test_records_are_compared_with_their_digest_and_are_of_their_own_cells(out):
    path = min((out / "records").iterdir())
    table = pq.read_table(path)
    other = table.set_column(0, "cell", pa.array([2**40] * table.num_rows, pa.int64()))
    written(path, other)
    refused(lambda: load_records(out), "must be as it was written, got other bytes")
    (out / LOG).unlink()
    # an IndexError
    refused(lambda: load_records(out), "must hold records of its own cells, got others")
    written(path, table.remove_column(0))
    refused(lambda: load_records(out), "must be a file of records, got other columns")
    written(path, table.set_column(0, "cell", pa.array([["x"]] * table.num_rows)))
    refused(lambda: load_records(out), "must be a file of records, got columns of another kind")


def test_what_a_parquet_file_says_of_pandas_is_not_listened_to(out):
    (out / LOG).unlink()
    expected = load_records(out)
    path = min((out / "records").iterdir())
    said = {
        b"pandas": b'{"index_columns": ["cell"], "columns": [], "column_indexes": []}',
        b"x": b"\x80\x04cos\nsystem\n",
    }
    written(path, pq.read_table(path).replace_schema_metadata(said))
    assert answer(lambda: load_records(out), out).equals(expected)


def test_messages_of_a_tampered_directory_are_lines(out):
    (out / "cells.csv").write_text(f"{'9' * 5000}\n0.1\n")
    found = answer(lambda: load_results(out), out)
    assert isinstance(found, InputError)
    for message in found.messages:
        assert_plain(message)


@settings(max_examples=40, **FEW)
@given(tampered())
def test_a_directory_that_was_tampered_with_is_refused_or_read(example):
    check_tampered(example)


@settings(max_examples=25, **FEW)
@given(tampered())
def test_a_sweep_refuses_a_directory_that_was_tampered_with_or_goes_on(example):
    check_gone_on_with(example)
