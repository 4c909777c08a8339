"""Opening hours against a brute-force scan of every minute of a year, written another way than the timetable is.

The scan knows no intervals: for each UTC minute it reads the clock on the hotline's wall and looks (day, minute of
the day) up in sets that were filled minute by minute. Holidays are typed in, not taken from the package.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from lines.hours import Timetable
from lines.models import Closure, OpeningRule

YEAR = 2026
NORWAY = {(1, 1), (4, 2), (4, 3), (4, 5), (4, 6), (5, 1), (5, 14), (5, 17), (5, 24), (5, 25), (12, 25), (12, 26)}
PHILIPPINES = {
    *((1, 1), (2, 17), (3, 20), (4, 2), (4, 3), (4, 4), (4, 9), (5, 1), (5, 27), (6, 12), (8, 21), (8, 31), (11, 1)),
    *((11, 2), (11, 30), (12, 8), (12, 24), (12, 25), (12, 30), (12, 31)),
}
AMERICA = {
    *((1, 1), (1, 19), (2, 16), (5, 25), (6, 19), (7, 3), (7, 4), (9, 7), (10, 12), (11, 11), (11, 26), (12, 25)),
}


def weekly(days, opens, closes):
    return [OpeningRule(kind="weekly", weekday=day, opens=time(*opens), closes=time(*closes)) for day in days]


def dated(first, last, opens, closes):
    return OpeningRule(kind="dated", first_day=first, last_day=last, opens=time(*opens), closes=time(*closes))


def closed(first, last=None, opens=None, closes=None):
    return OpeningRule(kind="closed", first_day=first, last_day=last, opens=opens, closes=closes)


def once(starts, ends):
    return OpeningRule(kind="one_off", starts_at=starts, ends_at=ends)


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


OFFICE_AND_NIGHT = [
    *weekly(range(5), (8, 0), (16, 0)),
    *weekly([4, 5, 6], (22, 0), (6, 0)),  # the nights to Saturday, Sunday and Monday: both DST nights among them
    *weekly([3], (15, 0), (18, 30)),  # overlaps the office hours
    *weekly([6], (2, 15), (2, 45)),  # within the hour that is skipped or doubled
    dated(date(2026, 12, 20), date(2026, 12, 31), (21, 0), (1, 30)),  # runs into the next year
    dated(date(2026, 2, 27), date(2026, 3, 1), (6, 0), (8, 0)),
    closed(date(2026, 7, 6), date(2026, 7, 19)),
    closed(date(2026, 12, 24), opens=time(12), closes=time(0)),
    closed(date(2026, 9, 11), opens=time(23), closes=time(1)),
    once(utc(2026, 5, 17, 8), utc(2026, 5, 17, 13, 30)),  # on a public holiday of Norway
    once(utc(2026, 7, 8, 8), utc(2026, 7, 8, 9)),  # within an exception: stays closed
    once(utc(2026, 8, 15, 23), utc(2026, 8, 16, 1)),
]
CLOSURES = [
    Closure(closed_at=utc(2026, 6, 2, 9, 17), reopens_at=utc(2026, 6, 2, 11)),
    Closure(closed_at=utc(2026, 6, 3, 9), reopens_at=utc(2026, 6, 5, 9), reopened_at=utc(2026, 6, 4, 7, 3)),
    Closure(closed_at=utc(2026, 12, 31, 12)),
]
ALWAYS = [
    OpeningRule(kind="always"),
    closed(date(2026, 3, 29)),  # a whole day of 23 hours in Oslo
    closed(date(2026, 11, 1), opens=time(1, 30), closes=time(1, 45)),  # twice that night in New York
]
CASES = [
    ("Europe/Oslo", "NO", NORWAY, OFFICE_AND_NIGHT, CLOSURES),
    ("Asia/Manila", "PH", PHILIPPINES, OFFICE_AND_NIGHT, CLOSURES),
    ("America/New_York", "US", AMERICA, ALWAYS, []),
]


class MinuteScan:
    """Every minute of the wall clock at which something is so, as plain sets."""

    def __init__(self, rules, closures, zone, holidays):
        self.zone, self.holidays = ZoneInfo(zone), holidays
        self.always = any(rule.kind == "always" for rule in rules)
        self.open, self.shut, self.forced = set(), set(), set()
        for rule in rules:
            if rule.kind in ("weekly", "dated", "closed"):
                self.fill(rule, self.shut if rule.kind == "closed" else self.open)
            elif rule.kind == "one_off":
                self.forced |= self.instants(rule.starts_at, rule.ends_at)
        self.by_hand = set()
        for closure in closures:
            ends = [end for end in (closure.reopens_at, closure.reopened_at) if end] or [utc(YEAR + 1, 1, 2)]
            self.by_hand |= self.instants(closure.closed_at, min(ends))

    @staticmethod
    def instants(start, end):
        return {start + timedelta(minutes=n) for n in range(int((end - start).total_seconds() // 60))}

    @staticmethod
    def fill(rule, minutes):
        day = date(YEAR - 1, 12, 30)
        while day.year <= YEAR:
            if rule.kind == "weekly":
                wanted = day.isoweekday() == rule.weekday + 1
            else:
                wanted = rule.first_day <= day and day <= (rule.last_day or rule.first_day)
            if wanted:
                first = rule.opens.hour * 60 + rule.opens.minute if rule.opens else 0
                last = rule.closes.hour * 60 + rule.closes.minute if rule.closes else 0
                minute, on = first, day
                while True:
                    minutes.add((on, minute))
                    minute += 1
                    if minute == 1440:
                        minute, on = 0, on + timedelta(days=1)
                    if minute == last:
                        break
            day += timedelta(days=1)

    def is_open(self, moment):
        wall = moment.astimezone(self.zone)
        key = (wall.date(), wall.hour * 60 + wall.minute)
        if moment in self.by_hand or key in self.shut:
            return False
        if moment in self.forced:
            return True
        if (wall.month, wall.day) in self.holidays:
            return False
        return self.always or key in self.open


@pytest.mark.parametrize(("zone", "country", "holidays", "rules", "closures"), CASES, ids=[case[0] for case in CASES])
def test_every_minute_of_a_year_is_as_a_scan_of_the_clock_says(zone, country, holidays, rules, closures):
    timetable = Timetable(ZoneInfo(zone), rules, closures, country=country)
    scan = MinuteScan(rules, closures, zone, holidays)
    # Local 1 January to local 31 December, so that the typed holidays cover every minute.
    start = datetime(YEAR, 1, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    end = datetime(YEAR + 1, 1, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    minute, wrong, changes = timedelta(minutes=1), [], []
    moment, before = start, None
    promised = timetable.at(start)
    while moment < end:
        expected, opening = scan.is_open(moment), timetable.at(moment)
        if opening.is_open is not expected:
            wrong.append((moment, expected, opening))
        if expected is not before:
            if before is not None:
                changes.append((moment, promised.closes_at if before else promised.opens_at))
            promised = opening
        before, moment = expected, moment + minute
    assert wrong[:3] == []
    # Each change was foretold, to the minute, by the answer given when the stretch before it began.
    assert [pair for pair in changes if pair[0] != pair[1]] == []
    assert len(changes) > 4


def test_the_scan_can_fail():
    """The comparison above would notice a single wrong minute."""
    rules = weekly([0], (8, 0), (16, 1))
    timetable = Timetable(ZoneInfo("Europe/Oslo"), weekly([0], (8, 0), (16, 0)))
    scan = MinuteScan(rules, [], "Europe/Oslo", set())
    monday = utc(2026, 1, 5, 15, 0)
    assert timetable.at(monday).is_open is False
    assert scan.is_open(monday) is True
