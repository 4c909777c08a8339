"""What happens next to a call, from the state it is in: the same answer whoever asks, and however often."""

from datetime import datetime, timedelta

from calls import consent, gates, overflow, passing, pricing, survey
from calls.arrival import Arrival
from calls.conferences import conference_of
from calls.in_line import InLine, in_line
from calls.models import Call
from calls.plans import running
from calls.plans.known import plan_of
from calls.steps import (
    AskConsent,
    Close,
    Connect,
    Farewell,
    Greet,
    HangUp,
    RecordVoicemail,
    Reject,
    Say,
    Sound,
    Step,
    Wait,
    Welcome,
)
from calls.words import own_or_word, word
from lines.hours import opening
from lines.models import Hotline

SOON = timedelta(hours=3)  # a time of the clock so near is not taken for another day's
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
    greeting = _asked(
        Greet(words, f"hotline-{route.hotline_id}", pricing.in_words(arrival.tariff, language)),
        route.recording,
        language,
    )
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
    if call.state == Call.State.CALLBACK:
        return promise(call, hotline, at)
    if call.state == Call.State.SENT:
        return overflow.rings(call, at)
    if call.state == Call.State.CONNECTED:
        return in_conversation(call, hotline)
    if call.state == Call.State.WAITING:
        return Wait(queue=queue_of(call), language=call.language)
    if call.gated_at and not call.gate_passed_at:
        return gates.asks_again(call)
    if hotline.records and consent.consent_of(call) is not None:  # asked and answered, after all menus
        return Wait(queue=queue_of(call), language=call.language)
    return running.next_step(call, greet(call, hotline))


def _turned_away(call: Call, hotline: Hotline) -> Step:
    """What a caller hears who was turned away some time after arriving, or whose first answer was lost."""
    own = running.goodbye(call.plan_id, call.refused, call.language)
    facts = {"closed_message": hotline.closed_message, "organisation": hotline.organisation}
    return own or refusal(call.refused, language=call.language, **facts)


def greet(call: Call, hotline: Hotline) -> Welcome:
    """The greeting; where it records, the question about that too."""
    words = own_or_word(hotline.greeting, "greeting", call.language, organisation=hotline.organisation)
    greeting = Greet(words, queue_of(call), pricing.in_words(call.tariff, call.language))
    return _asked(greeting, hotline.recording_told, call.language)


def _asked(greeting: Greet, recording: tuple[str, str, str] | None, language: str) -> Welcome:
    """The one way to the queue: where the hotline records, callers are asked before."""
    return AskConsent(greeting, consent.question(*recording, language)) if recording else greeting


def in_conversation(call: Call, hotline: Hotline) -> Step:
    """To whoever talks with the caller; when they have left, the question if there is one, then the closing words."""
    if call.operator_left_at and not passing.outside_talks(call):
        if call.is_called_out:  # whoever was called is thanked for nothing
            return HangUp()
        return survey.question(call, hotline) or farewell(call, hotline)
    return Connect(conference_of(call), recorded=consent.allowed(call) and not passing.outside_talks(call))


def farewell(call: Call, hotline: Hotline) -> Farewell:
    return Farewell(own_or_word(hotline.farewell, "farewell", call.language, organisation=hotline.organisation))


def voicemail_step(call: Call, hotline: Hotline) -> Step:
    return recording(call, hotline, running.voicemail_words(call))


def recording(call: Call, hotline: Hotline, own: Say | Sound | None) -> Step:
    """A message is recorded, after the words of the plan if it has some."""
    return RecordVoicemail(own or own_or_word(hotline.voicemail_message, "voicemail", call.language))


def promise(call: Call, hotline: Hotline, at: datetime) -> Farewell:
    """By when the caller is called back, in the hotline's own time; of another day the time alone would mislead, but
    for the hours after midnight."""
    by = call.callback.promised_by.astimezone(hotline.zone) if call.callback else None
    if by is None:
        return Farewell(word("callback_promised_turn", call.language))
    return Farewell(word(_promised(by, hotline, at), call.language, time=f"{by:%H:%M}"))


def _promised(by: datetime, hotline: Hotline, at: datetime) -> str:
    """Which words say it: those of an opening only where the hotline closes before."""
    days = (by.date() - at.astimezone(hotline.zone).date()).days
    if days <= 0 or by - at < SOON:
        return "callback_promised"
    now = opening(hotline, at)
    if not now.is_open or (now.closes_at and now.closes_at <= by):
        return "callback_promised_later"
    return "callback_promised_tomorrow" if days == 1 else "callback_promised_turn"


def stands(call: Call, hotline: Hotline, at: datetime) -> InLine:
    """How a waiting call stands in its line: what the two answers below rest on. One query for both."""
    return in_line(call, hotline, at, patience=running.patience(call, hotline))


def give_up_reason(call: Call, hotline: Hotline, at: datetime, there: InLine | None = None) -> str:
    """Why a waiting caller is led to voicemail now: "nobody" on duty, "too long", or "" to wait on."""
    if call.returned_at and call.ringing_until:
        return ""  # somebody is rung for this caller alone
    there = there or stands(call, hotline, at)
    if not there.somebody:
        return "nobody"
    # A caller with a place kept by a callback joined the line long ago, but has been on the telephone since then.
    reached = max(each for each in (call.arrived_at, call.queued_at, call.reached_at) if each)
    since = call.returned_at or call.forwarded_at or reached
    waited = (at - max(since, call.sent_back_at or since)).total_seconds()
    return "too long" if waited >= running.patience(call, hotline) and not there.rung else ""


def wait_step(call: Call, hotline: Hotline, at: datetime, there: InLine | None = None) -> Wait:
    there = there or stands(call, hotline, at)
    plan = plan_of(call.plan_id).waiting if call.plan_id else None
    return Wait(
        queue=queue_of(call),
        position=there.position,
        expected_seconds=there.expected_seconds if plan is None or plan.expected else None,
        language=call.language,
        voicemail_offered=hotline.voicemail_enabled,
        callback_offered=hotline.callbacks_enabled and not call.is_outgoing,
        says_position=plan is None or plan.position,
        quiet=plan is not None and not _due(call, plan.every, at),
        words=plan.words.said(call.language) if plan else None,
    )


def _due(call: Call, every: int, at: datetime) -> bool:
    """Whether this round of music begins with words: the first, and then one each `every` seconds; 0 is never again."""
    rounds = int((at - call.queued_at).total_seconds() // _ROUND) if call.queued_at else 0
    return rounds == 0 if every < _ROUND else rounds % (every // _ROUND) == 0
