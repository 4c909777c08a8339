"""The wallboard's numbers: a few queries for any number of hotlines, counted as the reports count."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import add
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Min, Q

from analytics.counting import SUMS, queued, today_begins
from analytics.figures import Counts, Rate, abandonment_rate, service_level
from calls.models import Call
from lines.hours import Opening, timetable
from lines.models import Hotline
from operators.models import Operator, Presence

HALF_HOUR = timedelta(minutes=30)
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
class Board:
    """Everything the wallboard shows at one moment. Rates know their parts; a rate of nothing has the value None."""

    at: datetime
    half_hour_began: datetime
    strips: tuple[Strip, ...]
    staff: Staff

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

    @property
    def today(self) -> Counts:
        return reduce(add, (strip.today for strip in self.strips), Counts())

    @property
    def half_hour(self) -> Counts:
        return reduce(add, (strip.half_hour for strip in self.strips), Counts())

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
    def next_change(self) -> datetime | None:
        """When the last open hotline closes, or while all are closed, when the first opens; None if never."""
        if self.is_open:
            closing = [strip.opening.closes_at for strip in self.strips if strip.opening.is_open]
            return None if None in closing else max(at for at in closing if at)
        return min((s.opening.opens_at for s in self.strips if s.opening.opens_at), default=None)


def board(hotline_ids: Iterable[int], at: datetime) -> Board:
    """The board of these hotlines at a moment: five queries, however many hotlines (opening hours are remembered)."""
    hotlines = list(Hotline.objects.filter(pk__in=list(hotline_ids), active=True))
    began = half_hour_start(at)
    waiting = _waiting(hotlines)
    today = _sums(hotlines, {h.pk: today_begins(ZoneInfo(h.time_zone), at) for h in hotlines}, at)
    half_hour = _sums(hotlines, {h.pk: began for h in hotlines}, at)
    staff, everybody = _staff(hotlines)
    strips = tuple(
        Strip(
            hotline=hotline,
            opening=timetable(hotline.pk, hotline.version).at(at),
            waiting=waiting.get(hotline.pk, (0, None))[0],
            waiting_since=waiting.get(hotline.pk, (0, None))[1],
            staff=staff.get(hotline.pk, Staff()),
            today=today.get(hotline.pk, Counts()),
            half_hour=half_hour.get(hotline.pk, Counts()),
        )
        for hotline in hotlines
    )
    return Board(at=at, half_hour_began=began, strips=strips, staff=everybody)


def half_hour_start(at: datetime) -> datetime:
    at = at.astimezone(UTC)
    return at.replace(minute=at.minute - at.minute % 30, second=0, microsecond=0)


def _waiting(hotlines: list[Hotline]) -> dict[int, tuple[int, datetime | None]]:
    found = Call.objects.filter(hotline__in=hotlines, state=Call.State.WAITING, training=False).order_by()
    rows = found.values_list("hotline_id").annotate(Count("id"), Min("queued_at"))
    return {pk: (number, since) for pk, number, since in rows}


def _sums(hotlines: list[Hotline], begins: dict[int, datetime], at: datetime) -> dict[int, Counts]:
    """The counts of each hotline's calls that joined the queue from its own beginning up to `at`."""
    if not hotlines:
        return {}
    own: Any = Q()
    for pk, begin in begins.items():
        own |= Q(hotline=pk, queued_at__gte=begin)
    calls = queued(begins, min(begins.values()), at + timedelta(microseconds=1)).filter(own)
    rows: list[dict[str, Any]] = [dict(row) for row in calls.order_by().values("hotline_id").annotate(**SUMS)]
    return {row.pop("hotline_id"): Counts(**row) for row in rows}


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
