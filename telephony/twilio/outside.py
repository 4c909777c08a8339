"""Outside telephones: dialled at the carrier, and their webhooks. Whoever answers there is put through, after a key
where a call plan asks for it."""

import uuid

from django.http import HttpRequest

from calls import overflow, services
from calls.facts import moment
from calls.models import Call, Leg
from calls.steps import Say
from calls.words import word
from telephony.twilio import addresses, trouble, twiml
from telephony.twilio.client import client
from telephony.twilio.legs import OVER, made_before
from telephony.twilio.webhook import Post, webhook

_STATUSES = ["ringing", "answered", "completed"]


def may_dial(leg_id: uuid.UUID) -> bool:
    """Whether a telephone that a call plan names may still be called; a transfer's was looked at a moment ago."""
    leg = Leg.objects.select_related("call__hotline").get(pk=leg_id)
    return not leg.rule or overflow.may_dial(leg)


def dial(leg_id: uuid.UUID, *, look_first: bool) -> str | None:
    """Create an outside leg at the carrier; its reference, or None if nobody needs it any more.

    `look_first`: an earlier try may have made it already.
    """
    leg = Leg.objects.select_related("call").get(pk=leg_id)
    if leg.state != Leg.State.RINGING or leg.leg_ref:
        return None
    # Of a plan one that is over already counts too: nobody's telephone rings twice for one caller.
    if look_first and (found := made_before(leg.number, since=leg.made_at, owner=leg.pk, ended_too=bool(leg.rule))):
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
    """An outside telephone was answered. By a person or by a voicemail box: a call plan may ask for a key first."""
    leg = Leg.objects.select_related("call__hotline").filter(pk=leg_id, state=Leg.State.RINGING).first()
    if leg is not None and overflow.asks(leg):
        services.know_outside(leg_id, leg_ref=post.call_sid)
        overflow.picked_up(leg_id, at=post.at)
        return twiml.press_one(addresses.outside_key_of(leg_id), _who_calls(leg))
    return _put_through(leg_id, post)


def _who_calls(leg: Leg) -> Say:
    hotline = leg.call.hotline
    language = (hotline.languages or [leg.call.language])[0] if hotline else leg.call.language
    return word("ring", language, hotline=hotline.name if hotline else "")


@webhook(trouble.moment)
def key(request: HttpRequest, post: Post, leg_id: uuid.UUID) -> str:
    """The key pressed at an outside telephone, or silence: only 1 takes the caller."""
    return _put_through(leg_id, post) if post.get("Digits") == "1" else twiml.HANG_UP


def _put_through(leg_id: uuid.UUID, post: Post) -> str:
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


def left(post: Post, call: Call) -> None:
    """The conference says that somebody left it: if it is an outside telephone, that is as good as its own word."""
    leg = Leg.objects.filter(call=call, leg_ref=post.call_sid, state=Leg.State.TALKING).first()
    if leg is not None:
        caller_left = post.get("ReasonParticipantLeft") == "moderator_ended_conference"
        services.outside_ended(leg.pk, at=post.at, status="completed", caller_left=caller_left)
