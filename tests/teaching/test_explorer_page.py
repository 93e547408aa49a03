"""The explorer in a real browser, from a file and shut off from the network."""

import math
import re
import statistics
import sys

import numpy as np
import pytest
from browsing import NARROW, WIDE
from small_explorer import SMALL, small_explored

from models.strategies import CLASS_NAMES
from teaching.explored import NUMBERS, VARIED, explored_study
from teaching.explorer import explorer_page, write_explorer

SLIDERS = [key.rpartition(".")[2] for key in VARIED]
SHOWN = "performance.getEntriesByName('shown').length > 0"


@pytest.fixture(scope="module")
def found():
    return small_explored()


@pytest.fixture(scope="module")
def small_page(found, tmp_path_factory):
    path = tmp_path_factory.mktemp("explorer") / "small.html"
    path.write_text(explorer_page(found), encoding="utf-8")
    return path


@pytest.fixture
def shown(open_page, small_page):
    page = open_page(small_page)
    page.wait_for_function(SHOWN)
    return page


def move(page, **values):
    """Put sliders on values, as a visitor does: by keys, with the slider in focus."""
    for name, value in values.items():
        key = next(key for key in VARIED if key.endswith(f".{name}"))
        page.focus(f"#{name}")
        page.keyboard.press("Home")
        for _ in range(SMALL[key].index(value)):
            page.keyboard.press("ArrowRight")


def picture(page):
    """Return the data that the figures draw."""
    return page.evaluate(
        "Object.fromEntries(['cells', 'here', 'worth'].map(name => [name, {...explorer.plots[name].data}]))"
    )


def said(page):
    return page.inner_text("#best"), page.inner_text("#why")


def worths(page):
    cells = page.locator("#worths tr[data-class]")
    return {
        cells.nth(row).get_attribute("data-class"): cells.nth(row).locator(".value").inner_text() for row in range(3)
    }


def test_told_agent_by_hand(shown):
    # As in test_explored: tau = 0.8, m = 0.2, K = 0: faking from foresight 1/1.64 = 0.6098 on. At 0.64 it is worth
    # 0.8/0.36 = 2.2222, honesty 1/(1 - 0.64 x 0.84) = 2.1626, and what is lost with a flag is all of the first.
    move(shown, rotation=1.0, penalty=0.0, discrimination=math.inf, rate=0.2, foresight=0.6)
    assert said(shown)[0] == "Best here: honest."
    shown.keyboard.press("ArrowRight")
    assert said(shown)[0] == "Best here: faking."
    assert shown.inner_text("#foresight-value") == "0.64"
    assert worths(shown)["faking"] == "2.22"
    assert worths(shown)["honest"] == "2.16"
    assert "complies in 100% of watched and in 0% of unwatched episodes" in said(shown)[1]
    assert "would cost it 2.22 by its present goals" in said(shown)[1]
    assert "Foresight, now 0.64: honest at 0.6." in shown.inner_text("#changes")
    assert shown.inner_text("#worths tr.best th") == "faking"


@pytest.mark.parametrize("name", SLIDERS)
def test_each_slider_changes_the_map_and_the_sentence(shown, name):
    move(shown, rotation=1.0, penalty=0.5, discrimination=2.0, rate=0.6, foresight=0.68)
    words, drawn, value = said(shown), picture(shown), shown.inner_text(f"#{name}-value")
    shown.focus(f"#{name}")
    shown.keyboard.press("ArrowLeft")
    assert shown.inner_text(f"#{name}-value") != value
    assert shown.get_attribute(f"#{name}", "aria-valuetext") == shown.inner_text(f"#{name}-value")
    assert said(shown) != words
    assert picture(shown)["worth"] != drawn["worth"] or name == "rate"
    # foresight and watching rate are the axes of the map: they move the marker on it
    changed = "here" if name in ("foresight", "rate") else "cells"
    assert picture(shown)[changed] != drawn[changed]


def test_a_slider_follows_the_mouse(shown):
    box = shown.locator("#foresight").bounding_box()
    shown.mouse.click(box["x"] + box["width"] - 3, box["y"] + box["height"] / 2)
    assert shown.inner_text("#foresight-value") == f"{SMALL['agents.foresight'][-1]:g}"


def test_a_click_on_the_map_moves_the_marker_there(shown):
    box = shown.locator("#map").bounding_box()
    shown.mouse.click(box["x"] + 0.9 * box["width"], box["y"] + 0.2 * box["height"])
    shown.wait_for_function("explorer.plots.here.data.x[0] > 0.65")
    assert shown.inner_text("#rate-value") == "1"
    assert float(shown.inner_text("#foresight-value")) in (0.68, 0.72)


