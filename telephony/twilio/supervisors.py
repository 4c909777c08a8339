"""Webhooks of a supervisor's leg: into the conference in the way that was wished for, press 1, the end."""

import uuid

from django.http import HttpRequest

from calls import services
from calls.facts import moment
from calls.models import Attendance
from calls.words import word
from operators.models import Device
from telephony.twilio import addresses, trouble, twiml
from telephony.twilio.legs import OVER
from telephony.twilio.webhook import Post, webhook


def _attendance(attendance_id: uuid.UUID) -> Attendance | None:
    found = Attendance.objects.select_related("call__hotline", "user")
    return found.filter(pk=attendance_id).first()


def _language(attendance: Attendance) -> str:
    return attendance.user.language or attendance.call.language


def _let_in(attendance: Attendance, post: Post) -> str:
    entry = services.let_in(attendance.pk, leg_ref=post.call_sid, at=post.at)
    if entry is None:
        return twiml.spoken(word("nobody_talks", _language(attendance)))
    return twiml.supervisor_conference(
        attendance.pk, attendance.call_id, entry.conference, way=entry.way, coached=entry.coached
    )


@webhook(trouble.moment)
def answered(request: HttpRequest, post: Post, attendance_id: uuid.UUID) -> str:
    """A supervisor's leg was answered. In the browser that is the consent; a telephone must press 1."""
    attendance = _attendance(attendance_id)
    if attendance is None:
        return twiml.HANG_UP
    if attendance.device == Device.PHONE:
        name = attendance.call.hotline.name if attendance.call.hotline else ""
        words = word("attend", _language(attendance), hotline=name)
        return twiml.press_one(f"{addresses.supervisor_of(attendance_id)}key/", words)
    return _let_in(attendance, post)


@webhook(trouble.moment)
def key(request: HttpRequest, post: Post, attendance_id: uuid.UUID) -> str:
    """The key a supervisor pressed, or silence: only 1 leads in."""
    attendance = _attendance(attendance_id)
    if attendance is None or post.get("Digits") != "1":
        return twiml.HANG_UP
    return _let_in(attendance, post)


@webhook(trouble.moment)
def done(request: HttpRequest, post: Post, attendance_id: uuid.UUID) -> str:
    """The supervisor's part of the conference is over: their leg still lives if the caller ended it, else they did."""
    services.attendance_leg_ended(attendance_id, at=post.at, status="completed", left_first=post.left_first)
    return twiml.HANG_UP


@webhook()
def status(request: HttpRequest, post: Post, attendance_id: uuid.UUID) -> str:
    """The carrier's status of a supervisor's leg."""
    state = post.get("CallStatus")
    services.know_attendance_leg(attendance_id, leg_ref=post.call_sid)
    if state in OVER:
        services.attendance_leg_ended(attendance_id, at=moment(post.stamped, post.at), status=state)
    return ""
