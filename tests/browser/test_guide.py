"""From signing in to a saved note in the register, led by one hint at a time on two pages."""

import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_accessibility import findings

pytestmark = pytest.mark.browser
WHOLE_SECONDS = 120


def hint(page: Page, text: str) -> None:
    expect(page.locator("#guide")).to_contain_text(text)


def go_offline(desk: Page) -> None:
    desk.keyboard.press("F2")
    desk.locator("#state-menu [data-state=offline]").click()
    expect(desk.get_by_text("You are offline")).to_be_visible()


def test_a_first_call_is_led_to_its_saved_note_in_two_minutes(visitor):
    jon = visitor(viewport={"width": 1280, "height": 900})
    began = time.monotonic()
    desk = jon.signed_in("jon", "/desk/")
    hint(desk, "1 of 6 Go ready on the desk")
    assert findings(desk) == []
    with desk.expect_popup() as opened:
        desk.get_by_role("link", name="Open a telephone beside this page").click()
    telephones = opened.value
    hint(telephones, "1 of 6 Go ready on the desk")
    hint(telephones, "Go ready on your desk first.")

    desk.locator("[data-first]").click()
    hint(desk, "2 of 6 Call your own hotline")
    hint(telephones, "Press Call on telephone 1")
    assert findings(telephones) == []
    one = telephones.locator("[data-telephone='1']")
    one.locator("[data-call]").click()
    hint(telephones, "3 of 6 Answer on the desk")
    hint(desk, "3 of 6 Answer on the desk")
    expect(desk.locator("#answer")).to_be_focused()
    desk.keyboard.press("Enter")

    hint(desk, "4 of 6 Talk, then hang up")
    hint(telephones, "Say something by typing")
    expect(one).to_contain_text("Connected to an operator")
    one.get_by_label("Say something").fill("The water is brown.")
    one.get_by_role("button", name="Say").click()
    expect(desk.locator("#captions")).to_contain_text("The water is brown.")
    one.locator("[data-hang-up]").click()

    hint(telephones, "5 of 6 Save the note")
    hint(desk, "5 of 6 Save the note")
    desk.locator(".pill", has_text="Colour or taste").click()
    desk.locator("#note-summary").fill("Brown water, told to run the tap.")
    desk.keyboard.press("Control+Enter")
    hint(desk, "6 of 6 See it in the register")
    hint(telephones, "6 of 6 See it in the register")
    took = time.monotonic() - began

    desk.get_by_role("button", name="Open the call in the register").click()
    desk.wait_for_url("**/calls/*/")
    expect(desk.locator("main")).to_contain_text("Brown water, told to run the tap.")
    desk.goto("/desk/")
    hint(desk, "That was a whole call")
    desk.get_by_role("button", name="Close the guide").click()
    expect(desk.locator("#guide")).to_be_hidden()
    assert jon.troubles == []
    go_offline(desk)
    desk.reload()
    expect(desk.get_by_text("You are offline")).to_be_visible()
    expect(desk.locator("#guide")).to_have_count(0)
    assert took < WHOLE_SECONDS

    telephones.reload()
    telephones.get_by_role("button", name="A first call, step by step").click()
    hint(telephones, "1 of 6")
    telephones.get_by_role("button", name="Close the guide").click()
    expect(telephones.locator("#guide")).to_be_hidden()


def test_a_visitor_who_is_not_signed_in_sees_no_guide(visitor):
    page = visitor().page("/simulator/")
    expect(page.locator("[data-telephone='1']")).to_be_visible()
    expect(page.locator("#guide")).to_have_count(0)
