"""What happens next to a call, from the state it is in: the same answer whoever asks, and however often."""

import math
from datetime import datetime, timedelta

from django.db.models import Avg, F, Q

from calls import gates, pricing
from calls.arrival import Arrival
from calls.models import Call, Offer
from calls.offers import conference_of
from calls.plans import running
from calls.plans.known import plan_of
from calls.steps import Close, Connect, Farewell, Greet, HangUp, RecordVoicemail, Reject, Step, Wait
from calls.words import own_or_word, word
from lines.models import Hotline
from operators.models import Operator, Presence

_BASIS = timedelta(minutes=30)  # expected waits come from our own last half hour
_PRESENT = [Presence.READY, Presence.RINGING, Presence.ON_CALL, Presence.WRAP_UP, Presence.BREAK, Presence.LUNCH,
            Presence.OTHER, Presence.MISSED]  # fmt: skip


_ROUND = 30  # seconds that a round of music takes, after which the carrier asks again
_WORDS = {
    "unknown": "unknown",
    "nobody": "no_voicemail",
    "late": "no_voicemail",
    "gate": "gate_over",
}  # refused in words, not by a tone


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
    if arrival.refused and route and not arrival.closed_message:
        own = running.goodbye(route.plan, arrival.refused, language)
        if own is not None:
            return own
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
    greeting = Greet(words, f"hotline-{route.hotline_id}", pricing.in_words(arrival.tariff, language))
    return greeting if route.plan is None else running.first_step(plan_of(route.plan), greeting, language)


def next_step(call: Call, at: datetime) -> Step:  # noqa: PLR0911 - one answer a state
    """What the caller meets now. Reads, never writes; `at` is the moment asked about."""
    if call.state == Call.State.ENDED:
        return HangUp()
    hotline = call.hotline
    if hotline is None:
        return refusal("unknown", language=call.language)
    if call.refused:
        return _turned_away(call, hotline)
    if call.state == Call.State.VOICEMAIL:
        return voicemail_step(call, hotline)
    if call.state == Call.State.CONNECTED:
        return farewell(call, hotline) if call.operator_left_at else Connect(conference_of(call.pk))
    if call.state == Call.State.WAITING:
        return Wait(queue=queue_of(call), language=call.language)
    if call.gated_at and not call.gate_passed_at:
        return gates.asks_again(call)
    return running.next_step(call, greet(call, hotline))


def _turned_away(call: Call, hotline: Hotline) -> Step:
    """What a caller hears who was turned away some time after arriving, or whose first answer was lost."""
    own = running.goodbye(call.plan_id, call.refused, call.language)
    facts = {"closed_message": hotline.closed_message, "organisation": hotline.organisation}
    return own or refusal(call.refused, language=call.language, **facts)


def greet(call: Call, hotline: Hotline) -> Greet:
    words = own_or_word(hotline.greeting, "greeting", call.language, organisation=hotline.organisation)
    return Greet(words, queue_of(call), pricing.in_words(call.tariff, call.language))


def farewell(call: Call, hotline: Hotline) -> Farewell:
    return Farewell(own_or_word(hotline.farewell, "farewell", call.language, organisation=hotline.organisation))


def voicemail_step(call: Call, hotline: Hotline) -> Step:
    words = running.voicemail_words(call) or own_or_word(hotline.voicemail_message, "voicemail", call.language)
    return RecordVoicemail(words)


def give_up_reason(call: Call, hotline: Hotline, at: datetime) -> str:
    """Why a waiting caller is led to voicemail now: "nobody" on duty, "too long", or "" to wait on."""
    if not anybody_present(hotline):
        return "nobody"
    since = call.forwarded_at or call.queued_at
    waited = (at - since).total_seconds() if since else 0
    ringing = Offer.objects.filter(call=call, state=Offer.State.RINGING).exists()
    return "too long" if waited >= running.patience(call, hotline) and not ringing else ""


def anybody_present(hotline: Hotline) -> bool:
    """Whether anybody who serves the hotline is signed on: everybody away is a queue, everybody offline is not."""
    return Operator.objects.filter(hotlines=hotline, active=True, state__in=_PRESENT).exists()


def wait_step(call: Call, hotline: Hotline, at: datetime) -> Wait:
    place = position(call)
    plan = plan_of(call.plan_id).waiting if call.plan_id else None
    return Wait(
        queue=queue_of(call),
        position=place,
        expected_seconds=expected_wait(hotline, place, at) if plan is None or plan.expected else None,
        language=call.language,
        voicemail_offered=hotline.voicemail_enabled,
        says_position=plan is None or plan.position,
        quiet=plan is not None and not _due(call, plan.every, at),
        words=plan.words.said(call.language) if plan else None,
    )


def _due(call: Call, every: int, at: datetime) -> bool:
    """Whether this round of music begins with words: the first, and then one each `every` seconds; 0 is never again."""
    rounds = int((at - call.queued_at).total_seconds() // _ROUND) if call.queued_at else 0
    return rounds == 0 if every < _ROUND else rounds % (every // _ROUND) == 0


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
