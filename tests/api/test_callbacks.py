"""Promised callbacks through the API."""

from datetime import timedelta

import pytest
from django.utils import timezone

from calls.models import Callback
from tests.api.conftest import signed

pytestmark = pytest.mark.django_db
PROMISED = {"id", "call", "hotline", "number", "state", "promised_by", "attempts", "asked_at", "done_at"}
NUMBER = "+4791234567"


def promised(house, number=NUMBER, **fields):
    at = timezone.now()
    facts = {"asked_at": at, "queued_at": at, "promised_by": at + timedelta(minutes=10)} | fields
    return Callback.objects.create(hotline=house.hotline, call=house.call, number=number, **facts)


def test_a_row_says_what_programs_rely_on_and_the_number_is_masked(ours):
    callback = promised(ours)
    answer = signed(ours.operator.user).get("/api/v1/callbacks/")
    (row,) = answer.json()["results"]
    assert row.keys() >= PROMISED
    assert (row["id"], row["call"], row["hotline"]) == (str(callback.pk), str(ours.call.pk), "Bookshop")
    assert (row["state"], row["attempts"], row["done_at"]) == ("waiting", 0, None)
    assert NUMBER[3:-2] not in answer.content.decode()
    assert row["number"].endswith("67")


def test_only_ones_own_hotlines_callbacks_are_listed(ours, theirs):
    promised(theirs)
    assert signed(ours.supervisor).get("/api/v1/callbacks/").json()["count"] == 0
    assert signed(None).get("/api/v1/callbacks/").status_code == 401


def test_they_come_in_pages_newest_first_and_by_state(ours, django_assert_num_queries):
    for n in range(5):
        promised(ours, f"+4790000{n:03}", state="done" if n % 2 else "waiting", asked_at=timezone.now() + timedelta(n))
    client = signed(ours.supervisor)
    page = client.get("/api/v1/callbacks/", {"page_size": 2}).json()
    assert (page["count"], len(page["results"])) == (5, 2)
    moments = [row["asked_at"] for row in client.get("/api/v1/callbacks/").json()["results"]]
    assert moments == sorted(moments, reverse=True)
    assert client.get("/api/v1/callbacks/", {"state": "done"}).json()["count"] == 2
    assert client.get("/api/v1/callbacks/", {"state": "no"}).status_code == 400


def test_a_callback_is_not_changed_here(ours):
    callback = promised(ours)
    client = signed(ours.supervisor)
    assert client.post("/api/v1/callbacks/", {}, format="json").status_code == 405
    assert client.delete(f"/api/v1/callbacks/{callback.pk}/").status_code == 404
