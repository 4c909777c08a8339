"""One call leg: what the carrier calls a Call, and what its telephone hears."""

import asyncio
import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Any, TypeAlias

from telephony.simulator.numbers import place
from telephony.simulator.transport import Params

FINAL = {"completed", "busy", "failed", "no-answer", "canceled"}
SIP = {"busy": "486", "failed": "404", "no-answer": "480", "canceled": "487", "completed": "200"}


def new_sid(prefix: str) -> str:
    return prefix + secrets.token_hex(16)


def rfc2822(at: datetime | None) -> str | None:
    return format_datetime(at) if at else None


@dataclass(frozen=True)
class Goto:
    """The next document: an address to ask, or TwiML given by hand. The one primitive of the flow of a call."""

    url: str = ""
    method: str = "POST"
    params: Params = field(default_factory=dict)
    twiml: str = ""


@dataclass(frozen=True)
class Detection:
    """An answering machine detection that was asked for; `aside` runs it beside the call and tells `callback`."""

    mode: str  # Enable or DetectMessageEnd
    timeout: float = 30.0
    aside: bool = False
    callback: Goto | None = None


@dataclass
class Subscription:
    """Where a leg's progress is told, and which steps of it."""

    url: str
    method: str = "POST"
    events: tuple[str, ...] = ("completed",)
    sequence: int = 0


Inbox: TypeAlias = "asyncio.Queue[tuple[str, str]]"  # ("key", "7") or ("words", "a new bin"), in the order they came


@dataclass
class Leg:
    """A call leg. All changes come from the one event loop; `step` is the task that runs its TwiML."""

    frm: str
    to: str
    direction: str
    account_sid: str
    created_at: datetime
    sid: str = field(default_factory=lambda: new_sid("CA"))
    parent_sid: str = ""
    caller_name: str = ""
    status: str = "queued"
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: str = ""
    fallback: Goto | None = None
    subscriptions: list[Subscription] = field(default_factory=list)
    custom: Params = field(default_factory=dict)
    cookies: Params = field(default_factory=dict)
    verstat: str = ""
    forwarded_from: str = ""  # the telephone that sent the call on to the number it reached
    page: str = ""  # the telephone page that dialled it, and alone may listen
    machine: bool = False  # a voicemail box picked up
    detection: Detection | None = None  # whether to find that out
    answered_by: str = ""  # what was found
    speaks: bool = True  # makes sound: a recording does not end by silence
    hang_up_at: str = ""  # a verb's name, or "request": the caller loses patience there; or "waiting", "joined"
    hang_up_by: str = "caller"  # or "carrier": then it is the line that drops
    in_line: bool = False  # stands in a queue
    silenced: bool = False  # muted at the telephone itself
    patience: float = 0.3  # carrier seconds between reaching that and hanging up
    # in motion
    step: "asyncio.Task[Any] | None" = None
    interruption: "Goto | str | None" = None  # a Goto, or the word for who hung up
    parting: list[Goto] = field(default_factory=list)  # asked once the leg is over
    picked_up: "asyncio.Future[str] | None" = None
    news: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    keys: "Inbox | None" = None  # something listens for keys
    ears: "Inbox | None" = None  # something listens to what is said
    pressed: int = 0  # how many keys a telephone that counts them has pressed
    peers: "Callable[[], list[Leg]]" = list  # whose ears its words reach
    speakers: "Callable[[], list[Leg]]" = list  # whose words reach its ear
    room_music: "Callable[[], bool] | None" = None  # in a conference: whether music plays there for this ear
    asking: bool = False  # the application has been asked what comes next, and has not answered yet
    dead_air: float = 0.0  # the longest time in which nothing was heard: see ear.py
    doing: str = ""
    events: list[dict[str, Any]] = field(default_factory=list)
    overheard: "Callable[[str], None] | None" = None  # what is said in a conference that may be recorded
    recording: list[str] | None = None  # what is being said onto a recording
    chain: "asyncio.Task[None] | None" = None

    @property
    def live(self) -> bool:
        return self.status not in FINAL

    @property
    def duration(self) -> int:
        """Whole seconds from answer to end, 0 when never answered."""
        if not self.answered_at:
            return 0
        return max(0, round(((self.ended_at or self.answered_at) - self.answered_at).total_seconds()))

    def interrupt(self, what: "Goto | str") -> None:
        """Take the leg out of what it is doing; a hang-up is never undone by a later redirect."""
        if isinstance(self.interruption, str):
            return
        self.interruption = what
        if self.step is not None:
            self.step.cancel()

    def press(self, digits: str, after: int | None = None) -> bool:
        """Keys from the telephone; nobody listening means they are lost, as on the real network.

        `after` is how many that telephone had pressed before: keys that it sends again are then taken once.
        """
        if after is not None:
            digits = digits[max(0, self.pressed - after) :]
            self.pressed += len(digits)
        if self.keys is None:
            return False
        for digit in digits:
            self.keys.put_nowait(("key", digit))
        return True

    def params(self) -> Params:
        """The parameters every request about this leg carries: 27 on a plain inbound call."""
        known = {
            "AccountSid": self.account_sid,
            "ApiVersion": "2010-04-01",
            "CallSid": self.sid,
            "CallStatus": self.status,
            "Called": self.to,
            "Caller": self.frm,
            "Direction": self.direction,
            "From": self.frm,
            "To": self.to,
            **place("From", self.frm),
            **place("Caller", self.frm),
            **place("To", self.to),
            **place("Called", self.to),
        }
        if self.direction == "inbound":
            known["CallToken"] = f'{{"parentCallInfoToken":"{self.sid}"}}'
            known["StirVerstat"] = self.verstat
        if self.direction == "outbound-api":
            known["StirStatus"] = "B"
        optional = {"ParentCallSid": self.parent_sid, "CallerName": self.caller_name, "AnsweredBy": self.answered_by}
        optional["ForwardedFrom"] = self.forwarded_from
        return {**known, **{name: value for name, value in optional.items() if value}}

    def progress(self, event: str, subscription: Subscription, at: datetime) -> Params:
        """The parameters of one status callback."""
        words = {"initiated": "initiated", "ringing": "ringing", "answered": "in-progress"}
        extra = {
            "CallStatus": words.get(event, self.status),
            "Timestamp": format_datetime(at),
            "CallbackSource": "call-progress-events",
            "SequenceNumber": str(subscription.sequence),
        }
        subscription.sequence += 1
        if event == "completed":
            extra["SipResponseCode"] = SIP.get(self.status, "200")
            extra["CallDuration"] = str(self.duration)
            extra["Duration"] = str(math.ceil(self.duration / 60))
        return {**self.params(), **extra}
