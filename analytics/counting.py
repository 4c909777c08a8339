"""Counting calls: the sums that every figure is made of, and their quarter-hour rows.

`SUMS` is the one place where a call becomes a count: the wallboard sums live calls with it, the interval rows are
written with it, so that both say the same. A call belongs to the quarter of an hour in which it joined the queue
(`queued_at`); what is received, turned away or lost before the queue, to that in which it arrived.
"""

from collections.abc import Iterable
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import (
    Count,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    FloatField,
    Func,
    Max,
    Q,
    QuerySet,
    Sum,
)
from django.db.models.functions import Coalesce, Extract, Greatest, Least
from django.utils import timezone

from analytics.figures import Counts
from analytics.models import IntervalCount
from calls.models import Call

INTERVAL = timedelta(minutes=15)
WRAP_UP_CAP_SECONDS = 3600.0  # a note left open over lunch is not an hour of work; docs/figures.md


def _seconds(begin: Any, end: Any) -> Any:
    """Seconds between two moments, never negative; null while one of them is unknown."""
    span = ExpressionWrapper(end - begin, output_field=DurationField())
    return Greatest(Extract(span, "epoch", output_field=FloatField()), 0.0)


_WAIT = _seconds(F("queued_at"), F("answered_at"))
_TALK_END = Coalesce(F("operator_left_at"), F("ended_at"))
_WAITED_UNTIL = Coalesce("answered_at", "outside_at", "voicemail_at", "callback_at", "ended_at")
_WAIT_OF_ALL = _seconds(F("queued_at"), _WAITED_UNTIL)
_INCOMING = Call.Direction.INCOMING  # a callback is counted once: in the call in which it was asked for
_ANSWERED = Q(answered_at__isnull=False)
_ABANDONED = Q(outcome=Call.Outcome.ABANDONED)

# Of calls that joined the queue. `_wait`, `_waited`, `_talk` and `_wrap` are annotated by `queued`.
SUMS: dict[str, Any] = {
    "offered": Count("id"),
    "answered": Count("id", filter=_ANSWERED),
    "answered_in_time": Count("id", filter=_ANSWERED & Q(_wait__lte=F("hotline__service_level_seconds"))),
    "abandoned": Count("id", filter=_ABANDONED),
    "short_abandoned": Count("id", filter=_ABANDONED & Q(_waited__lt=F("hotline__short_abandon_seconds"))),
    "voicemail": Count("id", filter=Q(voicemail_at__isnull=False) & ~_ANSWERED),
    "wait_seconds": Coalesce(Sum("_wait"), 0.0),
    "talk_seconds": Coalesce(Sum("_talk"), 0.0),
    "wrap_seconds": Coalesce(Sum("_wrap"), 0.0),
    "longest_wait_seconds": Coalesce(Max("_waited"), 0.0),
}
# Of calls that arrived.
ARRIVAL_SUMS: dict[str, Any] = {
    "received": Count("id"),
    "turned_away": Count("id", filter=~Q(refused="")),
    "lost_before_queue": Count("id", filter=Q(refused="", queued_at__isnull=True, outcome=Call.Outcome.ABANDONED)),
}
COUNT_NAMES = [f.name for f in fields(Counts)]
# Of interval rows, to one row again: sums add up, of the longest waits the longest counts.
ROLL_UP: dict[str, Any] = {
    f"sum_{name}": (Max if name == "longest_wait_seconds" else Sum)(name) for name in COUNT_NAMES
}


def queued(hotline_ids: Iterable[int], begins: datetime, ends: datetime) -> QuerySet[Call]:
    """Callers who joined a queue from `begins` on and before `ends`, to be summed with `SUMS`; no practice calls."""
    wrap = _seconds(_TALK_END, F("wrapped_at"))
    return Call.objects.filter(
        hotline__in=list(hotline_ids), queued_at__gte=begins, queued_at__lt=ends, training=False, direction=_INCOMING
    ).annotate(
        _wait=_WAIT,
        _waited=_WAIT_OF_ALL,
        _talk=_seconds(F("answered_at"), _TALK_END),
        _wrap=Least(wrap, WRAP_UP_CAP_SECONDS),
    )


