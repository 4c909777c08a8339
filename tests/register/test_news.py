"""What an open list hears: how many calls are new, and the rows of those that were not over."""

from datetime import timedelta

import pytest
from django.utils import timezone

from calls.models import Note
from calls.register import key_of
from tests.analytics.calls import make_call
from tests.people import make_hotline

URL = "/calls/news/"
pytestmark = pytest.mark.django_db


def news(client, **asked):
    answer = client.get(URL, asked)
    assert answer.status_code == 200
    return answer.content.decode().strip()


def test_new_calls_that_fit_are_counted_and_not_put_into_the_list(client, supervisor, hotline):
    at = timezone.now() - timedelta(minutes=10)
    old = make_call(hotline, at, wait=3)
    assert news(client, than=key_of(old)) == ""
    for n in range(3):
        make_call(hotline, at + timedelta(minutes=n + 1), wait=3)
    make_call(hotline, at + timedelta(minutes=5), wait=3, talk=3)
    make_call(make_hotline(), at + timedelta(minutes=5), wait=3)
    assert "4 new" in news(client, than=key_of(old))
    assert "3 new" in news(client, than=key_of(old), show="abandoned")
    assert "<tr" not in news(client, than=key_of(old))


def test_an_empty_list_hears_of_its_first_call(client, supervisor, hotline):
    make_call(hotline, timezone.now())
    assert "1 new" in news(client, than="")


def test_a_search_hears_of_calls_that_fit(client, supervisor, hotline):
    at = timezone.now() - timedelta(minutes=10)
    old = make_call(hotline, at, wait=3)
    Note.objects.create(call=make_call(hotline, at + timedelta(minutes=1), wait=3, talk=3), summary="Pakken er borte")
    make_call(hotline, at + timedelta(minutes=2), wait=3)
    assert "1 new" in news(client, than=key_of(old), q="pakken")
    assert news(client, than=key_of(old), q="1234567") == ""


def test_rows_of_live_calls_come_along_and_foreign_ones_do_not(client, supervisor, hotline):
    live = make_call(hotline, timezone.now())
    foreign = make_call(make_hotline(), timezone.now())
    text = news(client, than=key_of(live), follow=[str(live.pk), str(foreign.pk), "nonsense"])
    assert f'id="call-{live.pk}" hx-swap-oob="true"' in text
    assert str(foreign.pk) not in text


def test_the_list_follows_what_is_not_over_and_what_has_no_note(client, supervisor, hotline):
    at = timezone.now()
    live, bare = make_call(hotline, at), make_call(hotline, at, wait=3, talk=3)
    make_call(hotline, at, wait=3)
    Note.objects.create(call=make_call(hotline, at, wait=3, talk=3), saved_at=at)
    page = client.get("/calls/").content.decode()
    assert page.count('name="follow"') == 2
    assert f'value="{live.pk}"' in page and f'value="{bare.pk}"' in page


def test_many_new_calls_are_not_counted_to_the_end(client, supervisor, hotline, monkeypatch):
    monkeypatch.setattr("calls.list_views.MANY_NEW", 2)
    for _ in range(3):
        make_call(hotline, timezone.now(), wait=3)
    assert "More than 2 new" in news(client, than="")
