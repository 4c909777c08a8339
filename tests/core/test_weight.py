"""What a page weighs: its style sheets and our own JavaScript, with every module it may ever load, packed."""

import gzip
import re
from pathlib import Path

import pytest

from tests.access.urls import addresses
from tests.people import make_hotline, make_operator

LIMIT = 30 * 1024
FRAME = 16 * 1024  # of which the frame, so that pages have room
ROOT = Path(__file__).parents[2] / "static"
FOREIGN = ("django_htmx/", "vendor/", "drf_spectacular_sidecar/")
LINKED = re.compile(r'(?:href|src|data-worker|data-softphone)="/static/([^"]+\.(?:css|js))"')
# A browser telephone speaks to the carrier or to the simulator: a page loads one of them, the heavier at worst.
EITHER = {"telephony/softphone-simulator.js", "telephony/softphone-twilio.js"}
IMPORTED = re.compile(r'(?:from|import|import\()\s*"(\.[^"]+)"')


def packed(name: str) -> int:
    return len(gzip.compress((ROOT / name).read_bytes(), 9, mtime=0))


def needed(page: str) -> set[str]:
    """Files of ours that a page links, and every module those import, at once or on demand."""
    found: set[str] = set()
    left = [name for name in LINKED.findall(page) if not name.startswith(FOREIGN)]
    while left:
        name = left.pop()
        if name in found:
            continue
        found.add(name)
        if name.endswith(".js"):
            here = (ROOT / name).parent
            left += [
                str((here / path).resolve().relative_to(ROOT)) for path in IMPORTED.findall((ROOT / name).read_text())
            ]
    return found


def weight_of(names: set[str]) -> int:
    return sum(map(packed, names - EITHER)) + max(map(packed, names & EITHER), default=0)


def pages(client) -> dict[str, str]:
    """Every page that an administrator who answers calls can open by its address alone."""
    found = {}
    for address in addresses():
        if address.placeholders or address.path.startswith(("/twilio/", "/accounts/logout")):
            continue
        answer = client.get(address.path)
        html = answer.status_code == 200 and answer.get("Content-Type", "").startswith("text/html")
        if html and not answer.streaming and b"<html" in answer.content:
            found[address.path] = answer.content.decode()
    return found


@pytest.mark.django_db
def test_no_page_outweighs_its_budget(client, settings):
    settings.SIMULATOR_URL, settings.DEMO = "http://127.0.0.1:1", True  # with the guide of the demonstration
    client.force_login(make_operator(make_hotline(), role="administrator").user)
    seen = pages(client)
    assert {"/desk/", "/board/", "/calls/", "/style/", "/people/me/"} <= set(seen)
    weights = {path: weight_of(needed(page)) for path, page in seen.items()}
    assert {path: weight for path, weight in weights.items() if weight > LIMIT} == {}
    frame = [name for name in needed(seen["/people/me/"]) if name.startswith("core/")]
    assert sum(map(packed, frame)) < FRAME


@pytest.mark.django_db
def test_modules_that_load_others_on_demand_are_weighed_with_them(client):
    client.force_login(make_operator(make_hotline()).user)
    names = needed(client.get("/desk/").content.decode())
    assert {"core/live.js", "core/live-connection.js", "core/live-worker.js", "desk/note.js"} <= names
    assert {"telephony/softphone.js", "telephony/softphone-simulator.js", "telephony/softphone-twilio.js"} <= names
