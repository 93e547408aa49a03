"""The dashboard in a real browser: what one does with it, what a second visitor sees, what is refused."""

import http.client
import re
import signal
import socket
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from browsing import NARROW, WIDE, watch
from reading_of_pages import LEAST, contrasts, nameless

pytest.importorskip("solara", reason="THE DASHBOARD IS NOT TESTED: the extra [dashboard] is not installed")

SLIDERS = {
    "Foresight γ": 0.3,
    "Watching rate m": 0.55,
    "Hit rate τ": 0.4,
    "Cue d′": 1.2,
    "Penalty F": 1.5,
    "Rotation η": 0.25,
    "Agents N": 60,
    "Seed": 7,
}
#: Said of a file of Solara itself, which is read in another way then.
HARMLESS = "Failed to evaluate Vue script and find module.exports, falling back to old method"
#: Milliseconds; a loop may have to be compiled first.
LONG = 120_000


def clock(episodes: str) -> re.Pattern[str]:
    """Return what the page shows after so many episodes, a pattern: Mesa 3.5 names the time, earlier ones the step."""
    return re.compile(rf"^(Step: {episodes}|Time: {episodes}\.0)$")


def _hears_interrupts() -> None:
    # what is started in the background may have been told to ignore them
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture(scope="module")
def address():
    """Where a dashboard is, served by the command on a free port."""
    command = [sys.executable, "-m", "compliance", "dashboard", "--no-browser", "--port", "0"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, **pipes, text=True, preexec_fn=_hears_interrupts) as server:
        line = server.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/", line)
        if not found:
            server.kill()
            pytest.fail(f"the dashboard did not start: {line} {server.stderr.read()}")
        yield found.group()
        server.send_signal(signal.SIGINT)
        said = server.communicate(timeout=60)[1]
    assert "Traceback" not in said
    assert "the dashboard was closed" in said
    assert server.returncode == 130


@pytest.fixture
def visit(browser, address):
    """A function that opens the dashboard as a new visitor; no visit may have gone wrong at the end."""
    contexts, errors = [], []

    def opened(size=WIDE, scheme="light"):
        context = browser.new_context(viewport=size, color_scheme=scheme)
        context.set_default_timeout(LONG)
        contexts.append(context)
        page = context.new_page()
        watch(page, errors, (address, address.replace("http", "ws"), "data:", "blob:"))
        page.goto(address)
        page.wait_for_selector(".sc-here")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [error for error in errors if not error.startswith(HARMLESS)] == []


def steps(page, number):
    """Run so many episodes, one press each."""
    for _ in range(number):
        shown = int(re.search(r"\d+", page.get_by_text(clock(r"\d+")).inner_text()).group())
        page.get_by_role("button", name="Step").click()
        page.get_by_text(clock(str(shown + 1))).wait_for()


def numbers(page):
    """What the page shows of the run: who complies, and how many are of each class."""
    page.wait_for_timeout(300)
    return [
        *(page.locator(f"[data-now={side}]").inner_text() for side in ("watched", "unwatched")),
        page.locator(".sc-lines path[fill=none]").evaluate_all("lines => lines.map(line => line.getAttribute('d'))"),
        page.locator(".sc-agent").evaluate_all("all => all.map(one => one.dataset.class).join()"),
    ]


def choose(page, label, name):
    page.get_by_label(label, exact=True).select_option(name)


def wait_for_words(page, pattern):
    page.locator(".sc-standing", has_text=re.compile(pattern)).wait_for()


def test_a_visitor_sees_a_society_a_map_and_a_decision(visit):
    page = visit()
    assert page.title() == "Strategic compliance"
    assert page.locator(".sc-agent").count() == 100
    assert page.locator("[data-count=faking]").inner_text() == "100"
    assert page.locator(".sc-here").count() == 1
    page.locator(".sc-words", has_text="What would change its mind").wait_for()
    assert "L = " in page.locator(".sc-words").inner_text()


