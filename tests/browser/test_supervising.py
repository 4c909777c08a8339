"""A supervisor in an operator's call, each at a screen of their own: listening, whispering, joining, taking over, help."""

# ruff: noqa: F811 - the fixture is imported by name, and asked for by name

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from telephony.simulator.phone import Control
from tests.browser.test_accessibility import findings
from tests.browser.test_call import maria  # noqa: F401 - fixture
from tests.browser.test_desk import answered, hang_up, sql
from tests.system import until

pytestmark = pytest.mark.browser
SIRI_AGAIN = """
from operators.models import Operator
Operator.objects.filter(user__username="siri").update(active=False, state="offline")"""
LINE = "from lines.models import Hotline\nHotline.objects.update(listening_shown={})"


def shot(page, name):
    """A picture for whoever wants to look, where SHOTS names a folder."""
    if folder := os.environ.get("SHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/{name}.png")


def legs(system) -> dict[str, dict]:
    """The live ends of the line by whose they are: caller, operator, supervisor."""
    live = [leg for leg in Control(f"http://127.0.0.1:{system.simulator}").calls() if leg["live"]]
    found = "SELECT identity FROM operators_operator o JOIN operators_user u ON u.id = user_id WHERE username = 'maria'"
    operator = f"client:{sql(system, found)[0][0]}"
    outward = {operator: "operator"}
    return {"caller" if leg["direction"] == "inbound" else outward.get(leg["to"], "boss"): leg for leg in live}


def heard_by(system) -> set[str]:
    """Who hears the supervisor."""
    now = legs(system)
    boss = now.get("boss", {"sid": ""})["sid"]
    return {name for name, leg in now.items() if boss in leg["hears"]}


@pytest.fixture
def board(visitor):
    boss = visitor(viewport={"width": 1280, "height": 800})
    yield boss.signed_in("siri", "/board/")
    assert boss.troubles == []


def finish(telephones, desk):
    """The caller hangs up, and the desk has heard of it."""
    hang_up(telephones)
    expect(desk.locator("#hang-up")).to_have_count(0)


def open_sheet(board):
    person = board.locator(".person", has_text="Maria")
    expect(person).to_contain_text("On call")
    person.click()
    sheet = board.get_by_role("dialog", name="Maria")
    expect(sheet).to_be_visible()
    return sheet


def test_a_supervisor_listens_whispers_joins_and_leaves_and_the_desk_says_so(visitor, maria, system, board):
    _, desk = maria
    telephones = answered(visitor, desk)
    sheet = open_sheet(board)
    shot(board, "sheet-light")
    sheet.get_by_role("button", name="Listen").click()
    bar = board.locator("#frame-watch")
    expect(bar).to_contain_text("You are listening. Nobody hears you.")
    expect(desk.locator("#company")).to_contain_text("Siri is listening")
    until(lambda: "boss" in legs(system) and len(legs(system)["boss"]["hears"]) == 2, what="listening to both")
    assert heard_by(system) == set()
    expect(board.locator(".person", has_text="Maria")).to_contain_text("Siri listens")
    shot(board, "listening-light")
    shot(desk, "desk-listening-light")
    assert findings(board) == [] and findings(desk) == []
    bar.get_by_role("button", name="Whisper").click()
    expect(desk.locator("#company")).to_contain_text("Siri is whispering")
    until(lambda: heard_by(system) == {"operator"}, what="the whisper")
    expect(bar.get_by_role("button", name="Whisper")).to_have_attribute("aria-pressed", "true")
    bar.get_by_role("button", name="Join").click()
    expect(desk.locator("#company")).to_contain_text("Siri has joined the call")
    until(lambda: heard_by(system) == {"operator", "caller"}, what="the joining")
    board.set_viewport_size({"width": 390, "height": 844})
    board.evaluate("scrollTo(0, 0)")
    shot(board, "joined-390")
    assert findings(board) == []
    board.set_viewport_size({"width": 1280, "height": 800})
    bar.get_by_role("button", name="Leave").click()
    expect(desk.locator("#company")).to_be_empty()
    until(lambda: "boss" not in legs(system), what="the leaving")
    finish(telephones, desk)


def test_a_hotline_that_does_not_show_it_says_nothing_on_the_desk(visitor, maria, system, board):
    _, desk = maria
    system.shell(LINE.format(False))
    try:
        telephones = answered(visitor, desk)
        open_sheet(board).get_by_role("button", name="Listen").click()
        expect(board.locator("#frame-watch")).to_contain_text("You are listening")
        desk.reload()
        expect(desk.locator("#hang-up")).to_be_visible()
        assert "Siri" not in desk.content()
        finish(telephones, desk)
        expect(board.locator("#frame-watch .call-bar")).to_have_count(0)
    finally:
        system.shell(LINE.format(True))


def test_help_is_called_by_key_seen_on_every_page_and_answered_in_one_click(visitor, maria, system, board):
    _, desk = maria
    telephones = answered(visitor, desk)
    board.goto("/calls/")
    desk.locator("#note-summary").focus()
    desk.keyboard.press("F9")
    expect(desk.locator("#help")).to_have_attribute("aria-pressed", "true")
    expect(desk.locator("#note-summary")).to_be_focused()
    alert = board.get_by_role("alert").filter(has_text="Maria needs help")
    expect(alert).to_be_visible()
    expect(board.locator("#frame-help")).to_contain_text(re.compile("1.*needs help"))
    shot(board, "help-register")
    assert findings(board) == []
    board.emulate_media(color_scheme="dark")
    shot(board, "help-dark")
    board.goto("/board/")
    expect(board.locator(".person", has_text="Maria")).to_contain_text("calls for help")
    shot(board, "help-board-dark")
    alert.get_by_role("button", name="Whisper").click()
    expect(board.locator("#frame-watch")).to_contain_text("Only Maria hears you.")
    expect(alert).to_have_count(0)
    expect(desk.locator("#help")).to_have_attribute("aria-pressed", "false")
    desk.emulate_media(color_scheme="dark")
    shot(desk, "desk-whisper-dark")
    desk.set_viewport_size({"width": 390, "height": 844})
    shot(desk, "desk-whisper-390")
    desk.set_viewport_size({"width": 1280, "height": 800})
    finish(telephones, desk)
    expect(board.locator("#frame-watch .call-bar")).to_have_count(0)


def test_a_supervisor_takes_over_from_the_page_of_the_call(visitor, maria, system, board):
    _, desk = maria
    telephones = answered(visitor, desk)
    call = sql(system, "SELECT id FROM calls_call ORDER BY arrived_at DESC LIMIT 1")[0][0]
    board.goto(f"/calls/{call}/")
    board.on("dialog", lambda dialog: dialog.accept())
    shot(board, "call-page")
    board.locator("#call-ways").get_by_role("button", name="Take over").click()
    expect(desk.locator(".ring-clock")).to_be_visible()  # the operator writes up
    shot(board, "taken-over")
    expect(desk.locator("#note")).to_be_visible()
    expect(board.locator("#frame-watch")).to_contain_text("You have taken this call over.")
    expect(board.locator("#timeline")).to_contain_text("Siri took the call over from Maria.")
    until(lambda: heard_by(system) == {"caller"}, what="the supervisor with the caller")
    board.goto("/board/")  # the call goes along
    expect(board.locator("#frame-watch")).to_contain_text("You have taken this call over.")
    shot(board, "taken-over-board")
    assert heard_by(system) == {"caller"}
    finish(telephones, desk)
    until(lambda: "boss" not in legs(system), what="the end")
    system.shell(SIRI_AGAIN)
