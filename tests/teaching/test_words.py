import re
from pathlib import Path

import pytest

from models.parameter_table import declarations
from models.scenario import Scenario
from models.strategies import CLASS_NAMES
from teaching.glossary import PARTS, TERMS
from teaching.words import PAGES, glossary_html, write_pages

ROOT = Path(__file__).resolve().parents[2]
#: Section 10 of the specification: the parameters that every reader of it must know.
SPECIFIED = {
    "agents.foresight",
    "agents.depth",
    "agents.rationality",
    "agents.akrasia",
    "agents.cue.discrimination",
    "agents.cue.accuracy",
    "agents.terminal_guarding",
    "agents.current_goal_weight",
    "agents.conformity",
    "agents.beliefs.mean",
    "agents.beliefs.strength",
    "agents.beliefs.feedback",
    "agents.beliefs.forgetting",
    "agents.beliefs.weighting",
    "agents.beliefs.honeypot_share",
    "regime.visibility.honeypot_share",
    "regime.detector.hit_rate",
    "regime.detector.false_alarm_rate",
    "regime.detector.unwatched_hit_rate",
    "regime.detector.probe",
    "regime.detector.peer_report_rate",
    "regime.response.penalty",
    "regime.response.clawback",
    "regime.response.rotation",
    "regime.response.internalisation",
    "regime.response.rotation_when_complying",
    "regime.response.habit",
    "regime.response.reinforcement",
    "society.social_learning",
    "society.news",
}


@pytest.mark.parametrize("name", PAGES)
def test_pages_in_docs_are_those_that_are_made(name):
    assert (ROOT / "docs" / name).read_text() == PAGES[name](), "python -m teaching.words writes it anew"


def test_every_specified_parameter_has_a_term():
    assert {term.key for term in TERMS.values()} >= SPECIFIED


def test_every_class_has_a_term():
    assert {name.replace("_", "-") for name in CLASS_NAMES} == {term.name for term in PARTS["Strategies"]}


@pytest.mark.parametrize("term", TERMS.values(), ids=lambda term: term.name)
def test_a_term_is_one_sentence_on_a_known_key(term):
    assert term.sentence.endswith(".")
    assert term.sentence[0].isupper()
    # one sentence: no full stop, and nothing that a table would take for the end of a cell
    assert ". " not in term.sentence
    assert "|" not in term.sentence
    assert (ROOT / term.source).is_file()
    known = declarations(Scenario)
    assert not term.key or term.key in known or any(key.startswith(f"{term.key}.") for key in known)


def test_names_and_anchors_are_there_once():
    terms = [term for part in PARTS.values() for term in part]
    assert len({term.name for term in terms}) == len({term.anchor for term in terms}) == len(terms)


def test_links_in_pages_lead_somewhere(tmp_path):
    write_pages(tmp_path)
    for name in PAGES:
        links = re.findall(r"\]\(([^)#]+)\)", (tmp_path / name).read_text())
        assert links
        assert [link for link in links if not (ROOT / "docs" / link).exists()] == []


def test_html_says_each_term_once():
    text = glossary_html([TERMS["faking"], TERMS["threshold"], TERMS["faking"]])
    assert text.count("<dt ") == 2
    assert 'id="meaning-term-threshold">The probability' in text
