"""Showing a caller's whole number: to whoever may see the call, and never unremembered."""

from typing import Any

from calls.models import Call
from hotline.core.audit import record


def reveal(call: Call, *, by: Any) -> str:
    """The number as received, "" when withheld. The look is audited; the number itself is not written there."""
    record(by=by, verb="call.number_revealed", subject=f"call {call.pk}")
    return call.caller_number
