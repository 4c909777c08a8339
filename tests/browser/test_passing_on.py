"""A call is held and passed on at the desk, by keyboard alone, between two people who see what goes on."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.test_call import dial, go_offline, go_ready, leave, note

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("SHOTS")  # a folder for pictures, for whoever wants to look


def picture(page, name):
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{SHOTS}/{name}.png")


@pytest.fixture
def two(visitor):
    """Maria talks with a caller; Jon is ready."""
    maria, jon = visitor(), visitor()
    jon.troubles = maria.troubles
    marias = maria.signed_in("maria", "/desk/")
    go_ready(marias)
    telephones = visitor().page("/simulator/")
    dial(telephones)
    expect(marias.locator("#ring")).to_be_visible()
    marias.keyboard.press("Enter")
    expect(marias.locator("#hang-up")).to_be_visible()
    jons = jon.signed_in("jon", "/desk/")
    go_ready(jons)
    yield marias, jons, maria.troubles
    for page in (marias, jons):
        leave(page)


def press(page, key):
    """A letter reaches the desk while nothing is typed in."""
    page.evaluate("document.activeElement?.blur()")
    page.keyboard.press(key)


def test_hold_and_resume_by_one_letter(two):
    marias, _jons, troubles = two
    press(marias, "h")
    expect(marias.locator(".call-clock")).to_contain_text("on hold")
    picture(marias, "hold")
    other = marias.context.new_page()
    other.goto("/calls/")
    expect(other.locator("#frame-call")).to_contain_text("On hold")
    picture(other, "hold-bar")
    other.close()
    press(marias, "h")
    expect(marias.locator(".call-clock")).to_contain_text("on the line")
    assert troubles == []


def test_a_colleague_is_asked_takes_over_and_reads_the_note_by_keyboard_alone(two):
    marias, jons, troubles = two
    marias.locator("#note-summary").fill("Street dry since noon.")
    expect(marias.locator("#note-saved")).to_contain_text("Saved")
    press(marias, "t")
    expect(marias.locator("#pass-on-query")).to_be_focused()
    picture(marias, "panel")
    marias.keyboard.type("jon")
    expect(marias.locator("#pass-on-found strong")).to_have_text(["Jon"])
    marias.keyboard.press("Enter")
    expect(marias.locator("#pass-on")).to_be_hidden()
    expect(marias.locator("#transfer-says")).to_have_text("Jon is rung.")
    expect(jons.locator("#ring")).to_contain_text("Maria asks you about this call.")
    picture(jons, "asked-ring")
    jons.keyboard.press("Enter")
    expect(marias.locator("#transfer-says")).to_have_text("You talk with Jon; the caller is on hold.")
    picture(marias, "asking")
    expect(jons.locator("#now")).to_contain_text("Street dry since noon.")
    expect(jons.locator("#now")).to_contain_text("You talk with Maria; the caller is on hold.")
    picture(jons, "asked")
    marias.locator("#join").focus()
    marias.keyboard.press("Enter")
    expect(marias.locator("#transfer-says")).to_have_text("You, Jon and the caller talk.")
    marias.locator("#complete").focus()
    marias.keyboard.press("Enter")
    expect(marias.locator("#now")).to_contain_text("Jon has the caller now; the note went along.")
    picture(marias, "passed")
    expect(jons.locator("#note-summary")).to_have_value("Street dry since noon.")
    picture(jons, "taken-over")
    expect(jons.locator("#hold")).to_be_visible()
    assert troubles == []


def test_the_caller_is_taken_back(two):
    marias, jons, _troubles = two
    press(marias, "t")
    expect(marias.locator("#pass-on-query")).to_be_focused()
    marias.keyboard.press("Enter")
    expect(marias.locator("#transfer-says")).to_have_text("Jon is rung.")
    expect(jons.locator("#ring")).to_be_visible()
    jons.locator("#decline").click()
    expect(marias.locator("#transfer-says")).to_have_text(re.compile("Jon declined: you have the caller back"))
    expect(marias.locator(".call-clock")).to_contain_text("on the line")
    picture(marias, "declined")


def test_digits_are_sent_into_the_call(two):
    marias, _jons, _troubles = two
    with marias.expect_request(re.compile("/press")) as sent:
        marias.locator("[popovertarget=keypad]").click()
        marias.locator("[data-digit='5']").click()
    assert sent.value.post_data_json == {"digits": "5"}


@pytest.mark.parametrize(
    "look", [{"viewport": {"width": 390, "height": 844}}, {"color_scheme": "dark"}], ids=["phone", "dark"]
)
def test_the_panel_fits_every_look(visitor, look):
    maria = visitor(**look)
    desk = maria.signed_in("maria", "/desk/")
    go_ready(desk)
    telephones = visitor().page("/simulator/")
    dial(telephones)
    expect(desk.locator("#ring")).to_be_visible()
    desk.locator("#answer").click()
    expect(desk.locator("#hang-up")).to_be_visible()
    desk.locator("#open-pass-on").click()
    expect(desk.locator("#pass-on-query")).to_be_visible()
    picture(desk, f"panel-{'phone' if 'viewport' in look else 'dark'}")
    wide = desk.evaluate("document.documentElement.scrollWidth <= innerWidth")
    desk.keyboard.press("Escape")
    picture(desk, f"call-{'phone' if 'viewport' in look else 'dark'}")
    assert maria.troubles == []
    desk.locator("#hang-up").click()
    expect(desk.locator("#hang-up")).to_have_count(0)
    note(desk)
    go_offline(desk)
    assert wide


def test_an_answer_about_a_call_that_the_desk_holds_no_more_changes_nothing(two):
    """Asked for while the call was in hand, it comes when it is saved, or another caller's."""
    marias, _jons, troubles = two
    asked = re.compile("/desk/now/.*have=" + marias.locator("#have").input_value())
    answers = []
    marias.route(asked, lambda route: route.continue_() if answers else answers.append((route, route.fetch())))
    with marias.expect_request(asked):
        marias.evaluate("document.querySelector('#now').dispatchEvent(new CustomEvent('live'))")
    marias.locator("#hang-up").click()
    other = marias.context.new_page()
    other.goto("/calls/")
    expect(other.locator("#frame-state")).to_contain_text("Wrap-up")  # what the desk would ask, it waits with
    other.close()
    note(marias)
    with marias.expect_event("requestfinished", lambda request: asked.search(request.url)):
        for route, answer in answers:
            route.fulfill(response=answer)
    marias.evaluate("new Promise((then) => setTimeout(then, 200))")  # it would be swapped in by now
    expect(marias.locator("#call-head")).to_have_count(0)
    assert len(answers) == 1
    assert troubles == []
