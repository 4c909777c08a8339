"""Comparing the register with the carrier's own list, and mending both lost and phantom calls.

Knows no carrier: it is given what the carrier says. The carrier wins for times and status, we win for operator and
note. A second pass over the same list writes nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from calls import practice
from calls.callbacks import PLACEHOLDER
from calls.journal import note_event
from calls.lifecycle import attach_hotline, call_ended, call_of, release
from calls.models import Call, CallEvent, Offer
from operators.models import Operator
from operators.presence import BUSY

_LOST_AFTER = timedelta(minutes=2)  # a call the carrier does not know is given this long to appear in its list
_OVER = ("completed", "busy", "failed", "no-answer", "canceled")


@dataclass(frozen=True)
class CarrierCall:
    """One caller's call as the carrier lists it. Times aware; `seconds` is the length of a call that is over."""

    ref: str
    status: str
    dialled: str
    caller: str
    started_at: datetime | None
    ended_at: datetime | None
    seconds: int | None


@dataclass
class Comparison:
    """What one pass found: how many agree, were recovered, were closed."""

    matched: int = 0
    recovered: int = 0
    closed: int = 0
    unknown: int = 0

    @property
    def writes(self) -> int:
        return self.recovered + self.closed


def compare(listed: Iterable[CarrierCall], *, at: datetime) -> Comparison:
    """Mend the register from the carrier's list of callers' calls."""
    result = Comparison()
    for each in listed:
        call = Call.objects.filter(carrier_ref=each.ref).first()
        if call is None:
            _recover(each, at)
            result.recovered += 1
        elif each.status in _OVER and call.ended_at is None:
            _close(call, each, at)
            result.closed += 1
        else:
            result.matched += 1
    return result


def _recover(each: CarrierCall, at: datetime) -> None:
    """A call we never heard of: lost webhooks."""
    call = call_of(each.ref, dialled=each.dialled, caller=each.caller, at=each.started_at or at, source="reconciled")
    attach_hotline(call)
    note_event(call, CallEvent.Kind.RECOVERED, at=at, key="recovered", source="reconciled", status=each.status)
    if each.status in _OVER:
        _close(call, each, at)


def _close(call: Call, each: CarrierCall, at: datetime) -> None:
    note_event(call, CallEvent.Kind.RECOVERED, at=at, key="recovered", source="reconciled", status=each.status)
    ended = each.ended_at or at
    call_ended(
        call.pk,
        at=max(ended, call.arrived_at),
        carrier_status=each.status,
        carrier_seconds=each.seconds,
        source="reconciled",
    )


def silent_calls(at: datetime, *, silence: timedelta) -> "QuerySet[Call]":
    """Calls that are not over, older than `silence`, and not compared lately: the oldest comparison first."""
    limit = at - silence
    quiet = Q(checked_at__isnull=True, arrived_at__lt=limit) | Q(checked_at__lt=limit)
    calls = Call.objects.exclude(state=Call.State.ENDED).exclude(carrier_ref__startswith=PLACEHOLDER)
    calls = calls.exclude(carrier_ref__startswith=practice.PLACEHOLDER)
    return calls.filter(quiet).order_by("checked_at")


def compare_one(call: Call, said: CarrierCall | None, *, at: datetime) -> bool:
    """Compare one silent call with what the carrier says of it (None: it knows no such call). True if mended."""
    Call.objects.filter(pk=call.pk).update(checked_at=at)
    if said is not None and said.status in _OVER:
        _close(call, said, at)
        return True
    if said is None and at - call.arrived_at > _LOST_AFTER:
        note_event(call, CallEvent.Kind.RECOVERED, at=at, key="recovered", source="reconciled", status="unknown")
        call_ended(call.pk, at=at, source="reconciled")
        return True
    return False


def free_phantoms(at: datetime) -> int:
    """Operators shown on a call or ringing while no offer of theirs is open are freed; how many."""
    freed = 0
    for operator in Operator.objects.filter(state__in=BUSY, state_since__lt=at - timedelta(seconds=5)):
        open_offer = Offer.objects.filter(
            operator=operator, state__in=["ringing", "accepted"], call__ended_at__isnull=True
        )
        if not open_offer.exists():
            freed += release(operator.pk, at=at, by=None)
    return freed
