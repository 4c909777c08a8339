"""The gate before a queue: callers press a key first, which a machine that dials numbers does not.

The key is another one in each call, so that nobody can record it. Not pressed twice, the caller hears goodbye.
"""

import uuid
from datetime import datetime

from django.db import transaction

from calls.facts import join
from calls.journal import note_event
from calls.models import Call, CallEvent
from calls.news import tell
from calls.steps import Gate
from calls.words import word

TRIES = 2
REFUSED = "gate"


def key_of(call_id: uuid.UUID) -> str:
    """The key that lets a call through: 1 to 9, from the call's own id, so that every delivery asks for the same."""
    return str(1 + call_id.int % 9)


def asks(call_id: uuid.UUID, language: str, attempt: int = 1) -> Gate:
    return Gate(word("gate", language, key=key_of(call_id)), attempt)


def asks_again(call: Call) -> Gate:
    """What the caller is asked now: how often they missed already stands in the journal."""
    missed = call.events.filter(kind=CallEvent.Kind.GATE).count()
    return asks(call.pk, call.language, min(missed + 1, TRIES))


def answered(call_id: uuid.UUID, *, digits: str, attempt: int, at: datetime) -> Call:
    """The caller pressed `digits`, or nothing, when asked for the `attempt`th time. Told again, it changes nothing."""
    with transaction.atomic():
        call = Call.objects.select_for_update(of=("self",)).select_related("hotline", "tariff").get(pk=call_id)
        if call.gated_at is None or call.gate_passed_at or call.refused or call.ended_at:
            return call
        if digits == key_of(call_id):
            join(call, gate_passed_at=at)
            call.save(update_fields=["gate_passed_at"])
            note_event(call, CallEvent.Kind.KEY, at=at, key="gate:passed", digits=digits)
        elif attempt < TRIES:
            note_event(call, CallEvent.Kind.GATE, at=at, key=f"gate:{attempt}", digits=digits[:5])
        else:
            _turn_away(call, at)
        tell(call)
    return call


def _turn_away(call: Call, at: datetime) -> None:
    join(call, refused=REFUSED)
    call.save(update_fields=["refused", "outcome", "ended_by"])
    note_event(call, CallEvent.Kind.TURNED_AWAY, at=at, key="gate:over", why=REFUSED)
