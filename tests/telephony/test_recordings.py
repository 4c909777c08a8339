"""Recorded conversations: who hears them, what is remembered of it, and how they go when their time is over (T79)."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from calls import recording
from calls.models import Call, CallEvent, Consent, Instruction, Recording
from hotline.core.models import AuditEntry
from telephony import purging
from telephony.simulator.recordings import tone
from telephony.tasks import purge_recordings
from telephony.twilio import recordings
from telephony.twilio.client import client as carrier_client
from tests import world
from tests.environment import ACCOUNT_SID
from tests.simulator.application import Application
from tests.telephony.test_voicemail import person

pytestmark = pytest.mark.django_db
REF = "RE" + "b" * 32
MEDIA = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Recordings/{REF}"


@pytest.fixture
def carrier(settings):
    application = Application()
    settings.TWILIO_API_URL = application.url
    carrier_client.cache_clear()
    yield application
    carrier_client.cache_clear()
    application.close()


def recorded(line, *, days_ago=0.0, ref=REF, operator=None, **fields):
    at = timezone.now() - timedelta(days=days_ago)
    call = Call.objects.create(
        carrier_ref=world.sid(), hotline=line, arrived_at=at, answered_at=at, ended_at=at, state="ended",
        outcome="answered", operator=operator,
    )  # fmt: skip
    Consent.objects.create(call=call, hotline=line, mode="announce", answer="agreed", answered_at=at)
    facts = {"recording_ref": ref, "state": "kept", "seconds": 2, "started_at": at} | fields
    facts.setdefault("keep_until", at + timedelta(days=line.recording_days))
    return Recording.objects.create(call=call, **facts)


def line_of(**fields):
    return world.hotline(recording_mode="announce", recording_purpose="to learn", **fields)


def listen(client, made, user):
    client.force_login(user)
    return client.get(reverse("telephony:recording", args=[made.call_id, made.pk]))


def test_a_supervisor_hears_it_and_that_is_remembered(client, carrier):
    carrier.pages[MEDIA] = (200, "audio/x-wav", tone(2))
    line = line_of()
    made, siri = recorded(line), world.supervisor_of(line)
    answer = listen(client, made, siri)
    assert (answer.status_code, b"".join(answer.streaming_content)) == (200, tone(2))
    entry = AuditEntry.objects.get(verb="recording.heard")
    assert (entry.by, entry.subject) == (siri, f"call {made.call_id}")
    page = client.get(reverse("calls:call", args=[made.call_id])).content.decode()
    assert "Who has heard it" in page and "The caller agreed to be recorded." in page


@pytest.mark.parametrize(("own", "allowed", "status"), [(True, True, 200), (True, False, 403), (False, True, 403)])
def test_an_operator_hears_their_own_alone_and_only_if_the_hotline_lets_them(client, carrier, own, allowed, status):
    carrier.pages[MEDIA] = (200, "audio/x-wav", tone(2))
    line = line_of(recording_heard_by_operators=allowed)
    kari, ola = world.operator(line), world.operator(line)
    made = recorded(line, operator=kari if own else ola)
    answer = listen(client, made, kari.user)
    assert answer.status_code == status
    assert b"".join(answer) == tone(2) or status != 200
    page = client.get(reverse("calls:call", args=[made.call_id])).content.decode()
    assert ("<audio" in page) is (status == 200)


def test_people_of_other_hotlines_find_nothing(client, carrier):
    made = recorded(line_of())
    assert listen(client, made, world.supervisor_of(world.hotline())).status_code == 404
    assert listen(client, made, person(world.hotline())).status_code == 404
    assert carrier.requests == [] and not AuditEntry.objects.filter(verb="recording.heard").exists()


# --- removing


def remove(client, made, user, reason):
    client.force_login(user)
    url = reverse("calls:remove_recording", args=[made.call_id, made.pk])
    return client.post(url, {"reason": reason}, follow=True)


def test_a_supervisor_removes_one_for_a_reason_and_nobody_hears_it_from_then_on(client, carrier):
    line = line_of()
    made, siri = recorded(line), world.supervisor_of(line)
    assert "asked by the caller" in remove(client, made, siri, "asked by the caller").content.decode()
    assert Instruction.objects.get(call=made.call).kind == "erase"
    assert AuditEntry.objects.get(verb="recording.removed").detail == {"reason": "asked by the caller"}
    assert listen(client, made, siri).status_code == 404 and carrier.requests == []
    assert CallEvent.objects.get(call=made.call, data__what="removed").data["reason"] == "asked by the caller"


def test_without_a_reason_nothing_is_removed(client):
    line = line_of()
    made = recorded(line)
    assert "Say why" in remove(client, made, world.supervisor_of(line), " ").content.decode()
    made.refresh_from_db()
    assert made.audible


def test_an_operator_removes_nothing(client):
    line = line_of(recording_heard_by_operators=True)
    kari = world.operator(line)
    made = recorded(line, operator=kari)
    assert remove(client, made, kari.user, "I was rude").status_code == 403
    made.refresh_from_db()
    assert made.audible


# --- their time


def gone(carrier, ref=REF, status=204):
    carrier.pages[f"/2010-04-01/Accounts/{ACCOUNT_SID}/Recordings/{ref}.json"] = (status, "application/json", "")


def test_the_nightly_purge_erases_what_is_over_and_nothing_else(carrier):
    line = line_of(recording_days=30)
    refs = ["RE" + digit * 32 for digit in "1234"]
    old = recorded(line, days_ago=31, ref=refs[0])
    young = recorded(line, days_ago=29, ref=refs[1])
    promised = recorded(line, days_ago=8, ref=refs[2], keep_until=timezone.now() - timedelta(days=1))
    lengthened = recorded(line, days_ago=31, ref=refs[3], keep_until=timezone.now() + timedelta(days=9))
    for ref in refs:
        gone(carrier, ref)
    assert purge_recordings() == {"due": 3, "erased": 3, "refused": 0}
    for made in (old, promised, lengthened):
        made.refresh_from_db()
        assert made.erased_at and made.recording_ref is None
    young.refresh_from_db()
    assert young.audible and Call.objects.count() == 4
    assert purge_recordings() == {"due": 0, "erased": 0, "refused": 0}
    assert CallEvent.objects.filter(data__what="erased").count() == 3


def test_what_the_carrier_refuses_is_tried_again_the_next_night(carrier):
    made = recorded(line_of(), days_ago=40)
    gone(carrier, status=503)
    assert purge_recordings() == {"due": 1, "erased": 0, "refused": 1}
    made.refresh_from_db()
    assert made.recording_ref == REF and made.erased_at is None
    gone(carrier, status=404)  # somebody erased it there meanwhile: as good
    assert purge_recordings() == {"due": 1, "erased": 1, "refused": 0}


def test_a_dry_run_counts_and_erases_nothing(carrier):
    recorded(line_of(), days_ago=40)
    said = StringIO()
    call_command("purge_recordings", "--dry-run", stdout=said)
    assert said.getvalue() == "1 would be erased\n" and carrier.requests == []


def test_a_recording_whose_callbacks_were_lost_is_found_at_the_carrier(monkeypatch):
    line = line_of()
    lost = recorded(line, days_ago=0.003)
    call = lost.call
    lost.delete()
    facts = {
        "recording_ref": REF,
        "conference_ref": "CF1",
        "seconds": 9,
        "absent": False,
        "started_at": call.answered_at,
    }
    monkeypatch.setattr(recordings, "made_of", lambda found: [facts] if found == call else [])
    assert purging.settle(timezone.now()) == 1
    assert Recording.objects.get(call=call).seconds == 9
    assert purging.settle(timezone.now()) == 0


def test_the_register_is_marked_with_the_consent(client):
    line = line_of()
    recorded(line)
    client.force_login(world.supervisor_of(line))
    assert "recorded, agreed" in client.get(reverse("calls:register")).content.decode()


def test_removing_twice_is_refused_in_a_sentence():
    line = line_of()
    made, siri = recorded(line), world.supervisor_of(line)
    recording.remove_recording(made, by=siri, reason="asked by the caller", at=timezone.now())
    with pytest.raises(recording.Refused, match="no sound to remove"):
        recording.remove_recording(made, by=siri, reason="asked by the caller", at=timezone.now())
