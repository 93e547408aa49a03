"""Reading YAML from files, and files that are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.refusals import InputError
from parameter_sweeps.yaml_loader import MAXIMAL_BYTES, read_yaml


def refused_file(path: str | Path) -> str:
    with pytest.raises(InputError) as caught:
        read_yaml(path)
    return str(caught.value)


def test_a_file_is_read(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_bytes("\ufeffname: Größe\r\nrate: 1e-3\r\n".encode())
    assert read_yaml(path) == read_yaml(str(path)) == {"name": "Größe", "rate": 0.001}


def test_a_mistake_in_a_file_names_file_and_line(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text("a: 1\r\nb: 010\r\n", encoding="utf-8")
    assert refused_file(path).startswith(f"{path}: line 2: a number must be in plain decimal notation")


def test_a_missing_file_is_refused(tmp_path):
    path = tmp_path / "none.yaml"
    assert refused_file(path) == f"{path}: there is no such file"


def test_a_folder_is_refused(tmp_path):
    assert refused_file(tmp_path) == f"{tmp_path}: this must be a YAML file, got a folder"


def test_a_file_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("a: 1", encoding="utf-8")
    path = tmp_path / "file" / "study.yaml"
    assert refused_file(path) == f"{path}: the file cannot be read: Not a directory"


def test_an_unreadable_file_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "study.yaml"
    path.write_text("a: 1", encoding="utf-8")

    def denied(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    # a mode of 0 would not do: the administrator may read everything
    monkeypatch.setattr(Path, "read_bytes", denied)
    assert refused_file(path) == f"{path}: the file cannot be read: Permission denied"


def test_a_name_no_file_can_have_is_refused():
    assert refused_file("a\0b") == "'a\\x00b': this is no file name"


def test_a_large_file_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = tmp_path / "large.yaml"
    path.write_bytes(b"#" * (MAXIMAL_BYTES + 1))

    def never(self: Path) -> bytes:
        raise AssertionError("read")

    monkeypatch.setattr(Path, "read_bytes", never)
    assert refused_file(path) == f"{path}: the file must be at most 1 MB, got 1000001 bytes"


def test_a_file_of_exactly_one_megabyte_is_read(tmp_path):
    path = tmp_path / "large.yaml"
    path.write_bytes(b"a: 1 #" + b"x" * (MAXIMAL_BYTES - 6))
    assert read_yaml(path) == {"a": 1}


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_another_encoding_is_refused(tmp_path, encoding):
    path = tmp_path / "study.yaml"
    path.write_bytes("name: Größe".encode(encoding))
    assert refused_file(path) == f"{path}: line 1: the file must be UTF-8 text, got another encoding"
