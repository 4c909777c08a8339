"""A burst of 200 calls on 20 operators through the whole system: first come first served within priority, none lost,
none twice. All at once and at five times the speed of the world, which is harder than T46; `rush` is T46 as written."""

import threading
import time
from datetime import timedelta
from typing import Any

from bench.ground import ACCOUNT_SID, AUTH_TOKEN, Ground
from bench.people import operators

CALLS = 200
OPERATORS = 20
SPEED = 5.0  # callers in the queue ask again so much more often; faster would measure that instead
_SETTLED = timedelta(milliseconds=250)  # a call queued this long before an offer was there to be seen


def run(ground: Ground) -> dict[str, Any]:
    from telephony.simulator.harness import Box
    from telephony.simulator.phone import Desk

    box = Box(account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN, webhook_base=ground.public_url, speed=SPEED).start()
    try:
        lines = _lines()
        people = operators(OPERATORS, *lines)
        desks = [Desk(box.url, each.identity, mode="answer", after=1, hang_up_after=20) for each in people]
        ground.serve("hotline.asgi:application", ground.port)
        ground.switchboard(box.url)
        ground.switchboard(box.url)
        began = time.monotonic()
        _dial(box.url, [line.numbers.get().number for line in lines])
        _until_over()
        seconds = time.monotonic() - began
        for desk in desks:
            desk.unplug()
        known = {each["sid"] for each in box.control.calls("inbound")}
        answered = box.control.call("GET", "/latencies")
    finally:
        box.stop()
    figures = {"seconds": seconds, "webhook p99 ms": answered["p99"], "webhook worst ms": answered["worst"]}
    return figures | _judge(known)


def _lines() -> list[Any]:
    from lines.models import Hotline, Number, OpeningRule

    made = []
    for n, priority in enumerate([0, 5]):
        line = Hotline.objects.create(
            name=f"B{n}", slug=f"b{n}", organisation="B", priority=priority, wrap_up_seconds=0, max_wait_seconds=3600
        )
        OpeningRule.objects.create(hotline=line, kind="always")
        Number.objects.create(hotline=line, number=f"+472100001{n}", lines=500)
        made.append(line)
    return made


def _dial(url: str, numbers: list[str]) -> None:
    from telephony.simulator.phone import Phone

    phone = Phone(url)

    def some(part: int) -> None:
        for n in range(part, CALLS, 8):
            phone.dial(numbers[n % 5 == 0], caller=f"+4791{n:06d}")

    threads = [threading.Thread(target=some, args=(part,)) for part in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _until_over() -> None:
    from calls.models import Call

    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        if Call.objects.filter(state="ended").count() == CALLS:
            return
        time.sleep(0.5)


def _judge(known: set[str]) -> dict[str, Any]:
    from calls.models import Call, Offer

    calls = list(Call.objects.all())
    answered = [call for call in calls if call.outcome == "answered"]
    offers = list(Offer.objects.select_related("call").order_by("made_at"))
    return {
        "calls": len(calls),
        "answered": len(answered),
        "lost": len(known - {call.carrier_ref for call in calls}) + sum(call.outcome != "answered" for call in calls),
        "answered twice": sum(
            sum(offer.accepted_at is not None for offer in offers if offer.call_id == call.pk) > 1 for call in calls
        ),
        "out of turn": overtaken(),
        "longest wait s": max(((call.answered_at - call.queued_at).total_seconds() for call in answered), default=0.0),
    }


def overtaken() -> int:
    """How many offers were made although a call with a better claim stood waiting."""
    from calls.models import Call, Offer

    calls, offers = list(Call.objects.all()), list(Offer.objects.select_related("call").order_by("made_at"))
    return sum(_overtakes(offer, offers, calls) for offer in offers)


def _overtakes(offer: Any, offers: list[Any], calls: list[Any]) -> bool:
    """Whether a call with a better claim stood waiting, visibly, when this offer was made."""
    seen = offer.made_at - _SETTLED
    mine = (-offer.call.priority, offer.call.queued_at)
    first_offer = {each.call_id: each.made_at for each in reversed(offers)}
    return any(
        call.queued_at
        and call.queued_at < seen
        and (-call.priority, call.queued_at) < mine
        and first_offer.get(call.pk, offer.made_at + _SETTLED) > offer.made_at + _SETTLED
        for call in calls
    )
