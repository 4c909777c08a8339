"""Conferences at the carrier: which one a caller is in, and hold and resume there."""

import uuid

from calls.conferences import conference_of
from calls.models import Call, CallEvent
from telephony.twilio import addresses
from telephony.twilio.client import client


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
