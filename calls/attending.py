"""A supervisor listens to a conversation, whispers to its operator, joins it or takes it over.

The wish is kept in `Attendance.way`; what the carrier knows of it in `told`. Telephones ring and are set by the
switchboard (`Instruction`), so that no page waits for the carrier. Locks: the call first, then the attendance.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from calls import parting, passing, taking_over
from calls.conferences import conference_of
from calls.journal import note_event
from calls.lifecycle import Refused
from calls.models import Attendance, Call, CallEvent, Instruction, Offer
from calls.offers import leg_ended
from calls.outbox import instruct
from hotline.core.audit import record
from hotline.core.live import announce
from operators import presence
from operators.models import Device, Operator, Presence
from operators.presence import Cause

Way = Attendance.Way
_OWN_CALL = frozenset({Presence.RINGING, Presence.ON_CALL, Presence.WRAP_UP})


@dataclass(frozen=True)
class Entry:
    """How a supervisor's leg comes into the conference."""

    conference: str
    way: str
    coached: str  # the operator's leg


def identity_of(user: Any) -> str:
    """The name of a person's browser telephone: the operator's, or one of their own for who answers no calls."""
    identity = Operator.objects.filter(user=user).values_list("identity", flat=True).first()
    return identity or parting.telephone_of(user)


def attend(call_id: uuid.UUID, way: str, *, by: Any, at: datetime, device: str = "") -> Attendance:
    """Come into a conversation in a way, or change the way if `by` is in it already. Their telephone rings.

    Raises Refused with a sentence: nobody talks, it is their own call, they are busy, somebody else takes it over.
    """
    if way not in Way.values:
        raise Refused(_("%(way)s is no way to be in a call.") % {"way": way})
    with transaction.atomic():
        call = Call.objects.select_for_update().get(pk=call_id)
        offer = _conversation(call, by)
        mine = parting.live(user=by).first()
        if mine is not None and mine.call_id != call.pk:
            raise Refused(_("You are in another call already. Leave it first."))
        _refuse_second_taker(call, offer, way, by)
        if mine is not None:
            return _change(call, mine, way, by=by, at=at)
        return _come(call, offer, way, by=by, at=at, device=device)


def _conversation(call: Call, by: Any) -> Offer:
    """The part of whoever has the caller, in a call in which somebody talks; not with `by` themselves."""
    talks = Offer.objects.select_related("operator").filter(call=call, state=Offer.State.ACCEPTED)
    offer = talks.filter(purpose=Offer.Purpose.ANSWER).first()  # not a colleague who is only asked
    if offer is None or call.ended_at or call.operator_left_at:
        raise Refused(_("Nobody talks in this call."))
    if offer.operator.user_id == by.pk:
        raise Refused(_("This is your own call."))
    return offer


def _refuse_second_taker(call: Call, offer: Offer, way: str, by: Any) -> None:
    """A call is taken over once: whoever was a moment later does not take it from the first."""
    if way != Way.TAKE_OVER:
        return
    if (transfer := passing.open_transfer(call)) is not None:
        raise Refused(_("The call is being passed on to %(name)s just now.") % {"name": transfer.to})
    if not call.supervised:
        return
    taker = parting.live(call=call, way=Way.TAKE_OVER).exclude(user=by).first()
    if taker is not None:
        raise Refused(_("%(name)s is taking this call over already.") % {"name": taker.user})
    if Attendance.objects.filter(call=call, reason=parting.TOOK_OVER, leg_ref=offer.leg_ref).exists():
        raise Refused(_("%(name)s has taken this call over already.") % {"name": offer.operator})


def _come(call: Call, offer: Offer, way: str, *, by: Any, at: datetime, device: str) -> Attendance:
    operator = Operator.objects.filter(user=by, active=True).first()
    if operator is not None and operator.state in _OWN_CALL:
        raise Refused(_("You have a call of your own. Finish it first."))
    device, address = _telephone(operator, by, device)
    attendance = _written(call=call, user=by, offer=offer, way=way, device=device, address=address, asked_at=at)
    if operator is not None and _put_aside(operator, at):
        Attendance.objects.filter(pk=attendance.pk).update(set_aside=True)
    Call.objects.filter(pk=call.pk).update(supervised=True)
    deadline = at + parting.RING_TIME
    instruct(Instruction.Kind.ATTEND, call_id=call.pk, at=at, deadline=deadline, attendance=str(attendance.pk))
    _remember(call, attendance, by)
    return attendance


