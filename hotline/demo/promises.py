"""The demo's callbacks: some of last week's callers who gave up had rather been called back, and mostly were."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from calls.models import Call, Callback, CallEvent, Offer
from lines.models import Hotline
from operators.models import Operator

if TYPE_CHECKING:
    from hotline.demo.history import Register

LAST_WEEK = timedelta(days=6)
PATIENCE = timedelta(minutes=45)
TALK = timedelta(minutes=2)
ROOM = timedelta(minutes=6)  # between two calls of an operator, enough to call somebody back
MOST = 5  # of a hotline


@dataclass(frozen=True)
class Gap:
    """An operator without a call, from one of theirs to the next."""

    operator: Operator
    begins: datetime


def promise(register: "Register") -> list[Callback]:
    """Turn some callers who gave up into callers who asked for a callback; adds the calls that were made for it."""
    made: list[Callback] = []
    for hotline in register.hotlines.values():
        gaps = sorted(gaps_of(hotline, register.calls), key=lambda gap: gap.begins)
        for call in _askers(hotline, register)[-MOST:]:
            assert call.ended_at is not None
            ended = call.ended_at
            gap = next((g for g in gaps if ended < g.begins < ended + PATIENCE), None)
            if gap is not None:
                gaps.remove(gap)
                made.append(_kept(register, call, hotline, gap))
    return made


def _askers(hotline: Hotline, register: "Register") -> list[Call]:
    """Who gave up in the last days after a while, and whose number is known."""
    since = register.now - LAST_WEEK
    return [
        call
        for call in register.calls
        if call.hotline_id == hotline.pk
        and call.outcome == Call.Outcome.ABANDONED
        and call.caller_number
        and call.queued_at
        and call.ended_at
        and call.ended_at > since
        and call.ended_at - call.queued_at > timedelta(seconds=40)
    ]


def gaps_of(hotline: Hotline, calls: Iterable[Call]) -> Iterator[Gap]:
    """Where an operator had room after a call of this hotline, and their next call came so soon that it is one shift."""
    of_operator: dict[Operator, list[Call]] = {}
    for call in calls:
        if call.operator is not None:
            of_operator.setdefault(call.operator, []).append(call)
    for operator, own in of_operator.items():
        own.sort(key=lambda call: call.arrived_at)
        for before, after in pairwise(own):
            over = before.wrapped_at or before.ended_at
            if over is None or before.hotline_id != hotline.pk:
                continue
            begins = over + timedelta(seconds=20)
            if ROOM < after.arrived_at - begins < timedelta(minutes=40):
                yield Gap(operator, begins)


def _kept(register: "Register", call: Call, hotline: Hotline, gap: Gap) -> Callback:
    assert call.queued_at and call.ended_at
    asked = call.ended_at - timedelta(seconds=6)
    wait = timedelta(minutes=5 * (2 + (gap.begins - asked) // timedelta(minutes=6)))
    callback = Callback(
        id=register.new_id(), hotline=hotline, call=call, number=call.caller_number, language=call.language,
        priority=call.priority, queued_at=call.queued_at, asked_at=asked,
        promised_by=(asked + wait).replace(second=0, microsecond=0), state=Callback.State.DONE, attempts=1,
        tried_at=gap.begins + timedelta(seconds=4), done_at=gap.begins + TALK, outcome="answered", operator=gap.operator,
    )  # fmt: skip
    call.callback, call.callback_at, call.outcome, call.ended_by = callback, asked, Call.Outcome.CALLBACK, "system"
    register.add_event(call, CallEvent.Kind.CALLBACK, asked, "callback:asked:", what="asked")
    callback.attempt = _made(register, callback, hotline, gap)
    return callback


def _made(register: "Register", callback: Callback, hotline: Hotline, gap: Gap) -> Call:
    """The outgoing call, with its offer and its journal."""
    origin, at = callback.call, gap.begins
    answered, reached, ends = (at + timedelta(seconds=n) for n in (3, 14, TALK.total_seconds()))
    call = Call(
        id=register.new_id(), carrier_ref=register.new_ref("CA"), hotline=hotline, dialled=origin.dialled,
        direction=Call.Direction.OUTGOING, callback=callback, caller_number=callback.number,
        caller_kind=origin.caller_kind, caller=origin.caller, language=origin.language, priority=origin.priority,
        state=Call.State.ENDED, outcome=Call.Outcome.ANSWERED, ended_by="caller", operator=gap.operator,
        arrived_at=callback.asked_at, queued_at=origin.queued_at, offered_at=at, answered_at=answered, reached_at=reached,
        operator_left_at=ends, ended_at=ends, wrapped_at=ends + timedelta(seconds=20), carrier_status="completed",
        carrier_seconds=int((ends - reached).total_seconds()), checked_at=ends,
    )  # fmt: skip
    offer = Offer(
        id=register.new_id(), call=call, operator=gap.operator, state=Offer.State.FINISHED, device="browser", made_at=at,
        ring_until=at + timedelta(seconds=20), leg_ref=register.new_ref("CA"), rang_at=at, accepted_at=answered,
        closed_at=ends,
    )  # fmt: skip
    register.calls.append(call)
    register.offers.append(offer)
    who: dict[str, Any] = {"operator": gap.operator.pk, "offer": str(offer.pk)}
    Kind = CallEvent.Kind
    register.add_event(call, Kind.QUEUED, call.arrived_at, "queued", kept=True)
    register.add_event(call, Kind.OFFERED, at, f"offered:{offer.pk}", **who)
    register.add_event(call, Kind.ANSWERED, answered, f"answered:{offer.pk}", **who)
    register.add_event(call, Kind.CALLBACK, answered, "callback:dialled:", what="dialled")
    register.add_event(call, Kind.REACHED, reached, "reached")
    register.add_event(call, Kind.ENDED, ends, "ended", by="caller")
    return call
