"""The telephone page in a browser: calling, hearing, pressing, hanging up, by mouse and by keyboard."""

# ruff: noqa: F811 - fixtures are imported by name, and asked for by name

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory
from playwright.sync_api import Browser, Locator, Page, Route, expect

from telephony import telephones
from telephony.simulator.proxy import page_key
from tests.simulator.application import Application
from tests.simulator.conftest import application, box, control, rest  # noqa: F401 - the simulator's fixtures
from tests.simulator.rest import Rest
from tests.simulator.site import Site
from tests.simulator.test_rest import calling
from tests.simulator.test_twiml_verbs import NUMBER, document

pytestmark = pytest.mark.browser
OWN = "+4791000001"
# Counts the tones a page makes and what it reads aloud, without a loudspeaker.
EARS = """
window.tones = 0;
const made = AudioContext.prototype.createOscillator;
AudioContext.prototype.createOscillator = function () { window.tones += 1; return made.call(this); };
window.spoken = [];
Object.defineProperty(window, "speechSynthesis", { value: {
  speak: (speech) => window.spoken.push([speech.lang, speech.text]), cancel: () => {},
} });
"""


@pytest.fixture
def site(settings, control, monkeypatch) -> Iterator[Site]:
    settings.SIMULATOR_URL, settings.DEMO = control.url, True
    monkeypatch.setattr(telephones, "_named", lambda: [telephones.Identity("+4790112233", "Berit Dahl")])
    request = RequestFactory().get("/simulator/")
    request.user = AnonymousUser()
    number = telephones.Dialable(NUMBER, "+47 21 00 00 01", "City Water", 1, True, "Norwegian", "nb")
    shown = {"numbers": [number], "telephones": telephones.shelf([number]), "wrong_number": telephones.WRONG_NUMBER}
    shown |= {"own": [telephones.Own(OWN, "Kari", "+47••••••01")], "key": page_key("page", [OWN])}
    site = Site(render_to_string("telephony/telephones.html", shown, request=request))
    yield site
    site.close()


