"""The telephone doctor in a real browser, with a microphone that beeps; and what it says without one."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import CHROMIUM, SWITCHES, Visitor
from tests.browser.test_accessibility import findings

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
BEEPS = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]


@pytest.fixture
def headset(chromium, system):
    """A visitor whose browser has a microphone."""
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=[*SWITCHES, *BEEPS])
    who = Visitor(browser, system, viewport={"width": 1280, "height": 900})
    who.context.grant_permissions(["notifications", "microphone"], origin=system.url)
    yield who
    browser.close()


def badge(page: Page, name: str, word: str, within: float = 30_000) -> None:
    expect(page.locator(f"#check-{name} .badge")).to_have_text(word, timeout=within)


def picture(page: Page, name: str) -> None:
    """For people who want to look, where PICTURES names a folder."""
    if folder := os.environ.get("PICTURES"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_every_part_of_a_telephone_is_looked_at_and_supervisors_read_it(headset, visitor):
    page = headset.signed_in("maria", "/my-telephone/")
    for name in ("phone", "stream", "notices"):
        badge(page, name, "good")
    picture(page, "begin")
    page.get_by_role("button", name="Try it").click()
    badge(page, "mic", "good")
    page.get_by_role("button", name="Play a ring").click()
    page.get_by_role("button", name="I heard nothing").click()
    badge(page, "sound", "broken")
    expect(page.locator("#check-sound")).to_contain_text("Turn the volume up")
    page.get_by_role("button", name="Ring me").press("Enter")
    page.get_by_role("button", name="Answer").click()
    expect(page.locator("#call-words")).to_contain_text("your telephone works", timeout=30_000)
    picture(page, "talking")
    page.get_by_role("button", name="I hear it").click()
    badge(page, "call", "good")
    expect(page.get_by_role("button", name="Ring me")).to_be_visible()
    assert findings(page) == []
    picture(page, "done")
    assert headset.troubles == []
    siri = visitor().signed_in("siri", "/people/")
    row = siri.get_by_role("row", name=re.compile("Maria"))
    expect(row).to_contain_text("Ring and loudspeaker")
    picture(siri, "people")


def test_without_a_microphone_it_says_what_to_do(visitor):
    who = visitor(viewport={"width": 390, "height": 844}, color_scheme="dark")
    page = who.signed_in("jon", "/desk/")
    page.get_by_role("link", name="Test my telephone").click()
    badge(page, "phone", "good")
    page.get_by_role("button", name="Try it").click()
    badge(page, "mic", "broken")
    expect(page.locator("#check-mic")).to_contain_text("What to do:")
    picture(page, "phone-dark")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert findings(page) == []


def test_the_test_calls_are_made_from_their_page(visitor):
    who = visitor(viewport={"width": 1280, "height": 900})
    page = who.signed_in("siri", "/canary/")
    page.get_by_role("button", name="Call all now").click()
    expect(page.locator(".check .badge").first).to_have_text("got through", timeout=30_000)
    expect(page.locator(".check[aria-busy]")).to_have_count(0)
    picture(page, "canary")
    page.get_by_role("link", name="the call").first.click()
    expect(page.locator("#timeline")).to_contain_text("A test call of the system began.")
    picture(page, "canary-call")
    assert who.troubles == []
