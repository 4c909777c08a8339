"""Telephones that can be rung: handsets on numbers, browsers and Python desks on client identities."""

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from telephony.simulator.leg import Leg

if TYPE_CHECKING:
    from telephony.simulator.exchange import Exchange

EVENTS_KEPT = 1000
MODES = ("manual", "answer", "decline", "busy", "rings_out", "voicemail", "unreachable")
VOICEMAIL_GREETING = "The person you are calling is not available. Please leave a message after the tone."


@dataclass
class Manner:
    """How a telephone behaves when it rings. Seconds are carrier seconds."""

    mode: str = "manual"
    after: float = 0.5
    press: str = ""  # keys pressed as soon as something listens for keys
    hang_up_after: float = 0.0  # talk this long, then hang up; 0 talks on

    def pause(self) -> float:
        """How long it rings before this telephone does what it does."""
        return self.after

    @classmethod
    def of(cls, facts: dict[str, Any]) -> "Manner":
        manner = cls(**{name: facts[name] for name in ("mode", "after", "press", "hang_up_after") if name in facts})
        if manner.mode not in MODES:
            raise ValueError(f"a telephone cannot {manner.mode!r}; it can {', '.join(MODES)}")
        return manner


@dataclass
class Device:
    """One thing that rings. Several may share an address: the first to answer has the call."""

    address: str
    manner: Manner = field(default_factory=Manner)
    session: str = ""
    page: str = ""  # the telephone page it stands on, and is unplugged with
    ringing: dict[str, Leg] = field(default_factory=dict)
    talking: dict[str, Leg] = field(default_factory=dict)
    events: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=EVENTS_KEPT))
    last: int = 0  # the number of the latest event
    news: asyncio.Event = field(default_factory=asyncio.Event)
    streams: int = 0  # how many browser tabs hold its stream
    seen: float = field(default_factory=time.monotonic)

    def since(self, number: int) -> list[dict[str, Any]]:
        """What happened after the event of this number, as far as it is kept."""
        return [event for event in self.events if event["number"] > number]

    @property
    def engaged(self) -> bool:
        return any(leg.live for leg in self.talking.values())


