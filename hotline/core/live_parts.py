"""Parts of pages that the stream brings itself: made once for all who look at them, instead of asked for by each.

A page names such a part among its topics; `Maker.starts` tells those names from the others. The part is made when the
stream begins and whenever one of the topics it depends on is told, at most once in PACE_SECONDS for all streams of the
process. What cannot be made is told by its name, like any topic: the page then asks for it and is told why not.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Protocol

from django.db import DatabaseError

PACE_SECONDS = 0.5
log = logging.getLogger(__name__)

Wish = tuple[int, str]  # whose, and the name of the part


@dataclass(frozen=True)
class Part:
    """What stands in the page, and the topics that change it."""

    html: str
    topics: frozenset[str]


# Runs a question in a thread.
Ask = Callable[[Callable[[set[Wish]], dict[Wish, Part]], set[Wish]], Awaitable[dict[Wish, Part]]]


class Maker(Protocol):
    """Reads the database, in a thread; leaves out what a person may not see."""

    starts: str

    def make(self, wishes: set[Wish]) -> dict[Wish, Part]: ...


class Reader(Hashable, Protocol):
    """A stream: whose it is, what it listens to, and how it is told."""

    @property
    def user_id(self) -> int: ...

    @property
    def topics(self) -> frozenset[str]: ...

    def tell(self, topics: Iterable[str]) -> None: ...

    def give(self, name: str, html: str) -> None: ...


class Parts:
    """Which streams are brought which parts, and the task that makes them."""

    def __init__(self, maker: Maker, ask: Ask) -> None:
        self._maker, self._ask = maker, ask
        self._names: dict[Reader, frozenset[str]] = {}
        self._topics: dict[Reader, frozenset[str]] = {}
        self._hearing: dict[str, set[Reader]] = defaultdict(set)
        self._due: set[Reader] = set()
        self._meanwhile: set[str] | None = None  # told while parts are being made
        self._wake = asyncio.Event()

    def add(self, stream: Reader) -> None:
        names = frozenset(topic for topic in stream.topics if topic.startswith(self._maker.starts))
        if names:
            self._names[stream] = names
            self._owe([stream])

    def remove(self, stream: Reader) -> None:
        self._hear(stream, frozenset())
        self._due.discard(stream)
        self._names.pop(stream, None)

    def told(self, topics: Iterable[str]) -> None:
        if self._meanwhile is not None:
            self._meanwhile.update(topics)
        for topic in topics:
            self._owe(self._hearing.get(topic, ()))

    def resync(self) -> None:
        """After a gap nobody knows what was missed."""
        self._owe(self._names)

    async def run(self) -> None:
        """Make what is due until cancelled."""
        self._wake = asyncio.Event()  # of the loop that runs now
        self._owe(())
        while True:
            await self._wake.wait()
            self._wake.clear()
            due, self._due, self._meanwhile = self._due, set(), set()
            made = await self._made({(stream.user_id, name) for stream in due for name in self._names[stream]})
            for stream in due & self._names.keys():  # who has not gone meanwhile
                self._bring(stream, made)
            self._meanwhile = None
            await asyncio.sleep(PACE_SECONDS)

    async def _made(self, wishes: set[Wish]) -> dict[Wish, Part]:
        try:
            return await self._ask(self._maker.make, wishes)
        except DatabaseError as error:
            log.warning("parts of pages could not be made: %s", error.__class__.__name__)
        except Exception:  # a fault of one part must not end them all: the pages ask, and show it
            log.exception("parts of pages could not be made")
        return {}

    def _bring(self, stream: Reader, made: dict[Wish, Part]) -> None:
        found = {name: made.get((stream.user_id, name)) for name in self._names[stream]}
        if parts := [part for part in found.values() if part]:
            topics = frozenset().union(*(part.topics for part in parts))
            self._hear(stream, topics)
            if self._meanwhile and topics & self._meanwhile:  # it did not hear of them yet
                self._owe([stream])
        for name, part in found.items():
            stream.give(name, part.html) if part else stream.tell([name])

    def _hear(self, stream: Reader, topics: frozenset[str]) -> None:
        before = self._topics.pop(stream, frozenset())
        for topic in before - topics:
            self._hearing[topic].discard(stream)
            if not self._hearing[topic]:
                del self._hearing[topic]
        for topic in topics - before:
            self._hearing[topic].add(stream)
        if topics:
            self._topics[stream] = topics

    def _owe(self, streams: Iterable[Reader]) -> None:
        self._due.update(streams)
        if self._due:
            self._wake.set()
