"""Outside telephones: rung for a call, answered, over. Locks: the call first, then the leg."""

import uuid
from datetime import datetime, timedelta

from django.db import transaction

from calls import passing
from calls.conferences import conference_of
from calls.facts import join
from calls.following import follow
from calls.models import Call, Instruction, Leg, Transfer
from calls.news import tell
from calls.outbox import instruct

RING_SECONDS = 30  # at least: people outside sit beside no headset
_GRACE = timedelta(seconds=8)  # the carrier adds up to 5 s to a ring time
_WHY = {"busy": "busy", "no-answer": "no answer", "failed": "unreachable", "canceled": "no answer"}


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
        reason = "caller left" if caller_left else _WHY.get(status, "hung up" if leg.answered_at else "no answer")
        had_caller = passing.open_transfer(call) is None
        Leg.objects.filter(pk=leg.pk).update(state=Leg.State.OVER, closed_at=at, reason=reason)
        passing.target_lost(call, at=at, reason=reason, leg=leg)
        if had_caller and call.operator_left_at and not call.ended_at:
            instruct(Instruction.Kind.MOVE, call_id=call.pk, at=at)
        follow(call, at=at)
        tell(call)


def expire_legs(at: datetime) -> int:
    """Outside telephones that rang past their time without a word from the carrier; how many."""
    overdue = Leg.objects.filter(state=Leg.State.RINGING, ring_until__lt=at - _GRACE).values_list("pk", flat=True)
    for pk in (found := list(overdue)):
        outside_ended(pk, at=at, status="no-answer")
    return len(found)
