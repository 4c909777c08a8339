"""A clock that stands still while anything is being done, and then jumps to the next moment at which something happens.

Carrier and application share it: the moment stands in a file that all their processes map into memory. So a day lasts
as long as its work takes, and the time that the work takes adds nothing to anybody's wait.
"""

import asyncio
import contextlib
import heapq
import itertools
import mmap
import struct
import time
from collections.abc import AsyncIterator, Awaitable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import web

from telephony.simulator.clock import Clock
from telephony.simulator.transport import Reply, Request, Transport

Result = TypeVar("Result")
_CELL = struct.Struct("d")
_ROUNDS = 25  # turns of the event loop after which whatever was going to begin has begun
_NEVER = float("inf")


class Moment:
    """The moment it is, in a file: written by one process, read by all."""

    def __init__(self, path: Path, *, start: datetime | None = None) -> None:
        """`start` makes the file; without it the file must be there."""
        if start is not None:
            path.write_bytes(_CELL.pack(start.timestamp()))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), _CELL.size)

    def read(self) -> float:
        return float(_CELL.unpack_from(self._map)[0])

    def write(self, at: float) -> None:
        _CELL.pack_into(self._map, 0, at)

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.read(), UTC)


class VirtualClock(Clock):
    """Timers are kept in order, and ring when the conductor says that their moment has come."""

    def __init__(self, moment: Moment) -> None:
        super().__init__(1.0)
        self.moment = moment
        self._timers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = itertools.count()
        self.set = asyncio.Event()  # somebody set a timer

    def now(self) -> datetime:
        return self.moment.now()

    def _timer(self, seconds: float) -> "asyncio.Future[None]":
        rings = asyncio.get_running_loop().create_future()
        heapq.heappush(self._timers, (self.moment.read() + max(0.0, seconds), next(self._count), rings))
        self.set.set()
        return rings

    async def sleep(self, seconds: float) -> None:
        await self._timer(seconds)

    async def delay(self, seconds: float) -> None:
        await self._timer(seconds)

    async def wait_for(self, what: Awaitable[Result], seconds: float) -> Result:
        work, rings = asyncio.ensure_future(what), self._timer(seconds)
        either: set[asyncio.Future[Any]] = {work, rings}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                return work.result()
            raise TimeoutError
        finally:
            rings.cancel()
            if not work.done():
                work.cancel()

    def next(self) -> float:
        """When the next timer rings; infinity if none does."""
        while self._timers and self._timers[0][2].done():
            heapq.heappop(self._timers)
        return self._timers[0][0] if self._timers else _NEVER

    def jump(self, at: float) -> None:
        """It is `at` now: whoever waited for a moment up to that goes on."""
        self.moment.write(max(at, self.moment.read()))
        while self.next() <= at:
            heapq.heappop(self._timers)[2].set_result(None)


class Work:
    """How much is under way between carrier and application, and how much there ever was."""

    def __init__(self) -> None:
        self.busy, self.total = 0, 0
        self.none = asyncio.Event()
        self.none.set()

    @contextlib.contextmanager
    def one(self) -> Any:
        self.busy, self.total = self.busy + 1, self.total + 1
        self.none.clear()
        try:
            yield
        finally:
            self.busy -= 1
            if not self.busy:
                self.none.set()

    def watched(self, transport: Transport) -> "Watched":
        return Watched(transport, self)

    def middleware(self) -> Any:
        """Counts what the application asks of REST."""

        @web.middleware
        async def count(request: web.Request, handler: Any) -> web.StreamResponse:
            if not request.path.startswith("/2010-04-01/"):
                return await handler(request)
            with self.one():
                return await handler(request)

        return count


class Watched:
    """A transport whose requests are counted."""

    def __init__(self, inner: Transport, work: Work) -> None:
        self.inner, self.work = inner, work

    async def send(self, request: Request) -> Reply:
        with self.work.one():
            return await self.inner.send(request)

    async def close(self) -> None:
        await self.inner.close()


class Conductor:
    """Lets time pass, once nothing is under way and the application's switchboard has nothing left to do.

    The switchboard comes in through a socket. It is given "turn", does what is due at this moment, and answers with
    the next moment at which something will be due, or "never".
    """

    def __init__(self, clock: VirtualClock, work: Work, socket_path: Path, *, most: float = 0.0) -> None:
        """`most` is how many times faster than the world time may pass; 0 sets no limit."""
        self.clock, self.work, self.path, self.most = clock, work, socket_path, most
        self.turns, self.jumps = 0, 0
        self._players: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._arrived = asyncio.Event()
        self._due = _NEVER
        self._began = (time.monotonic(), clock.moment.read())

    @contextlib.asynccontextmanager
    async def conducting(self) -> AsyncIterator[None]:
        server = await asyncio.start_unix_server(self._welcome, self.path)
        task = asyncio.create_task(self._conduct())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            server.close()
            for _, writer in self._players:
                writer.close()

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._players.append((reader, writer))
        self._arrived.set()

    async def _conduct(self) -> None:
        await self._arrived.wait()
        heard = -1
        while True:
            await self._quiet()
            if self.work.total != heard:
                heard = self.work.total
                await self._turn()
                continue
            at = min(self.clock.next(), self._due)
            if at == _NEVER:
                self.clock.set.clear()
                await self.clock.set.wait()
                continue
            heard = -1 if at >= self._due else heard
            await self._pace(at)
            self.jumps += 1
            self.clock.jump(at)

    async def _quiet(self) -> None:
        """Return once nothing is under way, and nothing begins by itself."""
        calm = 0
        while calm < _ROUNDS:
            calm = 0 if self.work.busy else calm + 1
            await self.work.none.wait()
            await asyncio.sleep(0)

    async def _turn(self) -> None:
        """Every switchboard does what is due now."""
        self.turns += 1
        self._due = _NEVER
        for reader, writer in self._players:
            writer.write(b"turn\n")
            await writer.drain()
            answer = (await reader.readline()).decode().strip()
            if not answer:
                raise ConnectionError("the switchboard has left")
            if answer != "never":
                self._due = min(self._due, float(answer))

    async def _pace(self, at: float) -> None:
        if self.most <= 0:
            return
        began, start = self._began
        early = began + (at - start) / self.most - time.monotonic()
        if early > 0:
            await asyncio.sleep(early)
