"""What a visitor of the dashboard waits for: ``python -m tests.bench.dashboard``.

In a real browser, of a server that was started by the command: until the page can be used; from a press on Step until
500 agents have moved and are drawn; and under each regime, from the choice until the page shows its numbers, and until
it has found what would change the agent's mind; and from the press that gets the chosen agent flagged until the page
says that it was turned.
"""

from __future__ import annotations

import re
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.table import Table

from tests.teaching.browsing import ARGUMENTS, WIDE, browser_path

#: Milliseconds that a search may take.
_LONG = 60_000
#: Resolves with the milliseconds from an action until something holds and was drawn; -1 if it never does.
_TIMED = f"""([act, holds]) => new Promise((done) => {{
  const text = (place) => document.querySelector(place)?.textContent ?? '';
  const all = (place) => [...document.querySelectorAll(place)];
  const lines = () => all('.sc-lines path[fill=none]').map((one) => one.getAttribute('d')).join();
  const press = (name) => all('button').find((one) => one.textContent.trim() === name).click();
  const choose = (id, value) => {{
    const list = document.getElementById(id);
    list.value = value;
    list.dispatchEvent(new Event('change'));
  }};
  const was = {{ lines: lines() }};
  const begin = performance.now();
  eval(act);
  const look = () => {{
    const taken = performance.now() - begin;
    if (eval(holds)) requestAnimationFrame(() => done(performance.now() - begin));
    else if (taken > {_LONG}) done(-1);
    else requestAnimationFrame(look);
  }};
  requestAnimationFrame(look);
}})"""


@contextmanager
def served() -> Iterator[str]:
    """Serve a dashboard, and give its address."""
    command = [sys.executable, "-m", "compliance", "dashboard", "--no-browser", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        found = re.search(r"http://\S+/", server.stdout.readline())
        try:
            yield found.group() if found else ""
        finally:
            server.send_signal(signal.SIGINT)


def timed(page: Any, act: str, holds: str) -> float:
    """Return the milliseconds from an action in the page until something holds in it."""
    found: float = page.evaluate(_TIMED, [act, holds])
    return found


def seconds_to_use(browser: Any, address: str) -> float:
    """Return the seconds from opening the page, in a new session, until map, society and words are there."""
    context = browser.new_context(viewport=WIDE)
    page, begin = context.new_page(), time.perf_counter()
    page.goto(address)
    for place in (".sc-here", ".sc-agent", ".sc-words"):
        page.wait_for_selector(place)
    taken = time.perf_counter() - begin
    context.close()
    return taken


def opened(browser: Any, address: str, agents: int = 100) -> Any:
    """Return the page of a new visitor, with so many agents."""
    page = browser.new_context(viewport=WIDE).new_page()
    page.set_default_timeout(_LONG)
    page.goto(address)
    page.wait_for_selector(".sc-words")
    page.get_by_label("Agents N", exact=True).fill(str(agents))
    page.wait_for_function(f"document.querySelectorAll('.sc-agent').length === {agents}")
    page.wait_for_timeout(1000)
    return page


def step_times(page: Any, presses: int = 20) -> list[float]:
    """Return the milliseconds from each press on Step until the lines and the agents are drawn anew."""
    return [timed(page, "press('Step')", "lines() !== was.lines") for _ in range(presses)]


def regime_times(page: Any, regime: str, foresight: float) -> tuple[float, float]:
    """Return milliseconds from the choice of a regime to its numbers, and to what would change the agent's mind."""
    # an agent that nobody has asked about before: the search for its words begins when its numbers are shown
    page.get_by_label("Foresight γ", exact=True).fill(f"{foresight:.2f}")
    page.wait_for_timeout(1000)
    page.wait_for_function("document.querySelector('.sc-status').textContent === ''")
    numbers = timed(page, f"choose('sc-regime', '{regime}')", "text('.sc-status') !== ''")
    return numbers, numbers + timed(page, "", "text('.sc-status') === '' && text('.sc-words') !== ''")


def turned_time(page: Any, presses: int = 60) -> float:
    """Return the milliseconds from the press that turns the chosen agent until map and words are of its new goals."""
    for _ in range(presses):
        taken = timed(page, "press('Step')", "lines() !== was.lines && text('.sc-status') === ''")
        if "turned once" in page.locator(".sc-standing").inner_text():
            return taken
    return float("nan")


def main() -> None:
    """Measure, and print a table."""
    table = Table("what", "figure")
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=ARGUMENTS)
        usable = [seconds_to_use(browser, address) for _ in range(5)]
        table.add_row("usable after (median of 5)", f"{statistics.median(usable):.2f} s")
        first, *rest = step_times(opened(browser, address, 500))
        table.add_row(
            "step of 500 agents and redraw (median of 19; first)", f"{statistics.median(rest):.0f}; {first:.0f} ms"
        )
        table.add_row("the chosen agent was turned, all drawn", f"{turned_time(opened(browser, address)):.0f} ms")
        page = opened(browser, address)
        regimes = page.locator("#sc-regime option").evaluate_all("all => all.map(one => one.value)")[1:]
        for number, regime in enumerate(regimes):
            numbers, words = regime_times(page, regime, foresight=0.7 + 0.01 * number)
            table.add_row(regime, f"numbers {numbers:.0f} ms, what would change its mind {words:.0f} ms")
        browser.close()
    Console().print(table)


if __name__ == "__main__":
    main()
