"""An operator's side of a call: accept, miss, decline, leave. Locks: the call first, then the offer, then presence."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from calls import passing
from calls.conferences import conference_of
from calls.facts import join
from calls.journal import note_event
from calls.models import Call, CallEvent, Instruction, Note, Offer
from calls.news import tell
from calls.outbox import instruct
from calls.parting import close_all, end_help
from calls.stopping import TAKEN, stop
from calls.untaken import end_untaken
from hotline.core.live import wake_switchboard
from operators import presence
from operators.models import Presence, PresenceChange
from operators.presence import Cause

_MISSES = {
    Offer.State.DECLINED: (Cause.DECLINED, CallEvent.Kind.DECLINED),
    Offer.State.MISSED: (Cause.MISSED, CallEvent.Kind.MISSED),
}
_UNREACHABLE = "unreachable"  # the reason of a ring that never got as far as the telephone
TAKEN_OVER = "taken over"  # the reason of an offer whose call goes on with a supervisor
_HANGING_UP = timedelta(seconds=3)  # how long the leg of an ended conversation may still hold the telephone
_GRACE = timedelta(seconds=6)  # the carrier adds up to 5 s to a ring time


@dataclass(frozen=True)
class Acceptance:
    """Whether this leg won the call, the conference to join, and why not if it lost."""

    won: bool
    conference: str = ""
    why: str = ""  # "gone": the caller left; "taken": somebody else answered; "late": the offer was closed


def _locked(offer_id: uuid.UUID) -> tuple[Offer, Call] | None:
    """The offer and its call, the call locked first. Call inside a transaction."""
    call_id = Offer.objects.filter(pk=offer_id).values_list("call_id", flat=True).first()
    if call_id is None:
        return None
    call = Call.objects.select_for_update().get(pk=call_id)
    return Offer.objects.select_for_update().get(pk=offer_id), call


def accept_offer(offer_id: uuid.UUID, *, leg_ref: str, at: datetime) -> Acceptance:
    """An operator's leg asks for the caller. Exactly one leg of a call wins; repeated by the winner it is the same
    answer. The caller is moved to the conference by the switchboard."""
    with transaction.atomic():
        found = _locked(offer_id)
        if found is None:
            return Acceptance(False, why="gone")
        offer, call = found
        if offer.state == Offer.State.ACCEPTED and offer.leg_ref in (None, leg_ref):
            return Acceptance(True, conference_of(call))
        why = _obstacle(offer, call)
        if why:
            return Acceptance(False, why=why)
        take = _consult if offer.purpose == Offer.Purpose.CONSULT else _take
        take(offer, call, leg_ref, at)
        return Acceptance(True, conference_of(call))


def _obstacle(offer: Offer, call: Call) -> str:
    if call.state in (Call.State.ENDED, Call.State.VOICEMAIL, Call.State.CALLBACK):
        return "gone"
    if call.state == Call.State.CONNECTED and offer.purpose == Offer.Purpose.ANSWER:
        return "taken"
    return "" if offer.state == Offer.State.RINGING else "late"


def _take(offer: Offer, call: Call, leg_ref: str, at: datetime) -> None:
    Offer.objects.filter(pk=offer.pk).update(state=Offer.State.ACCEPTED, leg_ref=leg_ref, accepted_at=at)
    again = call.returned_at is not None
    if again:  # the talk goes on
        call.operator_left_at = None
    join(call, answered_at=at, taken_at=at if again else None)
    call.operator_id, call.ringing_until = offer.operator_id, None
    fields = ["answered_at", "operator", "state", "outcome", "ringing_until"]
    call.save(update_fields=[*fields, "taken_at", "operator_left_at"] if again else fields)
    note_event(call, CallEvent.Kind.ANSWERED, at=at, key=f"answered:{offer.pk}", operator=offer.operator_id)
    # A callback is dialled now that an operator is there for it; anybody else is on the line already.
    instruct(Instruction.Kind.REACH if call.is_unreached else Instruction.Kind.MOVE, call_id=call.pk, at=at)
    _on_call(offer.operator_id, at)
    if (transfer := passing.open_transfer(call)) is not None:
        passing.target_took_over(transfer, call, at=at)
    others = Offer.objects.filter(call=call, state=Offer.State.RINGING).exclude(pk=offer.pk).select_for_update()
    if rung := list(others):
        stop(rung, call, at=at, reason=TAKEN, taken_by=offer.operator.display_name)
    tell(call, operator_id=offer.operator_id, line_changed=True)


def _consult(offer: Offer, call: Call, leg_ref: str, at: datetime) -> None:
    """Asked by a colleague who has the caller: the two talk first."""
    Offer.objects.filter(pk=offer.pk).update(state=Offer.State.ACCEPTED, leg_ref=leg_ref, accepted_at=at)
    _on_call(offer.operator_id, at)
    if (transfer := passing.open_transfer(call)) is not None:
        passing.target_answered(transfer, call, at=at)


def _on_call(operator_id: int, at: datetime) -> None:
    others = presence.ALL - {Presence.ON_CALL}
    presence.change(operator_id, Presence.ON_CALL, at=at, cause=Cause.ANSWERED, from_states=others, keep_next=True)


def know_leg(offer_id: uuid.UUID, *, leg_ref: str, at: datetime, rang: bool = False) -> None:
    """The carrier's name of an offer's leg, from whoever says it first: the create's answer or a callback."""
    offers = Offer.objects.filter(pk=offer_id)
    offers.filter(leg_ref__isnull=True).update(leg_ref=leg_ref)
    if rang:
        offers.filter(rang_at__isnull=True).update(rang_at=at)


