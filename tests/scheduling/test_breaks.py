"""A planned break begins by itself, after the call in hand, and ends with a reminder."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from operators import presence
from operators.models import Operator, Presence, PresenceChange
from scheduling import services
from scheduling.models import Break
from scheduling.services import PlannedBreak
from tests.people import make_hotline, make_operator, make_user

pytestmark = pytest.mark.django_db
DAY = datetime(2026, 11, 23, tzinfo=UTC)


def clock(hours, minutes=0):
    return DAY + timedelta(hours=hours, minutes=minutes)


@pytest.fixture
def operator():
    operator = make_operator(make_hotline())
    services.add_shift(
        operator,
        starts_at=clock(8),
        ends_at=clock(16),
        breaks=[PlannedBreak("lunch", clock(11, 30), clock(12)), PlannedBreak("short", clock(14), clock(14, 15))],
        by=make_user("supervisor"),
    )
    return operator


def put(operator, state, at):
    presence.change(operator.pk, state, at=at, cause=presence.Cause.CHOSEN, from_states=presence.ALL)


def state(operator):
    return Operator.objects.get(pk=operator.pk).state


def lunch(operator):
    return Break.objects.get(shift__operator=operator, kind="lunch")


def tick(at):
    """One second of the switchboard."""
    return services.begin_due_breaks(at), services.remind_break_ends(at)


def test_nothing_happens_before_a_break_is_due_and_it_costs_two_queries(operator):
    put(operator, Presence.READY, clock(8))
    with CaptureQueriesContext(connection) as queries:
        assert tick(clock(11, 29)) == (0, 0)
    assert len(queries) == 2
    assert state(operator) == Presence.READY


def test_a_ready_operator_goes_to_lunch_when_it_is_due(operator):
    put(operator, Presence.READY, clock(8))
    assert tick(clock(11, 30)) == (1, 0)
    assert state(operator) == Presence.LUNCH
    assert lunch(operator).begun_at == clock(11, 30)
    assert PresenceChange.objects.latest("at", "pk").cause == presence.Cause.BREAK_DUE
    assert tick(clock(11, 31)) == (0, 0)


@pytest.mark.parametrize("engaged", [Presence.RINGING, Presence.ON_CALL, Presence.WRAP_UP])
def test_a_break_due_during_a_call_begins_after_it_and_keeps_its_length(operator, engaged):
    put(operator, engaged, clock(11, 25))
    for minute in (30, 31, 45):
        assert tick(clock(11, minute)) == (0, 0)
        assert state(operator) == engaged
    presence.settle(operator.pk, at=clock(12, 10), cause=presence.Cause.CALL_ENDED, from_states=[engaged])
    assert state(operator) == Presence.LUNCH  # without a moment in which a call could ring
    tick(clock(12, 10))
    taken = lunch(operator)
    assert taken.begun_at == clock(12, 10)
    assert taken.late_by == timedelta(minutes=40)
    assert taken.ends_due_at == clock(12, 40)


def test_a_call_that_lasts_over_two_breaks_leaves_the_one_that_was_due_first(operator):
    put(operator, Presence.ON_CALL, clock(11, 25))
    tick(clock(11, 30))
    tick(clock(14, 5))
    assert Operator.objects.get(pk=operator.pk).next_state == Presence.LUNCH
    presence.settle(operator.pk, at=clock(14, 10), cause=presence.Cause.CALL_ENDED, from_states=[Presence.ON_CALL])
    tick(clock(14, 10))
    tick(clock(14, 15))
    assert lunch(operator).begun_at == clock(14, 10)
    assert Break.objects.get(shift__operator=operator, kind="short").begun_at is None


def test_going_ready_after_the_call_does_not_get_past_a_break_that_is_due(operator):
    put(operator, Presence.ON_CALL, clock(11, 25))
    tick(clock(11, 30))
    presence.choose(operator.pk, Presence.READY, at=clock(11, 31), by=operator.user)
    tick(clock(11, 32))
    assert Operator.objects.get(pk=operator.pk).next_state == Presence.LUNCH


def test_what_the_operator_chose_for_after_the_call_is_not_overwritten(operator):
    put(operator, Presence.ON_CALL, clock(11, 25))
    presence.choose(operator.pk, Presence.OFFLINE, at=clock(11, 26), by=operator.user)
    tick(clock(11, 30))
    assert Operator.objects.get(pk=operator.pk).next_state == Presence.OFFLINE


def test_the_end_of_a_break_is_reminded_of_once_and_the_overrun_is_recorded(operator):
    put(operator, Presence.READY, clock(8))
    tick(clock(11, 30))
    assert tick(clock(11, 59)) == (0, 0)
    assert tick(clock(12)) == (0, 1)
    assert tick(clock(12, 1)) == (0, 0)
    presence.choose(operator.pk, Presence.READY, at=clock(12, 7), by=operator.user)
    tick(clock(12, 9))  # even if nobody looked for a while
    taken = lunch(operator)
    assert taken.reminded_at == clock(12)
    assert taken.finished_at == clock(12, 7)
    assert taken.overrun == timedelta(minutes=7)


def test_coming_back_early_is_no_overrun_and_does_not_begin_the_break_again(operator):
    put(operator, Presence.READY, clock(8))
    tick(clock(11, 30))
    presence.choose(operator.pk, Presence.READY, at=clock(11, 50), by=operator.user)
    tick(clock(11, 51))
    taken = lunch(operator)
    assert (taken.finished_at, taken.overrun, taken.reminded_at) == (clock(11, 50), timedelta(), None)
    assert state(operator) == Presence.READY


def test_a_break_begun_by_hand_a_little_early_is_the_planned_one(operator):
    put(operator, Presence.READY, clock(8))
    presence.choose(operator.pk, Presence.LUNCH, at=clock(11, 25), by=operator.user)
    tick(clock(11, 30))
    assert lunch(operator).begun_at == clock(11, 25)
    assert tick(clock(11, 55)) == (0, 1)


def test_a_lunch_that_runs_into_the_next_break_is_still_the_lunch(operator):
    put(operator, Presence.READY, clock(8))
    tick(clock(11, 30))
    for minute in range(0, 20):
        tick(clock(14, minute))
    short = Break.objects.get(shift__operator=operator, kind="short")
    assert (short.begun_at, short.finished_at) == (None, clock(14, 15))
    assert lunch(operator).finished_at is None


@pytest.mark.parametrize("away", [Presence.OFFLINE, Presence.OTHER, Presence.DISCONNECTED, Presence.MISSED])
def test_whoever_is_away_is_left_alone_and_the_break_lapses(operator, away):
    put(operator, Presence.READY, clock(8))
    put(operator, away, clock(9))
    tick(clock(11, 30))
    assert state(operator) == away
    assert lunch(operator).finished_at is None
    tick(clock(12))
    assert (lunch(operator).begun_at, lunch(operator).finished_at) == (None, clock(12))


def test_whoever_comes_back_within_the_time_of_a_break_goes_to_it(operator):
    tick(clock(11, 30))
    put(operator, Presence.READY, clock(11, 40))
    assert tick(clock(11, 41)) == (1, 0)
    assert lunch(operator).ends_due_at == clock(12, 11)


def test_breaks_of_shifts_long_over_lapse_and_never_begin(operator):
    put(operator, Presence.ON_CALL, clock(40))
    assert tick(clock(40)) == (0, 0)
    assert Operator.objects.get(pk=operator.pk).next_state == ""
    assert Break.objects.filter(finished_at=clock(40), begun_at=None).count() == 2
