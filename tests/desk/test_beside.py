"""What stands beside the call: lines and cover, one's own day, the search, the texts, and earlier notes."""

import re
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from calls.models import Call, Note, Topic
from knowledge.models import Contact, Question, Snippet
from operators.models import Operator, Presence
from tests.desk.caller import Caller
from tests.world import hotline, operator, sid

pytestmark = pytest.mark.django_db(transaction=True)
DESK = {"HX-Request": "true"}


@pytest.fixture
def line():
    made = hotline("Faults line", wrap_up_seconds=30, service_level_seconds=20)
    Topic.objects.create(hotline=made, name="No water")
    return made


@pytest.fixture
def kari(line, client):
    made = operator(line, display_name="Kari", at=timezone.now())
    client.force_login(made.user)
    return made


def text(response):
    assert response.status_code == 200
    return response.content.decode()


def words(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text(response)))


def saved(client, caller, **more):
    note = {"topic": Topic.objects.get(name="No water").pk, "outcome": "answered", "summary": "Meter read."} | more
    return client.post(f"/desk/calls/{caller.call.pk}/note/", note)


# --- lines and cover
def test_each_line_shows_its_numbers_and_who_waits(client, kari, line):
    other = hotline("Billing")
    kari.hotlines.add(other)
    Operator.objects.filter(pk=kari.pk).update(state=Presence.BREAK)
    Caller(line)
    Caller(line, number="+4790000000")
    shown = words(client.get("/desk/waiting/"))
    assert "2 waiting" in shown and "Billing" in shown
    assert line.numbers.get().number in shown


def test_all_lines_are_read_in_one_query(client, kari):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            client.get("/desk/waiting/")
        return asked.captured_queries

    few = queries()
    for n in range(5):
        kari.hotlines.add(hotline(f"Line {n}"))
        operator(*kari.hotlines.all(), at=timezone.now())
    many = queries()
    assert len(many) == len(few)
    assert sum("desk_lines" in query["sql"] for query in many) == 1


def test_a_break_with_nobody_else_ready_is_warned_of(client, kari, line):
    assert "Nobody else is ready on Faults line." in text(client.get("/desk/waiting/"))
    ola = operator(line, at=timezone.now())
    assert "Nobody else is ready" not in text(client.get("/desk/waiting/"))
    Operator.objects.filter(pk=ola.pk).update(state=Presence.LUNCH)
    assert "Nobody else is ready on Faults line." in text(client.get("/desk/waiting/"))


def test_desks_that_see_the_same_have_it_drawn_once(client, kari, line):
    ola = operator(line, at=timezone.now())
    first = client.get("/desk/waiting/")
    client.force_login(ola.user)
    second = client.get("/desk/waiting/")
    assert "desk/_lines.html" in [each.name for each in first.templates]
    assert "desk/_lines.html" not in [each.name for each in second.templates]
    assert text(first) == text(second)
    Caller(line)
    assert "1 waiting" in words(client.get("/desk/waiting/"))


# --- one's own day
def test_the_day_counts_ones_own_calls_and_nobody_elses(client, kari, line):
    ola = operator(line, state="offline")
    at = timezone.now()
    for person, seconds in [(kari, 60), (kari, 120), (ola, 600)]:
        Call.objects.create(
            carrier_ref=sid(), hotline=line, operator=person, arrived_at=at, answered_at=at - timedelta(seconds=seconds),
            ended_at=at, state="ended", outcome="answered", caller_kind="withheld",
        )  # fmt: skip
    shown = words(client.get("/desk/"))
    assert "2 today" in shown and "1:30" in shown


def test_the_first_call_of_the_day_is_not_denied_while_it_lasts(client, kari, line):
    assert "No calls yet today." in words(client.get("/desk/"))
    Caller(line).answered()
    shown = words(client.get("/desk/"))
    assert "1 today" in shown and "No calls yet today." not in shown


def test_a_note_that_was_left_is_opened_again_and_saved(client, kari, line):
    caller = Caller(line).answered()
    client.post(f"/desk/calls/{caller.call.pk}/draft/", {"summary": "Half a", "outcome": "answered", "version": ""})
    caller.operator_left()
    Operator.objects.filter(pk=kari.pk).update(state=Presence.READY)
    assert "note not saved" in text(client.get("/desk/"))
    opened = text(client.get("/desk/now/", {"reopen": caller.call.pk}, headers=DESK))
    assert "Half a" in opened and f'value="again:{caller.call.pk}"' in opened
    around = client.get("/desk/now/", {"have": f"again:{caller.call.pk}"}, headers=DESK)
    assert around["HX-Reswap"] == "none"  # typing goes on undisturbed
    assert 'id="note"' not in text(saved(client, caller, version=1, have=f"again:{caller.call.pk}"))
    assert Note.objects.get().saved_at
    assert Operator.objects.get(pk=kari.pk).state == Presence.READY