def close_offer(offer_id: uuid.UUID, to: str, *, at: datetime, reason: str) -> bool:
    """End a ringing offer as declined, missed or withdrawn; the call may be offered again. True if this call did it."""
    with transaction.atomic():
        found = _locked(offer_id)
        if found is None or found[0].state != Offer.State.RINGING:
            return False
        offer, call = found
        _close(offer, call, to, at=at, reason=reason)
        return True


def _close(offer: Offer, call: Call, to: str, *, at: datetime, reason: str) -> None:
    if to not in _MISSES:
        stop([offer], call, at=at, reason=reason)
        return
    Offer.objects.filter(pk=offer.pk).update(state=to, closed_at=at, reason=reason)
    if not Offer.objects.filter(call=call, state=Offer.State.RINGING).exists():
        Call.objects.filter(pk=call.pk).update(ringing_until=None)
    cause, kind = _MISSES[Offer.State(to)]
    if reason == _UNREACHABLE:
        cause = Cause.UNREACHABLE
    if call.is_called_out:  # whoever does not take their own call misses nobody
        kind = CallEvent.Kind.WITHDRAWN
        presence.stop_ringing([offer.operator_id], at=at, cause=Cause.WITHDRAWN)
    else:
        presence.change(
            offer.operator_id, Presence.MISSED, at=at, cause=cause, from_states=[Presence.RINGING], reason=reason
        )
    note_event(call, kind, at=at, key=f"closed:{offer.pk}", operator=offer.operator_id, reason=reason)
    if call.handed:
        passing.target_lost(call, at=at, reason=reason, offer=offer)
    if call.is_called_out:
        end_untaken(call, at=at)
    instruct(Instruction.Kind.HANG_UP, call_id=call.pk, offer_id=offer.pk, at=at)
    tell(call, operator_id=offer.operator_id)
    wake_switchboard()


def withdraw(offer: Offer, call: Call, *, at: datetime, reason: str) -> None:
    """Stop a ring. Call with both rows locked."""
    stop([offer], call, at=at, reason=reason)


def leg_ended(offer_id: uuid.UUID, *, at: datetime, status: str, left_first: str = "") -> None:
    """The carrier says that an operator's leg is over. Before the accept it is a miss or a refusal; after it, the
    operator left: a caller still there is led to the closing words. `left_first` says who hung up, if that is known."""
    with transaction.atomic():
        found = _locked(offer_id)
        if found is None:
            return
        offer, call = found
        if offer.state == Offer.State.RINGING:
            to, reason = _not_taken(offer, status)
            _close(offer, call, to, at=at, reason=reason)
        elif offer.state == Offer.State.ACCEPTED:
            operator_left(offer, call, at=at, left_first=left_first)


def _not_taken(offer: Offer, status: str) -> tuple[str, str]:
    """How a ring that nobody took is booked. A telephone still busy with the call that just ended is nobody's fault."""
    if status == "busy" and _just_talked(offer):
        return Offer.State.WITHDRAWN, "line not free yet"
    return (Offer.State.DECLINED if status == "busy" else Offer.State.MISSED), _why(status)


def _just_talked(offer: Offer) -> bool:
    """Whether they were on a call until a moment before this ring, their own or one they were only asked about."""
    changes = PresenceChange.objects.filter(operator_id=offer.operator_id, at__gte=offer.made_at - _HANGING_UP)
    return changes.filter(from_state=Presence.ON_CALL).exists()