def arrived(hotline_ids: Iterable[int], begins: datetime, ends: datetime) -> QuerySet[Call]:
    """Calls that arrived from `begins` on and before `ends`, to be summed with `ARRIVAL_SUMS`."""
    return Call.objects.filter(
        hotline__in=list(hotline_ids), arrived_at__gte=begins, arrived_at__lt=ends, training=False, direction=_INCOMING
    )


def interval_start(at: datetime) -> datetime:
    """The beginning of the quarter of an hour, in UTC, that `at` lies in."""
    at = at.astimezone(UTC)
    return at.replace(minute=at.minute - at.minute % 15, second=0, microsecond=0)


def count(hotline_ids: list[int], begins: datetime, ends: datetime) -> int:
    """Write the rows of every quarter of an hour touched by [begins, ends); the number of rows that hold something.

    Idempotent, and right when two run at once: each row is overwritten with what the register says now. Rows of
    intervals that no longer have a call are emptied.
    """
    begins, ends = interval_start(begins), interval_start(ends - timedelta(microseconds=1)) + INTERVAL
    rows: dict[tuple[int, datetime], dict[str, Any]] = {}
    for field, calls, sums in (
        ("queued_at", queued(hotline_ids, begins, ends), SUMS),
        ("arrived_at", arrived(hotline_ids, begins, ends), ARRIVAL_SUMS),
    ):
        by_interval = calls.annotate(_interval=interval_of(field)).order_by().values("hotline_id", "_interval")
        for found in map(_plain, by_interval.annotate(**sums)):
            key = (found.pop("hotline_id"), found.pop("_interval"))
            rows.setdefault(key, {}).update(found)
    _empty_rows(hotline_ids, begins, ends, rows)
    IntervalCount.objects.bulk_create(
        [IntervalCount(hotline_id=pk, starts_at=at, **values) for (pk, at), values in sorted(rows.items())],
        update_conflicts=True,
        unique_fields=["hotline", "starts_at"],
        update_fields=COUNT_NAMES,
        batch_size=2000,
    )
    return len(rows)


def _plain(row: Any) -> dict[str, Any]:
    return dict(row)


def interval_of(field: str) -> Func:
    """The beginning of the quarter of an hour that a moment lies in, in the database."""
    return Func(
        F(field),
        template="date_bin('15 minutes', %(expressions)s, TIMESTAMPTZ '2000-01-01 00:00+00')",
        output_field=DateTimeField(),
    )


def _empty_rows(
    hotline_ids: list[int], begins: datetime, ends: datetime, rows: dict[tuple[int, datetime], dict[str, Any]]
) -> None:
    stale = IntervalCount.objects.filter(hotline__in=hotline_ids, starts_at__gte=begins, starts_at__lt=ends)
    for hotline_id, starts_at in stale.values_list("hotline_id", "starts_at"):
        rows.setdefault((hotline_id, starts_at), {})


def total(hotline_ids: Iterable[int], begins: datetime, ends: datetime) -> Counts:
    """The interval rows of a period rolled up."""
    rows = IntervalCount.objects.filter(hotline__in=list(hotline_ids), starts_at__gte=begins, starts_at__lt=ends)
    return rolled_up(rows.aggregate(**ROLL_UP))


def rolled_up(found: dict[str, Any]) -> Counts:
    """The counts of a row that was made with `ROLL_UP`."""
    return Counts(**{name: found[f"sum_{name}"] or 0 for name in COUNT_NAMES})


def today_begins(zone: Any, at: datetime) -> datetime:
    """Midnight before `at` in a hotline's zone."""
    local = timezone.localtime(at, zone)
    return local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