def test_the_page_looks_up_the_exact_values(shown, found):
    """All cells, as the script of the page finds them by places on sliders."""
    places = [list(one) for one in np.ndindex(*found.study.shape)]
    looked = shown.evaluate(
        "places => places.map(explorer.at).map(found => "
        "Object.fromEntries(Object.entries(found).map(([name, value]) => [name, String(value)])))",
        places,
    )
    assert [int(one["best"]) for one in looked] == found.best.tolist()
    for name in NUMBERS:
        read = np.array([float(one[name].replace("Infinity", "inf")) for one in looked])
        # printed digits hold a float32 exactly; float32 rounds off at most 2^-24
        np.testing.assert_allclose(read, found.numbers[name], rtol=2.0**-24, atol=1e-37)


def test_the_map_shows_the_class_of_each_cell(shown, found):
    move(shown, rotation=1.0, penalty=0.5, discrimination=2.0)
    cells = picture(shown)["cells"]
    colours = [
        one["colour"]
        for one in shown.evaluate("JSON.parse(document.getElementById('explored').textContent)")["classes"]
    ]
    rows, columns = found.controls[-2:]
    best = found.best.reshape(found.study.shape)[1, 1, 1]
    for row, rate in enumerate(rows.values):
        for column, foresight in enumerate(columns.values):
            drawn = [
                cells["colour"][piece]
                for piece in range(len(cells["left"]))
                if cells["left"][piece] < foresight < cells["right"][piece]
                and cells["bottom"][piece] < rate < cells["top"][piece]
            ]
            assert drawn == [colours[best[row, column]]]


def test_without_a_cue_the_page_says_that_nothing_is_faking(shown):
    move(shown, discrimination=0.0)
    assert worths(shown)["faking"] == "there is none"


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_page_fits_its_window(open_page, small_page, size):
    page = open_page(small_page, size)
    page.wait_for_function(SHOWN)
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    for name in ("#map", "#worth", *(f"#{slider}" for slider in SLIDERS)):
        box = page.locator(name).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= size["width"]
        assert box["width"] >= 0.4 * min(size["width"], 800)


def test_every_control_has_a_label_and_is_reached_by_tab(shown):
    assert shown.evaluate(
        "[...document.querySelectorAll('input')].every(input => input.labels.length === 1 && "
        "input.labels[0].textContent.trim() && document.getElementById(input.getAttribute('aria-describedby')))"
    )
    shown.focus("#foresight")
    reached = [shown.evaluate("document.activeElement.id")]
    for _ in range(4):
        shown.keyboard.press("Tab")
        reached.append(shown.evaluate("document.activeElement.id"))
    assert sorted(reached) == sorted(SLIDERS)
    ids = re.findall(r'\bid="([^"]+)"', shown.content())
    assert len(set(ids)) == len(ids)


def luminance(colour):
    """Relative luminance of a colour (WCAG 2, section 1.4.3)."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


def test_text_stands_out_from_what_it_stands_on(shown):
    """At least 4.5 to 1: all text of the page, and ink on each class's colour as the map has it, 0.4 on white."""
    colours = shown.evaluate(
        "[...document.querySelectorAll('body *')].filter(one => one.innerText && one.offsetParent)"
        ".map(one => getComputedStyle(one).color)"
    )
    texts = {tuple(int(part) / 255 for part in re.findall(r"\d+", colour)[:3]) for colour in colours}
    assert texts
    assert min(1.05 / (luminance(text) + 0.05) for text in texts) >= 4.5
    classes = shown.evaluate("JSON.parse(document.getElementById('explored').textContent)")["classes"]
    assert len({one["hatch"] for one in classes}) == len(classes) == len(CLASS_NAMES)
    ink = luminance((0x1A / 255,) * 3)
    for one in classes:
        full = np.array([int(one["colour"][place : place + 2], 16) / 255 for place in (1, 3, 5)])
        assert (luminance(0.4 * full + 0.6) + 0.05) / (ink + 0.05) >= 4.5


def test_the_shipped_page_is_one_small_file_that_opens(open_page, tmp_path, record_property):
    path = tmp_path / "explorer.html"
    write_explorer(explored_study(), path)
    assert [file.name for file in tmp_path.iterdir()] == ["explorer.html"]
    assert path.stat().st_size < 5_000_000
    times = []
    for _ in range(5):
        page = open_page(path)
        page.wait_for_function(SHOWN)
        times.append(page.evaluate("performance.getEntriesByName('shown')[0].startTime"))
    # measured, not asserted: it is the machine's as much as the page's
    record_property("milliseconds_to_open", statistics.median(times))
    sys.stderr.write(f"opened in {statistics.median(times):.0f} ms (median of 5), {path.stat().st_size / 1e6:.2f} MB\n")
    assert said(page)[0] == "Best here: honest."
