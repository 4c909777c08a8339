"""The virtual clock stands still while work is done, and then jumps; timers ring in order."""

import asyncio
from datetime import UTC, datetime

import pytest

from telephony.simulator.virtual import Conductor, Moment, VirtualClock, Work

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
def moment(tmp_path):
    return Moment(tmp_path / "clock", start=START)


async def switchboard(path, answers):
    """Follows the clock: counts its turns and answers with what it is told to."""
    reader, writer = await asyncio.open_unix_connection(path)
    turns = 0
    try:
        while await reader.readline():
            turns += 1
            answers["turns"] = turns
            writer.write(f"{answers.get('due', 'never')}\n".encode())
    finally:
        writer.close()


def play(moment, tmp_path, score, answers=None):
    """Run `score(clock, work)` under a conductor with one switchboard; returns what it returns."""

    async def run():
        clock, work = VirtualClock(moment), Work()
        conductor = Conductor(clock, work, tmp_path / "socket")
        async with conductor.conducting():
            follower = asyncio.create_task(switchboard(tmp_path / "socket", answers if answers is not None else {}))
            result = await asyncio.wait_for(score(clock, work), 20)
            follower.cancel()
            await asyncio.gather(follower, return_exceptions=True)
            return result

    return asyncio.run(run())


def test_a_day_passes_in_no_time_and_timers_ring_in_order(moment, tmp_path):
    async def score(clock, work):
        rang = []

        async def ring(name, seconds):
            await clock.sleep(seconds)
            rang.append((name, (clock.now() - START).total_seconds()))

        await asyncio.gather(ring("evening", 36_000), ring("noon", 14_400), ring("now", 0.25))
        return rang

    assert play(moment, tmp_path, score) == [("now", 0.25), ("noon", 14_400), ("evening", 36_000)]


def test_no_time_passes_while_a_request_is_under_way(moment, tmp_path):
    async def score(clock, work):
        timer = asyncio.ensure_future(clock.sleep(1))
        with work.one():
            await asyncio.sleep(0.2)  # the world's time: an answer takes a while
            assert clock.now() == START and not timer.done()
        await timer
        return (clock.now() - START).total_seconds()

    assert play(moment, tmp_path, score) == 1.0


def test_the_switchboard_has_a_turn_after_every_piece_of_work_and_none_without(moment, tmp_path):
    answers = {}

    async def score(clock, work):
        await clock.sleep(10)
        first = answers["turns"]
        await clock.sleep(10)
        with work.one():
            pass
        await clock.sleep(10)
        return first, answers["turns"]

    assert play(moment, tmp_path, score, answers) == (1, 2)


def test_time_stops_where_the_switchboard_has_something_to_do(moment, tmp_path):
    answers = {"due": START.timestamp() + 30}

    async def score(clock, work):
        await clock.sleep(5)
        answers["due"] = "never"
        await clock.sleep(100)
        return answers["turns"]

    assert play(moment, tmp_path, score, answers) == 2


def test_waiting_ends_with_the_time_or_with_what_is_waited_for(moment, tmp_path):
    async def score(clock, work):
        with pytest.raises(TimeoutError):
            await clock.wait_for(asyncio.Event().wait(), 60)
        spent = (clock.now() - START).total_seconds()
        ready = asyncio.Event()
        ready.set()
        await clock.wait_for(ready.wait(), 60)
        return spent, (clock.now() - START).total_seconds()

    assert play(moment, tmp_path, score) == (60.0, 60.0)


def test_another_process_reads_the_moment_that_one_writes(moment, tmp_path):
    other = Moment(tmp_path / "clock")
    moment.write(START.timestamp() + 0.123456)
    assert other.now() == moment.now() == datetime(2026, 3, 2, 8, 0, 0, 123456, tzinfo=UTC)
