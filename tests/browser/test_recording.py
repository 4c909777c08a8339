"""Recording as caller and operator meet it: told and refused on the telephone, seen and paused at the desk."""

# ruff: noqa: F811 - the fixture is imported by name, and asked for by name

import pytest
from playwright.sync_api import expect

from tests.browser.test_call import dial, maria, note  # noqa: F401 - fixture

pytestmark = pytest.mark.browser
CHANGE = """
from lines import services
from lines.models import Hotline
services.change_hotline(Hotline.objects.get(slug="faults"), by=None, **{facts!r})
"""


@pytest.fixture
def recording_line(system):
    facts = {"recording_mode": "announce", "recording_purpose": "to train our operators"}
    system.shell(CHANGE.format(facts=facts))
    yield
    system.shell(CHANGE.format(facts={"recording_mode": "none"}))


def telephone_of(visitor):
    telephones = visitor().page("/simulator/")
    dial(telephones)
    one = telephones.locator("[data-telephone='1']")
    expect(one).to_contain_text("This call is recorded: to train our operators.", timeout=40_000)
    return telephones, one


def answered(desk):
    expect(desk.locator("#answer")).to_be_focused(timeout=40_000)
    desk.keyboard.press("Enter")
    expect(desk.locator("#note")).to_be_visible()


def test_a_caller_who_refuses_is_answered_and_the_desk_says_so(recording_line, visitor, maria):
    _someone, desk = maria
    telephones, one = telephone_of(visitor)
    one.get_by_role("button", name="9", exact=True).click()
    answered(desk)
    expect(desk.locator("#rec-state")).to_have_text("Not recorded: the caller does not want it")
    expect(desk.locator("#rec-toggle")).to_have_count(0)
    telephones.locator("[data-telephone='1'] [data-hang-up]").click()
    expect(desk.locator(".call-timer.over")).to_be_visible()


def test_a_recording_is_paused_by_key_and_goes_on_while_the_note_is_written(recording_line, visitor, maria):
    someone, desk = maria
    telephones, _one = telephone_of(visitor)
    answered(desk)
    state = desk.locator("#rec-state")
    expect(state).to_have_text("Recording", timeout=40_000)
    desk.locator("#note-summary").fill("Pays by card.")
    desk.keyboard.press("F7")
    expect(state).to_have_text("Not recording")
    expect(desk.locator("#note-summary")).to_be_focused()
    expect(desk.locator("#note-summary")).to_have_value("Pays by card.")
    desk.locator("#rec-toggle").click()
    expect(state).to_have_text("Recording")
    telephones.locator("[data-telephone='1'] [data-hang-up]").click()
    expect(desk.locator(".call-timer.over")).to_be_visible()
    note(desk)
    boss = visitor()
    register = boss.signed_in("siri", "/calls/")
    expect(register.locator("main")).to_contain_text("recorded, announced")
    register.locator("tbody a").first.click()
    expect(register.locator("audio")).to_have_count(1)
    assert someone.troubles == [] and boss.troubles == []
