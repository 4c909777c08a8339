"""The search of every page: calls, answers and contacts, of one's own hotlines and never a whole number."""

from datetime import timedelta

import pytest
from django.utils import timezone

from calls.models import Call, Caller
from knowledge.models import Contact, Question
from tests.people import make_hotline, make_user

pytestmark = pytest.mark.django_db
NUMBER = "+4791234567"


@pytest.fixture
def line():
    return make_hotline("Faults line")


@pytest.fixture
def signed_in(client, line):
    client.force_login(make_user("operator", line))
    return client


def make_call(hotline, number=NUMBER, **fields):
    return Call.objects.create(
        hotline=hotline, caller_number=number, caller_kind="number", carrier_ref=f"CA{'0' * 30}{Call.objects.count():02}",
        arrived_at=timezone.now() - timedelta(hours=1), state="ended", outcome="answered", **fields,
    )  # fmt: skip


def found(client, text):
    answer = client.get("/find/", {"q": text})
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_call_is_found_by_the_end_of_its_number_which_stays_masked(signed_in, line):
    call = make_call(line)
    page = found(signed_in, "91 23 45 67")
    assert f"/calls/{call.pk}/" in page
    assert "1234567" not in page.replace(str(call.pk), "").replace("91 23 45 67", "")
    assert "67" in page


def test_six_digits_find_nothing_and_the_page_says_why(signed_in, line):
    call = make_call(line)
    page = found(signed_in, "234567")
    assert str(call.pk) not in page
    assert "seven digits" in page


def test_a_call_is_found_by_the_callers_name(signed_in, line):
    caller = Caller.objects.create(number=NUMBER, name="Tom Reiss")
    call = make_call(line, caller=caller)
    page = found(signed_in, "reiss")
    assert f"/calls/{call.pk}/" in page
    assert "Tom Reiss" in page


@pytest.mark.parametrize("by", ["pk", "carrier_ref"])
def test_a_call_is_found_by_its_id(signed_in, line, by):
    call = make_call(line)
    assert f"/calls/{call.pk}/" in found(signed_in, str(getattr(call, by)))


def test_answers_and_contacts_stand_in_groups_of_their_own(signed_in, line):
    Question.objects.create(hotline=line, question="Discoloured water", answer="Run the tap.")
    Contact.objects.create(hotline=line, name="Water works, night", role="Repairs", phone="402")
    page = found(signed_in, "water")
    assert page.index("Answers") < page.index("Discoloured water") < page.index("Contacts") < page.index("Water works")
    assert "Calls" not in page


@pytest.mark.parametrize("text", [NUMBER, "reiss", "secret", "pk", "carrier_ref"])
def test_nothing_of_another_hotline_is_found(signed_in, text):
    theirs = make_hotline("Ministry")
    call = make_call(theirs, caller=Caller.objects.create(number=NUMBER, name="Tom Reiss"))
    Question.objects.create(hotline=theirs, question="The secret", answer="None.")
    page = found(signed_in, str(getattr(call, text)) if text in ("pk", "carrier_ref") else text)
    assert "Nothing found" in page
    assert "Ministry" not in page


@pytest.mark.parametrize("text", ["", "   ", "%", "\0", "'", "a" * 3000, "+", "CA", "{{ x }}", "<b>"])
def test_odd_texts_are_harmless(signed_in, text):
    assert "<b>" not in found(signed_in, text)


def test_a_search_costs_the_same_however_much_is_found(signed_in, line, django_assert_max_num_queries):
    Contact.objects.create(hotline=line, name="Water")
    for n in range(2):
        make_call(line, number=f"+479000{n:02}123456"[:12])
        Question.objects.create(hotline=line, question=f"Water {n}", answer="Run the tap.")
    with django_assert_max_num_queries(20) as few:
        found(signed_in, "water")
    for n in range(20):
        make_call(line)
        Question.objects.create(hotline=line, question=f"Water works {n}", answer="Run the tap.")
        Contact.objects.create(hotline=line, name=f"Water {n}")
    with django_assert_max_num_queries(len(few)):
        found(signed_in, "water")
