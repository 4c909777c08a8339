"""The desk, from ready to the saved note, as the page asks for it."""

import re

import pytest
from django.utils import timezone

from calls.models import Note, Topic
from desk.situation import situation
from knowledge.models import Script, ScriptStep
from operators import presence
from operators.models import Operator, Presence
from tests.desk.caller import Caller
from tests.world import hotline, operator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def line():
    made = hotline("Faults line", wrap_up_seconds=30, organisation="City Water")
    script = Script.objects.create(
        hotline=made,
        greeting="This is {organisation}, {operator} speaking.",
        closing="Thank you for calling {hotline}.",
    )
    ScriptStep.objects.create(script=script, position=1, text="Ask for the address.")
    water = Topic.objects.create(hotline=made, name="No water")
    Topic.objects.create(hotline=made, name="Whole street", parent=water)
    return made


@pytest.fixture
def kari(line, client):
    made = operator(line, display_name="Kari", at=timezone.now())
    client.force_login(made.user)
    return made


def now(client, have=""):
    return client.get("/desk/now/", {"have": have}, headers={"HX-Request": "true"})


def text(response):
    assert response.status_code == 200
    return response.content.decode()


def test_an_idle_desk_says_so(client, kari, line):
    page = text(client.get("/desk/"))
    assert "The next call rings here." in page
    assert "Nobody is waiting." in page
    assert f'data-live="operator:{kari.pk}"' in page


def test_a_ringing_call_shows_hotline_caller_and_what_to_say(client, kari, line):
    Caller(line)
    page = text(now(client))
    assert "<dialog" in page and "Faults line" in page
    assert "This is City Water, Kari speaking." in page
    assert "first call from this number" in page
    assert "+4791234567" not in page  # masked: looking the number up is logged elsewhere


def test_a_withheld_caller_is_named_as_such(client, kari, line):
    Caller(line, number="anonymous")
    assert "nothing is known of this caller" in text(now(client))


def test_a_live_call_has_script_note_and_controls(client, kari, line):
    caller = Caller(line).answered()
    page = text(now(client))
    assert "<dialog" not in page
    for part in (
        "Ask for the address.",
        "Thank you for calling Faults line.",
        'id="note"',
        'id="hang-up"',
        "Whole street",
    ):
        assert part in page
    assert f'name="have" value="{caller.call.pk}"' in page


def test_while_the_note_is_written_only_the_parts_around_it_are_sent(client, kari, line):
    caller = Caller(line).answered()
    around = now(client, have=str(caller.call.pk))
    assert around["HX-Reswap"] == "none"
    assert 'id="note"' not in text(around)
    assert 'id="call-head"' in text(around)
    caller.operator_left()
    wrap_up = now(client, have=str(caller.call.pk))
    assert wrap_up["HX-Reswap"] == "none"
    assert "Wrap-up" in text(wrap_up)


def test_a_draft_survives_a_reload_and_the_saved_note_ends_the_wrap_up(client, kari, line):
    caller = Caller(line).answered()
    call, topic = caller.call, Topic.objects.get(name="Whole street")
    note = {"topic": topic.pk, "outcome": "answered", "summary": "Dry since noon.", "caller_name": "Tom"}
    kept = client.post(f"/desk/calls/{call.pk}/draft/", note | {"version": ""}).json()
    assert "Dry since noon." in text(client.get("/desk/"))
    caller.operator_left()
    saved = client.post(f"/desk/calls/{call.pk}/note/", note | {"version": kept["version"], "have": call.pk})
    assert "The next call rings here." in text(saved)
    stored = Note.objects.get(call=call)
    assert (stored.summary, stored.topic, stored.caller_name) == ("Dry since noon.", topic, "Tom")
    assert stored.saved_at
    assert Operator.objects.get(pk=kari.pk).state == Presence.READY


def test_a_note_without_a_topic_is_refused_in_a_sentence_and_nothing_is_lost(client, kari, line):
    caller = Caller(line).answered().operator_left()
    answer = client.post(
        f"/desk/calls/{caller.call.pk}/note/", {"outcome": "answered", "summary": "x", "have": caller.call.pk}
    )
    assert answer["HX-Reswap"] == "none"  # the form stays as it is
    assert "Choose what the call was about." in text(answer)
    assert Operator.objects.get(pk=kari.pk).state == Presence.WRAP_UP


