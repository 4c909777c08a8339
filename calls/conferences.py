"""The name of the conference in which a caller is talked with."""

from calls.models import Call


def conference_of(call: Call) -> str:
    """Our call's id, no personal data. A caller who went back to the line meets the next operator in another one: the
    carrier ends the first when the caller leaves it, with whoever should already be waiting there."""
    name = f"call-{call.pk}"
    return f"{name}-{call.returned_at:%H%M%S%f}" if call.returned_at else name
