"""The live stream: who hears what, how fast, and what happens to a slow or a departed reader."""

import asyncio
import time

import pytest

from hotline.core.live_parts import Parts
from hotline.core.live_stream import Grant, Hub, LiveStreams, Stream, asked_topics, session_key


class Everyone:
    """Rights of a hotline where the session's name is the user's number; `gone` are signed out."""

    def __init__(self):
        self.gone = set()

    def grant(self, key):
        return Grant(key, int(key), frozenset({"board", f"operator:{key}"}))

    def ended(self, grants):
        return {grant for grant in grants if grant.session_key in self.gone}


class Nothing:
    """Brings no parts: `test_live_parts` has its own."""

    starts = "no such topic"

    def make(self, wishes):
        raise AssertionError(wishes)


class Browser:
    """One reader of a stream, without a socket."""

    def __init__(self, streams, key="1", topics="board", stuck=False):
        self.sent, self.heard = [], asyncio.Event()
        self.hang_up, self.stuck = asyncio.Event(), stuck
        headers = [(b"cookie", f"sessionid={key}".encode())] if key else []
        scope = {"type": "http", "method": "GET", "headers": headers, "query_string": f"topics={topics}".encode()}
        self.task = asyncio.create_task(streams(scope, self.receive, self.send))

    async def receive(self):
        await self.hang_up.wait()
        return {"type": "http.disconnect"}

    async def send(self, message):
        self.sent.append(message)
        if b"data:" in message.get("body", b""):
            self.heard.set()
            if self.stuck:
                await asyncio.sleep(3600)

    @property
    def text(self):
        return b"".join(message.get("body", b"") for message in self.sent).decode()

    @property
    def status(self):
        return self.sent[0]["status"]


@pytest.fixture
def streams():
    made = LiveStreams(Everyone(), Nothing())
    made.start = lambda: None  # the tasks need a database; these tests speak to the hub
    return made


async def until(condition, seconds=5.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.005)


def test_a_browser_hears_the_topics_it_asked_for_and_may_hear(streams):
    async def scene():
        mine = Browser(streams, key="7", topics="board,operator:7,operator:8")
        await until(lambda: streams.hub.streams)
        streams.hub.broadcast(["operator:8"])
        streams.hub.broadcast(["operator:7", "calls"])
        await asyncio.wait_for(mine.heard.wait(), 2)
        mine.hang_up.set()
        await mine.task
        return mine, streams.hub

    mine, hub = asyncio.run(scene())
    assert 'data: ["operator:7"]' in mine.text
    assert "operator:8" not in mine.text
    assert not hub.streams
    assert not hub._by_topic


def test_a_stranger_gets_no_stream(streams):
    async def scene():
        stranger = Browser(streams, key="")
        await stranger.task
        return stranger.status

    assert asyncio.run(scene()) == 401


def test_foreign_topics_alone_are_not_found(streams):
    async def scene():
        curious = Browser(streams, key="7", topics="operator:8")
        await curious.task
        return curious.status

    assert asyncio.run(scene()) == 404


def test_a_slow_reader_keeps_one_name_per_topic_however_much_happens(streams):
    async def scene():
        slow = Browser(streams, stuck=True, topics="board")
        await until(lambda: streams.hub.streams)
        stream = next(iter(streams.hub.streams))
        for _ in range(10_000):
            streams.hub.broadcast(["board"])
            await asyncio.sleep(0) if _ < 5 else None
        pending = set(stream.pending)
        slow.task.cancel()
        await asyncio.gather(slow.task, return_exceptions=True)
        return pending

    assert asyncio.run(scene()) == {"board"}


def test_a_stream_ends_when_its_session_does(streams, monkeypatch):
    monkeypatch.setattr("hotline.core.live_stream.CHECK_SECONDS", 0.02)

    async def scene():
        signed_out, stays = Browser(streams, key="1"), Browser(streams, key="2")
        await until(lambda: len(streams.hub.streams) == 2)
        check = asyncio.create_task(streams._check())
        streams._rights.gone.add("1")
        await asyncio.wait_for(signed_out.task, 2)
        left = len(streams.hub.streams)
        check.cancel()
        stays.hang_up.set()
        await stays.task
        return left, signed_out.sent[-1]

    left, last = asyncio.run(scene())
    assert left == 1
    assert last["more_body"] is False


def test_one_person_cannot_take_every_stream(streams, monkeypatch):
    monkeypatch.setattr("hotline.core.live_stream.STREAMS_A_PERSON", 2)

    async def scene():
        first = [Browser(streams) for _ in range(2)]
        await until(lambda: len(streams.hub.streams) == 2)
        third = Browser(streams)
        await third.task
        for browser in first:
            browser.hang_up.set()
        await asyncio.gather(*(browser.task for browser in first))
        return third.status

    assert asyncio.run(scene()) == 429


def test_a_thousand_streams_hear_a_broadcast_once_each(streams):
    # How soon is measured, not tested: `python -m bench streams`.
    async def scene():
        browsers = [Browser(streams, key=str(number)) for number in range(1000)]
        await until(lambda: len(streams.hub.streams) == 1000, 20)
        streams.hub.broadcast(["board"])
        await asyncio.gather(*(browser.heard.wait() for browser in browsers))
        for browser in browsers:
            browser.hang_up.set()
        await asyncio.gather(*(browser.task for browser in browsers))
        return browsers

    browsers = asyncio.run(scene())
    assert all(browser.text.count("data:") == 1 for browser in browsers)


def test_after_a_gap_everybody_fetches_everything_anew():
    async def scene():
        hub = Hub(Parts(Nothing(), None))
        stream = Stream(Grant("1", 1, frozenset()), frozenset({"board", "calls"}))
        hub.add(stream)
        hub.resync()
        return stream.take()

    assert asyncio.run(scene()) == b'data: ["board", "calls"]\n\n'


def test_requests_are_read_with_care():
    scope = {
        "headers": [(b"cookie", b"a=1; sessionid=abc")],
        "query_string": ("topics=" + ",".join("x" * 500)).encode(),
    }
    assert session_key(scope) == "abc"
    assert session_key({"headers": [(b"cookie", b"\xff=;;=")]}) == ""
    assert len(asked_topics(scope)) == 60
