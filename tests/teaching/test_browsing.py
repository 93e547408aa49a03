"""The watch over pages sees what it is there to see."""

import browsing
import pytest
from browsing import browser_path, watch

HEAD = "<!DOCTYPE html><html><head><link rel=icon href='data:,'></head><body>"


@pytest.fixture
def watched(browser, tmp_path):
    """A function that opens a page with this body, and returns what was noted of it."""
    context = browser.new_context()

    def noted(body):
        path = tmp_path / "page.html"
        path.write_text(HEAD + body, encoding="utf-8")
        errors, page = [], context.new_page()
        watch(page, errors)
        page.goto(path.as_uri())
        page.wait_for_timeout(50)
        return errors

    yield noted
    context.close()


def test_a_quiet_page_has_no_errors(watched):
    assert watched("<script>console.log('fine')</script>") == []


@pytest.mark.parametrize(
    ("body", "noted"),
    [
        ("<script>console.error('an error')</script>", "an error"),
        ("<script>console.warn('a warning')</script>", "a warning"),
        ("<script>nothing.at = all</script>", "nothing is not defined"),
        ("<img src='http://127.0.0.1:9/picture.png'>", "asked for http://127.0.0.1:9/picture.png"),
    ],
)
def test_what_goes_wrong_is_noted(watched, body, noted):
    assert any(noted in error for error in watched(body))


@pytest.mark.parametrize(("ci", "ends"), [("", pytest.skip.Exception), ("true", pytest.fail.Exception)])
def test_without_a_browser_tests_are_skipped_but_never_in_ci(monkeypatch, ci, ends):
    monkeypatch.setattr(browsing, "BROWSERS", ("no-such-browser",))
    monkeypatch.setenv("CI", ci)
    with pytest.raises(ends, match="PAGES ARE NOT TESTED"):
        browser_path()
