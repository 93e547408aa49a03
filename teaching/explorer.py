"""The explorer: one HTML file with all in it, which looks up exact values that were computed when it was made."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from models.refusals import InputError
from models.strategies import CLASS_NAMES
from parameter_sweeps.study import Study
from parameter_sweeps.whole_files import write_whole
from teaching.explored import Control, Explored, explored
from teaching.glossary import IDEAS, STRATEGIES, Term
from teaching.packing import class_of, packed
from teaching.words import glossary_html, reading_html

_MISSING = 'the explorer needs the extra [dashboard]: pip install "strategic-compliance[dashboard]"'
_COMPARED = ("honest", "faking", "compliant")
#: Marks of Bokeh's hatchings as a picture of 16 by 16 has them.
_HATCHINGS = {
    ".": "M4 4h1v1h-1zM11 4h1v1h-1zM4 11h1v1h-1zM11 11h1v1h-1z",
    "-": "M0 4H16M0 8H16M0 12H16",
    "|": "M4 0V16M8 0V16M12 0V16",
    "/": "M0 8L8 0M0 16L16 0M8 16L16 8",
    "x": "M0 0L16 16M16 0L0 16M0 8L8 16M8 0L16 8M0 8L8 0M8 16L16 8",
    "+": "M0 4H16M0 12H16M4 0V16M12 0V16",
}


def write_explorer(study: Study, path: Path, progress: Callable[[int, int], None] | None = None) -> None:
    """Write the page of a study as one file, which needs nothing else and no network.

    Parameters
    ----------
    study
        As `teaching.explored.explored_study` returns it.
    path
        The file; one that is there is replaced.
    progress
        Called with (cells done, cells) now and then.

    Raises
    ------
    InputError
        If Bokeh is not installed.
    """
    refuse_without_bokeh()
    write_whole(path, explorer_page(explored(study, progress)).encode())


def refuse_without_bokeh() -> None:
    """Raise an `InputError` that names the extra, if Bokeh is not installed."""
    try:
        import_module("bokeh")
    except ImportError:
        raise InputError([_MISSING]) from None


def explorer_page(found: Explored) -> str:
    """Return the page as HTML."""
    from bokeh.resources import Resources

    from teaching.explorer_figures import map_figure, worth_figure

    rows, columns = found.controls[-2:]
    library = "\n".join(Resources(mode="inline", components=["bokeh"]).js_raw)
    return Template(_text("explorer.html")).substitute(
        style=_text("explorer.css"),
        script=_text("explorer.js"),
        bokeh=library,
        explored=_json(packed(found)),
        map_item=_item(map_figure(rows, columns)),
        worth_item=_item(worth_figure(rows)),
        controls="\n".join(_slider(control) for control in reversed(found.controls)),
        worths="\n".join(_worth(name) for name in _COMPARED),
        legend="\n".join(_legend_entry(name) for name in CLASS_NAMES),
        reading=reading_html(),
        glossary=glossary_html(_terms(found)),
        footer=_footer(found),
    )


def _terms(found: Explored) -> list[Term]:
    """Return the terms that the page needs: of the classes on its maps, of its sliders, and all ideas."""
    classes = {class_of(CLASS_NAMES[code])["label"] for code in set(found.best.tolist())}
    strategies = [term for term in STRATEGIES if term.name in classes]
    return [*strategies, *(control.term for control in reversed(found.controls)), *IDEAS]


def _text(name: str) -> str:
    return (files("teaching") / name).read_text(encoding="utf-8")


def _item(plot: Any) -> str:
    from bokeh.embed import json_item

    return _json(json_item(plot))


def _json(value: Any) -> str:
    # "</" would end the script that the data stand in
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False).replace("</", "<\\/")


def _slider(control: Control) -> str:
    name, term = control.name, control.term
    return (
        f'<div class="control"><label for="{name}">{escape(term.name)} <i>{escape(term.symbol)}</i></label>'
        f'<output id="{name}-value" for="{name}">{escape(control.shown[control.start])}</output>'
        f'<input type="range" id="{name}" min="0" max="{len(control.values) - 1}" step="1" value="{control.start}" '
        f'autocomplete="off" aria-describedby="meaning-{term.anchor}"></div>'
    )


def _worth(name: str) -> str:
    return f'<tr data-class="{name}"><th scope="row">{name}</th><td class="value"></td><td class="mark"></td></tr>'


def _legend_entry(name: str) -> str:
    drawn = class_of(name)
    colour = drawn["colour"]
    return (
        f'<li data-class="{drawn["label"]}"><svg width="28" height="18" viewBox="0 0 16 16" preserveAspectRatio="none" '
        f'aria-hidden="true"><rect width="16" height="16" fill="{colour}" fill-opacity="0.4" stroke="{colour}"/>'
        f'<path d="{_HATCHINGS[drawn["hatch"]]}" stroke="{colour}" fill="none"/></svg>{drawn["label"]} is best</li>'
    )


def _footer(found: Explored) -> str:
    scenario, study = found.study.scenario, found.study
    held = (
        f"hit rate {scenario.regime.detector.hit_rate:g}, temptation {scenario.stakes.scale:g} in every episode, "
        "an agent that knows the watching rate and always picks what is worth most to it"
    )
    return (
        f"<p>Exact values at {study.cell_count:,} combinations, nothing simulated and nothing between them. Held: "
        f"{escape(held)}. Numbers are kept to one part in 16 million (float32) and shown to three digits. The page "
        f"needs no network. It was made by <code>compliance explorer</code> of the scenario {escape(study.base.name)}, "
        f"study <code>{study.digest()[:12]}</code>.</p>"
    )
