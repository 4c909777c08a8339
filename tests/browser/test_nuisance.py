"""Blocking a caller from the register, and the page that tells what would happen, in Chromium."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import LOOKS, findings

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
PHONE = "[data-telephone='3']"
NUMBER = "+12125550143"  # from which nobody else calls in these tests


@pytest.fixture
def boss(visitor):
    made = visitor()
    yield made
    assert made.troubles == []


@pytest.fixture
def telephone(visitor, system):
    page = visitor().page("/simulator/")
    page.locator(PHONE).get_by_label("Calling from").select_option(NUMBER)
    yield page.locator(PHONE)
    system.shell(
        f"from calls.models import Caller; Caller.objects.filter(number='{NUMBER}').update(blocked_until=None)"
    )


def hang_up(telephone):
    telephone.locator("[data-hang-up]").click()
    expect(telephone.locator("[data-call]")).to_be_enabled()


def test_a_caller_who_is_blocked_from_the_register_is_rejected_on_the_next_call(boss, telephone):
    telephone.locator("[data-call]").click()
    expect(telephone).to_contain_text("Welcome to City Water")
    hang_up(telephone)
    register = boss.signed_in("siri", "/calls/")
    register.locator("#rows tr").first.locator("a").first.click()
    register.locator("#drawer").get_by_role("link", name="Block caller…").click()
    register.get_by_label("for a day").check()
    register.get_by_label("Why?").fill("Rings and says nothing.")
    register.get_by_role("button", name="Block").click()
    expect(register.get_by_text("is blocked from the next call on")).to_be_visible()
    expect(register.locator("#number")).to_contain_text("Rings and says nothing.")

    telephone.locator("[data-call]").click()
    expect(telephone.get_by_role("status")).to_have_text("No answer")
    register.goto("/calls/")
    expect(register.locator("#rows tr").first).to_contain_text("The caller is blocked")

    register.goto("/calls/blocked/")
    expect(register.locator("#standing")).to_contain_text("Rings and says nothing.")
    assert findings(register) == []
    register.locator("#standing").get_by_role("button", name="Lift the block").click()
    expect(register.get_by_text("is not blocked any more")).to_be_visible()
    telephone.locator("[data-call]").click()
    expect(telephone).to_contain_text("Connected")
    hang_up(telephone)


def test_what_would_happen_is_asked_and_answered_by_keyboard_alone(boss):
    page = boss.signed_in("siri", "/lines/faults/")
    page.get_by_role("link", name="What would happen?").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#answer")).to_contain_text("Welcome to City Water.")
    page.get_by_label("Language").focus()  # a field for a moment has as many stops as the browser gives it
    page.keyboard.press("Tab")
    expect(page.get_by_label("somebody new")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Operators")).to_be_focused()
    for letter in "nobody":
        page.keyboard.press(letter)
    expect(page.get_by_label("Operators")).to_have_value("nobody")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Follow the call")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#answer-title")).to_have_text("The caller is greeted, and led to voicemail.")
    expect(page.locator("#answer")).to_contain_text("A withheld number is never blocked")
    expect(page.locator("#answer").get_by_text("not signed on").first).to_be_visible()


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_what_would_happen_is_readable_for_everybody(visitor, scheme, width):
    someone = visitor(color_scheme=scheme, viewport={"width": width, "height": 844})
    page = someone.signed_in("siri", "/lines/faults/what-if/")
    expect(page.locator("#answer")).to_be_visible()
    assert findings(page) == []
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0 and someone.troubles == []
