"""Supervisors leave a call: by their own wish, when it ends, or when their telephone is lost. Call with the call's row
locked."""

from datetime import datetime, timedelta
from typing import Any

from calls.attendance import Attendance, CallForHelp
from calls.journal import note_event
from calls.models import Call, CallEvent, Instruction
from calls.outbox import instruct
from hotline.core.live import announce
from operators import presence
from operators.models import Operator, Presence
from operators.presence import Cause

HELP_TOPIC = "help"
TOOK_OVER = "took over"
RING_TIME = timedelta(seconds=30)  # of a supervisor's own telephone
GRACE = timedelta(seconds=8)  # the carrier adds up to 5 s to a ring time
IN_A_CALL = "in a colleague's call"  # why a supervisor who was ready is not rung meanwhile


def topic_of(user_id: int) -> str:
    """What the frame of a supervisor's pages listens to."""
    return f"user:{user_id}"


def telephone_of(user: Any) -> str:
    """The name of the browser telephone of somebody who answers no calls."""
    return f"user_{user.pk}"


def close(call: Call, attendance: Attendance, *, at: datetime, reason: str, hang_up: bool = True) -> bool:
    """End an attendance and, unless it is over, its leg. True if this call did it."""
    live = Attendance.objects.filter(pk=attendance.pk, left_at__isnull=True)
    if not live.update(left_at=at, reason=reason):
        return False
    if attendance.joined_at:
        _tell_the_journal(call, attendance, at, reason)
    if hang_up and attendance.leg_ref:
        instruct(Instruction.Kind.HANG_UP, call_id=call.pk, at=at, leg_ref=attendance.leg_ref)
    if attendance.set_aside and reason != TOOK_OVER:
        _back_to_ready(attendance.user_id, at)
    announce(topic_of(attendance.user_id), "board", f"call:{call.pk}", f"operator:{attendance.offer.operator_id}")
    return True


def _tell_the_journal(call: Call, attendance: Attendance, at: datetime, reason: str) -> None:
    if reason != TOOK_OVER:
        kind, key = CallEvent.Kind.ATTENDANCE_OVER, f"attended:{attendance.pk}:over"
        note_event(call, kind, at=at, key=key, source="switchboard", user=attendance.user_id, reason=reason)


def _back_to_ready(user_id: int, at: datetime) -> None:
    operator = Operator.objects.filter(user_id=user_id, state=Presence.OTHER, state_reason=IN_A_CALL).first()
    if operator is not None:
        presence.settle(operator.pk, at=at, cause=Cause.CALL_ENDED, from_states=[Presence.OTHER])


def close_all(call: Call, *, at: datetime, reason: str) -> None:
    """The conversation is over: every supervisor in it is let go, and nobody needs help any more."""
    if not call.supervised:
        return
    for attendance in live(call=call).select_for_update(of=("self",)):
        close(call, attendance, at=at, reason=reason)
    end_help(call, at=at, reason="over")


def live(**which: Any) -> Any:
    return Attendance.objects.filter(left_at__isnull=True, **which).select_related("offer", "user")


def end_help(call: Call, *, at: datetime, reason: str, by: Any = None, of: int | None = None) -> bool:
    """Nobody is called for any more; True if somebody was, by the operator `of` if one is named. Journalled with who
    came, if so."""
    asked = CallForHelp.objects.filter(call=call, ended_at__isnull=True).first()
    if asked is None or (of is not None and asked.operator_id != of):
        return False
    CallForHelp.objects.filter(pk=asked.pk).update(ended_at=at, reason=reason, answered_by=by)
    key = f"help:{asked.pk}:{reason}"
    user = by.pk if by else None
    note_event(call, CallEvent.Kind.HELP, at=at, key=key, source="desk", what=reason, user=user)
    announce(HELP_TOPIC, "board", f"call:{call.pk}", f"operator:{asked.operator_id}")
    return True
