"""The test call of the telephone doctor at the carrier: ringing an operator's own telephone, and what it hears."""

import uuid
from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone

from calls import outbox, services
from calls.facts import moment
from calls.journal import note_event
from calls.models import Call, CallEvent, Instruction
from calls.queries import by_ref
from calls.words import word
from telephony import own_telephone
from telephony.twilio import addresses, trouble, twiml
from telephony.twilio.client import client
from telephony.twilio.legs import OVER, STATUSES, end, made_before
from telephony.twilio.webhook import Post, webhook


def dial(instruction: Instruction, call: Call, at: datetime) -> None:
    """Create the leg. A create whose outcome is unknown is looked up, never repeated."""
    operator = own_telephone.operator_of(call)
    if operator is None:
        outbox.fail(instruction, at=at, error="nobody's telephone")
        services.call_ended(call.pk, at=at, source="switchboard")
        return
    to = own_telephone.address_of(operator)
    leg_ref = None
    if instruction.attempts > 1:
        leg_ref = made_before(to, since=instruction.created_at, owner=call.pk, from_=call.dialled, ended_too=True)
    if leg_ref is None:
        leg = client().calls.create(
            to=to, from_=call.dialled, url=addresses.test_of(call.pk), method="POST",
            timeout=own_telephone.RING_SECONDS, status_callback=f"{addresses.test_of(call.pk)}status/",
            status_callback_event=STATUSES, status_callback_method="POST",
        )  # fmt: skip
        leg_ref = str(leg.sid)
    ours = own_telephone.know_ref(call.pk, carrier_ref=leg_ref)
    outbox.finish(instruction, at=timezone.now())
    if not ours or Call.objects.filter(pk=call.pk, ended_at__isnull=False).exists():
        end(leg_ref)


def _call(post: Post, call_id: uuid.UUID) -> Call | None:
    """The test call, if this leg is its own."""
    call = by_ref(call_id)
    known = call is not None and own_telephone.know_ref(call.pk, carrier_ref=post.call_sid)
    return call if known else None


@webhook(trouble.moment)
def answered(request: HttpRequest, post: Post, call_id: uuid.UUID) -> str:
    """It was picked up: it is told that it works, and may press a key."""
    call = _call(post, call_id)
    if call is None or call.ended_at:
        return twiml.HANG_UP
    own_telephone.picked_up(call_id, at=post.at)
    return twiml.press_one(f"{addresses.test_of(call_id)}key/", word("test_hello", call.language))


@webhook(trouble.moment)
def key(request: HttpRequest, post: Post, call_id: uuid.UUID) -> str:
    """A key was pressed, or none."""
    call = _call(post, call_id)
    if call is None or not post.get("Digits"):
        return twiml.HANG_UP
    own_telephone.heard(call_id, digits=post.get("Digits"), at=post.at)
    return twiml.spoken(word("test_thanks", call.language))


@webhook()
def status(request: HttpRequest, post: Post, call_id: uuid.UUID) -> str:
    """The carrier's status of the leg."""
    call, state = _call(post, call_id), post.get("CallStatus")
    if call is None:
        return ""
    at = moment(post.stamped, post.at)
    key = f"status:{state}:{post.get('SequenceNumber')}"
    note_event(call, CallEvent.Kind.CARRIER_STATUS, at=at, key=key, source="status", raw=post.form, status=state)
    if state in OVER:
        services.call_ended(call_id, at=at, carrier_status=state, carrier_seconds=post.seconds("CallDuration"))
        own_telephone.tell_of(call)
    return ""
