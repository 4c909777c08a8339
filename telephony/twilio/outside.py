"""Outside telephones: dialled at the carrier, and their webhooks. Whoever answers there is simply put through."""

import uuid
from datetime import timedelta

from django.http import HttpRequest

from calls import services
from calls.facts import moment
from calls.models import Leg
from telephony.twilio import addresses, trouble, twiml
from telephony.twilio.client import client
from telephony.twilio.webhook import Post, webhook

_OVER = ("completed", "busy", "failed", "no-answer", "canceled")
_LIVE = ("queued", "initiated", "ringing", "in-progress")
_STATUSES = ["ringing", "answered", "completed"]


def dial(leg_id: uuid.UUID, *, look_first: bool) -> str | None:
    """Create an outside leg at the carrier; its reference, or None if nobody needs it any more.

    `look_first`: an earlier try may have made it already.
    """
    leg = Leg.objects.select_related("call").get(pk=leg_id)
    if leg.state != Leg.State.RINGING or leg.leg_ref:
        return None
    if look_first and (found := _made_before(leg)):
        return found
    made = client().calls.create(
        to=leg.number,
        from_=leg.call.dialled,
        url=addresses.outside_of(leg.pk),
        method="POST",
        timeout=max(5, int((leg.ring_until - leg.made_at).total_seconds())),
        status_callback=addresses.outside_status_of(leg.pk),
        status_callback_event=_STATUSES,
        status_callback_method="POST",
    )
    return str(made.sid)


def _made_before(leg: Leg) -> str | None:
    since = leg.made_at - timedelta(seconds=2)
    legs = client().calls.list(to=leg.number, start_time_after=since, limit=20)
    live = [each.sid for each in legs if each.status in _LIVE and each.direction == "outbound-api"]
    taken = set(Leg.objects.filter(leg_ref__in=live).exclude(pk=leg.pk).values_list("leg_ref", flat=True))
    return next((str(sid) for sid in live if sid not in taken), None)


@webhook(trouble.moment)
def answered(request: HttpRequest, post: Post, leg_id: uuid.UUID) -> str:
    """An outside telephone was answered."""
    conference = services.outside_answered(leg_id, leg_ref=post.call_sid, at=post.at)
    call_id = Leg.objects.filter(pk=leg_id).values_list("call_id", flat=True).first()
    return twiml.outside_conference(leg_id, call_id, conference) if conference else twiml.HANG_UP


@webhook(trouble.moment)
def done(request: HttpRequest, post: Post, leg_id: uuid.UUID) -> str:
    """Its part of the conference is over: the leg still lives if the caller ended it."""
    caller_left = post.get("CallStatus") == "in-progress"
    services.outside_ended(leg_id, at=post.at, status="completed", caller_left=caller_left)
    return twiml.HANG_UP


@webhook()
def status(request: HttpRequest, post: Post, leg_id: uuid.UUID) -> str:
    """The carrier's status of an outside leg."""
    state = post.get("CallStatus")
    services.know_outside(leg_id, leg_ref=post.call_sid)
    if state in _OVER:
        services.outside_ended(leg_id, at=moment(post.stamped, post.at), status=state)
    return ""
