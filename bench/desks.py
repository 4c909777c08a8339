"""What 100 open desks and 5 wallboards cost while 10 calls a minute flow: processor time of our own processes."""

import asyncio
import os
import time
from collections import Counter
from pathlib import Path
from typing import Any

import aiohttp

from bench.browser import OpenPage
from bench.ground import ACCOUNT_SID, AUTH_TOKEN, Ground
from bench.people import operators, session_cookie

DESKS, BOARDS = 100, 5
CALLS_A_MINUTE = 10
SECONDS = int(os.environ.get("BENCH_SECONDS", "120"))
TALK = 20


def run(ground: Ground) -> dict[str, Any]:
    """Seconds of processor a second, of web, switchboard and PostgreSQL together; the callers' carrier and the
    browsers, which run elsewhere in life, are not counted."""
    from telephony.simulator.harness import Box
    from telephony.simulator.phone import Desk, Phone

    box = Box(account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN, webhook_base=ground.public_url, speed=1.0).start()
    try:
        lines = _lines()
        people = _people(lines)
        desks = [Desk(box.url, each.identity, mode="answer", after=3, hang_up_after=TALK) for each in people]
        ground.serve("hotline.asgi:application", ground.port)
        ground.switchboard(box.url)
        result = asyncio.run(_measure(ground, people, Phone(box.url), [_number(line) for line in lines]))
        for desk in desks:
            desk.unplug()
    finally:
        box.stop()
    return result


def _lines() -> list[Any]:
    from lines.models import Hotline, Number, OpeningRule

    made = []
    for n in range(3):
        line = Hotline.objects.create(name=f"Line {n}", slug=f"l{n}", organisation="Bench", wrap_up_seconds=15)
        OpeningRule.objects.create(hotline=line, kind="always")
        Number.objects.create(hotline=line, number=f"+472100000{n}", lines=50)
        made.append(line)
    return made


def _number(line: Any) -> str:
    return line.numbers.get().number


def _people(lines: list[Any]) -> list[Any]:
    """The operators, each serving one of the hotlines."""
    bounds = [DESKS * n // len(lines) for n in range(len(lines) + 1)]
    shares = zip(lines, bounds, bounds[1:], strict=False)
    return [each for line, first, end in shares for each in operators(end - first, line, first=first)]


def _supervisors() -> list[Any]:
    from operators.models import User

    return [User.objects.create(username=f"board{n}", role=User.Role.ADMINISTRATOR) for n in range(BOARDS)]


async def _measure(ground: Ground, people: list[Any], phone: Any, numbers: list[str]) -> dict[str, Any]:
    cookies = await asyncio.to_thread(lambda: [session_cookie(each.user) for each in people])
    board_cookies = await asyncio.to_thread(lambda: [session_cookie(each) for each in _supervisors()])
    counts: Counter[str] = Counter()
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=None)) as session:
        pages = [OpenPage(session, ground.public_url, "/desk/", cookie, counts) for cookie in cookies]
        pages += [OpenPage(session, ground.public_url, "/board/", cookie, counts) for cookie in board_cookies]
        for page in pages:
            await page.open()
        await asyncio.sleep(10)
        counts.clear()
        before, began = _spent(ground), time.monotonic()
        answered = await _calls(phone, numbers)
        seconds = time.monotonic() - began
        spent = {name: after - before[name] for name, after in _spent(ground).items()}
        broken = [str(task.exception()) for page in pages for task in page.tasks if task.done()]
        for page in pages:
            await page.close()
    assert not broken, broken[:3]
    cores = {f"{name}, cores": value / seconds for name, value in spent.items()}
    asked = {f"asked for {path}, a second": n / seconds for path, n in counts.most_common(8)}
    return {
        "desks": DESKS, "boards": BOARDS, "calls": answered, "seconds": seconds,
        "cores in all": sum(spent.values()) / seconds, **cores, **asked,
    }  # fmt: skip


async def _calls(phone: Any, numbers: list[str]) -> int:
    """Callers at an even pace, each taken by whoever is rung; how many were talked with."""
    began, callers = time.monotonic(), []
    while (now := time.monotonic() - began) < SECONDS:
        number = numbers[len(callers) % len(numbers)]
        callers.append(await asyncio.to_thread(phone.dial, number))
        await asyncio.sleep(max(0.0, len(callers) * 60 / CALLS_A_MINUTE - now))
    from calls.models import Call

    return await Call.objects.filter(answered_at__isnull=False).acount()


def _spent(ground: Ground) -> dict[str, float]:
    """Seconds of processor so far of each of our processes."""
    assert ground.postgres.process is not None
    named = dict(zip(("web", "switchboard"), ([child.pid] for child in ground.children), strict=True))
    postmaster = ground.postgres.process.pid
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    named["PostgreSQL"] = [postmaster, *map(int, children)]
    return {name: sum(map(_seconds, pids)) for name, pids in named.items()}


def _seconds(pid: int) -> float:
    """User and system time of a process and of its children that have ended."""
    try:
        values = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, values[11:15])) / os.sysconf("SC_CLK_TCK")
