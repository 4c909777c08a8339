"""Conferences at the carrier: which one a caller is in, and hold and resume there."""

import uuid

from twilio.base import values
from twilio.base.exceptions import TwilioRestException

from calls import recording
from calls.conferences import conference_of
from calls.models import Call, CallEvent, Recording
from telephony.twilio import addresses
from telephony.twilio.client import client

_GONE = 404
_STATUS: dict[str, str] = {
    Recording.State.RECORDING: "in-progress",
    Recording.State.PAUSED: "paused",
    Recording.State.STOPPED: "stopped",
}


class NotThereYet(Exception):
    """The carrier does not show the conference, or the caller in it, so far."""


def follow_hold(call_id: uuid.UUID) -> None:
    """Make the carrier's hold what the register says. Read again afterwards: a change meanwhile may have been carried
    out before this one. Raises NotThereYet, and what the carrier raises."""
    while True:
        call = Call.objects.get(pk=call_id)
        if call.ended_at is not None or call.state != Call.State.CONNECTED:
            return
        held = call.held_at is not None
        _set_hold(call, held)
        if (Call.objects.values_list("held_at", flat=True).get(pk=call_id) is not None) == held:
            return


def follow_recording(call_id: uuid.UUID, *, look_first: bool) -> None:
    """Make the carrier's recording what the register says, as with hold. Nothing is recorded once the call is over.

    `look_first`: an earlier try may have done it already, and what we know of the recording may be old.
    Raises NotThereYet while the recording is not known, and what the carrier raises.
    """
    while True:
        call = Call.objects.select_related("hotline").get(pk=call_id)
        if call.ended_at is not None or call.state != Call.State.CONNECTED:
            return
        wish = recording.wanted(call)
        _set_recording(call, wish, look_first)
        call.refresh_from_db()
        if recording.wanted(call) == wish:
            return


def _set_recording(call: Call, wish: str, look_first: bool) -> None:
    room = room_of(call)
    known = Recording.objects.filter(call=call, conference_ref=room).order_by("-started_at").first()
    if known is not None and known.state not in Recording.RUNNING:
        return
    if known is not None and (_said(room) if look_first else known.state) == wish:
        recording.carried_out(call, wish)
        return
    try:
        client().conferences(room).recordings("Twilio.CURRENT").update(
            status=_STATUS[wish], pause_behavior="skip" if wish == Recording.State.PAUSED else values.unset
        )
    except TwilioRestException as error:
        if error.status != _GONE:
            raise
        if known is None and wish != Recording.State.RECORDING:
            raise NotThereYet from error  # it may begin any moment
        return
    recording.carried_out(call, wish)


def _said(room: str) -> str:
    """What the carrier says it is doing: recording or paused, else stopped."""
    states = [each.status for each in client().conferences(room).recordings.list(limit=20)]
    return next((ours for ours, theirs in _STATUS.items() if theirs in states), Recording.State.STOPPED)


def _set_hold(call: Call, held: bool) -> None:
    participants = client().conferences(room_of(call)).participants
    if held:
        participants(call.carrier_ref).update(hold=True, hold_url=addresses.hold(), hold_method="POST")
    else:
        participants(call.carrier_ref).update(hold=False)


def room_of(call: Call) -> str:
    """The carrier's name of the conference a caller is in: as it told us, else as it lists it. Raises NotThereYet."""
    name = conference_of(call)
    told = CallEvent.objects.filter(call=call, kind=CallEvent.Kind.CONNECTED, data__name=name).order_by("-id").first()
    if told is not None and told.data.get("conference"):
        return str(told.data["conference"])
    listed = client().conferences.list(friendly_name=name, status="in-progress", limit=1)
    if not listed:
        raise NotThereYet
    return str(listed[0].sid)
