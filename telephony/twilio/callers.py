"""Webhooks of the caller's side: arrival, waiting, the next step, the end, the way round."""

import uuid

from django.http import HttpRequest

from calls import callbacks as promises
from calls import consent, gates, overflow, practice, routing, services
from calls.facts import moment
from calls.in_line import InLine
from calls.journal import note_event
from calls.models import Call, CallEvent
from calls.queries import by_ref
from calls.steps import Leave
from calls.words import word
from telephony.twilio import again, callbacks, outside, trouble, twiml
from telephony.twilio.attestation import verified
from telephony.twilio.legs import OVER
from telephony.twilio.webhook import Post, webhook


def _arrive(request: HttpRequest, post: Post) -> str:
    """A caller dialled one of our numbers."""
    training = practice.is_test(post.call_sid, post.get(practice.MARK))
    if training is None:
        return twiml.HANG_UP
    arrival = services.receive_call(
        carrier_ref=post.call_sid,
        dialled=post.get("To") or post.get("Called"),
        caller=post.get("From") or post.get("Caller"),
        forwarded_from=post.get("ForwardedFrom"),
        verified=verified(post.get("StirVerstat")),
        training=training,
        at=post.at,
        raw=post.form,
    )
    if arrival.kept and not arrival.ended:
        services.keep_by_plan(arrival.call_id, rule=arrival.kept, at=post.at)
    planned = by_ref(arrival.call_id) if arrival.kept or arrival.planned else None
    if planned is not None:
        return twiml.render(routing.next_step(planned, post.at), call_id=planned.pk)
    return twiml.render(routing.on_arrival(arrival), call_id=arrival.call_id)


voice = webhook(trouble.forwarding)(_arrive)


@webhook(trouble.moment)
def gate(request: HttpRequest, post: Post, call_id: uuid.UUID, attempt: int) -> str:
    """The key that a caller pressed to be let through, or silence."""
    if by_ref(call_id) is None:
        return twiml.HANG_UP
    call = gates.answered(call_id, digits=post.get("Digits"), attempt=attempt, at=post.at)
    return twiml.render(routing.next_step(call, post.at), call_id=call_id)


@webhook(trouble.moment)
def menu(request: HttpRequest, post: Post, call_id: uuid.UUID, number: int) -> str:
    """The key that a caller pressed when the call plan asked for the `number`th time, or silence."""
    if by_ref(call_id) is None:
        return twiml.HANG_UP
    call = services.answered_menu(call_id, number=number, digits=post.get("Digits"), at=post.at)
    return twiml.render(routing.next_step(call, post.at), call_id=call_id)


@webhook(trouble.music)
def wait(request: HttpRequest, post: Post, call_id: uuid.UUID) -> str:
    """What a caller hears in the queue. The first request is the moment of joining it."""
    known = by_ref(call_id)
    if known is None or known.hotline is None:
        return twiml.HANG_UP
    first = known.queued_at is None
    call, hotline = known, known.hotline
    if first:
        call = services.call_waits(call_id, at=post.at, lookup_ref=post.get("QueueSid"), known=known)
    if first and hotline.callbacks_enabled:
        call = promises.called_again(call, at=post.at)
    there: InLine | None = routing.stands(call, hotline, post.at)
    if call.state == Call.State.WAITING and (why := routing.give_up_reason(call, hotline, post.at, there)):
        call, there = services.give_up(call_id, at=post.at, why=why), None
        hotline = call.hotline or hotline
    if call.state in (Call.State.VOICEMAIL, Call.State.CALLBACK, Call.State.SENT, Call.State.ENDED):
        return twiml.render(Leave(), call_id=call_id)
    return twiml.waiting(routing.wait_step(call, hotline, post.at, there), call_id=call_id, first=first)


@webhook(trouble.music)
def key(request: HttpRequest, post: Post, call_id: uuid.UUID) -> str:
    """The caller pressed a key while waiting: 1 asks to be called back, 2 leads to voicemail, others wait on."""
    known = by_ref(call_id)
    if known is None or known.hotline is None:
        return twiml.HANG_UP
    digits = post.get("Digits")
    if digits == consent.REFUSE and known.hotline.records:  # late, but not too late
        services.take_consent(call_id, digits=digits, at=post.at)
    services.pressed(call_id, digits=digits, at=post.at, key=f"key:{digits}:{post.get('QueueTime')}")
    if digits == "2" and known.hotline.voicemail_enabled and known.state == Call.State.WAITING:
        services.divert_to_voicemail(call_id, at=post.at, why="key")
        return twiml.render(Leave(), call_id=call_id)
    if digits == "1" and callbacks.offered(known):
        return callbacks.begin(known)
    return twiml.waiting(routing.wait_step(known, known.hotline, post.at), call_id=call_id, first=False)


