"""The life of one call in a few steps: dialled, greeted, queued, rung at whom and why in vain, talk, wrap-up."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from calls.models import Call, Leg, Offer, Voicemail


@dataclass(frozen=True)
class Step:
    """One step: what it was, how long it took (seconds; None: a moment), or since when it lasts."""

    kind: str  # dialled, greeting, queue, rang, talk, voicemail, end, wrap_up
    at: datetime
    word: str
    detail: str = ""
    seconds: float | None = None
    since: datetime | None = None
    tone: str = "quiet"


def lifeline(call: Call) -> list[Step]:
    """The steps of a call in the order in which they began, in the reader's language. Two queries."""
    voicemail = Voicemail.objects.filter(call=call).first()
    offers = list(Offer.objects.filter(call=call).select_related("operator").order_by("made_at"))
    steps = [*_before(call), *_rings(offers), *_talk(call, offers), *_message(call, voicemail)]
    steps.sort(key=lambda step: step.at)  # stable: of the same moment, the order above
    return [*steps, *_end(call), *_wrap_up(call)]


def _before(call: Call) -> list[Step]:
    steps = [Step("dialled", call.arrived_at, _("Dialled %(number)s") % {"number": call.dialled or "–"})]
    if call.is_outgoing:
        return _callback(call)
    if call.gated_at:
        until = call.gate_passed_at or call.ended_at
        steps.append(_lasting("greeting", call.gated_at, until, _("Asked to press a key"), tone="quiet"))
    if call.plan_id and call.refused not in ("closed", "full", "blocked", "limit", "gate"):
        begun = call.gate_passed_at or call.arrived_at
        until = call.queued_at or call.voicemail_at or call.ended_at
        steps.append(_lasting("greeting", begun, until, _("Menu"), tone="quiet"))
    if call.refused:
        steps.append(Step("end", call.arrived_at, refusal_in_words(call.refused), tone="warn"))
    if call.queued_at:
        begun = call.gate_passed_at or call.arrived_at
        greeted = _between(begun, call.queued_at)
        if greeted and greeted >= 1 and not call.plan_id:
            steps.append(Step("greeting", begun, _("Greeting"), seconds=greeted))
        until = call.answered_at or call.voicemail_at or call.callback_at or call.ended_at
        steps.append(_lasting("queue", call.queued_at, until, _("Queue"), tone="info"))
    if call.callback_at:
        steps.append(Step("callback", call.callback_at, _("Asked to be called back"), tone="info"))
    return steps


def _callback(call: Call) -> list[Step]:
    """Before the conversation of a callback: it waits for its turn, and is dialled."""
    steps = [Step("dialled", call.arrived_at, _("Test of a telephone") if call.training else _("To be called back"))]
    if call.queued_at and not (call.reached_at and call.reached_at < (call.answered_at or call.reached_at)):
        until = call.answered_at or call.ended_at
        steps.append(_lasting("queue", call.arrived_at, until, _("Waits for its turn"), tone="info"))
    if call.reached_at:
        steps.append(Step("reached", call.reached_at, _("Picked up, key pressed"), tone="good"))
    return steps


def refusal_in_words(why: str) -> str:
    """Why a call was turned away, in a few words."""
    return {
        "closed": _("Closed; the caller was told so"),
        "full": _("All lines were taken"),
        "blocked": _("The caller is blocked"),
        "limit": _("Too many calls from this number"),
        "nobody": _("Nobody was signed on; the caller was told so"),
        "late": _("Nobody came in time; the caller was told so"),
        "gate": _("No key was pressed"),
    }.get(why, _("Turned away"))


def _rings(offers: list[Offer]) -> list[Step]:
    return [_ring(offer) for offer in offers if offer.accepted_at is None]


def _ring(offer: Offer) -> Step:
    word = _("Rang %(name)s") % {"name": offer.operator}
    if offer.state == Offer.State.RINGING:
        return Step("rang", offer.made_at, word, since=offer.made_at, tone="info")
    tone = "quiet" if offer.state == Offer.State.WITHDRAWN else "bad"
    return Step("rang", offer.made_at, word, not_taken(offer.state, offer.reason), _offer_length(offer), tone=tone)


def _offer_length(offer: Offer) -> float | None:
    return _between(offer.made_at, offer.closed_at)


