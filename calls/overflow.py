"""A caller whom a call plan sends on to an outside telephone: it rings, takes the caller, or the next way follows.

A telephone is rung once for a call, so that nothing goes round. Whoever answers there is no operator of ours: such a
call is not "answered" in any figure, and not abandoned. Call with the call's row locked, where nothing else is said.
"""

import uuid
from datetime import datetime, timedelta

from calls import numbers, outward
from calls.conferences import conference_of
from calls.dialling import NotCallable
from calls.facts import join
from calls.journal import note_event
from calls.models import Call, CallEvent, Instruction, Leg, Offer
from calls.news import tell
from calls.offers import withdraw
from calls.outbox import instruct
from calls.overflow_words import callable_for
from calls.plans.known import plan_of
from calls.plans.leaving import to_voicemail, turn_away
from calls.plans.script import End
from calls.pricing import in_words, note_price
from calls.steps import RingOutside, Say, Sound
from lines.models import Number

Kind = CallEvent.Kind
_TOLD_WITHIN = timedelta(seconds=8)  # of the decision, the words are said: a round of the ringing tone is longer
_KEY_TIME = timedelta(seconds=25)  # to hear who calls, and to press 1
_REFUSED = {"closed": "closed", "nobody": "nobody"}  # else "late": the caller was answered, so no busy tone


def refused(rule: str) -> str:
    """What is kept of a call that is turned away after a telephone was rung in vain."""
    return _REFUSED.get(rule, "late")


def name_of(end: End) -> str:
    """A telephone on screens: what colleagues call it, and its number with most of it hidden."""
    masked = numbers.mask(end.number, Call.CallerKind.NUMBER)
    return f"{end.name} ({masked})" if end.name else masked


def send(call: Call, end: End, *, rule: str, at: datetime) -> None:
    """Ring the telephone of `end` for the caller; where it cannot be, what follows it follows at once."""
    obstacle = _obstacle(call, end.number) or _over_the_limit(call, end.number, at)
    if obstacle:
        join(call, sent_back_at=at)
        call.save(update_fields=["sent_back_at", "state"])
        _note(call, f"{rule}:not_rung", at, what="not rung", to=name_of(end), reason=obstacle, then=end.then)
        _next_way(call, end, rule=rule, at=at)
        return
    for offer in Offer.objects.select_for_update().filter(call=call, state=Offer.State.RINGING):
        withdraw(offer, call, at=at, reason="sent on")
    until = at + timedelta(seconds=end.rings)
    leg = Leg.objects.create(call=call, number=end.number, rule=rule, to=name_of(end), made_at=at, ring_until=until)
    instruct(Instruction.Kind.DIAL, call_id=call.pk, at=at, deadline=until, leg=str(leg.pk))
    join(call, sent_at=at)
    call.handed, call.ringing_until = call.handed + 1, None
    call.save(update_fields=["sent_at", "handed", "ringing_until", "state", "outcome", "ended_by"])
    note_price(call, at)
    waited = round((at - call.queued_at).total_seconds()) if call.queued_at else 0
    _note(call, f"{leg.pk}:rung", at, what="rung", to=leg.to, rule=rule, after=waited if rule == "late" else 0)


def _obstacle(call: Call, number: str) -> str:
    """Why a telephone is not rung for this caller; "" if it is."""
    if call.training:
        return "test"
    if number in (call.caller_number, call.forwarded_from):
        return "calls itself"
    if call.caller_number and Number.objects.filter(number=call.caller_number).exists():
        return "calls itself"  # a telephone that we rang was forwarded, and leads back to us
    return "rung before" if Leg.objects.filter(call=call, number=number).exclude(rule="").exists() else ""


def _over_the_limit(call: Call, number: str, at: datetime) -> str:
    """Why the hotline may not call it now; what counts against the limit of the day stays locked until the commit."""
    assert call.hotline is not None
    try:
        outward.may_dial(call.hotline, number, at, dialled=call.dialled)
    except outward.Spent:
        return "limit"
    except outward.Refused:
        return "not allowed"
    return ""


def may_dial(leg: Leg) -> bool:
    """Looked at once more before money is spent: the hotline's country or our numbers may have changed. No lock."""
    call = leg.call
    assert call.hotline is not None
    try:
        callable_for(call.hotline, leg.number, call.dialled)
    except NotCallable:
        return False
    return True


def end_of(call: Call, leg: Leg) -> End:
    """What the plan says of the telephone that is rung."""
    return plan_of(call.plan_id).end(leg.rule) if call.plan_id else End(to="telephone")


# --- what the caller meets -----------------------------------------------------------------------


