"""axe-core on every page, in both themes, on a desk screen and on a telephone: nothing serious."""

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.browser

FURTHER = ["/style/", "/accounts/password/change/"]  # pages the rail does not lead to
LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (1280, 390)]


def findings(page):
    found = Axe().run(page).response["violations"]
    return [
        f"{each['impact']}: {each['id']} at {node['target']}: {node.get('failureSummary', '')[:200]}"
        for each in found
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_no_page_has_a_serious_finding(visitor, scheme, width):
    anna = visitor(color_scheme=scheme, viewport={"width": width, "height": 800})
    page = anna.signed_in("anna", "/style/")
    rail = page.eval_on_selector_all(".rail a", "links => links.map(link => link.getAttribute('href'))")
    assert {"/desk/", "/board/", "/calls/"} <= set(rail)
    wrong = {}
    for path in [*rail, *FURTHER]:
        answer = page.goto(path)
        assert answer is not None and answer.status == 200, path
        if found := findings(page):
            wrong[path] = found
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if overflow > 0:
            wrong[f"{path} (scrolls sideways)"] = [f"{overflow} px"]
    assert wrong == {}
    assert anna.troubles == []


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_the_sign_in_page_has_none_either(visitor, scheme, width):
    stranger = visitor(color_scheme=scheme, viewport={"width": width, "height": 800})
    page = stranger.page("/accounts/login/")
    assert findings(page) == []
    assert stranger.troubles == []


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_the_desk_has_none_while_a_call_rings_and_lasts(visitor, scheme, width):
    jon = visitor(color_scheme=scheme, viewport={"width": width, "height": 800})
    desk = jon.signed_in("jon", "/desk/")
    desk.locator("[data-first]").click()
    desk.get_by_text("The next call rings here.").wait_for()
    telephones = visitor().page("/simulator/")
    telephones.locator("[data-telephone='3'] [data-call]").click()
    desk.locator("#ring[open]").wait_for()
    ringing = findings(desk)
    desk.locator("#answer").click()
    desk.locator("#note").wait_for()
    live = findings(desk)
    telephones.locator("[data-telephone='3'] [data-hang-up]").click()
    desk.locator(".call-timer.over").wait_for()
    wrap_up = findings(desk)
    desk.locator(".pill", has_text="Bill").click()
    desk.keyboard.press("Control+Enter")
    desk.get_by_text("The next call rings here.").wait_for()
    desk.keyboard.press("F2")
    menu = findings(desk)
    desk.locator("#state-menu [data-state=offline]").click()
    desk.get_by_text("You are offline").wait_for()
    assert {"ringing": ringing, "live": live, "wrap-up": wrap_up, "menu": menu} == {
        "ringing": [], "live": [], "wrap-up": [], "menu": []
    }  # fmt: skip