def test_a_step_moves_compliance(visit):
    page = visit()
    assert page.locator("[data-now=watched]").inner_text() == "nobody in conflict"
    steps(page, 1)
    watched, unwatched = (float(text) for text in numbers(page)[:2])
    # fakers with d' = 2 tell watched from unwatched episodes more often than not
    assert watched > 0.5 > unwatched


@pytest.mark.parametrize("label", SLIDERS)
def test_each_slider_shows_its_value_and_makes_the_world_anew(visit, label):
    page = visit()
    steps(page, 1)
    slider = page.get_by_label(label, exact=True)
    slider.fill(str(SLIDERS[label]))
    page.get_by_text(clock("0")).wait_for()
    shown = page.locator(f"output[for='{slider.get_attribute('id')}']")
    assert shown.inner_text() == f"{SLIDERS[label]:g}"
    assert page.get_by_role("alert").count() == 0
    if label == "Agents N":
        assert page.locator(".sc-agent").count() == 60


def test_foresight_turns_honesty_into_faking_and_moves_the_mark(visit):
    page = visit()
    # without foresight and penalty nothing deters: acting pays 1 and a flag costs nothing
    page.get_by_label("Foresight γ", exact=True).fill("0")
    page.locator("[data-count=honest]", has_text="100").wait_for()
    place = page.locator(".sc-here").get_attribute("transform")
    wait_for_words(page, "^Agent 0 is honest")
    page.get_by_label("Foresight γ", exact=True).fill("0.9")
    page.locator("[data-count=faking]", has_text="100").wait_for()
    wait_for_words(page, "^Agent 0 is faking")
    assert page.locator(".sc-here").get_attribute("transform") != place


def test_an_agent_is_chosen_by_a_click_by_keys_and_by_number(visit):
    page = visit()
    steps(page, 1)
    page.locator(".sc-agent").nth(17).click()
    wait_for_words(page, "^Agent 17 is")
    page.locator(".sc-society").press("ArrowRight")
    wait_for_words(page, "^Agent 18 is")
    page.get_by_label("Agent", exact=True).fill("99")
    page.get_by_label("Agent", exact=True).press("Enter")
    wait_for_words(page, "^Agent 99 is")
    assert "In episode 0 it was" in page.locator(".sc-last").inner_text()


def test_a_regime_brings_its_numbers_and_says_what_it_sets(visit):
    page = visit()
    choose(page, "Regime", "covert")
    slider = page.get_by_label("Cue d′", exact=True)
    page.get_by_text("the regime sets 0").wait_for()
    assert slider.is_disabled()
    assert page.get_by_label("Hit rate τ", exact=True).input_value() == "0.9"
    # nobody can tell watched from unwatched, so nobody fakes
    page.locator("[data-count=faking]", has_text=re.compile("^0$")).wait_for()


def test_each_preset_opens(visit):
    page = visit()
    names = page.get_by_label("Preset", exact=True).locator("option").evaluate_all("all => all.map(one => one.value)")
    assert {"base", "learning", "rational_choice"} <= set(names)
    for name in names:
        choose(page, "Preset", name)
        page.get_by_text(clock("0")).wait_for()
        steps(page, 1)
        assert page.get_by_role("alert").count() == 0


def test_a_reset_with_the_same_seed_gives_the_same_run(visit):
    page = visit()
    choose(page, "Preset", "learning")
    page.locator("[data-count=compliant]", has_not_text=re.compile("^0$")).wait_for()
    steps(page, 4)
    first = numbers(page)
    page.get_by_role("button", name="Reset").click()
    page.get_by_text(clock("0")).wait_for()
    steps(page, 4)
    assert numbers(page) == first
    page.get_by_label("Seed", exact=True).fill("2")
    page.get_by_text(clock("0")).wait_for()
    steps(page, 4)
    assert numbers(page) != first


def test_a_run_goes_on_by_itself_until_it_is_paused(visit):
    page = visit()
    page.get_by_role("button", name="Run").click()
    page.get_by_text(clock("[3-9]")).wait_for()
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Run").wait_for()


