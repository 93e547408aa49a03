"""Result directories that somebody has tampered with: bytes, lines, digests made right again, links, pipes, Parquet."""

from __future__ import annotations

import io
import json
import os
import shutil
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st

from parameter_sweeps.canonical import canonical_json
from parameter_sweeps.execution import run_sweep
from parameter_sweeps.json_lines import append_line
from parameter_sweeps.log import digest_of
from parameter_sweeps.replay import replay_row
from parameter_sweeps.results import export_results, load_grid, load_records
from parameter_sweeps.sharding import merge_directories
from parameter_sweeps.status import directory_status
from parameter_sweeps.study import Study
from tests.fuzzing.guard import answer, told
from tests.fuzzing.hostile import changed, noisy
from tests.fuzzing.targets import Target, workplace

FORESIGHT = "agents.foresight"


def study_of(values: list[float]) -> Study:
    """Return a small study that is recorded, of a table of cells, so that its directory has every kind of file."""
    return Study.from_mapping(
        {
            "base": "base",
            "set": {"agents.count": 6, "run.episodes": 4},
            "design": {"kind": "table", "content": "\n".join([FORESIGHT, *map(str, values)]), "path": "cells.csv"},
            "replicates": 2,
            "measures": ["compliance_gap", "flag_rate"],
            "record": "episodes",
        }
    )


@lru_cache
def template() -> Path:
    """Return a directory whose study was extended once: finished, with records, a log and an earlier stage."""
    folder = workplace().parent / "template"
    run_sweep(study_of([0.1, 0.5]), folder, workers=1)
    run_sweep(study_of([0.1, 0.5, 0.7]), folder, workers=1)
    # what is loaded with the first of each unpickles parts of its own
    load_grid(folder)
    load_records(folder)
    replay_row(folder, 0)
    return folder


def _names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _rewritten(content: bytes, change: Callable[[Any], Any], is_signed: bool) -> bytes:
    """Return a manifest with a change in it, and with the digest of its text if that is signed again."""
    written = json.loads(content)
    written.pop("sha256", None)
    text = json.dumps(change(written), indent=2)
    head = f"{text[:-2]},\n" if text.endswith("}") else text
    return f'{head}  "sha256": "{digest_of(head.encode())}"\n}}\n'.encode() if is_signed else text.encode()


@st.composite
def _manifest(draw: st.DrawFn, content: bytes) -> bytes:
    written = json.loads(content)
    written.pop("sha256", None)
    names = ["../../evil", "/etc/passwd", "a/b", "", "x" * 64, "\0", *written.get("chunks", {})]
    if "chunks" in written and draw(st.booleans()):
        numbers = st.lists(st.sampled_from([-1, 0, 1, 2, 3, 10**6, 10**12, 0.5, None, "1"]), min_size=3, max_size=5)
        chunks = {name: draw(st.just(value) | numbers) for name, value in written["chunks"].items()}
        chunks[draw(st.sampled_from(names))] = draw(numbers)
        return _rewritten(content, lambda found: found | {"chunks": chunks}, draw(st.booleans()))
    hostile = draw(changed(written))
    return _rewritten(content, lambda _: hostile, draw(st.booleans()) and isinstance(hostile, dict))


@st.composite
def _lines(draw: st.DrawFn, content: bytes) -> bytes:
    """Draw lines of JSON that were changed and have their digests again, or are nested without end."""
    lines = [json.loads(line) for line in content.splitlines()]
    place = draw(st.integers(0, len(lines) - 1))
    lines[place].pop("line_sha256", None)
    hostile = draw(changed(lines[place], others=_plain))
    file = workplace() / "line.jsonl"
    file.unlink(missing_ok=True)
    try:
        append_line(file, hostile)
        line = file.read_bytes()
    except (TypeError, ValueError, AttributeError):
        line = b"[" * draw(st.sampled_from([10, 100_000])) + b"\n"
    whole = [f"{canonical_json(entry)}\n".encode() for entry in lines]
    return b"".join([*whole[:place], line, *whole[place + 1 :]])


_plain = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**63), st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from(["../../evil", "2026-01-01", "2026-01-01T00:00:00", "9999-12-31T23:59:59+00:00"]),
    st.lists(st.integers(), max_size=2), st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)  # fmt: skip


