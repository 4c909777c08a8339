"""An outgoing call whose operator did not take their own telephone: it is over before anybody was dialled."""

from datetime import datetime

from calls.facts import join
from calls.journal import note_event
from calls.models import Call, CallEvent


def end_untaken(call: Call, *, at: datetime) -> None:
    """Nothing once it was taken, or is over. Call with the call's row locked, when an offer of it was closed."""
    if call.answered_at or call.ended_at:
        return
    join(call, ended_at=at, refused="cancelled")
    call.ringing_until = None
    call.save()
    note_event(call, CallEvent.Kind.ENDED, at=at, key="ended", source="switchboard", by="system", why="not taken")
