"""The block list: numbers that are turned away, each for a time, with a reason, by somebody.

A block holds for the whole house from the next call on, but not for hotlines that take every caller. None is for ever:
it ends by itself, and whoever still wants it blocks again. Withheld callers have no number and cannot be blocked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from calls.lifecycle import Refused
from calls.models import Call, Caller, Note
from calls.numbers import classify, mask
from hotline.core import access
from hotline.core.audit import record
from hotline.core.live import announce
from hotline.core.models import AuditEntry
from operators.models import User

BLOCKED, LIFTED = "caller.blocked", "caller.unblocked"
LONGEST = timedelta(days=366)
LONGEST_NUMBER = 32
NUISANCE = (Note.Outcome.PRANK, Note.Outcome.SILENT)
REPORTED_WITHIN = timedelta(days=30)
SHOWN_AFTER = timedelta(days=90)  # how long a block that is over stays on the page
FEW = 20


def block(number: str, *, until: datetime, reason: str, by: Any, at: datetime) -> Caller:
    """Turn a number away until a moment, from the next call on; a block in force is replaced. The reason is kept.

    Raises Refused for withheld numbers, moments that are past or too far away, and without a reason.
    """
    _kind, number = classify(number)
    if not number:
        raise Refused(_("This caller withheld the number. Withheld callers cannot be blocked."))
    if len(number) > LONGEST_NUMBER:
        raise Refused(_("This is no telephone number, so it cannot be blocked."))
    if not reason.strip():
        raise Refused(_("Say why, for your colleagues."))
    if not at < until <= at + LONGEST:
        raise Refused(_("A block ends after today and within a year. Then somebody looks at it again."))
    facts = {"blocked_until": until, "blocked_reason": reason.strip()[:200], "blocked_at": at, "blocked_by": _user(by)}
    with transaction.atomic():
        caller, _made = Caller.objects.update_or_create(number=number, defaults=facts)
        record(by=by, verb=BLOCKED, subject=subject(caller), until=until.isoformat(), reason=facts["blocked_reason"])
        announce("calls")
    return caller


def lift_block(caller: Caller, *, by: Any, at: datetime) -> None:
    """Take the number's calls again. Raises Refused if it is not blocked."""
    with transaction.atomic():
        lifted = Caller.objects.filter(pk=caller.pk, blocked_until__gt=at).update(blocked_until=at)
        if not lifted:
            raise Refused(_("This number is not blocked any more."))
        record(by=by, verb=LIFTED, subject=subject(caller))
        announce("calls")


def blocked(viewer: User, hotline_ids: Iterable[int], at: datetime) -> QuerySet[Caller]:
    """The blocks in force and those of the last months that a person may see, the next to end first.

    Those are the callers of their hotlines and those whom they blocked themselves; an administrator sees all.
    """
    found = Caller.objects.filter(blocked_until__gt=at - SHOWN_AFTER).select_related("blocked_by")
    return _of(found, viewer, hotline_ids).order_by("blocked_until", "pk")


def _of(callers: QuerySet[Caller], viewer: User, hotline_ids: Iterable[int]) -> QuerySet[Caller]:
    if access.has_role(viewer, access.ADMINISTRATOR):
        return callers
    ours = Call.objects.filter(caller_number=OuterRef("number"), hotline__in=list(hotline_ids), training=False)
    return callers.filter(Q(blocked_by=viewer) | Exists(ours))


def block_of(call: Call, at: datetime) -> Caller | None:
    """The block that holds for a call's caller at a moment."""
    if not call.caller_number:
        return None
    return Caller.objects.select_related("blocked_by").filter(number=call.caller_number, blocked_until__gt=at).first()


def history_of(callers: Iterable[Caller]) -> list[tuple[AuditEntry, Caller]]:
    """What was done about some callers, the newest first."""
    known = {subject(caller): caller for caller in callers}
    entries = AuditEntry.objects.filter(subject__in=list(known), verb__in=[BLOCKED, LIFTED]).select_related("by")
    return [(entry, known[entry.subject]) for entry in entries.order_by("-at")[:FEW]]


@dataclass(frozen=True)
class Report:
    """A number of which operators wrote that its calls were pranks or silent."""

    masked: str
    times: int
    last_at: datetime
    call: Call


def reported(hotline_ids: Iterable[int], at: datetime) -> list[Report]:
    """Numbers that operators reported lately and nobody blocked: those reported most often first."""
    calls = Call.objects.filter(
        hotline__in=list(hotline_ids), arrived_at__gt=at - REPORTED_WITHIN, note__outcome__in=NUISANCE,
        note__saved_at__isnull=False, training=False,
    ).exclude(caller_number="")  # fmt: skip
    standing = Caller.objects.filter(number=OuterRef("caller_number"), blocked_until__gt=at)
    counted = calls.filter(~Exists(standing)).order_by().values("caller_number")
    rows = list(counted.annotate(times=Count("id"), last=Max("arrived_at")).order_by("-times", "-last")[:FEW])
    newest = calls.filter(caller_number__in=[row["caller_number"] for row in rows]).select_related("caller", "hotline")
    last = {call.caller_number: call for call in newest.order_by("arrived_at")}
    return [
        Report(mask(number, last[number].caller_kind), row["times"], row["last"], last[number])
        for row in rows
        if (number := row["caller_number"]) in last
    ]


def subject(caller: Caller) -> str:
    """How the audit trail names a caller."""
    return f"caller {caller.pk}"


def _user(by: Any) -> Any:
    return by if by and by.pk else None