@pytest.fixture
def page(site: Site, chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.add_init_script(EARS)
    page.goto(site.url)
    yield page
    page.close()


def telephone(page: Page, index: int = 1) -> Locator:
    return page.get_by_role("article", name=f"Telephone {index}")


def call(telephone: Locator) -> None:
    telephone.get_by_role("button", name="Call", exact=True).click()


def heard(telephone: Locator) -> Locator:
    return telephone.get_by_role("list", name="What the caller hears")


def status(telephone: Locator) -> Locator:
    return telephone.get_by_role("status")


def test_a_visitor_calls_hears_presses_and_hangs_up(page: Page, application: Application) -> None:
    application.pages["/voice/"] = document(
        "<Say>Welcome to City Water</Say>",
        "<Gather numDigits='1' timeout='120' action='/menu/'><Say>Press 1</Say></Gather>",
    )
    application.pages["/menu/"] = lambda request: document(
        f"<Say>You chose {request['form']['Digits']}</Say>", "<Pause length='600'/>"
    )
    one = telephone(page)
    expect(one).to_contain_text("City Water")
    expect(one).to_contain_text("open")
    one.get_by_label("Calling from").select_option("anonymous")
    call(one)
    expect(heard(one)).to_contain_text("Welcome to City Water")
    expect(heard(one)).to_have_attribute("aria-live", "polite")
    expect(status(one)).to_have_text("Connected")
    one.get_by_role("button", name="1", exact=True).click()
    expect(one).to_contain_text("You chose 1")
    one.get_by_role("button", name="Hang up").click()
    expect(status(one)).to_have_text("The call is over")
    expect(heard(one)).to_contain_text("You hung up.")
    assert application.to("/voice/")[0]["From"] == "anonymous"


def test_two_telephones_call_at_once_by_keyboard_alone(page: Page, application: Application) -> None:
    application.pages["/voice/"] = document(
        "<Gather numDigits='2' timeout='120' action='/menu/'><Say>Press two keys</Say></Gather>"
    )
    application.pages["/menu/"] = lambda request: document(
        f"<Say>Keys {request['form']['Digits']}</Say>", "<Pause length='600'/>"
    )
    for index, keys in ((1, "12"), (2, "34")):
        one = telephone(page, index)
        one.get_by_role("group", name="Display").focus()
        page.keyboard.press("Enter")
        expect(one).to_contain_text("Press two keys")
        for key in keys:
            page.keyboard.press(key)
        expect(one).to_contain_text(f"Keys {keys}")
    assert {form["Digits"] for form in application.to("/menu/")} == {"12", "34"}
    page.keyboard.press("Escape")
    expect(status(telephone(page, 2))).to_have_text("The call is over")
    expect(status(telephone(page, 1))).to_have_text("Connected")


def held_back(route: Route) -> None:
    route.request.frame.page.get_by_text("You pressed 4").wait_for()  # the second key is pressed meanwhile
    route.continue_()


def answer_lost(route: Route) -> None:
    route.fetch()
    route.abort()


def answered_in_vain(route: Route) -> None:
    route.fulfill(status=502)


@pytest.mark.parametrize("trouble", [held_back, answer_lost, answered_in_vain])
def test_keys_keep_their_order_and_number_whatever_the_network_does(
    page: Page, application: Application, trouble: Callable[[Route], None]
) -> None:
    application.pages["/voice/"] = document(
        "<Gather numDigits='3' timeout='300' action='/menu/'><Say>Press three keys</Say></Gather>"
    )
    application.pages["/menu/"] = lambda request: document(f"<Say>Keys {request['form']['Digits']}</Say>")
    page.route("**/press", trouble, times=1)
    one = telephone(page)
    call(one)
    expect(one).to_contain_text("Press three keys")
    one.get_by_role("group", name="Display").focus()
    for key in "345":
        page.keyboard.press(key)
    expect(one).to_contain_text("Keys 345")


def test_a_number_is_dialled_on_the_keys(page: Page, application: Application, control) -> None:
    one = telephone(page)
    one.get_by_role("group", name="Display").focus()
    for key in "00472100000":
        page.keyboard.press(key)
    one.get_by_role("button", name="9", exact=True).click()
    one.get_by_role("button", name="Erase the last key").click()
    one.get_by_role("button", name="1", exact=True).click()
    expect(one.locator("[data-shown]")).to_have_text("+472100000" + "1")
    control.call("POST", "/numbers", {"number": "+4721000001", "voice_url": f"{application.url}/voice/"})
    application.pages["/voice/"] = document("<Say>Dialled by hand</Say>")
    one.get_by_role("group", name="Display").focus()
    page.keyboard.press("Enter")
    expect(heard(one)).to_contain_text("Dialled by hand")


@pytest.mark.parametrize("caller", ["+4790112233", "anonymous", "+266696687", "+", "sip:ola@example.org", "116"])
def test_known_withheld_and_odd_callers_are_who_they_say(page: Page, application: Application, caller: str) -> None:
    application.pages["/voice/"] = document("<Say>Hello</Say>")
    one = telephone(page)
    one.get_by_label("Calling from").select_option(caller)
    call(one)
    expect(heard(one)).to_contain_text("Hello")
    assert application.to("/voice/")[0]["From"] == caller


def test_a_caller_waits_in_line_until_patience_ends(page: Page, application: Application, control) -> None:
    application.pages["/voice/"] = document("<Enqueue waitUrl='/wait/'>line</Enqueue>")
    application.pages["/wait/"] = document("<Pause length='600'/>")
    one = telephone(page)
    one.get_by_label("Mishap").select_option("impatient")
    one.get_by_label("After how many seconds").fill("40")  # two seconds of this clock
    call(one)
    expect(status(one)).to_have_text("Number 1 in line")
    expect(status(one)).to_have_text("The call is over")
    expect(one.locator("[data-about]")).to_have_text("The caller lost patience and hung up.")
    assert control.calls()[0]["ended_by"] == "caller"


def test_a_caller_hangs_up_in_the_greeting(page: Page, application: Application, control) -> None:
    application.pages["/voice/"] = document("<Say>A greeting</Say>", "<Pause length='600'/>")
    one = telephone(page)
    one.get_by_label("Mishap").select_option("greeting")
    call(one)
    expect(status(one)).to_have_text("The call is over")
    assert control.calls()[0]["ended_by"] == "caller"


def test_the_sound_switch_silences_keys_and_ringing(page: Page) -> None:
    one = telephone(page)
    one.get_by_role("button", name="5", exact=True).click()
    assert page.evaluate("tones") == 2  # a key is two tones at once
    page.get_by_role("switch", name="Sounds").uncheck()
    one.get_by_role("button", name="5", exact=True).click()
    call(one)
    expect(status(one)).not_to_have_text("Ready to call")
    assert page.evaluate("tones") == 2
    page.reload()
    expect(page.get_by_role("switch", name="Sounds")).not_to_be_checked()


def test_prompts_are_read_aloud_in_their_language_when_asked_for(page: Page, application: Application) -> None:
    application.pages["/voice/"] = document("<Say language='nb-NO'>Velkommen</Say>", "<Pause length='600'/>")
    one = telephone(page)
    call(one)
    expect(heard(one)).to_contain_text("Velkommen")
    expect(heard(one).locator("li").first).to_have_attribute("lang", "nb-NO")
    one.get_by_role("button", name="Hang up").click()
    expect(status(one)).to_have_text("The call is over")
    assert page.evaluate("spoken") == []
    page.get_by_role("switch", name="Read aloud").check()
    call(one)
    expect(heard(one)).to_contain_text("Velkommen")
    assert page.evaluate("spoken") == [["nb-NO", "Velkommen"]]


def test_telephones_are_added_up_to_six_and_taken_away(page: Page) -> None:
    callers = page.get_by_role("article", name="Telephone")
    expect(callers.filter(has=page.locator("[data-call]"))).to_have_count(3)
    add = page.get_by_role("button", name="Another telephone")
    for _ in range(3):
        add.click()
    expect(telephone(page, 6)).to_be_visible()
    expect(add).to_be_disabled()
    page.get_by_role("button", name="Take telephone 6 away").click()
    expect(telephone(page, 6)).to_be_hidden()
    expect(add).to_be_focused()
    page.reload()
    expect(telephone(page, 5)).to_be_visible()
    expect(telephone(page, 6)).to_be_hidden()


def test_a_simulator_that_does_not_answer_is_named_and_tried_again(page: Page, application: Application) -> None:
    application.pages["/voice/"] = document("<Say>Here I am</Say>")
    one = telephone(page)
    page.route("**/simulator/api/dial", lambda route: route.fulfill(status=502))
    call(one)
    expect(status(one)).to_have_text("The call failed")
    expect(one.locator("[data-about]")).to_have_text("The simulator does not answer. Is it running?")
    page.unroute("**/simulator/api/dial")
    one.get_by_role("button", name="Try again").click()
    expect(heard(one)).to_contain_text("Here I am")


def test_an_operators_telephone_rings_here_and_takes_the_call_by_pressing_one(
    page: Page, application: Application, rest: Rest
) -> None:
    application.pages["/answered/"] = document(
        "<Gather numDigits='1' timeout='600' action='/key/'><Say>A call. Press 1 to take it.</Say></Gather><Hangup/>"
    )
    application.pages["/key/"] = document("<Say>It is yours</Say>", "<Pause length='600'/>")
    kari = page.get_by_role("article", name="Kari’s telephone")
    expect(status(kari)).to_have_text("Rings when a call is offered")
    rest("POST", "Calls.json", calling(application, OWN, Timeout="600"))
    expect(status(kari)).to_have_text("Ringing")
    kari.get_by_role("button", name="Answer").click()
    expect(kari).to_contain_text("Press 1 to take it")
    kari.get_by_role("button", name="1", exact=True).click()
    expect(kari).to_contain_text("It is yours")
    kari.get_by_role("button", name="Hang up").click()
    expect(kari.get_by_role("button", name="Hang up")).to_be_hidden()
    assert application.to("/key/")[0]["Digits"] == "1"


@pytest.mark.parametrize(("act", "ends"), [("Decline", "busy"), ("Voicemail picks up", "completed")])
def test_an_operators_telephone_declines_or_lets_a_voicemail_box_answer(
    page: Page, application: Application, rest: Rest, control, act: str, ends: str
) -> None:
    application.pages["/answered/"] = document(
        "<Gather numDigits='1' timeout='5' action='/key/'><Say>Press 1</Say></Gather><Hangup/>"
    )
    kari = page.get_by_role("article", name="Kari’s telephone")
    expect(status(kari)).to_have_text("Rings when a call is offered")
    sid = rest("POST", "Calls.json", calling(application, OWN, Timeout="600")).json()["sid"]
    kari.get_by_role("button", name=act).click()
    expect(status(kari)).to_have_text("Rings when a call is offered")
    assert control.call("GET", f"/calls/{sid}")["state"] == ends
    assert application.to("/key/") == []


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_is_accessible_and_fits(
    site: Site, application: Application, chromium: Browser, look: str, width: int
) -> None:
    application.pages["/voice/"] = document("<Say>Welcome</Say>", "<Pause length='600'/>")
    page = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=look)  # type: ignore[arg-type]
    page.goto(site.url)
    for state in ("Ready to call", "Connected"):
        expect(status(telephone(page))).to_have_text(state)
        found = [one for one in Axe().run(page).response["violations"] if one["impact"] in ("serious", "critical")]
        assert [f"{state}: {one['id']}: {one['nodes'][0]['html']}" for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if state == "Ready to call":
            call(telephone(page))
    page.close()


def test_a_small_screen_shows_one_telephone_and_tabs_to_the_others(site: Site, chromium: Browser) -> None:
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    page.goto(site.url)
    expect(telephone(page, 2)).not_to_be_in_viewport(ratio=0.5)
    page.get_by_role("button", name="Telephone 2: Ready to call").click()
    expect(telephone(page, 2)).to_be_in_viewport(ratio=0.5)
    expect(telephone(page, 1)).not_to_be_in_viewport(ratio=0.5)
    page.close()
