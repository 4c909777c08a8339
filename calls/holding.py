"""Hold: the caller hears music and nobody hears the caller, until somebody speaks with them again."""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from calls.following import follow
from calls.journal import note_event
from calls.models import Call, CallEvent, Instruction, Offer
from calls.news import tell
from calls.outbox import instruct
from calls.refusals import Refused


def hold(call_id: uuid.UUID, *, at: datetime) -> Call:
    """The caller hears music; said again it changes nothing. Raises Refused when nobody talks with the caller."""
    with transaction.atomic():
        call, offer = talking(call_id)
        if call.held_at is None:
            put_on(call, offer.operator_id, at=at)
    return call


def resume(call_id: uuid.UUID, *, at: datetime) -> Call:
    """The caller is back in the conversation; said again it changes nothing. While the operator asks somebody, all
    three talk from then on. Raises Refused when nobody talks with the caller."""
    with transaction.atomic():
        call, offer = talking(call_id)
        take_off(call, offer.operator_id, at=at)
    return call


def talking(call_id: uuid.UUID) -> tuple[Call, Offer]:
    """The call and the offer of the operator who has the caller, the call locked. Raises Refused, also while somebody
    who asked to be called back has not picked up: there is nobody yet to be held or passed on."""
    call = Call.objects.select_for_update().get(pk=call_id)
    offer = Offer.objects.filter(call=call, state=Offer.State.ACCEPTED, purpose=Offer.Purpose.ANSWER).first()
    if offer is None or call.ended_at:
        raise Refused(_("This call is not in conversation."))
    if call.is_unreached:
        raise Refused(_("Nobody has picked up yet."))
    return call, offer


def put_on(call: Call, operator_id: int, *, at: datetime) -> None:
    """Call with the call's row locked."""
    call.held_at = at
    call.save(update_fields=["held_at"])
    note_event(call, CallEvent.Kind.HELD, at=at, key=f"held:{at.isoformat()}", source="desk", operator=operator_id)
    _carry_out(call, operator_id, at)


def take_off(call: Call, operator_id: int, *, at: datetime) -> None:
    """Nothing if the caller is not on hold. Call with the call's row locked."""
    if call.held_at is None:
        return
    call.held_at = None
    call.save(update_fields=["held_at"])
    key = f"resumed:{at.isoformat()}"
    note_event(call, CallEvent.Kind.RESUMED, at=at, key=key, source="desk", operator=operator_id)
    _carry_out(call, operator_id, at)


def _carry_out(call: Call, operator_id: int, at: datetime) -> None:
    instruct(Instruction.Kind.HOLD, call_id=call.pk, at=at)
    follow(call, at=at)
    tell(call, operator_id=operator_id)
