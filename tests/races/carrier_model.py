"""A carrier in a few lines, for a machine that lets anything happen in any order: legs, and callbacks with a fate.

It holds what is true at the telephones; the register hears of it now, late, twice or never.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from calls import callbacks, models, outbox, routing, services
from calls.facts import moment
from calls.models import Attendance, Call, Instruction, Offer
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
    place: str = "greeting"  # queue, room, farewell, box, over; "rings" while being called back
    room: str = ""  # the conference, by its name
    called_back: bool = False
    left: datetime | None = None

    @property
    def live(self) -> bool:
        return self.place != "over"


@dataclass
class Leg:
    """A telephone that we ring, while it rings or talks: an operator's for an offer, one outside, a supervisor's."""

    ref: str
    offer_id: Any  # or the id of the outside leg, or of the attendance
    operator_id: int
    call_id: Any
    kind: str = "operator"  # outside, supervisor
    place: str = "rings"  # room, over
    room: str = ""


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
        self._stand(caller, "queue")
        known = by_ref(caller.call_id)
        assert known is not None and known.hotline is not None
        call, first = known, known.queued_at is None
        if first:
            call = services.call_waits(caller.call_id, at=self.at, lookup_ref="QU1")
        if first and known.hotline.callbacks_enabled:
            call = callbacks.called_again(call, at=self.at)
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
            self._stand(caller, "room", step.conference)
        elif isinstance(step, RecordVoicemail):
            self._stand(caller, "box")
        elif isinstance(step, Wait):
            self._stand(caller, "queue")
        else:
            self._stand(caller, "farewell")

    def _stand(self, caller: Caller, place: str, room: str = "") -> None:
        """Where a caller goes; a conference that they leave ends for all who are in it."""
        left, caller.place, caller.room = caller.room, place, room
        if left and left != room:
            self._empty(left)

    def _empty(self, room: str) -> None:
        for leg in self.legs:
            if leg.place == "room" and leg.room == room:
                self.end_leg(leg, first="caller")

    def end(self, caller: Caller, *, by_caller: bool = True) -> None:
        """The caller's leg is over; whoever is in the room with them goes too."""
        if not caller.live:
            return
        was, caller.place, caller.left = caller.place, "over", self.at
        ref, call_id = caller.ref, caller.call_id
        if was in ("queue", "room") and call_id is not None:
            self.tell(lambda at: services.call_ended(call_id, at=at, carrier_status="completed"))
        if caller.room:
            self._empty(caller.room)
        if caller.called_back:
            status = "busy" if was == "rings" else "completed"
            self.tell(lambda at: services.call_ended(call_id, at=at, carrier_status=status, carrier_seconds=1))
            return
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
        was, leg.place, own = leg.place, "over", leg.offer_id
        if leg.kind == "outside":
            self.tell(lambda at: services.outside_ended(own, at=at, status=status, caller_left=first == "caller"))
            return
        ended = services.leg_ended if leg.kind == "operator" else services.attendance_leg_ended
        if was == "room":
            self.tell(lambda at: ended(own, at=at, status="completed", left_first=first))
        self.tell(lambda at: ended(own, at=at, status=status))

    def accept(self, leg: Leg) -> bool:
        """Somebody picks up. True if they are in the conference."""
        leg.room = {"operator": self._claim, "outside": self._put_through, "supervisor": self._let_in}[leg.kind](leg)
        if leg.room:
            leg.place = "room"
        else:
            self.end_leg(leg)
        return bool(leg.room)

    def _claim(self, leg: Leg) -> str:
        services.know_leg(leg.offer_id, leg_ref=leg.ref, at=self.at, rang=True)
        taken = services.accept_offer(leg.offer_id, leg_ref=leg.ref, at=self.at)
        return taken.conference if taken.won else ""

    def _put_through(self, leg: Leg) -> str:
        return services.outside_answered(leg.offer_id, leg_ref=leg.ref, at=self.at)

    def _let_in(self, leg: Leg) -> str:
        entry = services.let_in(leg.offer_id, leg_ref=leg.ref, at=self.at)
        if entry is None:
            return ""
        call_id, ref = leg.call_id, leg.ref
        self.tell(lambda at: services.came_in(call_id, leg_ref=ref, conference_ref="CF", at=at))
        return entry.conference

    # --- those who asked to be called back
    def pick_up(self, caller: Caller) -> None:
        """And press a key."""
        call = callbacks.reached(caller.call_id, at=self.at)
        if call.ended_at:
            self.end(caller)
        else:
            self.follow(caller)

    # --- the switchboard's part
    def work(self, limit: int = 20) -> int:
        """Carry out what is due."""
        outbox.release_stale(self.at)
        services.assign(self.at)
        services.ring_others(self.at)
        done = outbox.claim(self.at, limit=limit)
        for instruction in done:
            deed = getattr(self, f"_{instruction.kind}", None)  # hold and recording are heard, not known
            if deed is not None:
                deed(instruction)
            outbox.finish(instruction, at=self.at)
        return len(done)

    def _ring(self, instruction: Instruction) -> None:
        offer = Offer.objects.get(pk=instruction.offer_id)
        if self.at > instruction.deadline_at or offer.state != Offer.State.RINGING or offer.leg_ref:
            return
        leg = Leg(sid(), offer.pk, offer.operator_id, offer.call_id)
        self.legs.append(leg)
        services.know_leg(offer.pk, leg_ref=leg.ref, at=self.at)
        if offer.operator_id in self.unplugged:
            self.end_leg(leg, status="no-answer")
        else:
            self.tell(lambda at: services.know_leg(offer.pk, leg_ref=leg.ref, at=at, rang=True))

    def _caller_of(self, call_id: Any) -> Caller | None:
        return next((each for each in self.callers if each.call_id == call_id), None)

    def _move(self, instruction: Instruction) -> None:
        call, caller = by_ref(instruction.call_id), self._caller_of(instruction.call_id)
        if call is None or call.ended_at is not None:
            return
        if call.is_unreached and caller is not None:
            self.end(caller)
        if caller is None or not caller.live:
            services.call_ended(instruction.call_id, at=self.at, source="switchboard")
        elif caller.place != "farewell":
            self.follow(caller)

    def _hang_up(self, instruction: Instruction) -> None:
        ref = instruction.payload.get("leg_ref")
        if leg_id := instruction.payload.get("leg"):
            ref = models.Leg.objects.filter(pk=leg_id).values_list("leg_ref", flat=True).first()
        elif instruction.offer_id:
            ref = Offer.objects.filter(pk=instruction.offer_id).values_list("leg_ref", flat=True).first()
        for leg in self.legs:
            if ref and leg.ref == ref:
                self.end_leg(leg, first="operator" if leg.place == "room" else "")

    def _dial(self, instruction: Instruction) -> None:
        row = models.Leg.objects.get(pk=instruction.payload["leg"])
        if row.state == models.Leg.State.RINGING and not row.leg_ref:
            self.legs.append(Leg(sid(), row.pk, 0, row.call_id, "outside"))
            services.know_outside(row.pk, leg_ref=self.legs[-1].ref)

    def _attend(self, instruction: Instruction) -> None:
        row = Attendance.objects.get(pk=instruction.payload["attendance"])
        if row.left_at is None and not row.leg_ref:
            self.legs.append(Leg(sid(), row.pk, 0, row.call_id, "supervisor"))
            services.know_attendance_leg(row.pk, leg_ref=self.legs[-1].ref)

    def _adjust(self, instruction: Instruction) -> None:
        row = Attendance.objects.get(pk=instruction.payload["attendance"])
        if any(leg.offer_id == row.pk and leg.place == "room" for leg in self.legs):
            services.adjusted(row.pk, way=row.way, conference_ref="CF", at=self.at)

    def _reach(self, instruction: Instruction) -> None:
        call = Call.objects.get(pk=instruction.call_id)
        if call.ended_at or not call.carrier_ref.startswith(callbacks.PLACEHOLDER):
            return
        if self.at > instruction.deadline_at:
            services.call_ended(call.pk, at=self.at, carrier_status="failed", source="switchboard")
            return
        callbacks.dialled(call.pk, at=self.at)
        rung = Caller(sid(), call.dialled, call.caller_number, self.at, call.pk, "rings", called_back=True)
        self.callers.append(rung)
        callbacks.know_ref(call.pk, carrier_ref=rung.ref, at=self.at)

    # --- what the carrier says when it is asked
    def said(self, ref: str) -> CarrierCall | None:
        caller = next((each for each in self.callers if each.ref == ref), None)
        if caller is None:
            return None
        status = "in-progress" if caller.live else "completed"
        left = caller.left.replace(microsecond=0) if caller.left else None
        return CarrierCall(ref, status, caller.dialled, caller.number, caller.came, left, None if caller.live else 1)

    def listed(self) -> list[CarrierCall]:
        came = [each.ref for each in self.callers if not each.called_back]
        return [said for ref in came if (said := self.said(ref)) is not None]
