"""Hold and passing on at the desk: what is offered, what is said, and what is refused."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from calls.lifeline import lifeline
from calls.models import Call, Offer, Transfer
from calls.services import end_overdue_wrap_ups
from knowledge.models import Contact
from operators.models import Operator, Presence
from tests.desk.caller import Caller
from tests.world import hotline, operator, sid

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def line():
    return hotline("Faults line", wrap_up_seconds=30, organisation="City Water")


@pytest.fixture
def kari(line, client):
    made = operator(line, display_name="Kari", at=timezone.now())
    client.force_login(made.user)
    return made


@pytest.fixture
def ola(line, kari):
    made = operator(line, display_name="Ola", at=timezone.now(), skills=["billing"])
    Operator.objects.filter(pk=made.pk).update(idle_since=timezone.now())
    return made


@pytest.fixture
def caller(line, kari, ola):
    made = Caller(line).answered()
    assert made.call.operator == kari
    return made


def act(client, caller, what, **facts):
    facts = {"have": str(caller.call.pk), **facts}
    response = client.post(f"/desk/calls/{caller.call.pk}/{what}/", facts, headers={"HX-Request": "true"})
    assert response.status_code == 200
    return response.content.decode()


def panel(client, caller, text=""):
    found = client.get(f"/desk/calls/{caller.call.pk}/pass-on/targets/", {"q": text}).content.decode()
    return found, re.findall(r'value="((?:warm|cold) [^"]+)"', found)


def desk_of(client, who):
    client.force_login(who.user)
    return client.get("/desk/now/", headers={"HX-Request": "true"}).content.decode()


def answers(caller, who):
    """The colleague's browser telephone picks up."""
    offer = Offer.objects.get(call=caller.call, operator=who, state="ringing")
    caller.carrier.post(f"/twilio/operator/{offer.pk}/", {"CallSid": sid(), "CallStatus": "in-progress"})


def test_hold_and_resume_are_said_and_offered(client, caller):
    assert "Resume" in (held := act(client, caller, "hold")) and "on hold" in held
    assert caller.call.held_at is not None
    frame = client.get("/frame/now/").content.decode()
    assert "On hold" in frame
    assert "Hold" in (back := act(client, caller, "resume")) and "on hold" not in back


def test_a_caller_who_is_another_operators_cannot_be_held(client, caller, ola):
    client.force_login(ola.user)
    assert client.post(f"/desk/calls/{caller.call.pk}/hold/").status_code == 404
    assert caller.call.held_at is None
    assert client.get(f"/desk/calls/{caller.call.pk}/pass-on/").status_code == 404


def test_the_panel_finds_colleagues_with_their_state_hotlines_and_contacts(client, caller, line, ola):
    orders = hotline("Orders")
    hotline("Closed line", always_open=False)
    contact = Contact.objects.create(hotline=line, name="Duty engineer", phone="+4722334455", role="Pipes")
    away = operator(line, display_name="Per", at=timezone.now())
    Operator.objects.filter(pk=away.pk).update(state=Presence.LUNCH)
    page, choices = panel(client, caller)
    assert choices[:2] == [f"warm operator:{ola.user.username}", f"cold operator:{ola.user.username}"]
    assert "Per" in page and "Lunch" in page and not any(away.user.username in choice for choice in choices)
    assert f"cold hotline:{orders.slug}" in choices and f"warm hotline:{orders.slug}" not in choices
    assert "Closed line" not in page and "Kari" not in page
    assert panel(client, caller, "engin")[1][:2] == [f"warm contact:{contact.pk}", f"cold contact:{contact.pk}"]
    assert "+4722334455" not in page
    assert panel(client, caller, "+47 22 33 44 55")[1] == ["warm +4722334455", "cold +4722334455"]
    assert panel(client, caller, "billing")[1][0] == f"warm operator:{ola.user.username}"


def test_the_panel_costs_the_same_however_many_colleagues_there_are(client, caller, line, django_assert_num_queries):
    panel(client, caller)
    with CaptureQueriesContext(connection) as few:
        panel(client, caller)
    for _ in range(5):
        operator(line, at=timezone.now())
    with django_assert_num_queries(len(few)):
        panel(client, caller)