def test_a_second_visitor_has_a_session_of_their_own(visit):
    first = visit()
    choose(first, "Preset", "learning")
    first.locator("[data-count=compliant]", has_not_text=re.compile("^0$")).wait_for()
    steps(first, 3)
    second = visit()
    assert second.get_by_text(clock("0")).count() == 1
    assert second.get_by_label("Preset", exact=True).input_value() == "base"
    steps(second, 1)
    assert first.get_by_text(clock("3")).count() == 1
    assert first.get_by_label("Preset", exact=True).input_value() == "learning"


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_nothing_is_wider_than_the_window(visit, size):
    page = visit(size)
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    page.get_by_role("button", name="Step").click(trial=True)
    page.mouse.move(100, 400)
    page.mouse.wheel(0, 500)
    page.wait_for_function("window.scrollY > 0")


#: Regimes in which the search for what would change an agent's mind takes seconds.
SLOW = ("amnesty", "internal_training")


@pytest.mark.parametrize("regime", SLOW)
def test_numbers_are_there_while_the_search_goes_on(visit, regime):
    page = visit()
    # an agent that nobody has asked about before
    page.get_by_label("Foresight γ", exact=True).fill("0.88")
    choose(page, "Regime", regime)
    page.locator(".sc-status", has_text="Still searching what would change its mind").wait_for()
    # of the newly chosen regime: under the preset's own, faking is best
    assert page.locator("[data-worth=honest] td").all_inner_texts()[1] == "best"
    assert page.locator(".sc-numbers").inner_text().startswith("Best here: honest.")
    assert page.locator(".sc-here").count() == 1
    assert page.locator(".sc-words").count() == 0
    page.get_by_text(clock("0")).wait_for()
    steps(page, 1)
    page.locator(".sc-words", has_text="What would change its mind").wait_for()
    page.locator(".sc-status", has_text=re.compile("^$")).wait_for(state="attached")


def test_a_search_that_was_left_behind_keeps_no_other_waiting(visit):
    page = visit()
    # an agent that nobody has asked about before
    page.get_by_label("Foresight γ", exact=True).fill("0.87")
    choose(page, "Regime", "amnesty")
    page.locator(".sc-status", has_text="Still searching").wait_for()
    choose(page, "Regime", "covert")
    words = page.locator(".sc-words", has_text="It cannot tell watched from unwatched episodes.")
    words.wait_for()
    # the search under amnesty ends later, and is not shown then
    page.wait_for_timeout(1000)
    assert words.count() == 1


@pytest.mark.parametrize(
    ("regime", "said"),
    [
        ("targeted_audit", ["watches the most suspected first", "0.2"]),
        ("escalating_audit", ["moves agents between groups", "group, 0.15 and the penalty 0.5"]),
        ("adaptive_audit", ["changes its rate by how many watched agents are flagged", "0.2"]),
    ],
)
def test_a_schedule_that_answers_to_agents_is_said_to_be_held(visit, regime, said):
    page = visit()
    assert page.locator(".sc-held").count() == 0
    choose(page, "Regime", regime)
    note = page.locator(".sc-held")
    note.wait_for()
    assert [part for part in [*said, "as if this stayed so"] if part not in note.inner_text()] == []
    assert "at the present rate" in page.locator(".sc-map + .sc-note").inner_text()


@pytest.mark.parametrize(
    ("link", "place", "words"),
    [
        ("How to read the map", "reading-title", "Walk upward: nothing left to fake for"),
        ("What the words mean", "glossary-title", "What share of the angle"),
    ],
)
def test_guide_and_glossary_open_by_keys_beside_the_run(visit, link, place, words):
    page = visit()
    steps(page, 1)
    found = page.get_by_role("link", name=link)
    found.focus()
    with page.context.expect_page() as opened:
        found.press("Enter")
    beside = opened.value
    beside.wait_for_load_state()
    assert beside.url.endswith(f"/reading#{place}")
    assert beside.locator(f"section[aria-labelledby={place}]", has_text=words).count() == 1
    assert contrasts(beside)[0][0] >= LEAST
    assert page.get_by_text(clock("1")).count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_all_text_stands_out_and_every_control_has_a_name(visit, size, scheme):
    page = visit(size, scheme)
    steps(page, 1)
    # with notes, sliders that are fixed, and words that are waited for
    choose(page, "Regime", "escalating_audit")
    page.locator(".sc-held").wait_for()
    page.locator(".sc-words").wait_for()
    found = contrasts(page)
    texts = " ".join(one[1] for one in found)
    for word in ("Step", "Preset", "escalating_audit", "the regime decides", "you are here", "honest", "worth to it"):
        assert word in texts
    assert [one for one in found if one[0] < LEAST] == []
    assert nameless(page) == []


