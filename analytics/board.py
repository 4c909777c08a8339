"""The wallboard's numbers: a few queries for any number of hotlines, counted as the reports count."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Min
from django.utils import timezone

from analytics.counting import SUMS, interval_of, queued, today_begins
from analytics.figures import Counts, Rate, abandonment_rate, service_level, together
from analytics.usual import HOUR, Usual, usual
from calls.models import Call
from lines.hours import Opening, timetable
from lines.models import Hotline
from operators.models import Operator, Presence

HALF_HOUR = timedelta(minutes=30)
AN_HOUR = timedelta(hours=1)
TALKING = (Presence.RINGING, Presence.ON_CALL, Presence.WRAP_UP)
RESTING = (Presence.BREAK, Presence.LUNCH, Presence.OTHER)
ABSENT = (Presence.OFFLINE, Presence.DISCONNECTED)


@dataclass(frozen=True)
class Staff:
    """How many operators are in each state; whoever serves several hotlines counts once."""

    by_state: dict[str, int] = field(default_factory=dict)

    def _in(self, states: Iterable[str]) -> int:
        return sum(self.by_state.get(state, 0) for state in states)

    @property
    def ready(self) -> int:
        return self._in([Presence.READY])

    @property
    def on_call(self) -> int:
        """Ringing, talking or writing up."""
        return self._in(TALKING)

    @property
    def on_break(self) -> int:
        return self._in(RESTING)

    @property
    def missed(self) -> int:
        return self._in([Presence.MISSED])

    @property
    def away(self) -> int:
        """Here, and neither ready nor with a caller: on a break, or after a missed call."""
        return self.present - self.ready - self.on_call

    @property
    def present(self) -> int:
        """Everybody who is not offline."""
        return sum(self.by_state.values()) - self._in(ABSENT)


@dataclass(frozen=True)
class Strip:
    """One hotline on the board."""

    hotline: Hotline
    opening: Opening
    waiting: int
    waiting_since: datetime | None  # when the longest waiting caller joined the queue
    staff: Staff
    today: Counts  # since midnight in the hotline's zone
    half_hour: Counts

    @property
    def service_level(self) -> Rate:
        return service_level(self.half_hour)

    @property
    def abandoned_today(self) -> Rate:
        return abandonment_rate(self.today)


@dataclass(frozen=True)
class Hour:
    """One hour of today, of all hotlines of the board together; what has not come yet has no calls."""

    starts_at: datetime
    counts: Counts
    usual: float | None  # calls offered in it on the same weekday

    @property
    def others(self) -> int:
        """Neither answered nor lost: they left a message, or still wait."""
        return max(0, self.counts.offered - self.counts.answered - self.counts.abandoned)


@dataclass(frozen=True)
class Board:
    """Everything the wallboard shows at one moment. Rates know their parts; a rate of nothing has the value None.

    Its clock and its chart are in `zone`, that of most of its hotlines.
    """

    at: datetime
    half_hour_began: datetime
    strips: tuple[Strip, ...]
    staff: Staff
    zone: ZoneInfo
    hours: tuple[Hour, ...]
    usual: Usual

    @property
    def waiting(self) -> int:
        return sum(strip.waiting for strip in self.strips)

    @property
    def waiting_since(self) -> datetime | None:
        return min((s.waiting_since for s in self.strips if s.waiting_since), default=None)

    @property
    def longest_wait_seconds(self) -> float:
        """Of those who wait now; 0 when nobody does."""
        return max(0.0, (self.at - self.waiting_since).total_seconds()) if self.waiting_since else 0.0

    @cached_property
    def today(self) -> Counts:
        return together(strip.today for strip in self.strips)

    @cached_property
    def half_hour(self) -> Counts:
        return together(strip.half_hour for strip in self.strips)

    @property
    def service_level(self) -> Rate:
        """Of this half hour, each call measured by its own hotline's goal."""
        return service_level(self.half_hour)

    @property
    def goal_percent(self) -> int | None:
        """The goals of the hotlines, weighed by their calls of this half hour; None without hotlines."""
        if not self.strips:
            return None
        weights = [strip.service_level.whole for strip in self.strips]
        if not sum(weights):
            weights = [1] * len(self.strips)
        goals = [strip.hotline.service_level_percent for strip in self.strips]
        return round(sum(w * goal for w, goal in zip(weights, goals, strict=True)) / sum(weights))

    @property
    def goal_seconds(self) -> int | None:
        """Within how many seconds calls should be answered, if all hotlines agree."""
        goals = {strip.hotline.service_level_seconds for strip in self.strips}
        return goals.pop() if len(goals) == 1 else None

    @property
    def abandoned_today(self) -> Rate:
        return abandonment_rate(self.today)

    @property
    def is_open(self) -> bool:
        return any(strip.opening.is_open for strip in self.strips)

    @property
    def zones_differ(self) -> bool:
        return len({strip.hotline.time_zone for strip in self.strips}) > 1

    @property
    def usual_until_now(self) -> tuple[int, int]:
        """The part of the day that today is compared with: minutes from midnight to the last full quarter."""
        local = timezone.localtime(self.at, self.zone)
        return 0, HOUR * local.hour + local.minute - local.minute % 15

    @property
    def usual_half_hour(self) -> tuple[int, int]:
        local = timezone.localtime(self.half_hour_began, self.zone)
        begins = HOUR * local.hour + local.minute
        return begins, begins + 30

    @property
    def next_change(self) -> datetime | None:
        """When the last open hotline closes, or while all are closed, when the first opens; None if never."""
        if self.is_open:
            closing = [strip.opening.closes_at for strip in self.strips if strip.opening.is_open]
            return None if None in closing else max(at for at in closing if at)
        return min((s.opening.opens_at for s in self.strips if s.opening.opens_at), default=None)


