"""Asking the carrier about calls: single silent ones by the switchboard, whole days by Celery."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from calls import reconciliation
from calls.reconciliation import CarrierCall, Comparison
from telephony.twilio.client import client
from telephony.twilio.failures import FAILURES, Refusal

log = logging.getLogger(__name__)
_BATCH = 20
_NOT_FOUND = 404
_CATCH_UP = timedelta(hours=1)


def check_silent_calls(at: datetime) -> int:
    """Ask the carrier about calls that fell silent, and free phantom operators; how many were mended.

    A carrier that does not answer is asked again at the next turn.
    """
    mended = reconciliation.free_phantoms(at)
    silence = timedelta(seconds=settings.CARRIER_SILENCE_SECONDS)
    for call in reconciliation.silent_calls(at, silence=silence)[:_BATCH]:
        try:
            said = None if call.training and not call.is_outgoing else _fetch(call.carrier_ref)  # ours alone
        except FAILURES as error:
            log.warning("the carrier could not be asked about a call: %s", error.__class__.__name__)
            break
        mended += reconciliation.compare_one(call, said, at=timezone.now())
    return mended


def compare_since(since: datetime) -> Comparison:
    """Compare every caller's call since a moment with the carrier's list. Raises what the carrier raises."""
    return reconciliation.compare(_listed(since), at=timezone.now())


def catch_up(at: datetime) -> Comparison | None:
    """After a start or an outage: compare the last hour at once. None if the carrier did not answer."""
    try:
        return compare_since(at - _CATCH_UP)
    except FAILURES as error:
        log.warning("the carrier's list could not be read: %s", error.__class__.__name__)
        return None


def _fetch(ref: str) -> CarrierCall | None:
    try:
        return _as_ours(client().calls(ref).fetch())
    except Refusal as error:
        if error.status == _NOT_FOUND:
            return None
        raise


def _listed(since: datetime) -> Iterator[CarrierCall]:
    """The carrier lists by whole days, so the exact moment is filtered here. Operators' legs are left out."""
    day = since - timedelta(days=1)
    for call in client().calls.stream(start_time_after=day, page_size=1000):
        ours = _as_ours(call)
        inbound = call.direction == "inbound" and not call.parent_call_sid
        if inbound and (ours.started_at is None or ours.started_at >= since):
            yield ours


def _as_ours(call: Any) -> CarrierCall:
    return CarrierCall(
        ref=call.sid,
        status=str(call.status),
        dialled=call.to or "",
        caller=getattr(call, "_from", None) or "",
        started_at=_aware(call.start_time),
        ended_at=_aware(call.end_time),
        seconds=int(call.duration) if str(call.duration or "").isdigit() else None,
    )


def _aware(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
