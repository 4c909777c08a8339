"""What changes a call between its arrival and its end. Each function takes one transaction and may be repeated."""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from calls import passing
from calls.facts import join
from calls.journal import note_event
from calls.models import Call, CallEvent, Instruction, Offer, Voicemail
from calls.news import tell
from calls.numbers import classify
from calls.offers import close_offer, release_all
from calls.outbox import instruct
from calls.refusals import Refused
from lines.models import Hotline, Number
from lines.tariffs import in_force
from operators import presence
from operators.models import Presence
from operators.presence import Cause


def divert_to_voicemail(call_id: uuid.UUID, *, at: datetime, why: str) -> Call:
    """Nobody comes, or the caller chose it by key: the call stops waiting and whoever is rung is let go.

    A hotline without voicemail turns the caller away instead ("nobody"). Changes nothing once the call is answered
    or over.
    """
    with transaction.atomic():
        call = Call.objects.select_for_update().get(pk=call_id)
        if call.state in (Call.State.ARRIVED, Call.State.WAITING):
            join(call, voicemail_at=at, refused=unanswered(call.hotline))
            call.save(update_fields=["voicemail_at", "refused", "state", "outcome", "ended_by"])
            note_event(call, CallEvent.Kind.VOICEMAIL, at=at, key="voicemail", why=why)
            release_all(call, at=at, reason="voicemail")
            tell(call, line_changed=True)
    return call


def unanswered(hotline: Hotline | None) -> str:
    """Why a caller whom nobody answers is turned away: "nobody" without voicemail, "" where that takes them."""
    return "nobody" if hotline is not None and not hotline.voicemail_enabled else ""


def take_message(call_id: uuid.UUID, *, recording_ref: str, url: str, seconds: int | None, at: datetime) -> None:
    """A message was recorded; told once or many times, in any order, it is one voicemail."""
    with transaction.atomic():
        call = Call.objects.select_for_update().get(pk=call_id)
        message, made = Voicemail.objects.get_or_create(
            call=call, defaults={"recording_ref": recording_ref, "url": url, "seconds": seconds, "left_at": at}
        )
        if not made and ((url and not message.url) or (seconds is not None and message.seconds is None)):
            message.url, message.seconds = message.url or url, message.seconds if seconds is None else seconds
            message.save(update_fields=["url", "seconds"])
        if join(call, voicemail_at=at):
            call.save(update_fields=["voicemail_at", "state", "outcome", "ended_by"])
        note_event(call, CallEvent.Kind.RECORDED, at=at, key="recorded", seconds=seconds)
        tell(call)


def call_ended(
    call_id: uuid.UUID,
    *,
    at: datetime,
    carrier_status: str = "",
    carrier_seconds: int | None = None,
    source: str = "webhook",
) -> Call:
    """The caller's leg is over. Operators are freed at once; told again, or late, it changes nothing further."""
    with transaction.atomic():
        call = Call.objects.select_for_update().get(pk=call_id)
        facts: dict[str, Any] = {"ended_at": at, "carrier_status": carrier_status or None}
        facts |= {"carrier_seconds": carrier_seconds, "recovered": source == "reconciled"}
        before, waited = call.ended_at, call.state == Call.State.WAITING
        if join(call, **facts):
            call.ringing_until = call.held_at = None
            call.save()
        release_all(call, at=at, reason="caller left")
        if before is None:
            note_event(call, CallEvent.Kind.ENDED, at=at, key="ended", source=source, by=call.ended_by)
            _cancel_moves(call)
            tell(call, line_changed=waited)
    return call


def _cancel_moves(call: Call) -> None:
    """Nobody is left to be moved."""
    moves = call.instructions.filter(kind=Instruction.Kind.MOVE, state=Instruction.State.PENDING)
    moves.update(state=Instruction.State.DONE, error="the call ended first")


def carrier_says(
    *,
    carrier_ref: str,
    status: str,
    dialled: str,
    caller: str,
    at: datetime,
    seconds: int | None = None,
    key: str,
    raw: dict[str, Any] | None = None,
    source: str = "status",
) -> Call:
    """A status callback for a caller's leg, possibly the first we hear of it, possibly long after the end."""
    call = call_of(carrier_ref, dialled=dialled, caller=caller, at=at, source=source)
    terminal = status in ("completed", "busy", "failed", "no-answer", "canceled")
    with transaction.atomic():
        call = Call.objects.select_for_update().get(pk=call.pk)
        note_event(call, CallEvent.Kind.CARRIER_STATUS, at=at, key=key, source=source, raw=raw, status=status)
        if not terminal and join(call, carrier_status=status, arrived_at=at):
            call.save()
    if terminal:
        call = call_ended(call.pk, at=at, carrier_status=status, carrier_seconds=seconds, source=source)
    return call


