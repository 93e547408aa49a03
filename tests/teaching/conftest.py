"""A real browser for pages; what a page does wrong in it fails the test."""

from pathlib import Path

import pytest
from browsing import ARGUMENTS, LOCAL, WIDE, browser_path, watch


# Not for the session: Playwright keeps an event loop in this thread as long as it runs, which tests of other floors
# must not meet.
@pytest.fixture(scope="module")
def browser():
    """A running browser, of which each test has contexts of its own."""
    path = browser_path()
    # from here on, what is missing is an error
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture
def page_errors():
    """What went wrong in pages that `open_page` opened: errors, and requests to elsewhere. A test ends with none."""
    errors = []
    yield errors
    assert errors == []


@pytest.fixture
def open_page(browser, page_errors):
    """A function that opens a file or an address at a size, and watches what the page does.

    Of an address, the page may ask for what begins as `allowed` says.
    """
    contexts = []

    def opened(target, size=WIDE, allowed=()):
        context = browser.new_context(viewport=size)
        contexts.append(context)
        page = context.new_page()
        watch(page, page_errors, (*LOCAL, *allowed))
        page.goto(target.resolve().as_uri() if isinstance(target, Path) else target)
        return page

    yield opened
    for context in contexts:
        context.close()
