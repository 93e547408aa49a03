"""Where compiled code is kept, and by what it is named; in this process, without compiling anything."""

import os
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from models import compilation
from models.compilation import (
    bits_from_float,
    cache_folder,
    float_from_bits,
    model_digest,
    processor_target,
    source_digest,
    was_compiled,
)


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Return the folders that a cache is looked for in: the user's own, and the temporary one."""
    for name in ("cache", "temporary"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    return tmp_path


def test_the_users_own_cache_comes_first(places):
    assert cache_folder() == places / "cache" / "strategic-compliance" / source_digest()


def test_without_one_the_temporary_folder_serves(places, monkeypatch):
    (places / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(places / "file" / "cache"))
    found = cache_folder()
    assert found.is_relative_to(places / "temporary")
    assert found.name == source_digest()


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="folders have no owner here")
def test_a_folder_of_somebody_elses_is_not_used(places, monkeypatch):
    # Compiled code of another user's would be run: a new folder is made instead.
    monkeypatch.setattr(os, "getuid", lambda: (places / "cache").stat().st_uid + 1)
    found = cache_folder()
    assert found.parent == places / "temporary"
    assert found.name != source_digest()


def test_the_digest_tells_processors_apart(monkeypatch):
    here = source_digest()
    monkeypatch.setattr(compilation, "_processor", lambda: "another")
    assert source_digest() != here


def test_a_processor_is_known_without_a_list_of_processors(monkeypatch):
    def missing(self, *_):
        raise FileNotFoundError(str(self))

    monkeypatch.setattr("platform.machine", lambda: "machine")
    monkeypatch.setattr("platform.processor", lambda: "of a kind")
    monkeypatch.setattr(Path, "read_text", missing)
    assert compilation._processor() == "machineof a kind"


def test_the_digest_of_the_model_is_that_of_its_sources_alone(monkeypatch):
    of_model = model_digest()
    monkeypatch.setattr(compilation, "_processor", lambda: "another")
    assert model_digest() == of_model
    assert len(of_model) == 64


def test_the_processor_is_named():
    target = processor_target()
    assert target["name"]
    assert target["features"] == " ".join(sorted(target["features"].split()))


def test_what_has_no_index_was_not_compiled_before(tmp_path):
    def loop(index):
        return SimpleNamespace(_cache=SimpleNamespace(_cache_file=SimpleNamespace(_index_path=str(index))))

    index = tmp_path / "loop.nbi"
    assert not was_compiled(loop(index))
    index.write_text("")
    assert was_compiled(loop(index))
    # Without the compiler nothing is left to be compiled.
    assert was_compiled(lambda: None)


def test_bits():
    # 1 has the exponent 1023 and no fraction; the sign is the highest bit.
    assert bits_from_float(1.0) == 1023 << 52
    assert float_from_bits(1023 << 52) == 1.0
    assert bits_from_float(-0.0) == -(2**63)
    assert float_from_bits(bits_from_float(sys.float_info.min)) == sys.float_info.min
