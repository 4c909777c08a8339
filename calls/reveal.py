"""Showing a caller's whole number: to whoever handles the call, for a reason, and never unremembered."""

from typing import Any

from calls.models import Call
from hotline.core.audit import record

REVEALED = "call.number_revealed"
SHORTEST_REASON = 3  # letters


def reveal(call: Call, *, by: Any, reason: str) -> str:
    """The number as received, "" when withheld. Who looked and why is audited; the number is not written there."""
    record(by=by, verb=REVEALED, subject=f"call {call.pk}", reason=reason)
    return call.caller_number
