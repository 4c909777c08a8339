"""A hundred calls within one second on one number, five operators (T46): how long callers wait for the next words.

At the speed of the world. None may be lost, none out of turn, and 99 of 100 webhooks are answered within a second.
"""

import threading
import time
from typing import Any

from bench.burst import overtaken
from bench.ground import ACCOUNT_SID, AUTH_TOKEN, Ground
from bench.people import operators

CALLS, OPERATORS, SECONDS = 100, 5, 1.0
HANDS = 20  # more than the carrier answers at once, so that the pace is ours
WATCHED = 30.0  # from the first call: everybody has been greeted, has joined the line and heard the music once


def run(ground: Ground) -> dict[str, Any]:
    from calls.models import Call
    from telephony.simulator.harness import Box
    from telephony.simulator.phone import Desk

    box = Box(account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN, webhook_base=ground.public_url, speed=1.0).start()
    try:
        line = _line()
        desks = [
            Desk(box.url, each.identity, mode="answer", after=2, hang_up_after=20)
            for each in operators(OPERATORS, line)
        ]
        ground.serve("hotline.asgi:application", ground.port)
        ground.switchboard(box.url)
        began = time.monotonic()
        _dial(box.url, line.numbers.get().number, began)
        dialled = time.monotonic() - began
        time.sleep(max(0.0, began + WATCHED - time.monotonic()))
        took = box.control.call("GET", "/latencies")
        known = {each["sid"] for each in box.control.calls("inbound")}
        for desk in desks:
            desk.unplug()
    finally:
        box.stop()
    joined = set(Call.objects.filter(queued_at__isnull=False).values_list("carrier_ref", flat=True))
    return {
        "calls": CALLS, "dialled within s": dialled, "lost": len(known - joined), "out of turn": overtaken(),
        "webhooks": took["count"], "webhook p50 ms": took["p50"], "webhook p95 ms": took["p95"],
        "webhook p99 ms": took["p99"], "webhook worst ms": took["worst"],
    }  # fmt: skip


def _line() -> Any:
    from lines.models import Hotline, Number, OpeningRule

    made = Hotline.objects.create(name="Rush", slug="rush", organisation="B", max_wait_seconds=3600)
    OpeningRule.objects.create(hotline=made, kind="always")
    Number.objects.create(hotline=made, number="+4721000019", lines=2 * CALLS)
    return made


def _dial(url: str, number: str, began: float) -> None:
    from telephony.simulator.phone import Phone

    def some(part: int) -> None:
        phone = Phone(url)
        for n in range(part, CALLS, HANDS):
            time.sleep(max(0.0, began + n * SECONDS / CALLS - time.monotonic()))
            phone.dial(number, caller=f"+4792{n:06d}")

    threads = [threading.Thread(target=some, args=(part,)) for part in range(HANDS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
