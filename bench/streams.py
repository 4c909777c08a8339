"""1,000 live streams held by one process: how long a broadcast takes to reach them all."""

import asyncio
import resource
import time
from typing import Any

import aiohttp

from bench.ground import Ground
from bench.load import quantile
from bench.people import listen, session_cookie

STREAMS = 1000
PEOPLE = 50
BROADCASTS = 20


def run(ground: Ground) -> dict[str, Any]:
    """p50, p95 and longest in ms over every delivery, and how many of all arrived."""
    from operators.models import User

    resource.setrlimit(resource.RLIMIT_NOFILE, (8192, 8192))
    people = [User.objects.create(username=f"boss{n}", role=User.Role.SUPERVISOR) for n in range(PEOPLE)]
    ground.serve("hotline.asgi:application", ground.port)
    cookies = [session_cookie(each) for each in people]
    times = asyncio.run(_measure(ground, cookies))
    return {
        "streams": STREAMS,
        "deliveries": STREAMS * BROADCASTS,
        "lost": STREAMS * BROADCASTS - len(times),
        "p50 ms": 1000 * quantile(times, 0.5),
        "p95 ms": 1000 * quantile(times, 0.95),
        "longest ms": 1000 * max(times),
        "resident MB": _resident(ground),
    }


async def _measure(ground: Ground, cookies: list[str]) -> list[float]:
    times: list[float] = []
    state = {"sent": 0.0}

    def heard(at: float, topics: list[str]) -> None:
        if "board" in topics and state["sent"]:
            times.append(at - state["sent"])

    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=None)) as session:
        tasks = []
        for n in range(STREAMS):
            opened = asyncio.Event()
            tasks.append(
                asyncio.create_task(listen(session, ground.public_url, cookies[n % PEOPLE], "board", opened, heard))
            )
            if n % 50 == 49:
                await asyncio.wait_for(opened.wait(), 20)
        await asyncio.sleep(2)
        for _ in range(BROADCASTS):
            state["sent"] = time.perf_counter()
            await asyncio.to_thread(_broadcast)
            await asyncio.sleep(0.8)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return times


def _broadcast() -> None:
    from hotline.core.live import announce

    announce("board")


def _resident(ground: Ground) -> float:
    with open(f"/proc/{ground.children[-1].pid}/status") as status:
        line = next(line for line in status if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024
