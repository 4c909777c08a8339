"""A recording follows what happens in the call: hold, passing on, people who come and go."""

from datetime import datetime

from calls.models import Call, Instruction, Recording
from calls.outbox import instruct


def follow(call: Call, *, at: datetime) -> None:
    """Something changed that recording depends on: the switchboard sees to it, if the call is being recorded."""
    if Recording.objects.filter(call=call, state__in=Recording.RUNNING).exists():
        instruct(Instruction.Kind.RECORD, call_id=call.pk, at=at)
