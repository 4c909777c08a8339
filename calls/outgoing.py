"""An operator calls out as the hotline: a contact, a caller of the register, or a number where the hotline allows that.

The operator's own telephone rings first; once it is taken, the other side is dialled, and whoever picks up there is put
through. The call is one of the register like any other, only outgoing. Locks: the operator, then the count of calls
outwards (`calls.outward`).
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from calls import numbers, outward, outward_use, parting
from calls.callbacks import PLACEHOLDER
from calls.facts import join
from calls.journal import note_event
from calls.models import Call, Caller, CallEvent, Instruction, Offer, Outgoing
from calls.news import tell
from calls.numbers import classify
from calls.outbox import instruct
from calls.queries import visible_to
from calls.refusals import Refused
from knowledge.models import Contact
from lines.models import Hotline, Number
from operators import presence
from operators.models import Device, Operator, Presence
from operators.permissions import hotlines_of
from operators.presence import Cause

FREE = (Presence.READY, Presence.OTHER)  # from which one may call out
_LONGEST = 60


@dataclass(frozen=True)
class Wish:
    """Whom to call, for which hotline. `shown` is what screens say of the number: the caller's is masked."""

    hotline: Hotline
    number: str
    shown: str
    whom: str = ""  # a contact's name
    origin: Call | None = None  # the call whose caller is called back

    @property
    def name(self) -> str:
        """How the other side is called on screens."""
        known = self.origin.caller.name if self.origin and self.origin.caller else ""
        return self.whom or known or self.shown


def wish_of(to: str, *, user: Any, hotline: str = "") -> Wish:
    """What `to` names: `contact:<id>`, a call's id (`call:` may stand before it), or a number, for the hotline with
    the slug `hotline`. Raises Refused with a sentence."""
    to = to.strip()[:_LONGEST].replace("\0", "")
    if to.startswith("contact:"):
        return _contact(to.removeprefix("contact:"), user)
    try:
        return _caller(uuid.UUID(to.removeprefix("call:")), user)
    except ValueError:
        return _typed(to, hotline, user)


def _contact(pk: str, user: Any) -> Wish:
    known = pk.isascii() and pk.isdigit() and len(pk) < 10
    own = Contact.objects.select_related("hotline").filter(hotline__in=hotlines_of(user))
    found = own.filter(pk=int(pk)).first() if known else None
    if found is None:
        raise Refused(_("There is no such contact."))
    if not found.phone:
        raise Refused(_("No telephone is known of %(name)s.") % {"name": found.name})
    return Wish(found.hotline, found.phone, found.phone, whom=found.name)


def _caller(call_id: uuid.UUID, user: Any) -> Wish:
    """The number from which the call came: what a caller keyed in is for callbacks alone."""
    found = visible_to(user, list(hotlines_of(user))).filter(pk=call_id).first()
    if found is None or found.hotline is None:
        raise Refused(_("There is no such call."))
    if found.caller_kind != Call.CallerKind.NUMBER:
        raise Refused(_("This caller has no number that can be called."))
    if found.is_outgoing and found.callback and found.callback.call.caller_number != found.caller_number:
        raise Refused(_("A number that a caller keyed in is called as the promised callback alone."))
    return Wish(found.hotline, found.caller_number, numbers.mask(found.caller_number, found.caller_kind), origin=found)


def _typed(number: str, slug: str, user: Any) -> Wish:
    found = Hotline.objects.filter(pk__in=hotlines_of(user), slug=slug[:_LONGEST]).first()
    if found is None:
        raise Refused(_("Say for which hotline you call."))
    if not outward_use.rule_of(found).typed:
        raise Refused(_("%(hotline)s does not call numbers that are typed.") % {"hotline": found})
    return Wish(found, number, number)


def call_out(operator: Operator, to: str, *, by: Any, at: datetime, hotline: str = "") -> Call:
    """Ring the operator's own telephone, to be put through to whom `to` names (see `wish_of`) once it is taken.

    Raises Refused with a sentence: no such contact or call, the operator is not free, the number or the day's limits
    forbid it.
    """
    wish = wish_of(to, user=by, hotline=hotline)
    with transaction.atomic():
        before = Operator.objects.select_for_update().get(pk=operator.pk)
        _refuse_busy(before, at)
        own = _number_of(wish)
        number = _allowed(wish, own, at)
        call = _written(wish, before, own, number, at)
        _ring(call, before, at)
    return call


def _refuse_busy(operator: Operator, at: datetime) -> None:
    """Only who is free and would hear their own telephone may call out."""
    if operator.state in (*presence.BUSY, Presence.WRAP_UP):
        raise Refused(_("You have a call in hand. Finish it first; whom you want to ask, you can pass the call on to."))
    if operator.state not in FREE or not operator.active:
        raise Refused(_("Go ready first: then you can call out."))
    if operator.state == Presence.OTHER and parting.live(user=operator.user_id).exists():
        raise Refused(_("You are in another call already. Leave it first."))
    if operator.device == Device.PHONE:
        if not operator.phone:
            raise Refused(_("No telephone number is known for %(name)s.") % {"name": operator})
        return
    seen = operator.desk_seen_at
    if seen is not None and (at - seen).total_seconds() > presence.DESK_GRACE_SECONDS:
        raise Refused(_("No desk of %(name)s is open, so nobody would hear the ring.") % {"name": operator})


