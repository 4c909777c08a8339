"""What a person at the screen notices: first content, weight, whether anything jumps, and how soon a key shows.

Figures of Chromium's own observers, on this machine, with 50 callers arriving in a burst meanwhile.
"""

import os
import shutil
import threading
import time
from typing import Any

from bench.ground import ACCOUNT_SID, AUTH_TOKEN, Ground
from bench.load import quantile
from bench.people import operators, session_cookie

LOADS = 15
CALLS = 50
COLLEAGUES = 8
TALK = 4
# The last is a line of text without style or script: what this machine's Chromium takes for nothing.
PAGES = {
    "desk": "/desk/",
    "board": "/board/",
    "register": "/calls/",
    "telephones": "/simulator/",
    "a line of text": "/healthz",
}
WATCH = """
window.shifts = []; window.slow = {};
new PerformanceObserver((list) => list.getEntries().forEach((each) =>
  each.hadRecentInput || window.shifts.push([each.value, each.sources.map((s) => s.node?.id || s.node?.className || `${s.node?.nodeName} ${s.node?.textContent?.slice(0, 30)}`)])))
  .observe({ type: "layout-shift", buffered: true });
new PerformanceObserver((list) => list.getEntries().forEach((each) => {
  if (each.interactionId) slow[each.interactionId] = Math.max(slow[each.interactionId] ?? 0, each.duration);
})).observe({ type: "event", durationThreshold: 16, buffered: true });
"""
FIRST_CONTENT = """() => new Promise((resolve) => new PerformanceObserver((list) => list.getEntries().forEach((each) =>
  each.name === "first-contentful-paint" && resolve(each.startTime))).observe({ type: "paint", buffered: true }))"""
ANSWERED = "() => performance.getEntriesByType('navigation')[0].responseStart"
WEIGHT = """() => performance.getEntriesByType("resource")
  .filter((each) => /\\.(css|js)$/.test(new URL(each.name).pathname)).reduce((sum, each) => sum + each.encodedBodySize, 0)"""


def run(ground: Ground) -> dict[str, Any]:
    """Milliseconds to the first content (median and worst of the loads), layout shift and interaction to next paint
    during the burst; needs Chromium."""
    from playwright.sync_api import sync_playwright

    from telephony.simulator.harness import Box
    from telephony.simulator.phone import Desk

    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        return {"not measured": "Chromium is not installed"}
    box = Box(account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN, webhook_base=ground.public_url, speed=1.0).start()
    os.environ.update(SIMULATOR_URL=box.url, HOTLINE_DEMO="0")
    try:
        line = _line()
        people = operators(COLLEAGUES + 1, line)
        desks = [Desk(box.url, each.identity, mode="answer", after=1, hang_up_after=TALK) for each in people[1:]]
        desks.append(Desk(box.url, people[0].identity, mode="answer", after=1, hang_up_after=60))
        ground.serve("hotline.asgi:application", ground.port)
        ground.switchboard(box.url)
        # Before the browser: while it is driven, its event loop forbids the database.
        cookies = session_cookie(people[0].user), session_cookie(_supervisor(line))
        number = line.numbers.get().number
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            result = _first_content(browser, ground, cookies) | _burst(browser, ground, box.url, cookies, number)
            browser.close()
        for desk in desks:
            desk.unplug()
    finally:
        box.stop()
    return result


def _line() -> Any:
    from calls.models import Topic
    from lines.models import Hotline, Number, OpeningRule

    line = Hotline.objects.create(name="Line", slug="line", organisation="Bench", wrap_up_seconds=2)
    OpeningRule.objects.create(hotline=line, kind="always")
    Number.objects.create(hotline=line, number="+4721000001", lines=100)
    for name in ("Bills", "Faults", "Moving", "Meters"):
        Topic.objects.create(hotline=line, name=name)
    return line


def _supervisor(line: Any) -> Any:
    from operators.models import User

    made = User.objects.create(username="supervisor", role=User.Role.SUPERVISOR)
    made.hotlines.set([line])
    return made


def _context(browser: Any, ground: Ground, cookie: str) -> Any:
    name, _, value = cookie.partition("=")
    context = browser.new_context(base_url=ground.public_url, viewport={"width": 1280, "height": 800})
    context.add_cookies([{"name": name, "value": value, "url": ground.public_url}])
    context.add_init_script(WATCH)
    return context


def _first_content(browser: Any, ground: Ground, cookies: tuple[str, str]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name, path in PAGES.items():
        times, answers, weight = [], [], 0
        for _ in range(LOADS):  # each in a new browser context: nothing cached
            context = _context(browser, ground, cookies[0 if name == "desk" else 1])
            page = context.new_page()
            page.goto(path)
            times.append(page.evaluate(FIRST_CONTENT))
            answers.append(page.evaluate(ANSWERED))
            weight = page.evaluate(WEIGHT)
            context.close()
        result[f"{name}: first content, median ms"] = quantile(times, 0.5)
        result[f"{name}: first content, worst ms"] = max(times)
        result[f"{name}: of which until the page's first byte, median ms"] = quantile(answers, 0.5)
        result[f"{name}: CSS and JavaScript as sent, KB, the libraries' too"] = weight / 1024
    return result


def _burst(browser: Any, ground: Ground, carrier: str, cookies: tuple[str, str], number: str) -> dict[str, Any]:
    contexts = [_context(browser, ground, cookie) for cookie in cookies]
    desk, board = (context.new_page() for context in contexts)
    desk.goto("/desk/")
    board.goto("/board/")
    _dial(carrier, number, 1)  # the first caller goes to whoever waited longest: the desk that is looked at
    desk.locator("#note-summary").wait_for(timeout=30_000)
    for page in (desk, board):
        page.evaluate("() => { window.shifts.length = 0; window.slow = {}; }")
    callers = threading.Thread(target=_dial, args=(carrier, number, CALLS))
    callers.start()
    _work(desk, callers)
    callers.join()
    time.sleep(1)
    slow = sorted(desk.evaluate("() => Object.values(window.slow)"))
    shifts = {name: page.evaluate("() => window.shifts") for name, page in (("desk", desk), ("board", board))}
    for context in contexts:
        context.close()
    return {
        "interactions": len(slow),
        "interaction to next paint, p95 ms": quantile(slow, 0.95) if slow else None,
        "interaction to next paint, worst ms": slow[-1] if slow else None,
        **{f"{name}: layout shift while calls flow": sum(value for value, _ in seen) for name, seen in shifts.items()},
        **{f"{name}: what moved": str(seen[:8]) for name, seen in shifts.items() if seen},
    }


def _dial(carrier: str, number: str, count: int) -> None:
    from telephony.simulator.phone import Phone

    for _ in range(count):
        Phone(carrier).dial(number)
        time.sleep(0.4 if count > 1 else 0)


def _work(desk: Any, callers: threading.Thread) -> None:
    """What an operator does meanwhile: types, chooses, looks something up."""
    turn = 0
    while callers.is_alive() and turn < 200:
        turn += 1
        desk.locator("#note-summary").press_sequentially("The meter ", delay=30)
        desk.locator("[data-topic]").nth(turn % 3).click()
        desk.locator("#tab-answers" if turn % 2 else "#tab-script").click()
        desk.locator("#answers-query").press_sequentially("ab", delay=30)
