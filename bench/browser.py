"""An open page as the server sees it: one stream, the fragments that its topics ask for, the slow poll, the beat.

Follows `static/core/live.js`: elements of one address are fetched once, at most once in their pace and once more for
what came meanwhile, all of them at every poll. What a page holds is read from the page itself, so that a fragment more
costs here what it costs there; a part that the stream brings is not asked for.
"""

import asyncio
import json
import random
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin

import aiohttp

from hotline.settings import BASE_DIR

_LIVE_JS = (Path(BASE_DIR) / "static/core/live.js").read_text()


def _constant(name: str) -> float:
    """Seconds of a constant of the browser's own code."""
    found = re.search(rf"const {name} = (\d+)", _LIVE_JS)
    assert found, f"{name} is not in live.js any more"
    return int(found[1]) / 1000


POLL, CALM, PACE = _constant("POLL"), _constant("CALM"), _constant("PACE")
BEAT = 15.0


@dataclass
class Fragment:
    """A part of the page that is fetched when one of its topics is told."""

    url: str
    topics: set[str]
    pace: float
    every: float = 0.0  # a poll of its own, in seconds
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    at: float = 0.0  # when it was last asked for, or brought


class Fragments(HTMLParser):
    """The live elements of a page, and where its beat goes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: dict[str, Fragment] = {}
        self.beat = self.token = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: "list[tuple[str, str | None]]") -> None:
        values = {name: value or "" for name, value in attrs}
        self.beat = values.get("data-heartbeat") or self.beat
        if "hx-headers" in values:
            self.token = json.loads(values["hx-headers"]).get("x-csrftoken", "")
        if "data-live" not in values or not values.get("hx-get"):
            return
        url = values["hx-get"]
        every = re.search(r"every (\d+)s", values.get("hx-trigger", ""))
        pace = int(values["data-live-pace"]) / 1000 if "data-live-pace" in values else PACE
        made = self.found.setdefault(url, Fragment(url, set(), pace, float(every[1]) if every else 0.0))
        made.topics |= set(values["data-live"].split())


class OpenPage:
    """One browser with one page open. `counts` says how often each address was asked for."""

    def __init__(self, session: aiohttp.ClientSession, url: str, path: str, cookie: str, counts: Counter[str]) -> None:
        self.session, self.url, self.path, self.cookie, self.counts = session, url, path, cookie, counts
        self.tasks: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        """Load the page and begin to listen; raises if the page is refused."""
        text = await self._get(self.path)
        page = Fragments(text)
        self.fragments = list(page.found.values())
        opened = asyncio.Event()
        self.tasks = [asyncio.create_task(self._listen(opened)), asyncio.create_task(self._poll())]
        self.tasks += [asyncio.create_task(self._keep(each)) for each in self.fragments]
        self.tasks += [asyncio.create_task(self._every(each)) for each in self.fragments if each.every]
        if page.beat:
            self.tasks.append(asyncio.create_task(self._beat(page.beat, page.token)))
        await opened.wait()

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def _get(self, path: str) -> str:
        self.counts[re.sub(r"[0-9a-f-]{36}", "<id>", path.split("?", maxsplit=1)[0])] += 1
        headers = {"Cookie": self.cookie} | ({"HX-Request": "true"} if path != self.path else {})
        async with self.session.get(urljoin(self.url, path), headers=headers) as answer:
            assert answer.status == 200, f"{path}: {answer.status}"
            return await answer.text()

    async def _listen(self, opened: asyncio.Event) -> None:
        topics = ",".join(sorted({topic for each in self.fragments for topic in each.topics}))
        where = f"{self.url}/live/stream/?topics={topics}"
        async with self.session.get(where, headers={"Cookie": self.cookie}) as answer:
            assert answer.status == 200, answer.status
            opened.set()
            async for line in answer.content:
                if line.startswith(b"data: "):
                    self._hear(json.loads(line[6:]))

    def _hear(self, message: list[str] | dict[str, str]) -> None:
        """Names of topics, or parts that were brought by theirs."""
        brought = isinstance(message, dict)
        for each in self.fragments:
            if each.topics & set(message):
                if brought:
                    each.at = time.monotonic()
                    self.counts["(brought)"] += 1
                else:
                    each.asked.set()

    async def _keep(self, fragment: Fragment) -> None:
        while True:
            await fragment.asked.wait()
            fragment.asked.clear()
            fragment.at = time.monotonic()
            await self._get(fragment.url)
            await asyncio.sleep(fragment.pace)

    async def _poll(self) -> None:
        await asyncio.sleep(random.uniform(0, POLL))
        while True:
            for each in self.fragments:
                if time.monotonic() - each.at > CALM:
                    each.asked.set()
            await asyncio.sleep(POLL)

    async def _every(self, fragment: Fragment) -> None:
        await asyncio.sleep(random.uniform(0, fragment.every))
        while True:
            fragment.asked.set()
            await asyncio.sleep(fragment.every)

    async def _beat(self, path: str, token: str) -> None:
        csrf = "a" * 32
        headers = {"Cookie": f"{self.cookie}; csrftoken={csrf}", "X-CSRFToken": csrf, "HX-Request": "true"}
        await asyncio.sleep(random.uniform(0, BEAT))
        while True:
            self.counts["beat"] += 1
            async with self.session.post(urljoin(self.url, path), headers=headers) as answer:
                assert answer.status == 204, answer.status
            await asyncio.sleep(BEAT)
