"""A whole call in Chromium: ready, dial, answer, note, register and wallboard."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def go_ready(desk):
    desk.locator("[data-first]").click()
    expect(desk.get_by_text("The next call rings here.")).to_be_visible()


def dial(telephones, number=1):
    telephones.locator(f"[data-telephone='{number}'] [data-call]").click()


def go_offline(desk):
    desk.keyboard.press("F2")
    desk.locator("#state-menu [data-state=offline]").click()
    expect(desk.get_by_text("You are offline")).to_be_visible()


def pressed(desk, button):
    """Press a button that may be gone at any moment, as when the other side hangs up; whether it was there."""
    return desk.evaluate("(css) => { const it = document.querySelector(css); it?.click(); return Boolean(it) }", button)


def leave(desk):
    """Whatever a test left at a desk is ended, so that the next one begins with everybody offline."""
    if pressed(desk, "#hang-up"):
        expect(desk.locator("#hang-up")).to_have_count(0)
    if pressed(desk, "#done"):
        expect(desk.locator("#done")).to_have_count(0)
    if desk.locator("#note").count():
        note(desk)
    go_offline(desk)


@pytest.fixture
def maria(visitor):
    """An operator at her desk, ready; offline again afterwards, whatever happened."""
    made = visitor()
    desk = made.signed_in("maria", "/desk/")
    go_ready(desk)
    yield made, desk
    leave(desk)


def note(desk, topic="Bill", words="Done."):
    desk.locator(".pill", has_text=topic).first.click()
    desk.locator("#note-summary").fill(words)
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#note")).to_have_count(0)


def test_a_call_is_answered_noted_and_seen_in_the_register_and_on_the_wallboard(visitor, maria):
    someone, desk = maria
    boss = visitor()
    board = boss.signed_in("siri", "/board/")
    expect(board.locator(".person", has_text="Maria")).to_contain_text("Ready")
    telephones = visitor().page("/simulator/")
    dial(telephones)

    ring = desk.locator("#ring")
    expect(ring).to_be_visible()
    expect(ring).to_contain_text("City Water faults line, my name is Maria.")
    expect(desk.locator("#answer")).to_be_focused()
    desk.keyboard.press("Enter")  # one: answer
    expect(desk.locator("#call-who")).to_be_visible()
    expect(board.locator(".person", has_text="Maria")).to_contain_text("On call")
    expect(telephones.locator("[data-telephone='1']")).to_contain_text("Connected")

    desk.locator(".pill", has_text="No water").click()  # two: topic
    expect(desk.get_by_role("button", name="Whole street")).to_be_visible()
    desk.locator("#note-summary").fill("Street dry since noon.")
    telephones.locator("[data-telephone='1'] [data-hang-up]").click()
    expect(desk.locator(".call-timer.over")).to_be_visible()
    expect(desk.locator("#note-summary")).to_have_value("Street dry since noon.")
    desk.keyboard.press("Control+Enter")  # three: save
    expect(desk.get_by_text("The next call rings here.")).to_be_visible()

    expect(board.locator(".person", has_text="Maria")).to_contain_text("Ready")
    register = boss.page("/calls/")
    expect(register.locator("main")).to_contain_text("No water")
    assert someone.troubles == []
    assert boss.troubles == []


def test_what_was_typed_is_there_after_a_reload_in_mid_call(visitor, maria):
    _, desk = maria
    dial(visitor().page("/simulator/"), 2)
    expect(desk.locator("#ring")).to_be_visible()
    desk.locator("#answer").click()
    desk.locator("#note-summary").fill("Half a sentence")
    desk.locator(".steps input").first.check()
    expect(desk.locator("#note-saved")).to_contain_text("Saved", timeout=2500)
    desk.reload()
    expect(desk.locator("#note-summary")).to_have_value("Half a sentence")
    expect(desk.locator(".steps input").first).to_be_checked()
    expect(desk.locator(".call-timer")).to_be_visible()


def test_typing_is_not_disturbed_while_the_call_goes_on_to_wrap_up(visitor, maria):
    _, desk = maria
    telephones = visitor().page("/simulator/")
    dial(telephones)
    expect(desk.locator("#ring")).to_be_visible()
    desk.keyboard.press("Enter")
    summary = desk.locator("#note-summary")
    summary.click()
    desk.keyboard.type("Before ")
    telephones.locator("[data-telephone='1'] [data-hang-up]").click()
    expect(desk.locator(".call-timer.over")).to_be_visible()
    desk.keyboard.type("and after")
    expect(summary).to_be_focused()
    expect(summary).to_have_value("Before and after")


def test_a_break_asked_for_during_a_call_begins_after_the_note(visitor, maria):
    _, desk = maria
    dial(visitor().page("/simulator/"))
    expect(desk.locator("#ring")).to_be_visible()
    desk.keyboard.press("Enter")
    expect(desk.locator("#note")).to_be_visible()
    desk.keyboard.press("F2")
    desk.locator("#state-menu [data-state=break]").click()
    expect(desk.locator("#state-now")).to_contain_text(re.compile(r"then\s+Break"))
    desk.locator("#hang-up").click()
    expect(desk.locator(".call-timer.over")).to_be_visible()
    note(desk)
    expect(desk.locator("#state-now")).to_contain_text("Break")


def test_a_declined_call_leaves_the_desk_and_says_where_one_stands(visitor, maria):
    _, desk = maria
    telephones = visitor().page("/simulator/")
    dial(telephones)
    expect(desk.locator("#ring")).to_be_visible()
    desk.locator("#decline").click()
    expect(desk.locator("#ring")).to_have_count(0)
    telephones.locator("[data-telephone='1'] [data-hang-up]").click()


def test_answers_are_found_while_typing(maria):
    _, desk = maria
    desk.keyboard.press("/")
    expect(desk.locator("#answers-query")).to_be_focused()
    desk.keyboard.type("discolored")
    expect(desk.locator("#found-answers summary").first).to_have_text("Discoloured water")


def test_all_tabs_of_a_browser_share_one_stream(visitor, maria):
    someone, _ = maria
    for _ in range(7):  # more tabs than a browser opens connections to one host
        page = someone.page("/board/")
        expect(page.locator("#board-age")).to_contain_text("live")
    page.goto("/desk/")
    expect(page.locator("#desk")).to_be_visible()


def test_a_board_without_news_says_that_it_is_old(visitor):
    boss = visitor()
    board = boss.signed_in("siri", "/board/")
    expect(board.locator("#board-age")).to_contain_text("live")
    boss.context.route("**/board/now/", lambda route: route.abort())
    expect(board.locator("#board")).to_have_class(re.compile("old"), timeout=25_000)
    expect(board.locator("#board-age")).to_contain_text("old")
