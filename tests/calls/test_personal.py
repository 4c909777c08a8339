"""Hotlines that keep nothing personal in their notes: what is seen, and through which doors it is refused."""

import pytest
from django.utils import timezone

from calls.models import Call, Note, Offer
from calls.notes import save_draft, save_note
from calls.personal import holds_personal
from calls.services import Refused
from tests import world

pytestmark = pytest.mark.django_db

PERSONAL = [
    "write to kari.nordmann@example.org",
    "her number is 912 34 567",
    "+47 22 33 44 55",
    "born 01019912345",
    "(02) 8123-4567",
    "ring 91\u00a023\u00a045\u00a067 after six",
]
HARMLESS = [
    "",
    "a man of about 40, calls for the 3rd time since 2026-11-20",
    "appointment 27.11.2026 at 14:30, room 1204",
    "11/27/2026; spoke for 25 minutes, 116 111 given",
    "user@home",
    "12 34 56",
]


@pytest.fixture
def crisis():
    return world.hotline(nothing_personal=True, wrap_up_seconds=0)


@pytest.fixture
def call(crisis):
    kari = world.operator(crisis, at=timezone.now())
    return Call.objects.create(
        carrier_ref=world.sid(), hotline=crisis, operator=kari, state="connected", caller_kind="withheld",
        arrived_at=timezone.now(), answered_at=timezone.now(),
    )  # fmt: skip


@pytest.mark.parametrize("text", PERSONAL)
def test_what_names_a_person_is_seen(text):
    assert holds_personal(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_dates_times_and_short_numbers_are_not_taken_for_a_person(text):
    assert not holds_personal(text)


def test_neither_a_draft_nor_a_note_keeps_it(call):
    own = {"operator_id": call.operator_id, "at": timezone.now()}
    with pytest.raises(Refused, match="nothing personal"):
        save_draft(call.pk, summary="call 912 34 567", **own)
    with pytest.raises(Refused, match="name is not written down"):
        save_draft(call.pk, caller_name="Kari", **own)
    with pytest.raises(Refused, match="nothing personal"):
        save_note(call.pk, by=None, topic_id=None, outcome="answered", summary="kari@example.org", **own)
    assert not Note.objects.exists()
    save_note(call.pk, by=None, topic_id=None, outcome="answered", summary="Felt alone; 116 111 given.", **own)
    assert Note.objects.get().summary == "Felt alone; 116 111 given."


def test_other_hotlines_keep_both(call):
    call.hotline.nothing_personal = False
    call.hotline.save()
    own = {"operator_id": call.operator_id, "at": timezone.now()}
    save_note(call.pk, by=None, topic_id=None, outcome="answered", summary="call 912 34 567", caller_name="Kari", **own)
    assert Note.objects.get().caller_name == "Kari"


def test_the_register_has_no_field_for_a_name_and_refuses_the_rest_with_the_text_in_place(client, call, crisis):
    client.force_login(world.supervisor_of(crisis))
    page = client.get(f"/calls/{call.pk}/").content.decode()
    assert 'name="summary"' in page
    assert 'name="caller_name"' not in page
    topic = crisis.topics.create(name="Alone")
    written = {"topic": topic.pk, "outcome": "answered", "summary": "ring 912 34 567", "version": 0}
    answer = client.post(f"/calls/{call.pk}/note/", written)
    assert answer.status_code == 409
    assert "keeps nothing personal" in answer.content.decode()
    assert "ring 912 34 567" in answer.content.decode()
    assert not Note.objects.filter(saved_at__isnull=False).exists()


def test_the_api_refuses_it_with_the_sentence(client, call, crisis):
    client.force_login(world.supervisor_of(crisis))
    wish = {"outcome": "answered", "summary": "fine", "caller_name": "Kari"}
    answer = client.post(f"/api/v1/calls/{call.pk}/note/", wish, content_type="application/json")
    assert answer.status_code == 409
    assert "nothing personal" in answer.content.decode()


def test_a_name_in_an_older_draft_of_the_browser_does_not_stop_the_desk(client, call):
    at = call.answered_at
    Offer.objects.create(call=call, operator=call.operator, state="accepted", made_at=at, ring_until=at, accepted_at=at)
    client.force_login(call.operator.user)
    written = {"caller_name": "Kari", "summary": "Felt alone.", "outcome": "answered"}
    assert client.post(f"/desk/calls/{call.pk}/draft/", written).status_code == 200
    assert (Note.objects.get().caller_name, Note.objects.get().summary) == ("", "Felt alone.")
