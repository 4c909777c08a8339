"""Live updates to browsers: one LISTEN connection per process, fanned out as server-sent events.

A message is a list of topics, of which the page fetches what changed, or an object of parts that were made once for
many (`live_parts`). Each stream keeps the set of topics it has not sent yet, and of each part the newest, so that a
slow reader never costs a growing queue. Streams end within a few seconds of a sign-out, a closed account or a changed
right: one batched check per process (`Rights.ended`).
"""

import asyncio
import contextlib
import json
import logging
import random
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from http.cookies import CookieError, SimpleCookie
from typing import Any, Protocol
from urllib.parse import parse_qs

import psycopg2
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connections

from hotline.core.live import LIVE_CHANNEL
from hotline.core.live_parts import Maker, Parts

KEEP_ALIVE_SECONDS = 15
CHECK_SECONDS = 3
SEND_SECONDS = 20  # a reader who takes nothing for longer has gone
STREAMS_A_PERSON = 30
MAX_TOPICS = 60

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Grant:
    """Who a stream belongs to, and what that person may hear. `stamp` changes when any right does."""

    session_key: str
    user_id: int
    topics: frozenset[str]
    prefixes: tuple[str, ...] = ()
    stamp: str = ""

    def allows(self, topic: str) -> bool:
        return topic in self.topics or topic.startswith(self.prefixes)


class Rights(Protocol):
    """Asks the database, in a thread: who a session is, and which grants no longer hold."""

    def grant(self, session_key: str) -> Grant | None: ...

    def ended(self, grants: set[Grant]) -> set[Grant]: ...


@dataclass(eq=False)
class Stream:
    """One browser's stream: what it listens to, and what it has yet to be told."""

    grant: Grant
    topics: frozenset[str]
    pending: set[str] = field(default_factory=set)
    parts: dict[str, str] = field(default_factory=dict)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    keep_alive: bool = False
    closed: bool = False

    @property
    def user_id(self) -> int:
        return self.grant.user_id

    def tell(self, topics: Iterable[str]) -> None:
        self.pending.update(topics)
        self.wake.set()

    def give(self, name: str, html: str) -> None:
        self.parts[name] = html
        self.wake.set()

    def close(self) -> None:
        self.closed = True
        self.wake.set()

    def take(self) -> bytes:
        """What to send now; empties what is pending."""
        waiting = [each for each in (sorted(self.pending), self.parts) if each]
        message = "".join(f"data: {json.dumps(each)}\n\n" for each in waiting)
        if self.keep_alive and not message:
            message = ": here\n\n"
        self.pending.clear()
        self.parts.clear()
        self.keep_alive = False
        return message.encode()


class Hub:
    """Which streams hear which topic."""

    def __init__(self, parts: Parts) -> None:
        self.streams: set[Stream] = set()
        self.parts = parts
        self._by_topic: dict[str, set[Stream]] = defaultdict(set)

    def add(self, stream: Stream) -> None:
        self.streams.add(stream)
        self.parts.add(stream)
        for topic in stream.topics:
            self._by_topic[topic].add(stream)

    def remove(self, stream: Stream) -> None:
        self.streams.discard(stream)
        self.parts.remove(stream)
        for topic in stream.topics:
            listeners = self._by_topic[topic]
            listeners.discard(stream)
            if not listeners:
                del self._by_topic[topic]

    def broadcast(self, topics: Collection[str]) -> None:
        for topic in topics:
            for stream in self._by_topic.get(topic, ()):
                stream.tell([topic])
        self.parts.told(topics)

    def resync(self) -> None:
        """After a gap nobody knows what was missed: every stream is told everything it listens to."""
        for stream in self.streams:
            stream.tell(stream.topics)
        self.parts.resync()

    def keep_alive(self) -> None:
        for stream in self.streams:
            stream.keep_alive = True
            stream.wake.set()

    def of(self, user_id: int) -> int:
        return sum(stream.grant.user_id == user_id for stream in self.streams)

    def close_all(self) -> None:
        for stream in self.streams:
            stream.close()


