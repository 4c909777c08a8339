"""Outside telephones: rung for a call, answered, over. Locks: the call first, then the leg."""

import uuid
from datetime import datetime, timedelta

from django.db import transaction

from calls import overflow, passing
from calls.conferences import conference_of
from calls.facts import join
from calls.following import follow
from calls.models import Call, Instruction, Leg, Transfer
from calls.news import tell
from calls.outbox import instruct

RING_SECONDS = 30  # at least: people outside sit beside no headset
_GRACE = timedelta(seconds=8)  # the carrier adds up to 5 s to a ring time
_WHY = {
    "busy": "busy",
    "no-answer": "no answer",
    "failed": "unreachable",
    "canceled": "no answer",
    "refused": "not allowed",
    "silent": "not rung",
}


def _locked(leg_id: uuid.UUID) -> tuple[Leg, Call] | None:
    call_id = Leg.objects.filter(pk=leg_id).values_list("call_id", flat=True).first()
    if call_id is None:
        return None
    call = Call.objects.select_for_update().get(pk=call_id)
    return Leg.objects.select_for_update().get(pk=leg_id), call


def know_outside(leg_id: uuid.UUID, *, leg_ref: str) -> None:
    """The carrier's name of an outside leg, from whoever says it first."""
    Leg.objects.filter(pk=leg_id, leg_ref__isnull=True).update(leg_ref=leg_ref)


def outside_answered(leg_id: uuid.UUID, *, leg_ref: str, at: datetime) -> str:
    """An outside telephone was answered: the conference to join, or "" if nobody needs it any more. May be repeated."""
    know_outside(leg_id, leg_ref=leg_ref)
    with transaction.atomic():
        found = _locked(leg_id)
        if found is None:
            return ""
        leg, call = found
        if leg.state == Leg.State.TALKING:
            return conference_of(call)
        if leg.rule and leg.state == Leg.State.RINGING and not call.ended_at:
            return overflow.taken(leg, call, at=at)
        transfer = passing.open_transfer(call)
        if leg.state != Leg.State.RINGING or call.ended_at or transfer is None or transfer.leg_id != leg.pk:
            return ""
        Leg.objects.filter(pk=leg.pk).update(state=Leg.State.TALKING, answered_at=at)
        if transfer.kind == Transfer.Kind.WARM:
            passing.target_answered(transfer, call, at=at)
        else:
            _take_caller(transfer, call, at)
        follow(call, at=at)
        return conference_of(call)


def _take_caller(transfer: Transfer, call: Call, at: datetime) -> None:
    join(call, taken_at=at)
    call.ringing_until = None
    call.save(update_fields=["taken_at", "state", "ringing_until"])
    instruct(Instruction.Kind.MOVE, call_id=call.pk, at=at)
    passing.target_took_over(transfer, call, at=at)
    tell(call, line_changed=True)


def outside_ended(leg_id: uuid.UUID, *, at: datetime, status: str, caller_left: bool = False) -> None:
    """The carrier says that an outside leg is over, or could not be made. A caller who talked with it hears the
    closing words; may be repeated."""
    with transaction.atomic():
        found = _locked(leg_id)
        if found is None or found[0].state == Leg.State.OVER:
            return
        leg, call = found
        reason = "caller left" if caller_left else _why(leg, status)
        had_caller = passing.open_transfer(call) is None
        Leg.objects.filter(pk=leg.pk).update(state=Leg.State.OVER, closed_at=at, reason=reason)
        passing.target_lost(call, at=at, reason=reason, leg=leg)
        if leg.rule:
            overflow.over(leg, call, at=at, reason=reason)
        elif had_caller and call.operator_left_at and not call.ended_at:
            instruct(Instruction.Kind.MOVE, call_id=call.pk, at=at)
        follow(call, at=at)
        tell(call)


def _why(leg: Leg, status: str) -> str:
    """Our word for the end of an outside leg. One of a plan that was picked up and never took the caller is a voicemail
    box, or somebody who did not press the key."""
    if status == "completed" and not leg.answered_at and leg.rule:
        return "not accepted"
    return _WHY.get(status, "hung up" if leg.answered_at else "no answer")


def expire_legs(at: datetime, *, call: Call | None = None) -> int:
    """Outside telephones that rang past their time without a word from the carrier; how many. Of `call` alone, if it is
    given. What may still ring there is hung up."""
    overdue = Leg.objects.filter(state=Leg.State.RINGING, ring_until__lt=at - _GRACE)
    if call is not None:
        overdue = overdue.filter(call=call)
    for pk, call_id in (found := list(overdue.values_list("pk", "call_id"))):
        outside_ended(pk, at=at, status="no-answer")
        instruct(Instruction.Kind.HANG_UP, call_id=call_id, at=at, leg=str(pk))
    return len(found)


def forgo_outside(at: datetime) -> int:
    """The carrier is not asked anything now: callers whom a plan sent on do not wait for telephones that nobody
    dialled; how many."""
    for pk in (waiting := overflow.not_rung()):
        outside_ended(pk, at=at, status="silent")
    return len(waiting)