def _written(**facts: Any) -> Attendance:
    try:
        with transaction.atomic():
            return Attendance.objects.create(**facts)
    except IntegrityError as same_moment:  # the second fence: asked for in two places at once
        raise Refused(_("You are in another call already. Leave it first.")) from same_moment


def _telephone(operator: Operator | None, by: Any, device: str) -> tuple[str, str]:
    device = device or (operator.device if operator else Device.BROWSER)
    if device not in Device.values:
        raise Refused(_("Calls can ring in the browser or on a telephone, not on %(device)s.") % {"device": device})
    if device == Device.BROWSER:
        return device, f"client:{identity_of(by)}"
    if operator is None or not operator.phone:
        raise Refused(_("No telephone number is known for %(name)s.") % {"name": by})
    return device, str(operator.phone)


def _put_aside(operator: Operator, at: datetime) -> bool:
    """Whoever is ready is not rung while they are in somebody else's call."""
    return presence.change(
        operator.pk,
        Presence.OTHER,
        at=at,
        cause=Cause.SUPERVISOR,
        from_states=[Presence.READY],
        reason=parting.IN_A_CALL,
    )


def _remember(call: Call, attendance: Attendance, by: Any) -> None:
    record(
        by=by,
        verb="call.attended",
        subject=f"call {call.pk}",
        way=attendance.way,
        operator=attendance.offer.operator_id,
    )
    tell(call, attendance)


def tell(call: Call, attendance: Attendance) -> None:
    """Tell, after the commit, those who see who is in the call."""
    operator_id = attendance.offer.operator_id
    announce("board", f"call:{call.pk}", f"operator:{operator_id}", parting.topic_of(attendance.user_id))


def _change(call: Call, attendance: Attendance, way: str, *, by: Any, at: datetime) -> Attendance:
    if attendance.way == way:
        return attendance
    attendance.way = way
    attendance.save(update_fields=["way"])
    if attendance.joined_at:
        _journal(call, attendance, at)
    if attendance.told and way == Way.TAKE_OVER and attendance.told == Way.JOIN and attendance.joined_at:
        taking_over.complete(call, attendance, at=at)  # heard by all already
    elif attendance.told:
        instruct(Instruction.Kind.ADJUST, call_id=call.pk, at=at, attendance=str(attendance.pk))
    _remember(call, attendance, by)
    return attendance


def _journal(call: Call, attendance: Attendance, at: datetime) -> None:
    if attendance.way == Way.TAKE_OVER:
        return  # told when it is done
    key = f"attended:{attendance.pk}:{attendance.way}:{at.isoformat()}"
    note_event(
        call, CallEvent.Kind.ATTENDED, at=at, key=key, source="desk", user=attendance.user_id, way=attendance.way
    )


def stop(call_id: uuid.UUID, *, by: Any, at: datetime) -> None:
    """Leave the call; caller and operator talk on. Raises Refused for who is not in it."""
    with transaction.atomic():
        call = Call.objects.select_for_update().get(pk=call_id)
        attendance = parting.live(user=by, call=call).first()
        if attendance is None:
            raise Refused(_("You are not in this call."))
        parting.close(call, attendance, at=at, reason="left")
        record(by=by, verb="call.attendance_ended", subject=f"call {call.pk}", way=attendance.way)


# --- what the carrier tells ----------------------------------------------------------------------


def _locked(attendance_id: uuid.UUID) -> tuple[Attendance, Call] | None:
    call_id = Attendance.objects.filter(pk=attendance_id).values_list("call_id", flat=True).first()
    if call_id is None:
        return None
    call = Call.objects.select_for_update().get(pk=call_id)
    found = Attendance.objects.select_for_update(of=("self",)).select_related("offer", "user")
    return found.get(pk=attendance_id), call


def know_attendance_leg(attendance_id: uuid.UUID, *, leg_ref: str) -> bool:
    """The carrier's name for the leg; True while somebody still waits for it."""
    Attendance.objects.filter(pk=attendance_id, leg_ref__isnull=True).update(leg_ref=leg_ref)
    return Attendance.objects.filter(pk=attendance_id, left_at__isnull=True).exists()


