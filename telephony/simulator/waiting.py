"""Enqueue: a caller waits, hears the waiting document again and again, and leaves by one of nine ways."""

import asyncio
from typing import Any

from telephony.simulator.bridging import talk
from telephony.simulator.engine import WAIT_VERBS, Hangup, Leave, Program, verb
from telephony.simulator.leg import Goto
from telephony.simulator.queues import Member, Queue
from telephony.simulator.twiml import Verb

DEFAULT_MUSIC_SECONDS = 30
ASIDE = ("hangup", "redirected", "redirected-from-bridged")  # the action is told, its answer does not run
LEAST_ROUND_SECONDS = 1.0  # a waiting document without any length is not asked for more often than this


@verb("Enqueue")
async def enqueue(program: Program, element: Verb) -> Goto | None:
    exchange = program.exchange
    name = (element.text or "default")[:64]
    queue = exchange.queue(name, int(element.number("maxQueueSize", 1000)))
    if len(queue.members) >= queue.max_size:
        return _after(program, element, queue, "queue-full", 0)
    member = queue.join(program.leg, exchange.clock.now())
    program.leg.in_line = True
    exchange.hear(program.leg, "queued", name, position=queue.position(member))
    exchange.lose_patience(program.leg, "waiting")
    result, waited = "hangup", 0
    try:
        result = await _wait(program, element, queue, member)
        if member.bridge is not None:
            member.bridge.waited = waited = _out(program, queue, member, result)
            await talk(program, queue, member)
    except asyncio.CancelledError:
        result = _interrupted(program, member)
        raise
    except Hangup:
        raise
    finally:
        if member in queue.members:
            waited = _out(program, queue, member, result)
        if member.bridge is not None:
            member.bridge.over.set()
        following = _after(program, element, queue, result, waited)
        if following is not None and (result in ASIDE or program.leg.interruption is not None):
            _tell(program, following, result)
    return following


def _out(program: Program, queue: Queue, member: Member, result: str) -> int:
    """The caller is not in line any more; how long they were, in whole seconds."""
    program.leg.in_line = False
    if program.leg.live:
        program.exchange.hear(program.leg, "left", queue.name, result=result)
    waited = queue.part(member, program.exchange.clock.now())
    _move_up(program, queue)
    return waited


def _interrupted(program: Program, member: Member) -> str:
    """How it ended for a caller who was taken out of the queue, or of the talk that came of it."""
    redirected = isinstance(program.leg.interruption, Goto)
    if member.bridge is not None:
        return "redirected-from-bridged" if redirected else "bridged"
    return "redirected" if redirected else "hangup"


def _move_up(program: Program, queue: Queue) -> None:
    """Telephone pages show the place in line; nobody else is told, because a long line would tell a lot."""
    for place, member in enumerate(queue.members, start=1):
        if member.leg.page:
            program.exchange.hear(member.leg, "position", str(place))


def _tell(program: Program, following: Goto, result: str) -> None:
    """The action is asked too when the caller is redirected or gone; its answer is not what runs."""
    if result == "hangup" or isinstance(program.leg.interruption, str):
        program.leg.parting.append(following)
    else:
        program.exchange.ask_aside(program.leg, following)


def _after(program: Program, element: Verb, queue: Queue, result: str, waited: int) -> Goto | None:
    if "action" not in element.attributes:
        return None
    told = {"QueueResult": result, "QueueSid": queue.sid, "QueueTime": str(waited)}
    return program.resolve(element.get("action"), element.get("method"), told)


async def _wait(program: Program, element: Verb, queue: Queue, member: Member) -> str:
    """Play the waiting document until the caller is dequeued or leaves."""
    music = asyncio.create_task(_music(program, element, queue, member))
    try:
        either: set[asyncio.Future[Any]] = {music, member.taken}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if member.taken.done():
            return member.taken.result()
        music.result()
        return "leave"
    except Leave:
        return "leave"
    finally:
        music.cancel()


async def _music(program: Program, element: Verb, queue: Queue, member: Member) -> None:
    exchange, leg = program.exchange, program.leg
    if not element.get("waitUrl"):
        while True:
            exchange.hear(leg, "play", "hold music", seconds=DEFAULT_MUSIC_SECONDS)
            await exchange.clock.sleep(DEFAULT_MUSIC_SECONDS)
    inner = Program(exchange, leg, allowed=WAIT_VERBS, extra=lambda: queue.params(member, exchange.clock.now()))
    wanted = program.resolve(element.get("waitUrl"), element.get("waitUrlMethod"))
    while True:
        began = exchange.clock.now()
        await inner.run(wanted)
        spent = (exchange.clock.now() - began).total_seconds() * exchange.clock.speed
        await exchange.clock.sleep(LEAST_ROUND_SECONDS - spent)
