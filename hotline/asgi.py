"""The one web process: live streams on the event loop, pages and webhooks in threads, the simulator passed through.

Sync views under Django's own ASGI handler run several times slower than in threads, so everything but the streams goes
through WSGI. `WEB_THREADS` bounds how many pages run at once, and how many webhooks; each thread keeps a connection.
"""

import asyncio
import os
import signal
import threading
from typing import Any

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hotline.settings")
django_application = get_wsgi_application()

from django.conf import settings  # noqa: E402 - apps are loaded by now

import hotline.urls  # noqa: E402, F401 - half a second that the first page would take while callers wait for answers
from desk import live_lines, live_rights  # noqa: E402
from hotline.core.live_stream import LiveStreams, Receive, Scope, Send  # noqa: E402
from telephony.simulator import proxy as simulator  # noqa: E402
from telephony.twilio.entry import WebhookHandler  # noqa: E402

live = LiveStreams(live_rights, live_lines)
pages = WSGIMiddleware(django_application, workers=settings.WEB_THREADS)
webhooks = WSGIMiddleware(WebhookHandler(), workers=settings.WEB_THREADS)  # past the pages' middleware
_ROUTES: list[tuple[str, Any]] = [
    ("/live/stream/", live),
    ("/twilio/", webhooks),
]
if settings.SIMULATOR_URL:
    _ROUTES += [("/simulator/api/", simulator.proxy), ("/simulator/client/", simulator.proxy)]


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI entry."""
    if scope["type"] == "lifespan":
        return await _lifespan(receive, send)
    if scope["type"] != "http":
        return await send({"type": "websocket.close", "code": 1000})
    target = next((app for start, app in _ROUTES if scope["path"].startswith(start)), pages)
    await target(_clean(scope), receive, send)
    return None


def _clean(scope: Scope) -> Scope:
    """Without header names that WSGI could not tell from a proxy's own (`X_Forwarded_Proto`), and an ASCII query."""
    scope["headers"] = [(name, value) for name, value in scope["headers"] if b"_" not in name]
    query = scope["query_string"]
    if not query.isascii():
        scope["query_string"] = b"".join(bytes([c]) if c < 128 else b"%%%02X" % c for c in query)
    return scope


async def _lifespan(receive: Receive, send: Send) -> None:
    await receive()
    live.start()
    _end_streams_on_sigterm()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await live.stop()
    await simulator.close()
    await send({"type": "lifespan.shutdown.complete"})


def _end_streams_on_sigterm() -> None:
    """The server waits for open responses before it stops: streams never finish by themselves, so they end first."""
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)
        if not callable(before):
            continue

        def end(received: int, frame: Any, before: Any = before) -> None:
            loop.call_soon_threadsafe(live.hub.close_all)
            before(received, frame)

        signal.signal(number, end)
