"""From the webhook by which a caller joins the queue to the ringing desk, with 50 desks connected."""

import asyncio
import time
from typing import Any

import aiohttp

from bench.ground import ACCOUNT_SID, AUTH_TOKEN, Ground
from bench.load import quantile, request, saturate
from bench.people import listen, operators, session_cookie
from bench.webhook import form

DESKS = 50
CALLS = 100


def run(ground: Ground) -> dict[str, Any]:
    """p50 and p95 in ms: until the desk's stream says so, and until the carrier rings the operator's telephone."""
    from telephony.simulator.harness import Box
    from telephony.simulator.phone import Desk

    box = Box(account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN, webhook_base=ground.public_url, speed=1.0).start()
    try:
        line = _line()
        people = operators(DESKS, line)
        desks = [Desk(box.url, each.identity) for each in people]
        ground.serve("hotline.asgi:application", ground.port)
        ground.switchboard(box.url)
        time.sleep(4)
        asyncio.run(_wait_for_streams(ground, people))
        heard = asyncio.run(_measure(ground, people))
        rang = _rang()
        for desk in desks:
            desk.unplug()
    finally:
        box.stop()
    return {
        "desks": DESKS,
        "calls": CALLS,
        "to the desk's stream, p50 ms": 1000 * quantile(heard, 0.5),
        "to the desk's stream, p95 ms": 1000 * quantile(heard, 0.95),
        "to the ringing telephone, p50 ms": 1000 * quantile(rang, 0.5),
        "to the ringing telephone, p95 ms": 1000 * quantile(rang, 0.95),
        "rung": len(rang),
    }


def _line() -> Any:
    from bench.webhook import world
    from lines.models import Hotline

    world()
    line = Hotline.objects.get()
    Hotline.objects.update(caller_hourly_limit=0, wrap_up_seconds=0)
    return line


async def _wait_for_streams(ground: Ground, people: list[Any]) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{ground.public_url}/healthz") as answer:
        assert answer.status == 200


async def _measure(ground: Ground, people: list[Any]) -> list[float]:
    cookies = await asyncio.to_thread(lambda: [session_cookie(each.user) for each in people])
    times: list[float] = []
    state: dict[str, Any] = {"sent": None}

    def heard(at: float, topics: list[str], own: str) -> None:
        if own in topics and state["sent"] is not None:
            times.append(at - state["sent"])
            state["sent"] = None

    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=None)) as session:
        events, tasks = [], []
        for each, cookie in zip(people, cookies, strict=True):
            opened, own = asyncio.Event(), f"operator:{each.pk}"
            events.append(opened)
            tasks.append(
                asyncio.create_task(
                    listen(session, ground.public_url, cookie, own, opened, lambda at, t, own=own: heard(at, t, own))
                )
            )
        await asyncio.gather(*(event.wait() for event in events))
        for _ in range(CALLS):
            facts = form("")
            voice = request(ground.public_url, "/twilio/voice/", facts, AUTH_TOKEN)
            _, answers = await asyncio.to_thread(saturate, ground.port, [voice], 1)
            address = answers[0][2].decode().split('waitUrl="')[1].split('"')[0].removeprefix(ground.public_url)
            joined = request(ground.public_url, address, facts | {"QueueSid": "QU1"}, AUTH_TOKEN)
            state["sent"] = time.perf_counter()
            await asyncio.to_thread(saturate, ground.port, [joined], 1)
            await asyncio.sleep(0.35)
            await asyncio.to_thread(_free)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return times


def _free() -> None:
    """The caller hangs up: whoever rang is ready again."""
    from django.utils import timezone

    from calls.models import Call
    from calls.services import call_ended

    for pk in Call.objects.exclude(state="ended").values_list("pk", flat=True):
        call_ended(pk, at=timezone.now())


def _rang() -> list[float]:
    from calls.models import Offer

    rows = Offer.objects.filter(rang_at__isnull=False).values_list("call__queued_at", "rang_at")
    return [(rang - queued).total_seconds() for queued, rang in rows]
