"""An operator calls a caller back from the register: the own browser takes the call by itself, then the other side rings."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_call import dial, go_offline, go_ready, note

pytestmark = pytest.mark.browser


def test_a_caller_is_called_back_from_the_register(visitor):
    someone = visitor()
    desk = someone.signed_in("maria", "/desk/")
    go_ready(desk)
    telephones = visitor().page("/simulator/")
    one = telephones.locator("[data-telephone='1']")
    dial(telephones)
    desk.locator("#answer").click()
    expect(one).to_contain_text("Connected")
    one.locator("[data-hang-up]").click()
    note(desk)

    desk.goto("/calls/")
    desk.locator("[id^=open-]").first.click()
    desk.get_by_role("link", name="Call back").click()
    expect(desk.locator("#desk-wish")).to_contain_text("as Faults line?")
    expect(desk.locator("#desk-wish button")).to_be_focused()
    desk.locator("#desk-wish button").click()
    expect(desk.locator("#call-head")).to_contain_text("Outgoing call")  # without a press on Answer
    expect(desk.locator("#call-head")).to_contain_text("being dialled")
    expect(desk.locator("#desk-wish button")).to_have_count(0)
    expect(one.locator("[data-call-word]")).to_have_text("Answer")
    one.locator("[data-call]").click()
    expect(one).to_contain_text("Connected")
    expect(desk.locator("#call-head")).to_contain_text("on the line")
    desk.locator("#hang-up").click()
    note(desk)
    go_offline(desk)
    assert someone.troubles == []
