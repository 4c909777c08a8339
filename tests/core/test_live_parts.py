"""Parts that the stream brings: made once for all who look, when what they depend on is told, and never a queue."""

import asyncio

import pytest
from django.db import OperationalError

from hotline.core.live_parts import Part, Parts
from hotline.core.live_stream import Grant, Hub, Stream
from tests.core.test_live_stream import until


class Lines:
    """Makes `lines:` of each person from `hotlines`; remembers what was wished for."""

    starts = "lines:"

    def __init__(self, hotlines):
        self.hotlines, self.asked, self.away = hotlines, [], None

    def make(self, wishes):
        self.asked.append(wishes)
        if self.away:
            raise self.away
        return {
            (user, name): Part(f"<p>{self.hotlines[user]}</p>", frozenset({f"queue:{self.hotlines[user]}"}))
            for user, name in wishes
            if user in self.hotlines
        }


async def at_once(question, *args):
    return question(*args)


def stream_of(user, *topics):
    return Stream(Grant(str(user), user, frozenset()), frozenset(topics))


def played(scene, maker, monkeypatch):
    """Runs `scene(hub)` beside the task that makes the parts."""
    monkeypatch.setattr("hotline.core.live_parts.PACE_SECONDS", 0.01)

    async def run():
        hub = Hub(Parts(maker, at_once))
        task = asyncio.create_task(hub.parts.run())
        try:
            return await scene(hub)
        finally:
            assert not task.done()
            task.cancel()

    return asyncio.run(run())


async def brought(stream):
    await until(lambda: stream.parts or stream.pending)
    return stream.take().decode()


def test_a_part_comes_when_the_stream_begins_and_when_its_topic_is_told(monkeypatch):
    maker = Lines({1: 7})

    async def scene(hub):
        stream = stream_of(1, "lines:en", "board")
        hub.add(stream)
        first = await brought(stream)
        hub.broadcast(["queue:8"])
        await asyncio.sleep(0.05)
        silent = stream.take()
        hub.broadcast(["queue:7"])
        return first, silent, await brought(stream)

    first, silent, second = played(scene, maker, monkeypatch)
    assert first == second == 'data: {"lines:en": "<p>7</p>"}\n\n'
    assert silent == b""


def test_one_change_is_made_once_for_all_streams_it_concerns(monkeypatch):
    maker = Lines(dict.fromkeys(range(50), 7) | {50: 8})

    async def scene(hub):
        streams = [stream_of(n, "lines:en") for n in range(51)]
        for stream in streams:
            hub.add(stream)
        await asyncio.gather(*map(brought, streams))
        maker.asked.clear()
        hub.broadcast(["queue:7"])
        hub.broadcast(["queue:7", "board"])
        await asyncio.gather(*map(brought, streams[:50]))
        return streams[50].take()

    assert played(scene, maker, monkeypatch) == b""
    assert [len(wishes) for wishes in maker.asked] == [50]


def test_what_changes_while_the_first_part_is_made_is_not_missed(monkeypatch):
    maker = Lines({1: 7})
    monkeypatch.setattr("hotline.core.live_parts.PACE_SECONDS", 0.01)

    async def run():
        async def ask(question, wishes):
            made = question(wishes)
            if len(maker.asked) == 1:
                hub.broadcast(["queue:7", "call:1"])
            return made

        hub = Hub(Parts(maker, ask))
        task = asyncio.create_task(hub.parts.run())
        hub.add(stream_of(1, "lines:en"))
        await until(lambda: len(maker.asked) == 2)
        await asyncio.sleep(0.05)
        hub.broadcast(["board"])
        task.cancel()
        return hub.parts

    parts = asyncio.run(run())
    assert len(maker.asked) == 2
    assert parts._meanwhile is None  # what is told while nothing is made is not kept


def test_who_gets_another_hotline_hears_of_that_one_from_then_on(monkeypatch):
    maker = Lines({1: 7})

    async def scene(hub):
        stream = stream_of(1, "lines:en")
        hub.add(stream)
        await brought(stream)
        maker.hotlines[1] = 8
        hub.broadcast(["queue:7"])  # as the operator's own topic would
        await brought(stream)
        hub.broadcast(["queue:8"])
        await brought(stream)
        hub.broadcast(["queue:7"])
        await asyncio.sleep(0.05)
        left = stream.take()
        hub.remove(stream)
        return left, hub.parts

    left, parts = played(scene, maker, monkeypatch)
    assert left == b""
    assert not (parts._hearing or parts._names or parts._topics or parts._due)


@pytest.mark.parametrize("fault", [OperationalError("away"), KeyError("a fault of ours")])
def test_what_cannot_be_made_is_told_by_its_name_and_made_again_later(monkeypatch, fault):
    maker = Lines({1: 7})

    async def scene(hub):
        stream = stream_of(1, "lines:en")
        hub.add(stream)
        await brought(stream)
        maker.away = fault
        hub.broadcast(["queue:7"])
        told = await brought(stream)
        maker.away = None
        hub.resync()
        await until(lambda: stream.parts)
        return told, stream.take()

    told, again = played(scene, maker, monkeypatch)
    assert told == 'data: ["lines:en"]\n\n'
    assert again == b'data: ["lines:en"]\n\ndata: {"lines:en": "<p>7</p>"}\n\n'


def test_what_a_person_may_not_see_is_told_by_its_name(monkeypatch):
    async def scene(hub):
        stream = stream_of(2, "lines:en")
        hub.add(stream)
        return await brought(stream)

    assert played(scene, Lines({1: 7}), monkeypatch) == 'data: ["lines:en"]\n\n'


def test_a_slow_reader_keeps_the_newest_of_each_part(monkeypatch):
    maker = Lines({1: 7})

    async def scene(hub):
        stream = stream_of(1, "lines:en", "lines:nb")
        hub.add(stream)
        for _ in range(20):
            await until(lambda: len(stream.parts) == 2)
            stream.give("lines:en", "old")
            hub.broadcast(["queue:7"])
            await until(lambda: stream.parts["lines:en"] != "old")
        return dict(stream.parts)

    assert played(scene, maker, monkeypatch) == {"lines:en": "<p>7</p>", "lines:nb": "<p>7</p>"}