def rings(call: Call, at: datetime) -> RingOutside:
    """What a caller hears meanwhile; at the beginning the price, unless it was said, and the plan's words too."""
    leg = Leg.objects.filter(call=call).exclude(rule="").order_by("made_at").last()
    if leg is None or at - leg.made_at > _TOLD_WITHIN:
        return RingOutside()
    return ringing(call, end_of(call, leg))


def ringing(call: Call, end: End) -> RingOutside:
    """The first that such a caller hears."""
    price = None if call.queued_at else in_words(call.tariff, call.language)
    said: list[Say | Sound | None] = [price, end.words.said(call.language)]
    return RingOutside(tuple(each for each in said if each is not None))


# --- what the telephone does ---------------------------------------------------------------------


def asks(leg: Leg) -> bool:
    """Whether who answers there must press 1. No lock."""
    return bool(leg.rule) and end_of(leg.call, leg).asks


def picked_up(leg_id: uuid.UUID, *, at: datetime) -> None:
    """Somebody, or a voicemail box, hears who calls: there is time to press the key. No lock."""
    Leg.objects.filter(pk=leg_id, state=Leg.State.RINGING, ring_until__lt=at + _KEY_TIME).update(
        ring_until=at + _KEY_TIME
    )


def taken(leg: Leg, call: Call, *, at: datetime) -> str:
    """The telephone takes the caller: the conference to join, or "" for a caller who is not sent on any more."""
    if call.state != Call.State.SENT:
        return ""
    Leg.objects.filter(pk=leg.pk).update(state=Leg.State.TALKING, answered_at=at)
    join(call, outside_at=at, taken_at=at if call.returned_at else None)
    call.save(update_fields=["outside_at", "taken_at", "state", "outcome", "ended_by"])
    rang = max(0, round((at - leg.made_at).total_seconds()))
    _note(call, f"{leg.pk}:answered", at, what="answered", to=leg.to, after=rang)
    instruct(Instruction.Kind.MOVE, call_id=call.pk, at=at)
    tell(call)
    return conference_of(call)


def over(leg: Leg, call: Call, *, at: datetime, reason: str) -> None:
    """The telephone hung up, was not answered or could not be rung. The leg is closed already."""
    if call.ended_at or reason == "caller left":
        return
    if leg.answered_at:
        join(call, operator_left_at=at)
        call.save(update_fields=["operator_left_at", "ended_by"])
        _note(call, f"{leg.pk}:left", at, what="left", to=leg.to)
    elif call.state != Call.State.SENT:
        return
    else:
        _not_taken(leg, call, at, reason)
    instruct(Instruction.Kind.MOVE, call_id=call.pk, at=at)
    tell(call)


def _not_taken(leg: Leg, call: Call, at: datetime, reason: str) -> None:
    end = end_of(call, leg)
    join(call, sent_back_at=at)
    call.save(update_fields=["sent_back_at", "state", "outcome", "ended_by"])
    _note(call, f"{leg.pk}:not_taken", at, what="not taken", to=leg.to, reason=reason, then=end.then)
    _next_way(call, end, rule=leg.rule, at=at)


def _next_way(call: Call, end: End, *, rule: str, at: datetime) -> None:
    """The telephone does not take the caller: what the plan says then. Never nothing."""
    if end.then == "queue" and call.queued_at:
        tell(call, line_changed=True)
    elif end.then == "goodbye":
        turn_away(call, at, why=refused(rule), tried=True)
    else:
        to_voicemail(call, at, why="outside")


def _note(call: Call, key: str, at: datetime, **data: object) -> None:
    facts = {"source": "switchboard", **data}
    note_event(call, Kind.OUTSIDE, at=at, key=f"outside:{key}", **facts)  # type: ignore[arg-type]


def came_by_itself(call: Call) -> Call:
    """The caller of a call that was sent on asks what comes next, so nobody need be moved there: read afresh after that
    is said, so that what is decided meanwhile is known or carried out. No lock."""
    moves = call.instructions.filter(kind=Instruction.Kind.MOVE, state=Instruction.State.PENDING)
    moves.update(state=Instruction.State.DONE, error="the caller came by themselves")
    return Call.objects.select_related("hotline").get(pk=call.pk)


# --- what is swept up ----------------------------------------------------------------------------


def not_rung() -> list[uuid.UUID]:
    """Telephones of plans that wait to be dialled. While the carrier is not asked anything, nobody waits for them."""
    legs = Leg.objects.filter(state=Leg.State.RINGING, leg_ref__isnull=True).exclude(rule="")
    return list(legs.values_list("pk", flat=True))
