"""Queues of waiting callers."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from telephony.simulator.bridging import Bridge
from telephony.simulator.leg import Leg, new_sid
from telephony.simulator.transport import Params


@dataclass
class Member:
    """A caller in a queue. `taken` is resolved when somebody dequeues them."""

    leg: Leg
    since: datetime
    taken: "asyncio.Future[str]"
    bridge: Bridge | None = None  # with whom, when somebody dialled the queue


@dataclass
class Queue:
    """One queue, first come first in line."""

    name: str
    max_size: int
    created_at: datetime
    sid: str = field(default_factory=lambda: new_sid("QU"))
    members: list[Member] = field(default_factory=list)
    waits: deque[float] = field(default_factory=lambda: deque(maxlen=100))  # of the latest who left

    def join(self, leg: Leg, at: datetime) -> Member:
        member = Member(leg, at, asyncio.get_running_loop().create_future())
        self.members.append(member)
        return member

    def part(self, member: Member, at: datetime) -> int:
        """Take a caller out. Returns how long they waited, in whole seconds."""
        if member in self.members:
            self.members.remove(member)
            self.waits.append((at - member.since).total_seconds())
        return round((at - member.since).total_seconds())

    def position(self, member: Member) -> int:
        """A caller's place in line, 1 for the next; 0 for who has left."""
        return self.members.index(member) + 1 if member in self.members else 0

    def average_wait(self) -> int:
        return round(sum(self.waits) / len(self.waits)) if self.waits else 0

    def params(self, member: Member, at: datetime) -> Params:
        """What a waitUrl request tells about the caller's place."""
        return {
            "QueuePosition": str(self.position(member)),
            "QueueSid": self.sid,
            "QueueTime": str(round((at - member.since).total_seconds())),
            "AvgQueueTime": str(self.average_wait()),
            "CurrentQueueSize": str(len(self.members)),
            "MaxQueueSize": str(self.max_size),
        }
