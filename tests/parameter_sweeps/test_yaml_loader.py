"""What the YAML loader reads, and what it refuses and how it says so."""

from __future__ import annotations

import math
import re

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from models.refusals import InputError
from parameter_sweeps.yaml_loader import MAXIMAL_BYTES, MAXIMAL_DEPTH, parse_yaml

TEXT = "yes no on off Yes y 2024-01-31 1.2.3 1e1e1"
OTHER_NOTATIONS = (
    "010 -010 00 01.5 0o17 0x1F 0b11 1_000 1_000.5 0.1_0 1,000 1,5 1:30 190:20:30 1:30.5 inf -inf Infinity nan NaN"
)
NO_ANCHOR = "a value must be written without anchor, got the anchor"
NO_TAG = "a value must be written without tag, got the tag"
NO_DOCUMENT = "the text must hold a YAML document, got nothing"
NO_YAML = "the text must be YAML, got a mistake:"


def refusal_of(text: str) -> str:
    """Return the only message with which a text is refused."""
    with pytest.raises(InputError) as caught:
        parse_yaml(text, "study.yaml")
    assert len(caught.value.messages) == 1
    return caught.value.messages[0]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1e-3", 0.001),
        ("1E5", 100000.0),
        ("-2.5e+2", -250.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("0", 0),
        ("-7", -7),
        ("9223372036854775807", 2**63 - 1),
        ("0.30000000000000004", 0.30000000000000004),
        (".inf", math.inf),
        ("-.inf", -math.inf),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        *((word, word) for word in TEXT.split()),
        ("'010'", "010"),
        ('"1e-3"', "1e-3"),
        ("'inf'", "inf"),
        ("'true'", "true"),
        ("[1, 2.0, a]", [1, 2.0, "a"]),
        ("{b: 1, a: {c: []}}", {"b": 1, "a": {"c": []}}),
    ],
)
def test_an_entry_is_read_as_written(written, value):
    data = parse_yaml(f"key: {written}")
    assert data == {"key": value}
    assert type(data["key"]) is type(value)


def test_nan_is_a_float():
    assert math.isnan(parse_yaml(".nan"))


def test_block_text_is_text():
    assert parse_yaml("key: |\n  010\n") == {"key": "010\n"}


def test_mappings_keep_the_written_order():
    assert list(parse_yaml("b: 1\na: 2\nc: 3\n")) == ["b", "a", "c"]


def test_a_merge_key_is_a_key_like_any_other():
    assert parse_yaml("<<: {a: 1}") == {"<<": {"a": 1}}


@pytest.mark.parametrize(
    "written",
    OTHER_NOTATIONS.split(),
)
def test_a_number_in_another_notation_is_refused(written):
    message = refusal_of(f"a: 1\nb: {written}\n")
    assert message == (
        "study.yaml: line 2: a number must be in plain decimal notation, such as 1000, 0.5, 1e-3 or .inf "
        f"(in quotes it is text), got {written}"
    )


@pytest.mark.parametrize("written", ["1e400", "-1e400", "1e-400"])
def test_a_float_out_of_range_is_refused(written):
    expected = f"study.yaml: line 1: a number must be within the range of floats, got {written}"
    assert refusal_of(f"a: {written}") == expected


def test_an_integer_out_of_range_is_refused():
    expected = "study.yaml: line 1: an integer must be below 2^63, got 9223372036854775808"
    assert refusal_of("a: 9223372036854775808") == expected


def test_an_integer_of_thousands_of_digits_is_refused_and_cut_in_the_message():
    message = refusal_of("a: " + "1" * 5000)
    assert "an integer must be below 2^63, got 111" in message
    assert message.endswith("1...")
    assert len(message) < 150


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\nb: 2\na: 3\n", "line 3: a key must be written once, got a again"),
        ("a: 1\n'a': 3\n", "line 2: a key must be written once, got a again"),
        ("a:\n  {b: 1, b: 2}\n", "line 2: a key must be written once, got b again"),
        ("1: a", "line 1: a key must be text, got 1"),
        ("true: a", "line 1: a key must be text, got true"),
        ("null: a", "line 1: a key must be text, got null"),
        ("? [a]\n: 1", "line 1: a key must be text, got a list or a mapping"),
        ("? \n: 1", "line 1: a key must be text, got nothing"),
        ("a: &x 1\n", f"line 1: {NO_ANCHOR} &x"),
        ("b:\n  - &x [1]\n", f"line 2: {NO_ANCHOR} &x"),
        ("a: *x\n", "line 1: a value must be written out, got the alias *x"),
        ("a: !!str 1", f"line 1: {NO_TAG} tag:yaml.org,2002:str"),
        ("a: ! 1", f"line 1: {NO_TAG} !"),
        ("a: !own {b: 1}", f"line 1: {NO_TAG} !own"),
        ("", NO_DOCUMENT),
        ("# a comment\n", NO_DOCUMENT),
        ("---\n", f"line 2: {NO_DOCUMENT}"),
        ("--- a\n--- b\n", "line 2: the text must hold one YAML document, got a second one"),
        ("a: b: c", f"line 1: {NO_YAML} mapping values are not allowed here"),
        ("\ta: 1", f"line 1: {NO_YAML} found character '\\t'"),
        ("a: 1\nb: [1, 2", f"line 2: {NO_YAML} expected ',' or ']'"),
        ("a: 1\nb: \x01", "line 2: the text must be printable, got the character '\\x01'"),
        ('a: "\\ud800"', "line 1: text must be Unicode, got half a surrogate pair"),
        ('a: 1\nb: "\\U99999999"', "line 2: an escape or a directive must hold a number in range, got "),
    ],
)
def test_what_is_not_plain_data_is_refused(text, problem):
    assert refusal_of(text).startswith(f"study.yaml: {problem}")


