"""Fixtures of the browser tests. Without Chromium or npm they are skipped, loudly."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from support.browser import ARGUMENTS, CHROMIUM, Reader, Served
from support.browser import served as serve
from support.database import fresh_database

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def served(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One for each module of tests."""
    folder = tmp_path_factory.mktemp("served")
    with fresh_database(postgres, folder) as settings, serve(settings, folder) as found:
        yield found


@pytest.fixture(params=["fr", "en"])
def reader(request: pytest.FixtureRequest, chromium: Browser, served: Served) -> Iterator[Reader]:
    """Signed in at a desk, in each language; whatever the browser complains of fails the test."""
    found = Reader(chromium, served, request.param)
    found.sign_in()
    yield found
    found.close()
    assert [] == found.complaints


@pytest.fixture(scope="module")
def chromium(served: Served) -> Iterator[Browser]:
    """After the application is prepared, and gone before it: Playwright keeps this thread's event loop to itself."""
    if CHROMIUM is None:
        pytest.skip("PAGES NOT LOOKED AT: no Chromium is installed (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """axe-core's source, installed once from its lock file."""
    source = HERE / "node_modules/axe-core/axe.min.js"
    if not source.exists():
        if shutil.which("npm") is None:
            pytest.skip("ACCESSIBILITY NOT CHECKED: npm is needed to install axe-core")
        subprocess.run(
            ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"],
            cwd=HERE,
            check=True,
            timeout=120,
        )
    return source.read_text("utf-8")
