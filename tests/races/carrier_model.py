"""A carrier in a few lines, for a machine that lets anything happen in any order: legs, and callbacks with a fate.

It holds what is true at the telephones; the register hears of it now, late, twice or never.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from calls import outbox, routing, services
from calls.facts import moment
from calls.models import Call, Instruction, Offer
from calls.queries import by_ref
from calls.reconciliation import CarrierCall
from calls.steps import Connect, RecordVoicemail, Wait
from tests.world import number_of, sid

FATES = ("now", "now", "now", "now", "late", "twice", "lost")


@dataclass
class Caller:
    """A caller's telephone: where the carrier has it."""

    ref: str
    dialled: str
    number: str
    came: datetime
    call_id: Any = None
    place: str = "greeting"  # queue, room, farewell, box, over
    left: datetime | None = None

    @property
    def live(self) -> bool:
        return self.place != "over"


@dataclass
class Leg:
    """An operator's telephone while it rings or talks for an offer."""

    ref: str
    offer_id: Any
    operator_id: int
    caller: Caller
    place: str = "rings"  # room, over


@dataclass
class Carrier:
    """Callers, legs, and the callbacks that are on their way."""

    at: datetime
    dice: random.Random
    callers: list[Caller] = field(default_factory=list)
    legs: list[Leg] = field(default_factory=list)
    late: list[Callable[[], None]] = field(default_factory=list)
    past: list[Callable[[], None]] = field(default_factory=list)
    unplugged: set[int] = field(default_factory=set)  # operators whose browser is closed
    calm: bool = False  # every callback arrives, once and at once

    # --- telling
    def tell(self, callback: Callable[[datetime], Any]) -> None:
        """A callback about now: it is delivered as fate will have it, stamped with this second."""
        stamp = self.at.replace(microsecond=0)

        def deliver() -> None:
            callback(moment(stamp, self.at) if self.at - stamp > timedelta(seconds=2) else self.at)

        fate = "now" if self.calm else self.dice.choice(FATES)
        self.past = [*self.past[-19:], deliver]
        if fate == "late":
            self.late.append(deliver)
        for _ in range({"now": 1, "twice": 2}.get(fate, 0)):
            deliver()

    # --- callers
    def dial(self, hotline: Any) -> Caller:
        n = len(self.callers) % 5  # some call again
        caller = Caller(sid(), number_of(hotline), f"+479000000{n}", self.at)
        self.callers.append(caller)
        arrival = self.arrive(caller)
        caller.call_id = arrival.call_id
        if arrival.refused:
            self.end(caller)
        return caller

    def arrive(self, caller: Caller) -> Any:
        return services.receive_call(
            carrier_ref=caller.ref,
            dialled=caller.dialled,
            caller=caller.number,
            at=self.at,
            raw={"CallSid": caller.ref},
        )

    def wait(self, caller: Caller) -> None:
        """The queue asks what to play: for the first time, or again."""
        caller.place = "queue"
        known = by_ref(caller.call_id)
        assert known is not None and known.hotline is not None
        call = services.call_waits(caller.call_id, at=self.at, lookup_ref="QU1") if known.queued_at is None else known
        if call.state == Call.State.WAITING and (why := routing.give_up_reason(call, known.hotline, self.at)):
            call = services.divert_to_voicemail(caller.call_id, at=self.at, why=why)
        if call.state in (Call.State.VOICEMAIL, Call.State.ENDED):
            self.follow(caller)

    def follow(self, caller: Caller) -> None:
        """The caller's document runs out or was redirected: the next step."""
        call = by_ref(caller.call_id)
        assert call is not None
        step = routing.next_step(call, self.at)
        if isinstance(step, Connect):
            caller.place = "room"
        elif isinstance(step, RecordVoicemail):
            caller.place = "box"
        elif isinstance(step, Wait):
            caller.place = "queue"
        else:
            caller.place = "farewell"

    def end(self, caller: Caller, *, by_caller: bool = True) -> None:
        """The caller's leg is over; whoever is in the room with them goes too."""
        if not caller.live:
            return
        was, caller.place, caller.left = caller.place, "over", self.at
        ref, call_id = caller.ref, caller.call_id
        if was in ("queue", "room") and call_id is not None:
            self.tell(lambda at: services.call_ended(call_id, at=at, carrier_status="completed"))
        for leg in self.legs:
            if leg.caller is caller and leg.place == "room":
                self.end_leg(leg, first="caller")
        self.tell(
            lambda at: services.carrier_says(
                carrier_ref=ref, status="completed", dialled=caller.dialled, caller=caller.number, at=at, seconds=1,
                key="status:completed:0",
            )
        )  # fmt: skip

    # --- operators
    def end_leg(self, leg: Leg, *, status: str = "completed", first: str = "") -> None:
        if leg.place == "over":
            return
        was, leg.place = leg.place, "over"
        offer_id = leg.offer_id
        if was == "room":
            self.tell(lambda at: services.leg_ended(offer_id, at=at, status="completed", left_first=first))
        self.tell(lambda at: services.leg_ended(offer_id, at=at, status=status))

    def accept(self, leg: Leg) -> bool:
        services.know_leg(leg.offer_id, leg_ref=leg.ref, at=self.at, rang=True)
        taken = services.accept_offer(leg.offer_id, leg_ref=leg.ref, at=self.at)
        if taken.won and leg.caller.live:
            leg.place = "room"
        elif taken.won:
            leg.place = "room"  # alone, until somebody hangs up
        else:
            self.end_leg(leg)
        return taken.won

    # --- the switchboard's part
    def work(self, limit: int = 20) -> int:
        """Carry out what is due."""
        outbox.release_stale(self.at)
        services.assign(self.at)
        services.ring_others(self.at)
        done = outbox.claim(self.at, limit=limit)
        for instruction in done:
            {"ring": self._ring, "move": self._move, "hang_up": self._hang_up}[instruction.kind](instruction)
            outbox.finish(instruction, at=self.at)
        return len(done)

    def _ring(self, instruction: Instruction) -> None:
        offer = Offer.objects.get(pk=instruction.offer_id)
        if self.at > instruction.deadline_at or offer.state != Offer.State.RINGING or offer.leg_ref:
            return
        caller = next(each for each in self.callers if each.call_id == offer.call_id)
        leg = Leg(sid(), offer.pk, offer.operator_id, caller)
        self.legs.append(leg)
        services.know_leg(offer.pk, leg_ref=leg.ref, at=self.at)
        if offer.operator_id in self.unplugged:
            self.end_leg(leg, status="no-answer")
        else:
            self.tell(lambda at: services.know_leg(offer.pk, leg_ref=leg.ref, at=at, rang=True))

    def _move(self, instruction: Instruction) -> None:
        caller = next(each for each in self.callers if each.call_id == instruction.call_id)
        if Call.objects.filter(pk=instruction.call_id, ended_at__isnull=False).exists():
            return
        if not caller.live:
            services.call_ended(instruction.call_id, at=self.at, source="switchboard")
        elif caller.place != "farewell":
            self.follow(caller)

    def _hang_up(self, instruction: Instruction) -> None:
        ref = Offer.objects.filter(pk=instruction.offer_id).values_list("leg_ref", flat=True).first()
        for leg in self.legs:
            if leg.ref == ref:
                self.end_leg(leg, first="operator" if leg.place == "room" else "")

    # --- what the carrier says when it is asked
    def said(self, ref: str) -> CarrierCall | None:
        caller = next((each for each in self.callers if each.ref == ref), None)
        if caller is None:
            return None
        status = "in-progress" if caller.live else "completed"
        left = caller.left.replace(microsecond=0) if caller.left else None
        return CarrierCall(ref, status, caller.dialled, caller.number, caller.came, left, None if caller.live else 1)

    def listed(self) -> list[CarrierCall]:
        return [said for each in self.callers if (said := self.said(each.ref)) is not None]
