"""A hotline is closed now while a caller waits: on the supervisor's board and the operator's desk, each in a window of
its own, and at the callers' telephones."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import findings
from tests.browser.test_call import dial, go_offline, go_ready, note
from tests.browser.test_desk import hang_up

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("SHOTS")  # a folder for pictures, for whoever wants to look
REOPENED = """
from django.utils import timezone
from lines.models import Closure, Hotline
Closure.objects.filter(reopened_at=None).update(reopened_at=timezone.now())
for line in Hotline.objects.all():
    line.version += 1
    line.save()"""


def picture(page, name):
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{SHOTS}/{name}.png")


@pytest.fixture
def desk(visitor, system):
    """Maria is at her desk, on a break, so that callers wait; offline in the end, and the hotline open, whatever was."""
    maria = visitor(viewport={"width": 1280, "height": 800})
    page = maria.signed_in("maria", "/desk/")
    go_ready(page)
    page.locator("#go-break").click()
    expect(page.locator("#state-now")).to_contain_text("Break", timeout=30_000)
    yield page
    system.shell(REOPENED)
    if page.locator("#note").count():
        note(page)
    go_offline(page)
    assert maria.troubles == []


def close(board, reason, message):
    board.get_by_role("button", name="Close Faults line now").click()
    sheet = board.get_by_role("dialog", name="Close Faults line now")
    sheet.get_by_label("Reason, for colleagues").fill(reason)
    sheet.get_by_label("Message, for callers").fill(message)
    sheet.get_by_role("button", name="Close now").click()
    expect(sheet).to_be_hidden()


def test_whoever_waits_is_answered_the_next_is_told_and_reopening_lets_callers_in(visitor, desk):
    boss = visitor(viewport={"width": 1280, "height": 800})
    board = boss.signed_in("siri", "/board/")
    telephones = visitor().page("/simulator/")
    first, second = (telephones.locator(f"[data-telephone='{number}']") for number in (1, 2))
    line = desk.locator("#desk-lines")
    dial(telephones, 1)
    expect(line).to_contain_text("1 waiting")
    expect(board.locator(".board-waiting li")).to_have_count(1)

    close(board, "Storm", "The house is shut because of the storm.")
    expect(board.get_by_role("button", name="Reopen Faults line")).to_be_visible()
    expect(board.locator(".strips")).to_contain_text("closed")
    expect(line).to_contain_text("Closed by hand: Storm")
    picture(board, "board-closed")
    picture(desk, "desk-closed")
    assert findings(desk) == []

    dial(telephones, 2)
    expect(second).to_contain_text("The house is shut because of the storm.")
    expect(second.get_by_role("status")).to_have_text("The call is over")
    expect(board.locator(".board-waiting li")).to_have_count(1)  # who waited before

    desk.keyboard.press("F2")
    desk.locator("#state-menu [data-state=ready]").click()
    expect(desk.locator("#ring")).to_be_visible()
    desk.keyboard.press("Enter")
    expect(first).to_contain_text("Connected")
    hang_up(telephones, 1)
    expect(desk.locator(".call-timer.over")).to_be_visible()
    note(desk)

    board.get_by_role("button", name="Reopen Faults line").click()
    board.get_by_role("dialog").get_by_role("button", name="Reopen").click()
    expect(board.get_by_role("button", name="Close Faults line now")).to_be_visible()
    expect(line).not_to_contain_text("Closed by hand")
    dial(telephones, 2)
    expect(desk.locator("#ring")).to_be_visible()
    hang_up(telephones, 2)
    expect(desk.locator("#ring")).to_have_count(0)
    assert boss.troubles == []
