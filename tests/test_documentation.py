"""The documentation: built without a warning, links that lead somewhere, nothing fetched, and data as they are."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

import compliance
from models.parameter_table import declarations
from models.refusals import InputError
from models.scenario import Scenario
from parameter_sweeps.catalogue import load_regime, shipped_regimes
from teaching.manual import odd_markdown, pages, references_markdown, write_manual

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
WRITTEN = sorted(DOCS.rglob("*.md"))
FLOORS = "models|simulation|parameter_sweeps|analysis|teaching"
#: What is fetched as soon as a page is shown, by element; what ``a`` leads to is not.
FETCHED = dict.fromkeys(("script", "img", "iframe", "source", "video", "audio"), "src") | {"link": "href"}


class Page(HTMLParser):
    """What a page has, leads to and fetches."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids, self.links, self.fetched, self.formulas = set(), [], [], 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.ids |= {given[key] for key in ("id", "name") if given.get(key)}
        self.formulas += tag == "math"
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        if given.get(FETCHED.get(tag)):
            self.fetched.append(given[FETCHED[tag]])


def leads_out(address):
    return bool(urlsplit(address).netloc)


def broken(site, name, found):
    """Return the links of a page that lead to no file of the site, or to no place in it."""
    lost = []
    for link in found[name].links + found[name].fetched:
        parts = urlsplit(link)
        if parts.netloc or parts.scheme in ("mailto", "data"):
            continue
        target = (site / name).parent / unquote(parts.path) if parts.path else site / name
        place = os.path.relpath(target, site)
        has_it = not parts.fragment or place not in found or unquote(parts.fragment) in found[place].ids
        if not target.is_file() or not has_it:
            lost.append(f"{name}: {link}")
    return lost


def pages_of(site):
    return {str(path.relative_to(site)): Page(path.read_text()) for path in site.rglob("*.html")}


def fetched_by_styles(site):
    """Return the addresses that style sheets have outside of the site."""
    texts = (path.read_text() for path in site.rglob("*.css"))
    found = (address for text in texts for address in re.findall(r"(?:url\(|@import)\s*['\"]?([^'\")]+)", text))
    return [address for address in found if leads_out(address)]


def build(source, out):
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", str(source), str(out)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def needs_sphinx():
    if missing := [name for name in ("sphinx", "myst_parser", "furo", "latex2mathml") if find_spec(name) is None]:
        assert not os.environ.get("CI"), f"{', '.join(missing)} must be installed"
        pytest.skip("the extra [docs] is not installed")


# Worked by hand


def test_links_that_lead_nowhere_are_found(tmp_path):
    # b.html has one place, c; of five links of a.html the second (no such place) and the third (no such file) are lost
    (tmp_path / "a.html").write_text(
        '<p id="top"><a href="b.html#c"></a><a href="b.html#d"></a><a href="e.html"></a><a href="#top"></a>'
        '<a href="https://example.org/"></a><script src="https://example.org/x.js"></script><img src="/i.png"></p>'
    )
    (tmp_path / "b.html").write_text('<h1 id="c">C</h1>')
    (tmp_path / "s.css").write_text("@import '//example.org/a.css'; p {background: url(b.png)}")
    found = pages_of(tmp_path)
    assert broken(tmp_path, "a.html", found) == ["a.html: b.html#d", "a.html: e.html", "a.html: /i.png"]
    assert [address for address in found["a.html"].fetched if leads_out(address)] == ["https://example.org/x.js"]
    assert fetched_by_styles(tmp_path) == ["//example.org/a.css"]


# The site


def test_the_site_is_built_without_a_warning_whole_and_offline(tmp_path):
    # one test, as workers that share tests out would each build it
    needs_sphinx()
    built = build(DOCS, tmp_path)
    assert (built.returncode, built.stderr) == (0, "")
    found = pages_of(tmp_path)
    assert [link for name in found for link in broken(tmp_path, name, found)] == []
    assert [address for page in found.values() for address in page.fetched if leads_out(address)] == []
    assert fetched_by_styles(tmp_path) == []
    # every formula became one, and none is shown as it is written
    assert found["model.html"].formulas > 200
    assert "$" not in re.sub(r'alttext="[^"]*"', "", (tmp_path / "model.html").read_text().partition("<article")[2])
    front_door = (tmp_path / "api" / "front_door.html").read_text()
    names = set(compliance.__all__) - {"__version__"}
    assert {name for name in names if f">{name}<" not in front_door} == set()
    assert [page for page in WRITTEN if not _has_page(tmp_path, page)] == []


