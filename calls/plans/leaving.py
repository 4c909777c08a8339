"""How a plan parts with a caller: to voicemail, or with a goodbye. Call with the call's row locked."""

from datetime import datetime
from typing import Any

from calls.facts import join
from calls.journal import note_event
from calls.models import Call, CallEvent
from calls.offers import release_all


def to_voicemail(call: Call, at: datetime, *, why: str, rule: str = "") -> None:
    """`rule` names the end of the plan whose words are heard before the tone; "" for the hotline's usual ones."""
    join(call, voicemail_at=at)
    call.save(update_fields=["voicemail_at", "state", "outcome", "ended_by"])
    note_event(call, CallEvent.Kind.VOICEMAIL, at=at, key="voicemail", why=why, rule=rule)
    release_all(call, at=at, reason="voicemail")


def turn_away(call: Call, at: datetime, *, why: str, tried: bool = False) -> None:
    """`tried` says that an outside telephone was rung before."""
    join(call, refused=why, voicemail_at=at if call.queued_at else None)  # the latter takes a caller off the queue
    call.save(update_fields=["refused", "voicemail_at", "state", "outcome", "ended_by"])
    facts: dict[str, Any] = {"tried": True} if tried else {}
    note_event(call, CallEvent.Kind.TURNED_AWAY, at=at, key="turned_away", why=why, **facts)
    release_all(call, at=at, reason="voicemail")