def test_a_reopened_note_gives_way_to_a_call(client, kari, line):
    old = Caller(line).answered().operator_left()
    saved(client, old)
    assert "1 saved version" in text(client.get("/desk/now/", {"reopen": old.call.pk}, headers=DESK))
    Caller(line, number="+4790000000")
    page = text(client.get("/desk/now/", {"have": f"again:{old.call.pk}"}, headers=DESK))
    assert 'id="ring"' in page and 'id="note"' not in page


def test_a_colleagues_note_is_not_opened(client, kari, line):
    caller = Caller(line).answered().operator_left()
    client.force_login(operator(line, at=timezone.now()).user)
    for named in (caller.call.pk, "nonsense"):
        assert 'id="note"' not in text(client.get("/desk/now/", {"reopen": named}, headers=DESK))


# --- the form
def test_the_caller_of_yesterday_is_noted_the_same_with_one_click(client, kari, line):
    saved(client, Caller(line).answered().operator_left(), caller_name="Tom", outcome="referred")
    Caller(line).answered()
    page = text(client.get("/desk/now/", headers=DESK))
    assert re.search(r'id="same-as-last"[^>]*data-outcome="referred" data-name="Tom"', page)


def test_a_routine_note_needs_a_topic_alone(client, kari, line):
    Caller(line).answered()
    page = text(client.get("/desk/"))
    assert re.search(r'value="answered" checked', page)


def test_what_is_missing_is_said_with_a_way_to_the_field(client, kari, line):
    caller = Caller(line).answered()
    answer = text(saved(client, caller, topic="", outcome="", have=caller.call.pk))
    assert 'href="#note-topic"' in answer and 'href="#note-outcome"' in answer


def test_a_card_number_is_refused_beside_its_field_and_in_the_draft(client, kari, line):
    caller = Caller(line).answered()
    card = "4111 1111 1111 1111"
    assert 'href="#note-summary"' in text(saved(client, caller, summary=card, have=caller.call.pk))
    draft = client.post(f"/desk/calls/{caller.call.pk}/draft/", {"summary": card, "version": ""})
    assert draft.status_code == 409 and "never kept" in draft.json()["error"]
    assert not Note.objects.exclude(summary="").exists()


def test_save_and_break_ends_the_wrap_up_in_a_break(client, kari, line):
    caller = Caller(line).answered().operator_left()
    Caller(line, number="+4790000000")  # waits: it must not be offered in between
    saved(client, caller, then="break")
    assert Operator.objects.get(pk=kari.pk).state == Presence.BREAK


def test_ones_own_draft_is_told_from_somebody_elses(client, kari, line):
    draft = f"/desk/calls/{Caller(line).answered().call.pk}/draft/"
    client.post(draft, {"summary": "one", "outcome": "answered", "caller_name": "Tom", "version": ""})
    late = client.post(draft, {"summary": "two", "outcome": "answered", "version": "0"}).json()
    assert late["current"] == {
        "version": 1, "topic": "", "outcome": "answered", "summary": "one", "caller_name": "Tom"
    }  # fmt: skip


def test_the_wrap_up_clock_waits_for_the_last_word(client, kari, line):
    caller = Caller(line).answered().operator_left()
    at = timezone.now()
    Operator.objects.filter(pk=kari.pk).update(state_since=at - timedelta(seconds=29))
    client.post(f"/desk/calls/{caller.call.pk}/draft/", {"summary": "And", "outcome": "answered", "version": ""})
    until = re.search(r'data-wrap="([^"]+)"', text(client.get("/desk/now/", headers=DESK)))[1]
    assert (timezone.datetime.fromisoformat(until) - at).total_seconds() > 8


# --- search and texts
def test_one_search_finds_answers_contacts_and_earlier_calls(client, kari, line):
    Question.objects.create(hotline=line, question="Discoloured water", answer="Run the cold tap.")
    Contact.objects.create(hotline=line, name="Night crew", competence="discoloured water")
    saved(client, Caller(line).answered().operator_left(), summary="Discoloured since Monday.")
    for typed in ("discoloured", "discolored", "dsicoloured"):
        found = text(client.get("/desk/answers/", {"q": typed}))
        assert "Run the cold tap." in found and "Night crew" in found and "since Monday" in found, typed
    assert "+4791234567" not in found


def test_a_foreign_hotlines_calls_and_texts_are_not_found(client, kari, line):
    other = hotline("Elsewhere")
    operator(other, at=timezone.now())
    Snippet.objects.create(hotline=other, name="Secret", text="Theirs")
    Call.objects.create(
        carrier_ref=sid(), hotline=other, arrived_at=timezone.now(), caller_kind="withheld", state="ended"
    )
    Note.objects.create(call=Call.objects.get(), summary="Confidential meter")
    assert "Confidential" not in text(client.get("/desk/answers/", {"q": "meter"}))
    assert "Confidential" not in text(client.get("/desk/answers/", {"q": "metre"}))
    assert client.get("/desk/texts/", {"mark": "::", "q": "se"}).json() == {"texts": []}


