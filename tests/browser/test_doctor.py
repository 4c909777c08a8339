"""The doctor's rows come one by one, and a number that points elsewhere is found and mended."""

import re

import pytest
from playwright.sync_api import expect

from telephony.simulator.phone import Control
from tests.browser.seed import NUMBER

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


@pytest.fixture
def carrier(system):
    control = Control(f"http://127.0.0.1:{system.simulator}")
    yield control
    right = {"voice_url": f"{system.url}/twilio/voice/", "voice_fallback_url": f"{system.url}/twilio/fallback/"}
    control.call("POST", "/numbers", {"number": NUMBER, "status_callback": f"{system.url}/twilio/status/", **right})
    control.close()


def test_every_check_comes_with_what_it_saw_and_none_waits_for_another(visitor):
    who = visitor()
    page = who.signed_in("anna", "/doctor/")
    page.get_by_role("button", name="Look at everything").or_(page.get_by_role("button", name="Look again")).click()
    expect(page.locator("#check-webhooks .badge")).to_have_text("good")
    expect(page.locator("#check-account")).to_contain_text("It is the simulator")
    expect(page.locator(".check[aria-busy]")).to_have_count(0)
    expect(page.locator("#check-broker")).to_contain_text("Calls go on without it")
    before = page.locator("#check-disk .check-when").text_content()
    page.get_by_role("button", name="Again Disk").click()
    expect(page.locator("#check-disk .badge")).to_be_visible()
    page.reload()
    expect(page.locator("#check-disk .check-when")).to_contain_text(re.compile(r"\d"))
    assert before
    assert who.troubles == []


def test_a_number_that_points_elsewhere_is_seen_and_mended_by_keyboard(visitor, carrier):
    carrier.call("POST", "/numbers", {"number": NUMBER, "voice_url": "https://demo.twilio.com/welcome/voice/"})
    who = visitor()
    page = who.signed_in("anna", "/numbers/")
    page.get_by_role("button", name="Check now").press("Enter")
    row = page.get_by_role("row", name=re.compile(re.escape(NUMBER)))
    expect(row).to_contain_text("points elsewhere")
    expect(row).to_contain_text("demo.twilio.com")
    page.get_by_role("button", name=f"Fix {NUMBER}").press("Enter")
    expect(row).to_contain_text("points at us")
    expect(page.get_by_role("button", name=f"Fix {NUMBER}")).to_have_count(0)
    assert who.troubles == []


def test_a_number_is_searched_and_its_price_is_asked_for_before_it_is_bought(visitor):
    who = visitor(viewport={"width": 390, "height": 844})
    page = who.signed_in("anna", "/numbers/")
    page.get_by_label("Country").select_option("NO")
    page.get_by_label("Contains these digits").fill("77")
    page.get_by_role("button", name="Search").last.click()
    expect(page.locator("#available")).to_contain_text("1.15 USD a month")
    page.locator("#available button").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"Buy \+472\d+77\?"))
    expect(page.locator("main")).to_contain_text("1.15 USD a month")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert who.troubles == []


def test_a_carrier_that_stops_answering_is_said_on_open_pages_at_once(visitor, system):
    who = visitor()
    page = who.signed_in("anna", "/people/")
    expect(page.locator("#frame-carrier p")).to_have_count(0)
    page.wait_for_selector("[data-live]", state="attached")
    told = "from django.utils import timezone\nfrom telephony import outages\n"
    try:
        system.shell(told + "outages.keep(timezone.now(), why='ReadTimeout')")
        expect(page.locator("#frame-carrier")).to_contain_text("does not answer")
    finally:
        system.shell(told + "outages.end(timezone.now())")
    expect(page.locator("#frame-carrier p")).to_have_count(0)
    assert who.troubles == []
