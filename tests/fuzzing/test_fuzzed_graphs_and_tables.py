"""Graphs, tables of cells, of rates and of published numbers, whatever they say."""

import gzip

import pytest
from hypothesis import given, settings

from analysis.published_rates import read_published, variations
from analysis.rate_table import rates_of_text, read_rates
from models.refusals import InputError
from parameter_sweeps.catalogue import load_scenario
from simulation.graphs import read_graph
from tests.fuzzing.guard import assert_plain, guarded
from tests.fuzzing.targets import targets
from tests.fuzzing.test_fuzzed_scenarios import FEW

TARGETS = targets()
HEAD = "setting,context,measure,value,note\n"
SETTING = "prompted helpful-only; variation 1: x"


def refused(call, told):
    with pytest.raises(InputError) as found:
        call()
    assert any(told in message for message in found.value.messages), found.value.messages
    for message in found.value.messages:
        assert_plain(message)


@pytest.mark.parametrize(
    "declared",
    [
        "<!DOCTYPE g [<!ENTITY a 'lol'><!ENTITY b '&a;&a;&a;'>]>",
        "<!DOCTYPE g SYSTEM 'file:///etc/passwd'>",
        "<!doctype g [<!ENTITY % p SYSTEM 'http://127.0.0.1:9/x'>%p;]>",
    ],
)
def test_graphml_without_declarations_alone(tmp_path, declared):
    (tmp_path / "g.graphml").write_text(f"<?xml version='1.0'?>{declared}<graphml>&b;</graphml>")
    with guarded():
        refused(lambda: read_graph(tmp_path / "g.graphml"), "GraphML must be without DOCTYPE and ENTITY")


def test_a_declaration_in_another_encoding_is_no_way_in(tmp_path):
    text = "<?xml version='1.0' encoding='utf-16'?><!DOCTYPE g [<!ENTITY a 'b'>]><graphml/>"
    (tmp_path / "g.graphml").write_bytes(text.encode("utf-16"))
    refused(lambda: read_graph(tmp_path / "g.graphml"), "the file must be UTF-8 text")


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (
            f"{SETTING},monitored,noncompliance_pct_refusal,lots,\n",
            "value of noncompliance_pct_refusal, monitored, must be",
        ),
        (
            f"{SETTING},monitored,noncompliance_pct_refusal,5,sem=1.2.3\n",
            "note of noncompliance_pct_refusal, monitored, must",
        ),
    ],
)
def test_a_published_number_that_is_none_is_refused(tmp_path, rows, told):
    # was a ValueError
    (tmp_path / "own.csv").write_text(HEAD + rows)
    refused(lambda: variations(read_published(tmp_path / "own.csv")), told)


def test_a_variation_has_a_number_of_a_few_digits(tmp_path):
    # int() refuses thousands of digits, with a ValueError
    (tmp_path / "own.csv").write_text(f"{HEAD}prompted helpful-only; variation {'9' * 5000}: x,monitored,a,1,\n")
    assert variations(read_published(tmp_path / "own.csv")) == {}


def test_a_packed_table_is_not_unpacked(tmp_path):
    # a name that ended in .gz had a few bytes unpacked to as many as they say
    (tmp_path / "own.csv.gz").write_bytes(gzip.compress(HEAD.encode() + b"\0" * 10**6))
    refused(lambda: read_published(tmp_path / "own.csv.gz"), "this must be a table that can be read")


def test_a_table_of_rates_that_is_a_device_or_has_an_endless_field_is_refused(tmp_path):
    base = load_scenario("base")
    with guarded():
        refused(lambda: read_rates("/dev/zero", base), "a device or a pipe, not a file")
    refused(lambda: read_rates("\0", base), "not in UTF-8, or no path")
    # a csv.Error
    refused(lambda: rates_of_text(f"context,rate,n\n{'x' * 200_000},1,1\n", base), "got a mistake in it: field larger")


@pytest.mark.parametrize("name", ["a\x7fb", "9" * 5000])
def test_words_of_a_table_are_told_in_a_line(name):
    base = load_scenario("base")
    refused(lambda: rates_of_text(f"{name},context,rate,n\n1,monitored,0.5,4\n", base), "is not known")
    refused(lambda: rates_of_text(f"context,rate,n\nmonitored,{name},4\n", base), "rate in row 1 must be a number")
    refused(lambda: rates_of_text(f"context,rate,n\n{name},0.5,4\n", base), "context in row 1 must be monitored or")


@settings(max_examples=150, **FEW)
@given(TARGETS["graphs"].examples)
def test_a_hostile_graph_is_refused_or_a_graph(example):
    TARGETS["graphs"].check(example)


@settings(max_examples=60, **FEW)
@given(TARGETS["tables of cells"].examples)
def test_a_hostile_table_of_cells_is_refused_or_its_rows_are_cells(example):
    TARGETS["tables of cells"].check(example)


@settings(max_examples=80, **FEW)
@given(TARGETS["tables of rates"].examples)
def test_a_hostile_table_of_rates_is_refused_or_its_rates_are_rates(example):
    TARGETS["tables of rates"].check(example)


@settings(max_examples=40, **FEW)
@given(TARGETS["published numbers"].examples)
def test_a_hostile_table_of_published_numbers_is_refused_or_read(example):
    TARGETS["published numbers"].check(example)
