"""When a hotline is open: the nights the clocks change, what beats what, and the next change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.core import localtime
from lines.hours import Timetable
from lines.models import Closure, OpeningRule

OSLO, MANILA = ZoneInfo("Europe/Oslo"), ZoneInfo("Asia/Manila")
EVERY_NIGHT = [OpeningRule(kind="weekly", weekday=day, opens=time(22), closes=time(6)) for day in range(7)]
ZONES = [
    *("Europe/Oslo", "Asia/Manila", "America/New_York", "America/Santiago", "Asia/Beirut", "Africa/Casablanca"),
    *("Australia/Lord_Howe", "America/Havana", "Asia/Kathmandu", "Pacific/Chatham", "UTC"),
]


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


def length(spans):
    return sum(((end - start) for start, end in spans), timedelta())


@pytest.mark.parametrize(
    ("evening", "hours"),
    [(utc(2026, 3, 28, 12), 7), (utc(2026, 10, 24, 12), 9), (utc(2026, 6, 6, 12), 8)],
    ids=["spring", "autumn", "summer"],
)
def test_a_night_in_oslo_is_as_long_as_its_clock_makes_it(evening, hours):
    spans = Timetable(OSLO, EVERY_NIGHT).open_spans(evening, evening + timedelta(days=1))
    assert len(spans) == 1
    assert length(spans) == timedelta(hours=hours)
    assert [localtime.to_wall(moment, OSLO).time() for moment in spans[0]] == [time(22), time(6)]


def test_a_night_in_manila_is_eight_hours_on_every_night():
    spans = Timetable(MANILA, EVERY_NIGHT).open_spans(utc(2026, 1, 1, 4), utc(2027, 1, 1, 4))
    assert {end - start for start, end in spans} == {timedelta(hours=8)}
    assert len(spans) == 365


def test_hours_that_touch_the_skipped_hour_open_when_it_is_over():
    early = [OpeningRule(kind="weekly", weekday=6, opens=time(2, 30), closes=time(3, 30))]
    spans = Timetable(OSLO, early).open_spans(utc(2026, 3, 28, 12), utc(2026, 3, 29, 12))
    assert spans == [(utc(2026, 3, 29, 1), utc(2026, 3, 29, 1, 30))]


def test_hours_within_the_doubled_hour_count_both_times():
    early = [OpeningRule(kind="weekly", weekday=6, opens=time(2, 15), closes=time(2, 45))]
    spans = Timetable(OSLO, early).open_spans(utc(2026, 10, 24, 12), utc(2026, 10, 25, 12))
    assert spans == [
        (utc(2026, 10, 25, 0, 15), utc(2026, 10, 25, 0, 45)),
        (utc(2026, 10, 25, 1, 15), utc(2026, 10, 25, 1, 45)),
    ]


def test_a_closing_time_at_midnight_means_the_whole_day():
    monday = [OpeningRule(kind="weekly", weekday=0, opens=time(0), closes=time(0))]
    assert length(Timetable(OSLO, monday).open_spans(utc(2026, 11, 22), utc(2026, 11, 29))) == timedelta(hours=24)


def test_a_hotline_with_no_hours_is_closed_and_promises_nothing():
    opening = Timetable(OSLO).at(utc(2026, 5, 5))
    assert (opening.is_open, opening.reason, opening.opens_at) == (False, "outside_hours", None)


def test_a_hotline_that_is_always_open_never_closes():
    opening = Timetable(OSLO, [OpeningRule(kind="always")]).at(utc(2026, 3, 29, 1))
    assert (opening.is_open, opening.reason, opening.closes_at) == (True, "always", None)


def test_a_hotline_that_is_not_in_use_is_closed_whatever_its_hours():
    opening = Timetable(OSLO, [OpeningRule(kind="always")], in_use=False).at(utc(2026, 3, 29, 1))
    assert (opening.is_open, opening.reason, opening.opens_at) == (False, "not_in_use", None)


def test_the_stronger_rule_decides():
    always = OpeningRule(kind="always")
    once = OpeningRule(kind="one_off", starts_at=utc(2026, 5, 17, 9), ends_at=utc(2026, 5, 17, 15), note="Parade")
    closed = OpeningRule(kind="closed", first_day=date(2026, 5, 17), note="Power cut")
    closure = Closure(closed_at=utc(2026, 5, 17, 8), reopens_at=utc(2026, 5, 17, 12), message="Back at two.")
    noon = utc(2026, 5, 17, 10)
    assert Timetable(OSLO, [always]).at(noon).reason == "always"
    holiday = Timetable(OSLO, [always], country="NO").at(noon)
    assert (holiday.reason, holiday.is_open) == ("holiday", False)
    assert holiday.note
    parade = Timetable(OSLO, [always, once], country="NO").at(noon)
    assert (parade.is_open, parade.reason, parade.note) == (True, "one_off", "Parade")
    assert parade.closes_at == utc(2026, 5, 17, 15)
    shut = Timetable(OSLO, [always, once, closed], country="NO").at(noon)
    assert (shut.is_open, shut.reason, shut.note) == (False, "exception", "Power cut")
    by_hand = Timetable(OSLO, [always, once], [closure], country="NO").at(noon)
    assert (by_hand.is_open, by_hand.reason, by_hand.message) == (False, "closed_now", "Back at two.")
    assert by_hand.opens_at == utc(2026, 5, 17, 12)


def test_a_night_that_runs_into_a_holiday_ends_at_midnight():
    timetable = Timetable(OSLO, EVERY_NIGHT, country="NO")
    opening = timetable.at(utc(2026, 12, 24, 22))
    assert opening.closes_at == utc(2026, 12, 24, 23)
    # Both days of Christmas are holidays, so it opens again when the 27th begins: within the night of the 26th.
    assert timetable.at(utc(2026, 12, 25, 12)).opens_at == utc(2026, 12, 26, 23)


def test_a_season_far_ahead_is_found():
    season = OpeningRule(
        kind="dated", first_day=date(2029, 6, 1), last_day=date(2029, 6, 30), opens=time(9), closes=time(17)
    )
    assert Timetable(MANILA, [season]).at(utc(2026, 1, 1)).opens_at == utc(2029, 6, 1, 1)


def test_closed_by_hand_until_further_notice_promises_no_opening():
    closure = Closure(closed_at=utc(2026, 5, 4, 8))
    opening = Timetable(OSLO, [OpeningRule(kind="always")], [closure]).at(utc(2026, 5, 5))
    assert (opening.reason, opening.opens_at) == ("closed_now", None)


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="aware"):
        Timetable(OSLO).at(datetime(2026, 1, 1))


def test_a_country_nobody_knows_has_no_holidays():
    assert Timetable(OSLO, [OpeningRule(kind="always")], country="ZZ").at(utc(2026, 12, 25)).is_open


clock_times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
days = st.dates(date(2025, 12, 1), date(2027, 2, 1))
moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))
rules = st.one_of(
    st.builds(OpeningRule, kind=st.just("weekly"), weekday=st.integers(0, 6), opens=clock_times, closes=clock_times),
    st.builds(
        lambda day, more, opens, closes, kind: OpeningRule(
            kind=kind, first_day=day, last_day=day + timedelta(days=more), opens=opens, closes=closes
        ),
        days,
        st.integers(0, 40),
        clock_times,
        clock_times,
        st.sampled_from(["dated", "closed"]),
    ),
    st.builds(
        lambda start, minutes: OpeningRule(kind="one_off", starts_at=start, ends_at=start + timedelta(minutes=minutes)),
        moments,
        st.integers(1, 5000),
    ),
    st.just(OpeningRule(kind="always")),
)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(ZONES), st.lists(rules, max_size=6), moments, st.sampled_from(["", "NO", "PH"]))
def test_the_next_change_is_the_first_moment_at_which_the_answer_differs(zone, given_rules, moment, country):
    timetable = Timetable(ZoneInfo(zone), given_rules, country=country)
    opening = timetable.at(moment)
    change = opening.closes_at if opening.is_open else opening.opens_at
    assert (opening.opens_at if opening.is_open else opening.closes_at) is None
    if change is None:
        change = moment + timedelta(days=40)
    else:
        assert change > moment
        assert timetable.at(change).is_open is not opening.is_open
        assert timetable.at(change - timedelta(microseconds=1)).is_open is opening.is_open
    step = (change - moment) / 97
    assert all(timetable.at(moment + step * n).is_open is opening.is_open for n in range(97))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(ZONES), st.lists(rules, max_size=6), moments)
def test_stretches_cover_all_time_once_and_say_what_a_question_says(zone, given_rules, start):
    timetable = Timetable(ZoneInfo(zone), given_rules)
    end = start + timedelta(days=45)
    at = start
    for begins, ends, opening in timetable.stretches(start, end):
        assert begins == at
        assert ends > begins
        middle = begins + (ends - begins) / 2
        assert timetable.at(middle).reason == opening.reason
        at = ends
    assert at == end


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(ZONES), moments)
def test_every_moment_is_one_of_the_occurrences_of_its_wall_clock_time(zone, moment):
    zone = ZoneInfo(zone)
    wall = localtime.to_wall(moment, zone)
    found = localtime.occurrences(wall, zone)
    assert moment in found
    assert (localtime.which_of_two(moment, zone) is None) == (len(found) == 1)
    assert localtime.to_utc(wall, zone, which=localtime.which_of_two(moment, zone)) == moment


def test_a_time_that_does_not_exist_or_occurs_twice_is_said_to():
    with pytest.raises(localtime.NoSuchTime, match="go forward"):
        localtime.to_utc(datetime(2026, 3, 29, 2, 30), OSLO)
    with pytest.raises(localtime.TwiceThatNight, match="which of the two"):
        localtime.to_utc(datetime(2026, 10, 25, 2, 30), OSLO)
    assert localtime.to_utc(datetime(2026, 10, 25, 2, 30), OSLO, which=1) == utc(2026, 10, 25, 0, 30)
    assert localtime.to_utc(datetime(2026, 10, 25, 2, 30), OSLO, which=2) == utc(2026, 10, 25, 1, 30)