def _has_page(site, page):
    name = page.relative_to(DOCS).with_suffix(".html")
    return (site / ("index.html" if str(name) == "README.html" else name)).is_file()


@pytest.mark.parametrize("formula", [r"\begin{gather} a &= b \end{gather}", r"\nosuchthing{x}"])
def test_a_formula_that_is_not_understood_ends_the_build(tmp_path, formula):
    needs_sphinx()
    (tmp_path / "conf.py").write_text((DOCS / "conf.py").read_text().replace("_static", ""))
    (tmp_path / "index.md").write_text(f"# Title\n\n$${formula}$$\n")
    (tmp_path / "site.css").touch()
    built = build(tmp_path, tmp_path / "out")
    assert built.returncode != 0
    assert "a formula must be one that becomes MathML, got" in built.stderr


# What is made from data


@pytest.mark.parametrize("name", pages(ROOT))
def test_pages_in_docs_are_those_that_are_made(name):
    assert (DOCS / name).read_text() == pages(ROOT)[name](), "python -m teaching.manual writes it anew"


def test_every_parameter_is_in_the_protocol():
    written = (DOCS / "odd.md").read_text()
    assert [key for key in declarations(Scenario) if f"| `{key}` |" not in written] == []


def test_every_regime_is_on_its_page_with_what_it_says_of_itself():
    written = (DOCS / "regimes.md").read_text()
    for name, path in shipped_regimes().items():
        assert f"## {name}\n" in written
        assert path.read_text().strip() in written
        assert all(f"- {line}\n" in written for line in load_regime(name).about)


def test_pages_are_written_whole(tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "odd.md").write_text((DOCS / "odd.md").read_text().replace("`agents.foresight`", "forgotten"))
    (tmp_path / "README.md").write_text((ROOT / "README.md").read_text())
    write_manual(tmp_path)
    for name in pages(ROOT):
        assert (tmp_path / "docs" / name).read_text() == (DOCS / name).read_text()


# What pages say of the code


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: str(page.relative_to(DOCS)))
def test_code_that_is_named_is_there(page):
    for name in set(re.findall(rf"`((?:{FLOORS})(?:\.\w+)+)`", page.read_text())):
        module, _, attribute = name.rpartition(".")
        assert find_spec(name.partition(".")[0])
        assert _is_module(name) or hasattr(importlib.import_module(module), attribute), name
    for path in set(re.findall(rf"`((?:{FLOORS}|tests)/[\w/]*\w+\.\w+)`", page.read_text())):
        assert (ROOT / path).is_file(), path


def _is_module(name):
    path = ROOT / name.replace(".", "/")
    return path.is_dir() or path.with_suffix(".py").is_file()


def test_sources_that_are_cited_are_in_the_list():
    listed = set(re.findall(r"^- \[(\w+)\]", (DOCS / "references.md").read_text(), re.MULTILINE))
    cited = {key for page in WRITTEN for key in re.findall(r"\[(\w+\d{4})\]\(\S*references\.md\)", page.read_text())}
    for path in (path for floor in FLOORS.split("|") for path in (ROOT / floor).rglob("*.py")):
        cited |= set(re.findall(r"\[([A-Z]\w+\d{4})\]_", path.read_text()))
    assert len(cited) > 20
    assert cited <= listed


def test_the_protocol_has_its_seven_elements_and_eleven_concepts():
    written = (DOCS / "odd.md").read_text()
    assert re.findall(r"^## (\d)\. ", written, re.MULTILINE) == list("1234567")
    concepts = written.partition("## 4. ")[2].partition("## 5. ")[0]
    assert re.findall(r"^\*\*([\w ]+)\.\*\*", concepts, re.MULTILINE) == [
        "Basic principles", "Emergence", "Adaptation", "Objectives", "Learning", "Prediction", "Sensing", "Interaction",
        "Stochasticity", "Collectives", "Observation",
    ]  # fmt: skip


# What is refused


def test_a_page_without_its_marks_and_a_readme_without_references_are_refused(tmp_path):
    (tmp_path / "odd.md").write_text("# ODD\n")
    with pytest.raises(InputError, match=r"odd\.md must have the marks around its table, got none"):
        odd_markdown(tmp_path)
    (tmp_path / "README.md").write_text("# Title\n")
    with pytest.raises(InputError, match=r"README\.md must have a heading of references, got none"):
        references_markdown(tmp_path / "README.md")
