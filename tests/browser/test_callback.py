"""A callback in two windows: the telephone page, where a caller presses 1 and hangs up, and the operator's desk."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_call import dial, go_offline, go_ready, note

pytestmark = pytest.mark.browser
SWITCH = """
from django.db.models import F
from lines.models import Hotline
Hotline.objects.update(callbacks_enabled={on}, country="NO", version=F("version") + 1)
"""


@pytest.fixture
def offered(system):
    system.shell(SWITCH.format(on=True))
    yield
    system.shell(SWITCH.format(on=False))


def press(telephones, key):
    telephones.locator(f"[data-telephone='1'] [data-key-press='{key}']").click()


def test_a_caller_presses_one_hangs_up_and_is_called_back_from_the_desk(visitor, offered):
    someone = visitor()
    desk = someone.signed_in("maria", "/desk/")
    go_ready(desk)
    desk.locator("#go-break").click()
    expect(desk.locator("#state-now")).to_contain_text("Break")

    telephones = visitor().page("/simulator/")
    one = telephones.locator("[data-telephone='1']")
    dial(telephones)
    expect(one).to_contain_text("Press 1 and we call you back")
    press(telephones, 1)
    expect(one).to_contain_text("Press 1 to confirm")
    press(telephones, 1)
    expect(one).to_contain_text("We call you back by")
    expect(one.locator("[data-call]")).to_be_visible()
    expect(desk.locator("#desk-lines")).to_contain_text("1 callback")

    boss = visitor()
    listed = boss.signed_in("siri", "/callbacks/")
    expect(listed.locator("tbody tr")).to_have_count(1)
    expect(listed.locator("tbody")).to_contain_text("waiting")

    desk.locator(".idle [data-state=ready]").click()
    ring = desk.locator("#ring")
    expect(ring).to_contain_text("Callback, promised by")
    desk.locator("#answer").click()
    expect(desk.locator("#call-head")).to_contain_text("being dialled")
    expect(one.locator("[data-call-word]")).to_have_text("Answer")
    one.locator("[data-call]").click()
    expect(one).to_contain_text("You asked us to call you back")
    press(telephones, 5)
    expect(one).to_contain_text("Connected")
    expect(desk.locator("#call-head")).to_contain_text("on the line")
    expect(listed.locator("tbody")).to_contain_text("in conversation")

    one.locator("[data-hang-up]").click()
    note(desk)
    expect(listed.locator("tbody")).to_contain_text("called back")
    expect(listed.locator("tbody")).to_contain_text("kept")
    go_offline(desk)
    assert someone.troubles == []
    assert boss.troubles == []