def test_a_second_tab_cannot_overwrite_a_note_unseen(client, kari, line):
    caller = Caller(line).answered()
    draft = f"/desk/calls/{caller.call.pk}/draft/"
    first = client.post(draft, {"summary": "one", "outcome": "answered", "version": ""}).json()["version"]
    client.post(draft, {"summary": "two", "outcome": "answered", "version": first})
    late = client.post(draft, {"summary": "three", "outcome": "answered", "version": first})
    assert late.status_code == 409
    assert "changed this note" in late.json()["error"]
    assert Note.objects.get().summary == "two"


def test_nobody_writes_the_note_of_a_colleagues_call(client, kari, line):
    caller = Caller(line).answered()
    ola = operator(line, state="offline")
    client.force_login(ola.user)
    for act in ("draft", "note", "hang-up"):
        assert client.post(f"/desk/calls/{caller.call.pk}/{act}/", {"summary": "x"}).status_code == 404


def test_a_break_chosen_during_a_call_waits_for_it(client, kari, line):
    Caller(line).answered()
    page = text(client.post("/desk/state/", {"state": "break"}))
    assert re.search(r"then\s+Break", page)
    assert Operator.objects.get(pk=kari.pk).state == Presence.ON_CALL


def test_a_declined_call_leaves_the_desk(client, kari, line):
    caller = Caller(line)
    page = text(client.post(f"/desk/offers/{caller.offer.pk}/decline/"))
    assert "<dialog" not in page
    assert Operator.objects.get(pk=kari.pk).state != Presence.RINGING


def test_hanging_up_is_an_instruction_to_the_exchange(client, kari, line):
    caller = Caller(line).answered()
    assert client.post(f"/desk/calls/{caller.call.pk}/hang-up/", {"have": caller.call.pk}).status_code == 200
    assert caller.call.instructions.filter(kind="hang_up").exists()


def test_a_missed_call_is_said_loudly_with_the_way_back(client, kari, line):
    Operator.objects.filter(pk=kari.pk).update(state=Presence.MISSED)
    page = text(now(client))
    assert "You missed a call at" in page and 'data-state="ready"' in page
    text(client.post("/desk/state/", {"state": "ready"}))
    assert Operator.objects.get(pk=kari.pk).state == Presence.READY


def test_the_heartbeat_keeps_a_desk_alive(client, kari):
    before = timezone.now()
    assert client.post("/desk/heartbeat/").status_code == 204
    assert Operator.objects.get(pk=kari.pk).desk_seen_at >= before


def test_earlier_calls_of_the_same_number_are_beside_the_call(client, kari, line):
    first = Caller(line).answered().operator_left()
    topic = Topic.objects.get(name="No water")
    client.post(f"/desk/calls/{first.call.pk}/note/", {"topic": topic.pk, "outcome": "answered", "summary": "Meter"})
    Caller(line)
    page = text(now(client))
    assert "called 1 time before" in page
    assert "Meter" in page


def test_who_answers_no_calls_is_told_so(client, line):
    from tests.people import make_user

    client.force_login(make_user("supervisor", line))
    assert "You answer no calls yourself" in text(client.get("/desk/"))
    assert client.get("/desk/now/").status_code == 404
    assert client.post("/desk/heartbeat/").status_code == 404


@pytest.mark.parametrize(
    ("path", "most"),
    [("/desk/", 26), ("/desk/now/", 26), ("/desk/waiting/", 3), ("/desk/answers/", 10)],
)
def test_the_desk_is_read_in_few_queries(client, kari, line, path, most, django_assert_max_num_queries):
    Caller(line).answered()
    with django_assert_max_num_queries(most):
        client.get(path)


def test_a_desk_without_a_call_asks_little_each_time(client, kari, line, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        now(client)


def test_while_a_note_is_written_less_is_asked(client, kari, line, django_assert_max_num_queries):
    call = Caller(line).answered().call
    with django_assert_max_num_queries(13):
        now(client, have=str(call.pk))


def test_the_door_leads_to_the_page_of_ones_work(client, kari):
    assert client.get("/")["Location"] == "/desk/"


def test_a_call_that_ends_between_two_questions_leaves_no_desk_without_it(kari, line):
    """The operator was read as talking; when the call is asked for, it is over."""
    caller = Caller(line).answered()
    stale = presence.at_desk(pk=kari.pk)
    assert stale.state == Presence.ON_CALL
    caller.operator_left()
    here = situation(stale, timezone.now())
    assert (here.operator.state, here.current.phase) == (Presence.WRAP_UP, "wrap_up")