class Devices:
    """All telephones by address, and the ringing of them."""

    def __init__(self, exchange: "Exchange") -> None:
        self.exchange = exchange
        self.by_address: dict[str, list[Device]] = {}
        self._background: set[asyncio.Task[None]] = set()

    def attach(self, device: Device) -> Device:
        self.by_address.setdefault(device.address, []).append(device)
        return device

    def detach(self, device: Device) -> None:
        """Unplug a telephone: what rings there stops ringing there, what talks there is cut off."""
        siblings = self.by_address.get(device.address, [])
        if device in siblings:
            siblings.remove(device)
        for leg in list(device.ringing.values()):
            device.ringing.pop(leg.sid, None)
            if not any(leg.sid in other.ringing for other in siblings):
                self.resolve(leg, "no-answer")
        for leg in list(device.talking.values()):
            self.exchange.hang_up(leg, "callee")

    def find(self, session: str) -> Device | None:
        return next((d for devices in self.by_address.values() for d in devices if d.session == session), None)

    def holding(self, leg: Leg) -> list[Device]:
        """The telephones on which a leg rings or talks."""
        every = self.by_address.get(leg.to, [])
        return [device for device in every if leg.sid in device.ringing or leg.sid in device.talking]

    # --- ringing ------------------------------------------------------------------------------------

    async def ring(self, leg: Leg, timeout: float) -> str:
        """Ring the telephones at a leg's address. Returns "answered" or the final status of a call that was not."""
        leg.picked_up = asyncio.get_running_loop().create_future()
        await self.exchange.clock.sleep(self.exchange.settings.ring_delay)
        if leg.picked_up.done():
            return leg.picked_up.result()
        devices = list(self.by_address.get(leg.to, []))
        client = leg.to.startswith("client:")
        if not devices:
            if client:
                return "no-answer"  # nobody is registered under this identity (SIP 480)
            devices = [Device(leg.to, Manner(self.exchange.settings.unanswered, after=2.0))]
        free = [device for device in devices if not (client and device.engaged)]
        if not free:
            return "busy"  # SIP 486: every browser of this identity is in a call
        return await self._ring_all(leg, free, timeout)

    async def _ring_all(self, leg: Leg, devices: list[Device], timeout: float) -> str:
        verdicts = [self._begin(leg, device) for device in devices]
        if all(verdict is not None for verdict in verdicts):
            return next(verdict for verdict in verdicts if verdict)
        self.exchange.progress(leg, "ringing")
        assert leg.picked_up is not None
        try:
            return await self.exchange.clock.wait_for(asyncio.shield(leg.picked_up), timeout)
        except TimeoutError:
            return "no-answer"
        finally:
            for device in devices:
                if device.ringing.pop(leg.sid, None):
                    self.tell(device, "stopped", leg)

    def _begin(self, leg: Leg, device: Device) -> str | None:
        """Start one telephone ringing; returns a final status when it cannot ring at all."""
        if device.manner.mode == "busy":
            return "busy"
        if device.manner.mode == "unreachable":
            return "failed"
        device.ringing[leg.sid] = leg
        self.tell(device, "incoming", leg)
        self._spawn(self._behave(device, leg))
        return None

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _behave(self, device: Device, leg: Leg) -> None:
        manner = device.manner
        if manner.mode in ("manual", "rings_out"):
            return
        await self.exchange.clock.sleep(manner.pause())
        if leg.sid not in device.ringing:
            return
        if manner.mode == "decline":
            self.decline(device, leg)
            return
        if manner.mode == "voicemail":
            self.voicemail(device, leg)
            return
        self.answer(device, leg)
        if manner.hang_up_after:
            await self.exchange.clock.sleep(manner.hang_up_after)
            self.exchange.hang_up(leg, "callee")

    # --- what a person does with a ringing telephone ------------------------------------------------

    def answer(self, device: Device, leg: Leg) -> bool:
        """Pick up. False when the call no longer rings here, or another telephone was faster."""
        if device.ringing.pop(leg.sid, None) is None or not self.resolve(leg, "answered"):
            return False
        device.talking = {sid: other for sid, other in device.talking.items() if other.live}
        device.talking[leg.sid] = leg
        self.tell(device, "connected", leg)
        return True

    def decline(self, device: Device, leg: Leg) -> bool:
        """Refuse. A leg that no other telephone rings for is busy, as the carrier reports a declined call."""
        if device.ringing.pop(leg.sid, None) is None:
            return False
        self.tell(device, "stopped", leg)
        if not any(leg.sid in other.ringing for other in self.by_address.get(leg.to, [])):
            self.resolve(leg, "busy")
        return True

    def voicemail(self, device: Device, leg: Leg) -> bool:
        """A voicemail box picks up: it plays its greeting, listens, and presses nothing."""
        leg.machine = True
        answered = self.answer(device, leg)
        if answered:
            self._spawn(self._greet(leg))
        leg.machine = answered
        return answered

    async def _greet(self, leg: Leg) -> None:
        await self.exchange.clock.sleep(0.5)
        self.exchange.speak(leg, VOICEMAIL_GREETING)
        await self.exchange.clock.sleep(8)
        self.exchange.speak(leg, "beep")

    @staticmethod
    def resolve(leg: Leg, verdict: str) -> bool:
        if leg.picked_up is None or leg.picked_up.done():
            return False
        leg.picked_up.set_result(verdict)
        return True

    def ended(self, leg: Leg) -> None:
        """A leg is over: the telephones that held it are put down."""
        for device in self.holding(leg):
            device.ringing.pop(leg.sid, None)
            device.talking.pop(leg.sid, None)
            self.tell(device, "ended", leg)

    def keys_wanted(self, leg: Leg) -> None:
        """Something listens for keys: telephones that press by themselves do so now."""
        for device in self.holding(leg):
            if device.manner.press and leg.sid in device.talking and device.manner.mode == "answer":
                leg.press(device.manner.press)

    def tell(self, device: Device, kind: str, leg: Leg, **facts: Any) -> None:
        """Note an event for a telephone, and publish it."""
        event = {
            "kind": kind,
            "address": device.address,
            "sid": leg.sid,
            "from": leg.frm,
            "to": leg.to,
            "parameters": leg.custom,
            **facts,
        }
        device.last = event["number"] = device.last + 1
        device.events.append(event)
        device.news.set()
        device.news = asyncio.Event()
        self.exchange.publish({**event, "session": device.session, "page": device.page, "device": True})
