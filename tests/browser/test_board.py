"""The wallboard in Chromium: still while numbers change, grey when they are old, on a screen, and under a supervisor."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

JON = "from operators.models import Operator\njon = Operator.objects.filter(user__username='jon')\n"
PRESENCE = JON + "from operators import presence\nfrom django.utils import timezone\n"
# What moved without anybody's doing, since now; and where everything stands.
WATCH = """async () => {
  await document.fonts.ready;
  window.moved = [];
  new PerformanceObserver((list) => window.moved.push(...list.getEntries().map((each) => each.value)))
    .observe({ type: "layout-shift" });
}"""
PLACES = """() => [...document.querySelectorAll(".tile, .tile-value, .tile-word, .strips tr, .board-waiting, .board-day, .bars")]
  .map((each) => { const { x, y, width, height } = each.getBoundingClientRect(); return [x, y, width, height].join(" ") })"""


@pytest.fixture
def jon(system):
    """An operator who is at work, and takes no call: callers wait. Offline again afterwards."""
    system.shell(PRESENCE + "presence.choose(jon.get().pk, 'break', at=timezone.now(), by=None)")
    yield "Jon"
    system.shell(JON + "jon.update(state='offline', next_state='')")


def tile(board, title):
    return board.locator(".tile", has=board.get_by_role("heading", name=title, exact=True))


def tab_to(page, selector):
    """Press Tab until an element has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"{selector} was not reached by Tab")


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1920, 1080), (390, 844)])
def test_numbers_change_and_nothing_moves(visitor, jon, width, height):
    boss = visitor(viewport={"width": width, "height": height})
    board = boss.signed_in("siri", "/board/")
    expect(tile(board, "Waiting now").locator(".tile-value")).to_have_text("0")
    expect(board.locator("#board-age")).to_contain_text("live")
    board.evaluate(WATCH)
    before = board.evaluate(PLACES)
    telephones = visitor().page("/simulator/")
    for number in (1, 2):
        telephones.locator(f"[data-telephone='{number}'] [data-call]").click()
        expect(tile(board, "Waiting now").locator(".tile-value")).to_have_text(str(number))
    expect(board.locator(".board-waiting li")).to_have_count(2)
    there = board.evaluate(PLACES)
    for number in (1, 2):
        telephones.locator(f"[data-telephone='{number}'] [data-hang-up]").click()
        expect(tile(board, "Waiting now").locator(".tile-value")).to_have_text(str(2 - number))
    expect(board.locator(".board-waiting li")).to_have_count(0)
    if width >= 1280:  # on a telephone the list of those who wait grows downwards
        assert there == before
    assert board.evaluate(PLACES) == before
    assert board.evaluate("window.moved") == []
    assert boss.troubles == []


def test_what_happens_just_after_a_look_is_seen_without_waiting_for_the_next(visitor, jon):
    """The server keeps a board for a second; a change in that second is not missed."""
    board = visitor().signed_in("siri", "/board/")
    expect(board.locator("#board-age")).to_contain_text("live")
    telephones = visitor().page("/simulator/")
    for number in (1, 2, 3):
        telephones.locator(f"[data-telephone='{number}'] [data-call]").click()
    expect(tile(board, "Waiting now").locator(".tile-value")).to_have_text(
        "3", timeout=8_000
    )  # less than the slow poll
    for number in (1, 2, 3):
        telephones.locator(f"[data-telephone='{number}'] [data-hang-up]").click()
    expect(tile(board, "Waiting now").locator(".tile-value")).to_have_text("0")


def test_a_screen_shows_the_board_until_its_link_is_revoked(visitor, jon):
    boss = visitor()
    page = boss.signed_in("siri", "/board/")
    page.get_by_role("link", name="Links for screens").click()
    page.get_by_label("Name", exact=True).fill("Hall")
    page.get_by_role("button", name="Make the link").click()
    address = page.get_by_label("Address").input_value()

    stranger = visitor(viewport={"width": 1920, "height": 1080})
    screen = stranger.page(address)
    expect(screen.get_by_role("heading", name="Hall")).to_be_visible()
    expect(screen.locator(".strips")).to_contain_text("Faults line")
    expect(screen.locator("#board-age")).to_contain_text("live")
    assert stranger.context.cookies() == []
    fits = "[document.documentElement.scrollHeight <= innerHeight, document.documentElement.scrollWidth <= innerWidth]"
    assert screen.evaluate(fits) == [True, True]
    assert screen.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    assert serious(screen) == []
    telephones = visitor().page("/simulator/")
    telephones.locator("[data-telephone='1'] [data-call]").click()
    expect(tile(screen, "Waiting now").locator(".tile-value")).to_have_text("1")
    telephones.locator("[data-telephone='1'] [data-hang-up]").click()
    assert "••" not in screen.content() and jon not in screen.content()
    assert stranger.troubles == []

    page.get_by_role("button", name="Revoke “Hall”").first.click()
    expect(page.get_by_text("shows nothing any more")).to_be_visible()
    expect(screen.get_by_role("heading", name="Nothing here")).to_be_visible(timeout=20_000)


