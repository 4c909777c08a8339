"""What the same weekday usually brings, from the counted intervals of the last four weeks."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils import timezone

from analytics.counting import ROLL_UP, rolled_up, today_begins
from analytics.figures import Counts, Rate, abandonment_rate, service_level, together
from analytics.kept import Kept
from analytics.models import IntervalCount

WEEKS = 4
WEEK = timedelta(days=7)
QUARTER, HOUR = 15, 60  # minutes
Day = dict[int, Counts]  # by the minute of the day, in steps of a quarter of an hour


@dataclass(frozen=True)
class Usual:
    """Days of the same weekday, each in quarters of an hour; a day without any call is no example and is left out.

    Numbers of calls and waits are medians over the days, so that one odd day changes little; shares are made from the
    sums of all days. None where there is nothing to go by.
    """

    days: tuple[Day, ...] = ()

    @property
    def weeks(self) -> int:
        return len(self.days)

    def offered(self, begins: int, ends: int) -> float | None:
        """Calls that joined the queue between two minutes of the day."""
        return self._median(begins, ends, lambda found: sum(counts.offered for counts in found))

    def answered(self, begins: int, ends: int) -> float | None:
        return self._median(begins, ends, lambda found: sum(counts.answered for counts in found))

    def longest_wait(self, begins: int, ends: int) -> float | None:
        """Seconds."""
        return self._median(begins, ends, lambda found: together(found).longest_wait_seconds)

    def service_level(self, begins: int, ends: int) -> Rate:
        return service_level(self._sum(begins, ends))

    def abandoned(self, begins: int, ends: int) -> Rate:
        return abandonment_rate(self._sum(begins, ends))

    def _median(self, begins: int, ends: int, value: Callable[[list[Counts]], float]) -> float | None:
        return median(value(_between(day, begins, ends)) for day in self.days) if self.days else None

    def _sum(self, begins: int, ends: int) -> Counts:
        return together(counts for day in self.days for counts in _between(day, begins, ends))


def _between(day: Day, begins: int, ends: int) -> list[Counts]:
    return [day[minute] for minute in range(begins, ends, QUARTER) if minute in day]


_kept: Kept[Usual] = Kept(300)  # days gone by change once a night


def usual(hotline_ids: Iterable[int], zone: ZoneInfo, at: datetime) -> Usual:
    """The usual day of this weekday for these hotlines together; one query in five minutes."""
    ids = tuple(sorted(hotline_ids))
    today = timezone.localtime(at, zone).date()
    return _kept.get((ids, zone.key, today), lambda: read(ids, zone, at))


def read(hotline_ids: Iterable[int], zone: ZoneInfo, at: datetime) -> Usual:
    """As `usual`, read anew."""
    noon = timezone.localtime(at, zone).replace(hour=12, minute=0, fold=0)  # a day is there at noon, whatever clocks do
    chosen = Q(pk__in=[])
    for week in range(1, WEEKS + 1):
        begins = today_begins(zone, noon - week * WEEK)
        ends = today_begins(zone, noon - week * WEEK + timedelta(days=1))
        chosen |= Q(starts_at__gte=begins, starts_at__lt=ends)
    rows = IntervalCount.objects.filter(chosen, hotline__in=list(hotline_ids))
    days: dict[date, Day] = {}
    for row in rows.order_by("starts_at").values("starts_at").annotate(**ROLL_UP):
        local = timezone.localtime(row["starts_at"], zone)
        day, minute = days.setdefault(local.date(), {}), HOUR * local.hour + local.minute
        day[minute] = day.get(minute, Counts()) + rolled_up(dict(row))
    return Usual(tuple(day for day in days.values() if any(counts.offered for counts in day.values())))