@st.composite
def _parquet(draw: st.DrawFn, content: bytes) -> bytes:
    """Draw a Parquet file like one of the directory's: other columns, kinds, rows, words about pandas, or bloated."""
    table = pq.read_table(io.BytesIO(content))
    kind = draw(st.sampled_from(["metadata", "column", "kind", "rows", "bloated", "values", "twice"]))
    name = draw(st.sampled_from(table.column_names))
    place = table.column_names.index(name)
    if kind == "metadata":
        said = draw(
            st.sampled_from([b"\x80\x04cos\nsystem\n", b'{"index_columns": ["cell"]}', b"{", b'{"columns": 1}'])
        )
        table = table.replace_schema_metadata({b"pandas": said, b"ARROW:extension:name": b"arrow.py_extension_type"})
    elif kind == "column":
        table = table.remove_column(place)
    elif kind == "kind":
        table = table.set_column(place, name, pa.array([[b"x"]] * table.num_rows))
    elif kind == "rows":
        table = table.slice(0, draw(st.integers(0, table.num_rows)))
    elif kind == "bloated":
        long = pa.array(["x" * draw(st.sampled_from([10, 40_000_000]))] * table.num_rows)
        table = table.set_column(place, name, long)
    elif kind == "twice":
        table = table.append_column(name, table.column(place))
    elif pa.types.is_integer(table.schema.field(name).type):
        number = draw(st.sampled_from([-1, 0, 7, 2**62, -(2**63)]))
        table = table.set_column(place, name, pa.array([number] * table.num_rows, pa.int64()))
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


@st.composite
def tampered(draw: st.DrawFn) -> tuple[str, str, bytes]:
    """Draw a file of the directory, what becomes of it, and its new content."""
    source = template()
    name = draw(st.sampled_from(_names(source)))
    content = (source / name).read_bytes()
    kind = draw(st.sampled_from(["content"] * 8 + ["link", "pipe", "gone", "folder", "device"]))
    if kind != "content":
        return name, kind, b""
    if draw(st.integers(0, 2)) == 0:
        return name, kind, draw(noisy(content))
    special = {".json": _manifest, ".jsonl": _lines, ".parquet": _parquet}.get(Path(name).suffix)
    return name, kind, draw(noisy(content) if special is None else special(content))


def made(example: tuple[str, str, bytes], source: Path) -> Path:
    """Return a copy of a directory in which one file is tampered with, beside which there is what must not be read."""
    place = workplace() / "tampered"
    shutil.rmtree(place, ignore_errors=True)
    (place / "outside").mkdir(parents=True)
    (place / "outside" / "secret").write_bytes(b"1 2\n")
    shutil.copytree(source, place / "out")
    name, kind, content = example
    path = place / "out" / name
    path.unlink()
    if kind == "content":
        path.write_bytes(content)
    elif kind == "link":
        path.symlink_to(place / "outside" / "secret")
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    return place / "out"


def check_tampered(example: tuple[str, str, bytes]) -> None:
    """Whatever reads a directory refuses it in plain lines or answers; nothing outside is read or written."""
    out = made(example, template())
    secret = out.parent / "outside" / "secret"
    answer(lambda: load_grid(out, partial=True), out.parent)
    answer(lambda: load_records(out, partial=True), out.parent)
    answer(lambda: directory_status(out), out.parent)
    answer(lambda: export_results(out, out.parent / "table.csv", partial=True), out.parent)
    told("check", out, "--json", allowed=(out.parent,))
    assert secret.read_bytes() == b"1 2\n"


def check_gone_on_with(example: tuple[str, str, bytes]) -> None:
    """A sweep refuses a directory that was tampered with, or goes on with it; it writes nowhere else."""
    out = made(example, template())
    answer(lambda: replay_row(out, 1), out.parent, computes=True)
    answer(lambda: run_sweep(study_of([0.1, 0.5, 0.7]), out, workers=1), out, computes=True)
    answer(lambda: merge_directories([out], out.parent / "merged"), out.parent, computes=True)
    assert (out.parent / "outside" / "secret").read_bytes() == b"1 2\n"


def directory_targets() -> dict[str, Target]:
    """Return what is fuzzed of result directories."""
    return {
        "directories read": Target(st.deferred(tampered), check_tampered),
        "directories gone on with": Target(st.deferred(tampered), check_gone_on_with),
    }
