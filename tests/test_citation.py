"""CITATION.cff says what pyproject.toml and the README say, in the words of the Citation File Format 1.2.0."""

import tomllib
from pathlib import Path

from parameter_sweeps.yaml_loader import read_yaml

ROOT = Path(__file__).parent.parent
CITATION = read_yaml(ROOT / "CITATION.cff")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
#: Of the format's schema: the keys that a file must have, and those that it may have.
NEEDED = {"cff-version", "message", "title", "authors"}
ADMITTED = NEEDED | {
    "abstract", "commit", "contact", "date-released", "doi", "identifiers", "keywords", "license", "license-url",
    "preferred-citation", "references", "repository", "repository-artifact", "repository-code", "type", "url",
    "version",
}  # fmt: skip


def test_it_is_a_citation_file():
    assert NEEDED <= {*CITATION} <= ADMITTED
    assert CITATION["cff-version"] == "1.2.0"
    assert CITATION["type"] in ("software", "dataset")
    texts = [CITATION[key] for key in ("cff-version", "message", "title", "abstract", "version", "license")]
    assert all(isinstance(text, str) and text for text in texts)


def test_the_authors_are_an_entity():
    # an entity has a name; a person would have given-names and family-names
    assert CITATION["authors"] == PROJECT["authors"] == [{"name": "The compliance authors"}]


def test_version_licence_and_keywords_are_those_of_the_project():
    assert CITATION["version"] == PROJECT["version"]
    assert CITATION["license"] == PROJECT["license"]
    assert CITATION["keywords"] == PROJECT["keywords"]
    assert len({*CITATION["keywords"]}) == len(CITATION["keywords"])


def test_title_and_abstract_are_those_of_the_project():
    first = (ROOT / "README.md").read_text().partition("\n")[0]
    assert first == f"# {CITATION['title']}"
    assert PROJECT["name"] == CITATION["title"].lower().replace(" ", "-")
    assert CITATION["abstract"] == PROJECT["description"]


def test_the_version_is_the_first_that_the_changelog_has():
    versions = [line for line in (ROOT / "CHANGELOG.md").read_text().splitlines() if line.startswith("## ")]
    assert versions[0].removeprefix("## ").split(",")[0] == CITATION["version"]
