"""The readers of contrast and of names see what is there to see, and both pages pass them at both widths."""

import pytest
from browsing import NARROW, WIDE
from reading_of_pages import LEAST, contrasts, nameless
from small_explorer import small_explored

from models.strategies import CLASS_NAMES
from teaching.explorer import explorer_page

HEAD = "<!DOCTYPE html><html><head><link rel=icon href='data:,'></head><body>"
SHOWN = "performance.getEntriesByName('shown').length > 0"


@pytest.fixture
def body(open_page, tmp_path):
    """A function that opens a page with this body."""

    def opened(text):
        path = tmp_path / "page.html"
        path.write_text(HEAD + text, encoding="utf-8")
        return open_page(path)

    return opened


# Worked by hand: a grey of x/255 has the luminance ((x/255 + 0.055)/1.055)^2.4, and white has 1.
# x = 119 (#777): 0.18447, so 1.05/0.23447 = 4.478; x = 118 (#767676): 0.18116, so 1.05/0.23116 = 4.542.
# Black at half strength over white is x = 127.5: 0.21404, so 1.05/0.26404 = 3.977.


@pytest.mark.parametrize(
    ("text", "ratio"),
    [
        ("<p style='color:#000'>black on white</p>", 21.0),
        ("<p style='color:#777'>too light</p>", 4.478),
        ("<p style='color:#767676'>just dark enough</p>", 4.542),
        ("<p style='color:rgba(0,0,0,0.5)'>half there</p>", 3.977),
        ("<div style='opacity:0.5'><p style='color:#000'>half there</p></div>", 3.977),
        ("<div style='background:#777'><p style='color:#fff'>on an ancestor</p></div>", 4.478),
        ("<div style='background:rgba(0,0,0,0.5)'><p style='color:#fff'>on a veil</p></div>", 3.977),
        ("<svg><rect width=200 height=50 fill='#777'/><text x=10 y=30 fill='#fff'>drawn</text></svg>", 4.478),
        ("<svg><rect width=200 height=50 fill-opacity='0.5'/><text x=10 y=30 fill='#fff'>drawn</text></svg>", 3.977),
        ("<label>Name <select style='color:#777;background:#fff'><option>one</option></select></label>", 4.478),
    ],
)
def test_contrast_by_hand(body, text, ratio):
    assert contrasts(body(text))[0][0] == pytest.approx(ratio, abs=5e-3)


def test_what_is_hidden_is_not_read(body):
    assert contrasts(body("<p style='display:none'>a</p><p style='visibility:hidden'>b</p><script>'c'</script>")) == []


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("<input type=range>", 1),
        ("<label>Rate <input type=range></label>", 0),
        ("<button>▶</button>", 1),
        ("<button aria-label='Run'>▶</button>", 0),
        ("<span id=a>Rate</span><input aria-labelledby=a>", 0),
        ("<a href='#a'></a>", 1),
        ("<div role=img style='width:9px;height:9px'></div>", 1),
        ("<div tabindex=0>text alone</div>", 1),
    ],
)
def test_names_by_hand(body, text, missing):
    assert len(nameless(body(text))) == missing


# The pages


def read(page, words):
    """Every visible text stands out, every control has a name; what was read has these words in it."""
    found = contrasts(page)
    texts = " ".join(one[1] for one in found)
    assert [word for word in words if word not in texts] == []
    assert [one for one in found if one[0] < LEAST] == []
    assert nameless(page) == []


@pytest.fixture(scope="module")
def explorer_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("explorer") / "small.html"
    path.write_text(explorer_page(small_explored()), encoding="utf-8")
    return path


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_explorer_can_be_read(open_page, explorer_file, size):
    page = open_page(explorer_file, size)
    page.wait_for_function(SHOWN)
    read(page, ["Best here:", "how to read the map", "A point is an agent", "hit rate", "is best"])


def test_classes_on_the_explorer_are_told_apart_without_colour(open_page, explorer_file):
    page = open_page(explorer_file)
    page.wait_for_function(SHOWN)
    entries = page.locator("#legend li").evaluate_all(
        "all => all.map(one => [one.textContent.trim(), one.querySelector('path').getAttribute('d')])"
    )
    assert len({name for name, _ in entries}) == len({hatch for _, hatch in entries}) == len(CLASS_NAMES)
    # on the map each class has its hatching, and each region that is large enough its name
    shown = page.evaluate("({...explorer.plots.cells.data})")
    assert len(set(shown["hatch"])) == len(set(shown["colour"]))
    assert page.evaluate("explorer.plots.names.data.text.length") > 0
    lines = page.evaluate(
        "Bokeh.documents.flatMap(one => [...one._all_models.values()]).filter(one => one.type === 'Line')"
        ".map(one => String(one.line_dash.value ?? one.line_dash))"
    )
    assert len(set(lines)) >= 3


def test_the_explorer_leads_to_the_guide_and_the_glossary(open_page, explorer_file):
    page = open_page(explorer_file)
    page.wait_for_function(SHOWN)
    for name, place in (("how to read the map", "reading-title"), ("what the words mean", "glossary-title")):
        page.get_by_role("link", name=name).press("Enter")
        assert page.evaluate("location.hash") == f"#{place}"
        page.wait_for_function(
            "id => Math.abs(document.getElementById(id).getBoundingClientRect().top) < 200", arg=place
        )
