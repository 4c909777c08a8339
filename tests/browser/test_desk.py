"""The desk under the hands of somebody who works at it: keys, few acts, drafts that survive, nothing lost."""

# ruff: noqa: F811 - the fixture is imported by name, and asked for by name

import os
import re
import signal
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg2
import pytest
from playwright.sync_api import Error, expect

from calls.cards import holds_card
from tests.browser.conftest import CHROMIUM, SWITCHES
from tests.browser.test_call import dial, go_offline, go_ready, maria, note  # noqa: F401 - fixture
from tests.calls.test_cards import CARDS, HARMLESS
from tests.system import until

pytestmark = pytest.mark.browser
CARD = CARDS[0]


def sql(system, statement, *given):
    connection = psycopg2.connect(system.environment["DATABASE_URL"])
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        found = cursor.fetchall() if cursor.description else []
    connection.close()
    return found


def hang_up(telephones, number=1):
    telephones.locator(f"[data-telephone='{number}'] [data-hang-up]").click()


def answered(visitor, desk, number=1):
    """A caller on the line with the desk; the page of telephones."""
    telephones = visitor().page("/simulator/")
    dial(telephones, number)
    expect(desk.locator("#answer")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.locator("#note")).to_be_visible()
    return telephones


def tab_to(page, selector, most=60):
    """Tab until the element has the focus: it can be reached by keyboard alone."""
    for _ in range(most):
        if page.locator(selector).first.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{selector} was not reached in {most} steps")


def noted(system, words):
    """Wait until the newest note says so."""
    return until(lambda: last_note(system)[0] == words, what=words)


def last_note(system):
    return sql(system, "SELECT summary, topic_id, outcome, saved_at IS NOT NULL FROM calls_note ORDER BY id DESC")[0]


