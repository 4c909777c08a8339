"""Planning shifts, and who is on duty."""

import threading
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
import time_machine
from django.db import connection, connections, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.core import localtime
from hotline.core.models import AuditEntry
from scheduling import queries, services
from scheduling.models import Break, Shift
from scheduling.services import PlannedBreak
from tests.people import make_hotline, make_operator, make_user

OSLO = ZoneInfo("Europe/Oslo")
EIGHT = datetime(2026, 11, 23, 8, tzinfo=UTC)


def hour(number, minute=0):
    return EIGHT.replace(hour=0) + timedelta(hours=number, minutes=minute)


LUNCH = PlannedBreak("lunch", hour(11, 30), hour(12))
SHORT = PlannedBreak("short", hour(14), hour(14, 15))


@pytest.fixture
def by(db):
    return make_user("supervisor")


@pytest.fixture
def operator(db):
    return make_operator(make_hotline())


def plan(operator, by, start=8, end=16, breaks=(LUNCH, SHORT)):
    return services.add_shift(operator, starts_at=hour(start), ends_at=hour(end), breaks=breaks, by=by)


@pytest.mark.parametrize(
    ("evening", "hours"),
    [(date(2026, 3, 28), 7), (date(2026, 10, 24), 9), (date(2026, 6, 6), 8)],
    ids=["spring", "autumn", "summer"],
)
@pytest.mark.django_db
def test_a_night_shift_in_oslo_is_as_long_as_the_night(operator, by, evening, hours):
    start = localtime.to_utc(datetime(evening.year, evening.month, evening.day, 22), OSLO)
    end = localtime.to_utc(datetime(evening.year, evening.month, evening.day, 6) + timedelta(days=1), OSLO)
    with time_machine.travel(start, tick=False):
        shift = services.add_shift(operator, starts_at=start, ends_at=end, time_zone="Europe/Oslo", by=by)
    shift.refresh_from_db()
    assert shift.length == timedelta(hours=hours)
    assert str(shift).endswith("22:00 – 06:00")
    for passed in range(hours):
        assert queries.on_duty(start + timedelta(hours=passed)).get() == operator
    assert not queries.on_duty(end).exists()


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(name for name in available_timezones() if "/" in name)),
    st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1)),
    st.integers(1, 24 * 4),
)
def test_in_every_zone_a_shifts_length_is_the_utc_difference_however_its_wall_clock_reads(name, start, quarters):
    zone = ZoneInfo(name)
    starts_at = start.replace(tzinfo=UTC, microsecond=0)
    ends_at = starts_at + timedelta(minutes=15 * quarters)
    walls = [(localtime.to_wall(at, zone), localtime.which_of_two(at, zone)) for at in (starts_at, ends_at)]
    planned = [localtime.to_utc(wall, zone, which=which) for wall, which in walls]
    shift = Shift(starts_at=planned[0], ends_at=planned[1], time_zone=name)
    assert shift.length == timedelta(minutes=15 * quarters)


@pytest.mark.django_db
def test_on_duty_are_those_with_a_shift_who_are_not_in_a_break(operator, by):
    plan(operator, by)
    idle = make_operator()
    duty = {at: operator in queries.on_duty(at) for at in (hour(7, 59), hour(8), hour(11, 30), hour(12), hour(16))}
    assert list(duty.values()) == [False, True, False, True, False]
    assert idle not in queries.on_duty(hour(9))
    operator.active = False
    operator.save()
    assert operator not in queries.on_duty(hour(9))


@pytest.mark.django_db
def test_a_break_counts_as_it_was_taken(operator, by):
    shift = plan(operator, by)
    shift.breaks.filter(kind="lunch").update(begun_at=hour(11, 40), finished_at=hour(12, 20))
    away = [hour(11, 30), hour(11, 40), hour(12, 10), hour(12, 20)]
    assert [operator not in queries.on_duty(at) for at in away] == [False, True, True, False]
    shift.breaks.filter(kind="lunch").update(finished_at=None)  # under way: due for its full length
    assert [operator not in queries.on_duty(at) for at in (hour(12, 9), hour(12, 10))] == [True, False]


@pytest.mark.django_db
def test_the_next_break_is_the_first_that_has_not_begun(operator, by):
    shift = plan(operator, by)
    assert queries.shift_at(operator.pk, hour(9)) == shift
    assert queries.shift_at(operator.pk, hour(16)) is None
    assert queries.next_break(operator.pk, hour(9)).kind == "lunch"
    assert queries.next_break(operator.pk, hour(11, 45)).kind == "lunch"
    assert queries.next_break(operator.pk, hour(12)).kind == "short"
    shift.breaks.filter(kind="lunch").update(begun_at=hour(11, 30))
    assert queries.next_break(operator.pk, hour(11, 45)).kind == "short"
    assert queries.next_break(operator.pk, hour(7)) is None


