"""Whose session it is: read in one statement, and never guessed wrong."""

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from operators import sessions
from tests.people import PASSWORD, make_user

pytestmark = pytest.mark.django_db
PAGE = "/people/me/"


@pytest.fixture
def kari():
    return make_user(username="kari")


@pytest.fixture
def client(kari):
    made = Client()
    made.force_login(kari)
    return made


def seen(client):
    """Who the page takes the client for; None for a stranger."""
    answer = client.get(PAGE)
    return answer.wsgi_request.user if answer.status_code == 200 else None


def test_the_session_and_its_person_are_read_in_one_statement(client, kari):
    with CaptureQueriesContext(connection) as asked:
        assert seen(client) == kari
    assert sum("django_session" in query["sql"] or 'WHERE "operators_user"' in query["sql"] for query in asked) == 1


def test_a_process_that_remembers_nothing_knows_the_person_as_well(client, kari):
    sessions._guesses.clear()
    assert seen(client) == kari


def test_a_wrong_guess_lets_nobody_be_taken_for_somebody_else(client, kari):
    other = make_user(username="ola")
    sessions._guesses[client.session.session_key] = other.pk
    assert seen(client) == kari
    sessions._guesses[client.session.session_key] = 0
    assert seen(client) == kari


def test_what_the_person_is_by_now_counts_at_the_next_request(client, kari):
    assert seen(client)
    kari.role = "supervisor"
    kari.save()
    assert seen(client).role == "supervisor"
    kari.is_active = False
    kari.save()
    assert seen(client) is None


def test_a_new_password_ends_the_sessions_of_the_old_one(client, kari):
    assert seen(client)
    kari.set_password(PASSWORD + "!")
    kari.save()
    assert seen(client) is None
    assert not Session.objects.exists()


def test_an_expired_session_or_one_that_was_ended_is_a_strangers(client, kari):
    key = client.session.session_key
    Session.objects.update(expire_date=timezone.now())
    assert seen(client) is None
    client.force_login(kari)
    assert client.session.session_key != key
    client.logout()
    client.cookies["sessionid"] = key
    assert seen(client) is None


def test_a_key_that_was_replaced_leaves_the_new_one_read_at_once(client, kari):
    old, other = client.session.session_key, make_user(username="ola")
    client.force_login(other)
    assert client.session.session_key != old
    assert seen(client) == other
    Session.objects.all().delete()
    assert seen(client) is None
