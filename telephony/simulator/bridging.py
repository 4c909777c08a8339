"""Dial's Queue: whoever dials it gets the caller at the front of the line, and both talk until one of them leaves."""

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from telephony.simulator.engine import Hangup, Leave, Program
from telephony.simulator.leg import Goto, Leg
from telephony.simulator.transport import Params
from telephony.simulator.twiml import Verb

if TYPE_CHECKING:
    from telephony.simulator.queues import Member, Queue

BEFORE_VERBS = {"Play", "Say", "Pause", "Redirect"}  # on the queued caller's side, before the two are joined
LOOK_SECONDS = 0.25


@dataclass
class Bridge:
    """Two legs that were joined through a line."""

    agent: Leg
    url: Goto | None = None
    waited: int = 0
    joined: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)


async def dial_queue(program: Program, element: Verb, noun: Verb, timeout: float) -> Params:
    """Take the caller at the front, waiting for one if the line is empty. What the Dial's action is told."""
    exchange, queue = program.exchange, program.exchange.queues.get(noun.text)
    if queue is None:
        exchange.warn(program.leg, 13247, f"there is no queue {noun.text!r}")
        return {"DialCallStatus": "failed", "DialBridged": "false"}
    member = await _front(program, queue, timeout)
    if member is None:
        return {"DialCallStatus": "no-answer", "DialBridged": "false", "QueueSid": queue.sid}
    url = program.resolve(noun.get("url"), noun.get("method")) if noun.get("url") else None
    bridge = Bridge(program.leg, url)
    member.bridge = bridge
    member.taken.set_result("bridged")
    began = exchange.clock.now()
    try:
        await exchange.clock.wait_for(bridge.over.wait(), element.number("timeLimit", 14400))
    except TimeoutError:
        exchange.warn(program.leg, 0, "the time limit of the Dial has passed")
    finally:
        bridge.over.set()
    seconds = round((exchange.clock.now() - began).total_seconds())
    return {
        "DialCallStatus": "completed",
        "DialCallSid": member.leg.sid,
        "DialCallDuration": str(seconds),
        "DialBridged": str(bridge.joined.is_set()).lower(),
        "QueueSid": queue.sid,
        "QueueTime": str(bridge.waited),
    }


async def _front(program: Program, queue: "Queue", timeout: float) -> "Member | None":
    clock, waited = program.exchange.clock, 0.0
    while waited <= timeout:
        front = next((one for one in queue.members if not one.taken.done()), None)
        if front is not None:
            return front
        await clock.sleep(LOOK_SECONDS)
        waited += LOOK_SECONDS
    return None


async def talk(program: Program, queue: "Queue", member: "Member") -> None:
    """The queued caller's side: hear what comes before, then talk until it is over."""
    bridge, leg, exchange = member.bridge, program.leg, program.exchange
    assert bridge is not None
    agent = bridge.agent
    try:
        if bridge.url is not None and not bridge.over.is_set():
            await _before(program, queue, bridge)
        if not bridge.over.is_set() and agent.live:
            leg.peers, agent.peers = lambda: [agent], lambda: [leg]
            bridge.joined.set()
            exchange.joined(leg, agent.to)
            exchange.joined(agent, leg.frm)
        await bridge.over.wait()
    finally:
        bridge.over.set()
        leg.peers, agent.peers = list, list


async def _before(program: Program, queue: "Queue", bridge: Bridge) -> None:
    told = {"QueueSid": queue.sid, "QueueTime": str(bridge.waited), "DequeingCallSid": bridge.agent.sid}
    inner = Program(program.exchange, program.leg, allowed=BEFORE_VERBS, extra=lambda: told)
    try:
        assert bridge.url is not None
        await inner.run(bridge.url)
    except (Hangup, Leave):
        return
