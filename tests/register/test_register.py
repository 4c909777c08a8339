"""The list of calls: what it shows to whom, and how it is narrowed."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from calls.models import Call, Caller, Note, Topic
from calls.register import Filter, page, searched
from operators.permissions import hotlines_of
from tests.analytics.calls import make_call
from tests.people import make_hotline, make_operator

AT = datetime(2026, 11, 17, 12, 0, tzinfo=UTC)
URL = "/calls/"
pytestmark = pytest.mark.django_db


def shown(client, **filters):
    answer = client.get(URL, filters)
    assert answer.status_code == 200
    return [call.pk for call in answer.context["page"].calls]


def link(answer, rel):
    """Where the link to the next or previous page leads."""
    return URL + html.unescape(re.search(rf'rel="{rel}" href="([^"]+)"', answer.content.decode())[1])


def test_a_stranger_is_sent_to_the_sign_in(client):
    assert client.get(URL)["Location"].startswith("/accounts/login/")


def test_calls_of_ones_hotlines_newest_first_and_no_others(client, supervisor, hotline):
    old = make_call(hotline, AT - timedelta(hours=1), wait=3, talk=10)
    new = make_call(hotline, AT, wait=3)
    make_call(make_hotline(), AT, wait=3)
    make_call(hotline, AT, wait=3, training=True)
    assert shown(client) == [new.pk, old.pk]


def test_an_operator_sees_the_calls_of_the_hotlines_served(client, hotline):
    call = make_call(hotline, AT, wait=3)
    make_call(make_hotline(), AT, wait=3)
    client.force_login(make_operator(hotline).user)
    assert shown(client) == [call.pk]


def test_numbers_are_masked_wherever_a_caller_stands(client, supervisor, hotline):
    caller = Caller.objects.create(number="+4799912345", name="Berit Haugen")
    make_call(hotline, AT, wait=3, caller_number="+4799912345", caller_kind="number", caller=caller)
    make_call(hotline, AT, wait=3, caller_number="+4799967890", caller_kind="number")
    text = client.get(URL).content.decode()
    assert "99912345" not in text and "99967890" not in text
    assert "Berit Haugen" in text and "90</span>" in text


def test_no_calls_yet_and_no_call_that_fits_are_two_sentences(client, supervisor):
    assert "No calls yet" in client.get(URL).content.decode()
    assert "No call fits" in client.get(URL, {"q": "nothing"}).content.decode()


def test_each_filter_narrows_and_stands_in_the_address(client, supervisor, hotline):
    other = make_hotline("Office", time_zone="Europe/Oslo")
    supervisor.hotlines.add(other)
    operator = make_operator(hotline)
    parent = Topic.objects.create(hotline=hotline, name="Delivery")
    child = Topic.objects.create(hotline=hotline, name="Late", parent=parent)
    answered = make_call(hotline, AT, wait=3, talk=60, operator=operator)
    abandoned = make_call(hotline, AT - timedelta(days=1), wait=30)
    live = make_call(other, AT + timedelta(minutes=1))
    Note.objects.create(call=answered, topic=child)
    assert shown(client, hotline=other.pk) == [live.pk]
    assert shown(client, show="answered") == [answered.pk]
    assert shown(client, show="abandoned") == [abandoned.pk]
    assert shown(client, show="live") == [live.pk]
    assert shown(client, operator=operator.pk) == [answered.pk]
    assert shown(client, topic=child.pk) == shown(client, topic=parent.pk) == [answered.pk]
    assert shown(client, since="2026-11-17", until="2026-11-17", hotline=hotline.pk) == [answered.pk]
    assert shown(client, since="2026-11-18") == []


def test_days_are_those_of_the_hotline(client, supervisor, hotline):
    late = make_call(hotline, datetime(2026, 11, 17, 23, 30, tzinfo=UTC), wait=3)  # 00:30 on the 18th in Oslo
    assert shown(client, since="2026-11-18", until="2026-11-18") == [late.pk]
    assert shown(client, until="2026-11-17") == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"hotline": "x"},
        {"hotline": "99999999"},
        {"since": "yesterday"},
        {"show": "?"},
        {"before": "x"},
        {"before": "2026_1"},
    ],
)
def test_a_broken_filter_is_left_out_rather_than_an_error(client, supervisor, hotline, wrong):
    call = make_call(hotline, AT, wait=3)
    assert shown(client, **wrong) == [call.pk]


def test_a_foreign_hotline_cannot_be_asked_for(client, supervisor, hotline):
    mine = make_call(hotline, AT, wait=3)
    foreign = make_hotline()
    make_call(foreign, AT, wait=3)
    assert shown(client, hotline=foreign.pk) == [mine.pk]


@pytest.mark.parametrize(
    "text", ["9915678", "99 91 56 78", "+47 999 15 678", "haugen", "BERIT", "ullsokk", "to par", "Ødela"]
)
def test_free_search_finds_number_name_and_note(client, supervisor, hotline, text):
    caller = Caller.objects.create(number="+4799915678", name="Berit Haugen")
    call = make_call(hotline, AT, wait=3, talk=3, caller=caller, caller_number="+4799915678", caller_kind="number")
    Note.objects.create(call=call, summary="Bestilte to par ullsokker. Ødelagt eske.")
    make_call(hotline, AT, wait=3, caller_number="+4799900000", caller_kind="number")
    assert shown(client, q=text) == [call.pk]


def test_a_common_word_finds_the_same_calls_as_a_rare_one(monkeypatch, supervisor, hotline):
    caller = Caller.objects.create(number="+4799915678", name="Ulla Pakken")
    for n in range(6):
        call = make_call(hotline, AT + timedelta(seconds=n), wait=3, talk=3, caller=caller if n == 0 else None)
        Note.objects.create(
            call=call, summary="pakken" if n in (1, 2) else "", caller_name="Pakkenes" if n == 3 else ""
        )
    few = page(supervisor, [hotline.pk], Filter(text="pakken")).calls
    monkeypatch.setattr("calls.register.FEW", 1)
    assert page(supervisor, [hotline.pk], Filter(text="pakken")).calls == few
    assert len(few) == 4


@pytest.mark.parametrize("text", ["12", "5612", "ab", "%%%", "___", "\\", "'; --", "0" * 90])
def test_a_search_that_cannot_find_finds_nothing(client, supervisor, hotline, text):
    call = make_call(hotline, AT, wait=3, talk=3, caller_number="+4799915612", caller_kind="number")
    Note.objects.create(call=call, summary="abc")
    assert shown(client, q=text) == []


def test_pages_by_key_show_every_call_once_even_at_the_same_moment(supervisor, hotline):
    for n in range(23):
        make_call(hotline, AT + timedelta(seconds=n // 7), wait=3)
    seen, before = [], ""
    while True:
        found = page(supervisor, hotlines_of(supervisor), Filter(), before=before, size=5)
        seen += [call.pk for call in found.calls]
        if not (before := found.older):
            break
    expected = Call.objects.order_by("-arrived_at", "-id").values_list("pk", flat=True)
    assert seen == list(expected)


def test_older_calls_keep_the_filter(client, supervisor, hotline):
    for n in range(51):
        make_call(hotline, AT + timedelta(seconds=n), wait=3)
    answer = client.get(URL, {"show": "abandoned"})
    assert len(answer.context["page"].calls) == 50
    older = client.get(link(answer, "next"))
    assert len(older.context["page"].calls) == 1
    newer = client.get(link(older, "prev"))
    assert newer.context["page"].calls == answer.context["page"].calls
    assert newer.context["query"] == older.context["query"] == "show=abandoned"


def test_a_page_takes_the_same_queries_for_one_call_and_for_fifty(client, supervisor, hotline):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as captured:
            client.get(URL)
        return len(captured)

    make_call(hotline, AT, wait=3, talk=3)
    client.get(URL)
    one = queries()
    topic = Topic.objects.create(hotline=hotline, name="x")
    for n in range(40):
        operator = make_operator(hotline) if n < 3 else None
        Note.objects.create(call=make_call(hotline, AT, wait=3, talk=3, operator=operator), topic=topic)
    assert queries() == one


@pytest.mark.parametrize(
    "text, indexes",
    [
        ("4567890", {"call_number_backwards"}),
        ("ullsokk", {"note_summary_words", "note_caller_words", "caller_name_words"}),
    ],
)
def test_the_search_reads_indexes_and_not_the_whole_register(hotline, text, indexes):
    with connection.cursor() as cursor:
        # Of an empty register the planner thinks what the width of a row tells it; of this one, what is true.
        cursor.execute(
            """WITH known AS (
              INSERT INTO calls_caller (number, name, note, blocked_reason, created_at)
              SELECT '+479' || (1000000 + n), md5(n::text), '', '', now() FROM generate_series(1, 3000) n
              RETURNING id, number)
            INSERT INTO calls_call (id, carrier_ref, hotline_id, caller_kind, state, outcome, arrived_at, dialled,
              forwarded_from, caller_number, caller_id, language, skills, priority, refused, left_first, ended_by,
              lookup_ref, carrier_status, recovered, training)
            SELECT gen_random_uuid(), 'CA' || id, %s, 'number', 'ended', 'answered', now(), '', '', number, id, 'en',
              '{}', 0, '', '', '', '', '', false, false FROM known""",
            [hotline.pk],
        )
        cursor.execute("ANALYZE calls_call, calls_caller")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")  # few rows: leave only the bitmaps that many rows would read
    plan = searched(text).explain()
    assert all(name in plan for name in indexes), plan


def test_the_list_reads_the_index_of_its_hotline(hotline, supervisor):
    for n in range(30):
        make_call(hotline, AT + timedelta(seconds=n), wait=3)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
    calls = Call.objects.filter(hotline_id__in=[hotline.pk]).order_by("-arrived_at", "-id")[:5]
    assert "call_of_hotline" in calls.explain() or "call_newest" in calls.explain()


def test_the_first_page_hears_of_new_calls_and_a_later_one_stands_still(client, supervisor, hotline):
    make_call(hotline, AT, wait=3)
    assert 'data-live="calls"' in client.get(reverse("calls:register")).content.decode()
    key = f"{(AT + timedelta(days=1)).isoformat()}_{'f' * 32}"
    assert 'data-live="calls"' not in client.get(URL, {"before": key}).content.decode()
