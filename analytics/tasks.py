"""Counting in the background. Nothing that a live call or the wallboard waits for."""

from datetime import datetime, timedelta

from celery import shared_task
from django.utils import timezone

from analytics.counting import count
from analytics.jobs import once
from analytics.models import JobRun
from lines.models import Hotline

RECENT = timedelta(hours=3)  # the longest a call and its note may reasonably take to settle
NIGHTLY = timedelta(days=8)  # mends what reconciliation or late notes changed
KEEP_RUNS = timedelta(days=30)


@shared_task(ignore_result=True)
def count_recent() -> None:
    """Count the last hours again; once a minute, however many beats or workers there are."""
    at = timezone.now()
    with once("count_recent", f"{at:%Y-%m-%dT%H:%M}", at) as run:
        if run:
            run.result = {"intervals": _count(at - RECENT, at)}


@shared_task(ignore_result=True)
def count_nightly() -> None:
    """Count the last days again, and forget old runs; once a day."""
    at = timezone.now()
    with once("count_nightly", f"{at:%Y-%m-%d}", at) as run:
        if run:
            run.result = {"intervals": _count(at - NIGHTLY, at), "forgotten": forget_runs(at - KEEP_RUNS)}


def _count(begins: datetime, ends: datetime) -> int:
    return count(list(Hotline.objects.values_list("pk", flat=True)), begins, ends)


def forget_runs(before: datetime) -> int:
    """Delete the runs that started before; how many."""
    return JobRun.objects.filter(started_at__lt=before).delete()[0]
