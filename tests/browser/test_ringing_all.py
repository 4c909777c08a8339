"""A hotline is set to ring everybody: it rings at two desks, one answers, and the other says who."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import findings
from tests.browser.test_call import dial, go_offline, go_ready, note
from tests.browser.test_desk import hang_up

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("SHOTS")  # a folder for pictures, for whoever wants to look
AS_BEFORE = "from lines.models import Hotline\nHotline.objects.update(rings_all=False)"


def picture(page, name):
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{SHOTS}/{name}.png")


@pytest.fixture
def desks(visitor, system):
    """An administrator has set it, and Maria and Jon are ready; as before in the end."""
    form = visitor().signed_in("anna", "/lines/faults/change/")
    form.get_by_label("ring everybody who can take the call at once").check()
    picture(form, "form")
    form.get_by_role("button", name="Save").click()
    expect(form.locator("main")).to_contain_text("the first who accepts has it")
    picture(form, "hotline")
    people = [visitor(), visitor()]
    pages = [one.signed_in(name, "/desk/") for one, name in zip(people, ("maria", "jon"), strict=True)]
    for page in pages:
        go_ready(page)
    yield pages
    for page in pages:
        go_offline(page)
    system.shell(AS_BEFORE)
    assert [trouble for one in people for trouble in one.troubles] == []


def test_it_rings_at_both_desks_one_answers_and_the_other_says_who(visitor, desks):
    marias, jons = desks
    telephones = visitor().page("/simulator/")
    dial(telephones)
    for page in desks:
        expect(page.locator("#ring")).to_be_visible()
    jons.keyboard.press("Enter")
    expect(marias.locator("#ring")).to_have_count(0)
    taken = marias.locator("#desk-notice").get_by_text("Taken by Jon.")
    expect(taken).to_be_visible()
    picture(marias, "taken")
    assert findings(marias) == []
    expect(marias.locator("#now")).to_contain_text("The next call rings here.")
    expect(jons.locator("#hang-up")).to_be_visible()
    expect(taken).to_have_count(0, timeout=30_000)  # by itself, after a moment
    hang_up(telephones)
    expect(jons.locator(".call-timer.over")).to_be_visible()
    note(jons)
    register = visitor().signed_in("siri", "/calls/")
    register.locator("tbody a").first.click()
    expect(register.locator("body")).to_contain_text("Rang Jon and Maria at once")
    picture(register, "register")
