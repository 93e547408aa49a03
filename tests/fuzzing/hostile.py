"""What hostile files are made of: strategies of values, and of changes of plain data, of text and of bytes."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from typing import Any

import yaml
from hypothesis import strategies as st

TEXTS = (
    "", " ", "\0", "a\nb", "\x1b[31mred", "../../evil", "../evil.yaml", "/etc/passwd", "/dev/zero", "/dev/stdin",
    "~root", "file:///etc/passwd", "http://127.0.0.1:9/x", "__class__", "__init__.__globals__", "{0.__class__}",
    "%s%n", "${HOME}", "$(touch fuzzed)", "`touch fuzzed`", "!!python/object/apply:os.system ['touch fuzzed']",
    "$\\undefined{1}{", "\\input{/etc/passwd}", "<script>alert(1)</script>", "=1+1", "x" * 300, "k/" * 3000, "²٣",
    "\u202egnp", "\ud800", "inf", "nan", "true_rate", "1e400", "null", "agents.count", "a.b.c.d", "[", "[0]", "base",
    "none", "regime",
)  # fmt: skip
NUMBERS = (
    0, 1, -1, 2, 7, 100, 2**31, 2**32, 2**53 + 1, 2**62, 10**9, 10**7, 0.0, -0.0, 0.5, 1.0, 1e-300, 5e-324, 1e300,
    1.7976931348623157e308, float("inf"), float("-inf"), float("nan"), 0.1 + 0.2, 1 - 1e-16, 1e16,
)  # fmt: skip


def one_of_these(items: Sequence[Any]) -> st.SearchStrategy[Any]:
    """Return a strategy that picks among items, whose description does not have them all in it."""
    return st.integers(0, len(items) - 1).map(items.__getitem__)


scalars = st.one_of(
    one_of_these(NUMBERS), one_of_these(TEXTS), st.none(), st.booleans(), st.floats(), st.integers(-(2**64), 2**64),
    st.text(max_size=12),
)  # fmt: skip
distributions = st.fixed_dictionaries(
    {
        "distribution": st.sampled_from(
            ["beta", "gamma", "t", "truncnorm", "norm", "uniform", "loguniform", "os.system"]
        )
    },
    optional=dict.fromkeys(("a", "b", "c", "df", "loc", "scale"), scalars),
)
spacings = st.dictionaries(
    st.sampled_from(["linspace", "logspace", "uniform", "loguniform"]), st.lists(scalars, max_size=4), max_size=2
)
values = st.one_of(
    scalars,
    distributions,
    spacings,
    st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
        max_leaves=8,
    ),
    st.builds(lambda depth: json.loads("[" * depth + "]" * depth), st.sampled_from([3, 49, 60, 200])),
    st.builds(lambda value, times: [value] * times, scalars, st.sampled_from([2, 101, 5000])),
)


def places(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of everything in plain data, the root first."""
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [path, *(place for key, value in inner for place in places(value, (*path, key)))]


def _at(tree: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        tree = tree[key]
    return tree


@st.composite
def changed(draw: st.DrawFn, tree: Any, most: int = 3, others: st.SearchStrategy[Any] = values) -> Any:
    """Draw plain data with up to so many changes in it: values replaced, taken out, moved, renamed, wrapped, added."""
    tree = copy.deepcopy(tree)
    for _ in range(draw(st.integers(1, most))):
        path = draw(one_of_these(places(tree)))
        if not path:
            tree = draw(others) if draw(st.integers(0, 9)) == 0 else tree
            continue
        part, key, kind = _at(tree, path[:-1]), path[-1], draw(st.sampled_from("rrrrdmnwa"))
        if kind == "d":
            del part[key]
        elif kind == "m":
            part[key] = copy.deepcopy(_at(tree, draw(one_of_these(places(tree)))))
        elif kind == "n" and isinstance(part, dict):
            part[draw(one_of_these(TEXTS) | st.text(max_size=8))] = part.pop(key)
        elif kind == "w":
            part[key] = [part[key]] if draw(st.booleans()) else {str(key): part[key]}
        elif kind == "a" and isinstance(part[key], dict):
            part[key][draw(one_of_these(TEXTS) | st.text(max_size=8))] = draw(others)
        else:
            part[key] = draw(others)
    return tree


def as_yaml(tree: Any) -> bytes:
    """Return plain data as a YAML file, as well as it can be written."""
    return yaml.safe_dump(tree, allow_unicode=True, sort_keys=False).encode("utf-8", errors="surrogatepass")


_NOISE = (
    b"&a ", b"*a", b"!!python/object/apply:os.system [touch fuzzed]", b"!!set ", b"<<: ", b"%YAML 9.9\n", b"--- ",
    b"...\n", b"\t", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"? ", b": ", b"- ", b"{" * 60, b"[" * 2000, b"- " * 300,
    b"#", b"'", b'"', b'"\\U99999999"', b"|9\n", b">-\n", b"\r", b"\xc2\x85", b"9" * 5000, b"1e999", b"0x1F", b"1:30",
    b"\\", b"!", b"&", b"@",
)  # fmt: skip


@st.composite
def noisy(draw: st.DrawFn, content: bytes, noise: tuple[bytes, ...] = _NOISE, most: int = 4) -> bytes:
    """Draw bytes with up to so many changes: bits flipped, cut short, stretches doubled or taken out, noise put in."""
    for _ in range(draw(st.integers(1, most))):
        begin = draw(st.integers(0, max(0, len(content) - 1)))
        end = min(len(content), begin + draw(st.integers(1, 40)))
        kind = draw(st.sampled_from("fftdoni"))
        if kind == "f" and content:
            flipped = content[begin] ^ 1 << draw(st.integers(0, 7))
            content = content[:begin] + bytes([flipped]) + content[begin + 1 :]
        elif kind == "t":
            content = content[:begin]
        elif kind == "d":
            content = content[:end] + content[begin:]
        elif kind == "o":
            content = content[:begin] + content[end:]
        else:
            content = content[:begin] + draw(one_of_these(noise) | st.binary(max_size=8)) + content[begin:]
    return content


GRAPH_NOISE = (
    b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"<!ENTITY % p SYSTEM 'file:///etc/passwd'>", b"&a;", b"&#0;", b"<node/>",
    b"<node id='1'/>", b"<graph edgedefault='x'>", b"<hyperedge/>", b"<edge source='1'/>", b"<a>" * 500, b"]]>",
    b"<!--", b"<?xml version='1.0' encoding='utf-16'?>", b"\0", b"\xff", b"1 2 3\n", b"1 1\n", b"-7 9\n", b"1 2 {}\n",
    b"#", b"\r", b"9" * 400 + b" 1\n", b"\xe2\x80\xa8", b"xmlns='x'", b"<p:q/>", b"<![CDATA[",
)  # fmt: skip
TABLE_NOISE = (
    b",", b'"', b"\n", b"\r", b"\0", b"=1+1", b"__class__", b"1e999", b"nan", b"inf", b"010", b"[[[[", b"{a: *b}",
    b"\xff", b"x" * 200_000, b",," * 500, b'"\n' * 50, b"\xef\xbb\xbf", b"-1", b"2", b"!!python/name:os.system",
    b"agents.count",
)  # fmt: skip
