"""Periodic jobs that happen once a period, whoever asks and however often."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from analytics.models import JobRun

GIVEN_UP_AFTER = timedelta(minutes=5)  # Celery's time limit: whoever claimed it earlier is dead


@contextmanager
def once(job: str, period: str, at: datetime) -> Iterator[JobRun | None]:
    """Yield the run of this period if it is ours to do, else None; records what it did, or the kind of its failure.

    The unique row of the period is the claim. A run that failed, or whose process died, may be claimed again by one
    other; so the work itself must be safe to repeat.
    """
    run = _claim(job, period, at)
    if run is None:
        yield None
        return
    try:
        yield run
    except Exception as error:
        run.error = error.__class__.__name__  # never its text: it may hold a caller's number
        raise
    finally:
        run.finished_at = timezone.now()
        run.save(update_fields=["finished_at", "result", "error"])


def _claim(job: str, period: str, at: datetime) -> JobRun | None:
    run, made = JobRun.objects.get_or_create(job=job, period=period, defaults={"started_at": at})
    if made:
        return run
    again = Q(finished_at=None, started_at__lt=at - GIVEN_UP_AFTER) | ~Q(error="")
    taken = JobRun.objects.filter(again, pk=run.pk).update(started_at=at, finished_at=None, error="")
    return JobRun.objects.get(pk=run.pk) if taken == 1 else None
