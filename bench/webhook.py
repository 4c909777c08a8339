"""The inbound webhook, complete, against the floor."""

import itertools
import statistics
from typing import Any

from bench.ground import ACCOUNT_SID, AUTH_TOKEN, Ground, free_port
from bench.load import paced, quantile, request, saturate

ROUNDS = 4
REQUESTS = 1500
_sid = itertools.count(1)
NUMBER = "+4721000001"


def form(path: str) -> dict[str, str]:
    n = next(_sid)
    caller = f"+4791{n % 1_000_000:06d}"
    return {
        "AccountSid": ACCOUNT_SID, "ApiVersion": "2010-04-01", "CallSid": f"CA{n:032x}", "CallStatus": "ringing",
        "CallToken": "%7B%22parentCallInfoToken%22%3A%22eyJhbGciOiJFUzI1NiJ9%22%7D", "Called": NUMBER, "CalledCity": "",
        "CalledCountry": "NO", "CalledState": "", "CalledZip": "", "Caller": caller, "CallerCity": "",
        "CallerCountry": "NO", "CallerState": "", "CallerZip": "", "Direction": "inbound", "From": caller,
        "FromCity": "", "FromCountry": "NO", "FromState": "", "FromZip": "", "StirVerstat": "TN-Validation-Passed-C",
        "To": NUMBER, "ToCity": "", "ToCountry": "NO", "ToState": "", "ToZip": "",
    }  # fmt: skip


def requests_for(ground: Ground, path: str, count: int) -> list[bytes]:
    return [request(ground.public_url, path, form(path), AUTH_TOKEN) for _ in range(count)]


def world() -> None:
    from lines.models import Hotline, Number, OpeningRule

    line = Hotline.objects.create(name="Bench", slug="bench", organisation="Bench", caller_hourly_limit=60)
    for weekday in range(7):
        OpeningRule.objects.create(hotline=line, kind="weekly", weekday=weekday, opens="00:00", closes="00:00")
    Number.objects.create(hotline=line, number=NUMBER, lines=30_000)


def run(ground: Ground) -> dict[str, Any]:
    """Calls a second of the product over the floor's at 8 and 32 at once; latency at 20 calls/s; five deliveries of
    one call at once."""
    from bench.floor import make_table

    make_table()
    world()
    floor_port = free_port()
    ground.serve("hotline.asgi:application", ground.port)
    ground.serve("bench.floor:application", floor_port)
    sides = {"product": (ground.port, "/twilio/voice/"), "floor": (floor_port, "/floor/voice/")}
    for port, path in sides.values():
        saturate(port, requests_for(ground, path, 200), 8)
    result: dict[str, Any] = {}
    for at_once in (8, 32):
        result[f"at {at_once}"] = _compare(ground, sides, at_once)
    times = [each[0] for each in paced(ground.port, requests_for(ground, "/twilio/voice/", 400), 20)]
    result["p50 ms at 20/s"], result["p99 ms at 20/s"] = (1000 * quantile(times, q) for q in (0.5, 0.99))
    result["five at once"] = _five(ground)
    return result


def _compare(ground: Ground, sides: dict[str, tuple[int, str]], at_once: int) -> dict[str, Any]:
    rates: dict[str, list[float]] = {name: [] for name in sides}
    for turn in range(ROUNDS):
        order = list(sides) if turn % 2 == 0 else list(reversed(sides))
        for name in order:
            port, path = sides[name]
            _end_all_calls()
            seconds, answers = saturate(port, requests_for(ground, path, REQUESTS), at_once)
            assert all(status == 200 and b"<Enqueue" in body for _, status, body in answers), answers[0]
            rates[name].append(len(answers) / seconds)
    medians = {name: statistics.median(values) for name, values in rates.items()}
    return {**{f"{n} calls/s": round(v) for n, v in medians.items()}, "ratio": medians["product"] / medians["floor"]}


def _end_all_calls() -> None:
    """Between rounds the lines are free again, as they would be in life."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("UPDATE calls_call SET state = 'ended', ended_at = now() WHERE state <> 'ended'")
        cursor.execute("VACUUM ANALYZE calls_call")


def _five(ground: Ground) -> dict[str, int]:
    from calls.models import Call

    before = Call.objects.count()
    answers: set[bytes] = set()
    for _ in range(20):
        one = requests_for(ground, "/twilio/voice/", 1)[0]
        answers |= {body for _, _, body in saturate(ground.port, [one] * 5, 5)[1]}
    return {"calls": 20, "rows": Call.objects.count() - before, "different answers": len(answers)}