def _why(status: str) -> str:
    """Our word for how a leg ended without an accept. A leg that was answered but never accepted is a voicemail box
    or somebody who did not press the key."""
    return {"busy": "declined", "no-answer": "no answer", "failed": _UNREACHABLE, "completed": "not accepted"}.get(
        status, "no answer"
    )


def operator_left(offer: Offer, call: Call, *, at: datetime, left_first: str = "") -> None:
    """Finish an accepted offer: talk time ends, the operator writes up, a caller still there hears the closing.

    Call with both rows locked.
    """
    Offer.objects.filter(pk=offer.pk).update(state=Offer.State.FINISHED, closed_at=at)
    if offer.purpose == Offer.Purpose.CONSULT:
        _consultation_over(offer, call, at=at, reason="caller left" if left_first == "caller" else "hung up")
        return
    alive = not call.ended_at and left_first != "caller"
    if alive and passing.goes_on(call, by_id=offer.operator_id, at=at):
        close_all(call, at=at, reason="operator left")
        write_up(offer, call, at)
        tell(call, operator_id=offer.operator_id)
        return
    join(call, operator_left_at=at, left_first=left_first or None)
    call.save(update_fields=["operator_left_at", "left_first", "ended_by"])
    if not call.ended_at:
        if left_first != "caller":
            note_event(call, CallEvent.Kind.OPERATOR_LEFT, at=at, key=f"left:{offer.pk}", operator=offer.operator_id)
        instruct(Instruction.Kind.MOVE, call_id=call.pk, at=at)
    close_all(call, at=at, reason="caller left" if call.ended_at or left_first == "caller" else "operator left")
    write_up(offer, call, at)
    tell(call, operator_id=offer.operator_id)


def _consultation_over(offer: Offer, call: Call, *, at: datetime, reason: str) -> None:
    """Whoever was only asked has nothing to write up."""
    presence.settle(offer.operator_id, at=at, cause=Cause.CALL_ENDED, from_states=[Presence.ON_CALL])
    if call.supervised:
        end_help(call, at=at, reason="over", of=offer.operator_id)
    passing.target_lost(call, at=at, reason=reason, offer=offer)
    tell(call, operator_id=offer.operator_id)


def write_up(offer: Offer, call: Call, at: datetime) -> None:
    """To wrap-up, unless the operator saved the note already, nobody was reached, or the hotline knows no wrap-up."""
    operator_id = offer.operator_id
    saved = Note.objects.filter(call=call, saved_at__isnull=False)
    if call.handed or call.supervised:  # a colleague may have saved it
        saved = saved.filter(operator=operator_id, saved_at__gte=offer.accepted_at)
    seconds = call.hotline.wrap_up_seconds if call.hotline else 0
    if call.is_unreached or not seconds or saved.exists():
        presence.settle(operator_id, at=at, cause=Cause.CALL_ENDED, from_states=[Presence.ON_CALL])
    else:
        presence.change(
            operator_id,
            Presence.WRAP_UP,
            at=at,
            cause=Cause.CALL_ENDED,
            from_states=[Presence.ON_CALL],
            keep_next=True,
        )


def release_all(call: Call, *, at: datetime, reason: str) -> None:
    """The call is over or leaves for voicemail: ringing offers are withdrawn, an accepted one is finished.

    Call with the call's row locked.
    """
    found = list(Offer.objects.select_for_update().filter(call=call, state__in=["ringing", "accepted"]))
    stop([each for each in found if each.state == Offer.State.RINGING], call, at=at, reason=reason)
    for offer in found:
        if offer.state == Offer.State.ACCEPTED:
            operator_left(offer, call, at=at)
            instruct(Instruction.Kind.HANG_UP, call_id=call.pk, offer_id=offer.pk, at=at, delay=timedelta(seconds=1))
    if call.handed:
        passing.hang_up_outside(call, at=at, reason=reason)
    close_all(call, at=at, reason=reason)


def expire_offers(at: datetime) -> int:
    """Offers that rang past their time without a word from the carrier are missed; how many."""
    overdue = Offer.objects.filter(state=Offer.State.RINGING, ring_until__lt=at - _GRACE).values_list("pk", "rang_at")
    count = 0
    for pk, rang_at in list(overdue):
        # A telephone that never rang is the exchange's failure, not the operator's: they stay ready.
        to = Offer.State.MISSED if rang_at else Offer.State.WITHDRAWN
        count += close_offer(pk, to, at=at, reason="no answer" if rang_at else "not rung")
    return count
