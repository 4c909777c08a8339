"""A supervisor's part of a conference at the carrier: ring their telephone, and set who hears them."""

from datetime import datetime, timedelta

from django.utils import timezone
from twilio.base.exceptions import TwilioRestException

from calls import outbox, services
from calls.conferences import conference_of
from calls.models import Attendance, Instruction
from calls.parting import RING_TIME
from telephony.twilio import addresses
from telephony.twilio.client import client
from telephony.twilio.legs import STATUSES, made_before

_LOOK_AGAIN = timedelta(seconds=0.4)
_PATIENT = 4  # so often the carrier's word that they are in is waited for, before the conference is looked up


def _attendance(instruction: Instruction) -> Attendance | None:
    found = Attendance.objects.select_related("call", "offer").filter(pk=instruction.payload["attendance"])
    return found.first()


def ring(instruction: Instruction, at: datetime) -> None:
    """Ring the supervisor's telephone; a leg that an earlier try may have made is looked up first."""
    attendance = _attendance(instruction)
    if attendance is None or attendance.left_at or attendance.leg_ref:
        outbox.finish(instruction, at=at)
        return
    again, asked = instruction.attempts > 1, attendance.asked_at
    leg_ref = made_before(attendance.address, since=asked, owner=attendance.pk) if again else None
    _rang(instruction, attendance, leg_ref or _create(attendance))


def _create(attendance: Attendance) -> str:
    where = addresses.supervisor_of(attendance.pk)
    leg = client().calls.create(
        to=attendance.address,
        from_=attendance.call.dialled,
        url=where,
        method="POST",
        fallback_url=addresses.fallback(),
        fallback_method="POST",
        timeout=int(RING_TIME.total_seconds()),
        status_callback=f"{where}status/",
        status_callback_event=STATUSES,
        status_callback_method="POST",
    )
    return str(leg.sid)


def _rang(instruction: Instruction, attendance: Attendance, leg_ref: str) -> None:
    at = timezone.now()
    outbox.finish(instruction, at=at)
    if not services.know_attendance_leg(attendance.pk, leg_ref=leg_ref):  # it ended while we were creating the leg
        outbox.instruct(Instruction.Kind.HANG_UP, call_id=attendance.call_id, at=at, leg_ref=leg_ref)


def adjust(instruction: Instruction, at: datetime) -> None:
    """Set who hears the supervisor to what is wished for now. Repeated it is the same, so it may be repeated."""
    attendance = _attendance(instruction)
    if attendance is None or attendance.left_at or not attendance.leg_ref:
        outbox.finish(instruction, at=at)
        return
    conference = attendance.conference_ref or (_look_up(attendance) if instruction.attempts > _PATIENT else "")
    if not conference:
        outbox.postpone(instruction, until=at + _LOOK_AGAIN, error="not in the conference yet")
        return
    if _set(conference, attendance):
        done = timezone.now()
        services.adjusted(attendance.pk, way=attendance.way, conference_ref=conference, at=done)
    outbox.finish(instruction, at=timezone.now())


def _look_up(attendance: Attendance) -> str:
    """The conference by its name: the carrier's word that the supervisor came in was lost."""
    name = conference_of(attendance.call)
    found = client().conferences.list(friendly_name=name, status="in-progress", limit=1)
    return str(found[0].sid) if found else ""


def _set(conference: str, attendance: Attendance) -> bool:
    """False if the supervisor is not in it any more, which their leg's own end tells of."""
    whom = {"call_sid_to_coach": attendance.offer.leg_ref} if attendance.way == Attendance.Way.WHISPER else {}
    participant = client().conferences(conference).participants(attendance.leg_ref)
    try:
        participant.update(muted=attendance.way == Attendance.Way.LISTEN, coaching=bool(whom), **whom)
    except TwilioRestException as error:
        if error.status == 404 or error.code == 20404:
            return False
        raise
    return True
