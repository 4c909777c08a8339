"""Recordings past their time: erased at the carrier first, then here. And those whose callbacks were lost."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from calls import services
from calls.models import Call, Recording
from calls.recording import due_for_erasure
from telephony.twilio import recordings
from telephony.twilio.failures import FAILURES

log = logging.getLogger(__name__)
_PATIENCE = timedelta(minutes=2)  # callbacks come within seconds
RECENT, DAYS = timedelta(minutes=10), timedelta(days=2)


@dataclass(frozen=True)
class Purged:
    """How many were due, erased, and refused by the carrier: those are tried again the next night."""

    due: int
    erased: int
    refused: int


def purge(at: datetime, *, dry_run: bool = False) -> Purged:
    """Erase what is past its time. Safe to run twice, and while it runs elsewhere: what is gone is gone."""
    due = due_for_erasure(at)
    if dry_run:
        return Purged(len(due), 0, 0)
    refused = sum(not _erase(each) for each in due)
    return Purged(len(due), len(due) - refused, refused)


def _erase(recording: Recording) -> bool:
    try:
        recordings.erase(recording.pk)
    except FAILURES as trouble:
        log.warning("recording %s could not be erased: %s", recording.pk, trouble.__class__.__name__)
        return False
    return True


def settle(at: datetime, *, back: timedelta = RECENT) -> int:
    """Ask the carrier about recordings it should have told us of by now; how many it named.

    What nobody knows of would never be erased, so calls of the last time (`back`) that may have been recorded and have
    no row are asked for too.
    """
    silent = Q(call__ended_at__lt=at - _PATIENCE, state__in=[*Recording.RUNNING, Recording.State.STOPPED])
    unsettled = Q(pk__in=Recording.objects.filter(silent, erased_at=None).values("call"))
    untold = Q(
        consent__isnull=False,
        recordings=None,
        answered_at__isnull=False,
        ended_at__lt=at - _PATIENCE,
        ended_at__gte=at - _PATIENCE - back,
    )
    untold &= ~Q(consent__answer="refused") & ~Q(consent__answer="silent", consent__mode="ask")
    return sum(_settle(call, at) for call in Call.objects.filter(unsettled | untold))


def _settle(call: Call, at: datetime) -> int:
    try:
        found = recordings.made_of(call)
    except FAILURES as trouble:
        log.warning("the recordings of call %s could not be asked for: %s", call.pk, trouble.__class__.__name__)
        return 0
    for each in found:
        services.recording_ready(call.pk, at=at, **each)
    return len(found)
