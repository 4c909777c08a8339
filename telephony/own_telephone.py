"""The test call of the telephone doctor: an operator's own telephone rings, and is told that it works.

The call is an outgoing one of `calls`, marked as a test (calls/practice.py): it is offered to nobody and stands in no
figure. Whom it rings is read from the operator when it is made, never from the call, and only one at a time.
"""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from calls.facts import join
from calls.journal import note_event
from calls.models import Call, CallEvent, Instruction
from calls.news import tell
from calls.numbers import classify
from calls.outbox import instruct
from calls.practice import PLACEHOLDER
from hotline.core.live import announce
from lines.models import Number
from operators.models import Device, Operator, Presence
from telephony.models import TelephoneCheck

RING_SECONDS = 25
A_DAY = timedelta(days=1)
DAILY = 20  # of one operator: a telephone outside costs money each time
TOPIC = "operator:%s"


class Refused(Exception):
    """A test call that cannot be made; the text is a sentence for a person."""


def address_of(operator: Operator) -> str:
    """Where the operator is rung."""
    return str(operator.phone) if operator.device == Device.PHONE else f"client:{operator.identity}"


def ring(operator: Operator, *, at: datetime) -> Call:
    """Have the operator's own telephone rung. Raises Refused."""
    with transaction.atomic():
        check = TelephoneCheck.objects.select_for_update().get_or_create(operator=operator, defaults={"at": at})[0]
        number = _may(operator, check, at)
        address = address_of(operator)
        kind, shown = classify(address)
        call = Call.objects.create(
            carrier_ref=f"{PLACEHOLDER}{uuid.uuid4()}", direction=Call.Direction.OUTGOING, training=True,
            hotline_id=number.hotline_id, number=number, dialled=number.number, caller_number=shown, caller_kind=kind,
            language=(operator.languages or number.hotline.languages or ["en"])[0], arrived_at=at,
        )  # fmt: skip
        note_event(call, CallEvent.Kind.ARRIVED, at=at, key="test", source="desk", operator=operator.pk)
        instruct(Instruction.Kind.REACH, call_id=call.pk, at=at, deadline=at + timedelta(seconds=RING_SECONDS))
        TelephoneCheck.objects.filter(pk=check.pk).update(call=call)
        tell(call, operator_id=operator.pk)
    return call


def _may(operator: Operator, check: TelephoneCheck, at: datetime) -> Number:
    """The number to call from; Refused where the telephone must not be rung now."""
    if operator.state in (Presence.RINGING, Presence.ON_CALL):
        raise Refused(_("You are in a call. Test your telephone when it is over."))
    if check.call and check.call.ended_at is None and check.call.arrived_at > at - timedelta(seconds=2 * RING_SECONDS):
        raise Refused(_("The test call rings already."))
    number = Number.objects.filter(hotline__operators=operator, active=True).select_related("hotline").first()
    if number is None:
        raise Refused(_("You serve no hotline with a number, so there is none to call from."))
    if operator.device == Device.PHONE:
        _may_ring_phone(operator, at)
    return number


def _may_ring_phone(operator: Operator, at: datetime) -> None:
    if not operator.phone:
        raise Refused(_("You answer by telephone, but no number is written down for you. Ask a supervisor."))
    if Number.objects.filter(number=str(operator.phone)).exists():
        raise Refused(_("Your telephone is a number of our own: the call would come back to us."))
    lately = Call.objects.filter(
        training=True, direction=Call.Direction.OUTGOING, caller_number=str(operator.phone), arrived_at__gt=at - A_DAY
    )
    if lately.count() >= DAILY:
        raise Refused(_("Your telephone was tested often enough today."))


# --- what becomes of it --------------------------------------------------------------------------
def operator_of(call: Call) -> Operator | None:
    """Whose telephone a test call is for; None if it is nobody's any more."""
    check = TelephoneCheck.objects.select_related("operator").filter(call=call, operator__active=True).first()
    return check.operator if check else None


def know_ref(call_id: uuid.UUID, *, carrier_ref: str) -> bool:
    """The carrier's name of the leg, from whoever says it first. False if the call has another."""
    own = Call.objects.filter(pk=call_id, training=True, direction=Call.Direction.OUTGOING)
    if own.filter(carrier_ref__startswith=PLACEHOLDER).update(carrier_ref=carrier_ref):
        return True
    return own.filter(carrier_ref=carrier_ref).exists()


def picked_up(call_id: uuid.UUID, *, at: datetime) -> None:
    """The telephone was answered."""
    with transaction.atomic():
        call = Call.objects.select_for_update().get(pk=call_id)
        if join(call, reached_at=at):
            call.save(update_fields=["reached_at", "state", "outcome", "ended_by"])
        note_event(call, CallEvent.Kind.REACHED, at=at, key="reached")
    tell_of(call)


def heard(call_id: uuid.UUID, *, digits: str, at: datetime) -> None:
    """A key was pressed: the words were heard, and keys arrive."""
    call = Call.objects.get(pk=call_id)
    note_event(call, CallEvent.Kind.KEY, at=at, key="heard", digits=digits[:5])
    tell_of(call)


def tell_of(call: Call) -> None:
    """Keep how far it is for whoever reads of it later, and let the page of the telephone doctor look again."""
    with transaction.atomic():
        check = TelephoneCheck.objects.select_for_update().filter(call=call).first()
        if check is None:
            return
        check.found["call"] = standing(check)
        check.save(update_fields=["found"])
        announce(TOPIC % check.operator_id)


def standing(check: Any) -> str:
    """How far the test call is: "" (none), "rings", "talks", "heard" (a key was pressed), "over" (picked up, and
    ended), "missed"."""
    call = check.call if check else None
    if call is None:
        return ""
    if call.events.filter(key="heard").exists():
        return "heard"
    if call.ended_at:
        return "over" if call.reached_at else "missed"
    return "talks" if call.reached_at else "rings"