def let_in(attendance_id: uuid.UUID, *, leg_ref: str, at: datetime) -> Entry | None:
    """The supervisor's telephone was answered: the way into the conference, or None if there is none any more.

    Repeated it is the same answer.
    """
    with transaction.atomic():
        found = _locked(attendance_id)
        if found is None or found[0].left_at or found[0].leg_ref not in (None, leg_ref):
            return None
        attendance, call = found
        offer = attendance.offer
        if call.ended_at or offer.state != Offer.State.ACCEPTED or not offer.leg_ref:
            parting.close(call, attendance, at=at, reason="nobody talks", hang_up=False)
            return None
        attendance.leg_ref, attendance.told = leg_ref, attendance.way
        attendance.save(update_fields=["leg_ref", "told"])
        return Entry(conference_of(call), attendance.way, offer.leg_ref)


def came_in(call_id: uuid.UUID, *, leg_ref: str, conference_ref: str, at: datetime) -> None:
    """A leg is in the conference of a call: if it is a supervisor's, they are there."""
    attendance_id = Attendance.objects.filter(call_id=call_id, leg_ref=leg_ref).values_list("pk", flat=True).first()
    if attendance_id is not None:
        _there(attendance_id, at=at, conference_ref=conference_ref)


def _there(attendance_id: uuid.UUID, *, at: datetime, conference_ref: str) -> None:
    with transaction.atomic():
        found = _locked(attendance_id)
        if found is None or found[0].left_at or found[0].joined_at:
            return
        attendance, call = found
        attendance.joined_at, attendance.conference_ref = at, conference_ref
        attendance.save(update_fields=["joined_at", "conference_ref"])
        parting.end_help(call, at=at, reason="came", by=attendance.user)
        _journal(call, attendance, at)
        _take_if_heard(call, attendance, at)
        tell(call, attendance)


def _take_if_heard(call: Call, attendance: Attendance, at: datetime) -> None:
    """Who is to take over does so once all hear them, so that the caller is never left alone."""
    if attendance.way == Way.TAKE_OVER and attendance.told in (Way.JOIN, Way.TAKE_OVER):
        taking_over.complete(call, attendance, at=at)


def adjusted(attendance_id: uuid.UUID, *, way: str, conference_ref: str, at: datetime) -> None:
    """The carrier has done it: who hears the supervisor is as it was wished for."""
    with transaction.atomic():
        found = _locked(attendance_id)
        if found is None or found[0].left_at:
            return
        attendance, call = found
        attendance.told, attendance.conference_ref = way, conference_ref
        attendance.joined_at = attendance.joined_at or at
        attendance.save(update_fields=["told", "conference_ref", "joined_at"])
        if attendance.way != way:  # the wish changed while the carrier was at it
            instruct(Instruction.Kind.ADJUST, call_id=call.pk, at=at, attendance=str(attendance.pk))
        _take_if_heard(call, attendance, at)
        tell(call, attendance)


def attendance_leg_ended(attendance_id: uuid.UUID, *, at: datetime, status: str, left_first: str = "") -> None:
    """The supervisor's leg is over: hung up, lost, never taken, or the caller went. After a take-over it is the
    operator's leg."""
    with transaction.atomic():
        found = _locked(attendance_id)
        if found is None:
            return
        attendance, call = found
        if not attendance.left_at:
            gone = "caller left" if left_first == "caller" else "hung up"
            reason = gone if attendance.joined_at else _not_taken(status)
            parting.close(call, attendance, at=at, reason=reason, hang_up=False)
            return
    if attendance.reason == parting.TOOK_OVER and attendance.leg_ref:
        own = Offer.objects.filter(leg_ref=attendance.leg_ref).values_list("pk", flat=True).first()
        if own is not None:
            leg_ended(own, at=at, status="completed", left_first=left_first)


def _not_taken(status: str) -> str:
    return {"busy": "declined", "failed": "unreachable", "completed": "not accepted"}.get(status, "no answer")


def attendance_failed(attendance_id: uuid.UUID, *, at: datetime) -> None:
    """The exchange could not ring the supervisor."""
    with transaction.atomic():
        found = _locked(attendance_id)
        if found is not None:
            parting.close(found[1], found[0], at=at, reason="not rung")


def close_overdue_attendances(at: datetime) -> int:
    """Supervisors whose telephone rang in vain without a word from the carrier are let go; how many."""
    limit = at - parting.RING_TIME - parting.GRACE
    overdue = Attendance.objects.filter(left_at__isnull=True, joined_at__isnull=True, asked_at__lt=limit)
    closed = 0
    for pk in list(overdue.values_list("pk", flat=True)):
        with transaction.atomic():
            found = _locked(pk)
            closed += found is not None and parting.close(found[1], found[0], at=at, reason="no answer")
    return closed
