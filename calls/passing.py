"""A call that is being passed on: what follows when the target answers, does not or leaves, and when its operator does.

Every function is called with the call's row locked, by whoever hears of it first: a webhook, the switchboard, a desk.
"""

from datetime import datetime
from typing import Any

from django.db.models import Max

from calls.facts import join
from calls.holding import take_off
from calls.journal import note_event
from calls.models import Call, CallEvent, Instruction, Leg, Offer, Transfer
from calls.news import tell
from calls.outbox import instruct
from hotline.core.live import wake_switchboard

OPEN = (Transfer.State.RINGING, Transfer.State.TALKING)
_CALLER_WENT = ("caller left", "voicemail")


def open_transfer(call: Call) -> Transfer | None:
    """The transfer under way, its target with it. No query for a call that nobody ever passed on."""
    if not call.handed:
        return None
    return Transfer.objects.select_related("offer", "leg").filter(call=call, state__in=OPEN).first()


def outside_talks(call: Call) -> bool:
    """Whether an outside telephone has the caller. No query for a call that nobody ever passed on."""
    return bool(call.handed) and Leg.objects.filter(call=call, state=Leg.State.TALKING).exists()


# --- the target ----------------------------------------------------------------------------------


def target_answered(transfer: Transfer, call: Call, *, at: datetime) -> None:
    """Whoever was asked is on the line: operator and target talk, the caller too unless on hold."""
    transfer.state, transfer.answered_at = Transfer.State.TALKING, at
    transfer.save(update_fields=["state", "answered_at"])
    _tell_of(transfer, call, CallEvent.Kind.CONSULTED, at, held=call.held_at is not None)


def target_took_over(transfer: Transfer, call: Call, *, at: datetime) -> None:
    """The target has the caller."""
    answered = transfer.answered_at or at
    transfer.state, transfer.answered_at, transfer.closed_at = Transfer.State.DONE, answered, at
    transfer.save(update_fields=["state", "answered_at", "closed_at"])
    _tell_of(transfer, call, CallEvent.Kind.HANDED_OVER, at)


def target_lost(call: Call, *, at: datetime, reason: str, offer: Offer | None = None, leg: Leg | None = None) -> None:
    """The target did not answer, or left again. The operator who only asked has the caller back at once; a caller who
    was passed on is the first in the line. Nothing if this offer or leg was no target of an open transfer."""
    transfer = open_transfer(call)
    if transfer is None or (transfer.offer_id, transfer.leg_id) != (offer and offer.pk, leg and leg.pk):
        return
    gone = call.ended_at is not None or reason in _CALLER_WENT
    Transfer.objects.filter(pk=transfer.pk).update(state=Transfer.State.FAILED, closed_at=at, reason=reason)
    _tell_of(transfer, call, CallEvent.Kind.NOT_TAKEN, at, reason=reason, cold=transfer.kind == Transfer.Kind.COLD)
    if gone:
        return
    if transfer.kind == Transfer.Kind.WARM:
        take_off(call, transfer.by_id, at=at)
    else:
        Call.objects.filter(pk=call.pk).update(ringing_until=None)
        wake_switchboard()


def _tell_of(transfer: Transfer, call: Call, kind: str, at: datetime, **data: object) -> None:
    facts: dict[str, Any] = {"operator": transfer.by_id, "to": transfer.to, **data}
    note_event(call, kind, at=at, key=f"{kind}:{transfer.pk}", source="desk", **facts)
    tell(call, operator_id=transfer.by_id)
    if transfer.offer is not None:
        tell(call, operator_id=transfer.offer.operator_id)


# --- the operator who had the caller -------------------------------------------------------------


def goes_on(call: Call, *, by_id: int, at: datetime) -> bool:
    """The operator of a live call left, by desk or by putting the receiver down. True if the call goes on without them.

    The target who talks with them gets the caller; a target who still rings is rung for the caller instead, who waits
    first in line; a caller left on hold goes back there too. The operator's own offer is closed already.
    """
    transfer = open_transfer(call)
    if transfer is None and call.held_at is None:
        return False
    if transfer is None:
        back_to_line(call, at=at)
        note_event(call, CallEvent.Kind.RETURNED, at=at, key=f"returned:{at.isoformat()}", operator=by_id)
    elif transfer.state == Transfer.State.TALKING:
        hand_over(transfer, call, at=at)
    else:
        _ring_for_the_caller(transfer, call, at=at)
        note_event(call, CallEvent.Kind.OPERATOR_LEFT, at=at, key=f"left:transfer:{transfer.pk}", operator=by_id)
    return True


def hand_over(transfer: Transfer, call: Call, *, at: datetime) -> None:
    """Leave caller and target together. The operator's own offer is closed already."""
    if transfer.offer is not None:
        Offer.objects.filter(pk=transfer.offer.pk).update(purpose=Offer.Purpose.ANSWER)
        call.operator_id = transfer.offer.operator_id
        call.save(update_fields=["operator"])
    else:
        join(call, operator_left_at=at)
        call.save(update_fields=["operator_left_at", "ended_by"])
    take_off(call, transfer.by_id, at=at)
    target_took_over(transfer, call, at=at)


def _ring_for_the_caller(transfer: Transfer, call: Call, *, at: datetime) -> None:
    Transfer.objects.filter(pk=transfer.pk).update(kind=Transfer.Kind.COLD)
    if transfer.offer is not None:
        Offer.objects.filter(pk=transfer.offer.pk).update(purpose=Offer.Purpose.ANSWER)
    target = transfer.offer or transfer.leg
    assert target is not None  # a line does not ring
    back_to_line(call, at=at, ringing_until=target.ring_until)
    tell(call, operator_id=transfer.by_id)


def back_to_line(call: Call, *, at: datetime, ringing_until: datetime | None = None) -> None:
    """The caller waits again, first in the line; until `ringing_until` for nobody but whom is rung already."""
    join(call, returned_at=at, operator_left_at=at)
    call.held_at, call.ringing_until = None, ringing_until
    call.priority = first_place(call)
    call.save()
    instruct(Instruction.Kind.MOVE, call_id=call.pk, at=at)
    tell(call, line_changed=True)


def first_place(call: Call) -> int:
    """The priority that makes a call the next of its hotline."""
    line = Call.objects.filter(hotline=call.hotline_id, state=Call.State.WAITING, training=False)
    others = line.exclude(pk=call.pk)
    highest = others.aggregate(highest=Max("priority"))["highest"]
    return call.priority if highest is None else max(call.priority, highest + 1)


# --- the caller ----------------------------------------------------------------------------------


def hang_up_outside(call: Call, *, at: datetime, reason: str) -> None:
    """The caller is gone: no outside telephone rings or talks for them any more."""
    for leg in Leg.objects.filter(call=call).exclude(state=Leg.State.OVER):
        end_outside(leg, at=at, reason=reason)
        target_lost(call, at=at, reason=reason, leg=leg)


def send_off_outside(call: Call, *, at: datetime) -> None:
    """Hang up on the outside telephone that has the caller: the caller hears the closing words when it is over."""
    for leg in Leg.objects.filter(call=call, state=Leg.State.TALKING):
        instruct(Instruction.Kind.HANG_UP, call_id=call.pk, at=at, leg=str(leg.pk))


def end_outside(leg: Leg, *, at: datetime, reason: str) -> None:
    """Close an outside leg, and have the carrier end it."""
    Leg.objects.filter(pk=leg.pk).update(state=Leg.State.OVER, closed_at=at, reason=reason)
    instruct(Instruction.Kind.HANG_UP, call_id=leg.call_id, at=at, leg=str(leg.pk))
