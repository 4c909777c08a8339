"""Who works when in the demo: eight-hour shifts with staggered lunches and short breaks."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hotline.demo.content import Person, Service
from scheduling.models import Break

WORKING_TIMES = {"M": 6, "D": 8, "O": 9, "E": 14, "N": 22}  # the local hour at which eight hours begin
SHIFT_HOURS = 8
TUESDAY = 1


@dataclass(frozen=True)
class Pause:
    kind: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Work:
    """One planned shift with its breaks, in UTC."""

    username: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    pauses: tuple[Pause, ...]


def plan(service: Service, first: date, last: date) -> list[Work]:
    """The shifts of a hotline's own people that begin on the days from `first` to `last`."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [
        work for slot, person in enumerate(service.people) for day in days for work in _day(service, person, slot, day)
    ]


def _day(service: Service, person: Person, slot: int, day: date) -> Iterator[Work]:
    letter = person.week[day.weekday()]
    if letter not in WORKING_TIMES:
        return
    starts = datetime.combine(day, time(WORKING_TIMES[letter]), ZoneInfo(service.time_zone)).astimezone(UTC)
    if service.peaks and day.weekday() == TUESDAY and letter == "D":
        pauses = _lunch_together(starts)
    else:
        pauses = _staggered(starts, slot)
    yield Work(person.username, starts, starts + timedelta(hours=SHIFT_HOURS), service.time_zone, pauses)


def _staggered(starts: datetime, slot: int) -> tuple[Pause, ...]:
    """A short break, lunch and another short break, a little later for each colleague of the same shift."""
    turn = slot % 4
    return (
        _pause(Break.Kind.SHORT, starts, 105 + 15 * turn, 15),
        _pause(Break.Kind.LUNCH, starts, 180 + 30 * turn, 30),
        _pause(Break.Kind.SHORT, starts, 345 + 15 * turn, 15),
    )


def _lunch_together(starts: datetime) -> tuple[Pause, ...]:
    """The weak spot: lunch and the weekly meeting at the same time for everybody, from 12:10 to 13:40."""
    return (_pause(Break.Kind.SHORT, starts, 120, 15), _pause(Break.Kind.LUNCH, starts, 250, 90))


def _pause(kind: str, starts: datetime, after: int, minutes: int) -> Pause:
    begins = starts + timedelta(minutes=after)
    return Pause(kind, begins, begins + timedelta(minutes=minutes))


class Diary:
    """When one operator is at the telephone: shifts without their breaks, in order."""

    def __init__(self, works: list[Work]) -> None:
        self.spans: list[tuple[datetime, datetime]] = []
        for work in sorted(works, key=lambda w: w.starts_at):
            edges = [work.starts_at, *(at for p in work.pauses for at in (p.starts_at, p.ends_at)), work.ends_at]
            self.spans += [(a, b) for n, (a, b) in enumerate(pairwise(edges)) if n % 2 == 0 and a < b]
        self._starts = [a for a, _ in self.spans]

    def free_from(self, at: datetime) -> datetime | None:
        """The first moment from `at` on at which the operator is at the telephone; None when no more."""
        n = bisect_right(self._starts, at) - 1
        if n >= 0 and at < self.spans[n][1]:
            return at
        return self._starts[n + 1] if n + 1 < len(self._starts) else None
