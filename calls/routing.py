"""What happens next to a call, from the state it is in: the same answer whoever asks, and however often."""

import math
from datetime import datetime, timedelta

from django.db.models import Avg, F, Q

from calls import consent, passing, survey
from calls.conferences import conference_of
from calls.models import Call, Offer
from calls.steps import AskConsent, Close, Connect, Farewell, Greet, HangUp, RecordVoicemail, Reject, Step, Wait
from calls.words import own_or_word, word
from lines.models import Hotline
from operators.models import Operator, Presence

_BASIS = timedelta(minutes=30)  # expected waits come from our own last half hour
PRESENT = [Presence.READY, Presence.RINGING, Presence.ON_CALL, Presence.WRAP_UP, Presence.BREAK, Presence.LUNCH,
            Presence.OTHER, Presence.MISSED]  # fmt: skip


def queue_of(call: Call) -> str:
    return f"hotline-{call.hotline_id}"


def refusal(refused: str, *, language: str, closed_message: str = "", organisation: str = "") -> Step:
    """How a call that is turned away is told so: closed in words, everything else unanswered and unbilled."""
    if refused == "closed":
        return Close(own_or_word(closed_message, "closed", language, organisation=organisation))
    if refused in ("unknown", "nobody"):
        return Close(word("unknown" if refused == "unknown" else "no_voicemail", language))
    return Reject("busy" if refused == "full" else "rejected")


def next_step(call: Call, at: datetime) -> Step:
    """What the caller meets now. Reads, never writes; `at` is the moment asked about."""
    if call.state == Call.State.ENDED:
        return HangUp()
    hotline = call.hotline
    if hotline is None or call.refused:
        return refusal(call.refused or "unknown", language=call.language)
    if call.state == Call.State.VOICEMAIL:
        return voicemail_step(call, hotline)
    if call.state == Call.State.CONNECTED:
        return in_conversation(call, hotline)
    if call.state == Call.State.WAITING:
        return Wait(queue=queue_of(call), language=call.language)
    return greet(call, hotline)


def greet(call: Call, hotline: Hotline) -> Step:
    """The greeting; where it records, the question about that too, until it was answered."""
    words = own_or_word(hotline.greeting, "greeting", call.language, organisation=hotline.organisation)
    if not hotline.records:
        return Greet(words, queue_of(call))
    if consent.consent_of(call) is not None:
        return Wait(queue=queue_of(call), language=call.language)
    told = consent.question(hotline.recording_mode, hotline.recording_purpose, hotline.recording_more, call.language)
    return AskConsent(words, told)


def in_conversation(call: Call, hotline: Hotline) -> Step:
    """To whoever talks with the caller; when they have left, the question if there is one, then the closing words."""
    outside = passing.outside_talks(call)
    if call.operator_left_at and not outside:
        return survey.question(call, hotline) or farewell(call, hotline)
    return Connect(conference_of(call), recorded=not outside and consent.allowed(call))


def farewell(call: Call, hotline: Hotline) -> Farewell:
    return Farewell(own_or_word(hotline.farewell, "farewell", call.language, organisation=hotline.organisation))


def voicemail_step(call: Call, hotline: Hotline) -> Step:
    return RecordVoicemail(own_or_word(hotline.voicemail_message, "voicemail", call.language))


def give_up_reason(call: Call, hotline: Hotline, at: datetime) -> str:
    """Why a waiting caller is led to voicemail now: "nobody" on duty, "too long", or "" to wait on."""
    if call.returned_at and call.ringing_until:
        return ""  # somebody is rung for this caller alone
    if not anybody_present(hotline):
        return "nobody"
    since = call.returned_at or call.queued_at
    waited = (at - since).total_seconds() if since else 0
    ringing = Offer.objects.filter(call=call, state=Offer.State.RINGING).exists()
    return "too long" if waited >= hotline.max_wait_seconds and not ringing else ""


def anybody_present(hotline: Hotline) -> bool:
    """Whether anybody who serves the hotline is signed on: everybody away is a queue, everybody offline is not."""
    return Operator.objects.filter(hotlines=hotline, active=True, state__in=PRESENT).exists()


def wait_step(call: Call, hotline: Hotline, at: datetime) -> Wait:
    place = position(call)
    return Wait(
        queue=queue_of(call),
        position=place,
        expected_seconds=expected_wait(hotline, place, at),
        language=call.language,
        voicemail_offered=hotline.voicemail_enabled,
    )


def position(call: Call) -> int:
    """The caller's place in the hotline's queue, from 1."""
    ahead = Call.objects.filter(state=Call.State.WAITING, hotline=call.hotline_id).filter(
        Q(priority__gt=call.priority)
        | Q(priority=call.priority, queued_at__lt=call.queued_at)
        | Q(priority=call.priority, queued_at=call.queued_at, pk__lt=call.pk)
    )
    return ahead.count() + 1


def expected_wait(hotline: Hotline, place: int, at: datetime) -> int | None:
    """Seconds until the call at `place` is answered, from the handling times of the last half hour and who works now.

    place x mean handling time / people at work, rounded up to whole minutes so as not to promise too little; None
    while there is nothing to go by.
    """
    handled = Call.objects.filter(hotline=hotline, answered_at__gte=at - _BASIS, ended_at__isnull=False).aggregate(
        mean=Avg(F("ended_at") - F("answered_at"))
    )["mean"]
    working = Operator.objects.filter(
        hotlines=hotline, active=True,
        state__in=[Presence.READY, Presence.RINGING, Presence.ON_CALL, Presence.WRAP_UP],
    ).count()  # fmt: skip
    if handled is None or not working:
        return None
    seconds = (handled.total_seconds() + hotline.wrap_up_seconds) * place / working
    return 60 * max(1, math.ceil(seconds / 60))