@webhook(trouble.moment)
def next_step(request: HttpRequest, post: Post, call_id: uuid.UUID) -> str:
    """One address for redirect, the queue's, the conference's and the recording's end: whichever comes first, the
    answer follows from the call's state."""
    call = by_ref(call_id)
    if call is None:
        return twiml.HANG_UP
    if post.get("RecordingUrl"):
        return _recorded(post, call)
    if call.sent_at is not None:
        services.expire_legs(post.at, call=call)  # even if no switchboard is there to do it
        call = overflow.came_by_itself(call)
    if post.get("QueueResult") == "hangup" or post.get("CallStatus") in OVER:
        services.call_ended(call_id, at=post.at, carrier_status=post.get("CallStatus"))
        return twiml.HANG_UP
    return twiml.render(routing.next_step(call, post.at), call_id=call_id)


def _recorded(post: Post, call: Call) -> str:
    services.take_message(
        call.pk,
        recording_ref=post.get("RecordingSid") or post.get("RecordingUrl").rstrip("/").rsplit("/", 1)[-1][:64],
        url=post.get("RecordingUrl")[:400],
        seconds=post.seconds("RecordingDuration"),
        at=post.at,
    )
    return twiml.spoken(word("thanks", call.language))


@webhook()
def recording(request: HttpRequest, post: Post, call_id: uuid.UUID) -> str:
    """A message is ready; it may come before or after the recording's own next step."""
    call = by_ref(call_id)
    if call is not None and post.get("RecordingStatus") in ("", "completed") and post.get("RecordingSid"):
        _recorded(post, call)
    return ""


@webhook()
def status(request: HttpRequest, post: Post) -> str:
    """The carrier's status of a caller's call: possibly the first word of it, possibly long after its end."""
    at = moment(post.stamped, post.at)
    state = post.get("CallStatus")
    services.carrier_says(
        carrier_ref=post.call_sid,
        status=state,
        dialled=post.get("To") or post.get("Called"),
        caller=post.get("From") or post.get("Caller"),
        at=at,
        seconds=post.seconds("CallDuration"),
        key=f"status:{state}:{post.get('SequenceNumber')}",
        raw=post.form,
    )
    return ""


@webhook(needs_call=False)
def conference(request: HttpRequest, post: Post, call_id: uuid.UUID) -> str:
    """What the conference says: who joined is journalled; a caller who left it is over when the status says so."""
    call = by_ref(call_id)
    event = post.get("StatusCallbackEvent")
    if call is not None and call.outside_at and event == "participant-leave":
        outside.left(post, call)
    if call is None or event != "participant-join":
        return ""
    room = post.get("ConferenceSid")
    if post.call_sid == call.carrier_ref:
        name = post.get("FriendlyName")
        note_event(call, CallEvent.Kind.CONNECTED, at=post.at, key=f"connected:{room}", conference=room, name=name)
    elif call.supervised:
        services.came_in(call_id, leg_ref=post.call_sid, conference_ref=room, at=post.at)
    return ""


@webhook(trouble.music, needs_call=False)
def hold(request: HttpRequest, post: Post) -> str:
    """What a caller on hold hears: music, until somebody speaks with them again."""
    return twiml.hold()


@webhook(trouble.forwarding)
def fallback(request: HttpRequest, post: Post) -> str:
    """The carrier could not use our answer: the call goes on from the state it is in."""
    if post.get("RecordingUrl"):
        return twiml.spoken(word("thanks", "en"))
    if again.is_ours(post.get("ErrorUrl")):
        return again.once_more(post.get("ErrorUrl"))
    call = Call.objects.select_related("hotline").filter(carrier_ref=post.call_sid).first()
    if post.get("Direction").startswith("outbound"):
        return callbacks.again(call)
    if call is None:
        return _arrive(request, post)  # the first request never reached us: begin as if it had
    note_event(
        call,
        CallEvent.Kind.FALLBACK,
        at=post.at,
        key=f"fallback:{post.get('ErrorCode')}:{post.get('ErrorUrl')}",
        error=post.get("ErrorCode"),
    )
    return twiml.render(routing.next_step(call, post.at), call_id=call.pk)