def board(hotline_ids: Iterable[int], at: datetime) -> Board:
    """The board of these hotlines at a moment: four queries, however many hotlines.

    Opening hours are remembered, and what is usual is for five minutes.
    """
    hotlines = list(Hotline.objects.filter(pk__in=list(hotline_ids), active=True))
    zone = zone_of(hotlines)
    midnights = {h.pk: today_begins(ZoneInfo(h.time_zone), at) for h in hotlines}
    began = half_hour_start(at)
    quarters = _quarters(hotlines, min([today_begins(zone, at), *midnights.values()]), at)
    waiting = _waiting(hotlines)
    staff, everybody = _staff(hotlines)
    strips = tuple(
        Strip(
            hotline=hotline,
            opening=timetable(hotline.pk, hotline.version).at(at),
            waiting=waiting.get(hotline.pk, (0, None))[0],
            waiting_since=waiting.get(hotline.pk, (0, None))[1],
            staff=staff.get(hotline.pk, Staff()),
            today=_since(quarters.get(hotline.pk, {}), midnights[hotline.pk]),
            half_hour=_since(quarters.get(hotline.pk, {}), began),
        )
        for hotline in hotlines
    )
    before = usual([h.pk for h in hotlines], zone, at) if hotlines else Usual()
    hours = tuple(_hours(zone, at, quarters, before))
    return Board(at, began, strips, everybody, zone, hours, before)


def zone_of(hotlines: list[Hotline]) -> ZoneInfo:
    """The zone of most hotlines, of the first in order where as many have another."""
    zones = Counter(hotline.time_zone for hotline in hotlines)
    return ZoneInfo(zones.most_common(1)[0][0] if zones else "UTC")


def half_hour_start(at: datetime) -> datetime:
    at = at.astimezone(UTC)
    return at.replace(minute=at.minute - at.minute % 30, second=0, microsecond=0)


def _waiting(hotlines: list[Hotline]) -> dict[int, tuple[int, datetime | None]]:
    found = Call.objects.filter(hotline__in=hotlines, state=Call.State.WAITING, training=False)
    found = found.filter(direction=Call.Direction.INCOMING).order_by()
    rows = found.values_list("hotline_id").annotate(Count("id"), Min("queued_at"))
    return {pk: (number, since) for pk, number, since in rows}


def _quarters(hotlines: list[Hotline], begins: datetime, at: datetime) -> dict[int, dict[datetime, Counts]]:
    """The counts of each hotline's calls by the quarter of an hour in which they joined the queue, up to `at`."""
    calls = queued([h.pk for h in hotlines], begins, at + timedelta(microseconds=1))
    rows = calls.annotate(_interval=interval_of("queued_at")).order_by().values("hotline_id", "_interval")
    found: dict[int, dict[datetime, Counts]] = {}
    for row in map(_plain, rows.annotate(**SUMS)):
        of_one = found.setdefault(row.pop("hotline_id"), {})
        starts_at = row.pop("_interval")
        of_one[starts_at] = Counts(**row)
    return found


def _plain(row: Any) -> dict[str, Any]:
    return dict(row)


def _since(quarters: dict[datetime, Counts], begins: datetime) -> Counts:
    return together(counts for starts_at, counts in quarters.items() if starts_at >= begins)


def _hours(zone: ZoneInfo, at: datetime, quarters: dict[int, dict[datetime, Counts]], before: Usual) -> Iterator[Hour]:
    """The hours of today in `zone`, from midnight to midnight: 23 or 25 of them when the clocks change."""
    begins = today_begins(zone, at).astimezone(UTC)
    ends = today_begins(zone, timezone.localtime(begins, zone).replace(hour=12) + timedelta(days=1)).astimezone(UTC)
    by_hour: dict[datetime, list[Counts]] = {}
    for starts_at, counts in (each for of_one in quarters.values() for each in of_one.items()):
        by_hour.setdefault(begins + (starts_at - begins) // AN_HOUR * AN_HOUR, []).append(counts)
    while begins < ends:
        minute = HOUR * timezone.localtime(begins, zone).hour
        yield Hour(begins, together(by_hour.get(begins, [])), before.offered(minute, minute + HOUR))
        begins += AN_HOUR


def _staff(hotlines: list[Hotline]) -> tuple[dict[int, Staff], Staff]:
    """Who is in which state: for each hotline, and altogether."""
    serves = Operator.hotlines.through.objects.filter(hotline__in=hotlines, operator__active=True)
    by_hotline: dict[int, dict[str, int]] = {}
    seen: dict[int, str] = {}
    for hotline_id, operator_id, state in serves.values_list("hotline_id", "operator_id", "operator__state"):
        counted = by_hotline.setdefault(hotline_id, {})
        counted[state] = counted.get(state, 0) + 1
        seen[operator_id] = state
    everybody: dict[str, int] = {}
    for state in seen.values():
        everybody[state] = everybody.get(state, 0) + 1
    return {pk: Staff(counted) for pk, counted in by_hotline.items()}, Staff(everybody)
