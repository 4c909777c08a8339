"""What a supervisor does to people and to the line: each act is audited, and refused with a sentence."""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from calls import matching
from calls.journal import note_event
from calls.lifecycle import Refused, finish_wrap_up, release
from calls.models import Call, CallEvent, Offer
from calls.news import tell_of
from calls.offers import close_offer
from hotline.core.audit import record
from hotline.core.live import announce
from lines.models import Hotline
from operators import presence
from operators.models import Operator, Presence
from operators.presence import Cause


def set_state(operator_id: int, to: str, *, by: Any, at: datetime, reason: str = "") -> str:
    """Put an operator into a state; "now", or "next" if it waits for the ring or call in hand.

    Ready ends a wrap-up as saving the note would: a state that the operator chose for afterwards begins then. Raises
    operators.presence.Refused.
    """
    with transaction.atomic():
        when = "now"
        if to != Presence.READY or not finish_wrap_up(operator_id, at=at, by=by, cause=Cause.SUPERVISOR):
            when = presence.set_for(operator_id, to, at=at, by=by, reason=reason)
        record(by=by, verb="operator.state_set", subject=f"operator {operator_id}", to=str(to), when=when)
    return when


def release_stuck(operator_id: int, *, by: Any, at: datetime) -> None:
    """Free an operator who is shown as ringing or on a call that is over. Raises Refused otherwise."""
    with transaction.atomic():
        open_offers = Offer.objects.filter(operator_id=operator_id, state__in=["ringing", "accepted"])
        if open_offers.filter(call__ended_at=None).exists():
            raise Refused(_("The call still lasts. It has to be hung up first."))
        # What is left open of a call that is over would keep the next one from being offered.
        open_offers.filter(state=Offer.State.RINGING).update(state=Offer.State.WITHDRAWN, closed_at=at)
        open_offers.filter(state=Offer.State.ACCEPTED).update(state=Offer.State.FINISHED, closed_at=at)
        if not release(operator_id, at=at, by=by):
            name = Operator.objects.filter(pk=operator_id).values_list("display_name", flat=True).first()
            raise Refused(_("%(name)s is not held by a call.") % {"name": name or "–"})
        record(by=by, verb="operator.released", subject=f"operator {operator_id}")


def bring_forward(call_id: uuid.UUID, *, by: Any, at: datetime) -> int:
    """Make a waiting call the next of its hotline; the priority it had. Raises Refused when it does not wait, or is the
    next already."""
    with transaction.atomic():
        call = _waiting(call_id)
        line = Call.objects.filter(hotline=call.hotline_id, state=Call.State.WAITING, training=False)
        others = line.exclude(pk=call.pk)
        first = others.order_by("-priority", "queued_at", "id").first()
        if first is None or _before(call, first):
            raise Refused(_("This call is the next already."))
        highest = others.aggregate(highest=Max("priority"))["highest"]
        Call.objects.filter(pk=call.pk).update(priority=max(highest + 1, call.priority))
        record(by=by, verb="call.brought_forward", subject=f"call {call.pk}")
        announce("board", "calls", f"call:{call.pk}", f"hotline:{call.hotline_id}")
    return call.priority


def _before(call: Call, other: Call) -> bool:
    assert call.queued_at is not None and other.queued_at is not None
    return (-call.priority, call.queued_at, call.pk) < (-other.priority, other.queued_at, other.pk)


def put_back(call_id: uuid.UUID, *, priority: int, by: Any, at: datetime) -> None:
    """Undo `bring_forward`: the call has the priority again that it had. Raises Refused when it does not wait."""
    with transaction.atomic():
        call = _waiting(call_id)
        Call.objects.filter(pk=call.pk).update(priority=priority)
        record(by=by, verb="call.put_back", subject=f"call {call.pk}")
        announce("board", "calls", f"call:{call.pk}", f"hotline:{call.hotline_id}")


def _waiting(call_id: uuid.UUID) -> Call:
    call = Call.objects.select_for_update().get(pk=call_id)
    if call.state != Call.State.WAITING or call.training:
        raise Refused(_("This call does not wait any more."))
    return call


def move_to_hotline(call_id: uuid.UUID, to: Hotline, *, by: Any, at: datetime) -> None:
    """Let a waiting call wait at another hotline, whose people, skills and times then serve it.

    It keeps the time it has waited, so it stands there as if it had come to that hotline; where its language is not
    spoken there, that hotline's first is spoken from then on. Whoever is rung for it stops being rung. Raises Refused
    when it does not wait, waits there already, or the hotline takes no calls.
    """
    with transaction.atomic():
        call = _waiting(call_id)
        was = call.hotline
        if was is not None and was.pk == to.pk:
            raise Refused(_("This call waits at %(hotline)s already.") % {"hotline": to})
        if not to.active or not to.is_open(at):
            raise Refused(_("%(hotline)s is closed.") % {"hotline": to})
        for offer in Offer.objects.filter(call=call, state=Offer.State.RINGING):
            close_offer(offer.pk, Offer.State.WITHDRAWN, at=at, reason="moved")
        spoken = call.language in to.languages or not to.languages  # else nobody there could be rung for it
        Call.objects.filter(pk=call.pk).update(
            hotline=to, skills=to.skills, priority=to.priority,
            language=call.language if spoken else to.languages[0],
        )  # fmt: skip
        note_event(
            call, CallEvent.Kind.MOVED, at=at, key=f"moved:{at.isoformat()}", source="desk",
            user=by.pk, was=str(was or ""), to=str(to),
        )  # fmt: skip
        record(by=by, verb="call.moved", subject=f"call {call.pk}", was=call.hotline_id, to=to.pk)
        for hotline_id in (call.hotline_id, to.pk):
            tell_of(call.pk, hotline_id, line_changed=True)
    matching.assign(at)