class Listener:
    """Holds the process's LISTEN connection; comes back by itself after the database was away."""

    def __init__(self, heard: Callable[[Collection[str]], None], resync: Callable[[], None]) -> None:
        self._heard = heard
        self._resync = resync
        self._lost = asyncio.Event()

    async def run(self) -> None:
        """Listen until cancelled."""
        loop = asyncio.get_running_loop()
        failures = 0
        while True:
            try:
                connection = await loop.run_in_executor(None, _listen)
            except psycopg2.Error as error:
                failures += 1
                if failures == 1:
                    log.warning("live updates wait for the database: %s", error.__class__.__name__)
                await asyncio.sleep(min(5.0, 0.2 * 2**failures) * random.uniform(0.5, 1.0))  # noqa: S311
                continue
            failures = 0
            self._lost.clear()
            loop.add_reader(connection.fileno(), self._readable, connection)
            self._resync()
            try:
                await self._lost.wait()
            finally:
                loop.remove_reader(connection.fileno()) if not connection.closed else None
                with contextlib.suppress(psycopg2.Error):
                    connection.close()

    def _readable(self, connection: Any) -> None:
        descriptor = connection.fileno()
        try:
            connection.poll()
        except psycopg2.Error:
            asyncio.get_running_loop().remove_reader(descriptor)
            self._lost.set()
            return
        topics: set[str] = set()
        for notice in connection.notifies:
            with contextlib.suppress(ValueError, TypeError):
                topics.update(json.loads(notice.payload))
        connection.notifies.clear()
        self._heard(topics)


def _listen() -> Any:
    connection = psycopg2.connect(
        **{**connections["default"].get_connection_params(), "keepalives_idle": 10, "keepalives_interval": 5}
    )
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {LIVE_CHANNEL}")
    return connection


class LiveStreams:
    """The ASGI application behind `GET /live/stream/?topics=a,b`, and the tasks it needs."""

    def __init__(self, rights: Rights, maker: Maker) -> None:
        self.hub = Hub(Parts(maker, self._ask))
        self._rights = rights
        self._tasks: list[asyncio.Task[None]] = []
        self._threads: ThreadPoolExecutor | None = None

    def start(self) -> None:
        """Begin to listen. Safe to call again."""
        if not self._tasks:
            self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="live")
            listener = Listener(self.hub.broadcast, self.hub.resync)
            runs = (listener.run(), self._check(), self._keep_alive(), self.hub.parts.run())
            self._tasks = [asyncio.create_task(run) for run in runs]

    async def stop(self) -> None:
        """End every stream and the tasks."""
        self.hub.close_all()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        if self._threads is not None:
            self._threads.shutdown(wait=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.start()
        if scope["method"] != "GET":
            return await _answer(send, 405)
        key = session_key(scope)
        try:
            grant = await self._ask(self._rights.grant, key) if key else None
        except DatabaseError:
            return await _answer(send, 503)
        if grant is None:
            return await _answer(send, 401)
        topics = frozenset(topic for topic in asked_topics(scope) if grant.allows(topic))
        if not topics:
            return await _answer(send, 404)
        if self.hub.of(grant.user_id) >= STREAMS_A_PERSON:
            return await _answer(send, 429)
        await self._hold(Stream(grant, topics), receive, send)

    async def _hold(self, stream: Stream, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        await send(_body(b"retry: 2000\n\n"))
        self.hub.add(stream)
        watch = asyncio.create_task(_until_gone(stream, receive))
        try:
            while not stream.closed:
                await stream.wake.wait()
                stream.wake.clear()
                if message := stream.take():
                    async with asyncio.timeout(SEND_SECONDS):
                        await send(_body(message))
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except TimeoutError:
            log.info("a live stream was dropped: its reader took nothing for %s s", SEND_SECONDS)
        finally:
            self.hub.remove(stream)
            watch.cancel()

    async def _ask(self, question: Callable[..., Any], *args: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(_asked, question, *args))

    async def _check(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            grants = {stream.grant for stream in self.hub.streams}
            if not grants:
                continue
            try:
                ended = await self._ask(self._rights.ended, grants)
            except DatabaseError:
                continue  # the database is away: nobody can have signed out meanwhile
            for stream in [stream for stream in self.hub.streams if stream.grant in ended]:
                stream.close()

    async def _keep_alive(self) -> None:
        while True:
            await asyncio.sleep(KEEP_ALIVE_SECONDS)
            self.hub.keep_alive()


def _asked(question: Callable[..., Any], *args: Any) -> Any:
    close_old_connections()
    try:
        return question(*args)
    finally:
        close_old_connections()


async def _until_gone(stream: Stream, receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    stream.close()


def session_key(scope: Scope) -> str:
    """The session cookie of a request, or nothing."""
    cookies: SimpleCookie = SimpleCookie()
    for name, value in scope["headers"]:
        if name == b"cookie":
            with contextlib.suppress(CookieError):
                cookies.load(value.decode("latin1"))
    found = cookies.get(settings.SESSION_COOKIE_NAME)
    return found.value if found else ""


def asked_topics(scope: Scope) -> list[str]:
    """The topics of the query, at most MAX_TOPICS."""
    query = parse_qs(scope["query_string"].decode("latin1"))
    return ",".join(query.get("topics", [])).split(",")[:MAX_TOPICS]


_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


def _body(message: bytes) -> dict[str, Any]:
    return {"type": "http.response.body", "body": message, "more_body": True}


async def _answer(send: Send, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"cache-control", b"no-store")]})
    await send({"type": "http.response.body", "body": b""})
