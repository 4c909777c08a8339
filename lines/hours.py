"""When a hotline is open, exactly, in its own zone.

The strongest that applies to a moment decides:

1. the hotline is not in use: closed;
2. "close now", until it reopens by itself or by hand: closed;
3. an exception ("closed"): closed;
4. a one-off opening: open, also on a public holiday;
5. a public holiday, where the hotline keeps them: closed;
6. always, weekly and dated hours together: open when any of them says so;
7. an agency that answers outside these hours, and on public holidays, while its own hours say so: open;
8. otherwise closed.

Hours are those of the clock on the hotline's wall. A closing time at or before the opening time is on the next day.
Where the clocks go forward, the hour that does not exist is skipped; where they go back, the hour that occurs twice
counts both times. Exceptions and holidays are calendar days: a night shift that runs into a holiday ends at midnight.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

import holidays
from django.apps import apps
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from hotline.core import localtime

if TYPE_CHECKING:  # the models ask this module, so it reaches them by name
    from lines.models import Closure, Hotline, OpeningRule

BLOCK = timedelta(days=32)  # the timetable is worked out a block of time at a time, and kept
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FOREVER = datetime.max.replace(tzinfo=UTC)
LOOK_AHEAD_BLOCKS = 14  # a year and a bit: weekly hours and holidays repeat within it
LOOK_AHEAD_AT_MOST = 60  # about five years, for a period or exception planned further ahead
DAY = timedelta(days=1)
CLOSED = "closed"  # the kind of rule that is an exception


class Reason(TextChoices):
    """Why a hotline is open or closed."""

    ALWAYS = "always", _("always open")
    WEEKLY = "weekly", _("weekly hours")
    DATED = "dated", _("hours of this period")
    ONE_OFF = "one_off", _("opened once")
    EXCEPTION = "exception", _("closed as an exception")
    HOLIDAY = "holiday", _("public holiday")
    CLOSED_NOW = "closed_now", _("closed by hand")
    OUTSIDE_HOURS = "outside_hours", _("outside opening hours")
    NOT_IN_USE = "not_in_use", _("not in use")
    AGENCY = "agency", _("an agency answers")


OUTSIDE = frozenset({Reason.HOLIDAY, Reason.OUTSIDE_HOURS, Reason.AGENCY})  # not the hotline's own hours


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether a hotline is open at a moment, why, and until when.

    `opens_at` is set while closed and `closes_at` while open: the exact next change, or None if none is known.
    `message` is what "close now" says to callers; `note` names the holiday, or is the note of the rule.
    """

    is_open: bool
    reason: str
    message: str = ""
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    note: str = ""


class Span(NamedTuple):
    """Wall-clock hours that start on one day, or a stretch between two instants; `ends` is not part of it."""

    starts: datetime
    ends: datetime
    reason: str
    text: str


@dataclass(slots=True)
class _Block:
    """A stretch of time cut where something changes: `openings[i]` holds from `starts[i]` to the next."""

    starts: list[datetime] = field(default_factory=list)
    openings: list[Opening] = field(default_factory=list)
    complete: list[bool] = field(default_factory=list)  # whether the next change has been worked out


