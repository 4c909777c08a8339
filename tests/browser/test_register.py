"""The register in Chromium: chips, views, the drawer beside the list, its keys, and new calls behind a pill."""

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import LOOKS, findings

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def calls(system):
    return json.loads(system._run("-m", "tests.browser.register_calls").splitlines()[-1])


@pytest.fixture
def of_that_week(calls):
    """The address of the made calls alone, whatever else was called in this system."""
    return f"/calls/?until={calls['day']}"


@pytest.fixture
def boss(visitor):
    made = visitor()
    yield made
    assert made.troubles == []


def given(page):
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def row(page, call):
    return page.locator(f"#open-{call}")


def rows(page):
    return page.locator("#rows tr")


def test_chips_narrow_the_list_and_stand_in_the_address(boss, calls, of_that_week):
    page = boss.signed_in("siri", of_that_week)
    expect(rows(page)).to_have_count(4)
    page.locator("#chip-show").click()
    page.get_by_role("button", name="Missed").click()
    expect(rows(page)).to_have_count(2)
    assert given(page) == {"until": calls["day"], "show": "missed"}
    page.get_by_role("link", name="Recovered").click()
    expect(page.get_by_text("No call fits.")).to_be_visible()
    page.get_by_role("link", name="Recovered remove").click()
    expect(rows(page)).to_have_count(2)
    page.reload()
    expect(page.locator("#chip-show")).to_contain_text("missed")
    expect(rows(page)).to_have_count(2)


def test_a_chip_is_set_and_removed_by_keyboard(boss, calls, of_that_week):
    page = boss.signed_in("siri", of_that_week)
    page.locator("#chip-show").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Voicemail")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Voicemail")).to_be_hidden()
    expect(page.locator("#chip-show")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Voicemail").press("Enter")
    expect(rows(page)).to_have_count(1)
    expect(page.locator("#chip-show")).to_be_focused()
    page.keyboard.press("Delete")
    expect(rows(page)).to_have_count(4)
    expect(page.locator("#chip-show")).to_be_focused()
    assert given(page) == {"until": calls["day"]}


def test_a_search_keeps_the_filter_and_is_a_chip(boss, calls, of_that_week):
    page = boss.signed_in("siri", of_that_week)
    page.locator("#q").fill("dry since")
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(1)
    assert given(page) == {"q": "dry since", "until": calls["day"]}
    page.locator("#q").fill(calls["abandoned"])
    page.keyboard.press("Enter")
    expect(row(page, calls["abandoned"])).to_be_visible()


def test_a_view_is_made_used_removed_and_brought_back(boss, of_that_week):
    page = boss.signed_in("siri", of_that_week + "&show=abandoned")
    page.get_by_text("Save this view").click()
    page.locator("#id_name").fill("Given up that week")
    page.get_by_role("button", name="Save", exact=True).click()
    view = page.get_by_role("link", name="Given up that week")
    expect(view).to_have_attribute("aria-current", "page")
    page.goto("/calls/")
    view.click()
    expect(rows(page)).to_have_count(1)
    page.get_by_role("button", name="Remove the view Given up that week").click()
    expect(view).to_have_count(0)
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(view).to_be_visible()
    page.get_by_role("button", name="Remove the view Given up that week").click()
    expect(view).to_have_count(0)


def test_the_drawer_follows_the_keys_and_gives_the_focus_back(boss, calls, of_that_week):
    page = boss.signed_in("siri", of_that_week)
    row(page, calls["answered"]).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#drawer-title")).to_contain_text("Berit Haugen")
    expect(row(page, calls["answered"])).to_be_focused()
    assert given(page)["call"] == calls["answered"]
    page.keyboard.press("ArrowDown")
    expect(row(page, calls["abandoned"])).to_be_focused()
    expect(page.locator("#drawer .lifeline")).to_contain_text("The caller gave up")
    assert given(page)["call"] == calls["abandoned"]
    page.keyboard.press("j")
    expect(page.locator("#drawer .lifeline")).to_contain_text("Voicemail")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("k")
    expect(page.locator("#drawer-title")).to_contain_text("Berit Haugen")
    page.keyboard.press("Enter")
    expect(page.locator("#drawer-title")).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator("#drawer .lifeline")).to_contain_text("The caller gave up")
    expect(page.locator("#drawer-title")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).to_be_hidden()
    expect(row(page, calls["abandoned"])).to_be_focused()
    assert "call" not in given(page)


def test_an_address_with_a_call_opens_it_and_back_closes_what_a_click_opened(boss, calls, of_that_week):
    page = boss.signed_in("siri", f"{of_that_week}&call={calls['noteless']}")
    expect(page.locator("#drawer .lifeline")).to_contain_text("The operator hung up")
    page.keyboard.press("Tab")
    page.locator("[data-close]").click()
    expect(page.locator("#drawer")).to_be_hidden()
    rows(page).nth(1).locator(".c-caller").click()
    expect(page.locator("#drawer .lifeline")).to_contain_text("The caller gave up")
    page.go_back()
    expect(page.locator("#drawer")).to_be_hidden()
    page.go_forward()
    expect(page.locator("#drawer .lifeline")).to_contain_text("The caller gave up")


def test_the_story_of_a_call_that_one_missed_and_another_took(boss, calls, of_that_week):
    page = boss.signed_in("siri", of_that_week)
    row(page, calls["answered"]).click()
    steps = page.locator("#drawer .lifeline li")
    expect(steps).to_contain_text(
        [
            "Dialled +4721000001",
            re.compile("Greeting.*0:06"),
            re.compile("Queue.*0:34"),
            re.compile(r"Rang Jon \(no answer\).*0:20"),
            re.compile("Maria.*2:10"),
            "The caller hung up",
            re.compile("Wrap-up.*0:21"),
        ]
    )
    expect(page.locator("#drawer")).to_contain_text("Street dry since noon.")
    expect(page.locator("#drawer")).not_to_contain_text("12345")


