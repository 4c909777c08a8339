"""Webhooks of callbacks: asked for in the queue, and the leg that is dialled when its turn has come."""

import uuid

from django.http import HttpRequest

from calls import callbacks, dialling, outgoing, routing, services
from calls.facts import moment
from calls.journal import note_event
from calls.models import Call, CallEvent
from calls.queries import by_ref
from calls.steps import Leave
from calls.words import word
from telephony.twilio import addresses, callback_twiml, trouble, twiml
from telephony.twilio.legs import OVER
from telephony.twilio.webhook import Post, webhook

_ASKED_FOR = "1"
_ANOTHER = "2"


def offered(call: Call) -> bool:
    """Whether the caller may ask for a callback now."""
    waits = call.state == Call.State.WAITING and not call.is_outgoing and not call.training
    return waits and call.hotline is not None and call.hotline.callbacks_enabled


def begin(call: Call) -> str:
    """The caller pressed 1 in the queue: their number is read back, or one is asked for."""
    number = callbacks.number_of(call)
    if not number:
        return callback_twiml.ask_number(call.pk, "callback_number", call.language)
    return callback_twiml.confirm(call.pk, dialling.spoken(number), call.language)


@webhook(trouble.music)
def number(request: HttpRequest, post: Post, call_id: uuid.UUID) -> str:
    """A number was keyed in: read back if we may call it, else asked for again."""
    call = by_ref(call_id)
    if call is None or not offered(call):
        return twiml.render(Leave(), call_id=call_id)  # what comes next follows from the call's state
    try:
        keyed = callbacks.key_in(call, post.get("Digits"))
    except dialling.NotCallable:
        return callback_twiml.ask_number(call_id, "callback_wrong", call.language)
    return callback_twiml.confirm(call_id, dialling.spoken(keyed), call.language)


@webhook(trouble.music)
def confirm(request: HttpRequest, post: Post, call_id: uuid.UUID) -> str:
    """1 promises the callback and lets the caller go, 2 asks for another number, anything else waits on."""
    call = by_ref(call_id)
    if call is None or not offered(call):
        return twiml.render(Leave(), call_id=call_id)  # what comes next follows from the call's state
    if post.get("Digits") == _ANOTHER:
        return callback_twiml.ask_number(call_id, "callback_number", call.language)
    if post.get("Digits") != _ASKED_FOR:
        return twiml.response(callback_twiml.back_in_line(call_id))
    try:
        callbacks.ask(call_id, at=post.at)
    except callbacks.Enough:
        return callback_twiml.told(call_id, word("callback_enough", call.language))
    return twiml.render(Leave(), call_id=call_id)


# --- the dialled leg -----------------------------------------------------------------------------


def _is_leg_of(call: Call | None, post: Post) -> bool:
    return call is not None and call.is_outgoing and callbacks.know_ref(call.pk, carrier_ref=post.call_sid, at=post.at)


@webhook(trouble.moment)
def answered(request: HttpRequest, post: Post, call_id: uuid.UUID) -> str:
    """Something picked up: whom an operator calls is put through; who is called back is told so, and must press a
    key."""
    call = by_ref(call_id)
    if call is None or call.ended_at or call.hotline is None or not _is_leg_of(call, post):
        return twiml.HANG_UP
    if call.is_called_out:
        return twiml.render(routing.next_step(outgoing.reached(call_id, at=post.at), post.at), call_id=call_id)
    words = word("callback_hello", call.language, organisation=call.hotline.organisation)
    return callback_twiml.hello(call_id, words)


def again(call: Call | None) -> str:
    """The carrier could not use our answer on a dialled leg: it goes on from where it stands."""
    if call is None or call.ended_at or call.training:
        return twiml.HANG_UP
    where = addresses.callback_of if call.is_unreached else addresses.next_of
    return twiml.response(f'<Redirect method="POST">{twiml.clean(where(call.pk))}</Redirect>')


@webhook(trouble.moment)
def key(request: HttpRequest, post: Post, call_id: uuid.UUID) -> str:
    """A key was pressed: somebody is there."""
    call = by_ref(call_id)
    if not post.get("Digits") or call is None or not _is_leg_of(call, post):
        return twiml.HANG_UP
    call = callbacks.reached(call_id, at=post.at)
    return twiml.render(routing.next_step(call, post.at), call_id=call_id)


@webhook()
def status(request: HttpRequest, post: Post, call_id: uuid.UUID) -> str:
    """The carrier's status of the dialled leg."""
    call, state = by_ref(call_id), post.get("CallStatus")
    if call is None or not _is_leg_of(call, post):
        return ""
    at = moment(post.stamped, post.at)
    key = f"status:{state}:{post.get('SequenceNumber')}"
    note_event(call, CallEvent.Kind.CARRIER_STATUS, at=at, key=key, source="status", raw=post.form, status=state)
    if state in OVER:
        services.call_ended(call_id, at=at, carrier_status=state, carrier_seconds=post.seconds("CallDuration"))
    return ""
