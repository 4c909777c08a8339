"""axe-core on every page that a role can reach, in both themes, on a desk screen and on a telephone: nothing serious."""

from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import RequestFactory
from django.urls import Resolver404, resolve
from django.views.defaults import server_error

from tests.access.urls import addresses

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (1280, 390)]
AXE = Axe()
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}
# Swagger's own page, what is no page, and where one is signed out.
ELSEWHERE = ("/api/", "/static/", "/accounts/logout/", "/healthz", "/readyz", "/metrics", "/twilio/", "/live/")

# A frame later, and when colours that were on their way have arrived.
SETTLED = """async () => {
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  await Promise.allSettled(document.getAnimations().map(each => each.finished));
}"""


def findings(page):
    """What is wrong, and still is at a second look: a theme that changes under a fragment in arrival shows both for a
    moment, on a busy machine a long one."""
    found = _found(page)
    if found:
        page.wait_for_timeout(1500)
        page.evaluate(SETTLED)
        found = _found(page)
    return found


def _found(page):
    found = AXE.run(page, options=RULES).response["violations"]
    return [
        f"{each['impact']}: {each['id']} at {node['target']}: {node.get('failureSummary', '')[:200]}"
        for each in found
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]


def view_of(path):
    """The page's name: one call stands for all of them."""
    try:
        match = resolve(urlsplit(path).path)
    except Resolver404:
        return None
    return match.view_name or match.func


def reached(page, start):
    """One address of each page: all that need no object, and those that links lead to."""
    paths = [start, *(each.path for each in addresses() if not each.placeholders)]
    seen = set()
    while paths:
        path = paths.pop(0)
        view = view_of(path)
        if view is None or view in seen or path.startswith(ELSEWHERE):
            continue
        seen.add(view)
        shown = page.request.get(path)
        if not shown.ok or "text/html" not in shown.headers.get("content-type", "") or "<html" not in shown.text():
            continue
        page.goto(path)
        if urlsplit(page.url).path != urlsplit(path).path:  # it led elsewhere, and that is looked at by its own name
            paths.insert(0, urlsplit(page.url).path)
            continue
        yield path
        links = page.eval_on_selector_all("a[href^='/']", "links => links.map(link => link.getAttribute('href'))")
        paths += links


def looked_at(page, path, wrong):
    for scheme, width in LOOKS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate(SETTLED)
        if found := findings(page):
            wrong[f"{path}, {scheme}, {width}"] = found
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if overflow > 0:
            wrong[f"{path} scrolls sideways at {width}"] = [f"{overflow} px"]


@pytest.fixture
def a_call(visitor):
    """One call in the register, so that there is a page about a call."""
    telephones = visitor().page("/simulator/")
    telephones.locator("[data-telephone='2'] [data-call]").click()
    telephones.locator("[data-telephone='2'] [data-hang-up]").click()
    telephones.locator("[data-telephone='2'] [data-call]:enabled").wait_for()


@pytest.mark.parametrize(
    ("who", "start", "some"),
    [
        ("maria", "/desk/", {"/desk/", "/board/", "/calls/", "/knowledge/", "/people/me/"}),
        ("siri", "/board/", {"/board/", "/people/", "/lines/", "/knowledge/questions/new/"}),
        ("anna", "/board/", {"/style/", "/lines/new/", "/accounts/password/change/"}),
    ],
)
def test_no_page_that_a_role_reaches_has_a_serious_finding(visitor, a_call, who, start, some):
    someone = visitor()
    page = someone.signed_in(who, start)
    seen, wrong = [], {}
    for path in reached(page, start):
        seen.append(path)
        looked_at(page, path, wrong)
        page.set_viewport_size({"width": 1280, "height": 800})
    assert some <= set(seen)
    assert any(view_of(path) == "calls:call" for path in seen)
    assert wrong == {}, "\n".join(f"{where}: {each}" for where, found in wrong.items() for each in found)
    assert someone.troubles == []


def test_nothing_moves_for_whoever_asks_for_less_motion(visitor):
    page = visitor(reduced_motion="reduce").signed_in("anna", "/style/")
    moving = page.evaluate(
        """[...document.querySelectorAll("*")].flatMap(element => {
             const style = getComputedStyle(element);
             const long = [style.animationDuration, style.transitionDuration].join().split(",").some(time => parseFloat(time) > 0.01);
             return long ? [element.className] : [] })"""
    )
    assert moving == []
    still = visitor(reduced_motion="no-preference").signed_in("anna", "/style/")
    assert still.evaluate("getComputedStyle(document.querySelector('.button')).transitionDuration") != "0s"