@pytest.mark.parametrize(
    "tag",
    [
        "python/object/apply:os.system",
        "python/object/new:os.system",
        "python/name:os.system",
        "binary",
        "set",
    ],
)
def test_a_tag_never_makes_an_object(tag):
    message = refusal_of(f"a: 1\nb: !!{tag} [echo broken]\n")
    assert re.fullmatch(f"study.yaml: line 2: .*got the tag tag:yaml.org,2002:{tag}", message)


def test_without_a_file_the_message_starts_with_the_line():
    with pytest.raises(InputError, match=r"^line 1: a number must be"):
        parse_yaml("010")


def test_fifty_levels_are_read():
    data = parse_yaml("[" * MAXIMAL_DEPTH + "]" * MAXIMAL_DEPTH)
    for _ in range(MAXIMAL_DEPTH - 1):
        (data,) = data
    assert data == []


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "- ? ", "[\n"])
@pytest.mark.parametrize("depth", [MAXIMAL_DEPTH + 1, 10_000])
def test_deeper_nesting_is_refused(opening, depth):
    assert "the nesting must be at most 50 levels deep, got more" in refusal_of(opening * depth + "1")


def test_an_alias_bomb_is_refused():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]" for level in range(1, 40)]
    expected = "study.yaml: line 1: a value must be written without anchor, got the anchor &a0"
    assert refusal_of("\n".join(lines)) == expected


def test_a_text_that_is_too_long_is_refused():
    assert refusal_of("#" * (MAXIMAL_BYTES + 1)) == (
        "study.yaml: the text must be at most 1 MB, got 1000001 characters"
    )


# Dumped text is put in quotes, since a plain word that YAML 1.1 reads as text may be a number here.
def dumped(data: object) -> str:
    class Dumper(yaml.SafeDumper):
        pass

    Dumper.ignore_aliases = lambda self, data: True
    Dumper.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))
    return yaml.dump(data, Dumper=Dumper, allow_unicode=True)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
numbers = st.integers(-(2**63) + 1, 2**63 - 1) | st.floats(allow_nan=False)
plain_data = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts.filter(str.isprintable), inner, max_size=4),
    max_leaves=20,
)


def types_of(data: object) -> object:
    if isinstance(data, dict):
        return {key: types_of(item) for key, item in data.items()}
    return [types_of(item) for item in data] if isinstance(data, list) else type(data)


@settings(deadline=None)
@given(plain_data.filter(lambda data: data is not None))
def test_plain_data_survives_the_way_through_yaml(data):
    read = parse_yaml(dumped(data))
    assert read == data
    assert types_of(read) == types_of(data)


words = st.from_regex(r"[a-z][a-z_]{0,12}", fullmatch=True).filter(lambda word: word not in {"inf", "nan", "infinity"})


@settings(deadline=None)
@given(st.dictionaries(words, numbers | words | st.none() | st.booleans() | st.lists(numbers), min_size=1))
def test_what_safe_dump_writes_is_read(data):
    assert parse_yaml(yaml.safe_dump(data)) == data


@settings(deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_is_read_as_python_writes_it(number):
    assert parse_yaml(repr(number)) == number


@settings(deadline=None)
@given(st.text(max_size=60) | st.text("[]{}:,-?&*!|>'\"%@#01_ \n\tae.", max_size=40))
def test_any_text_is_read_or_refused(text):
    try:
        parse_yaml(text, "f")
        messages = ["f: fine"]
    except InputError as error:
        messages = error.messages
    assert [message[:3] for message in messages] == ["f: "]
