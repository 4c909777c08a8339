"""Webhooks of consent, of recorded conversations, and of the question at the end."""

import uuid
from datetime import timedelta

from django.http import HttpRequest

from calls import routing, services
from calls.facts import moment
from calls.queries import by_ref
from telephony.twilio import trouble, twiml
from telephony.twilio.legs import OVER
from telephony.twilio.webhook import Post, webhook


@webhook(trouble.ask_again)
def answer(request: HttpRequest, post: Post, call_id: uuid.UUID) -> str:
    """The caller heard that the call is recorded, and pressed a key or none: on to the queue, recorded or not."""
    if post.get("CallStatus") in OVER:
        return twiml.HANG_UP
    services.take_consent(call_id, digits=post.get("Digits"), at=post.at)
    return _next(post, call_id)


@webhook(trouble.ask_again)
def survey(request: HttpRequest, post: Post, call_id: uuid.UUID) -> str:
    """The caller answered the question with a key, or did not: the closing words follow."""
    if post.get("CallStatus") not in OVER:
        services.answer_survey(call_id, digits=post.get("Digits"), at=post.at)
    return _next(post, call_id)


def _next(post: Post, call_id: uuid.UUID) -> str:
    call = by_ref(call_id)
    return twiml.HANG_UP if call is None else twiml.render(routing.next_step(call, post.at), call_id=call_id)


@webhook(needs_call=False)
def status(request: HttpRequest, post: Post, call_id: uuid.UUID) -> str:
    """A conference's recording began, is ready, or holds nothing."""
    state, ref, conference = (post.get(name) for name in ("RecordingStatus", "RecordingSid", "ConferenceSid"))
    if by_ref(call_id) is None or not ref:
        return ""
    at = moment(post.stamped, post.at)
    if state == "in-progress":
        services.recording_began(call_id, recording_ref=ref, conference_ref=conference, at=at)
    elif state in ("completed", "absent"):
        seconds = post.seconds("RecordingDuration")
        services.recording_ready(
            call_id,
            recording_ref=ref,
            conference_ref=conference,
            seconds=seconds,
            absent=state == "absent",
            started_at=at - timedelta(seconds=seconds or 0),
            at=at,
        )
    return ""
