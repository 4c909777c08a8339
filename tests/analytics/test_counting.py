"""Quarter-hour rows: what the register says, each time it is counted."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from analytics.counting import count, interval_start, total
from analytics.figures import service_level
from analytics.models import IntervalCount
from tests.analytics.calls import make_call
from tests.people import make_hotline

NOON = datetime(2026, 11, 17, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def seconds(n):
    return timedelta(seconds=n)


def a_day_by_hand(hotline):
    """Ten calls from noon on; goal 20 s, short below 5 s. The sums below are added up on paper."""
    make_call(hotline, NOON, wait=4, talk=100, wrap=30)
    make_call(hotline, NOON + seconds(60), wait=20, talk=200, wrap=20)  # exactly in time
    make_call(hotline, NOON + seconds(120), wait=21, talk=300, wrap=10)  # a second too late
    make_call(hotline, NOON + seconds(180), wait=0, talk=50, wrap=0)
    make_call(hotline, NOON + seconds(240), wait=4)  # short abandon
    make_call(hotline, NOON + seconds(300), wait=5)  # abandoned, no longer short
    make_call(hotline, NOON + seconds(360), wait=90)
    left = NOON + seconds(420 + 120)
    make_call(
        hotline, NOON + seconds(420), wait=150, voicemail_at=left, outcome="voicemail", ended_at=left + seconds(30)
    )
    make_call(
        hotline, NOON + seconds(480), queued_at=None, state="ended", outcome="abandoned", ended_at=NOON
    )  # greeting
    make_call(
        hotline, NOON + seconds(500), queued_at=None, state="ended", outcome="closed", refused="closed", ended_at=NOON
    )
    make_call(hotline, NOON + seconds(510), wait=3, talk=10, training=True)  # practice


@pytest.mark.django_db
def test_a_quarter_of_an_hour_counted_by_hand():
    hotline = make_hotline(service_level_seconds=20, short_abandon_seconds=5)
    a_day_by_hand(hotline)
    count([hotline.pk], NOON - HOUR, NOON + HOUR)  # the first of them arrived at 11:59:55
    row = IntervalCount.objects.get(offered__gt=0)
    assert row.starts_at == NOON
    assert (row.offered, row.answered, row.answered_in_time) == (8, 4, 3)
    assert (row.abandoned, row.short_abandoned, row.voicemail) == (3, 1, 1)
    assert (row.wait_seconds, row.talk_seconds, row.wrap_seconds) == (45.0, 650.0, 60.0)
    assert row.longest_wait_seconds == 120.0  # the voicemail's caller waited two minutes
    whole = total([hotline.pk], NOON - HOUR, NOON + HOUR)
    assert (whole.received, whole.lost_before_queue, whole.turned_away) == (10, 1, 1)
    assert service_level(whole).part, service_level(whole).whole == (3, 7)


@pytest.mark.django_db
def test_counting_again_changes_nothing_and_a_late_note_is_taken_in():
    hotline = make_hotline()
    call = make_call(hotline, NOON, wait=4, talk=100, wrap=30)
    for _ in range(3):
        count([hotline.pk], NOON, NOON + HOUR)
    assert total([hotline.pk], NOON - HOUR, NOON + HOUR).wrap_seconds == 30
    call.wrapped_at += timedelta(seconds=15)
    call.save()
    count([hotline.pk], NOON, NOON + HOUR)
    assert total([hotline.pk], NOON - HOUR, NOON + HOUR).wrap_seconds == 45


@pytest.mark.django_db
def test_an_interval_whose_calls_were_taken_away_is_emptied():
    hotline = make_hotline()
    call = make_call(hotline, NOON, wait=4, talk=100)
    count([hotline.pk], NOON, NOON + HOUR)
    call.delete()
    count([hotline.pk], NOON, NOON + HOUR)
    assert total([hotline.pk], NOON - HOUR, NOON + HOUR).offered == 0


@pytest.mark.django_db
def test_a_note_left_open_over_lunch_is_capped():
    hotline = make_hotline()
    make_call(hotline, NOON, wait=4, talk=100, wrap=36_291)
    count([hotline.pk], NOON, NOON + HOUR)
    assert total([hotline.pk], NOON, NOON + HOUR).wrap_seconds == 3600


@pytest.mark.django_db
def test_a_part_of_an_interval_is_never_counted_alone():
    hotline = make_hotline()
    make_call(hotline, NOON + seconds(30), wait=4, talk=10)
    make_call(hotline, NOON + seconds(800), wait=4, talk=10)
    count([hotline.pk], NOON + seconds(700), NOON + seconds(810))
    assert IntervalCount.objects.get(hotline=hotline, starts_at=NOON).offered == 2


@pytest.mark.django_db
def test_calls_of_other_hotlines_stay_apart():
    mine, other = make_hotline(), make_hotline()
    make_call(mine, NOON, wait=1, talk=1)
    make_call(other, NOON, wait=1)
    count([mine.pk, other.pk], NOON, NOON + HOUR)
    assert total([mine.pk], NOON, NOON + HOUR).answered == 1
    assert total([other.pk], NOON, NOON + HOUR).answered == 0


@pytest.mark.parametrize("minute, begins", [(0, 0), (14, 0), (15, 15), (59, 45)])
def test_a_moment_lies_in_the_quarter_that_began_before_it(minute, begins):
    assert interval_start(NOON.replace(minute=minute, second=59)) == NOON.replace(minute=begins)


@pytest.mark.django_db(transaction=True)
@pytest.mark.races
def test_two_workers_that_count_at_once_write_one_row_each_interval():
    hotline = make_hotline()
    for n in range(40):
        make_call(hotline, NOON + seconds(100 * n), wait=n, talk=10)
    failed = []

    def work():
        try:
            for _ in range(5):
                count([hotline.pk], NOON, NOON + 2 * HOUR)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert failed == []
    assert total([hotline.pk], NOON, NOON + 2 * HOUR).offered == 40
