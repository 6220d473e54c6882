"""A real Chromium for tests of pages: playwright's package with the system's browser, or with its own."""

import shutil
from contextlib import contextmanager

import pytest

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 300_000
"""Milliseconds that an element is waited for: a busy machine is slow."""


@contextmanager
def chromium():
    """Start a browser; the test is skipped with the reason where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install '.[test]'")
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with playwright.sync_playwright() as running:
        try:
            browser = running.chromium.launch(executable_path=path, args=FLAGS)
        except playwright.Error as error:
            pytest.skip(f"no browser starts ({str(error).splitlines()[0]}); `apt-get install chromium` brings one")
        yield browser
        browser.close()


@contextmanager
def opened(browser, address, *, width=1280, scheme="light", is_quiet=True):
    """Open an address in a window of its own; if ``is_quiet``, its console shows no error and no warning at its end."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    complaints = []
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    page.wait_for_selector("#main[data-drawn]")
    yield page
    assert not is_quiet or complaints == []
    context.close()