def test_classes_and_lines_are_told_apart_without_colour(visit):
    page = visit()
    legend = page.locator(".sc-legend li:has([data-count])").evaluate_all(
        "all => all.map(one => [one.innerText.trim().split(' ')[0], one.querySelector('path').getAttribute('d')])"
    )
    assert len({letter for letter, _ in legend}) == len({shape for _, shape in legend}) == 6
    shapes = dict(legend)
    agents = page.locator(".sc-agent").evaluate_all(
        "all => all.map(one => [one.querySelector('text').textContent, one.querySelector('path').getAttribute('d')])"
    )
    assert agents
    assert all(shapes[letter] == shape for letter, shape in agents)
    # each class on the map is named there, and each line is called solid or dashed
    on_map = page.locator(".sc-map g[shape-rendering] rect").evaluate_all(
        "all => all.map(one => one.attributes.fill.value)"
    )
    assert page.locator(".sc-map").get_by_text(re.compile("^(honest|faking|compliant)$")).count() == len(set(on_map))
    dashes = page.locator(".sc-lines path").evaluate_all("all => all.map(one => one.getAttribute('stroke-dasharray'))")
    assert len(set(dashes)) == len(dashes) == 2


# Refused


def answer(address, path, method="GET"):
    """Return the status and the text of an answer; the path is sent as it is written."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    connection.request(method, path)
    found = connection.getresponse()
    text = found.read()
    connection.close()
    return found.status, text


@pytest.mark.parametrize(
    "path",
    [
        "/_solara/cdn/../../../../../../etc/passwd",
        "/_solara/cdn/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/_solara/cdn//etc/passwd",
        "/_solara/cdn/a-package-of-no-registry@1.0.0/index.js",
        "/static/../../../../../../../etc/passwd",
        "/static/%2e%2e/settings.py",
        "/jupyter/nbextensions/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/jupyter/nbextensions/jupyter-vue/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/etc/passwd",
        "/parameter_sweeps/scenarios/base.yaml",
        "/resourcez",
    ],
)
def test_no_file_is_read_because_a_visitor_names_it(address, path):
    status, text = answer(address, path)
    assert status in (400, 404)
    assert b"root:" not in text
    assert b"foresight" not in text


def test_asking_for_a_folder_leaves_the_folder(address):
    script = "/_solara/cdn/requirejs@2.3.6/require.js"
    assert answer(address, script)[0] == 200
    # Solara's own server removes a folder that is asked for
    assert answer(address, "/_solara/cdn/requirejs@2.3.6")[0] == 404
    assert answer(address, script)[0] == 200


def test_only_the_loopback_address_is_listened_on(address):
    port = urlsplit(address).port
    socket.create_connection(("127.0.0.1", port), timeout=10).close()
    # another address of this machine, as any network would use
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.2", port), timeout=10)


def refused(*arguments, code="from compliance.__main__ import main; main()"):
    command = [sys.executable, "-c", code, "dashboard", "--no-browser", *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    return [line for line in ended.stderr.splitlines() if line.startswith("compliance: ")]


def test_a_port_that_is_none_or_taken_is_one_line(address):
    assert refused("--port", "70000") == ["compliance: --port must be in [0, 65535], got 70000"]
    (line,) = refused("--port", str(urlsplit(address).port))
    assert line.startswith("compliance: --host and --port must be free to listen on, got 127.0.0.1 port ")


def test_without_the_extra_one_line_says_what_to_install():
    code = "import sys; sys.modules['solara'] = None; from compliance.__main__ import main; main()"
    (line,) = refused(code=code)
    assert line.startswith("compliance: the dashboard needs the extra: pip install 'strategic-compliance[dashboard]'")
