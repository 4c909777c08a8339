"""The life of one call in a few steps: dialled, greeted, queued, rung at whom and why in vain, talk, wrap-up."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from calls import one_moment
from calls.models import Call, Leg, Offer, Voicemail

_NAMED = 3  # so many of those who were rung at once are named


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
    steps = [*_before(call), *_rings(offers), *_sent_on(call), *_talk(call, offers), *_message(call, voicemail)]
    steps.sort(key=lambda step: step.at)  # stable: of the same moment, the order above
    return [*steps, *_end(call), *_wrap_up(call)]


def _before(call: Call) -> list[Step]:
    steps = [Step("dialled", call.arrived_at, _("Dialled %(number)s") % {"number": call.dialled or "–"})]
    if call.is_called_out:
        return _called_out(call)
    if call.is_outgoing:
        return _callback(call)
    if call.gated_at:
        until = call.gate_passed_at or call.ended_at
        steps.append(_lasting("greeting", call.gated_at, until, _("Asked to press a key"), tone="quiet"))
    if call.plan_id and call.refused not in ("closed", "full", "blocked", "limit", "gate"):
        begun = call.gate_passed_at or call.arrived_at
        until = call.queued_at or call.sent_at or call.voicemail_at or call.ended_at
        steps.append(_lasting("greeting", begun, until, _("Menu"), tone="quiet"))
    if call.refused:
        steps.append(Step("end", call.arrived_at, refusal_in_words(call.refused), tone="warn"))
    if call.queued_at:
        begun = call.gate_passed_at or call.arrived_at
        greeted = _between(begun, call.queued_at)
        if greeted and greeted >= 1 and not call.plan_id:
            steps.append(Step("greeting", begun, _("Greeting"), seconds=greeted))
        until = call.answered_at or call.outside_at or call.voicemail_at or call.callback_at or call.ended_at
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


def _called_out(call: Call) -> list[Step]:
    """Before the conversation of an operator's call: it was wished for, and somebody picked up."""
    steps = [Step("dialled", call.arrived_at, _("Called out from %(number)s") % {"number": call.dialled})]
    if call.reached_at:
        steps.append(Step("reached", call.reached_at, _("Picked up"), tone="good"))
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
    """A step for each ring that nobody took, one for all that rang at once."""
    steps = []
    for rung in one_moment.together(offers, lambda offer: offer.made_at, _ring_at_once):
        if len(rung) > 1:
            steps.append(_at_once(rung))
        elif rung[0].accepted_at is None:
            steps.append(_ring(rung[0]))
    return steps


def _ring_at_once(before: Offer, offer: Offer) -> bool:
    """Whether the one rang on when the other began: a ring that was refused at once is followed by the next."""
    return before.closed_at is None or before.closed_at > offer.made_at


def _at_once(rung: list[Offer]) -> Step:
    """Rings of a hotline that rings everybody; whoever answered is among them."""
    word, at = _("Rang %(names)s at once") % {"names": listed([str(each.operator) for each in rung])}, rung[0].made_at
    if any(each.state == Offer.State.RINGING for each in rung):
        return Step("rang", at, word, since=at, tone="info")
    missed = [each for each in rung if each.state in (Offer.State.MISSED, Offer.State.DECLINED)]
    taken = [each for each in rung if each.accepted_at]
    detail = "; ".join(f"{each.operator}: {not_taken(each.state, each.reason)}" for each in missed)
    if not missed and not taken:
        detail = not_taken(rung[0].state, rung[0].reason)
    until = max(each.accepted_at or each.closed_at or at for each in rung)
    return Step("rang", at, word, detail, _between(at, until), tone="bad" if missed and not taken else "quiet")


def listed(people: list[str]) -> str:
    """By name: "Kari", "Kari and Ola", "Kari, Ola and Siri", "Kari, Ola, Siri and 9 others"."""
    people = sorted(people)
    if len(people) <= _NAMED + 1:
        return get_text_list(people, _("and"))
    others = _("%(number)s others") % {"number": len(people) - _NAMED}
    return get_text_list([*people[:_NAMED], others], _("and"))


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
        "busy": _("busy"),
        "not allowed": _("no number that may be called"),
        "sent on": _("the caller was sent on"),
    }.get(reason, _("no answer") if state == Offer.State.MISSED else _("it was withdrawn"))


def _sent_on(call: Call) -> list[Step]:
    """The outside telephones that a call plan had rung, and the talk of the one that took the caller."""
    if call.sent_at is None:
        return []
    legs = list(Leg.objects.filter(call=call).exclude(rule=""))
    talks = [
        _lasting("talk", leg.answered_at, leg.closed_at, leg.to, _("talked outside"), tone="good")
        for leg in legs
        if leg.answered_at
    ]
    return [*map(_rang_outside, legs), *talks]


def _rang_outside(leg: Leg) -> Step:
    word, until = _("Rang %(name)s") % {"name": leg.to}, leg.answered_at or leg.closed_at
    if until is None:
        return Step("rang", leg.made_at, word, since=leg.made_at, tone="info")
    detail = "" if leg.answered_at else not_taken(Offer.State.MISSED, leg.reason)
    return Step("rang", leg.made_at, word, detail, _between(leg.made_at, until), tone="quiet" if not detail else "warn")


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
    legs = Leg.objects.filter(call=call, rule="", answered_at__isnull=False).select_related("transfer")
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
        "caller": _("The caller hung up") if call.answered_at or call.outside_at else _("The caller gave up"),
        "operator": _("The outside telephone hung up") if call.outside_at else _("The operator hung up"),
    }.get(call.ended_by, _("The call ended"))
    if call.is_unreached:
        word = _("Cancelled") if call.refused else _("Nobody was reached")
    if call.callback_at:
        word = _("The call ended")
    went_on = call.queued_at or call.voicemail_at or call.sent_at or call.refused
    if call.plan_id and not went_on and call.ended_by == "caller":
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
