import sys

import pytest
from typer.testing import CliRunner

from compliance.__main__ import app


def run(*arguments):
    return CliRunner().invoke(app, ["explorer", *map(str, arguments)])


def test_writes_one_page(tmp_path, monkeypatch):
    import teaching.explored

    # the whole one is written, and opened, in tests/teaching
    whole = teaching.explored.explored_study
    axes = {"regime.schedule.rate": [0.2, 0.5, 0.8], "agents.foresight": [0.3, 0.6, 0.9]}
    monkeypatch.setattr(teaching.explored, "explored_study", lambda: whole(axes))
    path = tmp_path / "new" / "page.html"
    found = run("--out", path)
    assert found.exit_code == 0, found.output
    assert "1080 cells" in found.output
    assert [file.name for file in path.parent.iterdir()] == ["page.html"]
    text = path.read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>")
    assert 'id="term-goal-guarding"' in text


def test_a_page_needs_a_name_that_browsers_open(tmp_path):
    found = run("--out", tmp_path / "page.pdf")
    assert found.exit_code == 2
    assert "--out must be a file that ends in .html, got" in found.output
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_no_page(tmp_path):
    (tmp_path / "page.html").mkdir()
    found = run("--out", tmp_path / "page.html")
    assert found.exit_code == 2
    assert "--out must be a file that can be written, got" in found.output


def test_without_bokeh_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "bokeh", None)
    found = run("--out", tmp_path / "page.html")
    assert found.exit_code == 2
    assert 'the explorer needs the extra [dashboard]: pip install "strategic-compliance[dashboard]"' in found.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [(), ("--out",)])
def test_out_is_needed(arguments):
    assert run(*arguments).exit_code == 2