def test_text_modules_and_answers_are_offered_for_the_note(client, kari, line):
    Snippet.objects.create(hotline=line, name="Later", text="Will call again.")
    Snippet.objects.create(hotline=line, name="Crew", text="Crew told, later today.")
    Question.objects.create(hotline=line, question="Discoloured water", answer="Run the cold tap.")
    modules = client.get("/desk/texts/", {"mark": "::", "q": "late"}).json()["texts"]
    assert [each["name"] for each in modules] == ["Later", "Crew"]  # a name that begins so comes first
    answers = client.get("/desk/texts/", {"mark": "??", "q": "discolored"}).json()["texts"]
    assert answers == [{"name": "Discoloured water", "text": "Run the cold tap."}]


def test_words_like_those_typed_are_found_in_a_long_history_through_the_index(client, kari, line):
    """Ten times the demo: 40,000 notes, 500 answers. How long it takes is measured: `python -m bench register`."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(
            """WITH made AS (
              INSERT INTO calls_call (id, carrier_ref, hotline_id, caller_kind, state, outcome, arrived_at, dialled,
                forwarded_from, caller_number, language, skills, priority, refused, left_first, ended_by, lookup_ref,
                carrier_status, recovered, training)
              SELECT gen_random_uuid(), 'CA' || n, %s, 'number', 'ended', 'answered', now() - n * interval '1 minute',
                '', '', '+479' || n, 'en', '{}', 0, '', '', '', '', '', false, false FROM generate_series(1, 40000) n
              RETURNING id, carrier_ref)
            INSERT INTO calls_note (call_id, caller_name, outcome, summary, version)
            SELECT id, '', 'answered', 'Street ' || md5(carrier_ref) || ' dry since noon, crew told', 1 FROM made""",
            [line.pk],
        )
        cursor.execute("ANALYZE calls_call, calls_note")
    Question.objects.bulk_create(
        Question(hotline=line, question=f"Question {n} of valves", answer="Turn it.") for n in range(500)
    )
    for typed, found in [("crew tolld", True), ("nothing like it", False), ("zzzqqq", False)]:
        plans = []
        with connection.execute_wrapper(partial(explaining, plans)):
            assert ("crew told" in text(client.get("/desk/answers/", {"q": typed}))) is found
        (alike,) = [plan for plan in plans if "calls_note" in plan and "%>" in plan]
        assert "Seq Scan" not in alike and "Index Scan" in alike


def explaining(plans, execute, sql, params, many, context):
    """Notes how PostgreSQL would run a statement, by the settings of that moment, and lets it run."""
    if sql.lstrip("(").startswith("SELECT"):
        with connection.connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {sql}", params)
            plans.append("\n".join(line for (line,) in cursor.fetchall()))
    return execute(sql, params, many, context)


# --- by hand, and in an emergency
def by_hand(client, line, when, **more):
    local = timezone.localtime(when, line.zone)
    given = {"by-hand-hotline": line.pk, "by-hand-when": f"{local:%Y-%m-%dT%H:%M}", "by-hand-caller": ""} | more
    return client.post("/desk/by-hand/", given, headers=DESK)


def test_a_call_past_the_exchange_is_written_down_with_its_own_time(client, kari):
    oslo = hotline("Oslo", time_zone="Europe/Oslo")
    kari.hotlines.add(oslo)
    assert "Caller’s number" in text(client.get("/desk/by-hand/"))
    when = timezone.now() - timedelta(hours=2)
    page = text(by_hand(client, oslo, when, **{"by-hand-caller": "+4791234567"}))
    call = Call.objects.get()
    assert f'value="again:{call.pk}"' in page and 'id="note-summary"' in page
    assert abs((call.arrived_at - when).total_seconds()) < 60
    assert (call.outcome, call.operator, call.queued_at) == ("answered", kari, None)
    note = {"topic": "", "outcome": "answered", "summary": "By mobile."}
    client.post(f"/desk/calls/{call.pk}/note/", note)
    assert Note.objects.get(call=call).saved_at
    assert Operator.objects.get(pk=kari.pk).state == Presence.READY


@pytest.mark.parametrize("hours", [-1, 24 * 8])
def test_a_time_to_come_or_long_past_is_refused(client, kari, line, hours):
    answer = text(by_hand(client, line, timezone.now() - timedelta(hours=hours)))
    assert "past seven days" in answer and not Call.objects.exists()


def test_no_call_is_written_down_for_a_foreign_hotline(client, kari, line):
    assert 'id="by-hand-form"' in text(by_hand(client, hotline("Elsewhere"), timezone.now()))
    assert not Call.objects.exists()


def test_an_emergency_protocol_stands_above_everything(client, kari, line):
    Question.objects.create(hotline=line, question="Gas smell", answer="Leave the house now.", emergency=True)
    page = text(client.get("/desk/"))
    assert page.index("Emergency:") < page.index('id="answers-query"')
    Caller(line).answered()
    assert "Leave the house now." in text(client.get("/desk/now/", headers=DESK))