def _number_of(wish: Wish) -> str:
    """The number of ours that the other side sees: the one that was dialled, else the hotline's first that can be."""
    own = Number.objects.filter(hotline=wish.hotline, active=True, number__startswith="+")
    usable = list(own.exclude(kind=Number.Kind.PREMIUM).order_by("pk").values_list("number", flat=True))
    if not usable:
        raise Refused(_("%(hotline)s has no number that it could call from.") % {"hotline": wish.hotline})
    dialled = wish.origin.dialled if wish.origin else ""
    return dialled if dialled in usable else usable[0]


def _allowed(wish: Wish, own: str, at: datetime) -> str:
    kept = bool(wish.whom)
    return outward.may_dial(wish.hotline, wish.number, at, kept=kept, dialled=own, shown=wish.shown)


def _written(wish: Wish, operator: Operator, own: str, number: str, at: datetime) -> Call:
    """The call, in the register from the moment it is wished for."""
    hotline = wish.hotline
    call = Call(
        carrier_ref=f"{PLACEHOLDER}{uuid.uuid4()}", hotline=hotline, dialled=own, direction=Call.Direction.OUTGOING,
        caller_number=number, caller_kind=classify(number)[0], caller=Caller.objects.filter(number=number).first(),
        language=wish.origin.language if wish.origin else hotline.languages[0], skills=list(hotline.skills),
        priority=hotline.priority, arrived_at=at, offered_at=at,
    )  # fmt: skip
    join(call)
    call.save()
    Outgoing.objects.create(call=call, operator=operator, whom=wish.whom, origin=wish.origin)
    facts: dict[str, Any] = {"operator": operator.pk, "whom": wish.whom, "back": wish.origin is not None}
    note_event(call, CallEvent.Kind.CALLED_OUT, at=at, key="called_out", source="desk", **facts)
    return call


def _ring(call: Call, operator: Operator, at: datetime) -> None:
    """Their own telephone; what they did before is what they go on with after it."""
    assert call.hotline is not None
    presence.change(
        operator.pk, Presence.RINGING, at=at, cause=Cause.RUNG, from_states=FREE, keep_next=True, restart_idle=False
    )
    if operator.state == Presence.OTHER:
        presence.keep_next(operator.pk, Presence.OTHER, reason=operator.state_reason)
    until = at + timedelta(seconds=call.hotline.ring_seconds)
    try:
        with transaction.atomic():
            offer = Offer.objects.create(
                call=call, operator=operator, device=operator.device, made_at=at, ring_until=until
            )
    except IntegrityError as error:  # rung for another call in this very moment
        raise Refused(_("You have a call in hand already.")) from error
    instruct(Instruction.Kind.RING, call_id=call.pk, offer_id=offer.pk, at=at, deadline=until)
    tell(call, operator_id=operator.pk)


def name_of(call: Call) -> str:
    """Whom an operator calls: the contact, or the caller where known by name; "" for a number alone. One query."""
    whom = Outgoing.objects.filter(call=call).values_list("whom", flat=True).first()
    return whom or (call.caller.name if call.caller else "")


# --- what comes of it ----------------------------------------------------------------------------


def may_still(call: Call) -> bool:
    """Looked at once more before money is spent: the hotline's countries or our numbers may have changed."""
    assert call.hotline is not None
    kept = Outgoing.objects.filter(call=call).exclude(whom="").exists()
    try:
        outward.allowed(
            call.hotline, outward_use.rule_of(call.hotline), call.caller_number, kept=kept, dialled=call.dialled
        )
    except Refused:
        return False
    return True


def dialled(call: Call, *, at: datetime) -> None:
    """The carrier is being asked to dial."""
    if note_event(call, CallEvent.Kind.CALLED_OUT, at=at, key="dialled", source="switchboard", what="dialled"):
        tell(call, operator_id=call.operator_id)


def reached(call_id: uuid.UUID, *, at: datetime) -> Call:
    """Somebody, or something, picked up: they are put through, a voicemail box too, for the operator hears it."""
    with transaction.atomic():
        call = Call.objects.select_related("hotline").select_for_update(of=("self",)).get(pk=call_id)
        if not call.ended_at and call.reached_at is None:
            join(call, reached_at=at)
            call.save(update_fields=["reached_at", "state", "outcome", "ended_by"])
            note_event(call, CallEvent.Kind.REACHED, at=at, key="reached", picked=True)
            tell(call, operator_id=call.operator_id)
    return call
