"""`make screenshots`: the pictures of the README, taken anew from the demonstration as it is.

Starts the whole system on ports and a database of its own, plays one call in Chromium, and writes docs/pictures/:
desk, board, register and telephones in both themes, and a short animation from the ring to the saved note.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from PIL import Image  # noqa: E402
from playwright.sync_api import Browser, Page, expect, sync_playwright  # noqa: E402

from hotline.launcher.borrow import database  # noqa: E402
from hotline.launcher.ground import free_port  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
SIZE = {"width": 1280, "height": 800}
COLOURS = 256  # of a picture: enough for a quiet page, and a third of the weight
ANIMATION_WIDTH = 960
START_SECONDS = 240
expect.set_options(timeout=30_000)
SPOKEN = 90_000  # milliseconds: greetings, menus and announcements are said at their real pace
OPERATOR, SUPERVISOR = "emma", "solveig"
# The office is open whatever the hour; colleagues elsewhere do what colleagues do.
SCENE = """
from datetime import timedelta
from django.utils import timezone
from lines.models import Hotline, Number, OpeningRule
from operators import presence
from operators.models import Operator
from scheduling.models import Break, Shift
now = timezone.now()
office = Hotline.objects.get(slug="admissions")
OpeningRule.objects.create(hotline=office, kind=OpeningRule.Kind.ONE_OFF,
                           starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=5))
Hotline.objects.filter(pk=office.pk).update(version=office.version + 1, wrap_up_seconds=300)
# Whatever the hour, no break of the roster falls into the call.
Break.objects.filter(shift__operator__hotlines=office, finished_at=None, starts_at__lt=now + timedelta(hours=1)).update(
    finished_at=now)
begins, ends = now - timedelta(hours=2), now + timedelta(hours=5)
for someone in Operator.objects.filter(hotlines=office):
    Shift.objects.filter(operator=someone, starts_at__lt=ends, ends_at__gt=begins).delete()
    Shift.objects.create(operator=someone, starts_at=begins, ends_at=ends, time_zone=office.time_zone)
doing = ["ready", "break", "ready", "lunch", "ready", "other"]
for n, someone in enumerate(Operator.objects.exclude(hotlines=office).order_by("pk")[:12]):
    presence.choose(someone.pk, doing[n % len(doing)], at=now - timedelta(seconds=40 + 97 * n), by=someone.user)
print(Number.objects.filter(hotline=office).first().number)
"""


@dataclass
class Demo:
    """The running demonstration."""

    url: str
    number: str
    passwords: dict[str, str]


@contextmanager
def demonstration() -> Iterator[Demo]:
    """Everything that `make run` starts, in a folder that is thrown away."""
    home, port = Path(tempfile.mkdtemp(prefix="hotline-pictures-")), free_port()
    with database() as database_url:
        ours = {"DATABASE_URL": database_url, "DATA_DIR": str(home), "PORT": str(port), "HOST": ""}
        ours["PUBLIC_URL"] = f"http://127.0.0.1:{port}"
        environment = {name: value for name, value in os.environ.items() if name != "MAKELEVEL"} | ours
        command = [sys.executable, "-m", "hotline.launcher"]
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL)
        try:
            facts = _ready(process, home / "demo.json")
            people = [facts["supervisor"], *facts["operators"]]
            passwords = {each["username"]: each["password"] for each in people}
            yield Demo(facts["url"], _set_the_scene(environment, home), passwords)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
    shutil.rmtree(home, ignore_errors=True)


def _ready(process: "subprocess.Popen[bytes]", file: Path) -> dict[str, Any]:
    deadline = time.monotonic() + START_SECONDS
    while not file.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit("The demonstration did not start; the lines above say why.")
        time.sleep(0.2)
    return dict(json.loads(file.read_text()))


def _set_the_scene(environment: dict[str, str], home: Path) -> str:
    secret = json.loads((home / "secrets.json").read_text())["SECRET_KEY"]
    command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "--command", SCENE]
    told = {**environment, "SECRET_KEY": secret, "HOTLINE_DEMO": "1"}
    done = subprocess.run(command, env=told, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip().splitlines()[-1]


def visitor(browser: Browser, demo: Demo) -> Page:
    look = {"viewport": SIZE, "reduced_motion": "reduce", "locale": "en-GB"}
    return browser.new_context(base_url=demo.url, permissions=["notifications"], **look).new_page()


def signed_in(browser: Browser, demo: Demo, username: str, path: str) -> Page:
    page = visitor(browser, demo)
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(username)
    page.locator("input[name=password]").fill(demo.passwords[username])
    page.locator("form button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/accounts/login/" not in url)
    page.goto(path)
    return page


def take(page: Page, name: str) -> None:
    """One page in both themes, with few colours: small files that look the same."""
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.wait_for_timeout(500)  # drawings take up the new colours some moments after the text
        picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
        few = picture.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        few.save(PICTURES / f"{name}-{theme}.png", optimize=True)
    page.emulate_media(color_scheme="light")


class Film:
    """What the desk shows, picture by picture, each for some milliseconds."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pictures: list[Image.Image] = []
        self.lengths: list[int] = []

    def shot(self, milliseconds: int) -> None:
        picture = Image.open(BytesIO(self.page.screenshot())).convert("RGB")
        height = round(picture.height * ANIMATION_WIDTH / picture.width)
        self.pictures.append(picture.resize((ANIMATION_WIDTH, height), Image.Resampling.LANCZOS))
        self.lengths.append(milliseconds)

    def save(self, path: Path) -> None:
        first, *rest = self.pictures
        first.save(path, save_all=True, append_images=rest, duration=self.lengths, loop=0, quality=70, method=6)


