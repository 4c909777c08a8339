"""Celery's part of telephony: comparing the register with the carrier's list."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from telephony.reconcile import compare_since

_OVERLAP = timedelta(minutes=10)


@shared_task(name="telephony.reconcile")
def reconcile(minutes: int = 60) -> dict[str, int]:
    """Compare the calls of the last `minutes` (and a little more). Run twice, the second pass writes nothing."""
    found = compare_since(timezone.now() - timedelta(minutes=minutes) - _OVERLAP)
    return {"matched": found.matched, "recovered": found.recovered, "closed": found.closed}
