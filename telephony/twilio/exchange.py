"""Carrying out instructions at the carrier: ring, dial, call back, move or hold a caller, hang up a leg.

A create whose outcome is unknown is looked up, never blindly repeated: a caller would ring two of an operator's
telephones, and somebody would pay twice.
"""

import logging
import random
from datetime import datetime, timedelta
from uuid import UUID

import requests
from django.utils import timezone
from twilio.base.exceptions import TwilioException, TwilioRestException

from calls import outbox, services
from calls.models import Call, Instruction, Leg, Offer
from lines.models import Number
from operators.models import Device
from telephony.twilio import addresses, dialling, outside, recordings, refusals, rooms, supervising
from telephony.twilio.circuit import UNAUTHORISED, CircuitOpen
from telephony.twilio.client import client
from telephony.twilio.legs import GONE, NOT_LIVE, STATUSES, end, made_before

log = logging.getLogger(__name__)
MAX_ATTEMPTS = 5
_BUSY_CARRIER = 429
_SOON = timedelta(seconds=0.3)  # a conference may become visible late
_A_MOMENT = timedelta(seconds=1)


def perform(instruction: Instruction) -> None:
    """Do one claimed instruction and record what came of it. Never raises for the carrier's sake."""
    at = timezone.now()
    if at > instruction.deadline_at and instruction.kind in _ONLY_IN_TIME:
        _give_up(instruction, "too late")
        return
    if instruction.call.training and instruction.kind not in _OF_TESTS:
        outbox.finish(instruction, at=at)  # the carrier is asked nothing for a test call: it can cost nothing
        return
    try:
        _DEEDS[Instruction.Kind(instruction.kind)](instruction, at)
    except CircuitOpen as error:
        outbox.put_back(instruction, until=timezone.now() + _A_MOMENT, error=str(error))
    except TwilioRestException as error:
        _refused(instruction, error)
    except (requests.RequestException, TwilioException, OSError) as error:
        _unknown(instruction, error.__class__.__name__)


def _ring(instruction: Instruction, at: datetime) -> None:
    offer = instruction.offer
    if offer is None or offer.state != Offer.State.RINGING or offer.leg_ref:
        outbox.finish(instruction, at=at)
        return
    if _is_our_own(offer):
        outbox.fail(instruction, at=at, error="the operator's telephone is a number of our own")
        services.close_offer(offer.pk, Offer.State.MISSED, at=at, reason="own number")
        return
    to = address_of(offer)
    if instruction.attempts > 1 and (found := made_before(to, since=offer.made_at, owner=offer.pk)):
        _rang(instruction, offer, found)
        return
    leg = client().calls.create(
        to=to,
        from_=offer.call.dialled,
        url=addresses.operator_of(offer.pk),
        method="POST",
        fallback_url=addresses.fallback(),
        fallback_method="POST",
        timeout=max(5, int((offer.ring_until - offer.made_at).total_seconds())),
        status_callback=addresses.operator_status_of(offer.pk),
        status_callback_event=STATUSES,
        status_callback_method="POST",
    )
    _rang(instruction, offer, str(leg.sid))


def address_of(offer: Offer) -> str:
    """Where an offer rings: the browser telephone of the operator, or their telephone."""
    operator = offer.operator
    return str(operator.phone) if offer.device == Device.PHONE else f"client:{operator.identity}"


def _is_our_own(offer: Offer) -> bool:
    """Whether the operator's telephone leads back to us: the ring would be a caller, who rings them, and so on."""
    return offer.device == Device.PHONE and Number.objects.filter(number=str(offer.operator.phone)).exists()


def _rang(instruction: Instruction, offer: Offer, leg_ref: str) -> None:
    at = timezone.now()
    services.know_leg(offer.pk, leg_ref=leg_ref, at=at)
    outbox.finish(instruction, at=at)
    state = Offer.objects.filter(pk=offer.pk).values_list("state", flat=True).first()
    if state not in (Offer.State.RINGING, Offer.State.ACCEPTED):  # withdrawn while we were creating it
        end(leg_ref)


def _move(instruction: Instruction, at: datetime) -> None:
    call = instruction.call
    if Call.objects.filter(pk=call.pk, ended_at__isnull=False).exists():
        outbox.finish(instruction, at=at)
        return
    if call.is_unreached:  # a callback that nobody picked up yet, and whose operator left
        dialling.give_up(call, at)
        outbox.finish(instruction, at=timezone.now())
        return
    client().calls(call.carrier_ref).update(url=addresses.next_of(call.pk), method="POST")
    outbox.finish(instruction, at=timezone.now())


def _hold(instruction: Instruction, at: datetime) -> None:
    try:
        rooms.follow_hold(instruction.call_id)
    except rooms.NotThereYet:
        _again(instruction, "the conference is not visible yet", _SOON)
    except TwilioRestException as error:
        if error.status not in GONE:
            raise
        _again(instruction, "the caller is not in the conference yet", _SOON)
    else:
        outbox.finish(instruction, at=timezone.now())


def _record(instruction: Instruction, at: datetime) -> None:
    try:
        rooms.follow_recording(instruction.call_id, look_first=instruction.attempts > 1)
    except rooms.NotThereYet:
        _again(instruction, "the recording is not there yet", _SOON)
    else:
        outbox.finish(instruction, at=timezone.now())