class Timetable:
    """The opening hours of one hotline, parsed: no question to it costs a query."""

    def __init__(
        self,
        zone: ZoneInfo,
        rules: "Iterable[OpeningRule]" = (),
        closures: "Iterable[Closure]" = (),
        *,
        country: str = "",
        in_use: bool = True,
        covers: "Iterable[tuple[str, Timetable]]" = (),
    ) -> None:
        """`country` is given only where public holidays close the hotline; `covers` are the agencies that answer
        outside its own hours, each with a name and its hours."""
        self.zone = zone
        self.country = country
        self.in_use = in_use
        rules = list(rules)
        self._hours = [rule for rule in rules if rule.kind in (Reason.WEEKLY, Reason.DATED)]
        self._always = [rule for rule in rules if rule.kind == Reason.ALWAYS]
        closed = [rule for rule in rules if rule.kind == CLOSED]
        self._closed_days = [rule for rule in closed if not rule.starts_at]
        self._closed_spans = [_between(rule, Reason.EXCEPTION) for rule in closed if rule.starts_at]
        self._one_offs = [_between(rule, Reason.ONE_OFF) for rule in rules if rule.kind == Reason.ONE_OFF]
        self._closures = [_closed_by_hand(closure) for closure in closures]
        self._covers = list(covers)
        self._by_the_day = bool(self._hours or self._closed_days or country)
        self._last_known = max((rule.last_day for rule in rules if rule.last_day), default=None)
        self._blocks: dict[int, _Block] = {}
        self._days: dict[date, tuple[list[Span], list[Span]]] = {}

    def at(self, moment: datetime) -> Opening:
        """Whether it is open at an aware moment, why, and until when."""
        if moment.tzinfo is None:
            raise ValueError("opening hours are asked for an aware moment")
        moment = moment.astimezone(UTC)
        number = (moment - EPOCH) // BLOCK
        block = self._block(number)
        place = bisect_right(block.starts, moment) - 1
        if not block.complete[place]:
            self._complete(number, block, place)
        return block.openings[place]

    def stretches(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime, Opening]]:
        """The stretches of [start, end), in UTC and in order, each with what holds during it."""
        at = start.astimezone(UTC)
        while at < end:
            number = (at - EPOCH) // BLOCK
            block = self._block(number)
            place = bisect_right(block.starts, at) - 1
            until = block.starts[place + 1] if place + 1 < len(block.starts) else EPOCH + (number + 1) * BLOCK
            yield at, min(until, end), block.openings[place]
            at = until

    def open_spans(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """When it is open between two instants, joined where one opening runs into the next."""
        spans: list[tuple[datetime, datetime]] = []
        for begins, ends, opening in self.stretches(start, end):
            if not opening.is_open:
                continue
            if spans and spans[-1][1] == begins:
                spans[-1] = (spans[-1][0], ends)
            else:
                spans.append((begins, ends))
        return spans

    def holiday(self, day: date) -> str:
        """The public holiday that closes the hotline on a day, or an empty text."""
        return public_holidays(self.country, day.year).get(day, "") if self.country else ""

    # --- one moment, from first principles -----------------------------------------------------
    def _judge(self, moment: datetime) -> Opening:
        """What holds at a moment, without the next change."""
        wall = localtime.to_wall(moment, self.zone)
        today, night_before = self._day(wall.date()), self._day(wall.date() - DAY)
        shut = self._shut(moment, wall, [*today[1], *night_before[1]])
        return shut or self._open(moment, wall, [*today[0], *night_before[0]])

    def _shut(self, moment: datetime, wall: datetime, exceptions: list[Span]) -> Opening | None:
        """What closes the hotline whatever its hours and openings say."""
        if not self.in_use:
            return Opening(False, Reason.NOT_IN_USE)
        if by_hand := _first(self._closures, moment):
            return Opening(False, by_hand.reason, message=by_hand.text)
        if closed := _first(exceptions, wall) or _first(self._closed_spans, moment):
            return Opening(False, closed.reason, note=closed.text)
        return None

    def _open(self, moment: datetime, wall: datetime, hours: list[Span]) -> Opening:
        if once := _first(self._one_offs, moment):
            return Opening(True, once.reason, note=once.text)
        own = self._own(moment, wall, hours)
        return own if own.is_open else self._covered(moment) or own

    def _covered(self, moment: datetime) -> Opening | None:
        name = next((name for name, cover in self._covers if cover.at(moment).is_open), None)
        return Opening(True, Reason.AGENCY, note=name) if name is not None else None

    def _own(self, moment: datetime, wall: datetime, hours: list[Span]) -> Opening:
        if name := self.holiday(wall.date()):
            return Opening(False, Reason.HOLIDAY, note=name)
        if self._always:
            return Opening(True, Reason.ALWAYS, note=self._always[0].note)
        if within := _first(hours, wall):
            return Opening(True, within.reason, note=within.text)
        return Opening(False, Reason.OUTSIDE_HOURS)

    def _day(self, day: date) -> tuple[list[Span], list[Span]]:
        """The hours, and the exceptions, that start on a day, by the wall clock."""
        if day not in self._days:
            hours = [_on(rule, day, rule.kind) for rule in self._hours if _applies(rule, day)]
            closed = [_on(rule, day, Reason.EXCEPTION) for rule in self._closed_days if _applies(rule, day)]
            self._days[day] = (hours, closed)
        return self._days[day]

    # --- a block of time -----------------------------------------------------------------------
    def _block(self, number: int) -> _Block:
        block = self._blocks.get(number)
        if block is None:
            start = EPOCH + number * BLOCK
            block = _Block()
            for moment in sorted(self._cuts(start, start + BLOCK)):
                opening = self._judge(moment)
                if not block.openings or opening != block.openings[-1]:
                    block.starts.append(moment)
                    block.openings.append(opening)
            block.complete = [False] * len(block.starts)
            self._blocks[number] = block
        return block

    def _cuts(self, start: datetime, end: datetime) -> set[datetime]:
        """Every instant of [start, end) at which something may change; between two of them nothing does."""
        cuts = {start, *localtime.clock_changes(self.zone, start, end)}
        for span in (*self._closures, *self._closed_spans, *self._one_offs):
            cuts |= {span.starts, span.ends}
        for _name, cover in self._covers:
            cuts |= {begins for begins, _ends, _opening in cover.stretches(start, end)}
        day, last = localtime.to_wall(start, self.zone).date() - DAY, localtime.to_wall(end, self.zone).date()
        while self._by_the_day and day <= last:
            if self.country:
                cuts.add(localtime.day_begins(day, self.zone))
            for span in (*self._day(day)[0], *self._day(day)[1]):
                cuts.update(localtime.occurrences(span.starts, self.zone))
                cuts.update(localtime.occurrences(span.ends, self.zone))
            day += DAY
        return {cut for cut in cuts if start <= cut < end}

    def _complete(self, number: int, block: _Block, place: int) -> None:
        opening = block.openings[place]
        change = self._next_change(number, place, opening.is_open)
        foretold = replace(opening, closes_at=change) if opening.is_open else replace(opening, opens_at=change)
        block.openings[place] = foretold
        block.complete[place] = True

    def _next_change(self, number: int, place: int, is_open: bool) -> datetime | None:
        for ahead in range(self._blocks_ahead(number)):
            block = self._block(number + ahead)
            for start, opening in zip(block.starts[place:], block.openings[place:], strict=True):
                if opening.is_open != is_open:
                    return start
            place = 0
        return None

    def _blocks_ahead(self, number: int) -> int:
        known = [span.ends for span in (*self._closures, *self._closed_spans, *self._one_offs) if span.ends < FOREVER]
        if self._last_known:
            known.append(datetime.combine(self._last_known + 2 * DAY, time(), tzinfo=UTC))
        furthest = max(((moment - EPOCH) // BLOCK - number for moment in known), default=0)
        return LOOK_AHEAD_BLOCKS + max(0, min(furthest, LOOK_AHEAD_AT_MOST))


def opening(hotline: "Hotline", at: datetime) -> Opening:
    """Whether a hotline is open at a moment, why, and until when. No query once its version is known."""
    return timetable(hotline.pk, hotline.version).at(at)


_known: dict[int, tuple[int, Timetable]] = {}


def timetable(hotline_id: int, version: int) -> Timetable:
    """The timetable of a version of a hotline, kept in this process until the version is another one.

    Raises Hotline.DoesNotExist.
    """
    known = _known.get(hotline_id)
    if known is not None and known[0] == version:
        return known[1]
    parsed = parse(apps.get_model("lines", "Hotline").objects.get(pk=hotline_id))
    _known[hotline_id] = (version, parsed)
    return parsed


def parse(hotline: "Hotline") -> Timetable:
    """The timetable of a hotline as it is in the database now."""
    return Timetable(
        ZoneInfo(hotline.time_zone),
        hotline.opening_rules.all(),
        hotline.closures.all(),
        country=hotline.country if hotline.closed_on_holidays else "",
        in_use=hotline.active,
        covers=[(str(rule.agency), of_agency(rule.agency)) for rule in _covering(hotline)],
    )


def of_agency(agency: Any) -> Timetable:
    """The timetable of an agency, which has weekly hours alone."""
    return Timetable(ZoneInfo(agency.time_zone), agency.opening_lines(), in_use=agency.active)


def _covering(hotline: "Hotline") -> Iterable[Any]:
    """The rules of the agencies that answer outside the hotline's own hours."""
    rules = hotline.agency_rules.filter(when="outside")
    return rules.select_related("agency").prefetch_related("agency__hours").order_by("agency__name")


@lru_cache(maxsize=512)
def public_holidays(country: str, year: int) -> dict[date, str]:
    """The public holidays of a country in a year, with their names; none for a country that is not known."""
    try:
        return dict(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        return {}


@lru_cache(maxsize=1)
def countries() -> frozenset[str]:
    """The countries whose holidays are known, as two letters."""
    return frozenset(code for code in holidays.list_supported_countries(include_aliases=False) if len(code) == 2)


def _first(spans: Iterable[Span], moment: datetime) -> Span | None:
    return next((span for span in spans if span.starts <= moment < span.ends), None)


def _applies(rule: "OpeningRule", day: date) -> bool:
    if rule.kind == Reason.WEEKLY:
        return rule.weekday == day.weekday()
    first = rule.first_day or date.min
    return first <= day <= (rule.last_day or rule.first_day or date.max)


def _on(rule: "OpeningRule", day: date, reason: str) -> Span:
    starts = datetime.combine(day, rule.opens or time())
    ends = datetime.combine(day, rule.closes or time())
    return Span(starts, ends if ends > starts else ends + DAY, reason, rule.note)


def _between(rule: "OpeningRule", reason: str) -> Span:
    return Span(rule.starts_at or EPOCH, rule.ends_at or FOREVER, reason, rule.note)


def _closed_by_hand(closure: "Closure") -> Span:
    ends = min(closure.reopens_at or FOREVER, closure.reopened_at or FOREVER)
    return Span(closure.closed_at, ends, Reason.CLOSED_NOW, closure.message)
