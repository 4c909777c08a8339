"""The wallboard's numbers."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from analytics.board import board
from analytics.counting import count, total
from analytics.figures import abandonment_rate, service_level
from lines.models import OpeningRule
from operators.models import Operator, Presence
from tests.analytics.calls import make_call
from tests.people import make_hotline, make_operator

AT = datetime(2026, 11, 17, 12, 50, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def minutes(n):
    return timedelta(minutes=n)


def test_an_empty_hotline_has_no_service_level_rather_than_none_or_all_of_it():
    shown = board([make_hotline().pk], AT)
    assert (shown.waiting, shown.longest_wait_seconds, shown.waiting_since) == (0, 0.0, None)
    assert shown.service_level.value is None
    assert shown.abandoned_today.value is None


def test_no_hotline_is_a_calm_board():
    shown = board([], AT)
    assert (shown.waiting, shown.goal_percent, shown.next_change, shown.strips) == (0, None, None, ())


def test_who_waits_and_since_when():
    hotline = make_hotline()
    make_call(hotline, AT - minutes(3))
    make_call(hotline, AT - minutes(1))
    make_call(hotline, AT - minutes(9), training=True)
    shown = board([hotline.pk], AT)
    assert shown.waiting == 2
    assert shown.longest_wait_seconds == 180
    assert shown.strips[0].waiting_since == AT - minutes(3)


def test_the_board_says_what_the_intervals_say():
    chance = random.Random(7)
    hotlines = [make_hotline(service_level_seconds=s) for s in (10, 20, 30)]
    for n in range(150):
        queued_at = AT - timedelta(seconds=chance.uniform(0, 12 * 3600))
        talk = chance.choice([None, 5])
        make_call(hotlines[n % 3], queued_at, wait=chance.uniform(0, 60), talk=talk, wrap=3)
    ids = [h.pk for h in hotlines]
    midnight = AT.replace(hour=0, minute=0)
    count(ids, midnight, AT)
    shown = board(ids, AT)
    today, half_hour = total(ids, midnight, AT), total(ids, AT.replace(minute=30), AT)
    assert half_hour.offered > 0
    assert (shown.service_level.part, shown.service_level.whole) == (
        service_level(half_hour).part,
        service_level(half_hour).whole,
    )
    assert shown.abandoned_today == abandonment_rate(today)
    for name in ("offered", "answered", "answered_in_time", "abandoned", "short_abandoned", "voicemail"):
        assert getattr(shown.today, name) == getattr(today, name)
    for name in ("wait_seconds", "talk_seconds", "wrap_seconds", "longest_wait_seconds"):
        assert getattr(shown.today, name) == pytest.approx(getattr(today, name))
    for strip in shown.strips:
        assert strip.today.offered == total([strip.hotline.pk], midnight, AT).offered


def test_today_begins_at_midnight_of_each_hotline():
    manila, oslo = make_hotline(time_zone="Asia/Manila"), make_hotline(time_zone="Europe/Oslo")
    for hotline in (manila, oslo):
        make_call(hotline, datetime(2026, 11, 16, 22, 30, tzinfo=UTC), wait=1, talk=1)  # 06:30 on the 17th in Manila
    shown = board([manila.pk, oslo.pk], AT)
    assert {s.hotline.pk: s.today.offered for s in shown.strips} == {manila.pk: 1, oslo.pk: 0}


def test_an_operator_of_two_hotlines_counts_once_and_on_both_strips():
    first, second = make_hotline(), make_hotline()
    make_operator(first, second, state=Presence.READY)
    make_operator(first, state=Presence.WRAP_UP)
    make_operator(first, state=Presence.LUNCH)
    make_operator(second, state=Presence.OFFLINE)
    make_operator(second, state=Presence.READY, active=False)
    shown = board([first.pk, second.pk], AT)
    assert (shown.staff.ready, shown.staff.on_call, shown.staff.on_break, shown.staff.present) == (1, 1, 1, 3)
    by_hotline = {s.hotline.pk: s.staff.ready for s in shown.strips}
    assert by_hotline == {first.pk: 1, second.pk: 1}


def test_nobody_sees_another_hotlines_calls():
    mine, other = make_hotline(), make_hotline()
    make_call(other, AT - minutes(1))
    shown = board([mine.pk], AT)
    assert shown.waiting == 0
    assert [s.hotline for s in shown.strips] == [mine]


def test_open_until_the_last_one_closes_and_closed_until_the_first_opens():
    short, long = make_hotline(), make_hotline()
    for hotline, closes in ((short, 16), (long, 20)):
        for weekday in range(7):
            OpeningRule.objects.create(
                hotline=hotline, kind="weekly", weekday=weekday, opens="08:00", closes=f"{closes}:00"
            )
    assert board([short.pk, long.pk], AT).next_change == AT.replace(hour=20, minute=0)
    night = board([short.pk, long.pk], AT.replace(hour=22))
    assert not night.is_open
    assert night.next_change == (AT + timedelta(days=1)).replace(hour=8, minute=0)


def test_the_goal_of_the_board_is_weighed_by_calls():
    strict, mild = make_hotline(service_level_percent=90), make_hotline(service_level_percent=60)
    make_call(mild, AT - minutes(5), wait=1, talk=1)
    assert board([strict.pk, mild.pk], AT).goal_percent == 60
    assert board([strict.pk], AT).goal_percent == 90


def test_few_queries_however_many_hotlines(django_assert_num_queries):
    ids = [make_hotline().pk for _ in range(12)]
    make_operator(*[])
    board(ids, AT)  # the opening hours are remembered from here on
    assert Operator.objects.count() == 1
    with django_assert_num_queries(4):
        shown = board(ids, AT)
        _ = (shown.service_level, shown.today, shown.next_change, shown.staff.ready, [s.opening for s in shown.strips])
