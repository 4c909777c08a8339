"""The demo's calls outwards: what its hotlines may spend on them, and some that operators made in the last days."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from calls.models import Call, CallEvent, Note, Offer, Outgoing, OutwardRule
from hotline.demo.promises import ROOM, TALK, Gap, gaps_of
from knowledge.models import Contact
from lines.models import Hotline

if TYPE_CHECKING:
    from hotline.demo.history import Register

MINUTE = Decimal("0.0140")  # what the simulated carrier asks, in US dollars
LATELY = timedelta(days=3)
MOST = 5  # of a hotline


def set_limits(hotlines: Iterable[Hotline], zone: str) -> None:
    """Ten hours and 25 dollars a day each, 50 dollars for all together; the first hotline lets numbers be typed."""
    for place, hotline in enumerate(hotlines):
        OutwardRule.objects.create(hotline=hotline, typed=place == 0, daily_spend=2500, minute_price=MINUTE)
    OutwardRule.objects.create(hotline=None, daily_minutes=0, daily_spend=5000, time_zone=zone)


def call_out(register: "Register") -> list[Outgoing]:
    """Operators call contacts of their hotline between two callers; adds the calls to the register."""
    made = []
    for hotline in register.hotlines.values():
        contacts = list(Contact.objects.filter(hotline=hotline).order_by("pk"))
        free = [gap for gap in gaps_of(hotline, register.calls) if _is_free(gap, register)]
        for place, gap in enumerate(sorted(free, key=lambda gap: gap.begins)[-MOST:]):
            made.append(_made(register, hotline, contacts[place % len(contacts)], gap))
    return made


def _is_free(gap: Gap, register: "Register") -> bool:
    """Whether it is of the last days, and no callback was made in it."""
    if not register.now - LATELY < gap.begins < register.now - ROOM:
        return False
    own = (offer for offer in register.offers if offer.operator_id == gap.operator.pk)
    until = gap.begins + ROOM
    return not any(offer.made_at < until and (offer.closed_at or until) > gap.begins for offer in own)


def _made(register: "Register", hotline: Hotline, contact: Contact, gap: Gap) -> Outgoing:
    """The call, with its offer, its journal and its note."""
    at, operator = gap.begins, gap.operator
    answered, reached, ends, wrapped = (at + timedelta(seconds=n) for n in (1, 12, TALK.total_seconds(), 140))
    own = next(number for number in register.numbers.values() if number.hotline_id == hotline.pk)
    call = Call(
        id=register.new_id(), carrier_ref=register.new_ref("CA"), hotline=hotline, dialled=own.number,
        direction=Call.Direction.OUTGOING, caller_number=contact.phone, caller_kind=Call.CallerKind.NUMBER,
        language=hotline.languages[0], priority=hotline.priority, state=Call.State.ENDED,
        outcome=Call.Outcome.ANSWERED, ended_by="operator", operator=operator, arrived_at=at, offered_at=at,
        answered_at=answered, reached_at=reached, operator_left_at=ends, ended_at=ends + timedelta(seconds=1),
        wrapped_at=wrapped, carrier_status="completed", carrier_seconds=int((ends - reached).total_seconds()),
        checked_at=ends,
    )  # fmt: skip
    offer = Offer(
        id=register.new_id(), call=call, operator=operator, state=Offer.State.FINISHED, device="browser", made_at=at,
        ring_until=at + timedelta(seconds=20), leg_ref=register.new_ref("CA"), rang_at=at, accepted_at=answered,
        closed_at=ends,
    )  # fmt: skip
    note = Note(
        call=call, operator=operator, topic=next(iter(register.topics[hotline.slug].values())), version=1,
        outcome=Note.Outcome.ANSWERED, drafted_at=ends, saved_at=wrapped,
    )  # fmt: skip
    register.calls.append(call)
    register.offers.append(offer)
    register.notes.append(note)
    _tell(register, call, contact, {"operator": operator.pk, "offer": str(offer.pk)})
    return Outgoing(call=call, operator=operator, whom=contact.name)


def _tell(register: "Register", call: Call, contact: Contact, who: dict[str, Any]) -> None:
    Kind, caller = CallEvent.Kind, who["operator"]
    assert call.answered_at and call.reached_at and call.operator_left_at and call.ended_at
    register.add_event(
        call, Kind.CALLED_OUT, call.arrived_at, "called_out", operator=caller, whom=contact.name, back=False
    )
    register.add_event(call, Kind.OFFERED, call.arrived_at, f"offered:{who['offer']}", **who)
    register.add_event(call, Kind.ANSWERED, call.answered_at, f"answered:{who['offer']}", **who)
    register.add_event(call, Kind.CALLED_OUT, call.answered_at, "dialled", what="dialled")
    register.add_event(call, Kind.REACHED, call.reached_at, "reached", picked=True)
    register.add_event(call, Kind.OPERATOR_LEFT, call.operator_left_at, f"left:{who['offer']}", **who)
    register.add_event(call, Kind.ENDED, call.ended_at, "ended", by="operator")
