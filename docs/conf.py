"""How the documentation is built: `python -m sphinx -W --keep-going -b html docs build/docs`.

Nothing is fetched, neither by the build nor by who reads the pages: formulas become MathML here, which browsers draw
themselves, and the theme brings its own styles and scripts.
"""

from __future__ import annotations

import os
import re
import sys
from functools import cached_property
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any

from docutils import nodes
from latex2mathml.converter import convert
from pygments.lexers.special import TextLexer
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

# the sources beside this folder are documented, whatever else is installed
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
# rules are documented as the functions that they are written as
os.environ["NUMBA_DISABLE_JIT"] = "1"

project = "Strategic compliance"
author = "The compliance authors"
project_copyright = "the compliance authors, MIT license"
release = version = installed_version("strategic-compliance")
language = "en_GB"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
# index.rst takes in README.md, which is the first page where the folder is read as files
exclude_patterns = ["README.md", "_static"]

myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 4

default_role = "py:obj"
# formulas in docstrings are no program
highlight_language = "text"
# two records of one name, on two floors: a short mention of it links to the first
suppress_warnings = ["ref.python"]
add_module_names = False
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_default_options = {"members": True}
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 100
# an alias of a built-in type has no source here
viewcode_follow_imported_members = False
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True

html_theme = "furo"
html_title = "Strategic compliance"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_math_renderer = "mathml"
html_copy_source = False
html_show_sourcelink = False
# dates would make two builds differ
html_last_updated_fmt = None
html_theme_options = {"top_of_page_buttons": []}


def _formula(latex: str, display: str) -> str:
    """Return a formula as MathML, with its source for whoever copies it.

    Raises
    ------
    ExtensionError
        If something in it is not understood, which would be shown as it is written.
    """
    # the converter knows the environment that numbers no lines under one of its names only
    drawn = str(convert(latex.replace("{aligned}", "{align*}"), display=display))
    if "<mi>&</mi>" in drawn or re.search(r"<m\w+>\\", drawn):
        raise ExtensionError(f"a formula must be one that becomes MathML, got {latex}")
    drawn = re.sub(r"<mi>(&#x0(?:27E8|27E9|230A|230B);)</mi>", r'<mo stretchy="false">\1</mo>', drawn)
    return drawn.replace("<math ", f'<math alttext="{_attribute(latex)}" ', 1)


def _attribute(text: str) -> str:
    for mark, written in {"&": "&amp;", '"': "&quot;", "<": "&lt;", ">": "&gt;"}.items():
        text = text.replace(mark, written)
    return " ".join(text.split())


def _inline_formula(writer: Any, node: nodes.Element) -> None:
    writer.body.append(_formula(node.astext(), "inline"))
    raise nodes.SkipNode


def _display_formula(writer: Any, node: nodes.Element) -> None:
    writer.body.append(f'<div class="formula">{_formula(node.astext(), "block")}</div>\n')
    raise nodes.SkipNode


def _readable(_app: Sphinx, what: str, _name: str, _thing: object, _options: Any, lines: list[str]) -> None:
    """Show formulas in the docstring of a module as they are written, and keys of sources as links."""
    if what == "module":
        lines[:] = _with_blocks_as_written(lines)
    for number, line in enumerate(lines):
        lines[number] = re.sub(r"\[([A-Z]\w+\d{4})\]_", r":doc:`[\1] </references>`", line)


def _with_blocks_as_written(lines: list[str]) -> list[str]:
    """Return lines with a mark before each indented block that stands after a blank line."""
    marked: list[str] = []
    for line in lines:
        begins = line.startswith("    ") and marked and not marked[-1] and not _is_indented(marked)
        marked += ["::", "", line] if begins else [line]
    return marked


def _is_indented(lines: list[str]) -> bool:
    """Tell whether the last line that is not blank is indented, or begins a block that is."""
    last = next((line for line in reversed(lines) if line), "")
    return last.startswith(("    ", "..")) or last.endswith("::")


def _is_field(_app: Sphinx, what: str, _name: str, thing: object, _skip: bool, _options: Any) -> bool | None:
    """Leave out the fields of records: the docstring of the record says what they are."""
    of_class = callable(thing) or isinstance(thing, property | classmethod | staticmethod | cached_property)
    return True if what == "class" and not of_class else None


def _code_as_links(app: Sphinx, page: nodes.document, name: str) -> None:
    """Have names of code lead to where they are described, and files of the sources too, where they are."""
    described = app.env.domains.python_domain.objects
    shown = [(node, node.astext()) for node in page.findall(nodes.literal)]
    shown += [(node, _module_of(node["reftarget"])) for node in page.findall(addnodes.download_reference)]
    for node, code in shown:
        if (place := described.get(code)) is None or isinstance(node.parent, nodes.reference):
            continue
        uri = f"{app.builder.get_relative_uri(name, place.docname)}#{place.node_id}"
        inside = [node.deepcopy()] if isinstance(node, nodes.literal) else node.children
        node.replace_self(nodes.reference("", "", *inside, internal=True, refuri=uri))


def _module_of(path: str) -> str:
    return path.removesuffix(".py").lstrip("./").replace("/", ".")


def setup(app: Sphinx) -> None:
    """Add what Sphinx does not bring: formulas drawn by the browser, and docstrings as readers need them."""
    app.add_html_math_renderer("mathml", (_inline_formula, None), (_display_formula, None))
    app.add_lexer("csv", TextLexer)
    app.connect("autodoc-process-docstring", _readable)
    app.connect("autodoc-skip-member", _is_field)
    app.connect("doctree-resolved", _code_as_links)