@pytest.mark.django_db
def test_a_shift_that_overlaps_another_is_refused_with_a_sentence(operator, by):
    first = plan(operator, by)
    with pytest.raises(services.Refused, match="overlaps this one"):
        plan(operator, by, 15, 20, ())
    second = plan(operator, by, 16, 20, ())  # one may follow the other at once
    with pytest.raises(services.Refused, match="overlaps this one"):
        services.change_shift(second, starts_at=hour(15, 59), ends_at=hour(20), by=by)
    services.change_shift(first, starts_at=hour(7), ends_at=hour(16), by=by)
    other = make_operator()
    plan(other, by)
    assert Shift.objects.count() == 3
    assert queries.rest_before(Shift.objects.get(pk=second.pk)) == timedelta()


@pytest.mark.parametrize(
    ("breaks", "sentence"),
    [
        ([LUNCH, PlannedBreak("short", hour(11, 45), hour(12, 5))], "11:30 and 11:45 overlap"),
        ([PlannedBreak("lunch", hour(7), hour(7, 30))], "at 07:00 lies outside"),
        ([PlannedBreak("lunch", hour(15, 45), hour(16, 15))], "at 15:45 lies outside"),
        ([PlannedBreak("lunch", hour(12), hour(12))], "ends before it starts"),
    ],
)
@pytest.mark.django_db
def test_breaks_lie_within_the_shift_and_apart(operator, by, breaks, sentence):
    with pytest.raises(services.Refused, match=sentence):
        plan(operator, by, breaks=breaks)
    assert Shift.objects.count() == 0


@pytest.mark.django_db
def test_a_shift_ends_after_it_starts_and_within_a_day(operator, by):
    with pytest.raises(services.Refused, match="before it starts"):
        plan(operator, by, 16, 16, ())
    with pytest.raises(services.Refused, match="24 hours"):
        plan(operator, by, 0, 25, ())
    with pytest.raises(services.Refused, match="time zone"):
        services.add_shift(operator, starts_at=hour(1), ends_at=hour(2), time_zone="Moon/Base", by=by)


@pytest.mark.django_db
def test_changing_a_shift_plans_its_breaks_anew_but_keeps_those_begun(operator, by):
    shift = plan(operator, by)
    shift.breaks.filter(kind="lunch").update(begun_at=hour(11, 30))
    anew = [PlannedBreak("short", hour(13), hour(13, 10))]
    services.change_shift(shift, starts_at=hour(8), ends_at=hour(17), breaks=anew, by=by)
    assert [(row.kind, row.starts_at) for row in shift.breaks.all()] == [("lunch", hour(11, 30)), ("short", hour(13))]
    with pytest.raises(services.Refused, match="overlap"):
        services.change_shift(shift, starts_at=hour(8), ends_at=hour(17), breaks=[LUNCH], by=by)
    services.change_shift(shift, starts_at=hour(8), ends_at=hour(18), by=by)
    assert shift.breaks.count() == 2
    assert AuditEntry.objects.filter(verb="shift.changed").count() == 2


@pytest.mark.django_db
def test_a_shift_that_has_begun_stays_in_the_books(operator, by):
    shift = plan(operator, by)
    with pytest.raises(services.Refused, match="has begun"):
        services.remove_shift(shift, by=by, at=hour(8))
    services.remove_shift(shift, by=by, at=hour(7))
    assert not Shift.objects.exists()
    assert not Break.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_the_database_refuses_is_a_sentence_too():
    """Somebody writes past the services, unseen until their commit: the constraint itself refuses."""
    operator, by = make_operator(), make_user("supervisor")
    inserted, done = threading.Event(), []

    def other():
        with transaction.atomic():
            Shift.objects.create(operator=operator, starts_at=hour(8), ends_at=hour(16))
            inserted.set()
            _wait_until_somebody_is_blocked()
        connections.close_all()

    def planner():
        inserted.wait(10)
        try:
            plan(operator, by, 10, 12, ())
        except services.Refused as refusal:
            done.append(str(refusal))
        connections.close_all()

    _run(other, planner)
    assert len(done) == 1
    assert "Somebody else has just planned a shift" in done[0]
    assert Shift.objects.count() == 1


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_of_two_planners_at_once_one_wins_and_the_other_reads_a_sentence():
    operator, by = make_operator(), make_user("supervisor")
    for _round in range(100):
        barrier, outcomes = threading.Barrier(2), []

        def planner(offset, barrier=barrier, outcomes=outcomes):
            barrier.wait(10)
            try:
                plan(operator, by, 8 + offset, 16 + offset, ())
                outcomes.append("planned")
            except services.Refused as refusal:
                outcomes.append(str(refusal))
            connections.close_all()

        _run(lambda planner=planner: planner(0), lambda planner=planner: planner(3))
        assert sorted(outcome == "planned" for outcome in outcomes) == [False, True]
        assert any("overlaps this one" in outcome for outcome in outcomes)
        assert Shift.objects.count() == 1
        Shift.objects.all().delete()


def _run(*steps):
    threads = [threading.Thread(target=step) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


def _wait_until_somebody_is_blocked():
    for _try in range(500):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        threading.Event().wait(0.01)
    raise AssertionError("nobody waited")