def _erase(instruction: Instruction, at: datetime) -> None:
    recordings.erase(instruction.payload["recording"])
    outbox.finish(instruction, at=timezone.now())


def _dial(instruction: Instruction, at: datetime) -> None:
    leg_id = instruction.payload["leg"]
    if not outside.may_dial(leg_id):
        outbox.fail(instruction, at=at, error="this number is not called")
        services.outside_ended(leg_id, at=at, status="refused")
        return
    leg_ref = outside.dial(leg_id, look_first=instruction.attempts > 1)
    if leg_ref is not None:
        services.know_outside(leg_id, leg_ref=leg_ref)
        if not Leg.objects.filter(pk=leg_id).exclude(state=Leg.State.OVER).exists():  # taken back meanwhile
            end(leg_ref)
    outbox.finish(instruction, at=timezone.now())


def _hang_up(instruction: Instruction, at: datetime) -> None:
    leg_ref = instruction.payload.get("leg_ref") or _leg_of(instruction)
    if leg_ref:
        end(leg_ref)
    outbox.finish(instruction, at=timezone.now())


def _leg_of(instruction: Instruction) -> str | None:
    if leg_id := instruction.payload.get("leg"):
        return Leg.objects.filter(pk=leg_id).values_list("leg_ref", flat=True).first()
    if instruction.offer_id is None:
        return None
    return Offer.objects.filter(pk=instruction.offer_id).values_list("leg_ref", flat=True).first()


_DEEDS = {
    Instruction.Kind.RING: _ring,
    Instruction.Kind.MOVE: _move,
    Instruction.Kind.HANG_UP: _hang_up,
    Instruction.Kind.HOLD: _hold,
    Instruction.Kind.DIAL: _dial,
    Instruction.Kind.REACH: dialling.dial,
    Instruction.Kind.ATTEND: supervising.ring,
    Instruction.Kind.ADJUST: supervising.adjust,
    Instruction.Kind.RECORD: _record,
    Instruction.Kind.ERASE: _erase,
}
_ONLY_IN_TIME = {*outbox.CREATES, Instruction.Kind.ADJUST}
_OF_TESTS = (Instruction.Kind.REACH, Instruction.Kind.HANG_UP)  # of somebody's own telephone


def _refused(instruction: Instruction, error: TwilioRestException) -> None:
    """The carrier answered with an error: wait, look it up, or give up and say why."""
    if str(error.status) == UNAUTHORISED:  # the circuit is open now: asking again would be a loop
        outbox.put_back(instruction, until=timezone.now() + _A_MOMENT, error=str(refusals.explain(error)))
    elif error.status == _BUSY_CARRIER or error.code == refusals.CONCURRENCY:  # never processed, safe to repeat
        _again(instruction, "the carrier asked us to slow down", _back_off(instruction))
    elif error.status >= 500:
        _unknown(instruction, f"carrier error {error.status}")
    elif instruction.kind == Instruction.Kind.MOVE and (error.status in GONE or error.code in (20404, NOT_LIVE)):
        _caller_gone(instruction)
    else:
        _give_up(instruction, f"{error.code or error.status}: {refusals.explain(error)}"[:200])


def _caller_gone(instruction: Instruction) -> None:
    """The caller we should move is not there any more: the call is over, the operator free."""
    at = timezone.now()
    services.call_ended(instruction.call_id, at=at, source="switchboard")
    outbox.finish(instruction, at=at)


def _unknown(instruction: Instruction, error: str) -> None:
    """Nobody knows whether the carrier acted. Moving and hanging up may be repeated; a ring is looked up first."""
    if instruction.attempts >= MAX_ATTEMPTS:
        _give_up(instruction, error)
    else:
        _again(instruction, error, _back_off(instruction), uncertain=True)


def _again(instruction: Instruction, error: str, delay: timedelta, *, uncertain: bool = False) -> None:
    until = timezone.now() + delay
    if until > instruction.deadline_at:
        _give_up(instruction, error)
        return
    log.warning("instruction %s (%s) is tried again: %s", instruction.pk, instruction.kind, error)
    outbox.postpone(instruction, until=until, error=error, uncertain=uncertain)


def _back_off(instruction: Instruction) -> timedelta:
    """0.5, 1, 2, 4 s with jitter, so that many copies do not return at once."""
    return timedelta(seconds=min(4.0, 0.25 * 2**instruction.attempts) * random.uniform(0.8, 1.2))  # noqa: S311


def _give_up(instruction: Instruction, error: str) -> None:
    at = timezone.now()
    log.warning("instruction %s (%s) failed: %s", instruction.pk, instruction.kind, error)
    outbox.fail(instruction, at=at, error=error)
    if instruction.kind == Instruction.Kind.RING and instruction.offer_id is not None:
        # Not the operator's fault: they stay ready, and the call is offered again.
        services.close_offer(instruction.offer_id, Offer.State.WITHDRAWN, at=at, reason="not rung")
    elif instruction.kind == Instruction.Kind.DIAL:
        services.outside_ended(instruction.payload["leg"], at=at, status="failed")
    elif instruction.kind == Instruction.Kind.RECORD:
        services.not_carried_out(instruction.call, at=at)
    elif instruction.kind == Instruction.Kind.ATTEND:
        services.attendance_failed(UUID(instruction.payload["attendance"]), at=at)
    elif instruction.kind == Instruction.Kind.REACH:
        services.call_ended(instruction.call_id, at=at, carrier_status="failed", source="switchboard")
