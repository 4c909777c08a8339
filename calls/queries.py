"""What is read of calls over many rows."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery, UUIDField
from django.db.models.functions import Coalesce

from calls.models import Call, Note, Offer
from calls.offers import TAKEN_OVER
from operators.models import Operator, Presence, User


@dataclass(frozen=True)
class Current:
    """What an operator has in hand: a ringing offer, a live call, or a call to write up."""

    phase: str  # "ringing", "live" or "wrap_up"
    offer: Offer
    call: Call
    note: Note | None


def current(operator_id: int) -> Current | None:
    """The call an operator has in hand, or None."""
    offers = Offer.objects.select_related("call__hotline", "call__caller", "call__number", "operator")
    offer = offers.filter(operator_id=operator_id, state__in=["ringing", "accepted"]).first()
    if offer is None:
        return _to_write_up(operator_id, offers)
    phase = "ringing" if offer.state == Offer.State.RINGING else "live"
    return Current(phase, offer, offer.call, Note.objects.filter(call=offer.call).first())


def _to_write_up(operator_id: int, offers: "QuerySet[Offer]") -> Current | None:
    written = being_written_up(operator_id)
    if written is None:
        return None
    offer = offers.filter(call=written, operator_id=operator_id, state="finished").first()
    if offer is None:
        return None
    return Current("wrap_up", offer, offer.call, Note.objects.filter(call=offer.call).first())


def being_written_up(operator_id: int) -> uuid.UUID | None:
    """The call whose wrap-up an operator is in: the one taken over from them then, else their newest."""
    mine = Offer.objects.filter(operator=OuterRef("pk"))
    handed_over = mine.filter(reason=TAKEN_OVER, closed_at=OuterRef("state_since")).values("call")
    taken = Call.objects.filter(operator=OuterRef("pk"), answered_at__isnull=False).order_by("-answered_at")
    operators = Operator.objects.filter(pk=operator_id, state=Presence.WRAP_UP)
    newest = Coalesce(Subquery(handed_over[:1]), Subquery(taken.values("pk")[:1]), output_field=UUIDField())
    found = operators.annotate(written=newest)
    return found.values_list("written", flat=True).first()


def waiting(hotline_ids: Any = None) -> "QuerySet[Call]":
    """Waiting calls in the order in which they will be offered."""
    calls = Call.objects.filter(state=Call.State.WAITING).select_related("hotline", "caller", "number")
    if hotline_ids is not None:
        calls = calls.filter(hotline_id__in=hotline_ids)
    return calls.order_by("-priority", "queued_at", "id")


def visible_to(user: User, hotline_ids: Any = None) -> "QuerySet[Call]":
    """The calls a person may see: of their hotlines; an administrator sees all, calls without a hotline too."""
    calls = Call.objects.select_related("hotline", "number", "caller", "operator")
    if user.role == User.Role.ADMINISTRATOR:
        return calls
    if hotline_ids is None:
        hotline_ids = set(user.hotlines.values_list("pk", flat=True))
        hotline_ids |= set(Operator.objects.filter(user=user).values_list("hotlines", flat=True))
    return calls.filter(hotline_id__in=[pk for pk in hotline_ids if pk is not None])


def by_ref(call_id: uuid.UUID) -> Call | None:
    return Call.objects.select_related("hotline").filter(pk=call_id).first()