def test_a_screen_that_cannot_reach_the_server_turns_grey_and_stays(visitor):
    boss = visitor()
    page = boss.signed_in("siri", "/board/links/")
    page.get_by_label("Name", exact=True).fill("Stairs")
    page.get_by_role("button", name="Make the link").click()
    stranger = visitor()
    screen = stranger.page(page.get_by_label("Address").input_value())
    expect(screen.locator("#board-age")).to_contain_text("live")
    stranger.context.route("**/now/", lambda route: route.fulfill(status=502))
    expect(screen.locator("#board")).to_have_class(re.compile("old"), timeout=25_000)
    expect(screen.locator("#board-age")).to_contain_text("old")
    stranger.context.unroute("**/now/")
    expect(screen.locator("#board-age")).to_contain_text("live")
    page.get_by_role("button", name="Revoke “Stairs”").first.click()


def test_a_supervisor_releases_somebody_who_is_stuck_by_keyboard(visitor, system, jon):
    system.shell(JON + "jon.update(state='on_call')")
    boss = visitor()
    board = boss.signed_in("siri", "/board/")
    person = board.locator(".person", has_text=jon)
    expect(person).to_contain_text("held by a call that is over")
    tab_to(board, ".person")
    board.keyboard.press("Enter")
    sheet = board.get_by_role("dialog", name=jon)
    expect(sheet).to_be_visible()
    assert serious(board) == []
    board.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(person).to_be_focused()
    board.keyboard.press("Enter")
    expect(sheet).to_be_visible()
    tab_to(board, "#board-sheet .danger")
    board.keyboard.press("Enter")
    expect(sheet).to_be_hidden()
    expect(board.get_by_role("status").filter(has_text="Jon is released.")).to_be_visible()
    expect(person).to_contain_text("Ready")
    expect(person).to_be_focused()
    board.keyboard.press("Enter")
    tab_to(board, "[value=lunch]")
    board.keyboard.press("Enter")
    expect(person).to_contain_text("Lunch")
    expect(person).to_be_focused()
    assert boss.troubles == []


def test_a_refusal_is_read_out_and_the_sheet_stays(visitor, system, jon):
    board = visitor().signed_in("siri", "/board/")
    board.locator(".person", has_text=jon).click()
    sheet = board.get_by_role("dialog", name=jon)
    expect(sheet).to_be_visible()
    system.shell(JON + "jon.update(state='offline')")
    sheet.get_by_role("button", name="Go ready for Jon").click()
    expect(sheet.get_by_role("alert")).to_contain_text("nobody would hear the ring")
    expect(sheet.get_by_role("heading", name=jon)).to_be_focused()


def test_a_supervisor_closes_and_reopens_a_hotline_by_keyboard(visitor):
    boss = visitor()
    board = boss.signed_in("siri", "/board/")
    opening = board.get_by_role("button", name="Close Faults line now")
    tab_to(board, ".opening")
    board.keyboard.press("Enter")
    sheet = board.get_by_role("dialog", name="Close Faults line now")
    expect(sheet).to_be_visible()
    tab_to(board, "#board-sheet [name=reason]")
    board.keyboard.press("Enter")  # nothing typed
    expect(sheet.get_by_text("Say why, for your colleagues.")).to_be_visible()
    tab_to(board, "#board-sheet [name=reason]")
    board.keyboard.type("Storm")
    tab_to(board, "#board-sheet .danger")
    board.keyboard.press("Enter")
    expect(sheet).to_be_hidden()
    expect(opening).to_have_count(0)
    expect(board.locator(".strips")).to_contain_text("closed")
    expect(tile(board, "Opens")).to_contain_text("closed by hand")
    assert board.locator(".tile.tone-bad").count() == 0
    expect(board.get_by_role("button", name="Reopen Faults line")).to_be_focused()
    board.keyboard.press("Enter")
    tab_to(board, "#board-sheet .primary")
    board.keyboard.press("Enter")
    expect(opening).to_be_visible()
    assert boss.troubles == []


def test_the_next_call_is_chosen_and_the_focus_stays(visitor, jon):
    board = visitor().signed_in("siri", "/board/")
    telephones = visitor().page("/simulator/")
    for number in (1, 2):
        telephones.locator(f"[data-telephone='{number}'] [data-call]").click()
        expect(board.locator(".board-waiting li")).to_have_count(number)
    second = board.locator(".board-waiting li").nth(1).get_by_role("button")
    chosen = second.get_attribute("id")
    second.focus()
    board.keyboard.press("Enter")
    expect(board.locator(".board-waiting li").first.get_by_role("button")).to_have_attribute("id", chosen)
    expect(board.locator(f"#{chosen}")).to_be_focused()
    for number in (1, 2):
        telephones.locator(f"[data-telephone='{number}'] [data-hang-up]").click()
    expect(board.locator(".board-waiting li")).to_have_count(0)


def serious(page):
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found if each["impact"] in ("serious", "critical")
    ]
