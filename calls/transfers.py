"""Passing a call on: begun, completed, taken back. What then follows by itself stands in `passing`."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from calls import holding, outward, passing
from calls.holding import talking
from calls.journal import note_event
from calls.legs import RING_SECONDS
from calls.models import Call, CallEvent, Instruction, Leg, Offer, Transfer
from calls.news import tell
from calls.offers import operator_left, withdraw, write_up
from calls.outbox import instruct
from calls.parting import close_all
from calls.refusals import Refused
from calls.targets import Target, target_of
from hotline.core.live import wake_switchboard
from operators import presence
from operators.models import Operator, Presence
from operators.presence import Cause

_LETS_GO = timedelta(seconds=1)  # the carrier ends the conference by itself when the caller leaves it


def pass_on(call_id: uuid.UUID, *, to: str, kind: str, by: Any, at: datetime) -> Transfer:
    """Pass a call on. Cold: the operator is free at once, the caller waits for the target, first in the line. Warm: the
    caller is put on hold and the target rung to talk with the operator. Asked again for the same it is the same answer.

    Raises Refused with a sentence: nobody talks, the target cannot be rung, another transfer is under way.
    """
    with transaction.atomic():
        call, offer = talking(call_id)
        target = target_of(to, call=call, user=by, at=at)
        under_way = passing.open_transfer(call)
        if under_way is not None:
            if (under_way.kind, under_way.to) == (kind, target.name):
                return under_way
            raise Refused(_("The call is being passed on to %(name)s already.") % {"name": under_way.to})
        if kind == Transfer.Kind.WARM and not (target.operator or target.number):
            raise Refused(_("A line of callers cannot be asked. Pass the call on at once."))
        call.handed += 1
        call.save(update_fields=["handed"])
        transfer = _begin(call, offer, target, kind, at)
        note_event(
            call, CallEvent.Kind.PASSED_ON, at=at, key=f"passed_on:{transfer.pk}", source="desk",
            operator=offer.operator_id, to=transfer.to, cold=kind == Transfer.Kind.COLD,
            line=bool(target.hotline or target.skill),
        )  # fmt: skip
        if kind == Transfer.Kind.WARM:
            if call.held_at is None:
                holding.put_on(call, offer.operator_id, at=at)
        else:
            _let_go(call, offer, target, transfer, at)
        tell(call, operator_id=offer.operator_id)
    return transfer


def _begin(call: Call, offer: Offer, target: Target, kind: str, at: datetime) -> Transfer:
    """Ring the target, if there is one that rings."""
    facts: dict[str, Any] = {"call": call, "by_id": offer.operator_id, "kind": kind, "to": target.name, "made_at": at}
    if target.operator is not None:
        facts["offer"] = _ring_colleague(call, target.operator, offer, kind, at)
    elif target.number:
        facts["leg"] = _dial(call, target, at)
    else:
        return Transfer.objects.create(state=Transfer.State.DONE, closed_at=at, **facts)
    return Transfer.objects.create(state=Transfer.State.RINGING, **facts)


def _ring_colleague(call: Call, colleague: Operator, asker: Offer, kind: str, at: datetime) -> Offer:
    if colleague.pk == asker.operator_id:
        raise Refused(_("This operator has the call already."))
    _refuse_unheard(colleague, at)
    if not presence.change(
        colleague.pk, Presence.RINGING, at=at, cause=Cause.RUNG, from_states=presence.IDLE, keep_next=True,
        restart_idle=False,
    ):  # fmt: skip
        raise Refused(_unavailable(Operator.objects.get(pk=colleague.pk)))
    purpose = Offer.Purpose.CONSULT if kind == Transfer.Kind.WARM else Offer.Purpose.ANSWER
    until = at + timedelta(seconds=call.hotline.ring_seconds if call.hotline else RING_SECONDS)
    try:
        with transaction.atomic():
            made = Offer.objects.create(
                call=call, operator=colleague, purpose=purpose, device=colleague.device, made_at=at, ring_until=until
            )
    except IntegrityError as error:  # rung for another call in this very moment
        raise Refused(_unavailable(colleague)) from error
    instruct(Instruction.Kind.RING, call_id=call.pk, offer_id=made.pk, at=at, deadline=until)
    facts: dict[str, Any] = {"operator": colleague.pk, "offer": str(made.pk)}
    note_event(call, CallEvent.Kind.OFFERED, at=at, key=f"offered:{made.pk}", source="desk", **facts)
    tell(call, operator_id=colleague.pk)
    return made


def _refuse_unheard(colleague: Operator, at: datetime) -> None:
    seen = colleague.desk_seen_at
    if seen is not None and (at - seen).total_seconds() > presence.DESK_GRACE_SECONDS:
        raise Refused(_("No desk of %(name)s is open, so nobody would hear the ring.") % {"name": colleague})


def _unavailable(colleague: Operator) -> str:
    state = str(Presence(colleague.state).label).lower()
    return _("%(name)s cannot be rung now: %(state)s.") % {"name": colleague, "state": state}


def _dial(call: Call, target: Target, at: datetime) -> Leg:
    if call.hotline is None:
        raise Refused(_("This call belongs to no hotline."))
    number = outward.may_dial(
        call.hotline, target.number, at, kept=target.kept, dialled=call.dialled, shown=target.shown
    )  # fmt: skip
    seconds = max(RING_SECONDS, call.hotline.ring_seconds if call.hotline else 0)
    leg = Leg.objects.create(call=call, number=number, made_at=at, ring_until=at + timedelta(seconds=seconds))
    instruct(Instruction.Kind.DIAL, call_id=call.pk, at=at, deadline=leg.ring_until, leg=str(leg.pk))
    return leg


def _let_go(call: Call, offer: Offer, target: Target, transfer: Transfer, at: datetime) -> None:
    """The operator is free; the caller goes to the line, where only the target may take them while it rings."""
    Offer.objects.filter(pk=offer.pk).update(state=Offer.State.FINISHED, closed_at=at)
    if target.hotline is not None:
        _change_line(call, target)
    elif target.skill:
        call.skills = sorted({*call.skills, target.skill})
    rung = transfer.offer or transfer.leg
    passing.back_to_line(call, at=at, ringing_until=rung.ring_until if rung else None)
    close_all(call, at=at, reason="operator left")
    write_up(offer, call, at)
    instruct(Instruction.Kind.HANG_UP, call_id=call.pk, offer_id=offer.pk, at=at, delay=_LETS_GO)
    wake_switchboard()


def _change_line(call: Call, target: Target) -> None:
    line = target.hotline
    assert line is not None
    call.hotline, call.skills, call.priority = line, list(line.skills), line.priority
    if line.languages and call.language not in line.languages:
        call.language = line.languages[0]


def complete(call_id: uuid.UUID, *, at: datetime) -> None:
    """Leave caller and target together; the operator is free. Raises Refused when the target does not talk."""
    with transaction.atomic():
        call, offer = talking(call_id)
        _talking_target(call)
        operator_left(offer, call, at=at)
        instruct(Instruction.Kind.HANG_UP, call_id=call.pk, offer_id=offer.pk, at=at)


def cancel(call_id: uuid.UUID, *, at: datetime) -> None:
    """Let the target go; the operator has the caller back. Raises Refused when nobody is asked."""
    with transaction.atomic():
        call, offer = talking(call_id)
        transfer = passing.open_transfer(call)
        if transfer is None:
            raise Refused(_("This call is not being passed on."))
        Transfer.objects.filter(pk=transfer.pk).update(
            state=Transfer.State.CANCELLED, closed_at=at, reason="taken back"
        )
        note_event(
            call, CallEvent.Kind.NOT_TAKEN, at=at, key=f"not_taken:{transfer.pk}", source="desk",
            operator=offer.operator_id, to=transfer.to, reason="taken back",
        )  # fmt: skip
        _dismiss(transfer, call, at)
        holding.take_off(call, offer.operator_id, at=at)
        tell(call, operator_id=offer.operator_id)


def _dismiss(transfer: Transfer, call: Call, at: datetime) -> None:
    if transfer.leg is not None:
        passing.end_outside(transfer.leg, at=at, reason="taken back")
    elif transfer.offer is not None and transfer.offer.state == Offer.State.RINGING:
        withdraw(transfer.offer, call, at=at, reason="taken back")
    elif transfer.offer is not None:
        operator_left(transfer.offer, call, at=at)
        instruct(Instruction.Kind.HANG_UP, call_id=call.pk, offer_id=transfer.offer.pk, at=at)


def bring_together(call_id: uuid.UUID, *, at: datetime) -> None:
    """The caller comes off hold while the target is on the line: all three talk. May be repeated.

    Raises Refused when the target does not talk.
    """
    with transaction.atomic():
        call, offer = talking(call_id)
        _talking_target(call)
        holding.take_off(call, offer.operator_id, at=at)


def _talking_target(call: Call) -> Transfer:
    transfer = passing.open_transfer(call)
    if transfer is None:
        raise Refused(_("This call is not being passed on."))
    if transfer.state != Transfer.State.TALKING:
        raise Refused(_("%(name)s has not answered yet.") % {"name": transfer.to})
    return transfer
