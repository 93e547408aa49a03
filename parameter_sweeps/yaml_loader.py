"""YAML as plain data: mappings with text keys, lists, text, numbers, true, false and null, and nothing else.

The syntax is YAML's; what a plain word means is narrower than in YAML 1.1, so that no entry turns into a
surprising value:

* ``1e-3`` and ``1E5`` are numbers, ``.inf``, ``-.inf`` and ``.nan`` are floats;
* only ``true`` and ``false`` are booleans (``yes``, ``no``, ``on``, ``off`` are text), and dates are text;
* a number in another notation (``010``, ``0x1F``, ``0o17``, ``1_000``, ``1,000``, ``1:30``, the bare word
  ``inf``) is refused rather than read as some number or as text. In quotes it is text.

Duplicate keys, keys of more than one line, too many keys, anchors, aliases, tags, several documents, deep nesting and
large files are refused too. Every refusal is an `InputError` that names the file and, where there is one, the line.
"""

from __future__ import annotations

import math
import os
import re
import stat
from pathlib import Path
from typing import NoReturn

import yaml

from models.refusals import InputError

MAXIMAL_BYTES = 1_000_000
MAXIMAL_DEPTH = 50
MAXIMAL_INTEGER = 2**63
#: Keys of one mapping, and of all: each that is not known is compared with those that are.
MOST_KEYS, MOST_KEYS_IN_ALL = 1000, 20_000
LONGEST_KEY = 200
LONGEST_ENTRY = 60
LONGEST_PLACE = 400

_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_OTHER_NOTATION = re.compile(
    r"[-+]?(?:"
    r"0[xXoObB][0-9a-fA-F_]+"  # another base
    r"|[0-9][0-9_,]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9_]+)?"  # leading zero, digit groups, decimal comma
    r"|\.[0-9][0-9_]*(?:[eE][-+]?[0-9_]+)?"
    r"|[0-9][0-9_]*(?::[0-9_]+)+(?:\.[0-9_]*)?"  # base sixty: 1:30
    r"|inf|Inf|INF|infinity|Infinity|nan|NaN|NAN)"
)
_WORDS: dict[str, object] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
}


def read_yaml(path: str | os.PathLike[str]) -> object:
    """Return the content of a YAML file as plain data.

    Parameters
    ----------
    path : str or path
        A file of at most 1 MB, in UTF-8.

    Returns
    -------
    object
        Mappings as dict, sequences as list, and str, int, float, bool or None.

    Raises
    ------
    InputError
        If the file is missing, a folder, unreadable, too large or not UTF-8, or its content is refused by
        `parse_yaml`.
    """
    where = os.fspath(path)
    content = _read_bytes(where)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _refused(where, line, "the file must be UTF-8 text, got another encoding") from None
    return parse_yaml(text, where)


def parse_yaml(text: str, where: str = "") -> object:
    """Return YAML text as plain data.

    Parameters
    ----------
    text : str
        One YAML document.
    where : str
        What the text is called in messages, usually the file.

    Returns
    -------
    object
        Mappings as dict in written order, sequences as list, and str, int, float, bool or None.

    Raises
    ------
    InputError
        If the text is not YAML or holds what this module refuses; the message gives the line.
    """
    if len(text) > MAXIMAL_BYTES:
        raise _refused(where, None, f"the text must be at most 1 MB, got {len(text)} characters")
    try:
        return _document(_PlainLoader(text, where))
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        problem = f"the text must be printable, got the character {chr(int(error.character))!a}"
        raise _refused(where, line, problem) from None


def _document(loader: _PlainLoader) -> object:
    """Return the only document of a loader, with PyYAML's own complaints as `InputError`."""
    try:
        return loader.document()
    except InputError:
        raise
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = None if mark is None else mark.line + 1
        raise _refused(loader.where, line, f"the text must be YAML, got a mistake: {error.problem}") from None
    except (ValueError, OverflowError):
        # PyYAML passes on unchecked the number in an escape such as "\U99999999" and in a directive.
        problem = "an escape or a directive must hold a number in range, got another"
        raise _refused(loader.where, loader.line + 1, problem) from None


