"""How a browser is started for tests, and what a page must not do."""

import os
import shutil

import pytest

#: Nothing of the browser's own may ask for anything either.
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
BROWSERS = ("/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome")
#: What a page in a file may ask for.
LOCAL = ("file:", "data:", "blob:")
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


def browser_path():
    """Return the first browser there is; without one the test is skipped, and in CI it fails."""
    if path := next((found for name in BROWSERS if (found := shutil.which(name))), None):
        return path
    reason = "PAGES ARE NOT TESTED: there is no browser here; apt-get install chromium brings one"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def watch(page, errors, allowed=LOCAL):
    """Note errors of the page and of its console, and each request that does not begin as allowed."""
    page.on("console", lambda message: message.type in ("error", "warning") and errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda asked: asked.url.startswith(allowed) or errors.append(f"asked for {asked.url}"))
    page.on("websocket", lambda socket: socket.url.startswith(allowed) or errors.append(f"connected to {socket.url}"))