def test_asking_first_shows_both_desks_what_goes_on(client, caller, kari, ola):
    page = act(client, caller, "pass-on", choice=f"warm operator:{ola.user.username}")
    assert "Ola is rung." in page and "Back to the caller" in page and "Hand over" not in page
    assert "Kari asks you about this call." in desk_of(client, ola)
    answers(caller, ola)
    asked = desk_of(client, ola)
    assert "You talk with Kari; the caller is on hold." in asked
    assert 'id="note"' not in asked and "Nothing is written yet." in asked
    asking = desk_of(client, kari)
    assert "You talk with Ola; the caller is on hold." in asking
    assert "Hand over to Ola" in asking and "All three talk" in asking
    assert "You, Ola and the caller talk." in act(client, caller, "resume")
    act(client, caller, "pass-on/complete")
    assert Operator.objects.get(pk=kari.pk).state == Presence.WRAP_UP
    assert caller.call.operator == ola
    assert "You do not have this caller any more." in act(client, caller, "hold")
    taken = desk_of(client, ola)
    assert 'id="note"' in taken and 'id="hold"' in taken


def test_the_note_so_far_is_seen_by_whoever_is_asked_and_written_on_by_whoever_takes_over(client, caller, kari, ola):
    client.post(f"/desk/calls/{caller.call.pk}/draft/", {"summary": "No water since noon.", "caller_name": "Eva"})
    act(client, caller, "pass-on", choice=f"warm operator:{ola.user.username}")
    answers(caller, ola)
    assert "No water since noon." in desk_of(client, ola)
    client.force_login(kari.user)
    act(client, caller, "pass-on/complete")
    assert "No water since noon.</textarea>" in desk_of(client, ola)


def test_taking_the_call_back_frees_the_colleague(client, caller, ola):
    act(client, caller, "pass-on", choice=f"warm operator:{ola.user.username}")
    answers(caller, ola)
    assert "on hold" not in act(client, caller, "pass-on/cancel")
    assert Operator.objects.get(pk=ola.pk).state == Presence.READY
    assert Transfer.objects.get().state == Transfer.State.CANCELLED


def test_a_colleague_who_does_not_answer_is_named(client, caller, kari, ola):
    act(client, caller, "pass-on", choice=f"warm operator:{ola.user.username}")
    offer = Offer.objects.get(operator=ola, state="ringing")
    ended = {"CallSid": sid(), "CallStatus": "no-answer"}
    caller.carrier.post(f"/twilio/operator/{offer.pk}/status/", ended)
    assert "Ola did not answer: you have the caller back." in desk_of(client, kari)
    assert caller.call.held_at is None


def test_passing_on_at_once_frees_the_operator_and_the_note_goes_along(client, caller, kari, ola):
    assert "Wrap-up" in act(client, caller, "pass-on", choice=f"cold operator:{ola.user.username}")
    assert 'id="note"' in desk_of(client, kari), "nobody else has it yet"
    answers(caller, ola)
    assert caller.call.operator == ola
    passed = desk_of(client, kari)
    assert "Wrap-up" in passed and "Ola has the caller now; the note went along." in passed
    assert 'id="note"' not in passed, "two would write one note, and the second would be told so"
    assert "The next call rings here." in client.post("/desk/done/").content.decode()
    assert Operator.objects.get(pk=kari.pk).state == Presence.READY
    caller.accepted = Offer.objects.get(operator=ola, state="accepted")
    caller.operator_left()
    assert Operator.objects.get(pk=ola.pk).state == Presence.WRAP_UP, "the colleague has not written anything yet"
    assert [step.word for step in lifeline(caller.call) if step.kind == "talk"] == ["Kari", "Ola"]


def test_enter_faster_than_the_list_passes_nothing_on(client, caller, ola):
    page = act(client, caller, "pass-on", q="orders", choice=f"warm operator:{ola.user.username}")
    assert "Choose from the list." in page
    assert not Transfer.objects.exists() and caller.call.state == Call.State.CONNECTED


def test_a_refusal_stands_in_the_panel(client, caller, ola):
    Operator.objects.filter(pk=ola.pk).update(desk_seen_at=timezone.now() - timedelta(minutes=5))
    page = act(client, caller, "pass-on", choice=f"warm operator:{ola.user.username}")
    assert "No desk of Ola is open" in page and 'id="pass-on-form"' in page
    assert caller.call.handed == 0


def test_a_wrap_up_after_passing_on_ends_by_itself_at_the_hotlines_time(client, caller, kari, ola):
    act(client, caller, "pass-on", choice=f"cold operator:{ola.user.username}")
    answers(caller, ola)
    end_overdue_wrap_ups(timezone.now() + timedelta(seconds=20))
    assert Operator.objects.get(pk=kari.pk).state == Presence.WRAP_UP
    end_overdue_wrap_ups(timezone.now() + timedelta(seconds=31))
    assert Operator.objects.get(pk=kari.pk).state == Presence.READY
