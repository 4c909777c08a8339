"""What the same weekday usually brings."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from analytics.board import board
from analytics.counting import count
from analytics.usual import WEEK, read
from tests.analytics.calls import make_call
from tests.people import make_hotline

AT = datetime(2026, 11, 17, 12, 50, tzinfo=UTC)  # a Tuesday
LONG_AGO = AT - 8 * WEEK
pytestmark = pytest.mark.django_db


def calls(hotline, at, number, **fields):
    for n in range(number):
        make_call(hotline, at + timedelta(seconds=n), **{"wait": 5, "talk": 60, **fields})


def usual(hotline, at=AT, zone="UTC"):
    count([hotline.pk], LONG_AGO, at)
    return read([hotline.pk], ZoneInfo(zone), at)


def test_a_number_of_calls_is_the_median_of_the_weeks_that_had_any():
    hotline = make_hotline()
    for week, number in ((1, 2), (2, 4), (3, 30)):
        calls(hotline, AT - week * WEEK, number)
    before = usual(hotline)
    assert before.weeks == 3
    assert before.offered(12 * 60, 13 * 60) == 4
    assert before.offered(0, 12 * 60) == 0


def test_other_weekdays_and_the_fifth_week_are_no_examples():
    hotline = make_hotline()
    calls(hotline, AT - timedelta(days=1), 3)
    calls(hotline, AT - timedelta(days=6), 3)
    calls(hotline, AT - 5 * WEEK, 3)
    assert usual(hotline).weeks == 0
    assert usual(hotline).offered(0, 24 * 60) is None


def test_shares_are_made_from_the_sums_of_all_weeks():
    hotline = make_hotline(service_level_seconds=20)
    calls(hotline, AT - WEEK, 1, wait=60)
    calls(hotline, AT - 2 * WEEK, 9, wait=5)
    assert usual(hotline).service_level(12 * 60, 13 * 60).percent == 90
    calls(hotline, AT - WEEK, 1, wait=30, talk=None)
    lost = usual(hotline).abandoned(0, 13 * 60)
    assert (lost.part, lost.whole) == (1, 11)


def test_a_day_is_that_of_the_clock_on_the_wall_whatever_the_clocks_did_between():
    hotline = make_hotline(time_zone="Europe/Oslo")
    monday = datetime(2026, 10, 26, 9, 0, tzinfo=ZoneInfo("Europe/Oslo"))  # the night before, clocks went back
    calls(hotline, (monday - WEEK).astimezone(UTC), 5)
    before = usual(hotline, at=monday.astimezone(UTC), zone="Europe/Oslo")
    assert before.offered(9 * 60, 10 * 60) == 5
    assert before.offered(0, 9 * 60) == 0


@pytest.mark.parametrize(("day", "hours"), [("2026-10-25", 25), ("2026-03-29", 23), ("2026-11-17", 24)])
def test_a_day_has_as_many_hours_as_its_clock_shows(day, hours):
    hotline = make_hotline(time_zone="Europe/Oslo")
    at = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=ZoneInfo("Europe/Oslo"))
    make_call(hotline, at - timedelta(minutes=1), wait=1, talk=1)
    shown = board([hotline.pk], at)
    assert len(shown.hours) == hours
    assert sum(hour.counts.offered for hour in shown.hours) == shown.today.offered == 1


def test_the_hours_of_the_board_add_up_to_its_day_and_know_the_usual():
    hotline = make_hotline()
    calls(hotline, AT - WEEK, 6)
    for hours in (0, 1, 5):
        calls(hotline, AT - timedelta(hours=hours, minutes=1), 2)
    count([hotline.pk], LONG_AGO, AT)
    shown = board([hotline.pk], AT)
    assert sum(hour.counts.offered for hour in shown.hours) == shown.today.offered == 6
    noon = next(hour for hour in shown.hours if hour.starts_at.hour == 12)
    assert (noon.counts.offered, noon.usual) == (2, 6)


def test_the_clock_of_a_board_is_that_of_most_of_its_hotlines():
    for zone in ("Asia/Manila", "Europe/Oslo", "Europe/Oslo"):
        last = make_hotline(time_zone=zone)
    pks = range(last.pk - 2, last.pk + 1)
    assert board(pks, AT).zone.key == "Europe/Oslo"
    assert board(pks, AT).zones_differ