class _PlainLoader(yaml.SafeLoader):
    """A safe loader that builds plain data and judges every event before a node is made of it."""

    def __init__(self, text: str, where: str):
        super().__init__(text)
        self.where = where
        self.depth = 0
        self.keys = 0

    def document(self) -> object:
        """Return the data of the only document."""
        if not self.check_node():
            self.refuse(None, "the text must hold a YAML document, got nothing")
        root = self.get_node()
        if isinstance(root, yaml.ScalarNode) and root.style is None and not root.value:
            self.refuse(root, "the text must hold a YAML document, got nothing")
        if self.check_node():
            event: yaml.Event = self.peek_event()  # type: ignore[no-untyped-call]
            self.refuse(event, "the text must hold one YAML document, got a second one")
        return self.plain(root)

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Return the next node, after its event has been judged."""
        event: yaml.Event = self.peek_event()  # type: ignore[no-untyped-call]
        self.refuse_references(event)
        self.depth += 1
        if self.depth > MAXIMAL_DEPTH + 1:
            self.refuse(event, f"the nesting must be at most {MAXIMAL_DEPTH} levels deep, got more")
        # counted here, because a file of nothing else would take long to be read to its end
        self.keys += isinstance(parent, yaml.MappingNode) and index is None
        if self.keys > MOST_KEYS_IN_ALL:
            self.refuse(event, f"the mappings must have at most {MOST_KEYS_IN_ALL} keys in all, got more")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def refuse_references(self, event: yaml.Event) -> None:
        """Refuse aliases, anchors and tags: an alias grows without bound, a tag asks for an object."""
        if isinstance(event, yaml.AliasEvent):
            self.refuse(event, f"a value must be written out, got the alias *{shown(event.anchor or '')}")
        if (anchor := getattr(event, "anchor", None)) is not None:
            self.refuse(event, f"a value must be written without anchor, got the anchor &{shown(anchor)}")
        if (tag := getattr(event, "tag", None)) is not None:
            self.refuse(event, f"a value must be written without tag, got the tag {shown(tag)}")

    def plain(self, node: yaml.Node | None) -> object:
        """Return a node as plain data."""
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node)
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node)
        return [self.plain(item) for item in node.value] if node else None

    def mapping(self, node: yaml.MappingNode) -> dict[str, object]:
        """Return a mapping whose keys are text, each written once."""
        data: dict[str, object] = {}
        if len(node.value) > MOST_KEYS:
            self.refuse(node, f"a mapping must have at most {MOST_KEYS} keys, got {len(node.value)}")
        for key_node, value_node in node.value:
            key = self.key(key_node)
            if key in data:
                self.refuse(key_node, f"a key must be written once, got {shown(key)} again")
            data[key] = self.plain(value_node)
        return data

    def key(self, node: yaml.Node) -> str:
        """Return the text of a key."""
        if not isinstance(node, yaml.ScalarNode):
            self.refuse(node, "a key must be text, got a list or a mapping")
        key = self.scalar(node)
        if not isinstance(key, str):
            self.refuse(node, f"a key must be text, got {shown(node.value) if node.value else 'nothing'}")
        if len(key) > LONGEST_KEY or not key.isprintable():
            needed = f"a key must be one line of at most {LONGEST_KEY} characters"
            self.refuse(node, f"{needed}, got {shown(key)}")
        return key

    def scalar(self, node: yaml.ScalarNode) -> object:
        """Return what one entry stands for: quoted and block entries are text, plain words are judged."""
        text = node.value
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            self.refuse(node, "text must be Unicode, got half a surrogate pair")
        if node.style is not None:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _FLOAT.fullmatch(text):
            return self.number(node)
        if _OTHER_NOTATION.fullmatch(text):
            advice = "such as 1000, 0.5, 1e-3 or .inf (in quotes it is text)"
            self.refuse(node, f"a number must be in plain decimal notation, {advice}, got {shown(text)}")
        return text

    def number(self, node: yaml.ScalarNode) -> int | float:
        """Return a number that a computer's integers or floats can hold."""
        text = node.value
        if _INTEGER.fullmatch(text):
            # The length is looked at first: Python refuses to read integers of thousands of digits.
            if len(text) > 20 or abs(int(text)) >= MAXIMAL_INTEGER:
                self.refuse(node, f"an integer must be below 2^63, got {shown(text)}")
            return int(text)
        value = float(text)
        lost = value == 0 and re.search("[1-9]", re.split("[eE]", text)[0])
        if lost or math.isinf(value):
            self.refuse(node, f"a number must be within the range of floats, got {shown(text)}")
        return value

    def refuse(self, marked: yaml.Node | yaml.Event | None, problem: str) -> NoReturn:
        """Raise an `InputError` at a node or event."""
        line = marked.start_mark.line + 1 if marked and marked.start_mark else None
        raise _refused(self.where, line, problem)


def _read_bytes(where: str) -> bytes:
    """Return a file's bytes; kind and size are looked at before anything is read."""
    path = Path(where)
    try:
        if problem := _unreadable(path.stat()):
            raise _refused(where, None, problem)
        return path.read_bytes()
    except InputError:
        raise
    except FileNotFoundError:
        raise _refused(where, None, "there is no such file") from None
    except OSError as error:
        raise _refused(where, None, f"the file cannot be read: {error.strerror}") from None
    except ValueError:
        raise _refused(ascii(where), None, "this is no file name") from None


def _unreadable(status: os.stat_result) -> str | None:
    """Return why a file of this kind and size is not read, or None."""
    if stat.S_ISDIR(status.st_mode):
        return "this must be a YAML file, got a folder"
    if not stat.S_ISREG(status.st_mode):
        return "this must be a YAML file, got a device or a pipe"
    if status.st_size > MAXIMAL_BYTES:
        return f"the file must be at most 1 MB, got {status.st_size} bytes"
    return None


def _refused(where: str, line: int | None, problem: str) -> InputError:
    """Return the error that names the file and the line."""
    place = [printable(where)] if where else []
    place += [] if line is None else [f"line {line}"]
    return InputError([": ".join([*place, problem])])


def printable(where: str) -> str:
    """Return the name of a file on one line, cut in the middle if it is longer than any that there can be."""
    plain = where if where.isprintable() else ascii(where)[1:-1]
    half = LONGEST_PLACE // 2
    return plain if len(plain) <= LONGEST_PLACE else f"{plain[:half]}...{plain[-half:]}"


def shown(text: str) -> str:
    """Return an entry as it was written, cut at 60 characters; without the quotes that would make it text."""
    text = text if text.isprintable() else ascii(text)[1:-1]
    return text if len(text) <= LONGEST_ENTRY else text[: LONGEST_ENTRY - 3] + "..."
