"""A supervisor becomes the operator of a call: the caller stays where they are, the operator goes to the wrap-up."""

from datetime import datetime
from typing import Any

from django.db.models import F

from calls import parting, passing
from calls.holding import take_off
from calls.journal import note_event
from calls.models import Attendance, Call, CallEvent, Instruction, Offer
from calls.news import tell
from calls.offers import TAKEN_OVER, write_up
from calls.outbox import instruct
from calls.parting import telephone_of
from operators import presence
from operators.models import Operator, Presence
from operators.presence import Cause
from operators.services import make_operator

_FREE = presence.ALL - {Presence.RINGING, Presence.ON_CALL, Presence.WRAP_UP}


def complete(call: Call, attendance: Attendance, *, at: datetime) -> bool:
    """Put a supervisor whom all hear in the operator's place. False if the operator has gone or passes the call on, or
    they are busy: then they have only joined.

    Call with both rows locked: exactly one of those who take over, or hang up, at the same moment finds the operator
    there.
    """
    theirs = Offer.objects.select_for_update().filter(pk=attendance.offer_id, state=Offer.State.ACCEPTED).first()
    if theirs is None or call.ended_at:
        return False
    taker = _part_of(attendance.user)
    if passing.open_transfer(call) is not None or not _now_on_call(taker, at):
        Attendance.objects.filter(pk=attendance.pk).update(way=Attendance.Way.JOIN)
        return False
    _hand_over(call, theirs, taker, attendance, at)
    parting.close(call, attendance, at=at, reason=parting.TOOK_OVER, hang_up=False)
    parting.end_help(call, at=at, reason="came", by=attendance.user)
    take_off(call, taker.pk, at=at)  # whoever takes over wants to speak with the caller
    instruct(Instruction.Kind.HANG_UP, call_id=call.pk, offer_id=theirs.pk, at=at)
    write_up(theirs, call, at)
    tell(call, operator_id=theirs.operator_id)
    tell(call, operator_id=taker.pk)
    return True


def _part_of(user: Any) -> Operator:
    """The person's part as an operator. Who had none gets one that serves no hotline: nothing rings there by itself."""
    return Operator.objects.filter(user=user).first() or make_operator(user, by=user, identity=telephone_of(user))


def _now_on_call(taker: Operator, at: datetime) -> bool:
    """On the call; afterwards back to what they did before, so that nobody becomes ready by having helped."""
    before = Operator.objects.values_list("state", "state_reason").get(pk=taker.pk)
    if not presence.change(taker.pk, Presence.ON_CALL, at=at, cause=Cause.ANSWERED, from_states=_FREE, keep_next=True):
        return False
    was_ready = before[0] == Presence.READY or before == (Presence.OTHER, parting.IN_A_CALL)
    chosen = before[0] if before[0] in presence.CHOOSABLE else Presence.OFFLINE
    Operator.objects.filter(pk=taker.pk).update(
        next_state=F("next_state") if was_ready else chosen, next_reason="" if was_ready else before[1]
    )
    return True


def _hand_over(call: Call, theirs: Offer, taker: Operator, attendance: Attendance, at: datetime) -> None:
    Offer.objects.filter(pk=theirs.pk).update(state=Offer.State.FINISHED, closed_at=at, reason=TAKEN_OVER)
    mine = Offer.objects.create(
        call=call, operator=taker, state=Offer.State.ACCEPTED, device=attendance.device, made_at=at, ring_until=at,
        leg_ref=attendance.leg_ref, rang_at=at, accepted_at=at,
    )  # fmt: skip
    Call.objects.filter(pk=call.pk).update(operator=taker)
    _others_stay(call, attendance, mine, at)
    note_event(
        call, CallEvent.Kind.TAKEN_OVER, at=at, key=f"taken_over:{attendance.pk}", source="desk",
        operator=theirs.operator_id, user=attendance.user_id,
    )  # fmt: skip


def _others_stay(call: Call, attendance: Attendance, offer: Offer, at: datetime) -> None:
    """Whoever else listens does so to the new operator now; a whisper must reach the new operator's ear."""
    for other in parting.live(call=call).exclude(pk=attendance.pk):
        Attendance.objects.filter(pk=other.pk).update(offer=offer)
        if other.told:
            instruct(Instruction.Kind.ADJUST, call_id=call.pk, at=at, attendance=str(other.pk))