def test_the_number_is_shown_for_a_reason_and_the_look_is_kept(boss, calls, of_that_week):
    page = boss.signed_in("siri", of_that_week)
    row(page, calls["answered"]).click()
    page.get_by_label("Why do you need the number?").fill("Call back about the street")
    page.keyboard.press("j")  # a letter of the reason, no key
    page.get_by_role("button", name="Show the number").click()
    expect(page.locator("#revealed")).to_have_text("+4799912345")
    expect(page.locator("#looks")).to_contain_text("Siri")
    expect(page.locator("#looks")).to_contain_text("Call back about the streetj")
    page.keyboard.press("Escape")
    row(page, calls["answered"]).click()
    expect(page.locator("#looks")).to_contain_text("Siri")
    expect(page.locator("#revealed")).to_have_count(0)


def test_a_call_that_cannot_be_loaded_never_shows_anothers_story(visitor, calls, of_that_week):
    made = visitor()
    page = made.signed_in("siri", of_that_week)
    row(page, calls["answered"]).click()
    expect(page.locator("#drawer-title")).to_contain_text("Berit Haugen")
    made.context.route("**/drawer/", lambda route: route.abort())
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("alert")).to_contain_text("could not be loaded")
    expect(page.locator("#drawer")).not_to_contain_text("Berit Haugen")
    page.keyboard.press("Escape")
    expect(row(page, calls["abandoned"])).to_be_focused()


def test_a_message_is_dealt_with_in_the_drawer_and_the_row_says_so(boss, calls, of_that_week):
    page = boss.signed_in("siri", of_that_week)
    row(page, calls["voicemail"]).click()
    page.get_by_role("button", name="Mark as dealt with").click()
    expect(page.locator("#drawer")).to_contain_text("Dealt with")


def stands_still(page):
    """The chips may take two lines until our letters have come, on a busy machine later than the stream."""
    was = None
    while (now := page.locator("#rows").bounding_box()["y"]) != was:
        was = now
        page.wait_for_timeout(700)


def test_new_calls_wait_behind_a_pill_and_the_open_call_is_followed(boss, visitor):
    page = boss.signed_in("siri", "/calls/")
    expect(page.locator("html")).to_have_attribute("data-live-status", "live")
    stands_still(page)
    before = rows(page).count()
    place = page.locator("#rows").bounding_box()
    telephone = visitor().page("/simulator/").locator("[data-telephone='1']")
    telephone.locator("[data-call]").click()
    pill = page.locator("#pill")
    expect(pill).to_have_text("1 new")
    expect(rows(page)).to_have_count(before)
    assert page.locator("#rows").bounding_box()["y"] == place["y"]  # nothing was pushed down
    pill.focus()
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(min(50, before + 1))
    newest = rows(page).first.locator("th a")
    expect(newest).to_be_focused()
    expect(pill).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.locator("#drawer .lifeline")).to_contain_text("Queue")
    page.locator("#every-event-summary").click()
    telephone.locator("[data-hang-up]").click()
    expect(page.locator("#drawer .lifeline")).to_contain_text("The caller hung up")
    expect(page.locator("#every-event")).to_have_attribute("open", "")
    expect(rows(page).first).to_contain_text("voicemail")  # nobody is signed on
    expect(rows(page).first).to_have_class("open")


def test_columns_and_density_are_kept(boss, of_that_week):
    page = boss.signed_in("siri", of_that_week)
    page.get_by_text("Columns", exact=True).first.click()
    page.get_by_label("Wait").uncheck()
    page.get_by_label("dense").check()
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("th.c-wait")).to_have_count(0)
    page.goto("/calls/")
    expect(page.locator("th.c-wait")).to_have_count(0)
    expect(page.locator(".table-wrap.dense")).to_be_visible()


def test_a_telephone_shows_cards_and_the_call_as_a_sheet(visitor, calls, of_that_week):
    made = visitor(viewport={"width": 390, "height": 844})
    page = made.signed_in("siri", of_that_week)
    assert rows(page).first.bounding_box()["width"] <= 390
    rows(page).first.locator(".c-caller").click()
    expect(page.locator("#drawer-title")).to_be_focused()
    box = page.locator("#drawer").bounding_box()
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 390, 844)
    page.locator("[data-close]").click()
    expect(row(page, calls["answered"])).to_be_focused()
    assert made.troubles == []


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_drawer_and_menus_have_no_serious_finding(visitor, calls, of_that_week, scheme, width):
    made = visitor(color_scheme=scheme, viewport={"width": width, "height": 800})
    page = made.signed_in("siri", f"{of_that_week}&call={calls['answered']}")
    page.locator("#drawer-title").wait_for()
    opened = findings(page)
    page.goto(of_that_week)
    page.locator("#chip-period").click()
    menu = findings(page)
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert {"drawer": opened, "menu": menu, "overflow": overflow} == {"drawer": [], "menu": [], "overflow": 0}


def test_without_javascript_the_list_the_filter_and_the_call_still_work(chromium, system, visitor, calls, of_that_week):
    state = visitor()
    state.signed_in("siri", "/calls/")
    plain = chromium.new_context(
        base_url=system.url, java_script_enabled=False, storage_state=state.context.storage_state()
    )
    page = plain.new_page()
    page.goto(of_that_week)
    page.locator("#chip-show").click()
    page.get_by_role("button", name="Missed").click()
    expect(rows(page)).to_have_count(2)
    row(page, calls["abandoned"]).click()
    expect(page.locator("#story")).to_contain_text("The caller gave up")
    plain.close()
