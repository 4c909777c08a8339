"""What happens next to a call, from the state it is in: the same answer whoever asks, and however often."""

import math
from datetime import datetime, timedelta

from django.db.models import Avg, F, Q

from calls import gates, pricing
from calls.arrival import Arrival
from calls.models import Call, Offer
from calls.offers import conference_of
from calls.steps import Close, Connect, Farewell, Greet, HangUp, RecordVoicemail, Reject, Step, Wait
from calls.words import own_or_word, word
from lines.models import Hotline
from operators.models import Operator, Presence

_BASIS = timedelta(minutes=30)  # expected waits come from our own last half hour
_PRESENT = [Presence.READY, Presence.RINGING, Presence.ON_CALL, Presence.WRAP_UP, Presence.BREAK, Presence.LUNCH,
            Presence.OTHER, Presence.MISSED]  # fmt: skip


_WORDS = {"unknown": "unknown", "nobody": "no_voicemail", "gate": "gate_over"}  # refused in words, not by a tone


def queue_of(call: Call) -> str:
    return f"hotline-{call.hotline_id}"


def refusal(refused: str, *, language: str, closed_message: str = "", organisation: str = "") -> Step:
    """How a call that is turned away is told so: closed in words, everything else unanswered and unbilled."""
    if refused == "closed":
        return Close(own_or_word(closed_message, "closed", language, organisation=organisation))
    if refused in _WORDS:
        return Close(word(_WORDS[refused], language))
    return Reject("busy" if refused == "full" else "rejected")


def on_arrival(arrival: Arrival) -> Step:
    """What a caller meets first."""
    route = arrival.route
    if arrival.ended:
        return HangUp()
    language = route.language if route else "en"
    if arrival.refused or route is None:
        return refusal(
            arrival.refused or "unknown",
            language=language,
            closed_message=arrival.closed_message or (route.closed_message if route else ""),
            organisation=route.organisation if route else "",
        )
    if arrival.gated:
        return gates.asks(arrival.call_id, language)
    words = own_or_word(route.greeting, "greeting", language, organisation=route.organisation)
    return Greet(words, f"hotline-{route.hotline_id}", pricing.in_words(arrival.tariff, language))


def next_step(call: Call, at: datetime) -> Step:  # noqa: PLR0911 - one answer a state
    """What the caller meets now. Reads, never writes; `at` is the moment asked about."""
    if call.state == Call.State.ENDED:
        return HangUp()
    hotline = call.hotline
    if hotline is None or call.refused:
        return refusal(call.refused or "unknown", language=call.language)
    if call.state == Call.State.VOICEMAIL:
        return voicemail_step(call, hotline)
    if call.state == Call.State.CONNECTED:
        return farewell(call, hotline) if call.operator_left_at else Connect(conference_of(call.pk))
    if call.state == Call.State.WAITING:
        return Wait(queue=queue_of(call), language=call.language)
    if call.gated_at and not call.gate_passed_at:
        return gates.asks_again(call)
    return greet(call, hotline)


def greet(call: Call, hotline: Hotline) -> Greet:
    words = own_or_word(hotline.greeting, "greeting", call.language, organisation=hotline.organisation)
    return Greet(words, queue_of(call), pricing.in_words(call.tariff, call.language))


def farewell(call: Call, hotline: Hotline) -> Farewell:
    return Farewell(own_or_word(hotline.farewell, "farewell", call.language, organisation=hotline.organisation))


def voicemail_step(call: Call, hotline: Hotline) -> Step:
    return RecordVoicemail(own_or_word(hotline.voicemail_message, "voicemail", call.language))


def give_up_reason(call: Call, hotline: Hotline, at: datetime) -> str:
    """Why a waiting caller is led to voicemail now: "nobody" on duty, "too long", or "" to wait on."""
    if not anybody_present(hotline):
        return "nobody"
    waited = (at - call.queued_at).total_seconds() if call.queued_at else 0
    ringing = Offer.objects.filter(call=call, state=Offer.State.RINGING).exists()
    return "too long" if waited >= hotline.max_wait_seconds and not ringing else ""


def anybody_present(hotline: Hotline) -> bool:
    """Whether anybody who serves the hotline is signed on: everybody away is a queue, everybody offline is not."""
    return Operator.objects.filter(hotlines=hotline, active=True, state__in=_PRESENT).exists()


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
