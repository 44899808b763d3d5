"""A served application, a furnished merchant, and people who look at it through a real Chromium."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from raccord.settings import Settings
from support.database import opened
from support.web_merchant import PASSWORD, Furnished, furnish

TESTS = Path(__file__).parents[1]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-sync",
]  # fmt: skip
LANGUAGES = {"fr": "fr-FR", "en": "en-GB"}
OWNER = {"fr": "anne@duval.example", "en": "jean@duval.example"}
"""Two owners, because the language is kept with the account."""
START_SECONDS = 120


@dataclass(frozen=True)
class Served:
    url: str
    made: Furnished
    settings: Settings


@contextmanager
def served(settings: Settings, folder: Path) -> Iterator[Served]:
    """The application in a process of its own; its log stays in `folder`."""
    made = asyncio.run(_prepared(settings))
    port = _free_port()
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "support.web_server", str(port)],
            env=_environment(settings),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(process, f"http://127.0.0.1:{port}", folder / "server.log")
        yield Served(f"http://127.0.0.1:{port}", made, settings)
    finally:
        process.terminate()
        process.wait(10)


async def _prepared(settings: Settings) -> Furnished:
    async with opened(settings):
        return await furnish()


def _environment(settings: Settings) -> dict[str, str]:
    told = {
        f"RACCORD_{name.upper()}": str(getattr(settings, name))
        for name in ("database_url", "database_system_url", "secret_key", "environment")
    }
    return {
        **os.environ,
        **told,
        "PYTHONPATH": os.pathsep.join([str(TESTS), os.environ.get("PYTHONPATH", "")]),
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            httpx.get(f"{url}/health", timeout=2)
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"the application did not start:\n{log.read_text(errors='replace')[-2000:]}")


class Reader:
    """A person at a browser; what the browser complains of is kept."""

    def __init__(self, browser: Browser, served: Served, language: str, **options: object) -> None:
        given: dict[str, object] = {"viewport": {"width": 1280, "height": 800}, **options}
        self.context: BrowserContext = browser.new_context(locale=LANGUAGES[language], **given)  # type: ignore[arg-type]
        self.context.set_default_timeout(15_000)
        self.page: Page = self.context.new_page()
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.complaints: list[str] = []
        self.served = served
        self.language = language

    def _said(self, message: ConsoleMessage) -> None:
        # A refused form is answered with 422, which the browser notes and which is meant.
        if message.type in ("error", "warning") and "422" not in message.text:
            self.complaints.append(message.text)

    def sign_in(self) -> Page:
        """And in the reader's language: the account's own is French until it is told otherwise."""
        self.page.goto(f"{self.served.url}/sign-in")
        self.page.get_by_label("E-mail" if self.language == "en" else "Adresse e-mail").fill(
            OWNER[self.language]
        )
        self.page.get_by_label("Password" if self.language == "en" else "Mot de passe").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in" if self.language == "en" else "Se connecter").click()
        self.page.wait_for_url("**/overview")
        switch = self.page.get_by_role("button", name="English")
        if self.language == "en" and switch.count():
            switch.click()
        return self.page

    def go(self, path: str) -> Page:
        self.page.goto(f"{self.served.url}{path}")
        return self.page

    def close(self) -> None:
        self.context.close()
