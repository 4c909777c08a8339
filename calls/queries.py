"""What is read of calls over many rows."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from calls.models import Attendance, Call, Leg, Note, Offer, Transfer
from calls.offers import TAKEN_OVER
from hotline.core.prepared import Columns, Prepared
from lines.models import Hotline
from operators.models import Operator, Presence, User

_RUNG = "SELECT FROM calls_offer WHERE operator_id = %s AND state IN ('ringing', 'accepted') LIMIT 1"
COLUMNS = Columns(Call, "c")
_HOTLINE = Columns(Hotline, "h")
_CALL = Prepared(
    "a_call_with_its_hotline",
    f"SELECT {COLUMNS.sql}, {_HOTLINE.sql} FROM calls_call c LEFT JOIN lines_hotline h ON h.id = c.hotline_id"  # noqa: S608
    " WHERE c.id = %(id)s",
    {"id": "uuid"},
)
_IDLE = set(Presence) - {Presence.RINGING, Presence.ON_CALL, Presence.WRAP_UP}


@dataclass(frozen=True)
class Current:
    """What an operator has in hand: a ringing offer, a live call, or a call to write up."""

    phase: str  # "ringing", "live", "asked" (a colleague has the caller and asks) or "wrap_up"
    offer: Offer
    call: Call
    note: Note | None


def current(operator_id: int, *, state: str = "") -> Current | None:
    """The call an operator has in hand, or None. `state`: what the operator is doing, where that was read just now."""
    if state in _IDLE and not _is_rung(operator_id):
        return None
    offers = Offer.objects.select_related("call__hotline", "call__caller", "call__number", "operator")
    offer = offers.filter(operator_id=operator_id, state__in=["ringing", "accepted"]).first()
    if offer is None:
        return _to_write_up(operator_id, offers, state)
    talking = "asked" if offer.purpose == Offer.Purpose.CONSULT else "live"
    phase = "ringing" if offer.state == Offer.State.RINGING else talking
    return Current(phase, offer, offer.call, _note_of(offer.call))


def _is_rung(operator_id: int) -> bool:
    """Whether a call rings or lasts at an operator: for who has none, much less to ask than which."""
    with connection.cursor() as cursor:
        cursor.execute(_RUNG, [operator_id])
        return cursor.fetchone() is not None


def _note_of(call: Call) -> Note | None:
    """What is written of a call, or a blank with the topic that the caller chose in the menu."""
    written = Note.objects.filter(call=call).first()
    if written is None and call.topic_id:
        return Note(call_id=call.pk, topic_id=call.topic_id)
    return written


def _to_write_up(operator_id: int, offers: "QuerySet[Offer]", state: str) -> Current | None:
    writes = Operator.objects.filter(pk=operator_id, state=Presence.WRAP_UP)
    if not (state == Presence.WRAP_UP if state else writes.exists()):
        return None
    offer = last_talk(operator_id, offers)
    if offer is None:
        return None
    return Current("wrap_up", offer, offer.call, _note_of(offer.call))


def last_talk(operator_id: int, offers: "QuerySet[Offer]") -> Offer | None:
    """The operator's part in the call they last talked in and left; somebody else may have that call by now."""
    own = Call.objects.filter(operator_id=operator_id, answered_at__isnull=False).order_by("-answered_at")
    passed_on = Transfer.objects.filter(by=operator_id).order_by("-made_at")
    taken_over = Offer.objects.filter(operator_id=operator_id, reason=TAKEN_OVER).order_by("-closed_at")
    calls = Q(call=own.values("pk")[:1]) | Q(call=passed_on.values("call")[:1]) | Q(call=taken_over.values("call")[:1])
    done = offers.filter(calls, operator_id=operator_id, state="finished", accepted_at__isnull=False)
    return done.order_by("-closed_at").first()


def talked_in(call: Call, operator_id: int) -> bool:
    """Whether an operator has, or had, the caller of this call."""
    if call.operator_id == operator_id:
        return True
    if call.handed and Transfer.objects.filter(call=call, by=operator_id).exists():
        return True
    taken_over = Offer.objects.filter(call=call, operator_id=operator_id, reason=TAKEN_OVER)
    return bool(call.supervised) and taken_over.exists()


def waiting(hotline_ids: Any = None) -> "QuerySet[Call]":
    """Waiting calls in the order in which they will be offered."""
    calls = Call.objects.filter(state=Call.State.WAITING, training=False).select_related("hotline", "caller", "number")
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
    """A call with its hotline. Nearly every webhook begins with it, so it is not built anew each time."""
    rows = _CALL.rows({"id": call_id})
    return _with_hotline(rows[0]) if rows else None


def _with_hotline(row: tuple[Any, ...]) -> Call:
    call = COLUMNS.object(row[: len(COLUMNS)])
    if call.hotline_id is not None:
        call.hotline = _HOTLINE.object(row[len(COLUMNS) :])
    return call


def known_legs(leg_refs: list[str], *, but: uuid.UUID) -> set[str]:
    """Which of these legs at the carrier belong to a call, an offer, an outside telephone or a supervisor other than
    the one whose id is `but`."""
    known = set(Call.objects.filter(carrier_ref__in=leg_refs).exclude(pk=but).values_list("carrier_ref", flat=True))
    for rung in (Offer, Leg, Attendance):
        others = rung._default_manager.filter(leg_ref__in=leg_refs).exclude(pk=but)
        known |= {str(leg_ref) for leg_ref in others.values_list("leg_ref", flat=True)}
    return known
