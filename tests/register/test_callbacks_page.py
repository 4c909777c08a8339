"""The page of callbacks: what is promised and kept, and what a supervisor does about it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from calls.models import Call, Callback
from hotline.core.models import AuditEntry
from tests.analytics.calls import make_call
from tests.people import make_operator

pytestmark = pytest.mark.django_db


@pytest.fixture
def promised(hotline):
    def make(number="+4791234567", **fields):
        at = timezone.now()
        call = make_call(hotline, at - timedelta(minutes=9), wait=30, caller_number=number, caller_kind="number")
        facts = {"asked_at": at, "queued_at": at, "promised_by": at + timedelta(minutes=10), "next_try_at": at} | fields
        return Callback.objects.create(hotline=hotline, call=call, number=number, **facts)

    return make


def page(client):
    answer = client.get("/callbacks/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_numbers_are_masked_and_the_promise_stands_beside_them(client, supervisor, promised):
    promised()
    text = page(client)
    assert "+47••••••67" in text and "91234567" not in text
    assert "by " in text


def test_kept_and_broken_promises_are_counted_and_named(client, supervisor, promised):
    at = timezone.now()
    promised(state="done", tried_at=at, done_at=at, outcome="answered")
    promised("+4790000001", state="failed", tried_at=at + timedelta(hours=1), outcome="not_reached", attempts=3)
    text = page(client)
    assert "(50 %)" in text and "not kept" in text and "not reached" in text


def test_a_supervisor_cancels_and_the_call_that_waits_in_its_stead_ends(client, supervisor, hotline, promised):
    callback = promised()
    stands_in = make_call(hotline, timezone.now(), direction="outgoing", callback=callback)
    Call.objects.filter(pk=stands_in.pk).update(state="waiting", ended_at=None, answered_at=None, outcome="")
    Callback.objects.update(attempt=stands_in)
    client.post(f"/callbacks/{callback.pk}/cancel/")
    callback.refresh_from_db()
    stands_in.refresh_from_db()
    assert (callback.state, stands_in.state, stands_in.outcome) == ("cancelled", "ended", "cancelled")
    assert AuditEntry.objects.filter(verb="callback.cancelled").exists()
    assert "settled already" in client.post(f"/callbacks/{callback.pk}/cancel/", follow=True).content.decode()


def test_a_supervisor_has_one_called_now(client, supervisor, promised):
    callback = promised(next_try_at=timezone.now() + timedelta(hours=1))
    client.post(f"/callbacks/{callback.pk}/now/")
    callback.refresh_from_db()
    assert callback.next_try_at <= timezone.now()


def test_an_operator_sees_the_list_and_sees_to_those_who_were_not_reached_but_cancels_nothing(
    client, hotline, promised
):
    kari = make_operator(hotline)
    client.force_login(kari.user)
    callback = promised(state="failed", outcome="not_reached", attempts=3, done_at=timezone.now())
    other = promised("+4790000001")
    assert "Cancel" not in page(client)
    assert client.post(f"/callbacks/{other.pk}/cancel/").status_code == 403
    assert client.post(f"/callbacks/{other.pk}/now/").status_code == 403
    desk = client.get("/desk/").content.decode()
    assert "Promised a callback and not reached" in desk and f"/callbacks/{callback.pk}/handled/" in desk
    client.post(f"/callbacks/{callback.pk}/handled/")
    assert "Promised a callback and not reached" not in client.get("/desk/").content.decode()


def test_the_page_asks_the_database_as_often_for_many_as_for_one(
    client, supervisor, promised, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for first in (0, 1):
        for n in range(1 + 9 * first):
            promised(f"+479000{first}{n:03}", state="done" if n % 2 else "waiting")
        with CaptureQueriesContext(connection) as asked:
            page(client)
        counts.append(len(asked))
    assert counts[0] == counts[1]
