"""Chromium and a running system, shared by all browser tests of a session."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.system import System

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--autoplay-policy=no-user-gesture-required",
]
expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def system() -> Iterator[System]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    made = System()
    try:
        yield made.start()
    finally:
        made.stop()


@pytest.fixture(autouse=True)
def nothing_left(request: pytest.FixtureRequest) -> None:
    """Each test of the running system begins with nobody at work and no call, also after one that failed midway."""
    if "system" in request.fixturenames:
        request.getfixturevalue("system").clear()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield browser
        browser.close()


class Visitor:
    """Someone with a browser of their own; what goes wrong on the page is collected in `troubles`."""

    def __init__(self, browser: Browser, system: System, **look: object) -> None:
        self.system = system
        self.context: BrowserContext = browser.new_context(
            base_url=system.url, permissions=["notifications"], **{"reduced_motion": "reduce", **look}
        )
        self.context.set_default_timeout(30_000)  # signing in hashes a password, on a machine that may be busy
        self.troubles: list[str] = []

    def page(self, path: str = "") -> Page:
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on(
            "console",
            lambda said: self.troubles.append(f"{said.text} {said.location}") if said.type == "error" else None,
        )
        if path:
            page.goto(path)
        return page

    def signed_in(self, username: str, path: str = "/") -> Page:
        page = self.page("/accounts/login/")
        page.locator("input[name=login]").fill(username)
        page.locator("input[name=password]").fill(self.system.facts["password"])
        page.locator("form button[type=submit]").first.click()
        page.wait_for_url(lambda url: "/accounts/login/" not in url)
        page.goto(path)
        return page


@pytest.fixture
def visitor(chromium: Browser, system: System) -> Iterator[type]:
    """Makes visitors, each with a browser context of their own; all are shown out at the end."""
    made: list[Visitor] = []

    def arrive(**look: object) -> Visitor:
        made.append(Visitor(chromium, system, **look))
        return made[-1]

    yield arrive
    for each in made:
        each.context.close()
