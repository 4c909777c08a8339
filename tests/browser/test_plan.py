"""A call plan edited in Chromium, tried beside the editor, published, and heard on a telephone."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import findings

pytestmark = pytest.mark.browser
PAGE = "/lines/faults/plan/"


@pytest.fixture
def no_plan_after(system):
    yield
    system.shell(
        "from calls.plans.models import CallPlan; from lines.models import Hotline; from django.db.models import F;"
        "CallPlan.objects.all().delete(); Hotline.objects.update(version=F('version') + 1)"
    )


def saved(page):
    expect(page.locator("#plan-said")).to_contain_text("Draft saved")


def test_a_plan_is_edited_tried_published_and_heard(visitor, no_plan_after):
    boss = visitor()
    page = boss.signed_in("siri", PAGE)
    page.get_by_label("English").first.fill("Hello from the plan.")
    expect(page.locator("#phone-heard")).to_contain_text("Hello from the plan.")
    saved(page)

    page.get_by_role("button", name="a menu").click()
    expect(page.locator("#step-s2")).to_be_focused()
    menu = page.locator("#step-s2")
    menu.get_by_label("English").first.fill("For no water, press 1.")
    menu.get_by_label("Name, for colleagues").nth(1).fill("No water")
    menu.get_by_label("leads to").first.select_option("answer")
    answer = menu.locator("#w-s2-0-en")
    answer.fill("A crew is on its way.")
    expect(page.locator("#phone-heard")).to_contain_text("For no water, press 1.")

    page.locator("#pad-1").click()
    expect(page.locator("#phone-heard")).to_contain_text("A crew is on its way.")
    expect(page.locator("#pad-1")).to_be_focused()

    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("The plan is in force")).to_be_visible()
    telephones = visitor().page("/simulator/")
    one = telephones.locator("[data-telephone='1']")
    one.locator("[data-call]").click()
    expect(one).to_contain_text("For no water, press 1.")
    one.locator("[data-key-press='1']").click()
    expect(one).to_contain_text("A crew is on its way.")
    one.locator("[data-hang-up]").click()
    assert boss.troubles == []


def test_what_is_pressed_and_typed_while_the_telephone_is_drawn_is_not_lost(visitor, no_plan_after):
    boss = visitor()
    page = boss.signed_in("siri", PAGE)
    page.get_by_label("English").first.fill("Hello from the plan.")
    expect(page.locator("#phone-heard")).to_contain_text("Hello from the plan.")
    saved(page)
    held, free = [], []
    page.route(re.compile("/plan/try/"), lambda route: route.continue_() if free else held.append(route))
    page.locator("#pad-again").click()
    page.wait_for_function("document.querySelector('#phone').matches('.htmx-request')")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_label("English").first.fill("Hello again.")
        page.locator("#phone-heard").focus()
    saved(page)  # and the telephone beside it is told
    free.append(True)
    for route in held:
        route.continue_()
    expect(page.locator("#phone-heard")).to_contain_text("Hello again.")
    assert boss.troubles == []


def test_a_beginning_sends_callers_on_to_a_telephone_whose_number_is_looked_at_at_once(visitor, no_plan_after):
    boss = visitor()
    page = boss.signed_in("siri", PAGE)
    page.get_by_role("button", name="Overflow after a minute").click()
    expect(page.locator("#end-late")).to_be_focused()
    number, doubt = page.locator("#end-late-number"), page.locator("#end-late-doubt")
    number.fill("829 00 000")
    expect(doubt).to_contain_text("no ordinary telephone")
    number.fill("40 00 00 71")
    expect(doubt).to_have_text("")
    page.locator("#phone-when").select_option("late")
    expect(page.locator("#phone-heard")).to_contain_text("It rings at 40 00 00 71")
    assert (findings(page), boss.troubles) == ([], [])


def test_faults_are_a_list_of_links_and_the_page_works_by_keyboard(visitor, no_plan_after):
    boss = visitor()
    page = boss.signed_in("siri", PAGE)
    add = page.get_by_role("button", name="a notice")
    add.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#step-s2")).to_be_focused()
    up = page.locator("#up-s2")
    up.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".plan-list > li").first).to_have_id("step-s2")
    expect(up).to_be_focused()
    page.locator("#note").focus()
    page.keyboard.press("Enter")
    faults = page.locator("#faults")
    expect(faults).to_contain_text("Notice 1: the words in English are missing.")
    faults.get_by_role("link").first.click()
    expect(page).to_have_url(re.compile("#step-s2$"))
    assert findings(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_a_recording_made_here_becomes_a_sound_that_a_telephone_plays(visitor, no_plan_after):
    boss = visitor()
    page = boss.signed_in("siri", PAGE)
    # A tone stands for the microphone: what the browser records of it is turned into a WAV by the page.
    page.evaluate(
        """() => { navigator.mediaDevices.getUserMedia = async () => {
             const context = new AudioContext(), tone = context.createOscillator(), out = context.createMediaStreamDestination();
             tone.connect(out); tone.start(); return out.stream; } }"""
    )
    page.get_by_text("Use a recording").first.click()
    button = page.get_by_role("button", name="Record here").first
    button.click()
    expect(page.get_by_role("button", name="Stop and use it")).to_be_visible()
    page.wait_for_timeout(700)  # the recording itself takes time
    page.get_by_role("button", name="Stop and use it").click()
    player = page.locator("#step-s1 audio")
    expect(player).to_have_count(1)
    sound = page.request.get(player.get_attribute("src"))
    assert (sound.headers["content-type"], sound.body()[:4]) == ("audio/wav", b"RIFF")
    assert boss.troubles == []
