"""The exchange: every leg, queue, conference, number and telephone, and the ways they change."""

import asyncio
import logging
from collections import Counter, deque
from typing import Any

from telephony.simulator import dialing, engine, gathering, machines, verbs, waiting  # noqa: F401 - importing them registers their verbs
from telephony.simulator.clock import Clock
from telephony.simulator.conference import Conference
from telephony.simulator.devices import Devices
from telephony.simulator.ear import Ears
from telephony.simulator.faults import Faults
from telephony.simulator.journal import Journal
from telephony.simulator.leg import Goto, Leg, Subscription
from telephony.simulator.numberbook import Number
from telephony.simulator.post import Post
from telephony.simulator.queues import Queue
from telephony.simulator.recordings import Recording, wav_seconds
from telephony.simulator.settings import Settings
from telephony.simulator.transport import Params, Request, Transport
from telephony.simulator.twiml import TwimlError

logger = logging.getLogger(__name__)
UNKNOWN_SOUND_SECONDS = 5.0
EVENTS = ("initiated", "ringing", "answered", "completed")


class Refusal(Exception):
    """A request the carrier refuses, with its error code."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


class Exchange:
    """All state of the carrier. Lives in one event loop; nothing here is thread-safe or needs to be."""

    def __init__(
        self,
        settings: Settings,
        transport: Transport,
        *,
        speed: float = 1.0,
        journal: Journal,
        clock: Clock | None = None,
    ) -> None:
        self.settings, self.transport, self.journal = settings, transport, journal
        self.clock = clock or Clock(speed)
        self.faults = Faults()
        self.post = Post(settings, self.clock, transport, self.faults)
        self.devices = Devices(self)
        self.ears = Ears(self)
        self.legs: dict[str, Leg] = {}
        self.queues: dict[str, Queue] = {}
        self.conferences: dict[str, Conference] = {}
        self.recordings: dict[str, Recording] = {}
        self.numbers: dict[str, Number] = {}
        self.errors: list[str] = []
        self.rest_log: deque[dict[str, Any]] = deque(maxlen=5000)
        self.warnings: deque[dict[str, Any]] = deque(maxlen=1000)
        self.listeners: set[asyncio.Queue[dict[str, Any]]] = set()
        self.own_url = ""
        self.pages: Counter[str] = Counter()  # telephone pages that listen, by name
        self._sounds: dict[str, float] = {}
        self._over: deque[str] = deque()  # calls that are over, the oldest first
        self._latest: dict[str, Conference] = {}  # by name
        self._tasks: set[asyncio.Task[Any]] = set()
        self._next_slot = 0.0

    # --- telling ------------------------------------------------------------------------------------

    def publish(self, event: dict[str, Any]) -> None:
        for listener in self.listeners:
            listener.put_nowait(event)

    def hear(self, leg: Leg, kind: str, text: str, **facts: Any) -> None:
        """Something reaches the ear at this leg's telephone."""
        event = {"kind": kind, "text": text, "at": self.clock.now().isoformat(), **facts}
        event["number"] = len(leg.events) + 1
        leg.events.append(event)
        self._wake(leg)
        self.publish({**event, "sid": leg.sid, "device": False})
        for device in self.devices.holding(leg):
            if kind != "state":
                self.devices.tell(device, "caption", leg, text=text, sound=kind, language=facts.get("language", ""))

    @staticmethod
    def _wake(leg: Leg) -> None:
        """Whoever waits for news of this leg gets them."""
        leg.news.set()
        leg.news = asyncio.Event()

    def speak(self, leg: Leg, text: str) -> None:
        """The person at this leg's telephone says something: recordings keep it, the others hear it."""
        if leg.silenced:
            return
        leg.events.append(
            {"kind": "said", "text": text, "at": self.clock.now().isoformat(), "number": len(leg.events) + 1}
        )
        self.publish({**leg.events[-1], "sid": leg.sid, "device": False})
        if leg.recording is not None:
            leg.recording.append(text)
        if leg.ears is not None:
            leg.ears.put_nowait(("words", text))
        if leg.overheard is not None:
            leg.overheard(text)
        for other in leg.peers():
            self.hear(other, "voice", text, **{"from": leg.sid})

    def warn(self, leg: Leg, code: int, text: str) -> None:
        self.warnings.append({"sid": leg.sid, "code": code, "text": text, "at": self.clock.now().isoformat()})

    def _told(self, leg: Leg, status: str) -> None:
        leg.status = status
        self.hear(leg, "state", status, **({"by": leg.ended_by} if leg.ended_by else {}))
        self.journal.leg(leg)

    def progress(self, leg: Leg, event: str) -> None:
        """A step in a leg's life, told to whoever subscribed to it."""
        if event in ("initiated", "ringing"):
            self._told(leg, event)
        for subscription in leg.subscriptions:
            if event in subscription.events:
                params = leg.progress(event, subscription, self.clock.now())
                self.post.tell(leg, subscription.url, subscription.method, params)

    # --- the life of a leg --------------------------------------------------------------------------

    def spawn(self, work: Any) -> "asyncio.Task[Any]":
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def open(self, leg: Leg) -> Leg:
        self.legs[leg.sid] = leg
        self.journal.leg(leg)
        return leg

    def answer(self, leg: Leg) -> None:
        """The call is answered, and from now on costs money."""
        if leg.answered_at is not None or not leg.live:
            return
        leg.answered_at = self.clock.now()
        self._told(leg, "in-progress")
        self.progress(leg, "answered")

    def finish(self, leg: Leg, status: str) -> None:
        """The leg is over. Says so once, whatever happens later."""
        if not leg.live:
            return
        canceled_in_queue = leg.status == "queued" and status == "canceled"
        leg.ended_at = self.clock.now()
        leg.ended_by = leg.ended_by or "application"
        leg.keys = None
        self._told(leg, status)
        self.devices.ended(leg)
        for goto in leg.parting:
            self.spawn(self._part(leg, goto))
        leg.over.set()
        if not canceled_in_queue:
            self.progress(leg, "completed")
        self._over.append(leg.sid)
        self._forget()

    def _forget(self) -> None:
        """A box that runs for months keeps the latest calls and conferences, and no more."""
        while len(self._over) > self.settings.calls_kept:
            self.legs.pop(self._over.popleft(), None)
        while len(self.conferences) > self.settings.calls_kept:
            oldest = next(iter(self.conferences.values()))
            if oldest.status != "completed":
                return
            del self.conferences[oldest.sid]
            if self._latest.get(oldest.name) is oldest:
                del self._latest[oldest.name]

    def empty(self) -> None:
        """Forget every call, line, conference and recording."""
        for store in (self.legs, self.conferences, self._latest, self.queues, self.recordings):
            store.clear()
        self._over.clear()

    def ask_aside(self, leg: Leg, goto: Goto) -> None:
        """Ask an address whose answer is not run, while the leg goes on elsewhere."""
        self.spawn(self._part(leg, goto))

    def tell_of_conference(self, conference: Conference, callback: Goto, params: Params) -> None:
        """Conference events go out in the order in which they happened."""
        self.post.tell(conference, callback.url, callback.method, params)

    async def _part(self, leg: Leg, goto: Goto) -> None:
        """A last request for a leg that is over; what it answers is not run."""
        try:
            await self.post.ask(leg, goto)
        except TwimlError as problem:
            self.warn(leg, problem.code, str(problem))

    def hang_up(self, leg: Leg, by: str, status: str = "") -> None:
        """Somebody puts the receiver down: "caller", "callee", "api" or "carrier"."""
        if not leg.live:
            return
        leg.ended_by = leg.ended_by or by
        if leg.picked_up is not None and not leg.picked_up.done():
            leg.picked_up.set_result(status or "canceled")
        leg.interrupt(by)
        if leg.step is None and leg.picked_up is None:
            self.finish(leg, status or ("completed" if leg.answered_at else "canceled"))

    def lose_patience(self, leg: Leg, step: str) -> None:
        """Callers who were told to hang up at a step begin to do so when it is reached."""
        if leg.hang_up_at and leg.hang_up_at == step:
            leg.hang_up_at = ""
            self.spawn(self._hang_up_soon(leg, step))

    async def _hang_up_soon(self, leg: Leg, step: str) -> None:
        await self.clock.sleep(leg.patience)
        if step == "waiting" and not leg.in_line:
            return  # somebody came in time
        self.hang_up(leg, leg.hang_up_by)

    def joined(self, leg: Leg, whom: str) -> None:
        """A leg talks to somebody from now on."""
        self.hear(leg, "joined", whom)
        self.lose_patience(leg, "joined")

    def listens(self, leg: Leg) -> None:
        """A Gather listens now."""
        self.devices.keys_wanted(leg)

    # --- calls in -----------------------------------------------------------------------------------

    def dial_in(self, number: str, caller: str, **facts: Any) -> Leg:
        """Somebody dials one of our numbers."""
        leg = self.open(
            Leg(
                frm=caller,
                to=number,
                direction="inbound",
                account_sid=self.settings.account_sid,
                created_at=self.clock.now(),
                verstat=facts.pop("verstat", "TN-Validation-Passed-C"),
                **facts,
            )
        )
        configured = self.number(number)
        self._told(leg, "ringing")
        if configured is None or not configured.voice_url:
            self.spawn(self._no_such_number(leg))
            return leg
        if configured.status_callback:
            leg.subscriptions.append(Subscription(configured.status_callback, configured.status_callback_method))
        if configured.voice_fallback_url:
            leg.fallback = Goto(configured.voice_fallback_url, configured.voice_fallback_method)
        self.spawn(engine.control(self, leg, Goto(configured.voice_url, configured.voice_method)))
        return leg

    async def _no_such_number(self, leg: Leg) -> None:
        leg.ended_by = "carrier"
        self.finish(leg, "failed")

    def number(self, number: str) -> Number | None:
        """A number's configuration; unconfigured ones are made up on the first call, if numbers are open."""
        found = self.numbers.get(number)
        if found is None and self.settings.open_numbers and self.settings.webhook_base:
            found = self.add_number(number)
        return found

    def add_number(self, number: str, **facts: str) -> Number:
        base = self.settings.webhook_base.rstrip("/")
        if base:
            facts.setdefault("voice_url", f"{base}/twilio/voice/")
            facts.setdefault("status_callback", f"{base}/twilio/status/")
            facts.setdefault("voice_fallback_url", f"{base}/twilio/fallback/")
        made = Number(number=number, account_sid=self.settings.account_sid, created_at=self.clock.now(), **facts)
        self.numbers[number] = made
        self.journal.number(made)
        return made

    # --- calls out ----------------------------------------------------------------------------------

    def call_out(self, leg: Leg, goto: Goto, timeout: float) -> Leg:
        """A call created by REST: it waits for its turn, rings, and runs its document when answered."""
        self.open(leg)
        rate, now = self.settings.calls_per_second, self.clock.now().timestamp()
        start = max(now, self._next_slot)
        self._next_slot = start + (self.clock.real(1 / rate) if rate else 0.0)
        self.spawn(self._placed(leg, goto, timeout, start - now))
        return leg

    async def _placed(self, leg: Leg, goto: Goto, timeout: float, wait: float) -> None:
        if wait > 0:
            await self.clock.delay(wait)
        if not leg.live:
            return  # canceled in the queue
        self.progress(leg, "initiated")
        if await self.ring(leg, timeout):
            await machines.first(self, leg)
            await engine.control(self, leg, goto)

    async def ring(self, leg: Leg, timeout: float) -> bool:
        """Ring a leg's telephone until somebody answers. False when the leg is over instead."""
        verdict = await self.devices.ring(leg, timeout)
        leg.picked_up = None if verdict == "answered" else leg.picked_up
        if verdict == "answered" and leg.live:
            self.answer(leg)
            return True
        leg.ended_by = leg.ended_by or ("callee" if verdict == "busy" else "carrier")
        self.finish(leg, verdict if verdict != "answered" else "completed")
        return False

    # --- queues, conferences, recordings, sounds ----------------------------------------------------

    def queue(self, name: str, max_size: int = 1000) -> Queue:
        if name not in self.queues:
            self.queues[name] = Queue(name=name, max_size=max_size, created_at=self.clock.now())
        return self.queues[name]

    def conference(self, name: str) -> Conference:
        """The conference of this name that has not ended, or a new one."""
        known = self._latest.get(name)
        if known is not None and known.status != "completed":
            return known
        made = Conference(self, name)
        self.conferences[made.sid] = self._latest[name] = made
        return made

    def keep(self, recording: Recording) -> None:
        self.recordings[recording.sid] = recording
        while len(self.recordings) > self.settings.calls_kept:
            del self.recordings[next(iter(self.recordings))]
        self.journal.recording(recording)

    def recording_url(self, recording: Recording) -> str:
        return f"{self.own_url}/2010-04-01/Accounts/{recording.account_sid}/Recordings/{recording.sid}"

    async def length_of(self, url: str) -> float:
        """How long a sound plays, asked once per address."""
        if url not in self._sounds:
            self._sounds[url] = UNKNOWN_SOUND_SECONDS
            try:
                reply = await self.transport.send(Request("GET", url, Params(), 5.0))
                self._sounds[url] = wav_seconds(reply.body) or UNKNOWN_SOUND_SECONDS
            except TwimlError:
                logger.info("no sound at %s", url)
        return self._sounds[url]

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.transport.close()
        self.journal.close()
