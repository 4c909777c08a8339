"""The page "What would happen?": who may ask it, what can be asked, and that asking changes nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from calls.blocking import block
from tests.access.test_matrix import checksums
from tests.people import make_operator
from tests.world import hotline, number_of, operator, supervisor_of

pytestmark = pytest.mark.django_db
CALLER = "+4799912345"


@pytest.fixture
def line(client):
    made = hotline(time_zone="Europe/Oslo", country="NO", greeting="Hello, this is the house.")
    client.force_login(supervisor_of(made))
    return made


def url(line) -> str:
    return f"/lines/{line.slug}/what-if/"


def asked(client, line, **given) -> str:
    form = {"number": number_of(line), "caller": "new", "moment": "", "language": "", "roster": ""} | given
    answer = client.post(url(line), form)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_begins_with_a_call_that_came_now(client, line):
    kari = operator(line, display_name="Kari Nordby")
    text = client.get(url(line)).content.decode()
    assert "Hello, this is the house." in text and "it rings at Kari Nordby" in text
    assert "always open" in text and kari.display_name in text
    assert url(line) in client.get("/lines/").content.decode()
    assert url(line) in client.get(f"/lines/{line.slug}/").content.decode()


def test_a_blocked_caller_is_foretold_to_be_turned_away_and_a_withheld_one_is_not(client, line):
    at = timezone.now()
    block(CALLER, until=at + timedelta(days=1), reason="Robot.", by=None, at=at)
    assert "is turned away unanswered" in asked(client, line, caller="number", caller_number="99 91 23 45")
    assert "is greeted" in asked(client, line, caller="withheld")
    assert "is not a telephone number" in asked(client, line, caller="number", caller_number="")


def test_a_time_that_occurs_twice_is_asked_about(client, line):
    text = asked(client, line, moment="2026-10-25T02:30")
    assert "occurs twice" in text and 'id="answer"' not in text
    assert 'id="answer"' in asked(client, line, moment="2026-10-25T02:30", moment_which="2")


def test_what_is_missing_stands_beside_the_answer(client, line):
    line.opening_rules.all().delete()
    text = client.get(url(line)).content.decode()
    assert "There are no opening hours" in text and "No operator serves it" in text
    line.numbers.all().delete()
    text = client.get(url(line)).content.decode()
    assert "No number leads here" in text


def test_asking_changes_nothing(client, line):
    operator(line)
    before = checksums()
    for roster in ("", "now", "rostered", "nobody", "busy"):
        asked(client, line, caller="number", caller_number=CALLER, roster=roster)
    assert checksums() == before


def test_operators_do_not_ask(client, line):
    client.force_login(make_operator(line).user)
    assert client.get(url(line)).status_code == 403


def test_an_answer_costs_the_same_for_two_operators_and_for_twenty(client, line, django_assert_max_num_queries):
    for _ in range(2):
        operator(line)
    client.get(url(line))
    with django_assert_max_num_queries(40) as few:
        client.get(url(line))
    for _ in range(18):
        operator(line)
    with django_assert_max_num_queries(len(few)):
        client.get(url(line))
