"""The telephone page in a browser: calling, hearing, pressing, hanging up, by mouse and by keyboard."""

# ruff: noqa: F811 - fixtures are imported by name, and asked for by name

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory
from playwright.sync_api import Browser, Page, expect

from telephony.simulator.proxy import page_key
from tests.simulator.application import Application
from tests.simulator.conftest import application, box, control  # noqa: F401 - the simulator's fixtures
from tests.simulator.site import Site
from tests.simulator.test_twiml_verbs import NUMBER, document

pytestmark = pytest.mark.browser


@pytest.fixture
def site(settings, control) -> Iterator[Site]:
    settings.SIMULATOR_URL, settings.DEMO = control.url, True
    request = RequestFactory().get("/simulator/")
    request.user = AnonymousUser()
    number = {"number": NUMBER, "hotline": {"name": "City Water"}, "open_now": True}
    shown = {"numbers": [number], "key": page_key("page"), "telephones": [(1, NUMBER), (2, NUMBER)]}
    site = Site(render_to_string("telephony/telephones.html", shown, request=request))
    yield site
    site.close()


@pytest.fixture
def page(site: Site, chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.goto(site.url)
    yield page
    page.close()


def test_a_visitor_calls_hears_presses_and_hangs_up(page: Page, application: Application) -> None:
    application.pages["/voice/"] = document(
        "<Say>Welcome to City Water</Say>",
        "<Gather numDigits='1' timeout='120' action='/menu/'><Say>Press 1</Say></Gather>",
    )
    application.pages["/menu/"] = lambda request: document(
        f"<Say>You chose {request['form']['Digits']}</Say>", "<Pause length='600'/>"
    )
    telephone = page.get_by_role("article", name="Telephone 1")
    telephone.get_by_label("Calling from").select_option("anonymous")
    telephone.get_by_role("button", name="Call", exact=True).click()
    expect(telephone.get_by_role("list", name="What the caller hears")).to_contain_text("Welcome to City Water")
    expect(telephone.get_by_role("status")).to_have_text("Connected")
    telephone.get_by_role("button", name="1", exact=True).click()
    expect(telephone).to_contain_text("You chose 1")
    telephone.get_by_role("button", name="Hang up").click()
    expect(telephone.get_by_role("status")).to_have_text("The call is over")
    assert application.to("/voice/")[0]["From"] == "anonymous"


def test_two_telephones_call_by_keyboard_alone(page: Page, application: Application) -> None:
    application.pages["/voice/"] = document(
        "<Gather numDigits='2' timeout='120' action='/menu/'><Say>Press two keys</Say></Gather>"
    )
    application.pages["/menu/"] = lambda request: document(f"<Say>Keys {request['form']['Digits']}</Say>")
    for index, keys in ((1, "12"), (2, "34")):
        telephone = page.get_by_role("article", name=f"Telephone {index}")
        telephone.get_by_role("button", name="Call", exact=True).focus()
        page.keyboard.press("Enter")
        expect(telephone).to_contain_text("Press two keys")
        for key in keys:
            page.keyboard.press(key)
        expect(telephone).to_contain_text(f"Keys {keys}")
    assert {form["Digits"] for form in application.to("/menu/")} == {"12", "34"}


def test_an_impatient_caller_hangs_up_at_the_greeting(page: Page, application: Application, control) -> None:
    application.pages["/voice/"] = document("<Say>A greeting</Say>", "<Pause length='600'/>")
    telephone = page.get_by_role("article", name="Telephone 1")
    telephone.get_by_text("Sound and mishaps").click()
    telephone.get_by_label("Mishap").select_option("greeting")
    telephone.get_by_role("button", name="Call", exact=True).click()
    expect(telephone.get_by_role("status")).to_have_text("The call is over")
    assert control.calls()[0]["ended_by"] == "caller"


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_is_accessible_and_fits(site: Site, chromium: Browser, look: str, width: int) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=look)  # type: ignore[arg-type]
    page.goto(site.url)
    found = [one for one in Axe().run(page).response["violations"] if one["impact"] in ("serious", "critical")]
    assert [f"{one['id']}: {one['nodes'][0]['html']}" for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()
