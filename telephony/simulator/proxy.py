"""The simulator through the web process, so that telephones and browsers need one address only.

Browser telephones (`/simulator/client/`) prove themselves to the simulator by their token. Of the control API only what
the telephone page does is passed on, and only with that page's signed key: mishaps, the clock, the books and other
people's calls stay inside.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

import aiohttp
from django.conf import settings
from django.core import signing

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

SALT = "telephony.telephones"
KEY_SECONDS = 24 * 3600
LONGEST_BODY = 64 * 1024
_OPEN = re.compile(r"/simulator/client/(register|[A-Za-z0-9]+/[a-z-]+)$")
_KEYED = re.compile(
    r"/simulator/api/(stream|dial|telephones|calls/CA[0-9a-f]{32}/(press|say|hang-up)"
    r"|telephones/TE[0-9a-f]{32}(/(answer|decline|voicemail|manner))?)$"
)
_PASSED_ON = {b"authorization", b"content-type", b"last-event-id", b"accept"}
_sessions: dict[int, aiohttp.ClientSession] = {}


class _Refused(Exception):
    """Answered here, without asking the simulator."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True)
class Page:
    """One telephone page: its name, and the telephones that may be plugged in there."""

    name: str
    telephones: tuple[str, ...] = ()


def page_key(page: str, telephones: Iterable[str] = ()) -> str:
    """A key that lets one telephone page call for a day, and be rung on these numbers."""
    return signing.dumps([page, *telephones], salt=SALT)


def _page_of(scope: Scope) -> Page:
    """The page that a request's key was given to. Raises _Refused(403)."""
    given = dict(scope["headers"]).get(b"x-telephone-key", b"").decode("latin-1")
    if not given and scope["method"] == "GET":  # an event source cannot set headers
        given = dict(parse_qsl(scope["query_string"].decode("latin-1"))).get("key", "")
    try:
        name, *telephones = signing.loads(given, salt=SALT, max_age=KEY_SECONDS)
        return Page(name, tuple(telephones))
    except signing.BadSignature:
        raise _Refused(403) from None


def _session() -> aiohttp.ClientSession:
    """One session for each event loop; tests run several after each other."""
    key = id(asyncio.get_running_loop())
    if key not in _sessions:
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=5)
        _sessions[key] = aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar())
    return _sessions[key]


async def close() -> None:
    """End the connections of this event loop."""
    session = _sessions.pop(id(asyncio.get_running_loop()), None)
    if session is not None:
        await session.close()


async def _body(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > LONGEST_BODY:
            raise _Refused(413)
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            return body


def _target(scope: Scope) -> str:
    """The address to ask. The page's name, proved by its key, replaces whatever the browser claims."""
    path, query = scope["path"], scope["query_string"].decode("latin-1")
    if not settings.SIMULATOR_URL:
        raise _Refused(404)
    if _KEYED.match(path):
        page = _page_of(scope)
        query = urlencode({"page": page.name}) if path.endswith("/stream") else ""
    elif not _OPEN.match(path):
        raise _Refused(404)
    return f"{settings.SIMULATOR_URL}{path}" + (f"?{query}" if query else "")


async def proxy(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI application for /simulator/api/ and /simulator/client/."""
    try:
        url, body = _target(scope), await _body(receive)
        if reads := {"/simulator/api/dial": _dialled, "/simulator/api/telephones": _plugged}.get(scope["path"]):
            body = reads(body, _page_of(scope))
        headers = {k.decode(): v.decode("latin-1") for k, v in scope["headers"] if k in _PASSED_ON}
        async with _session().request(scope["method"], url, data=body or None, headers=headers) as answer:
            await _pass(answer, receive, send)
    except _Refused as refused:
        await _answer(send, refused.status)
    except (aiohttp.ClientError, TimeoutError):
        await _answer(send, 502)


def _dialled(body: bytes, page: Page) -> bytes:
    """What a page may say when it dials: number, caller, a mishap. Its own name is added."""
    return json.dumps({**_kept(body, "number", "caller", "mishap", "after"), "page": page.name}).encode()


def _plugged(body: bytes, page: Page) -> bytes:
    """What a page may say when it plugs a telephone in; 404 for one that is not of this page."""
    facts = _kept(body, "address", "mode")
    if facts.get("address") not in page.telephones:
        raise _Refused(404)
    return json.dumps({**facts, "page": page.name}).encode()


def _kept(body: bytes, *names: str) -> dict[str, Any]:
    try:
        facts = json.loads(body)
        return {name: facts[name] for name in names if name in facts}
    except (ValueError, TypeError):
        raise _Refused(400) from None


async def _answer(send: Send, status: int) -> None:
    headers = [(b"content-type", b"text/plain"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def _pass(answer: aiohttp.ClientResponse, receive: Receive, send: Send) -> None:
    """Hand the answer on piece by piece, until it ends or the browser is gone."""
    kind = answer.headers.get("Content-Type", "text/plain").encode("latin-1")
    headers = [(b"content-type", kind), (b"cache-control", b"no-store"), (b"x-accel-buffering", b"no")]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    gone = asyncio.ensure_future(_gone(receive))
    piece = asyncio.ensure_future(answer.content.readany())
    try:
        while True:
            await asyncio.wait({gone, piece}, return_when=asyncio.FIRST_COMPLETED)
            if gone.done():
                return
            data = piece.result()
            await send({"type": "http.response.body", "body": data, "more_body": bool(data)})
            if not data:
                return
            piece = asyncio.ensure_future(answer.content.readany())
    finally:
        for task in (gone, piece):
            task.cancel()
        await asyncio.gather(gone, piece, return_exceptions=True)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
