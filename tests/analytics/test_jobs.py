"""Two beats are one effect."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from analytics.jobs import once
from analytics.models import IntervalCount, JobRun
from analytics.tasks import count_nightly, count_recent
from tests.analytics.calls import make_call
from tests.people import make_hotline

AT = datetime(2026, 11, 17, 12, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_a_job_asked_for_twice_in_a_period_is_done_once(time_machine):
    time_machine.move_to(AT, tick=False)
    make_call(make_hotline(), AT - timedelta(minutes=5), wait=1, talk=1)
    count_recent()
    IntervalCount.objects.update(offered=77)
    count_recent()
    assert IntervalCount.objects.filter(offered=77).exists()
    assert JobRun.objects.get().result == {"intervals": 1}
    time_machine.move_to(AT + timedelta(minutes=1), tick=False)
    count_recent()
    assert not IntervalCount.objects.filter(offered=77).exists()


@pytest.mark.django_db
def test_the_night_counts_the_last_week_and_forgets_old_runs(time_machine):
    time_machine.move_to(AT, tick=False)
    hotline = make_hotline()
    make_call(hotline, AT - timedelta(days=6), wait=1, talk=1, greeting=0)
    JobRun.objects.create(job="count_recent", period="old", started_at=AT - timedelta(days=31))
    count_nightly()
    count_nightly()
    assert IntervalCount.objects.filter(hotline=hotline, answered=1).count() == 1
    assert JobRun.objects.get().result == {"intervals": 1, "forgotten": 1}


@pytest.mark.django_db
def test_a_job_that_failed_says_how_and_may_be_done_again():
    with pytest.raises(ZeroDivisionError), once("sum", "today", AT):
        raise ZeroDivisionError("+4799912345")
    run = JobRun.objects.get()
    assert run.error == "ZeroDivisionError" and run.finished_at
    with once("sum", "today", AT) as again:
        assert again is not None
    assert JobRun.objects.get().error == ""


@pytest.mark.django_db
def test_a_job_whose_worker_died_is_taken_over_after_the_time_limit_and_not_before():
    JobRun.objects.create(job="sum", period="today", started_at=AT)
    with once("sum", "today", AT + timedelta(minutes=4)) as run:
        assert run is None
    with once("sum", "today", AT + timedelta(minutes=6)) as run:
        assert run is not None


@pytest.mark.django_db(transaction=True)
@pytest.mark.races
def test_of_many_workers_one_does_the_job():
    at, done = timezone.now(), []

    def work():
        try:
            with once("sum", "today", at) as run:
                if run:
                    done.append(run)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert len(done) == 1
