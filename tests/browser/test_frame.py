"""The frame of every page in Chromium: search, state, call bar, keys, and what happens without a connection."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_call import dial, go_ready, maria, note  # noqa: F401 - a fixture and what goes with it
from tests.browser.test_desk import hang_up

pytestmark = pytest.mark.browser


@pytest.fixture
def siri(visitor):
    made = visitor()
    return made, made.signed_in("siri", "/calls/")


def test_an_answer_is_found_and_opened_without_a_mouse(siri):
    boss, page = siri
    page.keyboard.press("/")
    expect(page.locator("#find-text")).to_be_focused()
    page.keyboard.type("discolored")
    expect(page.locator(".found a").first).to_contain_text("Discoloured water")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".found a").first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/knowledge/\?q=Discoloured"))
    assert boss.troubles == []


def test_the_state_is_changed_from_another_page_than_the_desk(maria):  # noqa: F811
    someone, desk = maria
    register = someone.page("/calls/")
    expect(register.locator("#state-now")).to_contain_text("Ready")
    register.keyboard.press("F2")
    expect(register.locator("#state-menu [data-state=ready]")).to_be_focused()
    register.keyboard.press("Tab")
    register.keyboard.press("Enter")
    expect(register.locator("#state-now")).to_contain_text("Break")
    expect(desk.locator("#state-now")).to_contain_text("Break")
    register.keyboard.press("F2")
    register.locator("#state-menu [data-state=ready]").click()  # the desk is open in another tab: its telephone rings
    expect(desk.locator("#state-now")).to_contain_text("Ready")
    expect(register).to_have_url(re.compile("/calls/$"))
    assert someone.troubles == []


def test_whoever_has_no_desk_open_is_led_there_to_become_ready(visitor):
    jon = visitor()
    page = jon.signed_in("jon", "/calls/")
    page.keyboard.press("F2")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/")
    expect(page.get_by_text("You are offline")).to_be_visible()


def test_the_call_in_hand_is_seen_and_ended_from_the_register(visitor, maria):  # noqa: F811
    someone, desk = maria
    register = someone.page("/calls/")
    expect(register.locator(".call-bar")).to_have_count(0)
    dial(visitor().page("/simulator/"))
    expect(register.locator(".call-bar")).to_contain_text("A call is ringing")
    desk.locator("#answer").click()
    bar = register.locator(".call-bar")
    expect(bar.get_by_role("link", name="Back to the call")).to_be_visible()
    expect(bar).to_contain_text("Faults line")
    expect(bar.locator(".call-bar-who")).to_contain_text("•")
    register.keyboard.press("F2")
    expect(register.locator("#state-menu-when")).to_have_text("After this call I am")
    register.locator("#state-menu [data-state=lunch]").click()
    expect(register.locator("#state-now")).to_contain_text(re.compile(r"then\s+Lunch"))
    bar.get_by_role("button", name="Hang up").click()
    expect(desk.locator(".call-timer.over")).to_be_visible()
    expect(register.locator(".call-bar")).to_have_count(0)
    note(desk)
    expect(register.locator("#state-now")).to_contain_text("Lunch")


def test_focus_is_never_behind_a_bar(visitor, maria):  # noqa: F811
    someone, desk = maria
    dial(visitor().page("/simulator/"))
    desk.locator("#answer").click()
    expect(desk.locator("#note")).to_be_visible()
    page = someone.page("/knowledge/")
    page.set_viewport_size({"width": 390, "height": 500})
    expect(page.locator(".call-bar")).to_be_visible()
    stops = page.locator("main :is(a[href], button, input, summary)")
    assert stops.count() > 2
    hidden = [
        stops.nth(n).evaluate("e => e.outerHTML")
        for n in range(stops.count())
        if stops.nth(n).is_visible()
        and stops.nth(n).evaluate(
            """e => { e.focus(); const r = e.getBoundingClientRect();
                 const top = document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2);
                 return Boolean(top && top.closest(".topbar, .call-bar")) }"""
        )
    ]
    assert hidden == []


def test_the_keys_are_listed_and_two_letters_lead_to_a_page(siri):
    boss, page = siri
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    expect(page.locator("#keys")).to_contain_text("go to the register")
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    for letter, path in [("w", "/board/"), ("r", "/calls/"), ("d", "/desk/"), ("k", "/knowledge/")]:
        page.locator("body").press("g")
        page.locator("body").press(letter)
        page.wait_for_url(f"**{path}")
    assert boss.troubles == []


def test_letters_typed_into_a_field_are_letters(siri):
    _, page = siri
    field = page.locator("main input").first
    field.click()
    page.keyboard.type("g/r?")
    expect(field).to_have_value("g/r?")
    expect(page.locator("dialog[open]")).to_have_count(0)


def test_whoever_turns_letters_off_is_left_alone_by_them(siri):
    _, page = siri
    switch = page.get_by_label("Keys of a single letter")

    def turn(on):
        page.goto("/people/me/")
        switch.set_checked(on)
        page.locator("main form").get_by_role("button", name="Save").click()
        expect(page.locator("body")).to_have_attribute("data-letters", "off") if not on else expect(
            page.locator("body")
        ).not_to_have_attribute("data-letters", "off")

    turn(False)
    try:
        page.goto("/calls/")
        for key in ("/", "?", "g", "w"):
            page.locator("body").press(key)
        expect(page.locator("dialog[open]")).to_have_count(0)
        page.keyboard.press("Control+k")
        expect(page.locator("#find")).to_be_visible()
        expect(page).to_have_url(re.compile("/calls/$"))
    finally:
        turn(True)


def test_half_a_minute_without_a_connection_is_said_and_caught_up(visitor, maria):  # noqa: F811
    _, desk = maria
    boss = visitor()
    board = boss.signed_in("siri", "/board/")
    person = board.locator(".person", has_text="Maria")
    expect(person).to_contain_text("Ready")
    boss.context.set_offline(True)
    expect(board.locator("#live-banner")).to_contain_text("No connection")
    desk.keyboard.press("F2")
    desk.locator("#state-menu [data-state=break]").click()
    expect(desk.locator("#state-now")).to_contain_text("Break")
    expect(board.locator("#board-age")).to_contain_text(re.compile(r"\b3\d s"), timeout=45_000)
    expect(person).to_contain_text("Ready")
    expect(board.locator(".failed")).to_have_count(0)
    boss.context.set_offline(False)
    expect(board.locator("#live-banner")).to_be_hidden(timeout=25_000)
    expect(person).to_contain_text("Break")


def test_nine_tabs_of_one_browser_load_and_follow(visitor, maria):  # noqa: F811
    _, desk = maria
    boss = visitor()
    first = boss.signed_in("siri", "/board/")
    tabs = [first, *(boss.page("/board/") for _ in range(8))]
    for tab in tabs:
        expect(tab.locator("#board-age")).to_contain_text("live")
    desk.keyboard.press("F2")
    desk.locator("#state-menu [data-state=lunch]").click()
    for tab in (tabs[0], tabs[-1]):
        tab.bring_to_front()
        expect(tab.locator(".person", has_text="Maria")).to_contain_text("Lunch")


def test_only_what_changed_is_touched(visitor, maria):  # noqa: F811
    _, desk = maria
    board = visitor().signed_in("siri", "/board/")
    expect(board.locator(".person", has_text="Maria")).to_contain_text("Ready")
    board.evaluate("document.querySelectorAll('#board h2').forEach(head => { head.ours = true })")
    board.locator("#board .table-wrap").focus()
    board.evaluate("getSelection().selectAllChildren(document.querySelector('#board h2'))")
    chosen = board.evaluate("String(getSelection())")
    desk.keyboard.press("F2")
    desk.locator("#state-menu [data-state=break]").click()
    expect(board.locator(".person", has_text="Maria")).to_contain_text("Break")
    assert board.evaluate("[...document.querySelectorAll('#board h2')].every(head => head.ours)")
    assert board.evaluate("String(getSelection())") == chosen != ""
    expect(board.locator("#board .table-wrap")).to_be_focused()


def test_a_burst_of_news_is_fetched_at_most_twice_and_once_for_two_parts(visitor, maria):  # noqa: F811
    someone, _ = maria
    page = someone.page("/calls/")
    asked = []
    page.on("request", lambda request: asked.append(request.url.split("127.0.0.1")[1].partition("/")[2]))
    expect(page.locator("html")).to_have_attribute("data-live-status", "live")
    with page.expect_response("**/frame/now/"):
        page.evaluate("for (let n = 0; n < 20; n++) dispatchEvent(new Event('online'))")
    with page.expect_response("**/frame/queue/"):  # its pace is two seconds: by then the burst is over
        page.evaluate("dispatchEvent(new Event('online'))")
    assert 1 <= asked.count("frame/now/") <= 4  # the opening of the stream may ask, too


def test_a_desk_is_brought_its_lines_and_asks_for_them_only_if_it_must(visitor, maria):  # noqa: F811
    _, desk = maria
    pill, lines = desk.locator("#frame-queue"), desk.locator("#lines-waiting")
    expect(desk.locator("html")).to_have_attribute("data-live-status", "live")
    with desk.expect_response("**/desk/waiting/"):  # coming back, a browser asks for everything
        desk.evaluate("dispatchEvent(new Event('online'))")
    asked = []
    desk.on("request", lambda request: asked.append(request.url) if "/desk/waiting/" in request.url else None)
    desk.locator("#desk-lines h2").evaluate("element => { element.ours = true }")
    telephones = visitor().page("/simulator/")
    dial(telephones)
    expect(lines).to_have_text("1 waiting")
    expect(pill).to_contain_text("1")
    expect(desk.locator("#desk-lines .badge")).to_contain_text("1")
    hang_up(telephones)
    expect(lines).to_have_text("0 waiting")
    expect(pill).not_to_contain_text("1")
    assert desk.locator("#desk-lines h2").evaluate("element => element.ours")
    assert asked == []


def test_a_part_that_fails_says_so_and_can_be_fetched_again(visitor):
    boss = visitor()
    board = boss.signed_in("siri", "/board/")
    expect(board.locator("html")).to_have_attribute("data-live-status", "live")
    boss.context.route("**/board/now/", lambda route: route.fulfill(status=500, body="broken"))
    failed = board.locator("#board .failed")
    expect(failed).to_contain_text("This part could not be fetched.", timeout=25_000)
    expect(board.locator("#board .tile").first).to_be_visible()
    boss.context.unroute("**/board/now/")
    failed.get_by_role("button", name="Try again").click()
    expect(failed).to_have_count(0)


def test_a_toast_offers_the_way_back_and_goes_by_itself(visitor):
    page = visitor().signed_in("anna", "/style/")
    page.evaluate(
        """async () => { const { toast } = await import(document.querySelector('script[src*="core/frame"]').src);
             toast("Moved.", { undo: () => { document.title = "undone" }, done: () => {} }) }"""
    )
    box = page.locator("#toasts .toast")
    expect(box).to_contain_text("Moved.")
    box.get_by_role("button", name="Undo").click()
    expect(box).to_have_count(0)
    expect(page).to_have_title("undone")
    page.locator("[data-toast]").first.click()
    expect(box).to_be_visible()
    page.mouse.move(10, 10)
    expect(box).to_have_count(0, timeout=10_000)


def test_tabs_of_a_page_are_walked_with_the_arrows(visitor):
    page = visitor().signed_in("anna", "/style/")
    page.locator("#light-script-tab").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#light-answers-tab")).to_be_focused()
    expect(page.locator("#light-answers")).to_be_visible()
    expect(page.locator("#light-script")).to_be_hidden()
    page.keyboard.press("End")
    expect(page.locator("#light-history")).to_be_visible()
    expect(page.locator("#light-history-tab")).to_have_attribute("aria-selected", "true")
