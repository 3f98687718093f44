"""A server on a free port with the example ledger, and one Chromium for all browser tests."""

from __future__ import annotations

import os
import shutil

import pytest

from example_ledger import ExampleLedger
from filon.web.app import create_app
from host import served


@pytest.fixture(scope="session")
def address():
    """`http://127.0.0.1:port` of a running server."""
    with served(create_app(ExampleLedger())) as host:
        yield f"http://{host}"


@pytest.fixture(scope="session")
def chromium():
    """Debian's Chromium; without it the tests are skipped by name, or fail where CI runs."""
    from playwright.sync_api import sync_playwright

    names = ("chromium", "chromium-browser", "google-chrome")
    path = next((found for name in names if (found := shutil.which(name))), None)
    if path is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no Chromium: install the package chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()