# --- by keyboard, and in few acts
def test_a_whole_call_by_keyboard_from_the_sign_in_to_the_saved_note(visitor, system):
    maria = visitor()
    page = maria.page("/accounts/login/")
    tab_to(page, "input[name=login]")
    page.keyboard.type("maria")
    tab_to(page, "input[name=password]")
    page.keyboard.type(system.facts["password"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/")
    tab_to(page, "[data-first]")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The next call rings here.")).to_be_visible()
    telephones = visitor().page("/simulator/")
    dial(telephones)
    expect(page.locator("#answer")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#note")).to_be_visible()
    tab_to(page, "#topics button")
    page.keyboard.press("1")  # No water
    expect(page.locator("#below-1 button, .second:not([hidden]) button").first).to_be_focused()
    page.keyboard.press("2")
    expect(page.locator("#topic-find")).to_have_value("No water / Whole street")
    tab_to(page, "#note-summary")
    page.keyboard.type("Street dry since noon.")
    hang_up(telephones)
    expect(page.locator(".ring-clock")).to_be_visible()
    expect(page.locator("#note-summary")).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("The next call rings here.")).to_be_visible()
    summary, _, outcome, saved = last_note(system)
    assert (summary, outcome, saved) == ("Street dry since noon.", "answered", True)
    page.keyboard.press("F2")
    page.keyboard.press("Tab")
    tab_to(page, "#state-menu [data-state=offline]")
    page.keyboard.press("Enter")
    expect(page.get_by_text("You are offline")).to_be_visible()
    assert maria.troubles == []


def test_a_routine_call_takes_three_acts_and_no_page_is_loaded(visitor, maria, system):
    _, desk = maria
    loads, acts = [], 0
    desk.on("framenavigated", lambda frame: loads.append(frame.url))
    telephones = visitor().page("/simulator/")
    dial(telephones)
    expect(desk.locator("#answer")).to_be_focused()
    for act in (
        lambda: desk.keyboard.press("Enter"),
        lambda: desk.locator("#topics .pill", has_text="Bill").click(),
        lambda: desk.locator("#note .primary").click(),
    ):
        act()
        acts += 1
        expect(desk.locator("#ring")).to_have_count(0)
        if acts == 2:
            hang_up(telephones)
            expect(desk.locator(".ring-clock")).to_be_visible()
    expect(desk.get_by_text("The next call rings here.")).to_be_visible()
    assert (acts, loads) == (3, [])
    assert last_note(system)[2:] == ("answered", True)


def test_a_topic_is_found_by_typing(visitor, maria):
    _, desk = maria
    answered(visitor, desk)
    desk.locator("#topic-find").focus()
    desk.keyboard.type("street")
    expect(desk.locator("#picks [role=option]")).to_have_text(["No water / Whole street"])
    desk.keyboard.press("Enter")
    expect(desk.locator("#topic-find")).to_have_value("No water / Whole street")
    expect(desk.locator(".pill[aria-pressed=true]")).to_have_text(["No water", "Whole street"])
    expect(desk.locator("#note")).to_be_visible()  # Enter took the topic and did not save
    desk.locator("#topics .pill", has_text="Bill").click()
    expect(desk.locator("#topic-find")).to_have_value("Bill")


def test_what_is_missing_is_named_with_a_way_to_it(visitor, maria):
    _, desk = maria
    answered(visitor, desk)
    desk.keyboard.press("Control+Enter")
    link = desk.locator("#note-wrong a")
    expect(link).to_have_text("Choose what the call was about.")
    link.click()
    expect(desk.locator("#note-topic")).to_be_focused()


# --- drafts
@contextmanager
def own_browser(playwright, home, system):
    context = playwright.chromium.launch_persistent_context(
        home, executable_path=CHROMIUM, args=SWITCHES, base_url=system.url, reduced_motion="reduce"
    )
    context.set_default_timeout(30_000)
    try:
        yield context
    finally:
        with suppress(Error):  # it may have been killed
            context.close()


def kill(home):
    """kill -9 of the browser that runs on a folder: the process itself, by its pid."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if f"--user-data-dir={home}" in words and not any(word.startswith("--type=") for word in words):
            os.kill(int(folder.name), signal.SIGKILL)
            return
    pytest.fail("the browser is not running")


def sign_in(page, system):
    page.goto("/accounts/login/")
    if page.locator("input[name=login]").count():
        page.locator("input[name=login]").fill("maria")
        page.locator("input[name=password]").fill(system.facts["password"])
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/login/" not in url)
    page.goto("/desk/")


def test_what_was_typed_survives_a_kill_of_the_browser(visitor, system, chromium, tmp_path):
    playwright = chromium.browser_type
    telephones = visitor().page("/simulator/")

    class Driver:
        chromium = playwright

    with own_browser(Driver, str(tmp_path), system) as context:
        desk = context.pages[0]
        sign_in(desk, system)
        go_ready(desk)
        dial(telephones)
        expect(desk.locator("#answer")).to_be_focused()
        desk.keyboard.press("Enter")
        expect(desk.locator("#note")).to_be_visible()
        desk.locator("#topics .pill", has_text="Pressure").click()
        desk.locator("#note-summary").fill("Low since the roadworks.")
        expect(desk.locator("#note-saved")).to_contain_text("Saved", timeout=4000)
        kill(tmp_path)
    with own_browser(Driver, str(tmp_path), system) as context:
        desk = context.pages[0]
        sign_in(desk, system)
        expect(desk.locator("#note-summary")).to_have_value("Low since the roadworks.")
        expect(desk.locator(".pill[aria-pressed=true]")).to_have_text("Pressure")
        hang_up(telephones)
        expect(desk.locator(".ring-clock")).to_be_visible()
        note(desk)
        go_offline(desk)


def test_without_a_server_the_words_stay_in_the_browser_and_go_on_later(visitor, maria, system):
    someone, desk = maria
    answered(visitor, desk)
    drafts = re.compile("/draft/")
    someone.context.route(drafts, lambda route: route.abort())
    desk.locator("#note-summary").fill("Not yet sent")
    expect(desk.locator("#note-saved")).to_contain_text("connection is lost")
    desk.reload()
    expect(desk.locator("#note-summary")).to_have_value("Not yet sent")
    someone.context.unroute(drafts)
    expect(desk.locator("#note-saved")).to_contain_text("Saved")
    assert noted(system, "Not yet sent")
    someone.troubles.clear()


def draft_of(desk, words):
    """A draft as the page would send it, and where to."""
    form = desk.locator("#note")
    fields = {"topic": "", "outcome": "answered", "caller_name": "", "summary": words}
    headers = {"X-CSRFToken": desk.evaluate("JSON.parse(document.body.getAttribute('hx-headers'))['x-csrftoken']")}
    version = form.locator("[name=version]").input_value()
    return form.get_attribute("data-draft"), {"form": fields | {"version": version}, "headers": headers}


def test_a_draft_that_arrives_after_the_page_was_made_is_known_as_ones_own(visitor, maria, system):
    someone, desk = maria
    answered(visitor, desk)
    desk.locator("#note-summary").fill("One")
    expect(desk.locator("#note-saved")).to_contain_text("Saved")
    desk.evaluate("() => void (window.fetch = () => Promise.reject(new Error('the line is down')))")
    desk.locator("#note-summary").fill("One, two")
    expect(desk.locator("#note-saved")).to_contain_text("connection is lost")
    someone.context.route(re.compile("/draft/"), lambda route: route.abort())
    desk.reload()
    expect(desk.locator("#note-summary")).to_have_value("One, two")
    url, late = draft_of(desk, "One, two")
    assert someone.context.request.post(url, **late).ok  # what was sent before the reload comes in now
    someone.context.unroute(re.compile("/draft/"))
    desk.locator("#note-summary").fill("One, two, three")
    expect(desk.locator("#note-saved")).to_contain_text("Saved")
    assert noted(system, "One, two, three")
    someone.troubles.clear()


def test_somebody_elses_words_are_shown_before_they_are_replaced(visitor, maria, system):
    someone, desk = maria
    telephones = answered(visitor, desk)
    url, other = draft_of(desk, "From another tab.")
    assert someone.context.request.post(url, **(other | {"form": other["form"] | {"version": ""}})).ok
    desk.locator("[name=version]").evaluate("field => (field.value = '0')")
    desk.locator("#note-summary").fill("From this one.")
    expect(desk.locator("#note-saved")).to_contain_text("From another tab.")
    assert noted(system, "From another tab.")
    hang_up(telephones)
    expect(desk.locator(".ring-clock")).to_be_visible()
    note(desk, words="From both.")
    assert noted(system, "From both.")
    someone.troubles.clear()


def test_a_discarded_draft_can_be_brought_back(visitor, maria):
    _, desk = maria
    answered(visitor, desk)
    desk.locator("#topics .pill", has_text="Bill").click()
    desk.locator("#note-summary").fill("Asked about the bill.")
    desk.locator("#discard").click()
    expect(desk.locator("#note-summary")).to_have_value("")
    expect(desk.locator(".pill[aria-pressed=true]")).to_have_count(0)
    desk.locator("#undo").click()
    expect(desk.locator("#note-summary")).to_have_value("Asked about the bill.")
    expect(desk.locator(".pill[aria-pressed=true]")).to_have_text("Bill")


def test_a_card_number_is_neither_sent_nor_kept_nor_saved(visitor, maria, system):
    _, desk = maria
    answered(visitor, desk)
    sent = []
    desk.on("request", lambda request: sent.append(request.post_data or "") if request.method == "POST" else None)
    desk.locator("#topics .pill", has_text="Bill").click()
    desk.locator("#note-summary").fill(f"Pays with {CARD}")
    expect(desk.locator("#note-saved")).to_contain_text("never kept here")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#note-summary")).to_be_focused()
    expect(desk.locator("#note-summary")).to_have_attribute("aria-invalid", "true")
    assert CARD[-4:] not in desk.evaluate("JSON.stringify(localStorage)")
    assert not any("1111" in body for body in sent)
    desk.locator("#note-summary").fill("Pays by link")
    expect(desk.locator("#note-saved")).to_contain_text("Saved")
    assert noted(system, "Pays by link")


def test_browser_and_server_know_the_same_cards(maria):
    _, desk = maria
    texts = CARDS + HARMLESS
    seen = desk.evaluate(
        """async (texts) => {
          const desk = document.querySelector("script[src*='desk/desk']").src;
          const { holdsCard } = await import(new URL("note.js", desk).href);
          return texts.map(holdsCard);
        }""",
        texts,
    )
    assert dict(zip(texts, seen, strict=True)) == {text: holds_card(text) for text in texts}


def test_a_text_module_and_an_answer_are_put_in_while_typing(visitor, maria, system):
    sql(system, "INSERT INTO knowledge_snippet (hotline_id, name, text) SELECT id, 'crew', 'Crew told.' FROM lines_hotline"
        " ON CONFLICT DO NOTHING")  # fmt: skip
    _, desk = maria
    answered(visitor, desk)
    desk.locator("#note-summary").focus()
    desk.keyboard.type("Dry. ::cr")
    expect(desk.locator("#picks [role=option]")).to_have_count(1)
    desk.keyboard.press("Enter")
    expect(desk.locator("#note-summary")).to_have_value("Dry. Crew told.")
    desk.keyboard.type(" ??discolored")
    expect(desk.locator("#picks [role=option]").first).to_contain_text("Discoloured water")
    desk.keyboard.press("Tab")
    expect(desk.locator("#note-summary")).to_have_value("Dry. Crew told. Run the cold tap for ten minutes first.")
    expect(desk.locator("#note-summary")).to_be_focused()
    desk.keyboard.type(" ::")
    expect(desk.locator("#picks")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(desk.locator("#picks")).to_be_hidden()


# --- states
def test_a_missed_call_is_a_bar_with_the_way_back_in_focus(visitor, maria, system):
    _, desk = maria
    [(before,)] = sql(system, "SELECT ring_seconds FROM lines_hotline")
    sql(system, "UPDATE lines_hotline SET ring_seconds = 3")
    telephones = visitor().page("/simulator/")
    dial(telephones)
    expect(desk.locator("#ring")).to_be_visible()
    bar = desk.locator("#desk-notice .desk-bar")
    expect(bar).to_contain_text("You missed a call", timeout=30_000)
    hang_up(telephones)
    sql(system, "UPDATE lines_hotline SET ring_seconds = %s", before)
    expect(bar.get_by_role("button", name="Go ready")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("The next call rings here.")).to_be_visible()
    expect(bar).to_have_count(0)


def test_a_break_that_is_due_in_a_call_begins_after_it(visitor, maria, system):
    _, desk = maria
    telephones = answered(visitor, desk)
    [(kept,)] = sql(system, "SELECT starts_at FROM scheduling_break WHERE kind = 'lunch'")
    sql(system, "UPDATE scheduling_break SET starts_at = now() - interval '5 seconds' WHERE kind = 'lunch'")
    expect(desk.locator("#desk-card")).to_contain_text(re.compile(r"then\s+Lunch"), timeout=30_000)
    expect(desk.locator("#desk-card")).to_contain_text("On call")
    hang_up(telephones)
    expect(desk.locator(".ring-clock")).to_be_visible()
    note(desk)
    expect(desk.locator("#desk-card")).to_contain_text("Lunch")
    expect(desk.get_by_role("button", name="Go ready")).to_be_visible()
    sql(system, "UPDATE scheduling_break SET starts_at = %s, begun_at = NULL, finished_at = NULL, reminded_at = NULL"
        " WHERE kind = 'lunch'", kept)  # fmt: skip


def test_the_next_state_is_chosen_in_the_call_and_a_call_ends_there(visitor, maria):
    _, desk = maria
    telephones = answered(visitor, desk)
    expect(desk.locator("#thin")).to_contain_text("Nobody else is ready on Faults line.")
    desk.locator("#go-lunch").click()
    expect(desk.locator("#desk-card")).to_contain_text(re.compile(r"then\s+Lunch"))
    hang_up(telephones)
    expect(desk.locator(".ring-clock")).to_be_visible()
    note(desk)
    expect(desk.locator("#desk-card")).to_contain_text("Lunch")


def test_save_and_break_does_both(visitor, maria):
    _, desk = maria
    telephones = answered(visitor, desk)
    hang_up(telephones)
    expect(desk.locator(".ring-clock")).to_be_visible()
    desk.locator("#topics .pill", has_text="Bill").click()
    desk.get_by_role("button", name="Save & break").click()
    expect(desk.locator("#desk-card")).to_contain_text("Break")


def test_an_earlier_note_is_opened_again_from_the_list(visitor, maria, system):
    _, desk = maria
    telephones = answered(visitor, desk)
    hang_up(telephones)
    expect(desk.locator(".ring-clock")).to_be_visible()
    note(desk, words="First words.")
    desk.locator("button.mine-call").first.click()
    expect(desk.locator("#note-summary")).to_have_value("First words.")
    expect(desk.locator(".versions summary")).to_have_text("1 saved version")
    desk.locator("#note-summary").fill("Better words.")
    desk.keyboard.press("Control+Enter")
    expect(desk.get_by_text("The next call rings here.")).to_be_visible()
    assert noted(system, "Better words.")


# --- the screen
@pytest.mark.parametrize("words", ["", "Two lines of what was said, and a little more of it, so that the note grows."])
def test_all_a_call_needs_is_seen_at_once_on_a_small_screen(visitor, system, words):
    someone = visitor(viewport={"width": 1280, "height": 720})
    desk = someone.signed_in("maria", "/desk/")
    go_ready(desk)
    telephones = answered(visitor, desk)
    desk.locator("#topics .pill", has_text="No water").click()
    desk.locator("#note-summary").fill(words)
    for part in (
        "#call-who", ".call-timer", ".script .aloud >> nth=0", "#topics", ".second:not([hidden])", "#note-outcome",
        "#note-summary", "#hang-up", "#note .primary",
    ):  # fmt: skip
        expect(desk.locator(part)).to_be_in_viewport(ratio=1)
    assert desk.evaluate("document.documentElement.scrollHeight <= innerHeight")
    hang_up(telephones)
    expect(desk.locator(".ring-clock")).to_be_visible()
    note(desk)
    go_offline(desk)


@pytest.mark.parametrize("width", [390, 640])
def test_on_a_narrow_screen_caller_greeting_and_note_come_first(visitor, system, width):
    someone = visitor(viewport={"width": width, "height": 800})
    desk = someone.signed_in("maria", "/desk/")
    go_ready(desk)
    telephones = answered(visitor, desk)
    order = ["#call-who", ".greeting-here", "#topics", "#note-summary", "#note .primary", "#answers-query", ".card"]
    tops = [desk.locator(part).bounding_box()["y"] for part in order]
    assert tops == sorted(tops)
    assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth")
    call = desk.locator("#now").bounding_box()
    assert call["x"] == pytest.approx(width - call["x"] - call["width"], abs=1)  # as far as at the right
    hang_up(telephones)
    expect(desk.locator(".ring-clock")).to_be_visible()
    note(desk)
    go_offline(desk)


def test_the_script_comes_forward_with_a_call_and_the_search_counts_per_tab(visitor, maria):
    _, desk = maria
    expect(desk.get_by_role("tab", name="Answers")).to_have_attribute("aria-selected", "true")
    answered(visitor, desk)
    expect(desk.get_by_role("tab", name="Script")).to_have_attribute("aria-selected", "true")
    desk.locator(".steps input").first.check()
    desk.keyboard.press("/")
    desk.locator("#answers-query").fill("night crew")
    expect(desk.get_by_role("tab", name="Contacts 1")).to_have_attribute("aria-selected", "true")
    desk.locator("#answers-query").fill("")
    expect(desk.get_by_role("tab", name="Script")).to_have_attribute("aria-selected", "true")
    desk.get_by_role("tab", name="Script").focus()
    desk.keyboard.press("ArrowRight")
    expect(desk.get_by_role("tab", name="Answers")).to_be_focused()
    desk.reload()
    expect(desk.locator(".steps input").first).to_be_checked()


def test_the_title_flashes_and_the_ring_is_told_to_screen_readers(visitor, maria):
    _, desk = maria
    telephones = visitor().page("/simulator/")
    dial(telephones)
    expect(desk).to_have_title("(1) Call")
    expect(desk.locator("#desk-rings")).to_contain_text("Faults line")
    order = desk.locator("#ring").evaluate(
        "ring => [...ring.querySelectorAll('#ring-caller, #ring-greeting, #answer')].map(part => part.id)"
    )
    assert order == ["ring-caller", "ring-greeting", "answer"]
    hang_up(telephones)
    expect(desk.locator("#ring")).to_have_count(0)
    expect(desk).to_have_title(re.compile("^Desk"))


def test_the_queue_is_not_read_aloud_in_a_call_unless_asked_for(visitor, maria):
    _, desk = maria
    first = answered(visitor, desk)
    desk.locator("#desk-says").evaluate("place => (place.textContent = '')")
    second = visitor().page("/simulator/")
    dial(second, 2)
    expect(desk.locator("#lines-waiting")).to_have_text("1 waiting")
    expect(desk.locator("#desk-says")).to_have_text("")
    hang_up(second, 2)
    expect(desk.locator("#lines-waiting")).to_have_text("0 waiting")
    desk.get_by_role("button", name="Ring and announcements").click()
    desk.get_by_label("In a call, do not read the queue aloud").uncheck()
    desk.keyboard.press("Escape")
    dial(second, 2)
    expect(desk.locator("#desk-says")).to_have_text("1 waiting")
    hang_up(second, 2)
    hang_up(first)
