"""Dialling the other side of an outgoing call: who asked to be called back, or whom an operator calls.

A create whose outcome is unknown is looked up, never repeated.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from calls import callbacks, outbox, outgoing, practice, services
from calls.dialling import NotCallable, callable_number, country_of
from calls.models import Call, Instruction
from telephony.twilio import addresses, test_call
from telephony.twilio.client import client
from telephony.twilio.legs import STATUSES, end, made_before

_GOODBYE = timedelta(seconds=15)  # how long dialling waits for the caller to be off the line: it would be busy
log = logging.getLogger(__name__)


def dial(instruction: Instruction, at: datetime) -> None:
    """Create the leg of an outgoing call, unless it is over, was dialled already, or may not be called any more."""
    call = Call.objects.select_related("hotline").get(pk=instruction.call_id)
    if call.ended_at or not call.carrier_ref.startswith((callbacks.PLACEHOLDER, practice.PLACEHOLDER)):
        outbox.finish(instruction, at=at)
        return
    if call.training:
        test_call.dial(instruction, call, at)
        return
    if not _may_call(call):
        outbox.fail(instruction, at=at, error="this number is not called")
        services.call_ended(call.pk, at=at, source="switchboard")
        return
    if at < instruction.created_at + _GOODBYE and call.callback_id and callbacks.still_on_the_line(call):
        outbox.postpone(instruction, until=at + timedelta(seconds=1), error="the caller still hears goodbye")
        return
    if call.is_called_out:
        outgoing.dialled(call, at=at)
    else:
        callbacks.dialled(call.pk, at=at)
    if instruction.attempts > 1 and (found := _made_before(call, instruction.created_at)):
        _dialled(instruction, call, found)
        return
    leg = client().calls.create(
        to=call.caller_number,
        from_=call.dialled,
        url=addresses.callback_of(call.pk),
        method="POST",
        fallback_url=addresses.fallback(),
        fallback_method="POST",
        timeout=settings.CALLBACK_RING_SECONDS,
        status_callback=addresses.callback_status_of(call.pk),
        status_callback_event=STATUSES,
        status_callback_method="POST",
    )
    _dialled(instruction, call, str(leg.sid))


def _may_call(call: Call) -> bool:
    """Looked at once more before money is spent: the hotline's country or our numbers may have changed."""
    assert call.hotline is not None
    if call.is_called_out:
        return outgoing.may_still(call)
    try:
        callable_number(call.caller_number, country_of(call.hotline, call.dialled))
    except NotCallable as why:
        log.warning("a callback was not dialled: %s", why)
        return False
    return True


def _dialled(instruction: Instruction, call: Call, leg_ref: str) -> None:
    at = timezone.now()
    ours = callbacks.know_ref(call.pk, carrier_ref=leg_ref, at=at)
    outbox.finish(instruction, at=at)
    if not ours or Call.objects.filter(pk=call.pk, ended_at__isnull=False).exists():  # given up meanwhile
        end(leg_ref)


def _made_before(call: Call, since: datetime) -> str | None:
    """One that is over already counts too: nobody's telephone rings twice for one try."""
    return made_before(call.caller_number, since=since, owner=call.pk, from_=call.dialled, ended_too=True)


def give_up(call: Call, at: datetime) -> None:
    """The operator left before anybody picked up: stop ringing there."""
    if not call.carrier_ref.startswith(callbacks.PLACEHOLDER):
        end(call.carrier_ref)
    services.call_ended(call.pk, at=at, source="switchboard")
