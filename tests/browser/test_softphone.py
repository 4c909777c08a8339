"""The operator's browser telephone in a real browser, and the telephone page's script, without the rest of the system."""

# ruff: noqa: F811 - fixtures are imported by name, and asked for by name

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from telephony.simulator.phone import Phone
from telephony.twilio.tokens import browser_token
from tests.simulator.application import Application
from tests.simulator.conftest import application, box, control, rest  # noqa: F401 - the simulator's fixtures
from tests.simulator.rest import Rest
from tests.simulator.site import Site
from tests.simulator.test_twiml_verbs import NUMBER, document

pytestmark = pytest.mark.browser
PAGE = """<!doctype html><title>Softphone</title><p id="state"></p><ol id="log"></ol><script type="module">
import { createSoftphone } from "/static/telephony/softphone.js";
const phone = createSoftphone({ backend: "simulator", token: async () => "TOKEN", identity: "op_7" });
const log = (text) => document.querySelector("#log").insertAdjacentHTML("beforeend", `<li>${text}</li>`);
phone.addEventListener("state", () => (document.querySelector("#state").textContent = phone.state));
phone.addEventListener("incoming", ({ detail }) => log(`incoming ${detail.from} ${detail.parameters.offer}`));
phone.addEventListener("caption", ({ detail }) => log(`caption ${detail.text}`));
phone.addEventListener("ended", ({ detail }) => log(`ended ${detail.reason}`));
phone.addEventListener("error", ({ detail }) => log(`error ${detail.message}`));
window.phone = phone;
phone.register();
</script>"""


@pytest.fixture
def browser_page(settings, control, chromium: Browser) -> Iterator[Page]:
    settings.SIMULATOR_URL = control.url
    control.settings(client_grace=0.5)
    site = Site(PAGE.replace("TOKEN", browser_token("op_7")))
    page = chromium.new_page()
    page.goto(site.url)
    expect(page.locator("#state")).to_have_text("registered")
    yield page
    page.close()
    site.close()


def ring(rest: Rest, application: Application, document_: str) -> str:
    application.pages["/answered/"] = document_
    fields = {"To": "client:op_7?offer=12", "From": "+4790112233", "Url": f"{application.url}/answered/"}
    return rest("POST", "Calls.json", fields).json()["sid"]


def test_the_browser_rings_answers_hears_and_hangs_up(browser_page: Page, rest, application, control) -> None:
    page, state, log = browser_page, browser_page.locator("#state"), browser_page.locator("#log")
    ring(rest, application, document("<Say>You have a caller</Say>", "<Pause length='600'/>"))
    expect(state).to_have_text("ringing")
    expect(log).to_contain_text("incoming +4790112233 12")
    page.evaluate("phone.accept()")
    expect(state).to_have_text("connected")
    expect(log).to_contain_text("caption You have a caller")
    page.evaluate("phone.hangUp()")
    expect(state).to_have_text("registered")
    expect(log).to_contain_text("ended hung up")
    assert control.calls()[-1]["ended_by"] == "callee"


def test_two_keys_pressed_quickly_arrive_in_their_order(browser_page: Page, rest, application) -> None:
    application.pages["/menu/"] = lambda request: document(f"<Say>Keys {request['form']['Digits']}</Say>")
    page, held = browser_page, []
    ring(
        rest,
        application,
        document("<Gather numDigits='2' timeout='300' action='/menu/'><Say>Keys, please</Say></Gather>"),
    )
    expect(page.locator("#state")).to_have_text("ringing")
    page.evaluate("phone.accept()")
    expect(page.locator("#log")).to_contain_text("Keys, please")
    page.route("**/press", lambda route: held.append(route), times=1)  # noqa: PLW0108 - a handler must take attributes
    page.evaluate("() => { for (const key of '34') phone.press(key); }")
    with page.expect_response("**/press"):
        while not held:
            page.wait_for_timeout(10)
        page.evaluate("fetch('/static/telephony/ring.wav')")  # what may overtake the first key has had its time
        held[0].continue_()
    expect(page.locator("#log")).to_contain_text("caption Keys 34")


def test_a_withdrawn_call_stops_ringing(browser_page: Page, rest, application) -> None:
    sid = ring(rest, application, document())
    expect(browser_page.locator("#state")).to_have_text("ringing")
    rest("POST", f"Calls/{sid}.json", {"Status": "canceled"})
    expect(browser_page.locator("#state")).to_have_text("registered")
    expect(browser_page.locator("#log")).to_contain_text("ended cancelled")


def test_a_call_survives_a_change_of_page_and_talks_on(browser_page: Page, rest, application, control) -> None:
    page = browser_page
    application.pages["/voice/"] = document("<Dial><Conference>room</Conference></Dial>")
    caller = Phone(control).dial(NUMBER).wait_for("in-progress")
    ring(rest, application, document("<Dial><Conference>room</Conference></Dial>"))
    expect(page.locator("#state")).to_have_text("ringing")
    page.evaluate("phone.accept()")
    caller.wait_for("talking")
    page.reload()
    expect(page.locator("#state")).to_have_text("connected")
    caller.say("Are you still there?")
    expect(page.locator("#log")).to_contain_text("caption Are you still there?")
    page.evaluate("phone.say('Yes, I am')")
    caller.wait_for("yes, i am")
    page.evaluate("phone.mute(true)")
    page.evaluate("phone.say('Unheard')")
    page.evaluate("phone.mute(false)")
    page.evaluate("phone.say('Heard')")
    caller.wait_for("heard")
    assert "Unheard" not in caller.heard
    caller.hang_up()


def test_a_browser_that_goes_away_is_unplugged_and_its_call_ends(
    browser_page: Page, rest, application, control
) -> None:
    ring(rest, application, document("<Pause length='600'/>"))
    expect(browser_page.locator("#state")).to_have_text("ringing")
    browser_page.evaluate("phone.accept()")
    expect(browser_page.locator("#state")).to_have_text("connected")
    browser_page.goto("about:blank")
    call = control.calls()[-1]
    deadline = 100
    while control.calls()[-1]["live"] and deadline:
        browser_page.wait_for_timeout(50)
        deadline -= 1
    assert not control.calls()[-1]["live"] and call["to"] == "client:op_7"
    assert control.state()["telephones"] == []


def test_the_carriers_kit_loads_from_our_own_files(browser_page: Page) -> None:
    loaded = browser_page.evaluate(
        """async () => {
          const { loadKit } = await import("/static/telephony/softphone-twilio.js");
          const { Device } = await loadKit();
          const device = new Device("a.b.c");
          return [device.state, ...["register", "updateToken", "destroy"].map((name) => typeof device[name])];
        }"""
    )
    assert loaded == ["unregistered", "function", "function", "function"]