def call_of(carrier_ref: str, *, dialled: str, caller: str, at: datetime, source: str) -> Call:
    """The call's row, made from what a callback knows if nothing made it before."""
    kind, number = classify(caller)
    call, made = Call.objects.get_or_create(
        carrier_ref=carrier_ref,
        defaults={
            "dialled": dialled[:64],
            "caller_number": number,
            "caller_kind": kind,
            "arrived_at": at,
            "recovered": source == "reconciled",
        },
    )
    if made and source == "reconciled":
        attach_hotline(call)
    return call


def attach_hotline(call: Call) -> None:
    """Give a recovered call the hotline that its number leads to today."""
    number = Number.objects.select_related("hotline").filter(number=call.dialled).first()
    if number is not None and call.hotline_id is None:
        call.number, call.hotline, call.priority = number, number.hotline, number.hotline.priority
        call.tariff = in_force(number.tariffs.all(), call.arrived_at)
        call.save(update_fields=["number", "hotline", "priority", "tariff"])


def pressed(call_id: uuid.UUID, *, digits: str, at: datetime, key: str) -> None:
    """The caller pressed a key while waiting; it is journalled."""
    note_event(Call(pk=call_id), CallEvent.Kind.KEY, at=at, key=key, digits=digits[:20])


# --- what an operator or supervisor does ---------------------------------------------------------


def hang_up(call_id: uuid.UUID, *, by: Any, at: datetime, operator_id: int | None = None) -> None:
    """End an operator's conversation from our side: their leg is hung up, a caller who is left alone hears the closing.

    `operator_id` is who hangs up, if it is an operator who talks in the call; else whoever has the caller, a colleague
    or an outside telephone. A call that is being passed on goes on with its target. Raises Refused when nobody talks.
    """
    with transaction.atomic():
        call = Call.objects.select_for_update().get(pk=call_id)
        offers = list(Offer.objects.filter(call=call, state=Offer.State.ACCEPTED))
        own = [offer for offer in offers if offer.operator_id == operator_id]
        offer = next(iter(own or [each for each in offers if each.purpose == Offer.Purpose.ANSWER]), None)
        if call.ended_at or (offer is None and not passing.outside_talks(call)):
            raise Refused(_("This call is not in conversation."))
        if offer is None:
            passing.send_off_outside(call, at=at)
            return
        if call.held_at and offer.purpose == Offer.Purpose.ANSWER and passing.open_transfer(call) is None:
            Call.objects.filter(pk=call.pk).update(held_at=None)  # meant: no way back to the line
        instruct(Instruction.Kind.HANG_UP, call_id=call.pk, offer_id=offer.pk, at=at)
        note_event(call, CallEvent.Kind.NOTE, at=at, key=f"hangup:{offer.pk}", source="desk", what="hang_up")


def decline(offer_id: uuid.UUID, *, operator_id: int, at: datetime) -> bool:
    """The operator declines a ringing call; it is offered to the next. False if it was not ringing any more."""
    if not Offer.objects.filter(pk=offer_id, operator_id=operator_id).exists():
        return False
    return close_offer(offer_id, Offer.State.DECLINED, at=at, reason="declined")


def finish_wrap_up(operator_id: int, *, at: datetime, by: Any = None, cause: str = Cause.WRAPPED_UP) -> bool:
    """Done with the last call: the chosen next state, else ready. True if the operator was in wrap-up."""
    last = Call.objects.filter(operator_id=operator_id, ended_at__isnull=False, wrapped_at__isnull=True)
    last.filter(answered_at__isnull=False).update(wrapped_at=at)
    return presence.settle(operator_id, at=at, cause=cause, from_states=[Presence.WRAP_UP], by=by)


def release(operator_id: int, *, at: datetime, by: Any, detail: str = "") -> bool:
    """Free an operator who is stuck "on call" or "ringing" without a live call. True if they were."""
    busy = Offer.objects.filter(operator_id=operator_id, state__in=["ringing", "accepted"], call__ended_at__isnull=True)
    if busy.exists():
        return False
    return presence.settle(operator_id, at=at, cause=Cause.RELEASED, from_states=presence.BUSY, by=by)