def not_taken(state: str, reason: str) -> str:
    """Why nobody took a ring."""
    if state == Offer.State.DECLINED:
        return _("declined")
    return {
        "no answer": _("no answer"),
        "unreachable": _("could not be reached"),
        "not accepted": _("picked up but did not accept; perhaps a voicemail box"),
        "caller left": _("the caller had hung up"),
        "voicemail": _("the caller went to voicemail"),
        "callback": _("the caller asked to be called back"),
        "callback withdrawn": _("the callback was withdrawn"),
        "taken": _("somebody else had answered"),
        "not rung": _("the exchange could not ring"),
        "taken back": _("the call was not passed on after all"),
        "moved": _("the call was moved to another hotline"),
        "own number": _("their telephone is a number of our own"),
        "line not free yet": _("the telephone was still busy with the call before"),
    }.get(reason, _("no answer") if state == Offer.State.MISSED else _("it was withdrawn"))


def _talk(call: Call, offers: list[Offer]) -> list[Step]:
    if call.answered_at is None or (call.is_unreached and call.ended_at):
        return []
    if call.handed:
        return _talks(call)
    talks = [offer for offer in offers if offer.accepted_at]
    if len(talks) > 1:  # it was taken over: each had a part of it
        return [_part(call, offer) for offer in talks]
    name = str(call.operator or _("An operator"))
    until = call.operator_left_at or call.ended_at
    return [_lasting("talk", call.answered_at, until, name, _("talked"), tone="good")]


def _talks(call: Call) -> list[Step]:
    """A call that was passed on: each who talked, and the outside telephones."""
    offers = Offer.objects.filter(call=call, accepted_at__isnull=False).select_related("operator")
    talks = [(offer.accepted_at, offer.closed_at, str(offer.operator), offer.purpose) for offer in offers]
    legs = Leg.objects.filter(call=call, answered_at__isnull=False).select_related("transfer")
    talks += [(leg.answered_at, leg.closed_at, leg.transfer.to, Offer.Purpose.ANSWER) for leg in legs]
    return [
        _lasting("talk", begun, until, name, _("talked") if purpose == "answer" else _("was asked"), tone="good")
        for begun, until, name, purpose in talks
        if begun is not None
    ]


def _part(call: Call, offer: Offer) -> Step:
    assert offer.accepted_at is not None
    until = offer.closed_at or call.operator_left_at or call.ended_at
    return _lasting("talk", offer.accepted_at, until, str(offer.operator), _("talked"), tone="good")


def _message(call: Call, voicemail: Voicemail | None) -> list[Step]:
    if call.voicemail_at is None or call.refused:
        return []
    if voicemail is None and call.ended_at:
        return [Step("voicemail", call.voicemail_at, _("Voicemail"), _("no message was left"), tone="warn")]
    seconds = voicemail.seconds if voicemail else None
    return [Step("voicemail", call.voicemail_at, _("Voicemail"), seconds=seconds, tone="warn")]


def _end(call: Call) -> list[Step]:
    if call.ended_at is None:
        return []
    word = {
        "caller": _("The caller hung up") if call.answered_at else _("The caller gave up"),
        "operator": _("The operator hung up"),
    }.get(call.ended_by, _("The call ended"))
    if call.is_unreached:
        word = _("Cancelled") if call.refused else _("Nobody was reached")
    if call.callback_at:
        word = _("The call ended")
    if call.plan_id and not (call.queued_at or call.voicemail_at or call.refused) and call.ended_by == "caller":
        word = _("The caller hung up in the menu")
    if call.voicemail_at and call.ended_by == "caller":
        word = _("The caller hung up")
    return [Step("end", call.ended_at, word)]


def _wrap_up(call: Call) -> list[Step]:
    begun = call.operator_left_at or call.ended_at
    if call.answered_at is None or begun is None or call.wrapped_at is None:
        return []
    return [Step("wrap_up", begun, _("Wrap-up"), seconds=_between(begun, call.wrapped_at))]


def _lasting(kind: str, at: datetime, until: datetime | None, word: str, detail: str = "", *, tone: str) -> Step:
    times: dict[str, Any] = {"since": at} if until is None else {"seconds": _between(at, until)}
    return Step(kind, at, word, detail, tone=tone, **times)


def _between(begin: datetime, end: datetime | None) -> float | None:
    return None if end is None else max(0.0, (end - begin).total_seconds())
