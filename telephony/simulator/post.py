"""What the carrier tells and asks the application: status callbacks and documents, with mishaps in between."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Protocol
from urllib.parse import urlsplit

from telephony.simulator.clock import Clock
from telephony.simulator.faults import Faults
from telephony.simulator.leg import Goto, Leg
from telephony.simulator.lint import Vocabulary
from telephony.simulator.settings import Settings
from telephony.simulator.transport import Params, Reply, Request, Transport
from telephony.simulator.twiml import TwimlError, Verb, parse

logger = logging.getLogger(__name__)
LOG_LENGTH = 5000
TIMES_KEPT = 20_000


def event_of(params: Params) -> str:
    for name in ("StatusCallbackEvent", "RecordingStatus", "CallStatus"):
        if params.get(name):
            return params[name]
    return ""


class Told(Protocol):
    """What callbacks are about: a leg or a conference. Its callbacks leave in order, one after the other."""

    cookies: Params
    chain: "asyncio.Task[None] | None"


class Post:
    """The one way out. Keeps a log of every request, its answer and what was wrong with it."""

    def __init__(self, settings: Settings, clock: Clock, transport: Transport, faults: Faults) -> None:
        self.settings, self.clock, self.transport, self.faults = settings, clock, transport, faults
        self.log: deque[dict[str, Any]] = deque(maxlen=LOG_LENGTH)
        self.took: deque[float] = deque(maxlen=TIMES_KEPT)  # real seconds of the latest answers
        self.vocabulary: Vocabulary | None = None
        self._held: list[Request] = []  # one callback kept back, to arrive after its successor
        self._mixed: list[Request] = []  # those that are kept back to arrive in any order
        self._tasks: set[asyncio.Task[None]] = set()
        self._timers: set[asyncio.Task[None]] = set()

    # --- callbacks: told, the answer does not matter ---------------------------------------------

    def tell(self, leg: Told, url: str, method: str, params: Params) -> None:
        """Send a status callback after those of the same leg or conference; never waits."""
        request = Request(method, url, params, self.settings.http_timeout, dict(leg.cookies))
        task = asyncio.create_task(self._in_turn(leg.chain, request))
        leg.chain = task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _in_turn(self, previous: "asyncio.Task[None] | None", request: Request) -> None:
        if previous is not None:
            await asyncio.wait([previous])
        await self._with_mishaps(request)

    async def _with_mishaps(self, request: Request) -> None:
        where = {"on": "callback", "path": urlsplit(request.url).path, "event": event_of(request.params)}
        where["call"] = request.params.get("CallSid", "")
        if self.faults.strike("lose", **where):
            self._note(request, "callback", "lost")
            return
        if delay := self.faults.strike("delay", **where):
            await self.clock.delay(delay.seconds)
        if self.faults.strike("forge", **where):
            await self._deliver(replace(request, forged=True))
        if self.faults.strike("reorder", **where):
            self._held.append(request)
            self._later(request, seconds=2.0)
            return
        if shuffle := self.faults.strike("shuffle", **where):
            await self._mix(request, shuffle.count)
            return
        repeat = self.faults.strike("repeat", **where)
        await self._copies(request, repeat.count if repeat else 1, repeat.together if repeat else False)
        held, self._held = self._held, []
        for late in held:
            await self._deliver(late)

    def _later(self, request: Request, seconds: float) -> None:
        """A callback kept back goes out on its own if no other follows it."""

        async def release() -> None:
            if request in self._held:
                self._held.remove(request)
                await self._deliver(request)

        self._timer(release, seconds)

    def _timer(self, deed: Callable[[], Awaitable[None]], seconds: float) -> None:
        async def later() -> None:
            await self.clock.delay(seconds)
            await deed()

        task = asyncio.create_task(later())
        self._timers.add(task)
        task.add_done_callback(self._timers.discard)

    async def _mix(self, request: Request, count: int) -> None:
        """Keep callbacks back until there are so many, or no more come; then send them in any order."""
        self._mixed.append(request)
        if len(self._mixed) == 1:
            self._timer(self._send_mixed, seconds=2.0)
        if len(self._mixed) >= count:
            await self._send_mixed()

    async def _send_mixed(self) -> None:
        mixed, self._mixed = self._mixed, []
        self.faults.dice.shuffle(mixed)
        for request in mixed:
            await self._deliver(request)

    async def _copies(self, request: Request, count: int, together: bool) -> None:
        if together:
            await asyncio.gather(*(self._deliver(request) for _ in range(count)))
            return
        for _ in range(count):
            await self._deliver(request)

    async def _deliver(self, request: Request) -> None:
        try:
            reply = await self._send(request)
        except TwimlError as problem:
            self._note(request, "callback", "failed", error=15003, detail=str(problem))
        else:
            self._note(request, "callback", "delivered", status=reply.status)

    async def settle(self) -> None:
        """Wait until every callback so far has been delivered."""
        while self._tasks or ((self._held or self._mixed) and self._timers):
            await asyncio.wait(set(self._tasks) or set(self._timers))

    async def _send(self, request: Request) -> Reply:
        began = time.monotonic()
        reply = await self.transport.send(request)
        self.took.append(time.monotonic() - began)
        return reply

    # --- documents: asked, the answer runs the call ------------------------------------------------

    async def ask(self, leg: Leg, goto: Goto, base: Params | None = None) -> tuple[tuple[Verb, ...], str]:
        """Fetch a document. Returns its verbs and the address that relative ones are resolved against.

        Raises TwimlError when the answer cannot be run; the caller turns to the fallback address.
        """
        params = {**leg.params(), **(base or {}), **goto.params}
        request = Request(goto.method, goto.url, params, self.settings.http_timeout, leg.cookies)
        where = {"on": "webhook", "path": urlsplit(goto.url).path, "event": leg.status, "call": leg.sid}
        try:
            reply = await self._answer(request, where)
            verbs = self._read(reply)
        except TwimlError as problem:
            self._note(request, "webhook", "failed", error=problem.code, detail=str(problem))
            raise
        self._note(request, "webhook", "answered", status=reply.status, body=reply.body, lint=self._lint(reply.body))
        return verbs, reply.url

    async def _answer(self, request: Request, where: dict[str, str]) -> Reply:
        if self.faults.strike("lose", **where):
            await asyncio.sleep(0)
            raise TwimlError(11205, "HTTP connection failure (lost on request)")
        if delay := self.faults.strike("delay", **where):
            await self.clock.delay(delay.seconds)
        if self.faults.strike("forge", **where):
            await self._deliver(replace(request, forged=True))
        repeat = self.faults.strike("repeat", **where)
        if repeat is None:
            return await self._send(request)
        copies = [replace(request, cookies=dict(request.cookies)) for _ in range(repeat.count)]
        if not repeat.together:
            serial = [await self._send(copy) for copy in copies]
            return serial[0]
        replies = await asyncio.gather(*(self._send(copy) for copy in copies), return_exceptions=True)
        for reply in replies:
            self._note(request, "webhook", "repeated", body=reply.body if isinstance(reply, Reply) else b"")
        good = [reply for reply in replies if isinstance(reply, Reply)]
        if not good:
            raise next(reply for reply in replies if isinstance(reply, BaseException))
        return good[0]

    @staticmethod
    def _read(reply: Reply) -> tuple[Verb, ...]:
        kind = reply.content_type.partition(";")[0].strip().lower()
        if reply.status == 204:
            return ()
        if kind in ("text/xml", "application/xml", "text/html", "application/rss+xml"):
            return parse(reply.body)
        if kind.startswith("audio/"):
            return (Verb("Play", text=reply.url), Verb("Hangup"))
        if kind == "text/plain":
            try:
                return parse(reply.body)
            except TwimlError:
                return (Verb("Say", text=reply.body.decode(errors="replace")), Verb("Hangup"))
        raise TwimlError(12300, f"Invalid Content-Type: {reply.content_type or 'none'}")

    def _lint(self, body: bytes) -> list[str]:
        return self.vocabulary.problems(body) if self.vocabulary and body else []

    def _note(self, request: Request, kind: str, outcome: str, **facts: Any) -> None:
        body = facts.pop("body", b"")
        if facts.get("lint"):
            logger.warning("12200 at %s: %s", urlsplit(request.url).path, "; ".join(facts["lint"]))
        self.log.append(
            {
                "at": self.clock.now().isoformat(),
                "kind": kind,
                "outcome": "forged" if request.forged else outcome,
                "method": request.method,
                "url": request.url,
                "params": dict(request.params),
                "body": body.decode(errors="replace")[:8000],
                **facts,
            }
        )