def telephone(page: Page, index: int) -> Any:
    return page.locator(f"[data-telephone='{index}']")


def call(page: Page, index: int, number: str, *, mishap: str = "") -> None:
    one = telephone(page, index)
    one.locator("[data-number]").select_option(number)
    one.locator("[data-mishap]").select_option(mishap)
    one.locator("[data-call]").click()


def choose(page: Page, index: int, key: str) -> None:
    """Press a key of the menu once it is said, as a caller in a hurry does."""
    one = telephone(page, index)
    expect(one.locator("[data-words]")).to_contain_text("press 1", timeout=SPOKEN)
    one.locator(f"[data-key-press='{key}']").click()


def show(page: Page, *hotlines: str) -> None:
    """Only these hotlines: the clock of a chart is that of one place, and by now it has had a day there."""
    page.locator("button.switcher").click()
    for name in hotlines:
        page.locator("#hotline-menu").get_by_label(name).check()
    page.get_by_role("button", name="Show these").click()
    expect(page.locator("button.switcher")).to_contain_text(f"{len(hotlines)} hotlines")
    expect(page.locator(".strips tbody tr")).to_have_count(len(hotlines))


def write_note(desk: Page, shot: Callable[[int], None]) -> None:
    desk.locator("[data-topic]").first.click()
    shot(900)
    summary = desk.locator("#note-summary")
    for words in ("Asks for the deadline", " and whether references", " may follow later.", " Told: until 31 January."):
        summary.press_sequentially(words)
        shot(450)
    expect(desk.locator("#note-saved")).not_to_be_empty()


def play(browser: Browser, demo: Demo) -> None:
    """One call of the office from ready to the saved note, with another waiting and a third that gives up."""
    desk = signed_in(browser, demo, OPERATOR, "/desk/")
    desk.get_by_role("button", name="Close the guide").click()
    phones = visitor(browser, demo)
    phones.goto("/simulator/")
    desk.locator("[data-first]").click()
    expect(desk.locator("#state-now")).to_contain_text("Ready")
    film = Film(desk)
    film.shot(1200)

    known = phones.locator("[data-telephone='1'] optgroup[label='Known by name'] option").first.get_attribute("value")
    telephone(phones, 1).locator("[data-caller]").select_option(known)
    call(phones, 1, demo.number)
    choose(phones, 1, "1")
    expect(desk.locator("#answer")).to_be_focused(timeout=SPOKEN)
    film.shot(2200)
    desk.keyboard.press("Enter")
    expect(desk.locator("#note")).to_be_visible()
    expect(telephone(phones, 1)).to_contain_text("Connected to an operator")
    film.shot(1600)

    call(phones, 2, demo.number)
    choose(phones, 2, "2")
    expect(telephone(phones, 2)).to_contain_text("in line", timeout=SPOKEN)
    telephone(phones, 1).locator("[data-speech]").fill("Hello! Until when can I hand in my application?")
    phones.keyboard.press("Enter")
    expect(desk.locator("#captions")).to_contain_text("hand in my application")
    call(phones, 3, "+4700000000")
    expect(telephone(phones, 3)).to_contain_text("The call is over")
    phones.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    take(phones, "telephones")
    film.shot(1400)

    write_note(desk, film.shot)
    desk.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    take(desk, "desk")
    boss = signed_in(browser, demo, SUPERVISOR, "/board/")
    show(boss, "Nordlys Friluft", "Thornbury Admissions")
    expect(boss.locator(".person", has_text="Emma")).to_contain_text("On call")
    take(boss, "board")

    for index in (2, 1):
        telephone(phones, index).locator("[data-hang-up]").click()
    expect(desk.locator(".call-timer.over")).to_be_visible()
    film.shot(1400)
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#note")).to_have_count(0)
    film.shot(2600)
    film.save(PICTURES / "first-call.webp")
    boss.goto("/calls/")
    take(boss, "register")


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    PICTURES.mkdir(exist_ok=True)
    with demonstration() as demo, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        play(browser, demo)
        browser.close()
    for each in sorted(PICTURES.iterdir()):
        sys.stdout.write(f"{each.relative_to(ROOT)}  {each.stat().st_size // 1024} KB\n")


if __name__ == "__main__":
    main()
