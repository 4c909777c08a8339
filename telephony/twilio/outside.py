"""Outside telephones: dialled at the carrier, and their webhooks. Whoever answers there is simply put through."""

import uuid

from django.http import HttpRequest

from calls import services
from calls.facts import moment
from calls.models import Leg
from telephony.twilio import addresses, trouble, twiml
from telephony.twilio.client import client
from telephony.twilio.legs import OVER, made_before
from telephony.twilio.webhook import Post, webhook

_STATUSES = ["ringing", "answered", "completed"]


def dial(leg_id: uuid.UUID, *, look_first: bool) -> str | None:
    """Create an outside leg at the carrier; its reference, or None if nobody needs it any more.

    `look_first`: an earlier try may have made it already.
    """
    leg = Leg.objects.select_related("call").get(pk=leg_id)
    if leg.state != Leg.State.RINGING or leg.leg_ref:
        return None
    if look_first and (found := made_before(leg.number, since=leg.made_at, owner=leg.pk)):
        return found
    made = client().calls.create(
        to=leg.number,
        from_=leg.call.dialled,
        url=addresses.outside_of(leg.pk),
        method="POST",
        fallback_url=addresses.fallback(),
        fallback_method="POST",
        timeout=max(5, int((leg.ring_until - leg.made_at).total_seconds())),
        status_callback=addresses.outside_status_of(leg.pk),
        status_callback_event=_STATUSES,
        status_callback_method="POST",
    )
    return str(made.sid)


@webhook(trouble.moment)
def answered(request: HttpRequest, post: Post, leg_id: uuid.UUID) -> str:
    """An outside telephone was answered."""
    conference = services.outside_answered(leg_id, leg_ref=post.call_sid, at=post.at)
    call_id = Leg.objects.filter(pk=leg_id).values_list("call_id", flat=True).first()
    return twiml.outside_conference(leg_id, call_id, conference) if conference else twiml.HANG_UP


@webhook(trouble.moment)
def done(request: HttpRequest, post: Post, leg_id: uuid.UUID) -> str:
    """Its part of the conference is over: the leg still lives if the caller ended it."""
    services.outside_ended(leg_id, at=post.at, status="completed", caller_left=post.left_first == "caller")
    return twiml.HANG_UP


@webhook()
def status(request: HttpRequest, post: Post, leg_id: uuid.UUID) -> str:
    """The carrier's status of an outside leg."""
    state = post.get("CallStatus")
    services.know_outside(leg_id, leg_ref=post.call_sid)
    if state in OVER:
        services.outside_ended(leg_id, at=moment(post.stamped, post.at), status=state)
    return ""
