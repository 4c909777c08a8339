"""Instructions to the exchange: written in the transaction of the decision, claimed by a switchboard."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from calls.models import Instruction
from hotline.core.live import wake_switchboard

CREATES = (Instruction.Kind.RING, Instruction.Kind.DIAL, Instruction.Kind.REACH, Instruction.Kind.ATTEND)
MOVE_DEADLINE = timedelta(seconds=60)
_STALE = timedelta(seconds=12)  # a claim older than this belongs to a switchboard that died: the carrier is given 5 s


def instruct(
    kind: str,
    *,
    call_id: uuid.UUID,
    at: datetime,
    offer_id: uuid.UUID | None = None,
    deadline: datetime | None = None,
    delay: timedelta = timedelta(0),
    **payload: Any,
) -> Instruction:
    """Write down what the exchange must do, and wake a switchboard after the commit."""
    instruction = Instruction.objects.create(
        kind=kind,
        call_id=call_id,
        offer_id=offer_id,
        payload=payload,
        created_at=at,
        due_at=at + delay,
        deadline_at=deadline or at + delay + MOVE_DEADLINE,
    )
    wake_switchboard()
    return instruction


def instruct_all(kind: str, *, call_id: uuid.UUID, offer_ids: list[uuid.UUID], at: datetime) -> None:
    """The same for the legs of several offers of a call, due at once."""
    times = {"created_at": at, "due_at": at, "deadline_at": at + MOVE_DEADLINE}
    Instruction.objects.bulk_create(Instruction(kind=kind, call_id=call_id, offer_id=pk, **times) for pk in offer_ids)
    wake_switchboard()


_CLAIM = """
UPDATE calls_instruction SET state = 'claimed', claimed_at = %(at)s, attempts = attempts + 1
 WHERE id IN (
   SELECT id FROM calls_instruction
    WHERE state IN ('pending', 'uncertain') AND due_at <= %(at)s
    ORDER BY due_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
RETURNING id
"""


def claim(at: datetime, *, limit: int) -> list[Instruction]:
    """Take up to `limit` due instructions; no two switchboards get the same one."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"at": at, "limit": limit})
        ids = [row[0] for row in cursor.fetchall()]
    found = Instruction.objects.select_related("call", "offer__operator", "call__number").filter(pk__in=ids)
    return sorted(found, key=lambda instruction: (instruction.due_at, instruction.pk))


def release_stale(at: datetime) -> int:
    """Claims of a switchboard that died go back: what creates a leg as uncertain (it may have been made), the rest as
    pending."""
    stale = Instruction.objects.filter(state=Instruction.State.CLAIMED, claimed_at__lt=at - _STALE)
    creates = stale.filter(kind__in=CREATES).update(state=Instruction.State.UNCERTAIN, due_at=at)
    return creates + stale.exclude(kind__in=CREATES).update(state=Instruction.State.PENDING, due_at=at)


def finish(instruction: Instruction, *, at: datetime) -> None:
    Instruction.objects.filter(pk=instruction.pk).update(state=Instruction.State.DONE, finished_at=at, error="")


def fail(instruction: Instruction, *, at: datetime, error: str) -> None:
    Instruction.objects.filter(pk=instruction.pk).update(
        state=Instruction.State.FAILED, finished_at=at, error=error[:200]
    )


def put_back(instruction: Instruction, *, until: datetime, error: str) -> None:
    """Not tried, because the carrier does not answer anyhow: as before the claim, and not before `until`."""
    uncertain = instruction.kind == Instruction.Kind.RING and instruction.attempts > 1
    Instruction.objects.filter(pk=instruction.pk).update(
        state=Instruction.State.UNCERTAIN if uncertain else Instruction.State.PENDING,
        attempts=max(0, instruction.attempts - 1),
        due_at=until,
        error=error[:200],
    )


def postpone(instruction: Instruction, *, until: datetime, error: str, uncertain: bool = False) -> None:
    """Try again at `until`; `uncertain` says that the carrier may have acted already and must be asked first."""
    state = Instruction.State.UNCERTAIN if uncertain else Instruction.State.PENDING
    Instruction.objects.filter(pk=instruction.pk).update(state=state, due_at=until, error=error[:200])
