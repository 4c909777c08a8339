"""1,000 live streams held by one web process: how long a broadcast takes to reach each.

The streams are opened over real sockets as 40 signed-in people; the topic of the board is announced twenty times, as a
service does it, by NOTIFY. Measured from before the announcement to the arrival of the line at each reader.
"""

import asyncio
import secrets
import time
from datetime import timedelta
from typing import Any

STREAMS, PEOPLE, ROUNDS, LIMIT_MS = 1000, 40, 20, 300.0


def sessions() -> list[str]:
    """Sign in the people; their session keys."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from operators.models import User

    keys = []
    for _ in range(PEOPLE):
        user = User.objects.create(username=f"bench-{secrets.token_hex(6)}", role="operator")
        store = SessionStore()
        store[SESSION_KEY] = str(user.pk)
        store[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
        store[HASH_SESSION_KEY] = user.get_session_auth_hash()
        store.set_expiry(timedelta(hours=1))
        store.create()
        keys.append(str(store.session_key))
    return keys


async def read(port: int, key: str, heard: "asyncio.Queue[float]", ready: asyncio.Semaphore) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = f"GET /live/stream/?topics=board HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: sessionid={key}\r\n\r\n"
    writer.write(request.encode())
    try:
        while line := await reader.readline():
            if b"retry" in line:
                ready.release()
            elif b"data:" in line:
                heard.put_nowait(time.perf_counter())
    finally:
        writer.close()


async def measure(port: int, keys: list[str], announce: Any) -> list[float]:
    heard: asyncio.Queue[float] = asyncio.Queue()
    ready = asyncio.Semaphore(0)
    readers = [asyncio.create_task(read(port, keys[n % len(keys)], heard, ready)) for n in range(STREAMS)]
    for _ in range(STREAMS):
        await asyncio.wait_for(ready.acquire(), 60)
    await asyncio.sleep(1)
    while not heard.empty():
        heard.get_nowait()
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await asyncio.to_thread(announce)
        took += [await asyncio.wait_for(heard.get(), 10) - began for _ in range(STREAMS)]
        await asyncio.sleep(0.2)
    for reader in readers:
        reader.cancel()
    await asyncio.gather(*readers, return_exceptions=True)
    return sorted(took)


def run(ground: Any) -> dict[str, Any]:
    """The percentiles in milliseconds, and whether p95 kept its limit."""
    from hotline.core.live import announce

    keys = sessions()
    ground.serve("hotline.asgi:application", ground.port)
    took = asyncio.run(measure(ground.port, keys, lambda: announce("board")))
    ms = {name: 1000 * took[int(len(took) * share)] for name, share in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)]}
    return {"streams": STREAMS, "broadcast_ms": ms, "limit_ms": LIMIT_MS, "kept": ms["p95"] < LIMIT_MS}