STRANGERS = """
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.utils import timezone
from analytics import links
from lines.models import Hotline
from operators.models import User
siri = User.objects.get(username="siri")
print(links.make_link(by=siri, at=timezone.now(), name="Hall", hotlines=siri.hotlines.all())[1])
nils = User.objects.create_user("nils", "nils@example.org", "correct horse battery")
print(f"{user_pk_to_url_str(nils)}-{default_token_generator.make_token(nils)}")
Authenticator.objects.create(user=nils, type="totp", data={"secret": "JBSWY3DPEHPK3PXP"})
"""
NO_TOKEN = """() => {
  const form = Object.assign(document.createElement("form"), { method: "post", action: "/accounts/login/" });
  document.body.append(form);
  form.submit();
}"""


def test_what_strangers_meet_has_none_either(visitor, system):
    """Signing in and what belongs to it, links for screens on the wall, and every way to be told no."""
    screen, key = system.shell(STRANGERS).split()
    stranger, wrong = visitor(), {}
    page = stranger.page()

    def look(path, heading, arrive=None):
        (arrive or page.goto)(path)
        page.get_by_role("heading", name=heading).first.wait_for()
        looked_at(page, path, wrong)
        page.set_viewport_size({"width": 1280, "height": 800})

    look("/accounts/login/", "Sign in")
    assert stranger.troubles == []
    look("/accounts/password/reset/", "password")
    look("/accounts/password/reset/done/", "")
    look(f"/accounts/password/reset/key/{key}/", "password")
    look("/accounts/password/reset/key/1-never-made/", "")
    look("/accounts/password/reset/key/done/", "password")
    look("/accounts/inactive/", "")
    look(f"/tv/{screen}/", "")
    assert len(stranger.troubles) == 0
    look("/tv/never-made/", "")
    look("/nowhere/", "")
    look("403 without a token", "", lambda _: (page.goto("/accounts/login/"), page.evaluate(NO_TOKEN)))
    look("/broken/", "", lambda path: (_breaks(page), page.goto(path)))
    look("the second factor", "", lambda _: _asked_for_a_code(page))
    assert wrong == {}, "\n".join(f"{where}: {each}" for where, found in wrong.items() for each in found)


def test_a_page_that_is_not_ones_own_says_so_with_none(visitor):
    page, wrong = visitor().signed_in("maria", "/people/"), {}
    page.get_by_role("heading", name="not for you").wait_for()
    looked_at(page, "/people/", wrong)
    assert wrong == {}


def _breaks(page):
    """The page of an error of ours, as the server sends it: made without a request's user and without the database."""
    body = server_error(RequestFactory().get("/")).content.decode()
    page.route("**/broken/", lambda route: route.fulfill(status=500, content_type="text/html", body=body))


def _asked_for_a_code(page):
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill("nils")
    page.locator("input[name=password]").fill("correct horse battery")
    page.locator("form button[type=submit]").first.click()
    page.locator("input[name=code]").wait_for()


def from_the_top(desk):
    """Findings of a page that is not scrolled: what lies half under the bar would be taken for a small target."""
    desk.evaluate("scrollTo(0, 0)")
    return findings(desk)


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_the_desk_has_none_while_a_call_rings_and_lasts(visitor, scheme, width):
    jon = visitor(color_scheme=scheme, viewport={"width": width, "height": 800})
    desk = jon.signed_in("jon", "/desk/")
    desk.locator("[data-first]").click()
    desk.get_by_text("The next call rings here.").wait_for()
    telephones = visitor().page("/simulator/")
    telephones.locator("[data-telephone='3'] [data-call]").click()
    desk.locator("#ring[open]").wait_for()
    ringing = from_the_top(desk)
    desk.locator("#answer").click()
    desk.locator("#note").wait_for()
    live = from_the_top(desk)
    telephones.locator("[data-telephone='3'] [data-hang-up]").click()
    desk.locator(".call-timer.over").wait_for()
    wrap_up = from_the_top(desk)
    desk.locator(".pill", has_text="Bill").click()
    desk.keyboard.press("Control+Enter")
    desk.get_by_text("The next call rings here.").wait_for()
    desk.keyboard.press("F2")
    menu = from_the_top(desk)
    desk.locator("#state-menu [data-state=offline]").click()
    desk.get_by_text("You are offline").wait_for()
    assert {"ringing": ringing, "live": live, "wrap-up": wrap_up, "menu": menu} == {
        "ringing": [], "live": [], "wrap-up": [], "menu": []
    }  # fmt: skip
