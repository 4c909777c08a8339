"""Chips of the register: periods, missed calls, missing notes, one's own calls; and what each row is marked with."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from calls.models import Caller, Note, SavedView, Voicemail
from tests.analytics.calls import make_call
from tests.people import make_hotline, make_operator, make_user

URL = "/calls/"
pytestmark = pytest.mark.django_db


def shown(client, **filters):
    answer = client.get(URL, filters)
    assert answer.status_code == 200
    return [call.pk for call in answer.context["page"].calls]


def text(client, **filters):
    return client.get(URL, filters).content.decode()


def midnight(hotline):
    return timezone.localtime(timezone.now(), hotline.zone).replace(hour=0, minute=0, second=0, microsecond=0)


def test_periods_are_days_of_the_hotline_that_move_on(client, supervisor, hotline):
    today = midnight(hotline)
    first = make_call(hotline, today + timedelta(seconds=10), wait=3)
    yesterday = make_call(hotline, today - timedelta(minutes=1), wait=3)
    six_days = make_call(hotline, today - timedelta(days=5, hours=20), wait=3)
    make_call(hotline, today - timedelta(days=6, hours=2), wait=3)
    assert shown(client, period="today") == [first.pk]
    assert shown(client, period="yesterday") == [yesterday.pk]
    assert shown(client, period="week") == [first.pk, yesterday.pk, six_days.pk]
    assert shown(client, period="today", since="2020-01-01", until="2020-01-02") == [first.pk]


def test_missed_is_whatever_nobody_answered_though_it_could_have_been(client, supervisor, hotline):
    at = timezone.now() - timedelta(hours=1)
    missed = [make_call(hotline, at - timedelta(minutes=n), wait=9, outcome=each)
              for n, each in enumerate(["abandoned", "voicemail", "failed"])]  # fmt: skip
    make_call(hotline, at, wait=3, talk=9)
    make_call(hotline, at, wait=3, outcome="closed")
    assert shown(client, show="missed") == [call.pk for call in missed]


def test_a_draft_is_no_note_and_an_unanswered_call_needs_none(client, supervisor, hotline):
    at = timezone.now() - timedelta(hours=1)
    bare = make_call(hotline, at, wait=3, talk=9)
    drafted = make_call(hotline, at - timedelta(minutes=1), wait=3, talk=9)
    saved = make_call(hotline, at - timedelta(minutes=2), wait=3, talk=9)
    make_call(hotline, at, wait=9)
    Note.objects.create(call=drafted, summary="half a", drafted_at=at)
    Note.objects.create(call=saved, saved_at=at)
    assert shown(client, note="missing") == [bare.pk, drafted.pk]
    assert text(client, note="missing").count("note missing") == 2


def test_recovered_calls_alone(client, supervisor, hotline):
    mended = make_call(hotline, timezone.now(), wait=3, recovered=True)
    make_call(hotline, timezone.now(), wait=3)
    assert shown(client, recovered="1") == [mended.pk]


def test_mine_is_whoever_asks(client, hotline):
    kari, ola = make_operator(hotline), make_operator(hotline)
    hers = make_call(hotline, timezone.now(), wait=3, talk=3, operator=kari)
    his = make_call(hotline, timezone.now(), wait=3, talk=3, operator=ola)
    for person, call in ((kari, hers), (ola, his)):
        client.force_login(person.user)
        assert shown(client, operator="me") == [call.pk]
        assert "Mine" in text(client)


def test_a_supervisor_who_takes_no_calls_has_no_mine(client, supervisor, hotline):
    make_call(hotline, timezone.now(), wait=3)
    assert "Mine" not in text(client)


@pytest.mark.parametrize("wrong", [{"period": "century"}, {"note": "x"}, {"recovered": "no"}, {"operator": "me"}])
def test_what_makes_no_sense_is_left_out(client, supervisor, hotline, wrong):
    call = make_call(hotline, timezone.now(), wait=3)
    assert shown(client, **wrong) == [call.pk]


@pytest.mark.parametrize("role", ["supervisor", "administrator"])
def test_the_hotlines_in_view_are_those_of_the_list_and_of_its_file_unless_one_is_asked_for(client, hotline, role):
    other, third = make_hotline(), make_hotline()
    user = make_user(role, hotline, other, third)
    client.force_login(user)
    at = timezone.now() - timedelta(hours=1)
    ours, theirs, last = (make_call(line, at - timedelta(minutes=n), wait=3)
                          for n, line in enumerate([hotline, other, third]))  # fmt: skip
    client.post(reverse("operators:choose_hotlines"), {"hotline": [hotline.pk, third.pk]})
    assert shown(client) == [ours.pk, last.pk]
    assert "of the 2 hotlines chosen above" in text(client)
    assert shown(client, hotline=other.pk) == [theirs.pk]
    file = b"".join(client.post("/calls/export/", {"reason": "Report"}).streaming_content).decode()
    assert str(ours.pk) in file and str(theirs.pk) not in file
    client.post(reverse("operators:choose_hotlines"), {"hotline": [third.pk]})
    assert "No call of the hotlines chosen above fits" in text(client, show="answered")


def test_a_call_is_found_by_its_id_and_the_carriers_reference(client, supervisor, hotline):
    call = make_call(hotline, timezone.now(), wait=3)
    foreign = make_call(make_hotline(), timezone.now(), wait=3)
    assert shown(client, q=str(call.pk)) == shown(client, q=call.carrier_ref) == [call.pk]
    assert shown(client, q=str(foreign.pk)) == shown(client, q=str(uuid.uuid4())) == []


def test_who_called_the_same_hotline_within_a_week_is_marked(client, supervisor, hotline):
    other = make_hotline(time_zone="Europe/Oslo")
    supervisor.hotlines.add(other)
    at = timezone.now() - timedelta(hours=1)
    for days, line in ((8, hotline), (2, other)):
        make_call(line, at - timedelta(days=days), wait=3, caller_number="+4799900001", caller_kind="number")
    make_call(hotline, at, wait=3, caller_number="+4799900001", caller_kind="number")
    for n in range(2):
        make_call(hotline, at - timedelta(minutes=n), wait=3)  # withheld: nobody knows who
    assert "called before" not in text(client)
    make_call(hotline, at + timedelta(minutes=5), wait=3, caller_number="+4799900001", caller_kind="number")
    assert text(client).count("called before") == 1


def test_a_message_is_marked(client, supervisor, hotline):
    call = make_call(hotline, timezone.now(), wait=9, outcome="voicemail")
    Voicemail.objects.create(call=call, recording_ref="RE1", left_at=call.ended_at)
    assert ">message<" in text(client)


def test_the_count_says_no_more_than_is_known(client, supervisor, hotline, monkeypatch):
    monkeypatch.setattr("calls.register.FEW", 4)
    monkeypatch.setattr("calls.register.PAGE", 2)
    at = timezone.now() - timedelta(hours=1)
    for n in range(4):
        Note.objects.create(call=make_call(hotline, at - timedelta(seconds=n), wait=3, talk=3), summary="pakken")
    assert "4 calls" in text(client)
    make_call(hotline, at, wait=3)
    assert "More than 4 calls" in text(client)
    monkeypatch.setattr("calls.register.FEW", 3)
    assert "Many calls" in text(client, q="pakken")


def test_no_calls_yet_names_a_number_to_dial(client, supervisor, hotline, settings):
    hotline.numbers.create(number="+4721000009")
    settings.SIMULATOR_URL = "http://simulator"
    assert "Dial +4721000009 from the telephones" in text(client)
    settings.SIMULATOR_URL = ""
    assert "Dial +4721000009" in text(client) and "telephones" not in text(client)


@pytest.mark.parametrize("few", ["ab", "4567", "12 34 56", "+"])
def test_a_search_for_too_little_says_what_is_needed(client, supervisor, hotline, few):
    make_call(hotline, timezone.now(), wait=3, caller_number="+4799914567", caller_kind="number")
    assert "seven digits or more" in text(client, q=few)
    assert "seven digits or more" not in text(client, q="nobody")


def test_columns_are_those_that_were_chosen(client, supervisor, hotline):
    make_call(hotline, timezone.now(), wait=3)
    answer = client.post(f"{URL}look/", {"columns": ["caller"], "density": "dense", "query": "show=abandoned"})
    assert answer["Location"] == "/calls/?show=abandoned"
    page = text(client)
    assert 'class="c-caller"' in page and 'class="c-wait"' not in page and "table-wrap panel dense" in page
    client.post(f"{URL}look/", {"columns": ["nonsense"], "density": "x"})
    assert 'class="c-caller"' in text(client)


def test_the_query_that_goes_along_holds_nothing_but_the_filter(client, supervisor, hotline):
    make_call(hotline, timezone.now(), wait=3)
    given = {"show": "abandoned", "evil": '"><script>', "call": "x", "before": "x", "hotline": "999999"}
    assert client.get(URL, given).context["query"] == "show=abandoned"


def test_the_page_takes_as_many_queries_however_much_there_is(client, supervisor, hotline):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(URL)
        return len(captured)

    def more(count):
        for _ in range(count):
            caller = Caller.objects.create(number=f"+47{uuid.uuid4().int % 10**9:09d}", name="Kari")
            operator = make_operator(hotline)
            call = make_call(hotline, timezone.now(), wait=3, talk=3, operator=operator, caller=caller)
            Voicemail.objects.create(call=call, recording_ref=str(uuid.uuid4()), left_at=timezone.now())
            SavedView.objects.create(user=supervisor, name=str(uuid.uuid4()), query="show=live")

    more(1)
    client.get(URL)
    one = queries()
    more(7)
    assert queries() == one <= 16
